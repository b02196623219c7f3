"""A drug given during the course that is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fhirkit.facts.model import EncounterFact
from fhirkit.mappers.concept import concept
from fhirkit.mappers.dosage import administered, dosage_words, remarks
from fhirkit.mappers.frame import frame, of_patient
from fhirkit.mappers.grounding import grounds
from fhirkit.mappers.hl7 import coded
from fhirkit.mappers.timing import known_date, period

if TYPE_CHECKING:
    from fhirkit.facts.model import MedicationFact
    from fhirkit.mappers.context import MappingContext, Resource

REASONS = ("Condition", "Observation", "DiagnosticReport")
_CATEGORY = {"inpatient": ("inpatient", "Inpatient"), "ambulatory": ("outpatient", "Outpatient")}


def medication_administration(fact: MedicationFact, context: MappingContext) -> Resource:
    """The MedicationAdministration, with no date that the text does not give."""
    drug = concept(fact.drug, context, "drugs")
    words = dosage_words(fact, context)
    made = frame(
        "MedicationAdministration",
        fact.id,
        context,
        f"{drug['text']}: {words}" if words else drug["text"],
        grounds(fact),
    )
    made["status"] = "completed" if fact.stopped is None else "stopped"
    if fact.reason_stopped is not None:
        made["statusReason"] = [{"text": context.wording.of(fact.reason_stopped)}]
    if category := _category(fact, context):
        made["category"] = coded("medication-admin-category", *category)
    made["medicationCodeableConcept"] = drug
    of_patient(made, fact.encounter, context, "context")
    _effective(made, fact, context)
    reasons(made, fact, context)
    dosage = administered(fact, context)
    notes = remarks(fact, context)
    if dosage is None and words:
        notes.insert(0, {"text": words})
    if notes:
        made["note"] = notes
    if dosage is not None:
        made["dosage"] = dosage
    return made


def reasons(made: Resource, fact: MedicationFact, context: MappingContext) -> None:
    """What the drug was for: the conditions of the case, else the author's words."""
    if fact.reason_words is not None:
        made["reasonCode"] = [{"text": context.wording.of(fact.reason_words)}]
    if references := context.references(fact.reason, *REASONS):
        made["reasonReference"] = references


def _category(fact: MedicationFact, context: MappingContext) -> tuple[str, str] | None:
    encounter = context.facts.get(fact.encounter or "")
    if not isinstance(encounter, EncounterFact):
        return None
    return _CATEGORY.get(encounter.kind.concept or "")


def _effective(made: Resource, fact: MedicationFact, context: MappingContext) -> None:
    """effective[x], which is required: a date, or a period that may lack its start.

    A dateTime of nothing but extensions would be as good for R4, but R4B's models refuse it.
    """
    start = fact.start or fact.when
    if fact.stop is None and (day := known_date(start)):
        made["effectiveDateTime"] = day
    else:
        made["effectivePeriod"] = period(start, fact.stop, context)
