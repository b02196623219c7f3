"""The timeline in words: the same things in the same order, for who cannot see it."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from fhirkit.report.timeline.model import Basis

_COUNTED = "counted from what is told beside it"

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fhirkit.report.timeline.model import Item, Place, Series, Timeline, Untimed


def summary(timeline: Timeline) -> str:
    """What there is to see, in a sentence or two."""
    items = timeline.items
    measured = sum(item.start.measured for item in items)
    ordered = len(items) - measured
    said = []
    if timeline.zero is None:
        said.append("The text tells no distance in time between two things.")
    else:
        said.append(f"Day 0: {timeline.zero}. {_count(measured, 'thing')} on the axis.")
    if ordered:
        said.append(f"{_count(ordered, 'thing')} of which only the order is told.")
    return " ".join([*said, *outside(timeline)])


_OF_THE_TEXT = "In the order of the text, which need not be that of time"


def describe(timeline: Timeline) -> list[str]:
    """The whole drawing as plain sentences, in the order of time as far as one is told."""
    items = sorted((item for lane in timeline.lanes for item in lane.items), key=_order)
    said = [
        "The text tells no distance in time between two things."
        if timeline.zero is None
        else f"Day 0: {timeline.zero}."
    ]
    said += _section(
        "Before that, order told, distance not", (i for i in items if _zone(i.start) == 0)
    )
    said += [f"{sentence(item)}." for item in items if _zone(item.start) == 1]
    said += _section(
        "After that, order told, distance not", (i for i in items if _zone(i.start) == 2)
    )
    said += _section(_OF_THE_TEXT, (i for i in items if _zone(i.start) == 3))
    said += [_line(series) for series in timeline.series]
    return [*said, *outside(timeline)]


def outside(timeline: Timeline) -> list[str]:
    """What is not in the drawing, and why."""
    said = []
    if timeline.untimed:
        said.append(
            _listed(f"{_count(len(timeline.untimed), 'fact')} without a time", timeline.untimed)
        )
    if timeline.contradictory:
        count = _count(len(timeline.contradictory), "fact")
        said.append(_listed(f"{count} whose times contradict each other", timeline.contradictory))
    return said


def sentence(item: Item) -> str:
    """One thing with its time, in the author's words where there are any."""
    said = item.name + (" (suspected)" if item.suspected else "")
    if item.detail:
        said += f", {item.detail}"
    return f"{said}: {_time(item)}"


def _time(item: Item) -> str:
    start = item.start
    parts = []
    if start.words:
        parts.append(start.words)
    match start.basis:
        case Basis.DISTANCE | Basis.COUNTED if start.short:
            parts.append(_distance(start.short))
        case Basis.DISTANCE if start.middle == 0:
            parts.append("day 0")
        case Basis.ORDER | Basis.TOLD:
            parts.append(_ordered(start))
    if start.basis is Basis.COUNTED:
        parts.append(_COUNTED)
    if item.end is not None and item.end.words and item.end.words != start.words:
        parts.append(
            f"until {item.end.words}"
            if item.end.basis is Basis.DATE
            else f"lasting {item.end.words}"
        )
    return "; ".join(parts)


def _distance(short: str) -> str:
    return f"{short[1:]} before day 0" if short.startswith("−") else f"day 0 + {short}"


def _ordered(place: Place) -> str:
    low, high = isfinite(place.low), isfinite(place.high)
    if low and high:
        return "between two times told, no distance"
    if place.basis is Basis.ORDER and (low or high):
        return "distance not told"
    if low:
        return "told later, distance not"
    return "told earlier, distance not" if high else "only the order is told"


def _order(item: Item) -> tuple[int, float, int]:
    start = item.start
    zone = _zone(start)
    return zone, start.low if zone == 1 else 0.0, start.step


def _zone(place: Place) -> int:
    if place.measured or place.between:
        return 1
    if isfinite(place.high):
        return 0
    return 2 if isfinite(place.low) else 3


def _section(heading: str, items: Iterable[Item]) -> list[str]:
    said = [item.name + (f" ({item.start.words})" if item.start.words else "") for item in items]
    return [f"{heading}: {'; '.join(said)}."] if said else []


def _line(series: Series) -> str:
    values = ", ".join(f"{item.detail} ({_time(item)})" for item in series.items)
    return f"{series.name}: {values}."


def _listed(heading: str, facts: Iterable[Untimed]) -> str:
    names = list(dict.fromkeys(fact.name for fact in facts))
    return f"{heading}: {', '.join(names)}."


def _count(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
