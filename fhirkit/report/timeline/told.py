"""What a fact says of its time: how far from what, a date, or only before or after."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from math import inf, isfinite
from typing import TYPE_CHECKING

from fhirkit.facts.model import (
    AdverseEventFact,
    ConditionFact,
    EncounterFact,
    MedicationFact,
    PatientFact,
    Quantity,
    SymptomFact,
)
from fhirkit.facts.numbers import NUMBER_WORDS
from fhirkit.report.timeline.names import folded, span_of_time

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fhirkit.facts.model import Fact, When

#: Days in a unit of UCUM; a year has 365.25 of them, a month the twelfth part (UCUM, a_j and mo_j).
DAYS = {"min": 1 / 1440, "h": 1 / 24, "d": 1.0, "wk": 7.0, "mo": 30.4375, "a": 365.25}
_HISTORY = re.compile(r"(\d+(?:\.\d+)?|[a-z]+)[\s-]+(minute|hour|day|week|month|year)s?\b", re.I)
_UCUM = {"minute": "min", "hour": "h", "day": "d", "week": "wk", "month": "mo", "year": "a"}
# "Six days after coming in": an event is named that no fact was made of. A treatment that is only
# called so is one of those told beside it.
_NAMING = re.compile(
    r"\w.*\b(?:after|following|post|since|from|into|of|before|prior\s+to|preceding)\b"
    r"(?!.*\b(?:treatment|therapy|cycle|course|infusion|injection|dose|administration|drug)s?\b)",
    re.IGNORECASE,
)
_OF_END = re.compile(
    r"\b(?:last|final|end(?:ing)?|complet\w+|finish\w*|stopp\w+|cessation|ceas\w+|discontinu\w+"
    r"|withdraw\w*)\b",
    re.IGNORECASE,
)
_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One statement of a fact's time.

    ``low`` and ``high`` are days from the ``anchor`` (the same where the distance is plain), or
    days of the calendar where it is a ``date``; infinite where only the order is told. ``end``:
    it is about the fact's end. ``back``: it looks back from where the story stands.
    """

    owner: str
    at: int
    words: str
    short: str
    low: float
    high: float
    anchor: str | None = None
    date: bool = False
    end: bool = False
    back: bool = False
    of_other: bool = False

    @property
    def node(self) -> str:
        """What it gives a place to: the fact, or its end."""
        return f"{self.owner}/end" if self.end else self.owner

    @property
    def measured(self) -> bool:
        """Whether it states one distance."""
        return self.date or (isfinite(self.low) and self.low == self.high)


def times(fact: Fact) -> tuple[Told, ...]:
    """All that a fact says of its time, and what it can be read as."""
    made = []
    for name, when in _whens(fact):
        told = _of_when(fact, when, end=name == "stop")
        if told is not None:
            made.append(told)
    if isinstance(fact, ConditionFact) and fact.history is not None and fact.onset is None:
        made += _of_history(fact)
    return tuple(made)


def length(fact: Fact) -> Quantity | None:
    """How long it lasted, where the text says so."""
    if isinstance(fact, MedicationFact):
        return fact.regimen.duration if fact.regimen is not None else None
    if isinstance(fact, EncounterFact):
        return fact.length
    return fact.duration if isinstance(fact, SymptomFact) else None


def days(quantity: Quantity | None) -> float | None:
    """A distance in days; None where it is not one number of a unit of time."""
    if quantity is None or quantity.ucum not in DAYS:
        return None
    try:
        found = float(quantity.digits) * DAYS[quantity.ucum]
    except ValueError:
        return None
    return found if isfinite(found) and found >= 0 else None


def counts_from_end(told: Told) -> bool:
    """Whether the words count from the end of something: "two weeks after the last dose"."""
    return told.low > 0 and _OF_END.search(told.words) is not None


def _whens(fact: Fact) -> Iterator[tuple[str, When]]:
    """The fields that say when, the start before the end."""
    if isinstance(fact, AdverseEventFact):
        names: tuple[str, ...] = ("latency",)
    elif isinstance(fact, PatientFact):
        names = ("died",)
    else:
        names = ("start", "when", "onset", "stop")
    for name in names:
        when = getattr(fact, name, None)
        if when is not None:
            yield name, when


def _of_when(fact: Fact, when: When, *, end: bool) -> Told | None:
    words = folded(when.span.text)
    at = when.span.start
    if when.date is not None and (interval := _interval(when.date)) is not None:
        low, high = interval
        return Told(
            owner=fact.id, at=at, words=words, short=words, low=low, high=high, date=True, end=end
        )
    anchor = when.anchor
    if anchor is None and isinstance(fact, AdverseEventFact) and len(fact.suspects) == 1:
        anchor = fact.suspects[0].medication
    if anchor == fact.id:
        return None
    bounds = _bounds(when)
    if bounds is None:
        return None
    low, high = bounds
    return Told(
        owner=fact.id,
        at=at,
        words=words,
        short=_short(when),
        low=low,
        high=high,
        anchor=anchor,
        end=end,
        back=when.relation == "before",
        of_other=anchor is None and _NAMING.match(words) is not None,
    )


def _bounds(when: When) -> tuple[float, float] | None:
    """Days from the anchor, at least and at most; None where there is no direction."""
    offset = days(when.offset)
    comparator = when.offset.comparator if when.offset is not None else None
    if when.relation == "at" and offset is None:
        return (0.0, 0.0) if when.anchor is not None else None
    if when.relation == "during":
        return 0.0, inf
    if when.relation not in ("before", "after"):
        return None
    if offset is None:
        near, far = 0.0, inf
    elif comparator is None:
        near = far = offset
    else:
        near, far = (0.0, offset) if comparator in ("<", "<=") else (offset, inf)
    return (near, far) if when.relation == "after" else (-far, -near)


def _short(when: When) -> str:
    """ "8 months", "−12 days": as it stands at the axis."""
    if days(when.offset) is None or when.offset is None:
        return ""
    sign = "−" if when.relation == "before" else ""
    return sign + span_of_time(when.offset.digits, when.offset.ucum or "")


def _of_history(fact: ConditionFact) -> Iterator[Told]:
    """ "14-year history": the words are all there is of it, so the number is read from them."""
    span = fact.history
    found = _HISTORY.search(span.text) if span is not None else None
    if span is None or found is None:
        return
    count, unit = found.group(1).lower(), _UCUM[found.group(2).lower()]
    digits = count if count[0].isdigit() else str(NUMBER_WORDS.get(count, ""))
    offset = days(Quantity(span, digits, found.group(2), unit))
    if offset is not None:
        short = "−" + span_of_time(digits, unit)
        yield Told(
            owner=fact.id,
            at=span.start,
            words=folded(span.text),
            short=short,
            low=-offset,
            high=-offset,
            back=True,
        )


def _interval(written: str) -> tuple[float, float] | None:
    """First and last day of a date as precise as written, as days of the calendar."""
    found = _DATE.match(written)
    if found is None:
        return None
    year, month, day = (int(part) if part else None for part in found.groups())
    try:
        first = date(year or 0, month or 1, day or 1).toordinal()
        if day is not None:
            return float(first), float(first)
        if month is not None:
            after = date((year or 0) + month // 12, month % 12 + 1, 1)
        else:
            after = date((year or 0) + 1, 1, 1)
    except ValueError:
        return None
    return float(first), float(after.toordinal())
