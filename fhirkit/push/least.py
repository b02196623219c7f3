"""The least that R4 wants of each type fhirkit makes, as test data without any patient; no I/O.

Each resource is labelled HTEST and has a key of its own, by which it is known again.
"""

from __future__ import annotations

from typing import Any

from fhirkit.bundle.request import FOUND_BY_TAG
from fhirkit.settings import DEFAULT_IDENTIFIER_SYSTEM as SYSTEM

Resource = dict[str, Any]

_LABEL = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ActReason",
    "code": "HTEST",
    "display": "test health data",
}
_UNKNOWN = {
    "extension": [
        {
            "url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
            "valueCode": "unknown",
        }
    ]
}
_TEXT = {"text": "fhirkit probe"}
_ACTIVE = {
    "system": "http://terminology.hl7.org/CodeSystem/condition-clinical",
    "code": "active",
}
_STAY = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "IMP"}
_LEAST: dict[str, Resource] = {
    "AdverseEvent": {"actuality": "actual"},
    "Condition": {"clinicalStatus": {"coding": [_ACTIVE]}, "code": _TEXT},
    "DiagnosticReport": {"status": "final", "code": _TEXT},
    "DocumentReference": {
        "status": "current",
        "content": [{"attachment": {"contentType": "text/plain", "data": "Zmhpcmtp"}}],
    },
    "Encounter": {"status": "unknown", "class": _STAY},
    "Immunization": {
        "status": "completed",
        "occurrenceString": "unknown",
        "vaccineCode": _TEXT,
    },
    "MedicationAdministration": {
        "status": "unknown",
        "effectivePeriod": _UNKNOWN,
        "medicationCodeableConcept": _TEXT,
    },
    "MedicationStatement": {"status": "unknown", "medicationCodeableConcept": _TEXT},
    "Observation": {"status": "final", "code": _TEXT},
    "Procedure": {"status": "unknown", "code": _TEXT},
    "Provenance": {"_recorded": _UNKNOWN},
}
_ABOUT_PATIENT = {
    "AdverseEvent": "subject",
    "Condition": "subject",
    "Immunization": "patient",
    "MedicationAdministration": "subject",
    "MedicationStatement": "subject",
    "Procedure": "subject",
}


def least(kind: str, key: str, *, patient: str | None, device: str | None) -> Resource | None:
    """The least resource of a type; None where what it must point at is not there.

    ``patient`` and ``device`` are places on the server. One labelled so that it is found again
    by ``key``, and by nothing else.
    """
    made: Resource = {**labelled(kind, key), **_LEAST.get(kind, {})}
    if kind in _ABOUT_PATIENT:
        if patient is None:
            return None
        made[_ABOUT_PATIENT[kind]] = {"reference": patient}
    if kind == "Provenance":
        if device is None:
            return None
        made["target"] = [{"reference": device}]
        made["agent"] = [{"who": {"reference": device}}]
    return made


def labelled(kind: str, key: str) -> Resource:
    """A resource of which nothing is said but that it is test data, with its key."""
    tag = {"system": SYSTEM, "code": key}
    resource: Resource = {"resourceType": kind, "meta": {"security": [_LABEL], "tag": [tag]}}
    identifier = {"system": SYSTEM, "value": key}
    if kind == "AdverseEvent":  # the only one of ours that has but one
        resource["identifier"] = identifier
    elif kind != "Provenance":  # which has none
        resource["identifier"] = [identifier]
    return resource


def criteria(kind: str, key: str) -> str:
    """The condition by which a resource of this key is found."""
    return f"{'_tag' if kind in FOUND_BY_TAG else 'identifier'}={SYSTEM}|{key}"


def is_labelled(resource: Resource, family: str) -> bool:
    """Whether a resource has a key that begins with ``family``, in its identifier or its tag."""
    meta = resource.get("meta")
    tags = meta.get("tag") if isinstance(meta, dict) else None
    keys = [*_values(tags, "code"), *_values(resource.get("identifier"), "value")]
    return any(isinstance(key, str) and key.startswith(family) for key in keys)


def _values(given: object, name: str) -> list[object]:
    items = given if isinstance(given, list) else [given]
    return [item.get(name) for item in items if isinstance(item, dict)]
