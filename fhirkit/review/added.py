"""Facts that a reviewer found in the text and the reader did not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from fhirkit.facts.jsonform import KINDS
from fhirkit.facts.model import (
    AdverseEventFact,
    ConditionFact,
    MedicationFact,
    ProcedureFact,
    Suspect,
    SymptomFact,
    Term,
    Whose,
)
from fhirkit.narrative.span import Span
from fhirkit.review.changes import changes_for, check_changes
from fhirkit.review.correct import corrected
from fhirkit.review.measured import Misfit, digits_in, with_place
from fhirkit.review.naming import concept_of, name_field

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fhirkit._data import Mappings
    from fhirkit.facts.model import Fact
    from fhirkit.review.decisions import Changes, Decision

#: The rule that an added fact names.
REVIEWER: Final = "reviewer"


def added(text: str, facts: Iterable[Fact], decision: Decision, mappings: Mappings) -> Fact:
    """The fact that a decision adds; Misfit where it cannot be one."""
    kind = KINDS[decision.kind]
    span = _words(text, *decision.spans[0])
    file, concept = concept_of(kind, span.text, mappings) or ("", None)
    made = kind(
        id=decision.fact,
        spans=(span,),
        rule=REVIEWER,
        why="added by a reviewer",
        patient=decision.patient,
        **{name_field(kind): Term(span, concept)},  # type: ignore[arg-type]
        **_more(decision.kind, file, concept or "", mappings),  # type: ignore[arg-type]
    )
    check_changes(decision, (*changes_for(made), "suspects"))
    changes = decision.changes
    if isinstance(made, AdverseEventFact):
        made = _with_suspects(made, span, list(facts), changes.suspects)
    made, _ = corrected(made, changes, mappings)
    return _with_place(made, span, changes)


def _words(text: str, start: int, end: int) -> Span:
    """The selected words, white space left out and words cut in two made whole."""
    if end > len(text):
        raise Misfit("its place is not in the text")
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start == end:
        raise Misfit("there are no words at its place")
    while _is_cut(text, start):
        start -= 1
    while _is_cut(text, end):
        end += 1
    return Span(start, end, text[start:end])


def _is_cut(text: str, at: int) -> bool:
    if not 0 < at < len(text):
        return False
    before, behind = text[at - 1], text[at]
    return (before.isalpha() and behind.islower()) or (before.isdigit() and behind.isdigit())


def _with_place(fact: Fact, span: Span, changes: Changes) -> Fact:
    """The value where its digits stand, if they stand in the selected words."""
    if changes.value is None:
        return fact
    start, end = digits_in(span, changes.value, changes.unit)
    place = Span(start, end, span.text[start - span.start : end - span.start])
    return with_place(fact, place)


def _with_suspects(
    event: AdverseEventFact, span: Span, facts: list[Fact], names: tuple[str, ...]
) -> AdverseEventFact:
    by_id = {fact.id: fact for fact in facts}
    for name in names:
        fact = by_id.get(name)
        if not isinstance(fact, MedicationFact | ProcedureFact) or fact.patient != event.patient:
            raise Misfit("a suspect is no drug or procedure of the same patient")
    return replace(
        event,
        condition=_reaction(span, event, facts),
        suspects=tuple(Suspect(span, name) for name in names),
    )


def _reaction(span: Span, event: AdverseEventFact, facts: list[Fact]) -> str | None:
    """The diagnosis or symptom of the same patient that these very words tell."""
    for kind in (ConditionFact, SymptomFact):
        for fact in facts:
            if (
                isinstance(fact, kind)
                and fact.patient == event.patient
                and fact.whose is Whose.PATIENT
                and any(span.covers(other) or other.covers(span) for other in fact.spans)
            ):
                return fact.id
    return None


def _more(kind: str, file: str, concept: str, mappings: Mappings) -> dict[str, str]:
    """What a kind of fact must say of itself beside its name, as the vocabulary has it."""
    if kind == "medication":
        drug = mappings.drugs.get(concept)
        return {"level": drug.level if drug else "ingredient"}
    if kind == "observation":
        row = mappings.observations.get(concept)
        return {"category": "survey" if file == "scores" else row.category if row else _UNKNOWN}
    if kind == "report":
        study = mappings.reports.get(concept)
        return {"category": study.category if study else "other"}
    return {}


#: The category of what no vocabulary knows: an examination measures nothing by a method of its own.
_UNKNOWN: Final = "exam"
