"""The timeline as an SVG element that stands in a page, or in a file of its own."""

from __future__ import annotations

import re
from functools import cache
from html import escape
from importlib import resources
from itertools import groupby, pairwise
from math import isfinite
from typing import TYPE_CHECKING

from fhirkit.report.timeline.layout import GUTTER, SMALL, WIDE, Layout, Zone, layout, ticks
from fhirkit.report.timeline.marks import mark, number
from fhirkit.report.timeline.model import Basis
from fhirkit.report.timeline.names import folded
from fhirkit.report.timeline.shapes import line_to, rect_at, text_at
from fhirkit.report.timeline.signs import classes_of, label_of, sign_at, untold_end
from fhirkit.report.timeline.values import Taken, value_at
from fhirkit.report.timeline.widths import shortened, width, wrapped
from fhirkit.report.timeline.words import outside, sentence, summary

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from fhirkit.report.timeline.model import Item, Lane, Place, Series, Timeline

_ROW, _HEAD, _PANEL = 20.0, 22.0, 66.0
_SIZE = 12.0
_LANES = 12  # of one group; more are folded
_COUNTED = "pale: counted from what is told beside it, as the text does not say from what"
_DATED = "pale bar: some time within a date no more precise"
_ABOVE_LINES = {"Exposures", "Stays", "Adverse events"}
_LINES = 8  # more are folded
_VARIABLE = re.compile(r"var\(--[\w-]+,\s*([^()]+)\)")


def draw(
    timeline: Timeline, *, links: bool = False, prefix: str = "timeline", standalone: bool = False
) -> str:
    """An ``<svg>`` element, the same for the same timeline.

    With ``links`` each thing leads to ``#f-`` and the id of its fact. ``prefix`` begins the ids
    of the element's title and description: it must differ where several stand on a page.
    ``standalone`` adds the colours, on white, and what a file of its own needs; in a page they
    come from ``assets/timeline.css``.
    """
    return _Drawing(timeline, links=links).element(prefix, standalone=standalone)


@cache
def style() -> str:
    """The rules of ``assets/timeline.css`` with the colours they fall back to."""
    sheet = resources.files("fhirkit.report") / "assets" / "timeline.css"
    rules = re.sub(r"/\*.*?\*/", "", sheet.read_text("utf-8"), flags=re.DOTALL)
    return re.sub(r"\s+", " ", _VARIABLE.sub(r"\1", rules)).strip()


class _Drawing:
    """One timeline, drawn from the top down."""

    def __init__(self, timeline: Timeline, *, links: bool) -> None:
        self.timeline = timeline
        self.links = links
        self.laid: Layout = layout(timeline)
        self.parts: list[str] = []
        self.y = 0.0

    def element(self, prefix: str, *, standalone: bool) -> str:
        self._head()
        top = self.y
        series = list(self.timeline.series)
        for group, lanes in groupby(self.timeline.lanes, key=lambda lane: lane.group):
            if group not in _ABOVE_LINES:
                self._panels(series)
                series = []
            self._group(group, list(lanes))
        self._panels(series)
        bottom = self.y + 4
        below, self.parts = self.parts, []
        self._ground(top, bottom)
        self.parts += below
        self.y = bottom
        self._notes()
        return self._wrapped(prefix, standalone=standalone)

    def _wrapped(self, prefix: str, *, standalone: bool) -> str:
        high = number(self.y + 8)
        # A role that says "one picture" would hide the links from who cannot see it.
        role = "group" if self.links else "img"
        ids = f"{escape(prefix)}-title", f"{escape(prefix)}-desc"
        size = f' width="{number(WIDE)}" height="{high}"' if standalone else ""
        head = f'<title id="{ids[0]}">Timeline</title><desc id="{ids[1]}">{escape(summary(self.timeline))}</desc>'
        if standalone:
            head += f"<style>{style()}</style>" + rect_at(0, 0, WIDE, self.y + 8, "tl-paper")
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="tl" viewBox="0 0 {number(WIDE)} {high}"'
            f'{size} role="{role}" aria-labelledby="{ids[0]} {ids[1]}">{head}{"".join(self.parts)}</svg>'
        )

    # -- what stands above and behind the lanes ---------------------------------------------------

    def _head(self) -> None:
        """Day 0, the headings of the zones, the axis with its labels."""
        add = self.parts.append
        zero = self.timeline.zero
        if zero is None:
            self._head_without_axis()
            return
        suspect = any(lane.suspect and lane.name == zero for lane in self.timeline.lanes)
        said = f"Day 0: {zero}" + (" (suspect)" if suspect else "")
        add(text_at(4, 16, shortened(said, _SIZE + 1, WIDE - 8), "tl-zero"))
        for zone in (self.laid.before, self.laid.after):
            if zone is not None:
                middle = (zone.left + zone.right) / 2
                side = self._side(zone)
                lines = [words for words in (side, "order told,", "distance not") if words]
                for line, words in enumerate(lines):
                    add(text_at(middle, 35 + 13 * line, words, "tl-heading", "middle"))
        axis = self.laid.axis
        if axis is None:
            return
        for tick in ticks(self.timeline, self.laid):
            add(text_at(tick.x, 51 - 14 * tick.line, tick.text, "tl-tick", "middle"))
        self._axis(62)
        self.y = 82

    def _side(self, zone: Zone) -> str:
        """What is known of all in a zone, if anything."""
        if zone is self.laid.before:
            return "earlier"
        free = [i.start for i in self.timeline.items if not i.start.measured]
        loose = any(not isfinite(place.low) and not isfinite(place.high) for place in free)
        return "" if loose else "later"

    def _head_without_axis(self) -> None:
        add = self.parts.append
        add(text_at(4, 16, "No distance in time is told", "tl-zero"))
        self.y = 24
        if self.timeline.items:
            add(
                text_at(
                    GUTTER,
                    36,
                    "left to right as the text tells it, which need not be the order in time",
                    "tl-heading",
                )
            )
            self.y = 44

    def _axis(self, y: float) -> None:
        axis = self.laid.axis
        if axis is None:
            return
        for piece in axis.pieces:
            self.parts.append(line_to(piece.left - 8, y, piece.right + 8, y, "tl-axis"))
            unit, strokes = piece.strokes()
            for x in strokes:
                self.parts.append(line_to(x, y, x, y + 4, "tl-axis"))
            if unit and piece.right - piece.left > width(unit, SMALL - 1):
                middle = (piece.left + piece.right) / 2
                self.parts.append(text_at(middle, y + 14, unit, "tl-unit", "middle"))
        for left, right in self._breaks():
            middle = (left + right) / 2
            for x in (middle - 3, middle + 3):
                self.parts.append(line_to(x - 3, y + 6, x + 3, y - 6, "tl-axis"))

    def _breaks(self) -> list[tuple[float, float]]:
        """Where the axis is cut, between its pieces and before a zone."""
        axis = self.laid.axis
        if axis is None:
            return []
        found = list(axis.breaks)
        if self.laid.before is not None:
            found.insert(0, (self.laid.before.right, axis.pieces[0].left - 8))
        if self.laid.after is not None:
            found.append((axis.pieces[-1].right + 8, self.laid.after.left))
        return found

    def _ground(self, top: float, bottom: float) -> None:
        """Zones and breaks as bands behind the lanes, a line at each labelled time."""
        axis = self.laid.axis
        high = bottom - top
        for zone in (self.laid.before, self.laid.after):
            if zone is not None and self.timeline.items:
                begin = 22.0 if axis is not None else top
                self.parts.append(
                    rect_at(zone.left, begin, zone.right - zone.left, bottom - begin, "tl-zone", 4)
                )
        if axis is None:
            return
        for left, right in axis.breaks:
            self.parts.append(rect_at((left + right) / 2 - 6, top, 12, high, "tl-break"))
        days = sorted(
            {round(p.middle, 5) for i in self.timeline.items for p in (i.start,) if p.measured}
            | {0.0}
        )
        last = -9.0
        for day in days:
            x = axis.x(day)
            if x - last >= 6 or day == 0:
                self.parts.append(
                    line_to(x, 62, x, bottom, "tl-guide tl-day0" if day == 0 else "tl-guide")
                )
                last = x

    # -- lanes ------------------------------------------------------------------------------------

    def _group(self, group: str, lanes: Sequence[Lane]) -> None:
        self.parts.append(text_at(4, self.y + 16, group, "tl-group"))
        self.y += _HEAD
        shown = lanes if len(lanes) <= _LANES else lanes[: _LANES - 1]
        for lane in shown:
            self._lane(lane)
        if len(shown) < len(lanes):
            self._folded(lanes[len(shown) :])

    def _lane(self, lane: Lane) -> None:
        y = self.y + _ROW / 2
        sure = not all(item.suspected for item in lane.items)
        text = lane.name if sure else f"{lane.name} (suspected)"
        label = text_at(
            14, y + 4, shortened(text, _SIZE, GUTTER - 20), "tl-name" + " tl-suspect" * lane.suspect
        )
        alone = len(lane.items) == 1
        if not alone:
            self.parts.append(f"<g><title>{escape(text)}</title>{label}</g>")
        spots = self._spots(lane.items)
        for index, item in enumerate(lane.items):
            drawn = self._item(item, y)
            room_left = spots[index - 1][1] + 4 if index else GUTTER
            room_right = spots[index + 1][0] - 4 if index + 1 < len(spots) else WIDE - 4
            words, taken = self._beside(item, y, spots[index], (room_left, room_right))
            if taken is not None:
                spots[index] = taken
            self.parts.append(self._linked(item, (label if alone else "") + drawn + words))
        self.y += _ROW

    def _folded(self, lanes: Sequence[Lane]) -> None:
        """What would make the picture too long, in one lane, by number."""
        y = self.y + _ROW / 2
        listed = ", ".join(lane.name for lane in lanes)
        places = {number(self.laid.x(i.start)): i for lane in lanes for i in lane.items}
        drawn = "".join(
            mark(item.kind, self.laid.x(item.start), y, classes_of(item))
            for item in places.values()
        )
        said = text_at(14, y + 4, f"+{len(lanes)} more", "tl-name")
        self.parts.append(f"<g><title>{escape(listed)}</title>{said}{drawn}</g>")
        self.y += _ROW

    def _linked(self, item: Item, drawn: str) -> str:
        said = sentence(item)
        if not self.links:
            return f"<g><title>{escape(said)}</title>{drawn}</g>"
        href = escape(f"#f-{folded(item.fact)}")
        return f'<a href="{href}"><title>{escape(said)}</title>{drawn}</a>'

    def _spots(self, items: Iterable[Item]) -> list[tuple[float, float]]:
        """From where to where each thing of a lane reaches."""
        found = []
        for item in items:
            left = right = self.laid.x(item.start)
            if item.end is not None:
                right = max(right, self.laid.x(item.end))
            elif not item.start.measured:
                left, right = (
                    self.laid.ends(item.start) if self._reaches(item.start) else (left, right)
                )
            for place in (item.start, item.end):
                band = self.laid.band(place) if place is not None else None
                left, right = (min(left, band[0]), max(right, band[1])) if band else (left, right)
            tail = 18 if item.open_end or untold_end(item) else 0
            found.append((left - 7, right + 7 + tail))
        return found

    def _item(self, item: Item, y: float) -> str:
        """The mark or bar of a thing, with what shows how its time is known."""
        x = self.laid.x(item.start)
        classes = classes_of(item)
        drawn = ""
        if self._reaches(item.start):
            low, high = self.laid.ends(item.start)
            drawn += line_to(low, y, high, y, "tl-between")
            if item.start.between:
                drawn += line_to(low, y - 4, low, y + 4, "tl-end") + line_to(
                    high, y - 4, high, y + 4, "tl-end"
                )
        bands = [self.laid.band(p) for p in (item.start, item.end) if p is not None]
        if any(bands):
            return drawn + self._dated(item, bands, y, classes)
        if item.end is not None:
            right = max(self.laid.x(item.end), x + 4)
            drawn += rect_at(x, y - 5, right - x, 10, f"tl-bar {classes}", 2)
            for cut, other in self._cuts(x, right):
                middle = (cut + other) / 2
                drawn += line_to(middle - 3, y + 7, middle + 3, y - 7, "tl-cut")
            if item.open_end:
                drawn += line_to(right, y, right + 18, y, f"tl-tail {classes}")
            return drawn
        if untold_end(item):
            drawn += line_to(x, y, x + 22, y, f"tl-tail {classes}")
        return drawn + mark(item.kind, x, y, classes)

    def _reaches(self, place: Place) -> bool:
        """Whether a thing without a distance is tied to a time on the axis that is not its end."""
        if place.measured or self.laid.axis is None:
            return False
        if place.between:
            return True
        first, last = self.laid.axis.pieces[0].first, self.laid.axis.pieces[-1].last
        if place.basis is Basis.ORDER:
            return isfinite(place.low) or isfinite(place.high)
        return (isfinite(place.low) and place.low < last - 1e-3) or (
            isfinite(place.high) and place.high > first + 1e-3
        )

    def _dated(
        self, item: Item, bands: Sequence[tuple[float, float] | None], y: float, classes: str
    ) -> str:
        """What a date places no better than in a month or a year: pale as long as it may be."""
        points = [self.laid.x(p) for p in (item.start, item.end) if p is not None]
        spans = [band or (x, x) for band, x in zip(bands, points, strict=True)]
        left, right = spans[0][0], spans[-1][1]
        drawn = rect_at(left + 1, y - 5, right - left - 2, 10, f"tl-bar tl-band {classes}", 2)
        if len(spans) == 2 and spans[1][0] > spans[0][1]:
            drawn += rect_at(spans[0][1], y - 5, spans[1][0] - spans[0][1], 10, f"tl-bar {classes}")
        for cut, other in self._cuts(left, right):
            middle = (cut + other) / 2
            drawn += line_to(middle - 3, y + 7, middle + 3, y - 7, "tl-cut")
        return drawn

    def _cuts(self, left: float, right: float) -> list[tuple[float, float]]:
        """The breaks a bar goes through."""
        breaks = self.laid.axis.breaks if self.laid.axis is not None else []
        return [(a, b) for a, b in breaks if left < a and b < right]

    def _beside(
        self, item: Item, y: float, spot: tuple[float, float], room: tuple[float, float]
    ) -> tuple[str, tuple[float, float] | None]:
        """The words beside a thing, right of it or else left, as far as there is room."""
        words = label_of(item)
        band = self.laid.band(item.start)
        alone = room[0] <= spot[0] and spot[1] <= room[1]
        if words and band is not None and item.end is None and alone:
            if width(words, SMALL) < band[1] - band[0]:
                return text_at(sum(band) / 2, y + 4, words, "tl-label", "middle"), None
        right, left = room[1] - spot[1], spot[0] - room[0]
        if not words or max(right, left) < 40:
            return "", None
        wanted = width(words, SMALL)
        if wanted <= right or (right >= left and wanted > left):
            said = shortened(words, SMALL, right)
            return text_at(spot[1] + 2, y + 4, said, "tl-label"), (
                spot[0],
                spot[1] + 4 + width(said, SMALL),
            )
        said = shortened(words, SMALL, left)
        return text_at(spot[0] - 2, y + 4, said, "tl-label", "end"), None

    # -- lines of values --------------------------------------------------------------------------

    def _panels(self, series: Sequence[Series]) -> None:
        for one in series[:_LINES]:
            self._panel(one)
        if len(series) > _LINES:
            self.y += 6
            rest = ", ".join(one.name for one in series[_LINES:])
            said = f"+{len(series) - _LINES} more values told more than once"
            self.parts.append(
                f"<g><title>{escape(rest)}</title>{text_at(4, self.y + 14, said, 'tl-group')}</g>"
            )
            self.y += _ROW

    def _panel(self, series: Series) -> None:
        """Values that are told again and again, as a line."""
        self.y += 6
        top, bottom = self.y + 18, self.y + _PANEL - 10
        name_ = shortened(series.name, _SIZE, GUTTER - 20)
        self.parts.append(
            f"<g><title>{escape(series.name)}</title>{text_at(4, self.y + 26, name_, 'tl-group')}"
            f"{text_at(14, self.y + 42, shortened(series.unit, SMALL, GUTTER - 20), 'tl-label')}</g>"
        )
        low, high = min(series.values), max(series.values)
        spread = (high - low) or 1.0
        points = [
            (self.laid.x(item.start), bottom - (value - low) / spread * (bottom - top))
            for item, value in zip(series.items, series.values, strict=True)
        ]
        for (one, a), (other, b) in pairwise(zip(series.items, points, strict=True)):
            known = one.start.measured and other.start.measured
            self.parts.append(line_to(*a, *b, "tl-line" if known else "tl-line tl-loose"))
        taken = Taken()
        for x, y in points:
            taken.add((x - 4, y - 4, x + 4, y + 4))
        for item, (x, y) in zip(series.items, points, strict=True):
            drawn = mark("observation", x, y, classes_of(item))
            drawn += value_at(item.detail.split(" ")[0], x, y, taken)
            self.parts.append(self._linked(item, drawn))
        self.y += _PANEL

    # -- what stands below ------------------------------------------------------------------------

    def _notes(self) -> None:
        """What the signs mean, as far as they are there, and what is not on the axis."""
        self.y += 8
        items = self.timeline.items
        x = 4.0
        for used, sign, said in (
            (
                any(not i.start.measured for i in items),
                "tl-loose",
                "hollow: only the order is told",
            ),
            (any(i.start.basis is Basis.COUNTED for i in items), "tl-counted", _COUNTED),
            (any(self.laid.band(i.start) for i in items), "tl-band", _DATED),
            (any(untold_end(i) for i in items), "tl-tail", "dotted: its end is not told"),
        ):
            if used:
                room = 20 + width(said, SMALL) + 12
                if x + room > WIDE:
                    x, self.y = 4.0, self.y + 16
                self.parts.append(sign_at(sign, x, self.y + 8))
                self.parts.append(text_at(x + 18, self.y + 12, said, "tl-note"))
                x += room
        if x > 4:
            self.y += 18
        for line in outside(self.timeline):
            lines = wrapped(line, SMALL, WIDE - 8)
            if len(lines) > 3:
                lines = [*lines[:2], shortened(lines[2] + " …", SMALL, WIDE - 8)]
            for part in lines:
                self.parts.append(text_at(4, self.y + 12, part, "tl-note"))
                self.y += 15
