"""What is known of a time that is no distance: what came before it, what after."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

from fhirkit.facts.model import (
    EncounterFact,
    MedicationFact,
    PatientFact,
    ProcedureFact,
    Use,
)
from fhirkit.report.timeline.model import Basis, Place
from fhirkit.report.timeline.place import PRESENTATION

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from fhirkit.facts.model import Fact
    from fhirkit.report.timeline.told import Told

_NEAR = 3  # "later" counts from what is told no more sentences ago
_END_OF_SENTENCE = re.compile(r"[.;!?]\s+(?=[^a-z\s])|\n\s*\n")


@dataclass(frozen=True, slots=True)
class Telling:
    """A text's telling: where the patient's story begins, where sentences end, who is told where."""

    begin: int
    ends: tuple[int, ...]
    at: Mapping[str, int]

    def sentence(self, at: int) -> int:
        """The number of the sentence at an offset."""
        return bisect_right(self.ends, at)


def telling(text: str, facts: Sequence[Fact]) -> Telling:
    """The telling of ``facts``: each stands where it is named first after the patient is.

    A title names the end of the story before its beginning.
    """
    patient = next((f for f in facts if isinstance(f, PatientFact)), None)
    begin = min(span.start for span in patient.spans) if patient is not None else 0
    ends = tuple(match.end() for match in _END_OF_SENTENCE.finditer(text))
    begin = ends[bisect_right(ends, begin) - 1] if ends and ends[0] <= begin else 0
    at = {}
    for fact in facts:
        starts = sorted(span.start for span in fact.spans)
        at[fact.id] = next((start for start in starts if start >= begin), starts[0])
    return Telling(begin, ends, at)


def counted(facts: Sequence[Fact], told: Iterable[Told], tale: Telling) -> dict[str, str]:
    """For each distance without an anchor what it is counted from, where that is plain.

    What looks back ("for 12 days") counts to the stay or visit of its sentence, else to where the
    story stands; what goes on ("two months later") counts from the last time told or, where
    something was done to the patient since, from that. Words that tell the time of several facts
    are counted once, from the same for all of them.
    """
    statements = sorted(told, key=lambda t: t.at)
    stays = [f for f in facts if isinstance(f, EncounterFact)]
    done = sorted((tale.at[f.id], f.id) for f in facts if _is_done(f))
    found: dict[str, str] = {}
    shared = {_words(t): t.anchor for t in statements if t.anchor is not None}
    now: Told | None = None
    for statement in statements:
        free = statement.anchor is None and statement.measured and not statement.date
        if free and statement.of_other:
            continue
        anchor = shared.get(_words(statement)) if free else None
        if free and anchor is None:
            anchor = (
                _look_back(statement, facts, stays, now, tale)
                if statement.back
                else _last(done, now, statement, tale)
            )
        if free and anchor is not None:
            found[statement.node] = shared[_words(statement)] = anchor
        moves = statement.measured and not statement.back and statement.at >= tale.begin
        if moves and (not free or statement.node in found):
            now = statement
    return found


def _words(told: Told) -> tuple[int, float, float]:
    """What makes two statements the same words of the text."""
    return told.at, told.low, told.high


def _is_done(fact: Fact) -> bool:
    """Whether a fact takes the story on: a treatment of its course, a procedure, a stay."""
    if isinstance(fact, MedicationFact):
        return fact.use is not Use.PREVIOUS
    return isinstance(fact, (EncounterFact, ProcedureFact))


def _last(
    done: Sequence[tuple[int, str]], now: Told | None, until: Told, tale: Telling
) -> str | None:
    """What "later" counts from: the last thing done since the last time told, else that time.

    None where nothing was told shortly before, or where the last sentence tells of several things done:
    each may have had its own time.
    """
    since = tale.sentence(now.at) if now is not None else -1
    here = tale.sentence(until.at)
    between = [(tale.sentence(at), i) for at, i in done if at < until.at and i != until.owner]
    between = [(sentence, i) for sentence, i in between if since < sentence <= here]
    if not between:
        return now.node if now is not None and here - since <= _NEAR else None
    if here - between[-1][0] > _NEAR:
        return None
    last = [i for sentence, i in between if sentence == between[-1][0]]
    return last[0] if len(last) == 1 else None


def _look_back(
    statement: Told,
    facts: Sequence[Fact],
    stays: Sequence[EncounterFact],
    now: Told | None,
    tale: Telling,
) -> str:
    sentence = tale.sentence(statement.at)
    near = [f.id for f in stays if tale.sentence(tale.at[f.id]) == sentence]
    near += [
        f.id
        for f in facts
        if isinstance(f, MedicationFact)
        and f.use is Use.GIVEN
        and f.id != statement.owner
        and "history" in statement.words
        and tale.sentence(tale.at[f.id]) == sentence
    ]
    if near:
        return near[0]
    if now is not None:
        return now.node
    return stays[0].id if stays else PRESENTATION


@dataclass(frozen=True, slots=True)
class Landmark:
    """A time the telling comes by, and where in the text."""

    at: int
    day: float


def between(at: int, landmarks: Sequence[Landmark]) -> tuple[float, float] | None:
    """The last time told before an offset of the text and the next one after it.

    None where the telling goes back there: then its order is no order of time.
    """
    index = bisect_left([mark.at for mark in landmarks], at)
    low = landmarks[index - 1].day if index else -inf
    for mark in landmarks[index:]:
        if mark.day < low:
            return None
        if mark.day > low:
            return low, mark.day
    return low, inf


def ordered(told: Told | None, bounds: tuple[float, float], anchor: Place | None) -> Place | None:
    """A place between ``bounds`` of the telling, narrowed by what is said of before and after."""
    low, high = bounds
    if told is None:
        return Place(low, high, Basis.TOLD)
    if anchor is None or told.measured:
        return Place(low, high, Basis.ORDER, told.words)
    at_least, at_most = anchor.low + told.low, anchor.high + told.high
    narrow = max(low, at_least), min(high, at_most)
    if narrow[0] < narrow[1]:
        at_least, at_most = narrow
    return Place(at_least, at_most, Basis.ORDER, told.words)
