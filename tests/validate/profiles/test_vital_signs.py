"""The profiles that R4 ships, by the vital signs that ask for them."""

from typing import Any

import pytest

from profile_builder import CORE, declaring, told

UCUM = "http://unitsofmeasure.org"
VITAL = [
    {
        "coding": [
            {
                "system": "http://terminology.hl7.org/CodeSystem/observation-category",
                "code": "vital-signs",
            }
        ]
    }
]
WEIGHT: dict[str, Any] = {
    "resourceType": "Observation",
    "status": "final",
    "category": VITAL,
    "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]},
    "subject": {"reference": "Patient/p"},
    "effectiveDateTime": "2020-01-01",
    "valueQuantity": {"value": 70, "unit": "kg", "system": UCUM, "code": "kg"},
}
SYSTOLIC = {"system": "http://loinc.org", "code": "8480-6"}
DIASTOLIC = {"system": "http://loinc.org", "code": "8462-4"}
PRESSURE = {
    **{name: value for name, value in WEIGHT.items() if name != "valueQuantity"},
    "code": {"coding": [{"system": "http://loinc.org", "code": "85354-9"}]},
    "component": [
        {
            "code": {"coding": [coding]},
            "valueQuantity": {"value": 90, "unit": "mmHg", "system": UCUM, "code": "mm[Hg]"},
        }
        for coding in (SYSTOLIC, DIASTOLIC)
    ],
}
FEVER = {
    **WEIGHT,
    "code": {"coding": [{"system": "http://loinc.org", "code": "8310-5"}]},
    "valueQuantity": {"value": 39, "unit": "C", "system": UCUM, "code": "Cel"},
}


def without(resource: dict, *names: str) -> dict:
    """The resource without these elements."""
    return {name: value for name, value in resource.items() if name not in names}


@pytest.mark.parametrize(
    "resource",
    [
        pytest.param(WEIGHT, id="weight"),
        pytest.param(PRESSURE, id="pressure"),
        pytest.param(FEVER, id="temperature"),
        pytest.param(declaring(WEIGHT, f"{CORE}bodyweight"), id="declared"),
        pytest.param(declaring(WEIGHT, f"{CORE}vitalsigns"), id="base-declared"),
        pytest.param(
            {**without(WEIGHT, "valueQuantity"), "dataAbsentReason": {"text": "x"}}, id="no-value"
        ),
        pytest.param(
            {**without(WEIGHT, "effectiveDateTime"), "effectivePeriod": {"start": "2020"}},
            id="period",
        ),
        pytest.param({**WEIGHT, "code": {"text": "weight"}}, id="no-code"),
        pytest.param(
            {**WEIGHT, "code": {"coding": [{"system": "http://x.org", "code": "29463-7"}]}},
            id="code-of-another-system",
        ),
        pytest.param(
            {**without(WEIGHT, "category"), "code": {"coding": [{"code": "29463-7"}]}},
            id="code-without-system",
        ),
        pytest.param({**without(WEIGHT, "subject"), "resourceType": "Basic"}, id="another-type"),
    ],
)
def test_vital_signs_without_fault(resource: dict) -> None:
    """Nothing is told of what is as the specification's table asks."""
    assert told(resource) == []


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        pytest.param(
            {**WEIGHT, "valueQuantity": {**WEIGHT["valueQuantity"], "code": "cm"}},
            ["error profile-binding Observation.valueQuantity.code"],
            id="unit",
        ),
        pytest.param(
            {**WEIGHT, "valueQuantity": {"value": 70, "unit": "kg"}},
            [
                "error profile-required Observation.valueQuantity.code",
                "error profile-required Observation.valueQuantity.system",
            ],
            id="no-coded-unit",
        ),
        pytest.param(
            without(WEIGHT, "effectiveDateTime"),
            ["error profile-required Observation.effectiveDateTime"],
            id="no-time",
        ),
        pytest.param(
            without(WEIGHT, "subject"), ["error profile-required Observation.subject"], id="nobody"
        ),
        pytest.param(
            {**WEIGHT, "subject": {"reference": "Group/g"}},
            ["error profile-target Observation.subject"],
            id="group",
        ),
        pytest.param(
            without(WEIGHT, "category"),
            ["error profile-required Observation.category"],
            id="no-category",
        ),
        pytest.param(
            {**WEIGHT, "category": [{"text": "vital signs"}]},
            ["error profile-slice-missing Observation.category"],
            id="other-category",
        ),
        pytest.param(
            {**WEIGHT, "effectiveDateTime": "2020-01"},
            ["error vs-1 Observation.effectiveDateTime"],
            id="month",
        ),
        pytest.param(without(WEIGHT, "valueQuantity"), ["error vs-2 Observation"], id="no-value"),
        pytest.param(
            {
                **PRESSURE,
                "component": [without(one, "valueQuantity") for one in PRESSURE["component"]],
            },
            ["error vs-3 Observation.component[0]", "error vs-3 Observation.component[1]"],
            id="components-without-value",
        ),
        pytest.param(
            {**PRESSURE, "component": PRESSURE["component"][:1]},
            ["error profile-slice-missing Observation.component"],
            id="no-diastolic",
        ),
        pytest.param(
            {**PRESSURE, "valueQuantity": {"value": 1}},
            ["error profile-prohibited Observation.valueQuantity"],
            id="value-of-a-pressure",
        ),
        pytest.param(
            {
                **FEVER,
                "code": {"coding": [{"system": "http://snomed.info/sct", "code": "386725007"}]},
            },
            [
                "warning profile-binding-extensible Observation.code",
                "error profile-slice-missing Observation.code.coding",
            ],
            id="temperature-by-snomed-alone",
        ),
    ],
)
def test_vital_signs_with_fault(resource: dict, expected: list[str]) -> None:
    """The profile of a vital sign holds by its code, each defect told once."""
    assert sorted(told(resource)) == sorted(expected)


def test_a_declared_profile_is_not_asked_twice() -> None:
    """A profile that is declared and asked for by the code tells a defect once."""
    resource = declaring(without(WEIGHT, "subject"), f"{CORE}bodyweight")
    assert told(resource) == ["error profile-required Observation.subject"]
