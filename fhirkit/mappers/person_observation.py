"""What the text says of the person beside sex and death: age, handedness, occupation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fhirkit.facts.model import Range
from fhirkit.mappers.concept import named, quoted
from fhirkit.mappers.frame import frame
from fhirkit.mappers.hl7 import OBSERVATION_CATEGORY, looked_up
from fhirkit.mappers.identity import PATIENT
from fhirkit.mappers.quantity import age, value_range
from fhirkit.mappers.timing import unknown_time

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fhirkit.facts.model import PatientFact, Quantity, Term
    from fhirkit.mappers.context import MappingContext, Resource
    from fhirkit.narrative.span import Span


def person_observations(
    fact: PatientFact, context: MappingContext
) -> Iterator[tuple[str, Resource]]:
    """The Observations of a patient fact, each with its name in the case."""
    # The dot keeps these names apart from every fact's id.
    if fact.age is not None and (made := _age(f"{fact.id}.age", fact.age, context)):
        yield f"{fact.id}.age", made
    elif fact.age_group is not None:
        name = f"{fact.id}.age"
        yield name, _age_group(name, fact.age_group, context)
    if fact.handedness is not None:
        name = f"{fact.id}.handedness"
        yield name, _handedness(name, fact.handedness, context)
    if fact.occupation is not None:
        name = f"{fact.id}.occupation"
        yield name, _occupation(name, fact.occupation, context)
    if fact.cause_of_death is not None:
        name = f"{fact.id}.cause-of-death"
        yield name, _cause_of_death(name, fact.cause_of_death, context)


def _age(name: str, stated: Quantity | Range, context: MappingContext) -> Resource | None:
    if isinstance(stated, Range):
        field, value, shown = "valueRange", value_range(stated), context.wording.of(stated.span)
    else:
        field, value = "valueQuantity", age(stated)
        shown = f"{value['value']} {value['unit']}" if value else ""
    if value is None:
        return None
    code = named("age", "history", context, "Age")
    made = _observation(name, context, f"Age: {shown}", stated.span, "social-history", code)
    made[field] = value
    return made


def _age_group(name: str, group: Term, context: MappingContext) -> Resource:
    value = quoted(group, context, "age-group")
    code = named("age", "history", context, "Age")
    summary = f"Age: {value['text']}"
    made = _observation(name, context, summary, group.span, "social-history", code)
    made["valueCodeableConcept"] = value
    return made


def _handedness(name: str, hand: Term, context: MappingContext) -> Resource:
    value = quoted(hand, context, "handedness")
    code = named("handedness (observable)", "observation-code", context, "Handedness")
    made = _observation(name, context, f"Handedness: {value['text']}", hand.span, "exam", code)
    made["valueCodeableConcept"] = value
    return made


def _occupation(name: str, occupation: Term, context: MappingContext) -> Resource:
    value = quoted(occupation, context, "occupation")
    summary, code = f"Occupation: {value['text']}", {"text": "Occupation"}
    made = _observation(name, context, summary, occupation.span, "social-history", code)
    made["valueCodeableConcept"] = value
    return made


def _cause_of_death(name: str, cause: Span, context: MappingContext) -> Resource:
    words = context.wording.of(cause)
    code = named("cause of death", "history", context, "Cause of death")
    made = _observation(name, context, f"Cause of death: {words}", cause, "exam", code)
    made["valueCodeableConcept"] = {"text": words}
    return made


def _observation(
    name: str, context: MappingContext, summary: str, span: Span, category: str, code: Resource
) -> Resource:
    made = frame("Observation", name, context, summary, (span,))
    made["status"] = "final"
    made["category"] = [looked_up("observation-category", category, OBSERVATION_CATEGORY)]
    made["code"] = code
    made["subject"] = context.known_reference(PATIENT)
    return made | unknown_time()
