"""Which FHIR version a resource is written for: R4 is checked, others are refused by name.

Only what no R4 resource can have counts as a sign: a resource type or an element that came
with another version or went with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fhirkit.validate.place import Resource

SPEC = "https://hl7.org/fhir/R4/resourcelist.html"

_TYPES = {
    "STU3": """
        BodySite DataElement DeviceComponent EligibilityRequest EligibilityResponse
        ExpansionProfile ImagingManifest ProcedureRequest ProcessRequest ProcessResponse
        ReferralRequest Sequence ServiceDefinition
        """,
    "R4B": """
        AdministrableProductDefinition Citation ClinicalUseDefinition EvidenceReport Ingredient
        ManufacturedItemDefinition MedicinalProductDefinition NutritionProduct
        PackagedProductDefinition RegulatedAuthorization SubscriptionStatus SubscriptionTopic
        SubstanceDefinition
        """,
    "R5": """
        ActorDefinition ArtifactAssessment BiologicallyDerivedProductDispense
        ConditionDefinition DeviceAssociation DeviceDispense DeviceUsage EncounterHistory
        FormularyItem GenomicStudy ImagingSelection InventoryItem InventoryReport
        NutritionIntake Permission RequestOrchestration Requirements TestPlan Transport
        """,
}
_VERSION_OF_TYPE = {name: version for version, names in _TYPES.items() for name in names.split()}

# Element names that the type of that name has in one other version only.
_ELEMENTS = {
    ("AdverseEvent", "code"): "R5",
    ("AdverseEvent", "status"): "R5",
    ("AdverseEvent", "occurrenceDateTime"): "R5",
    ("AdverseEvent", "occurrencePeriod"): "R5",
    ("AdverseEvent", "resultingEffect"): "R5",
    ("Condition", "participant"): "R5",
    ("Condition", "context"): "STU3",
    ("Condition", "assertedDate"): "STU3",
    ("DiagnosticReport", "context"): "STU3",
    ("DocumentReference", "indexed"): "STU3",
    ("DocumentReference", "attester"): "R5",
    ("Encounter", "actualPeriod"): "R5",
    ("Encounter", "admission"): "R5",
    ("Encounter", "incomingReferral"): "STU3",
    ("Immunization", "notGiven"): "STU3",
    ("MedicationAdministration", "medication"): "R5",
    ("MedicationAdministration", "occurenceDateTime"): "R5",
    ("MedicationAdministration", "occurencePeriod"): "R5",
    ("MedicationAdministration", "notGiven"): "STU3",
    ("MedicationStatement", "medication"): "R5",
    ("MedicationStatement", "adherence"): "R5",
    ("MedicationStatement", "taken"): "STU3",
    ("Observation", "triggeredBy"): "R5",
    ("Observation", "context"): "STU3",
    ("Observation", "related"): "STU3",
    ("Patient", "animal"): "STU3",
    ("Procedure", "occurrenceDateTime"): "R5",
    ("Procedure", "occurrencePeriod"): "R5",
    ("Procedure", "notDone"): "STU3",
    ("Procedure", "context"): "STU3",
}
_SIGNS: dict[str, dict[str, str]] = {}
for (_kind, _name), _version in _ELEMENTS.items():
    _SIGNS.setdefault(_kind, {})[_name] = _version


def other_version(resource: Resource) -> tuple[str, str] | None:
    """The version a resource is plainly written for if it is not R4, and the sign of it.

    The sign is the name of an element, or ``resourceType``.
    """
    kind = resource.get("resourceType")
    if not isinstance(kind, str):
        return None
    version = _VERSION_OF_TYPE.get(kind)
    if version is not None:
        return version, "resourceType"
    signs = _SIGNS.get(kind)
    if signs is not None and not signs.keys().isdisjoint(resource):
        sign = next(name for name in resource if name in signs)
        return signs[sign], sign
    return _stated(resource) if "fhirVersion" in resource else None


def _stated(resource: Resource) -> tuple[str, str] | None:
    """What a conformance resource says of itself."""
    stated = resource.get("fhirVersion")
    if isinstance(stated, str):
        for start, version in (("5.", "R5"), ("4.3", "R4B"), ("3.", "STU3"), ("1.", "DSTU2")):
            if stated.startswith(start):
                return version, "fhirVersion"
    return None
