"""Invariants of clinical resources."""

from __future__ import annotations

from decimal import Decimal

import pytest

from fhirkit.validate.invariants.registry import INVARIANTS
from fhirkit.validate.scope import Scope
from invariant_builder import Cases, Node, faults, rows

NOTE: Node = {"extension": [{"url": "http://e.org/x", "valueString": "y"}]}
HL7 = "http://terminology.hl7.org/CodeSystem/"
LOINC = "http://loinc.org"


def coded(code: str, system: str | None = None) -> Node:
    """A CodeableConcept with one coding."""
    return {"coding": [{"code": code} | ({} if system is None else {"system": HL7 + system})]}


ACTIVE = coded("active", "condition-clinical")
RESOLVED = coded("resolved", "condition-clinical")
REFUTED = coded("refuted", "condition-ver-status")
MISTAKE = coded("entered-in-error", "condition-ver-status")
PROBLEM = coded("problem-list-item", "condition-category")
NO_ALLERGY = coded("entered-in-error", "allergyintolerance-verification")
PRESSURE: Node = {"coding": [{"system": LOINC, "code": "85354-9", "display": "BP"}]}
PERCENT: Node = {"value": 1, "system": "http://unitsofmeasure.org", "code": "%"}

CASES: Cases = {
    "obs-3": (
        [{"type": {"text": "normal"}}, NOTE],
        [{"low": {"value": 1}}, {"high": {"value": 1}}, {"_text": NOTE}],
    ),
    "obs-6": (
        [
            {"dataAbsentReason": {}, "valueString": "x"},
            {"dataAbsentReason": {}, "_valueBoolean": NOTE},
        ],
        [{"dataAbsentReason": {}}, {"valueString": "x"}, {"dataAbsentReason": {}, "value": "x"}],
    ),
    "obs-7": (
        [
            {"valueString": "x", "code": PRESSURE, "component": [{}, {"code": PRESSURE}]},
            {
                "valueString": "x",
                "code": {"coding": [{"code": "1"}, {"system": LOINC, "code": "85354-9"}]},
                "component": [{"code": PRESSURE}],
            },
        ],
        [
            {"code": PRESSURE, "component": [{"code": PRESSURE}]},
            {"valueString": "x", "code": PRESSURE, "component": [{"code": {"coding": [{}]}}]},
            {"valueString": "x", "code": {"text": "a"}, "component": [{"code": {"text": "a"}}]},
            {
                "valueString": "x",
                "code": {"coding": [{"code": "1"}]},
                "component": [{"code": {"coding": [{"code": "1"}]}}],
            },
            {"valueString": "x", "code": PRESSURE, "component": {"code": PRESSURE}},
            {"valueString": "x", "code": "BP", "component": [{"code": "BP"}]},
            {"valueString": "x", "code": PRESSURE},
        ],
    ),
    "vs-1": (
        [{"effectiveDateTime": "2020"}, {"effectiveDateTime": "2020-05"}],
        [
            {"effectiveDateTime": "2020-05-01"},
            {"effectivePeriod": {"start": "2020"}},
            {"effectiveDateTime": 2020},
            {"_effectiveDateTime": NOTE},
        ],
    ),
    "vs-2": (
        [{"code": PRESSURE}, {"note": [{"text": "x"}]}],
        [{"component": [{}]}, {"hasMember": [{}]}, {"dataAbsentReason": {}}, {"valueString": "x"}],
    ),
    "vs-3": ([{"code": PRESSURE}], [{"dataAbsentReason": {}}, {"_valueString": NOTE}]),
    "con-1": ([{"type": {"text": "x"}}], [{"summary": {}}, {"assessment": [{}]}]),
    "con-2": ([{"id": "a"}, NOTE], [{"code": [{}]}, {"detail": [{}]}]),
    "con-3": (
        [
            {"category": [coded("encounter-diagnosis"), PROBLEM]},
            {"category": [PROBLEM], "verificationStatus": REFUTED},
        ],
        [
            {"category": [PROBLEM], "clinicalStatus": ACTIVE},
            {"category": [PROBLEM], "verificationStatus": MISTAKE},
            {"category": [coded("encounter-diagnosis", "condition-category")]},
            {"category": [coded("problem-list-item", "another")]},
            {"category": ["problem-list-item"]},
            {"category": PROBLEM},
            {"code": {"text": "x"}},
        ],
    ),
    "con-4": (
        [
            {"abatementString": "x"},
            {"abatementDateTime": "2020", "clinicalStatus": ACTIVE},
            {"_abatementString": NOTE, "clinicalStatus": coded("resolved", "another")},
        ],
        [
            {"abatementString": "x", "clinicalStatus": RESOLVED},
            {"abatementString": "x", "clinicalStatus": coded("inactive", "condition-clinical")},
            {"abatementAge": {"value": 4}, "clinicalStatus": coded("remission")},
            {"abatementString": "x", "clinicalStatus": {"text": "over"}},
            {"abatementString": "x", "clinicalStatus": "resolved"},
            {"abatementString": "x", "clinicalStatus": None},
            {"clinicalStatus": ACTIVE},
            {"abatement": "x", "clinicalStatus": ACTIVE},
        ],
    ),
    "con-5": (
        [{"clinicalStatus": ACTIVE, "verificationStatus": MISTAKE}],
        [
            {"verificationStatus": MISTAKE},
            {"clinicalStatus": ACTIVE, "verificationStatus": REFUTED},
            {"clinicalStatus": ACTIVE, "verificationStatus": coded("entered-in-error", "another")},
            {"clinicalStatus": ACTIVE, "verificationStatus": ["entered-in-error"]},
        ],
    ),
    "ait-1": (
        [{}, {"verificationStatus": coded("confirmed", "allergyintolerance-verification")}],
        [
            {"verificationStatus": NO_ALLERGY},
            {"verificationStatus": coded("entered-in-error")},
            {"verificationStatus": {"text": "mistake"}},
            {"clinicalStatus": {}},
        ],
    ),
    "ait-2": (
        [{"clinicalStatus": {}, "verificationStatus": NO_ALLERGY}],
        [{"verificationStatus": NO_ALLERGY}, {"clinicalStatus": {}, "verificationStatus": MISTAKE}],
    ),
    "fhs-1": (
        [{"ageString": "4", "bornString": "x"}, {"ageAge": {}, "_bornDate": NOTE}],
        [{"ageString": "4"}, {"bornString": "x"}, {"age": "4", "bornString": "x"}],
    ),
    "fhs-2": (
        [{"estimatedAge": False}, {"_estimatedAge": NOTE, "bornString": "x"}],
        [{"estimatedAge": True, "ageString": "4"}, {"bornString": "x"}],
    ),
    "ras-1": (
        [{"low": {"value": 1}}, {"low": PERCENT, "high": PERCENT | {"code": "1"}}],
        [{"low": PERCENT, "high": PERCENT}, {"low": "1 %"}, {}],
    ),
    "ras-2": (
        [{"probabilityDecimal": Decimal("100.1")}],
        [{"probabilityDecimal": 100}, {"probabilityDecimal": "101"}, {"probabilityRange": {}}],
    ),
    "mad-1": (
        [{"text": "x"}, {"rate": {}}],
        [{"dose": {}}, {"rateQuantity": {}}, {"rateRatio": {}}],
    ),
    "mdd-1": (
        [{"whenPrepared": "2020-05-02", "whenHandedOver": "2020-05-01"}],
        [
            {"whenPrepared": "2020-05-01", "whenHandedOver": "2020-05-01"},
            {"whenPrepared": "2020-05-01T10:00:00Z", "whenHandedOver": "2020-05-01"},
            {"whenHandedOver": "2020-05-01"},
            {"whenPrepared": 2021, "whenHandedOver": "2020"},
        ],
    ),
    "imm-1": (
        [{"publicationDate": "2020"}],
        [{"documentType": "x"}, {"_reference": NOTE}],
    ),
    "imr-1": ([{"series": "x"}], [{"vaccineCode": [{}]}, {"targetDisease": {}}]),
    "nor-1": ([{"status": "x"}], [{"oralDiet": {}}, {"supplement": [{}]}, {"enteralFormula": {}}]),
    "prr-1": ([{"orderDetail": [{}]}], [{"orderDetail": [{}], "code": {}}, {"code": {}}, {}]),
    "cpl-3": ([{"detail": {}, "reference": {}}], [{"detail": {}}, {"reference": {}}, {}]),
    "gol-1": (
        [{"detailString": "x"}, {"_detailString": NOTE}],
        [{"detailString": "x", "measure": {}}, {"measure": {}}, {"dueDate": "2020"}],
    ),
    "cmp-1": (
        [{"title": "x"}, {"emptyReason": {}}],
        [{"text": {}}, {"entry": [{}]}, {"section": [{}]}],
    ),
    "cmp-2": ([{"emptyReason": {}, "entry": [{}]}], [{"emptyReason": {}}, {"entry": [{}]}]),
    "qrs-1": ([{"answer": [{}], "item": [{}]}], [{"answer": [{"item": [{}]}]}, {"item": [{}]}]),
}


@pytest.mark.parametrize(("key", "node", "holds"), rows(CASES))
def test_invariant(key: str, node: Node, holds: bool) -> None:
    """What breaks an invariant is at fault itself; a near miss is not."""
    assert faults(key, node) == ([] if holds else [(node, None)])


TARGETS: dict[str, Node] = {
    "Practitioner/1": {"resourceType": "Practitioner"},
    "Organization/1": {"resourceType": "Organization"},
    "odd": {"resourceType": ["Organization"]},
}


@pytest.mark.parametrize(
    ("participant", "holds"),
    [
        pytest.param({"member": {"reference": "Organization/1"}}, False, id="organization"),
        pytest.param({"member": {"reference": "Practitioner/1"}}, True, id="practitioner"),
        pytest.param({"member": {"reference": "Patient/9"}}, True, id="not-at-hand"),
        pytest.param({"member": {"reference": "odd"}}, True, id="of-unknown-type"),
        pytest.param({"member": {"display": "x"}}, True, id="named-only"),
        pytest.param({"member": "Organization/1"}, True, id="wrong-type"),
        pytest.param({}, True, id="no-member"),
    ],
)
def test_who_acts_on_behalf_of_another(participant: Node, holds: bool) -> None:
    """ctm-1 is broken where the member is at hand and is no Practitioner."""
    scope = Scope(root={}, container={}, resource={}, targets=TARGETS)
    acting = participant | {"onBehalfOf": {"reference": "Organization/1"}}
    assert list(INVARIANTS["ctm-1"](acting, scope)) == ([] if holds else [(acting, None)])
    assert list(INVARIANTS["ctm-1"](participant, scope)) == []
