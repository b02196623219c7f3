from __future__ import annotations

from typing import Any

import pytest

from fhirkit.validate import validate

ABSENT = {
    "extension": [
        {
            "url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
            "valueCode": "unknown",
        }
    ]
}


def patient(**elements: object) -> dict[str, Any]:
    """A patient with these elements."""
    return {"resourceType": "Patient", **elements}


@pytest.mark.parametrize(
    ("resource", "key", "expression"),
    [
        pytest.param(patient(_gender={}), "empty", "Patient._gender", id="empty"),
        pytest.param(patient(_gender={"id": "a"}), "empty", "Patient._gender", id="id-of-nothing"),
        pytest.param(patient(_gender=[ABSENT]), "kind", "Patient._gender", id="array"),
        pytest.param(patient(_gender="x"), "kind", "Patient._gender", id="string"),
        pytest.param(patient(_gender=None), "null", "Patient._gender", id="null"),
        pytest.param(patient(_gender={"value": "x"}), "unknown-element", "Patient._gender.value", id="element"),
        pytest.param(patient(_name=[ABSENT]), "unknown-element", "Patient._name", id="of-an-object"),
        pytest.param(patient(_nonsense=ABSENT), "unknown-element", "Patient._nonsense", id="of-nothing"),
        pytest.param(patient(name=[{"_given": ABSENT}]), "kind", "Patient.name[0]._given", id="object-for-array"),
        pytest.param(patient(name=[{"given": ["a", "b"], "_given": [ABSENT]}]), "null-pairing", "Patient.name[0]._given", id="lengths"),
        pytest.param(patient(name=[{"given": ["a", None], "_given": [ABSENT, None]}]), "null", "Patient.name[0].given[1]", id="nothing-at-a-place"),
        pytest.param(patient(name=[{"given": ["a", None]}]), "null", "Patient.name[0].given[1]", id="null-alone"),
        pytest.param(patient(name=[{"_given": [ABSENT, None]}]), "null", "Patient.name[0]._given[1]", id="null-in-companion"),
        pytest.param(patient(deceasedBoolean=True, _deceasedDateTime=ABSENT), "choice-twice", "Patient._deceasedDateTime", id="second-choice"),
    ],
)  # fmt: skip
def test_a_faulty_companion_is_one_issue(
    resource: dict[str, Any], key: str, expression: str
) -> None:
    """What extends a primitive has its shape and goes with it."""
    assert [(issue.key, issue.expression) for issue in validate(resource)] == [(key, expression)]


@pytest.mark.parametrize(
    "resource",
    [
        pytest.param(patient(_gender=ABSENT), id="extension-for-value"),
        pytest.param(patient(gender="female", _gender={"id": "a"}), id="id"),
        pytest.param(patient(name=[{"given": ["a", None], "_given": [None, ABSENT]}]), id="array"),
        pytest.param(patient(name=[{"_given": [ABSENT]}]), id="array-of-extensions"),
        pytest.param(patient(deceasedBoolean=True, _deceasedBoolean=ABSENT), id="choice"),
    ],
)
def test_companions_as_fhir_has_them_are_fine(resource: dict[str, Any]) -> None:
    """Beside a value or in its place."""
    assert validate(resource) == []
