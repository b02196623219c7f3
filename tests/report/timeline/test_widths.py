"""Room for words in a font that is not known."""

from __future__ import annotations

import pytest

from fhirkit.report.timeline.widths import shortened, width, wrapped


def test_wide_letters_are_wide() -> None:
    """As are those of East Asia."""
    assert width("mmm", 10) > 2 * width("iii", 10)
    assert width("中", 10) > width("x", 10)


@pytest.mark.parametrize(
    ("text", "room", "expected"),
    [("anaemia", 100, "anaemia"), ("anaemia", 30, "ana…"), ("anaemia", 5, "")],
)
def test_what_does_not_fit_ends_with_an_ellipsis(text: str, room: float, expected: str) -> None:
    """Or is not there at all."""
    assert shortened(text, 10, room) == expected


def test_lines_are_no_wider_than_their_room() -> None:
    """Not even where a word is."""
    lines = wrapped("one two " + "x" * 50 + " three", 10, 60)
    assert all(width(line, 10) <= 60 for line in lines)
    assert lines[0] == "one two"
