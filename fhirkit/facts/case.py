"""A narrative read: its text and its facts, checked against each other."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from fhirkit.facts.model import PatientFact
from fhirkit.narrative.span import Span

if TYPE_CHECKING:
    from fhirkit.facts.model import Fact, LeftOut, Review, Statement


@dataclass(frozen=True, slots=True)
class Case:
    """One narrative and the facts found in it.

    ``facts`` are in the order of the text and include statements that are not the patient's
    own (see ``Fact.whose``). ``notices`` are plain sentences for the user, without patient
    text. ``left_out`` is what was met and became no fact, ``statements`` are the sentences that are
    not about the patient; both are empty unless they were asked for. ``reviews`` is
    what a reviewer decided on the facts. Building a case checks every span of every fact against
    the text; a span that does not fit raises ValueError.
    """

    text: str
    facts: tuple[Fact, ...]
    notices: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    statements: tuple[Statement, ...] = ()
    reviews: tuple[Review, ...] = ()

    def by_patient(self) -> dict[int, Case]:
        """What is told of each patient, by number.

        A text of one patient gives itself as number 1, a text of none nothing. Where a text
        numbers its patients, its own numbers count ("Case 4" is 4, "patient B" 2, "the second
        patient" 2); else they are numbered from 1 as they come. What is said of nobody in
        particular is in none of them.
        """
        numbers = {fact.patient for fact in self.facts if fact.patient is not None}
        if not numbers:
            return {1: self} if any(isinstance(f, PatientFact) for f in self.facts) else {}
        return {number: self._of(number) for number in sorted(numbers)}

    def _of(self, number: int) -> Case:
        return Case(
            self.text,
            tuple(fact for fact in self.facts if fact.patient == number),
            left_out=tuple(item for item in self.left_out if item.patient == number),
            statements=tuple(item for item in self.statements if item.patient in (None, number)),
            reviews=tuple(review for review in self.reviews if review.patient == number),
        )

    def __post_init__(self) -> None:
        seen: set[str] = set()
        for fact in self.facts:
            if fact.id in seen:
                raise ValueError(f"two facts with the id {fact.id}")
            seen.add(fact.id)
            if not fact.spans:
                raise ValueError(f"fact {fact.id} has no span")
            for span in spans_of(fact):
                if span.start >= span.end or self.text[span.start : span.end] != span.text:
                    raise ValueError(
                        f"fact {fact.id}: span {span.start}-{span.end} is not what the text says"
                    )
        for name, items in (("left out", self.left_out), ("statements", self.statements)):
            for item in items:
                if self.text[item.span.start : item.span.end] != item.span.text:
                    raise ValueError(
                        f"{name}: span {item.span.start}-{item.span.end} is not what the text says"
                    )


def spans_of(value: object) -> list[Span]:
    """All spans inside a fact or a value, depth first."""
    found: list[Span] = []
    _collect(value, found)
    return found


def _collect(value: object, found: list[Span]) -> None:
    if type(value) is tuple:
        for item in value:
            _collect(item, found)
    elif type(value) is Span:
        found.append(value)
    else:
        for name in _names(type(value)):  # type: ignore[arg-type]  # a class is hashable
            inner = getattr(value, name)
            if inner is not None and type(inner) is not str:
                _collect(inner, found)


@cache
def _names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(f.name for f in fields(kind)) if is_dataclass(kind) else ()
