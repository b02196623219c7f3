from __future__ import annotations

from typing import Any

import pytest

from fhirkit.mappers.vital_sign import without_unkept_codes

LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"


def observation(code: str, **elements: object) -> dict[str, Any]:
    """An Observation with a LOINC code and a name."""
    return {"code": {"coding": [{"system": LOINC, "code": code}], "text": "x"}, **elements}


def quantity(unit: str) -> dict[str, object]:
    """A quantity in a UCUM unit."""
    return {"value": 1, "unit": unit, "system": UCUM, "code": unit}


@pytest.mark.parametrize(
    "made",
    [
        pytest.param(observation("85354-9", valueQuantity=quantity("mm[Hg]")), id="one-pressure"),
        pytest.param(observation("85354-9", dataAbsentReason={}), id="pressure-in-words"),
        pytest.param(observation("39156-5", valueQuantity={"value": 28}), id="no-unit"),
        pytest.param(observation("39156-5", dataAbsentReason={}), id="index-in-words"),
        pytest.param(observation("8302-2", valueQuantity=quantity("m")), id="height-in-metres"),
        pytest.param(observation("8310-5", valueRange={}), id="range"),
    ],
)
def test_a_code_whose_profile_is_not_met_is_left_out(made: dict[str, Any]) -> None:
    """The name stays: what the text says is true, the code would promise more."""
    assert without_unkept_codes(made)["code"] == {"text": "x"}


@pytest.mark.parametrize(
    "made",
    [
        pytest.param(observation("8310-5", valueQuantity=quantity("Cel")), id="temperature"),
        pytest.param(observation("8310-5", dataAbsentReason={}), id="temperature-in-words"),
        pytest.param(observation("8867-4", valueQuantity=quantity("/min")), id="heart-rate"),
        pytest.param(observation("85354-9", component=[{}, {}]), id="two-pressures"),
        pytest.param(observation("718-7", valueQuantity={"value": 1}), id="no-vital-sign"),
        pytest.param({"code": {"text": "x"}}, id="no-code"),
    ],
)
def test_other_codes_stay(made: dict[str, Any]) -> None:
    """Where the profile is met, or none is asked for, nothing changes."""
    assert without_unkept_codes(made) is made


def test_codes_of_other_systems_stay() -> None:
    """Only the code that asks for the profile goes."""
    made = observation("8302-2", valueQuantity=quantity("m"))
    made["code"]["coding"].append({"system": "http://a.example", "code": "h"})
    code = without_unkept_codes(made)["code"]
    assert [coding["system"] for coding in code["coding"]] == ["http://a.example"]
