"""Pieces of SVG, with their content escaped."""

from __future__ import annotations

from html import escape

from fhirkit.report.timeline.marks import number


def text_at(x: float, y: float, content: str, kind: str, anchor: str = "") -> str:
    """Words of a kind, their baseline at a point."""
    where = f' text-anchor="{anchor}"' if anchor else ""
    return f'<text class="{kind}" x="{number(x)}" y="{number(y)}"{where}>{escape(content)}</text>'


def line_to(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    """A straight line of a kind."""
    a, b, c, d = map(number, (x1, y1, x2, y2))
    return f'<line class="{kind}" x1="{a}" y1="{b}" x2="{c}" y2="{d}"/>'


def rect_at(x: float, y: float, wide: float, high: float, kind: str, round_: float = 0) -> str:
    """A rectangle of a kind, with round corners."""
    a, b, c, d = map(number, (x, y, wide, high))
    corner = f' rx="{number(round_)}"' if round_ else ""
    return f'<rect class="{kind}" x="{a}" y="{b}" width="{c}" height="{d}"{corner}/>'
