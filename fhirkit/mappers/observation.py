"""Laboratory values, scores, vital signs, serology: whatever was measured or judged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fhirkit.facts.model import Certainty, Quantity, Range, Ratio, Term
from fhirkit.mappers.concept import name_of, named, quoted, reviewers_code, with_codes
from fhirkit.mappers.frame import frame, of_patient
from fhirkit.mappers.grounding import grounds
from fhirkit.mappers.hl7 import INTERPRETATION, OBSERVATION_CATEGORY, coded, looked_up
from fhirkit.mappers.loinc_property import fits
from fhirkit.mappers.polarity import ABSENT, UNSURE
from fhirkit.mappers.quantity import quantity, ratio, score, value_range
from fhirkit.mappers.specimen import specimen_name
from fhirkit.mappers.timing import point, unknown_time
from fhirkit.mappers.vital_sign import without_unkept_codes

if TYPE_CHECKING:
    from fhirkit.facts.model import ObservationFact
    from fhirkit.mappers.context import MappingContext, Resource

# What a qualitative result is when the text gives only its interpretation.
_FINDING_OF: Final = {
    "A": "abnormal",
    "DET": "detected",
    "N": "normal",
    "ND": "not detected",
    "NEG": "negative",
    "POS": "positive",
}
_OF_A_NUMBER: Final = frozenset({"H", "HH", "HU", "L", "LL", "LU", "N"})


def observation(fact: ObservationFact, context: MappingContext) -> Resource:
    """The Observation of a measured or judged property."""
    code = _code(fact, context)
    value = _not_done() if fact.certainty is Certainty.NOT_DONE else _value(fact, context)
    summary = f"{code['text']}: {_words(fact, context)}"
    made = frame("Observation", fact.id, context, summary, grounds(fact))
    made["status"] = "cancelled" if fact.certainty is Certainty.NOT_DONE else "final"
    made["category"] = [looked_up("observation-category", fact.category, OBSERVATION_CATEGORY)]
    made["code"] = code
    of_patient(made, fact.encounter, context)
    _effective(made, fact, context)
    made |= value
    _details(made, fact, context)
    return without_unkept_codes(made)


def _code(fact: ObservationFact, context: MappingContext) -> Resource:
    """What was measured, without a code that cannot be of the unit or specimen written."""
    term = fact.analyte
    if term.code is not None:
        return with_codes(reviewers_code(term), name_of(term, context))
    if term.concept is None:
        return {"text": context.wording.of(term.span)}
    ucum = fact.value.ucum if isinstance(fact.value, Quantity) else None
    specimen = fact.specimen.concept if fact.specimen is not None else None
    codes = context.mappings.codings(term.concept, "observations", "scores")
    fitting = [code for code in codes if fits(code.display, ucum, specimen)]
    return with_codes(fitting, name_of(term, context))


def _effective(made: Resource, fact: ObservationFact, context: MappingContext) -> None:
    if fact.when is not None:
        point(made, "effectiveDateTime", fact.when, context)
    else:
        made |= unknown_time()


def _value(fact: ObservationFact, context: MappingContext) -> Resource:
    """The value[x] or dataAbsentReason (obs-6: never both)."""
    value = fact.value
    if isinstance(value, Quantity):
        made = score(value) if fact.category == "survey" else quantity(value)
        return {"valueQuantity": made}
    if isinstance(value, Ratio):
        return {"valueRatio": ratio(value)}
    if isinstance(value, Range):
        bounds = value_range(value)
        return {"valueRange": bounds} if bounds else {"valueString": context.wording.of(value.span)}
    if isinstance(value, Term) and not _only_interpreted(fact, value):
        return {"valueCodeableConcept": quoted(value, context, "finding", "interpretation")}
    return _value_of_interpretation(fact, context)


def _only_interpreted(fact: ObservationFact, value: Term) -> bool:
    """Whether the words of the value are no more than its interpretation ("normal")."""
    return fact.interpretation is not None and fact.interpretation.span == value.span


def _value_of_interpretation(fact: ObservationFact, context: MappingContext) -> Resource:
    term = fact.interpretation
    if term is None:
        if fact.certainty in ABSENT:
            return {"valueCodeableConcept": named("absent", "finding", context, "absent")}
        return _no_value("unknown", "Unknown")
    name = term.concept or ""
    if name in _OF_A_NUMBER and not (name == "N" and _has_no_unit(fact, context)):
        # "glucose was normal": there was a number, and the text does not give it.
        return _no_value("unknown", "Unknown")
    codes = context.mappings.codings(_FINDING_OF.get(name, ""), "finding")
    return {"valueCodeableConcept": with_codes(codes, context.wording.of(term.span))}


def _has_no_unit(fact: ObservationFact, context: MappingContext) -> bool:
    row = context.mappings.observations.get(fact.analyte.concept or "")
    return row is not None and not row.units


def _not_done() -> Resource:
    return _no_value("not-performed", "Not Performed")


def _no_value(code: str, display: str) -> Resource:
    return {"dataAbsentReason": coded("data-absent-reason", code, display)}


def _details(made: Resource, fact: ObservationFact, context: MappingContext) -> None:
    if fact.interpretation is not None:
        words = context.wording.of(fact.interpretation.span)
        code = fact.interpretation.concept or ""
        interpreted = looked_up("v3-ObservationInterpretation", code, INTERPRETATION, words)
        made["interpretation"] = [interpreted]
    if fact.certainty in UNSURE:
        made["note"] = [{"text": "The text gives this result as suspected."}]
    if fact.method is not None:
        made["method"] = quoted(fact.method, context, "method")
    if fact.specimen is not None:
        made["specimen"] = context.known_reference(specimen_name(fact.specimen))
    if fact.reference is not None:
        made["referenceRange"] = [_reference_range(fact.reference, context)]


def _reference_range(reference: Range, context: MappingContext) -> Resource:
    made = value_range(reference) or {}
    made["text"] = context.wording.of(reference.span)
    return made


def _words(fact: ObservationFact, context: MappingContext) -> str:
    """The result as written, for the readable part."""
    if fact.certainty is Certainty.NOT_DONE:
        return "not done"
    spans = [part.span for part in (fact.value, fact.interpretation) if part is not None]
    words = ", ".join(dict.fromkeys(context.wording.of(span) for span in spans))
    if fact.certainty in ABSENT:
        words = words or "absent"
    words = words or "no value in the text"
    return words if fact.when is None else f"{words} ({context.wording.of(fact.when.span)})"
