"""A vaccine given: R4 keeps vaccinations out of MedicationAdministration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fhirkit.facts.model import Certainty
from fhirkit.mappers.concept import concept
from fhirkit.mappers.dosage import dosage_words
from fhirkit.mappers.frame import frame
from fhirkit.mappers.grounding import grounds
from fhirkit.mappers.identity import PATIENT
from fhirkit.mappers.medication_administration import reasons
from fhirkit.mappers.quantity import simple_quantity
from fhirkit.mappers.timing import known_date, point, relative

if TYPE_CHECKING:
    from fhirkit.facts.model import MedicationFact
    from fhirkit.mappers.context import MappingContext, Resource


def immunization(fact: MedicationFact, context: MappingContext) -> Resource:
    """The Immunization, done or not."""
    vaccine = concept(fact.drug, context, "drugs")
    done = fact.certainty is Certainty.AFFIRMED
    summary = vaccine["text"] if done else f"{vaccine['text']}: not given"
    made = frame("Immunization", fact.id, context, summary, grounds(fact))
    made["status"] = "completed" if done else "not-done"
    if not done and fact.reason_words is not None:
        made["statusReason"] = {"text": context.wording.of(fact.reason_words)}
    made["vaccineCode"] = vaccine
    made["patient"] = context.known_reference(PATIENT)
    if fact.encounter and (encounter := context.reference(fact.encounter, "Encounter")):
        made["encounter"] = encounter
    _occurrence(made, fact, context)
    _dose(made, fact, context)
    if done:
        reasons(made, fact, context)
    return made


def _occurrence(made: Resource, fact: MedicationFact, context: MappingContext) -> None:
    """occurrence[x], which is required; its words where no event of the case gives the time."""
    when = fact.when or fact.start
    if when is not None and (known_date(when) or relative(when, context)):
        point(made, "occurrenceDateTime", when, context)
    else:
        words = context.wording.of(when.span) if when is not None else "unknown"
        made["occurrenceString"] = words


def _dose(made: Resource, fact: MedicationFact, context: MappingContext) -> None:
    if fact.dose is not None and not fact.dose.comparator:
        made["doseQuantity"] = simple_quantity(fact.dose)
    if fact.dose_number is not None:
        made["protocolApplied"] = [{"doseNumberPositiveInt": int(fact.dose_number.digits)}]
    if words := dosage_words(fact, context):
        made["note"] = [{"text": words}]
