"""The person the case is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fhirkit.mappers.frame import frame
from fhirkit.mappers.grounding import grounds
from fhirkit.mappers.identity import PATIENT
from fhirkit.mappers.timing import known_date, words

if TYPE_CHECKING:
    from fhirkit.facts.model import PatientFact
    from fhirkit.mappers.context import MappingContext, Resource

_GENDERS = ("female", "male")


def patient(fact: PatientFact, context: MappingContext) -> Resource:
    """The Patient: gender and death as stated; no name, and no birth date made of an age."""
    made = frame("Patient", fact.id, context, _summary(fact, context), grounds(fact))
    gender = _gender(fact)
    if gender:
        made["gender"] = gender
    if fact.deceased is not None or fact.died is not None:
        _deceased(made, fact, context)
    return made


def unnamed_patient(context: MappingContext) -> Resource:
    """A Patient of whom the text says nothing, for the facts that must belong to someone."""
    return frame("Patient", PATIENT, context, "Patient not described in the text")


def _gender(fact: PatientFact) -> str | None:
    concept = fact.sex.concept if fact.sex is not None else None
    return concept if concept in _GENDERS else None


def _deceased(made: Resource, fact: PatientFact, context: MappingContext) -> None:
    if died := known_date(fact.died):
        made["deceasedDateTime"] = died
        return
    made["deceasedBoolean"] = True
    if fact.died is not None:
        made["_deceasedBoolean"] = {"extension": [words(fact.died, context)]}


def _summary(fact: PatientFact, context: MappingContext) -> str:
    parts = [
        context.wording.of(fact.age.span) if fact.age is not None else "",
        _gender(fact) or "",
        context.wording.phrase((fact.deceased, fact.died.span if fact.died is not None else None)),
    ]
    return ", ".join(part for part in parts if part) or "Patient of the case"
