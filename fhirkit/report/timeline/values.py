"""Values at the points of a line, each where no other stands."""

from __future__ import annotations

from fhirkit.report.timeline.layout import GUTTER, SMALL, WIDE
from fhirkit.report.timeline.shapes import text_at
from fhirkit.report.timeline.widths import width

_Box = tuple[float, float, float, float]


class Taken:
    """What stands on the paper already, by columns: a long series asks often."""

    def __init__(self) -> None:
        self._columns: dict[int, list[_Box]] = {}

    def add(self, box: _Box) -> None:
        """Notes that something stands there."""
        for column in _columns(box):
            self._columns.setdefault(column, []).append(box)

    def is_free(self, box: _Box) -> bool:
        """Whether nothing stands there."""
        return not any(
            _meet(box, other) for column in _columns(box) for other in self._columns.get(column, ())
        )


def _columns(box: _Box) -> range:
    return range(int(box[0] // 8), int(box[2] // 8) + 1)


def value_at(said: str, x: float, y: float, taken: Taken) -> str:
    """The value at its point, above or below or beside it, where no other stands."""
    half, high = width(said, SMALL) / 2 + 1, SMALL
    for middle, base in ((x, y - 6), (x, y + 15), (x + half + 7, y + 4), (x - half - 7, y + 4)):
        box = (middle - half, base - high + 1, middle + half, base + 2)
        if box[0] >= GUTTER - 8 and box[2] <= WIDE and taken.is_free(box):
            taken.add(box)
            return text_at(middle, base, said, "tl-value", "middle")
    return ""


def _meet(one: _Box, other: _Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
