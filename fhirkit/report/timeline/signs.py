"""What stands for what: the classes of a thing, the words beside it, the signs of the legend."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fhirkit.report.timeline.marks import mark
from fhirkit.report.timeline.model import Basis
from fhirkit.report.timeline.shapes import line_to, rect_at

if TYPE_CHECKING:
    from fhirkit.report.timeline.model import Item


def sign_at(sign: str, x: float, y: float) -> str:
    """A sign of the legend."""
    if sign == "tl-tail":
        return line_to(x, y, x + 14, y, "tl-tail tl-bar")
    if sign == "tl-band":
        return rect_at(x, y - 4, 14, 8, f"tl-bar {sign}", 2)
    return mark("symptom", x + 6, y, sign)


def label_of(item: Item) -> str:
    """What is written beside a thing: what it is besides its name, else the author's time."""
    parts = [item.detail]
    start = item.start
    end = item.end.words if item.end is not None else ""
    if item.end is not None and item.end.basis is Basis.DATE and start.basis is Basis.DATE:
        parts.append(f"{start.words} – {end}")
    elif start.basis in (Basis.ORDER, Basis.DATE) or (item.open_end and item.end is not None):
        parts.append(start.words)
    elif end not in item.detail:
        parts.append(end)
    return ", ".join(part for part in parts if part)


def classes_of(item: Item) -> str:
    """The kind of a thing, and how its time is known."""
    found = f"tl-k-{item.kind}"
    if item.start.basis is Basis.COUNTED:
        found += " tl-counted"
    elif not item.start.measured:
        found += " tl-loose"
    return found + " tl-unsure" * item.suspected


def untold_end(item: Item) -> bool:
    """Whether a drug was begun at a time on the axis, and nothing says how long it was given."""
    if item.kind != "medication" or item.end is not None:
        return False
    return item.open_end or (item.start.measured and item.start.low == item.start.high)
