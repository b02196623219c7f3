from __future__ import annotations

import pytest

from fhirkit._remote import base_url, is_loopback
from fhirkit.errors import SettingsError


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        pytest.param("https://host/fhir", "https://host/fhir", id="plain"),
        pytest.param("https://host/fhir/", "https://host/fhir", id="slash"),
        pytest.param("http://HOST:8080/fhir//", "http://host:8080/fhir", id="port"),
        pytest.param("https://host", "https://host", id="root"),
        pytest.param("http://[::1]:8080/fhir", "http://[::1]:8080/fhir", id="ipv6"),
    ],
)
def test_a_base_is_kept_without_its_last_slash(url: str, expected: str) -> None:
    """Addresses differ in the last slash only by habit."""
    assert base_url(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("", id="empty"),
        pytest.param("host/fhir", id="no-scheme"),
        pytest.param("ftp://host/fhir", id="ftp"),
        pytest.param("file:///fhir", id="file"),
        pytest.param("https:///fhir", id="no-host"),
        pytest.param("https://host:port/fhir", id="port-in-words"),
        pytest.param("https://host:99999/fhir", id="port-too-large"),
        pytest.param("https://host/fhir?tenant=1", id="query"),
        pytest.param("https://host/fhir#top", id="fragment"),
        pytest.param("https://host/fh ir", id="blank"),
        pytest.param("https://host/fhir\r\nX: y", id="line-end"),
        pytest.param("https://[::1/fhir", id="open-bracket"),
        pytest.param("https://user:geheim@host/fhir", id="credentials"),
    ],
)
def test_what_is_no_base_is_refused(url: str) -> None:
    """The message says what is wrong and does not repeat what may be a password."""
    with pytest.raises(SettingsError) as caught:
        base_url(url)
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        pytest.param("http://localhost:1/fhir", True, id="localhost"),
        pytest.param("http://127.0.0.1/fhir", True, id="ipv4"),
        pytest.param("http://127.8.9.1/fhir", True, id="ipv4-other"),
        pytest.param("http://[::1]/fhir", True, id="ipv6"),
        pytest.param("http://localhost.example/fhir", False, id="looks-like-it"),
        pytest.param("http://127.0.0.1.example/fhir", False, id="begins-like-it"),
        pytest.param("http://192.168.0.1/fhir", False, id="private"),
        pytest.param("http://0.0.0.0/fhir", False, id="any"),
    ],
)
def test_loopback_is_this_machine_only(base: str, expected: bool) -> None:
    """Only addresses that cannot leave the machine count."""
    assert is_loopback(base) is expected
