"""The axis: where a day stands on the paper, with breaks where the scale changes.

Days and years on one even scale would put the days into one point, and a logarithm has no day 0
and is no scale people read. So the longest gaps in which nothing lies are cut out, and each piece
between two breaks has an even scale of its own, which its small strokes show.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

BREAK = 30.0  # width of a break
_APART = 9.0  # two times are told apart if so far from each other
_ALONE = 34.0  # width of a piece that holds a single time
_MOST = 6  # pieces
_EMPTY = 0.25  # what is cut out is at least this part of its piece
#: Steps of the small strokes, in days, by their name.
_STEPS = (
    ("hours", 1 / 24),
    ("days", 1.0),
    ("weeks", 7.0),
    ("months", 30.4375),
    ("years", 365.25),
    ("decades", 3652.5),
)


@dataclass(frozen=True, slots=True)
class Piece:
    """Days ``first`` to ``last`` on one even scale, from ``left`` to ``right`` on the paper."""

    first: float
    last: float
    left: float
    right: float

    def x(self, day: float) -> float:
        """Where a day of the piece stands."""
        if self.last == self.first:
            return (self.left + self.right) / 2
        return self.left + (day - self.first) / (self.last - self.first) * (self.right - self.left)

    def strokes(self) -> tuple[str, list[float]]:
        """The unit of the piece's small strokes, and where they stand."""
        if self.last == self.first:
            return "", []
        wide = (self.right - self.left) / (self.last - self.first)
        for unit, step in _STEPS:
            if step * wide >= 5:
                count = int((self.last - self.first) / step + 1e-9)
                found = [self.x(self.first + step * i) for i in range(count + 1)]
                return (unit, found) if count else ("", [])
        return "", []


@dataclass(frozen=True, slots=True)
class Axis:
    """The pieces, left to right."""

    pieces: tuple[Piece, ...]

    def x(self, day: float) -> float:
        """Where a day stands; in a break in proportion, though nothing is told there."""
        index = max(0, bisect_right([piece.first for piece in self.pieces], day) - 1)
        piece = self.pieces[index]
        if day <= piece.last or index + 1 == len(self.pieces):
            return piece.x(min(max(day, piece.first), piece.last))
        after = self.pieces[index + 1]
        part = (day - piece.last) / (after.first - piece.last)
        return piece.right + part * (after.left - piece.right)

    @property
    def breaks(self) -> list[tuple[float, float]]:
        """From where to where each break goes."""
        return [(one.right, other.left) for one, other in pairwise(self.pieces)]

    def piece(self, day: float) -> int:
        """The number of the piece a day is in."""
        return max(0, bisect_right([piece.first for piece in self.pieces], day) - 1)


def axis(
    days: Iterable[float], left: float, right: float, wide: Iterable[tuple[float, float]] = ()
) -> Axis:
    """An axis on which all of ``days`` can be told apart, if that can be done in few pieces.

    ``wide`` are times from one day to another, a month or a year: they shall have their width, as
    far as what lies beside them lets them.
    """
    times = sorted(set(days))
    groups = [times]
    while len(groups) < _MOST:
        laid = _laid_out(groups, left, right)
        crowded = [i for i, piece in enumerate(laid) if _crowded(groups[i], piece)]
        cut = _best_cut([(i, groups[i]) for i in crowded])
        if cut is None:
            break
        index, at = cut
        groups[index : index + 1] = [groups[index][:at], groups[index][at:]]
    return Axis(tuple(_widened(_laid_out(groups, left, right), list(wide))))


def _widened(pieces: list[Piece], wide: Sequence[tuple[float, float]]) -> list[Piece]:
    """The pieces with the whole of each month or year that has its middle in one."""
    made = []
    for index, piece in enumerate(pieces):
        inside = [w for w in wide if piece.first <= sum(w) / 2 <= piece.last]
        low = min((w[0] for w in inside), default=piece.first)
        high = max((w[1] for w in inside), default=piece.last)
        if index:
            low = max(low, (pieces[index - 1].last + piece.first) / 2)
        if index + 1 < len(pieces):
            high = min(high, (piece.last + pieces[index + 1].first) / 2)
        made.append(replace(piece, first=min(low, piece.first), last=max(high, piece.last)))
    return made


def _crowded(times: Sequence[float], piece: Piece) -> bool:
    return any(piece.x(later) - piece.x(earlier) < _APART for earlier, later in pairwise(times))


def _best_cut(groups: Sequence[tuple[int, Sequence[float]]]) -> tuple[int, int] | None:
    """The widest gap, as a part of its group, and where in which group it is."""
    best, found = _EMPTY, None
    for index, times in groups:
        span = times[-1] - times[0]
        for at in range(1, len(times)):
            part = (times[at] - times[at - 1]) / span
            if part > best and len(times) > 2:
                best, found = part, (index, at)
    return found


def _laid_out(groups: Sequence[Sequence[float]], left: float, right: float) -> list[Piece]:
    """The pieces on the paper: more for those that hold more."""
    room = right - left - BREAK * (len(groups) - 1)
    alone = min(_ALONE, room / len(groups))
    weights = [0.0 if len(times) == 1 else 1.0 + len(times) / 2 for times in groups]
    rest = room - alone * sum(weight == 0 for weight in weights)
    total = sum(weights)
    made, x = [], left
    for times, weight in zip(groups, weights, strict=True):
        wide = alone if weight == 0 else rest * weight / total
        made.append(Piece(times[0], times[-1], x, x + wide))
        x += wide + BREAK
    if total == 0 and made:  # nothing but single times: they share the room
        wide = room / len(made)
        made = [
            Piece(p.first, p.last, left + i * (wide + BREAK), left + i * (wide + BREAK) + wide)
            for i, p in enumerate(made)
        ]
    return made
