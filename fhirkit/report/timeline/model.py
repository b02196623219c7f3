"""A case's course on one axis: what is drawn where, with nothing of how it looks."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import isfinite


class Basis(StrEnum):
    """What a place on the axis rests on."""

    DISTANCE = "distance"  # the text says how far from what
    DATE = "date"  # a calendar date, as precise as written
    COUNTED = "counted"  # it says how far, and leaves open from what: from what it told before
    ORDER = "order"  # before, after or during something, no distance
    TOLD = "told"  # nothing but where it stands in the telling


@dataclass(frozen=True, slots=True)
class Place:
    """A place on the axis, in days from day 0.

    ``low`` and ``high`` are the same where a distance is told, and apart where a date is only a
    month or where no more is known than what came before and after; infinite where not even that.
    ``step`` counts places of which only the order is told; ``words`` are the author's, ``short``
    what stands at the axis.
    """

    low: float
    high: float
    basis: Basis
    words: str = ""
    short: str = ""
    step: int = 0

    @property
    def measured(self) -> bool:
        """Whether it has its place by a distance or a date."""
        return self.basis in (Basis.DISTANCE, Basis.DATE, Basis.COUNTED)

    @property
    def between(self) -> bool:
        """Whether no more is known than two times it lies between."""
        return not self.measured and isfinite(self.low) and isfinite(self.high)

    @property
    def middle(self) -> float:
        """The middle of a place that has two ends."""
        return (self.low + self.high) / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One fact in its lane: a mark, or a bar where it has an ``end``.

    ``detail`` is what stands beside it (dose, value), ``suspected`` that the author only suspects
    it. ``open_end``: it went on, and the text does not say until when.
    """

    fact: str
    kind: str
    name: str
    start: Place
    end: Place | None = None
    detail: str = ""
    suspected: bool = False
    open_end: bool = False


@dataclass(frozen=True, slots=True)
class Lane:
    """Everything of one name."""

    name: str
    group: str
    items: tuple[Item, ...]
    suspect: bool = False


@dataclass(frozen=True, slots=True)
class Series:
    """A value that is told more than once, in one unit. ``values`` go with ``items``."""

    name: str
    unit: str
    items: tuple[Item, ...]
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Untimed:
    """A fact that is not on the axis."""

    fact: str
    name: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """What can be drawn of one patient's course.

    ``zero`` is what day 0 is; None where the text has no two things with a distance between
    them: then there are only orders. ``contradictory`` are facts whose times cannot all be true.
    """

    zero: str | None
    lanes: tuple[Lane, ...]
    series: tuple[Series, ...]
    untimed: tuple[Untimed, ...]
    contradictory: tuple[Untimed, ...]

    @property
    def items(self) -> tuple[Item, ...]:
        """Everything drawn."""
        lanes = [item for lane in self.lanes for item in lane.items]
        return (*lanes, *(item for series in self.series for item in series.items))
