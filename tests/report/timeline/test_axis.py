"""Days on paper: pieces of even scale with breaks between them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhirkit.report.timeline.axis import axis

YEAR = 365.25


def test_one_scale_where_everything_can_be_told_apart() -> None:
    """Nothing is cut out without need."""
    found = axis([0, 12, 30, 60], 100, 600)
    assert len(found.pieces) == 1
    assert (found.x(0), found.x(30), found.x(60)) == (100, 350, 600)


def test_years_and_days_get_a_break() -> None:
    """Fourteen years, five days, eight months and six days."""
    found = axis([-14 * YEAR, 0, 5, 243.5, 249.5], 200, 600)
    assert [(piece.first, piece.last) for piece in found.pieces] == [
        (-14 * YEAR, -14 * YEAR),
        (0, 5),
        (243.5, 249.5),
    ]
    assert found.x(5) - found.x(0) > 50
    assert len(found.breaks) == 2


def test_the_strokes_say_the_scale_of_their_piece() -> None:
    """Days here, weeks there."""
    assert axis([0, 6], 0, 300).pieces[0].strokes()[0] == "days"
    assert axis([0, 600], 0, 300).pieces[0].strokes()[0] == "months"
    assert axis([0], 0, 300).pieces[0].strokes() == ("", [])
    assert len(axis([0, 6], 0, 300).pieces[0].strokes()[1]) == 7


def test_a_month_keeps_its_width_beside_its_piece() -> None:
    """What a date may be is no time of its own, but has its place."""
    found = axis([0, 300], 0, 300, [(-15, 15)])
    assert found.pieces[0].first == -15
    assert found.x(-15) == 0


def test_a_day_in_a_break_stands_in_the_break() -> None:
    """Nothing is told there, but a bar may go through."""
    found = axis([0, 1, 2, 10000, 10001], 0, 500)
    (left, right) = found.breaks[0]
    assert left < found.x(5000) < right


@pytest.mark.parametrize("days", [[0], [0, 0], [0, 1e-9], [0, 1e15], [-1e6, 0, 1e6]])
def test_odd_times_stay_on_the_paper(days: list[float]) -> None:
    """One time, the same time twice, ages apart."""
    found = axis(days, 100, 600)
    assert all(100 <= found.x(day) <= 600 for day in days)


@given(st.lists(st.floats(-1e5, 1e5).map(lambda day: round(day, 3)), min_size=1, max_size=40))
def test_order_is_kept(days: list[float]) -> None:
    """Later is never further left, and everything is on the paper."""
    found = axis(days, 100, 600)
    places = [found.x(day) for day in sorted(days)]
    assert all(one <= other + 1e-6 for one, other in pairwise(places))
    assert all(99.9 <= place <= 600.1 for place in places)
