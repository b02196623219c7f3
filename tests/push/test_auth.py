from __future__ import annotations

from base64 import b64encode
from pathlib import Path

import pytest

from fhirkit.errors import SettingsError
from fhirkit.push.auth import authorization

SAFE = "https://host/fhir"


def test_no_credentials_no_header() -> None:
    """Nothing set, or set to nothing, is no credential."""
    assert authorization({}, SAFE) is None
    assert authorization({"FHIRKIT_TOKEN": ""}, "http://host/fhir") is None


@pytest.mark.parametrize(
    ("name", "value", "header"),
    [
        pytest.param("FHIRKIT_TOKEN", "abc.def", "Bearer abc.def", id="token"),
        pytest.param(
            "FHIRKIT_BASIC", "ann:b:c", f"Basic {b64encode(b'ann:b:c').decode()}", id="basic"
        ),
    ],
)
def test_the_environment_and_a_file_say_the_same(
    tmp_path: Path, name: str, value: str, header: str
) -> None:
    """A secret may stand in a variable or in the file another one names."""
    file = tmp_path / "credential"
    file.write_text(value + "\n", "utf-8")
    assert authorization({name: value}, SAFE) == header
    assert authorization({f"{name}_FILE": str(file)}, SAFE) == header


@pytest.mark.parametrize(
    ("base", "allowed"),
    [
        pytest.param("https://host/fhir", True, id="https"),
        pytest.param("http://127.0.0.1:1/fhir", True, id="loopback"),
        pytest.param("http://host/fhir", False, id="http"),
    ],
)
def test_credentials_are_not_sent_in_the_clear(base: str, allowed: bool) -> None:
    """Plain http to another machine is refused before anything is sent."""
    if allowed:
        assert authorization({"FHIRKIT_TOKEN": "abc"}, base) == "Bearer abc"
    else:
        with pytest.raises(SettingsError, match="plain http"):
            authorization({"FHIRKIT_TOKEN": "abc"}, base)


@pytest.mark.parametrize(
    "environment",
    [
        pytest.param({"FHIRKIT_TOKEN": "geheim", "FHIRKIT_BASIC": "a:b"}, id="two"),
        pytest.param({"FHIRKIT_TOKEN": "geheim\r\nX: y"}, id="line-end"),
        pytest.param({"FHIRKIT_TOKEN": "geheim nis"}, id="blank"),
        pytest.param({"FHIRKIT_TOKEN": "geheimß"}, id="not-ascii"),
        pytest.param({"FHIRKIT_TOKEN": "   "}, id="blank-only"),
        pytest.param({"FHIRKIT_BASIC": "geheim"}, id="no-colon"),
        pytest.param({"FHIRKIT_TOKEN_FILE": "no-such-file"}, id="no-file"),
    ],
)
def test_wrong_credentials_are_told_without_repeating_them(environment: dict[str, str]) -> None:
    """The message names the variable, never its value."""
    with pytest.raises(SettingsError) as caught:
        authorization(environment, SAFE)
    assert "geheim" not in str(caught.value)
    assert "FHIRKIT_" in str(caught.value)


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    """A key in binary form is no token."""
    (tmp_path / "key").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match="FHIRKIT_TOKEN_FILE"):
        authorization({"FHIRKIT_TOKEN_FILE": str(tmp_path / "key")}, SAFE)
