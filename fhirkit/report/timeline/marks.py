"""The shapes of marks: one a kind of thing, so that it does not hang on colour alone."""

from __future__ import annotations


def number(value: float) -> str:
    """A coordinate, to a tenth."""
    return (
        f"{value:.1f}".removesuffix(".0").replace("-0", "0", 1)
        if abs(value) < 0.05
        else f"{value:.1f}".removesuffix(".0")
    )


def mark(kind: str, x: float, y: float, classes: str) -> str:
    """The mark of a kind of fact, around a point."""
    found = _SHAPES.get(kind)
    if found is None:
        return f'<circle class="tl-mark {classes}" cx="{number(x)}" cy="{number(y)}" r="4"/>'
    return f'<path class="tl-mark {classes}" d="{_path(found, x, y)}"/>'


def _path(corners: tuple[tuple[float, float], ...], x: float, y: float) -> str:
    points = [f"{number(x + dx)} {number(y + dy)}" for dx, dy in corners]
    return f"M{'L'.join(points)}Z"


_SHAPES = {
    "adverse-event": ((0, -5.5), (5.5, 4), (-5.5, 4)),
    "encounter": ((0, -5.5), (5.5, 0), (0, 5.5), (-5.5, 0)),
    "procedure": ((-4, -4), (4, -4), (4, 4), (-4, 4)),
    "report": ((-4, -5), (2, -5), (4, -3), (4, 5), (-4, 5)),
    "medication": ((-6, -5), (6, -5), (6, 5), (-6, 5)),
    "patient": (
        (-5, -3),
        (-3, -5),
        (0, -2),
        (3, -5),
        (5, -3),
        (2, 0),
        (5, 3),
        (3, 5),
        (0, 2),
        (-3, 5),
        (-5, 3),
        (-2, 0),
    ),
}
