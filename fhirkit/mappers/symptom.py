"""Signs and symptoms, present or absent, as HL7's Symptoms guide has them.

The Observation's code says whether the finding is there ("Symptom", "Symptom absent"); the
finding itself is the value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fhirkit.facts.model import When
from fhirkit.mappers import polarity
from fhirkit.mappers.concept import finding, finding_codes, named, quoted, with_codes
from fhirkit.mappers.frame import frame, of_patient
from fhirkit.mappers.grounding import grounds
from fhirkit.mappers.hl7 import OBSERVATION_CATEGORY, looked_up
from fhirkit.mappers.timing import extensions, period, point, unknown_time

if TYPE_CHECKING:
    from fhirkit.facts.model import ConditionFact, SymptomFact, Term
    from fhirkit.mappers.context import MappingContext, Resource

PRESENT = ("symptom (Observation.code)", "Symptom")
ABSENT = ("symptom absent (Observation.code)", "Symptom absent")


def symptom(fact: SymptomFact, context: MappingContext) -> Resource:
    """The Observation of a sign or symptom, present or absent."""
    if fact.certainty in polarity.ABSENT:
        made = _observation(fact, ABSENT, _absent(fact.name, context), context)
    else:
        made = _observation(fact, PRESENT, finding(fact.name, context), context)
    _effective(made, fact, context)
    _details(made, fact, context)
    return made


def absent_condition(fact: ConditionFact, context: MappingContext) -> Resource:
    """The Observation that a diagnosis is simply not there."""
    made = _observation(fact, ABSENT, _absent(fact.name, context), context)
    return made | unknown_time()


def _absent(name: Term, context: MappingContext) -> Resource:
    """What is not there, by its name: the author's word for it may itself be "afebrile"."""
    codes, _ = finding_codes(name, context)
    return with_codes(codes, name.concept or context.wording.of(name.span))


def _observation(
    fact: SymptomFact | ConditionFact,
    pattern: tuple[str, str],
    value: Resource,
    context: MappingContext,
) -> Resource:
    name, text = pattern
    made = frame("Observation", fact.id, context, f"{text}: {value['text']}", grounds(fact))
    made["status"] = "final"
    made["category"] = [looked_up("observation-category", "exam", OBSERVATION_CATEGORY)]
    made["code"] = named(name, "observation-code", context, text)
    of_patient(made, fact.encounter, context)
    made["valueCodeableConcept"] = value
    return made


def _effective(made: Resource, fact: SymptomFact, context: MappingContext) -> None:
    """When the symptom was: a period if it began before something, or for how long is told."""
    start = _start(fact)
    if start is not None:
        made["effectivePeriod"] = period(start, None, context)
    elif fact.duration is not None:
        words = extensions(When(fact.duration.span), context)
        made["effectivePeriod"] = {"_start": {"extension": words}}
    elif fact.when is not None:
        point(made, "effectiveDateTime", fact.when, context)
    else:
        made |= unknown_time()


def _start(fact: SymptomFact) -> When | None:
    """The beginning of a symptom there before an event ("for 12 days" on admission)."""
    when = fact.when
    if when is None or when.date is not None or when.relation not in ("before", "at"):
        return None
    if when.relation == "before" and (when.offset is not None or fact.duration is None):
        return when
    if fact.duration is None:
        return None
    return When(fact.duration.span, offset=fact.duration, relation="before", anchor=when.anchor)


def _details(made: Resource, fact: SymptomFact, context: MappingContext) -> None:
    if fact.certainty in polarity.UNSURE:
        made["note"] = [{"text": "The text gives this finding as suspected."}]
    if fact.body_site is not None:
        made["bodySite"] = quoted(fact.body_site, context, "body-site")
    if fact.severity is not None:
        severity = "severity of symptom (component)"
        made["component"] = [
            {
                "code": named(severity, "observation-code", context),
                "valueCodeableConcept": quoted(fact.severity, context, "severity"),
            }
        ]
