"""Where on the paper each thing stands: the axis, and the zones at its sides for what has none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import inf, isfinite
from typing import TYPE_CHECKING

from fhirkit.report.timeline.axis import BREAK, Axis, axis
from fhirkit.report.timeline.widths import width

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence

    from fhirkit.report.timeline.model import Item, Place, Timeline

WIDE = 720.0
GUTTER = 206.0  # names stand left of it
_EDGE = 14.0
_ZONE = 92.0  # the least width of a zone: its heading is in there
_STEP = 30.0
_MOST = 0.42  # of the plot for one zone
SMALL = 11.0
_SIGN = re.compile(" [+−] ")


@dataclass(frozen=True, slots=True)
class Zone:
    """A side of the plot in which only the order counts."""

    left: float
    right: float
    steps: int

    def x(self, step: int) -> float:
        """Where a step stands."""
        inner = self.right - self.left - 24
        return self.left + 12 + inner * (step + 0.5) / max(self.steps, 1)


@dataclass(frozen=True, slots=True)
class Tick:
    """A label at the axis, on one of two lines."""

    x: float
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Layout:
    """Axis and zones, and how many steps lie between two times."""

    axis: Axis | None
    before: Zone | None
    after: Zone | None
    inside: dict[tuple[float, float], int]

    def x(self, place: Place) -> float:
        """Where a place stands."""
        if self.axis is not None and place.measured:
            return self.axis.x(_round(place.middle))
        if self.axis is not None and place.between:
            low, high = self.axis.x(_round(place.low)), self.axis.x(_round(place.high))
            return low + (high - low) * (place.step + 1) / (self._count(place) + 1)
        zone = self.before if self._is_before(place) else self.after
        return zone.x(place.step) if zone is not None else GUTTER

    def ends(self, place: Place) -> tuple[float, float]:
        """From where to where a place that is no point reaches."""
        here = self.x(place)
        if self.axis is None:
            return here, here
        low = self.axis.x(_round(place.low)) if isfinite(place.low) else here
        high = self.axis.x(_round(place.high)) if isfinite(place.high) else here
        return min(low, here), max(high, here)

    def band(self, place: Place) -> tuple[float, float] | None:
        """From where to where a time is that is only a month or a year, if that can be seen."""
        if self.axis is None or not place.measured or place.high <= place.low:
            return None
        low, high = self.axis.x(_round(place.low)), self.axis.x(_round(place.high))
        return (low, high) if high - low >= 8 else None

    def _count(self, place: Place) -> int:
        return self.inside[place.low, place.high]

    def _is_before(self, place: Place) -> bool:
        return self.axis is not None and isfinite(place.high)


def layout(timeline: Timeline) -> Layout:
    """The places of a timeline on paper of a fixed width."""
    items = timeline.items
    times = sorted({0.0, *(_round(place.middle) for place in _measured(items))})
    wide = [(_round(p.low), _round(p.high)) for p in _measured(items) if p.high > p.low]
    free = [i.start for i in items if not i.start.measured and not i.start.between]
    if not times or timeline.zero is None:
        return Layout(None, None, Zone(GUTTER, WIDE - 6, _steps(free)), {})
    before = [p for p in free if isfinite(p.high)]
    after = [p for p in free if not isfinite(p.high)]
    plot = WIDE - 6 - GUTTER
    first, last = _zone_width(before, plot), _zone_width(after, plot)
    left, right = GUTTER + first, WIDE - 6 - last
    inside: dict[tuple[float, float], int] = {}
    for place in (i.start for i in items if i.start.between):
        key = place.low, place.high
        inside[key] = max(inside.get(key, 0), place.step + 1)
    return Layout(
        axis(times, left + _EDGE + BREAK * bool(before), right - _EDGE - BREAK * bool(after), wide),
        Zone(GUTTER, left, _steps(before)) if before else None,
        Zone(right, WIDE - 6, _steps(after)) if after else None,
        inside,
    )


def _measured(items: Iterable[Item]) -> list[Place]:
    """Everything that has a place by a distance or a date."""
    places = [place for item in items for place in (item.start, item.end)]
    return [place for place in places if place is not None and place.measured]


def _round(day: float) -> float:
    """Sums of days in another order are the same day."""
    return round(day, 5) if abs(day) != inf else day


def _steps(places: Iterable[Place]) -> int:
    return max((place.step + 1 for place in places), default=0)


def _zone_width(places: Sequence[Place], plot: float) -> float:
    if not places:
        return 0.0
    return min(max(_ZONE, 24 + _STEP * _steps(places)), plot * _MOST)


def ticks(timeline: Timeline, laid: Layout) -> list[Tick]:
    """The labels of the axis, the weightiest first where two would overlap."""
    if laid.axis is None:
        return []
    labels = _labels(timeline)
    left = laid.before.right if laid.before is not None else GUTTER - 24
    right = laid.after.left if laid.after is not None else WIDE
    there = {(laid.axis.piece(day), text) for day, text in labels}
    made: list[Tick] = []
    taken: tuple[list[tuple[float, float]], ...] = ([], [])
    for day, text in labels:
        x = laid.axis.x(day)
        text = _in_piece(text, laid.axis.piece(day), there)
        half = width(text, SMALL) / 2 + 3
        middle = min(max(x, left + half), right - half)
        for line, spots in enumerate(taken):
            if all(middle + half <= a or middle - half >= b for a, b in spots):
                spots.append((middle - half, middle + half))
                made.append(Tick(x if middle == x else middle, text, line))
                break
    return made


def _labels(timeline: Timeline) -> list[tuple[float, str]]:
    """Days with what stands at them: day 0, stays and death, what was given, the rest."""
    weights = {"encounter": 1, "patient": 1, "medication": 2, "adverse-event": 2}
    found = {0.0: (0, "day 0")}
    for item in timeline.items:
        for place, extra in ((item.start, 0), (item.end, 3)):
            if place is None or not place.measured or not place.short:
                continue
            day = _round(place.middle)
            entry = (weights.get(item.kind, 3) + extra, place.short)
            if day not in found or entry < found[day]:
                found[day] = entry
    return [
        (day, text) for day, (weight, text) in sorted(found.items(), key=lambda f: (f[1][0], f[0]))
    ]


def _in_piece(text: str, piece: int, there: Container[tuple[int, str]]) -> str:
    """ "8 months + 6 days" is "+ 6 days" where "8 months" stands in the same piece.

    A minus alone would be taken for a time before day 0: "12 days before".
    """
    for found in reversed(list(_SIGN.finditer(text))):
        if (piece, text[: found.start()]) in there:
            rest = text[found.start() + 1 :].replace(" ", "\u00a0", 1)
            return f"{rest[1:].strip()} before" if rest.startswith("−") else rest
    return text
