"""One defect, one finding: what follows from a defect is not told beside it."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from fhirkit.validate import validate

WOMAN = "urn:uuid:5b7e0b1c-52c8-4a8e-9d7a-0d2f6f0c7a01"
ACT = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"

OBSERVATION = {"resourceType": "Observation", "status": "final", "code": {"text": "x"}}
CONDITION = {
    "resourceType": "Condition",
    "code": {"text": "x"},
    "subject": {"display": "x"},
}


@pytest.mark.parametrize(
    ("resource", "key", "expression"),
    [
        pytest.param(
            {**OBSERVATION, "code": {"coding": [{"system": "http://loinc.org", "code": "718-8 "}]}},
            "form",
            "Observation.code.coding[0].code",
            id="a-malformed-code-has-no-check-digit",
        ),
        pytest.param(
            {**CONDITION, "clinicalStatus": {"coding": [{"system": CLINICAL, "code": 3}]}},
            "kind",
            "Condition.clinicalStatus.coding[0].code",
            id="a-number-is-in-no-value-set",
        ),
        pytest.param(
            {**CONDITION, "clinicalStatus": {"coding": [{"system": CLINICAL, "code": "cured"}]},
             "abatementString": "x"},
            "binding-required",
            "Condition.clinicalStatus",
            id="con-4-reads-the-status",
        ),
        pytest.param(
            {"resourceType": "MedicationAdministration", "status": "completed",
             "medicationCodeableConcept": {"text": "x"}, "subject": {"display": "x"},
             "effectiveDatetime": "2020"},
            "unknown-element",
            "MedicationAdministration.effectiveDatetime",
            id="a-misspelt-choice-is-not-missing",
        ),
        pytest.param(
            {**OBSERVATION, "contained": [{"resourceType": "Patient", "id": "a_b"}],
             "subject": {"reference": "#a_b"}},
            "form",
            "Observation.contained[0].id",
            id="a-malformed-id-is-referred-to",
        ),
        pytest.param(
            {**OBSERVATION, "contained": [{"resourceType": "Patient", "id": "p"}],
             "subject": {"reference": "#q"}},
            "ref-1",
            "Observation.subject",
            id="what-a-reference-misses-is-unreferenced",
        ),
        pytest.param(
            {**OBSERVATION, "meta": {"profile": ["bodyweight"]}},
            "canonical-relative",
            "Observation.meta.profile[0]",
            id="a-relative-profile-is-not-known",
        ),
        pytest.param(
            {**OBSERVATION, "implicitRules": "urn:uuid:17"},
            "urn",
            "Observation.implicitRules",
            id="a-malformed-urn",
        ),
    ],
)  # fmt: skip
def test_a_consequence_is_not_told(resource: dict[str, Any], key: str, expression: str) -> None:
    """Who mends the one finding has mended all."""
    assert [(issue.key, issue.expression) for issue in validate(resource)] == [(key, expression)]


def transaction(**first: object) -> dict[str, Any]:
    """A transaction with a patient and two resources that refer to her."""
    patient = {
        "fullUrl": WOMAN,
        "resource": {"resourceType": "Patient"},
        "request": {"method": "POST", "url": "Patient"},
        **first,
    }
    others = [
        {
            "fullUrl": f"{WOMAN[:-1]}{number}",
            "resource": {**OBSERVATION, "subject": {"reference": WOMAN}},
            "request": {"method": "POST", "url": "Observation"},
        }
        for number in (2, 3)
    ]
    return {"resourceType": "Bundle", "type": "transaction", "entry": [patient, *others]}


@pytest.mark.parametrize(
    ("bundle", "expected"),
    [
        pytest.param(
            transaction(fullUrl=WOMAN.upper()),
            [("fullurl-form", "Bundle.entry[0].fullUrl")],
            id="a-malformed-full-url",
        ),
        pytest.param(
            transaction(resource=None), [("null", "Bundle.entry[0].resource")], id="no-resource"
        ),
        pytest.param(
            {**transaction(), "type": "transactions"},
            [("binding-required", "Bundle.type")],
            id="no-type",
        ),
    ],
)
def test_a_faulty_entry_is_told_once(
    bundle: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    """Not again at every reference to it, and not at every entry for the bundle's type."""
    assert [(issue.key, issue.expression) for issue in validate(bundle)] == expected


def test_two_defects_are_two_findings() -> None:
    """Nothing is silent that has a cause of its own."""
    resource = copy.deepcopy(CONDITION)
    resource["clinicalStatus"] = {"coding": [{"system": CLINICAL, "code": "cured"}]}
    resource["verificationStatus"] = {"text": "sure"}
    resource["note"] = [{}]
    assert [issue.key for issue in validate(resource)] == [
        "binding-required",
        "binding-no-code",
        "empty",
    ]


def test_findings_come_in_the_order_of_the_text() -> None:
    """As a person reads, from the top."""
    resource = {**OBSERVATION, "x": 1, "status": "done", "code": "x", "y": 2}
    expressions = [issue.expression for issue in validate(resource)]
    assert expressions == [f"Observation.{name}" for name in ("status", "code", "x", "y")]


def test_the_same_finding_is_told_once() -> None:
    """Two layers that see one thing are one finding."""
    resource = {**OBSERVATION, "encounter": {}}
    assert len(validate(resource)) == 1
