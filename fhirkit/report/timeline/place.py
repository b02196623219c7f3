"""From what facts say of their times to places on one axis.

Distances are edges between facts, dates are edges to the calendar. From day 0 the places spread
along the edges, so a circle of facts that point at each other ends, and one that points at nothing
with a place has none. What contradicts what was found is taken out with all it said.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fhirkit.report.timeline.model import Basis, Place
from fhirkit.report.timeline.told import DAYS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from fhirkit.report.timeline.told import Told

#: The day that looks back ("for 12 days") are counted to where the text names none.
PRESENTATION = "@presentation"
_CALENDAR = "@calendar"
_LOOSE = 0.5  # two statements of one time agree if no further apart than half of their size
_SIGN = re.compile(" [+−] ")
_PARTS = 3  # more would be no label
_FAR = 5  # "14 years" before what was 8 months after day 0 is 14 years before that, too


@dataclass(frozen=True, slots=True)
class Edge:
    """``node`` is ``low`` to ``high`` days from ``anchor``, as ``told`` says."""

    node: str
    anchor: str
    low: float
    high: float
    told: Told
    counted: bool = False

    @property
    def middle(self) -> float:
        """The distance where it is one number, else the middle."""
        return (self.low + self.high) / 2


@dataclass(frozen=True, slots=True)
class Placed:
    """Places by node, and the owners of what contradicts them."""

    places: Mapping[str, Place]
    contradictory: frozenset[str]


def edges(statements: Iterable[Told], counted: Mapping[str, str]) -> list[Edge]:
    """The distances among ``statements``; ``counted`` has what those without an anchor start from."""
    made = []
    for told in statements:
        if told.date:
            made.append(Edge(told.node, _CALENDAR, told.low, told.high, told))
        elif told.measured:
            anchor = told.anchor or counted.get(told.node)
            if anchor is not None and anchor != told.node:
                free = told.anchor is None
                made.append(Edge(told.node, anchor, told.low, told.high, told, counted=free))
    return made


def components(given: Iterable[Edge]) -> dict[str, list[Edge]]:
    """For each node the edges of all that hangs together with it."""
    made: dict[str, list[Edge]] = {}
    for edge in given:
        one, other = made.setdefault(edge.node, []), made.setdefault(edge.anchor, [])
        if one is not other:
            small, large = sorted((one, other), key=len)
            large += small
            for node in {edge.node, edge.anchor, *(n for e in small for n in (e.node, e.anchor))}:
                made[node] = large
        made[edge.node].append(edge)
    return made


def place(zero: str, given: Sequence[Edge]) -> Placed:
    """The places of all that hangs together with ``zero``, which is day 0."""
    wrong: set[str] = set()
    while True:
        kept = [edge for edge in given if edge.told.owner not in wrong]
        middles, via = _spread(zero, kept)
        found = _contradictions(kept, middles, via)
        if not found:
            return Placed(_places(zero, middles, via, kept), frozenset(wrong))
        wrong |= found


def _spread(zero: str, given: Sequence[Edge]) -> tuple[dict[str, float], dict[str, Edge]]:
    """Days from ``zero`` by node, and the edge that led there."""
    beside: dict[str, list[Edge]] = {}
    for edge in given:
        beside.setdefault(edge.node, []).append(edge)
        beside.setdefault(edge.anchor, []).append(edge)
    middles, via, waiting = {zero: 0.0}, {}, deque([zero])
    while waiting:
        node = waiting.popleft()
        for edge in beside.get(node, ()):
            other, way = (edge.node, 1) if node == edge.anchor else (edge.anchor, -1)
            if other not in middles:
                middles[other] = middles[node] + way * edge.middle
                via[other] = edge
                waiting.append(other)
    return middles, via


def _contradictions(
    given: Sequence[Edge], middles: Mapping[str, float], via: Mapping[str, Edge]
) -> set[str]:
    """Whose statements cannot all be true.

    A statement that does not fit closes a circle of statements. Who made two of them contradicts
    himself; else none of them is believed.
    """
    found: set[str] = set()
    for edge in given:
        if edge.node not in middles or via.get(edge.node) is edge or via.get(edge.anchor) is edge:
            continue
        circle = [edge, *_circle(edge, via)]
        gap = abs(middles[edge.node] - middles[edge.anchor] - edge.middle)
        if gap > sum(map(_slack, circle)):
            owners = Counter(e.told.owner for e in circle)
            twice = {owner for owner, count in owners.items() if count > 1}
            found |= twice or set(owners)
    return found


def _circle(edge: Edge, via: Mapping[str, Edge]) -> list[Edge]:
    """The edges that lead from one end of ``edge`` to the other by another way."""
    one, other = _way(edge.node, via), _way(edge.anchor, via)
    shared = set(one) & set(other)
    return [via[node] for node in (*one, *other) if node not in shared and node in via]


def _way(node: str, via: Mapping[str, Edge]) -> list[str]:
    """The nodes from ``node`` back to day 0."""
    way = [node]
    while (edge := via.get(way[-1])) is not None:
        way.append(edge.anchor if edge.node == way[-1] else edge.node)
    return way


def _slack(edge: Edge) -> float:
    """How far a statement may be off: "2014" by a year, "eight months" by half a month."""
    if edge.anchor == _CALENDAR:
        return max(edge.high - edge.low, 1.0)
    unit = max((d for d in DAYS.values() if d <= abs(edge.middle)), default=1 / 24)
    return unit * _LOOSE


def _places(
    zero: str, middles: Mapping[str, float], via: Mapping[str, Edge], given: Sequence[Edge]
) -> dict[str, Place]:
    """What was found, with its basis and how wide it is."""
    dates = {edge.node: edge for edge in given if edge.anchor == _CALENDAR}
    made: dict[str, Place] = {}
    for node, middle in middles.items():  # in the order they were found: anchors come first
        if node == _CALENDAR:
            continue
        if dated := dates.get(node):
            half = (dated.high - dated.low) / 2
            told = dated.told
            made[node] = Place(middle - half, middle + half, Basis.DATE, told.words, told.short)
        elif node in (zero, PRESENTATION) or node not in via:
            made[node] = Place(middle, middle, Basis.DISTANCE)
        else:
            made[node] = _reached(node, middle, via, made)
    return made


def after_another(before: str, short: str) -> str:
    """ "8 months" and "6 days" after that: "8 months + 6 days"."""
    if not before or not short:
        return short
    if len(_SIGN.findall(before)) >= _PARTS:
        before = "…"
    return f"{before} − {short[1:]}" if short.startswith("−") else f"{before} + {short}"


def _reached(node: str, middle: float, via: Mapping[str, Edge], made: Mapping[str, Place]) -> Place:
    """The place of a node that was found along an edge from another."""
    edge = via[node]
    told = edge.told
    other = made.get(edge.anchor if edge.node == node else edge.node)
    counted = edge.counted or (other is not None and other.basis is Basis.COUNTED)
    basis = Basis.COUNTED if counted else Basis.DISTANCE
    half = (other.high - other.low) / 2 if other is not None else 0.0
    if edge.node != node:  # walked backwards: the words are the other fact's
        return Place(middle - half, middle + half, basis)
    short = told.short
    if other is not None and abs(edge.middle) < _FAR * abs(other.middle):
        # What is not named itself names nothing that is counted from it.
        short = after_another(other.short, short) if other.short or other.middle == 0 else ""
    return Place(middle - half, middle + half, basis, told.words, short)


def shifted(start: Place, by: float, words: str, short: str) -> Place:
    """The end of what began at ``start`` and lasted ``by`` days.

    Away from day 0 a length alone would read as a distance from there.
    """
    short = after_another(start.short, short) if start.short or start.middle == 0 else ""
    return replace(start, low=start.low + by, high=start.high + by, words=words, short=short)
