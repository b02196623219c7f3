from __future__ import annotations

import json
from typing import Any

import pytest

from fhirkit.errors import SettingsError
from fhirkit.push.auth.discovery import (
    Discovered,
    checked_endpoint,
    from_configuration,
    from_statement,
    scope_for,
)

OAUTH = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"


@pytest.mark.parametrize(
    ("supported", "capabilities", "scope"),
    [
        pytest.param([], [], "system/*.cruds", id="nothing-said"),
        pytest.param(["system/*.cruds", "system/*.*"], [], "system/*.cruds", id="both-forms"),
        pytest.param(["system/*.*", "system/*.read"], [], "system/*.*", id="older-form"),
        pytest.param(
            ["system/*.read", "system/*.write"], [], "system/*.write system/*.read", id="in-two"
        ),
        pytest.param(["system/*.read"], [], "system/*.cruds", id="half-of-two"),
        pytest.param(["system/Patient.rs"], [], "system/*.cruds", id="single-types"),
        pytest.param([], ["permission-v1"], "system/*.*", id="older-capability"),
        pytest.param([], ["permission-v1", "permission-v2"], "system/*.cruds", id="capabilities"),
    ],
)
def test_the_scope_is_in_the_servers_own_form(
    supported: list[str], capabilities: list[str], scope: str
) -> None:
    """Everything a push does, for all types."""
    assert scope_for(supported, capabilities) == scope


def test_a_smart_configuration_names_the_endpoint() -> None:
    """Lists that are none are as good as not there."""
    said = {"token_endpoint": "https://a/t", "scopes_supported": ["system/*.*", 1]}
    assert from_configuration(json.dumps(said).encode()) == Discovered("https://a/t", "system/*.*")
    said["scopes_supported"] = "system/*.*"
    found = from_configuration(json.dumps(said).encode())
    assert found == Discovered("https://a/t", "system/*.cruds")


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"{}", b'{"token_endpoint": 1}', b"[" * 9999])
def test_what_is_no_smart_configuration(body: bytes) -> None:
    """A page that says "not found" with 200 is none."""
    assert from_configuration(body) is None
    assert from_statement(body) is None


def statement(*parts: dict[str, Any], url: str = OAUTH) -> bytes:
    """A CapabilityStatement with one security extension."""
    security = {"extension": [{"url": "urn:other"}, {"url": url, "extension": list(parts)}]}
    return json.dumps({"rest": [{}, {"security": security}]}).encode()


def test_a_statement_names_the_endpoint() -> None:
    """In the extension that came before the well-known address."""
    parts = (
        {"url": "authorize", "valueUri": "https://a/z"},
        {"url": "token", "valueUri": "https://a/t"},
    )
    assert from_statement(statement(*parts)) == Discovered("https://a/t", "system/*.cruds")
    assert from_statement(statement(*parts, url="urn:x")) is None
    assert from_statement(statement(parts[0])) is None


@pytest.mark.parametrize(
    "address", ["https://a/t", "https://a/t?policy=x", "http://127.0.0.1:1/t", "http://localhost/t"]
)
def test_an_endpoint_may_be_elsewhere_but_not_in_the_clear(address: str) -> None:
    """Over https, or on this machine."""
    assert checked_endpoint(address, "x") == address


@pytest.mark.parametrize(
    ("address", "told"),
    [
        pytest.param("http://a/t", "plain http", id="http"),
        pytest.param("ftp://a/t", "no address", id="ftp"),
        pytest.param("https://ann:geheim@a/t", "no address", id="login"),
        pytest.param("https://a/t#x", "no address", id="fragment"),
        pytest.param("/t", "no address", id="relative"),
        pytest.param("https://[a/t", "no address", id="broken"),
        pytest.param("https://a\n/t", "no address", id="line-end"),
    ],
)
def test_a_wrong_endpoint_is_told(address: str, told: str) -> None:
    """With who named it."""
    with pytest.raises(SettingsError, match=f"that smart-token-url names .*{told}") as caught:
        checked_endpoint(address, "smart-token-url")
    assert "geheim" not in str(caught.value)
