"""Earlier, long-running or declined drugs: what was taken, without an administration told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fhirkit.facts.model import Certainty, Use
from fhirkit.mappers.concept import concept
from fhirkit.mappers.dosage import remarks, stated
from fhirkit.mappers.frame import frame, of_patient
from fhirkit.mappers.grounding import grounds
from fhirkit.mappers.medication_administration import reasons
from fhirkit.mappers.polarity import DENIED
from fhirkit.mappers.timing import period, point

if TYPE_CHECKING:
    from fhirkit.facts.model import MedicationFact
    from fhirkit.mappers.context import MappingContext, Resource


def medication_statement(fact: MedicationFact, context: MappingContext) -> Resource:
    """The MedicationStatement of a drug taken before or over time, or not taken."""
    drug = concept(fact.drug, context, "drugs")
    status = _status(fact)
    dosage = stated(fact, context)
    words = f": {dosage['text']}" if dosage else ""
    summary = f"{drug['text']}{words} ({status})"
    made = frame("MedicationStatement", fact.id, context, summary, grounds(fact))
    made["status"] = status
    if fact.reason_stopped is not None:
        made["statusReason"] = [{"text": context.wording.of(fact.reason_stopped)}]
    made["medicationCodeableConcept"] = drug
    of_patient(made, fact.encounter, context, "context")
    _effective(made, fact, context)
    reasons(made, fact, context)
    if notes := remarks(fact, context):
        made["note"] = notes
    if dosage:
        made["dosage"] = [dosage]
    return made


def _status(fact: MedicationFact) -> str:
    if fact.certainty in DENIED:
        return "not-taken"
    if fact.certainty is not Certainty.AFFIRMED:
        return "unknown"
    if fact.stopped is not None or fact.reason_stopped is not None:
        return "stopped"
    # A number of cycles has an end, "six-monthly" has none.
    counted = fact.regimen is not None and fact.regimen.count is not None
    if fact.use is Use.LONG_TERM and fact.stop is None and not counted:
        return "active"
    return "completed"


def _effective(made: Resource, fact: MedicationFact, context: MappingContext) -> None:
    if fact.start is not None or fact.stop is not None:
        made["effectivePeriod"] = period(fact.start, fact.stop, context)
    elif fact.when is not None:
        point(made, "effectiveDateTime", fact.when, context)
