"""Invariants of what is told of patients, and of data types."""

from __future__ import annotations

from typing import Any

from oracle.mutants.model import GONE

Node = dict[str, Any]
Row = tuple[str, Node, str]
"""A type, what is laid over its smallest instance, and the element that breaks the rule."""

_T = {"text": "text"}
_UCUM = "http://unitsofmeasure.org"
_MG = {"value": 1, "unit": "mg", "system": _UCUM, "code": "mg"}
_TWO_MG = {**_MG, "value": 2}
_PATIENT = {"reference": "Patient/a1"}
_ERROR = "entered-in-error"
_TERMS = "http://terminology.hl7.org/CodeSystem/"
_PROFILE = "http://example.org/fhir/StructureDefinition/a"


def _coded(system: str, code: str) -> Node:
    return {"coding": [{"system": f"{_TERMS}{system}", "code": code}]}


_HELD = _coded("consentscope", "adr")
_VERIFIED = "allergyintolerance-verification"
_CONDITION = {"clinicalStatus": _coded("condition-clinical", "active")}

_ADMINISTRATIVE: dict[str, Row] = {
    "app-1": ("Appointment", {"participant": [{"status": "accepted"}]}, "participant[0]"),
    "app-2": ("Appointment", {"start": "2020-01-31T10:00:00Z"}, ""),
    "app-3": ("Appointment", {"status": "booked"}, ""),
    "app-4": ("Appointment", {"cancelationReason": _T}, ""),
    "apr-1": ("AppointmentResponse", {"actor": GONE}, ""),
    "cpt-2": ("Patient", {"telecom": [{"value": "555"}]}, "telecom[0]"),
    "grp-1": ("Group", {"actual": False, "member": [{"entity": _PATIENT}]}, ""),
    "ipn-1": ("InsurancePlan", {"name": GONE}, ""),
    "lnk-1": ("Linkage", {"item": [{"type": "source", "resource": _PATIENT}]}, ""),
    "lst-1": ("List", {"emptyReason": _T, "entry": [{"item": _PATIENT}]}, ""),
    "lst-2": ("List", {"mode": "working", "entry": [{"item": _PATIENT, "deleted": True}]}, ""),
    "lst-3": ("List", {"mode": "changes", "entry": [{"item": _PATIENT, "date": "2020"}]}, ""),
    "org-1": ("Organization", {"name": GONE}, ""),
    "org-2": ("Organization", {"address": [{"use": "home", "city": "Rome"}]}, "address[0]"),
    "org-3": (
        "Organization",
        {"telecom": [{"use": "home", "system": "phone", "value": "555"}]},
        "telecom[0]",
    ),
    "pat-1": ("Patient", {"contact": [{"relationship": [_T]}]}, "contact[0]"),
    "per-1": (
        "Patient",
        {"name": [{"text": "text", "period": {"start": "2020-02-01", "end": "2020-01-01"}}]},
        "name[0].period",
    ),
    "att-1": ("Patient", {"photo": [{"data": "aGVsbG8="}]}, "photo[0]"),
    "ppc-1": ("Consent", {"policyRule": GONE}, ""),
    "ppc-2": ("Consent", {"patient": GONE}, ""),
    "ppc-4": ("Consent", {"patient": GONE, "scope": _HELD}, ""),
    "sev-1": (
        "AuditEvent",
        {"entity": [{"name": "text", "query": "aGVsbG8="}]},
        "entity[0]",
    ),
    "ext-1": ("Patient", {"extension": [{"url": "http://example.org/a"}]}, "extension[0]"),
    "ref-1": ("Patient", {"managingOrganization": {"reference": "#a"}}, "managingOrganization"),
    "inv-1": ("Parameters", {"parameter": [{"name": "a"}]}, "parameter[0]"),
    "inv-1 Task": (
        "Task",
        {"lastModified": "2020-01-01", "authoredOn": "2020-02-01"},
        "",
    ),
    "txt-1": (
        "Patient",
        {
            "text": {
                "status": "generated",
                "div": '<div xmlns="http://www.w3.org/1999/xhtml"><form>x</form></div>',
            }
        },
        "text.div",
    ),
    "txt-2": (
        "Patient",
        {
            "text": {
                "status": "generated",
                "div": '<div xmlns="http://www.w3.org/1999/xhtml"> </div>',
            }
        },
        "text.div",
    ),
}
_CLINICAL: dict[str, Row] = {
    "ait-1": ("AllergyIntolerance", {"clinicalStatus": GONE}, ""),
    "ait-2": ("AllergyIntolerance", {"verificationStatus": _coded(_VERIFIED, _ERROR)}, ""),
    "con-1": ("Condition", {**_CONDITION, "stage": [{"type": _T}]}, "stage[0]"),
    "con-2": (
        "Condition",
        {**_CONDITION, "evidence": [{"extension": [{"url": "http://a.org", "valueCode": "a"}]}]},
        "evidence[0]",
    ),
    "con-4": ("Condition", {**_CONDITION, "abatementDateTime": "2020"}, ""),
    "con-5": (
        "Condition",
        {**_CONDITION, "verificationStatus": _coded("condition-ver-status", _ERROR)},
        "",
    ),
    "cpl-3": (
        "CarePlan",
        {
            "activity": [
                {"reference": {"display": "x"}, "detail": {"status": "in-progress"}},
            ]
        },
        "activity[0]",
    ),
    "fhs-1": ("FamilyMemberHistory", {"ageString": "40", "bornString": "1980"}, ""),
    "fhs-2": ("FamilyMemberHistory", {"estimatedAge": True}, ""),
    "gol-1": ("Goal", {"target": [{"detailString": "text"}]}, "target[0]"),
    "imm-1": ("Immunization", {"education": [{"publicationDate": "2020"}]}, "education[0]"),
    "imr-1": (
        "ImmunizationRecommendation",
        {"recommendation": [{"forecastStatus": _T}]},
        "recommendation[0]",
    ),
    "mad-1": ("MedicationAdministration", {"dosage": {"text": "text"}}, "dosage"),
    "mdd-1": (
        "MedicationDispense",
        {"whenPrepared": "2020-02-01", "whenHandedOver": "2020-01-01"},
        "",
    ),
    "msq-3": ("MolecularSequence", {"coordinateSystem": 2}, ""),
    "msq-5": (
        "MolecularSequence",
        {"referenceSeq": {"chromosome": _T, "referenceSeqString": "AC"}},
        "referenceSeq",
    ),
    "msq-6": ("MolecularSequence", {"referenceSeq": {"windowStart": 1}}, "referenceSeq"),
    "obs-3": ("Observation", {"referenceRange": [{"type": _T}]}, "referenceRange[0]"),
    "obs-6": ("Observation", {"dataAbsentReason": _T, "valueString": "text"}, ""),
    "obs-7": (
        "Observation",
        {
            "code": {"coding": [{"system": "http://example.org/a", "code": "a"}]},
            "valueString": "text",
            "component": [
                {
                    "code": {"coding": [{"system": "http://example.org/a", "code": "a"}]},
                    "valueString": "text",
                }
            ],
        },
        "",
    ),
    "prr-1": ("ServiceRequest", {"orderDetail": [_T]}, ""),
    "qrs-1": (
        "QuestionnaireResponse",
        {
            "item": [
                {"linkId": "1", "answer": [{"valueString": "a"}], "item": [{"linkId": "2"}]},
            ]
        },
        "item[0]",
    ),
    "ras-1": (
        "RiskAssessment",
        {"prediction": [{"probabilityRange": {"low": _MG}}]},
        "prediction[0].probabilityRange",
    ),
    "ras-2": ("RiskAssessment", {"prediction": [{"probabilityDecimal": 101}]}, "prediction[0]"),
    "rqg-1": ("RequestGroup", {"action": [{"title": "text"}]}, "action[0]"),
    "ces-1": (
        "CoverageEligibilityResponse",
        {"insurance": [{"coverage": {"reference": "Coverage/a1"}, "item": [{"name": "a"}]}]},
        "insurance[0].item[0]",
    ),
    "cmp-1": ("Composition", {"section": [{"title": "text"}]}, "section[0]"),
    "cmp-2": (
        "Composition",
        {"section": [{"emptyReason": _T, "entry": [_PATIENT]}]},
        "section[0]",
    ),
    "mrp-1": ("MeasureReport", {"type": "data-collection", "group": [{"code": _T}]}, ""),
    "mrp-2": (
        "MeasureReport",
        {"type": "summary", "group": [{"stratifier": [{"stratum": [{"measureScore": _MG}]}]}]},
        "",
    ),
    "nor-1": ("NutritionOrder", {"oralDiet": GONE}, ""),
}


def _repeat(**members: object) -> Row:
    return ("MedicationRequest", _timing(members), "dosageInstruction[0].timing.repeat")


def _timing(repeat: Node) -> Node:
    return {"dosageInstruction": [{"timing": {"repeat": repeat}}]}


def _value(name: str, value: Node) -> Row:
    return ("Observation", {name: value}, name)


def _onset(name: str, value: Node) -> Row:
    return ("Condition", {**_CONDITION, name: value}, name)


_DATA_TYPES: dict[str, Row] = {
    "age-1": _onset("onsetAge", {**_MG, "code": "a", "unit": "a", "value": -1}),
    "drt-1": (
        "Encounter",
        {"length": {"value": 1, "system": "http://example.org", "code": "h"}},
        "length",
    ),
    "qty-3": _value("valueQuantity", {"value": 1, "code": "mg"}),
    "rat-1": _value("valueRatio", {"numerator": _MG}),
    "rng-2": _value("valueRange", {"low": _TWO_MG, "high": _MG}),
    "exp-1": (
        "PlanDefinition",
        {"action": [{"condition": [{"kind": "start", "expression": {"language": "text/cql"}}]}]},
        "action[0].condition[0].expression",
    ),
    "tim-1": _repeat(duration=1),
    "tim-2": _repeat(frequency=1, period=1),
    "tim-4": _repeat(duration=-1, durationUnit="h"),
    "tim-5": _repeat(period=-1, periodUnit="h"),
    "tim-6": _repeat(periodMax=2, periodUnit="h"),
    "tim-7": _repeat(durationMax=2, durationUnit="h"),
    "tim-8": _repeat(countMax=2),
    "tim-9": _repeat(offset=10, when=["C"]),
    "tim-10": _repeat(timeOfDay=["10:00:00"], when=["MORN"]),
    "drq-1": (
        "Library",
        {"dataRequirement": [{"type": "Patient", "codeFilter": [{"valueSet": _PROFILE}]}]},
        "dataRequirement[0].codeFilter[0]",
    ),
    "drq-2": (
        "Library",
        {"dataRequirement": [{"type": "Patient", "dateFilter": [{"valueDateTime": "2020"}]}]},
        "dataRequirement[0].dateFilter[0]",
    ),
    "trd-3": ("EventDefinition", {"trigger": [{"type": "named-event"}]}, "trigger[0]"),
}

ROWS = _ADMINISTRATIVE | _CLINICAL | _DATA_TYPES
