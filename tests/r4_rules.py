"""Rules of FHIR R4 (4.0.1) that structure alone does not show.

Invariants as the specification's StructureDefinitions have them, for every resource and for
the data types inside; and the code lists that are bound as required.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

#: Where, name, FHIRPath. The place is a resource type or a path below one.
INVARIANTS = [
    ("AdverseEvent", "dom-2", "contained.contained.empty()"),
    ("Bundle", "bdl-1", "total.empty() or (type = 'searchset') or (type = 'history')"),
    (
        "Bundle",
        "bdl-3",
        (
            "entry.all(request.exists() = (%resource.type = 'batch' or %resource.type = 'transaction'"
            " or %resource.type = 'history'))"
        ),
    ),
    (
        "Bundle",
        "bdl-7",
        (
            "(type = 'history') or entry.where(fullUrl.exists())"
            ".select(fullUrl&resource.meta.versionId).isDistinct()"
        ),
    ),
    ("Bundle.entry", "bdl-5", "resource.exists() or request.exists() or response.exists()"),
    ("Bundle.entry", "bdl-8", "fullUrl.contains('/_history/').not()"),
    (
        "Condition",
        "con-3",
        (
            "clinicalStatus.exists() or verificationStatus.coding.where(code = 'entered-in-error')"
            ".exists() or category.coding.where(code = 'problem-list-item').empty()"
        ),
    ),
    (
        "Condition",
        "con-4",
        (
            "abatement.empty() or clinicalStatus.coding.where(code = 'resolved' or"
            " code = 'remission' or code = 'inactive').exists()"
        ),
    ),
    (
        "Condition",
        "con-5",
        (
            "verificationStatus.coding.where(code = 'entered-in-error').empty()"
            " or clinicalStatus.empty()"
        ),
    ),
    ("Condition.evidence", "con-2", "code.exists() or detail.exists()"),
    ("MedicationAdministration.dosage", "mad-1", "dose.exists() or rate.exists()"),
    ("Observation", "obs-6", "dataAbsentReason.empty() or value.empty()"),
    (
        "Observation",
        "obs-7",
        (
            "value.empty() or component.code.where("
            "coding.intersect(%resource.code.coding).exists()).empty()"
        ),
    ),
    ("Observation.referenceRange", "obs-3", "low.exists() or high.exists() or text.exists()"),
]

_SYSTEM = "http://terminology.hl7.org/CodeSystem/"
#: Required bindings: the codes of an element, and the system of a CodeableConcept's.
BINDINGS: dict[str, tuple[str, set[str]]] = {
    "AdverseEvent.actuality": ("", {"actual", "potential"}),
    "AdverseEvent.outcome": (
        _SYSTEM + "adverse-event-outcome",
        {"resolved", "recovering", "ongoing", "resolvedWithSequelae", "fatal", "unknown"},
    ),
    "AdverseEvent.severity": (_SYSTEM + "adverse-event-severity", {"mild", "moderate", "severe"}),
    "Condition.clinicalStatus": (
        _SYSTEM + "condition-clinical",
        {"active", "recurrence", "relapse", "inactive", "remission", "resolved"},
    ),
    "Condition.verificationStatus": (
        _SYSTEM + "condition-ver-status",
        {
            "unconfirmed",
            "provisional",
            "differential",
            "confirmed",
            "refuted",
            "entered-in-error",
        },
    ),
    "DiagnosticReport.status": (
        "",
        {"registered", "partial", "preliminary", "final", "amended", "cancelled", "unknown"},
    ),
    "DocumentReference.status": ("", {"current", "superseded", "entered-in-error"}),
    "Encounter.status": (
        "",
        {"planned", "arrived", "triaged", "in-progress", "onleave", "finished", "cancelled"},
    ),
    "Immunization.status": ("", {"completed", "entered-in-error", "not-done"}),
    "MedicationAdministration.status": (
        "",
        {"in-progress", "not-done", "on-hold", "completed", "stopped", "unknown"},
    ),
    "MedicationStatement.status": (
        "",
        {"active", "completed", "intended", "stopped", "on-hold", "unknown", "not-taken"},
    ),
    "Observation.status": ("", {"registered", "preliminary", "final", "amended", "cancelled"}),
    "Patient.gender": ("", {"male", "female", "other", "unknown"}),
    "Procedure.status": (
        "",
        {"preparation", "in-progress", "not-done", "on-hold", "stopped", "completed", "unknown"},
    ),
    "Provenance.entity.role": ("", {"derivation", "revision", "quotation", "source", "removal"}),
}


def broken_bindings(resource: dict[str, Any]) -> list[str]:
    """The elements of a resource with a code that R4 does not allow there."""
    return [
        path
        for path, (system, allowed) in BINDINGS.items()
        for value in _values(resource, path)
        if not _is_bound(value, system, allowed)
    ]


def _is_bound(value: Any, system: str, allowed: set[str]) -> bool:
    if not system:
        return value in allowed
    return all(c["system"] == system and c["code"] in allowed for c in value["coding"])


def _values(resource: dict[str, Any], path: str) -> Iterator[Any]:
    resource_type, *names = path.split(".")
    nodes: list[Any] = [resource] if resource["resourceType"] == resource_type else []
    for name in names:
        found = [node[name] for node in nodes if name in node]
        nodes = [
            item for value in found for item in (value if isinstance(value, list) else [value])
        ]
    yield from nodes


def broken_invariants(resource: dict[str, Any], evaluate: Any, model: Any) -> list[str]:
    """The invariants that a resource, or a Bundle without looking into its entries, breaks."""
    broken = []
    for place, name, path in INVARIANTS:
        resource_type, _, inner = place.partition(".")
        if resource["resourceType"] != resource_type:
            continue
        expression = f"{inner}.all({path})" if inner else path
        if evaluate(resource, expression, {"resource": resource}, model) != [True]:
            broken.append(name)
    return broken
