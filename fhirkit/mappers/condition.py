"""Diagnoses, comorbidities and complications, as sure as the author was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fhirkit.facts.model import Certainty
from fhirkit.mappers.concept import finding_codes, name_of, quoted, with_codes
from fhirkit.mappers.frame import frame, of_patient
from fhirkit.mappers.grounding import grounds
from fhirkit.mappers.hl7 import coded
from fhirkit.mappers.quantity import age
from fhirkit.mappers.timing import known_date, point, relative

if TYPE_CHECKING:
    from fhirkit.facts.model import ConditionFact
    from fhirkit.mappers.context import MappingContext, Resource

_DUE_TO = "http://hl7.org/fhir/StructureDefinition/condition-dueTo"
_CAUSES = (
    "Condition",
    "Procedure",
    "MedicationAdministration",
    "Immunization",
    "MedicationStatement",
)
_VERIFICATION: Final = {
    Certainty.AFFIRMED: ("confirmed", "Confirmed"),
    Certainty.SUSPECTED: ("provisional", "Provisional"),
    Certainty.DIFFERENTIAL: ("differential", "Differential"),
    Certainty.REFUTED: ("refuted", "Refuted"),
}
_CLINICAL: Final = {
    "recovered": ("resolved", "Resolved"),
    "resolved": ("resolved", "Resolved"),
    "recovered with sequelae": ("resolved", "Resolved"),
    "remission": ("remission", "Remission"),
    "relapse": ("relapse", "Relapse"),
}
_ACTIVE: Final = ("active", "Active")


def condition(fact: ConditionFact, context: MappingContext) -> Resource:
    """The Condition with its verification status; a refuted one is kept as refuted."""
    codes, broader = finding_codes(fact.name, context)
    name = name_of(fact.name, context)
    made = frame("Condition", fact.id, context, _summary(fact, name, context), grounds(fact))
    if causes := context.references(fact.due_to, *_CAUSES):
        made["extension"] += [{"url": _DUE_TO, "valueReference": cause} for cause in causes]
    _status(made, fact)
    if fact.severity is not None:
        made["severity"] = quoted(fact.severity, context, "severity")
    made["code"] = with_codes(codes, name)
    if fact.body_site is not None:
        made["bodySite"] = [quoted(fact.body_site, context, "body-site")]
    of_patient(made, fact.encounter, context)
    _onset(made, fact, context)
    if fact.stage is not None:
        made["stage"] = [{"summary": {"text": context.wording.of(fact.stage)}}]
    if evidence := context.references(fact.evidence):
        made["evidence"] = [{"detail": evidence}]
    if notes := _notes(fact, broader, context):
        made["note"] = [{"text": note} for note in notes]
    return made


def _status(made: Resource, fact: ConditionFact) -> None:
    """Clinical status, verification status and category, as con-3 to con-5 want them."""
    clinical = _clinical_status(fact)
    if clinical is not None:
        made["clinicalStatus"] = coded("condition-clinical", *clinical)
    made["verificationStatus"] = coded("condition-ver-status", *_VERIFICATION[fact.certainty])
    if fact.encounter and not fact.is_history:
        category = ("encounter-diagnosis", "Encounter Diagnosis")
    elif clinical is not None:
        category = ("problem-list-item", "Problem List Item")
    else:
        return  # con-3: a problem list item has a clinical status
    made["category"] = [coded("condition-category", *category)]


def _clinical_status(fact: ConditionFact) -> tuple[str, str] | None:
    """How the condition stands; None where the text does not let us say."""
    if fact.certainty is Certainty.REFUTED:
        return None
    outcome = fact.outcome.concept if fact.outcome is not None else None
    if outcome in _CLINICAL:
        return _CLINICAL[outcome]
    # "a history of asthma" may be over or not; "a 14-year history of" is still running.
    if fact.is_history and fact.history is None and outcome is None:
        return None
    return _ACTIVE


def _onset(made: Resource, fact: ConditionFact, context: MappingContext) -> None:
    """One of onset[x]: an age, the words of a history, a date, a relation to an event."""
    onset_age = age(fact.onset_age) if fact.onset_age is not None else None
    onset = fact.onset
    if onset_age is not None:
        made["onsetAge"] = onset_age
    elif fact.history is not None:
        made["onsetString"] = context.wording.of(fact.history)
    elif onset is not None and (known_date(onset) or relative(onset, context)):
        point(made, "onsetDateTime", onset, context)
    elif onset is not None:
        made["onsetString"] = context.wording.of(onset.span)


def _notes(fact: ConditionFact, broader: str, context: MappingContext) -> list[str]:
    notes = []
    if fact.course is not None:
        notes.append(f"Course: {context.wording.of(fact.course.span)}")
    if fact.outcome is not None:
        notes.append(f"Outcome: {context.wording.of(fact.outcome.span)}")
    if broader:
        notes.append(f"Coded to the broader concept {broader}: no code of its own is known.")
    return notes


def _summary(fact: ConditionFact, name: str, context: MappingContext) -> str:
    parts = [name]
    if fact.certainty is not Certainty.AFFIRMED:
        parts.append(_VERIFICATION[fact.certainty][0])
    stated = (fact.stage, fact.history, fact.outcome.span if fact.outcome is not None else None)
    parts += [context.wording.of(span) for span in stated if span is not None]
    return ", ".join(parts)
