"""A stay or visit that the course hangs on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fhirkit.facts.model import PatientFact
from fhirkit.mappers.frame import frame
from fhirkit.mappers.grounding import grounds
from fhirkit.mappers.hl7 import ACT_CODE, coded, coding
from fhirkit.mappers.identity import PATIENT
from fhirkit.mappers.quantity import duration
from fhirkit.mappers.timing import point

if TYPE_CHECKING:
    from fhirkit.facts.model import EncounterFact
    from fhirkit.mappers.context import MappingContext, Resource
    from fhirkit.narrative.span import Span

_REASONS = ("Condition", "Procedure", "Observation")


def encounter(fact: EncounterFact, context: MappingContext) -> Resource:
    """The Encounter: class, relative time, length of stay, how it ended."""
    made = frame("Encounter", fact.id, context, _summary(fact, context), grounds(fact))
    made["status"] = "finished"
    made["class"] = _class(fact)
    made["subject"] = context.known_reference(PATIENT)
    if fact.when is not None:
        made["period"] = {}
        point(made["period"], "start", fact.when, context)
    if (length := duration(fact.length)) is not None and "comparator" not in length:
        made["length"] = length
    if fact.reason_words is not None:
        made["reasonCode"] = [{"text": context.wording.of(fact.reason_words)}]
    if references := context.references(fact.reason, *_REASONS):
        made["reasonReference"] = references
    if fact.discharge is not None:
        disposition = _disposition(fact.discharge, context)
        made["hospitalization"] = {"dischargeDisposition": disposition}
    return made


def _class(fact: EncounterFact) -> Resource:
    known = ACT_CODE.get(fact.kind.concept or "")
    # class is required; what kind of visit it was may still be unknown.
    return coding("v3-ActCode", *known) if known else coding("v3-NullFlavor", "UNK", "unknown")


def _disposition(discharge: Span, context: MappingContext) -> Resource:
    """How the stay ended, coded where it ended with the death of the patient."""
    words = context.wording.of(discharge)
    if any(death.overlaps(discharge) for death in _deaths(context)):
        return coded("discharge-disposition", "exp", "Expired", words)
    return {"text": words}


def _deaths(context: MappingContext) -> list[Span]:
    return [
        fact.deceased
        for fact in context.facts.values()
        if isinstance(fact, PatientFact) and fact.deceased is not None
    ]


def _summary(fact: EncounterFact, context: MappingContext) -> str:
    spans = (
        fact.kind.span,
        fact.when.span if fact.when is not None else None,
        fact.length.span if fact.length is not None else None,
        fact.reason_words,
        fact.discharge,
    )
    return context.wording.phrase(spans)
