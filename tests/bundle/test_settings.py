from __future__ import annotations

import uuid
from typing import Any

import pytest

from fhirkit.errors import SettingsError
from fhirkit.settings import DEFAULT_IDENTIFIER_SYSTEM, Settings


def test_default_identifier_system_is_ours() -> None:
    """A UUID of our own as an OID: nobody else can have it, and no domain is needed."""
    own = uuid.uuid5(uuid.NAMESPACE_URL, "fhirkit-cases fact key")
    assert f"urn:oid:2.25.{own.int}" == DEFAULT_IDENTIFIER_SYSTEM


def test_settings_of_a_file() -> None:
    """Keys as people write them in TOML."""
    given = {"identifier-system": "https://h.org/key", "test_data": True, "bundle-type": "batch"}
    settings = Settings.from_mapping(given)
    assert settings == Settings(
        identifier_system="https://h.org/key", test_data=True, bundle_type="batch"
    )
    assert Settings.from_mapping({}) == Settings()


def test_flags_come_after_the_file() -> None:
    """What is not given stays."""
    settings = Settings(test_data=True).changed({"seriousness": "both"})
    assert settings == Settings(test_data=True, seriousness="both")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"colour": 1}, "there is no setting 'colour': the settings are identifier_system,"),
        ({"test-data": True, "test_data": True}, "'test_data' is given twice"),
        ({"test_data": "yes"}, "'test_data' must be true or false"),
        ({"seriousness": "R4"}, "'seriousness' must be one of r4, tho, both"),
        ({"bundle_type": None}, "'bundle_type' must be one of transaction, collection, batch"),
        ({"on_repeat": "overwrite"}, "'on_repeat' must be one of keep, update"),
        ({"identifier_system": None}, "'identifier_system' must be an absolute URI"),
        ({"identifier_system": "fact-key"}, "'identifier_system' must be an absolute URI"),
        ({"identifier_system": "urn:x:a|b"}, "'identifier_system' must be an absolute URI"),
        ({"source_url": "https://h.org/a b"}, "'source_url' must be an absolute URI"),
        ({"source_url": 7}, "'source_url' must be an absolute URI"),
        ({"recorded": "2026-01-01"}, "'recorded' must be an instant"),
        ({"recorded": "2026-13-01T00:00:00Z"}, "'recorded' must be an instant"),
        ({"recorded": "2026-01-01T00:00:00"}, "'recorded' must be an instant"),
    ],
)
def test_wrong_setting_is_named(given: dict[str, Any], message: str) -> None:
    """With what would be right."""
    with pytest.raises(SettingsError, match=message):
        Settings.from_mapping(given)


@pytest.mark.parametrize(
    "instant",
    ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00.123+02:00", "2026-12-31T23:59:59-05:30"],
)
def test_instants(instant: str) -> None:
    """As FHIR writes them."""
    assert Settings(recorded=instant).recorded == instant
