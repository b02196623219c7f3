"""Dates: none that the words do not hold."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Judge = Callable[..., list[tuple[str, str]]]


@pytest.mark.parametrize(
    ("words", "date"),
    [
        pytest.param("in 2014", "2014", id="year"),
        pytest.param("in March 2014", "2014-03", id="month"),
        pytest.param("on 5 Mar. 2014", "2014-03-05", id="day"),
        pytest.param("on the 5th of March 2014", "2014-03-05", id="ordinal-day"),
        pytest.param("on 2014-03-05", "2014-03-05", id="iso"),
        pytest.param("on 05/03/14", "2014-03-05", id="short-year"),
    ],
)
def test_a_date_of_the_words(words: str, date: str, judge: Judge) -> None:
    """A date the words hold, to the precision they have, is left alone."""
    condition = {"resourceType": "Condition", "onsetDateTime": date}
    assert judge(f"It began {words}.", condition, words) == []


@pytest.mark.parametrize(
    ("words", "date"),
    [
        pytest.param("years ago", "2014", id="made-up"),
        pytest.param("in 2014", "2015", id="another-year"),
        pytest.param("in 2014", "2014-03", id="more-precise"),
        pytest.param("in March 2014", "2014-04", id="another-month"),
        pytest.param("in March 2014", "2014-03-05", id="day-made-up"),
        pytest.param("on 5 March 2014", "2014-03-06", id="another-day"),
        pytest.param("in 2014", "2016-01-01T10:00:00Z", id="instant"),
    ],
)
def test_a_date_the_words_do_not_hold(words: str, date: str, judge: Judge) -> None:
    """A date made up, or made more precise, is found where it stands."""
    condition = {"resourceType": "Condition", "onsetDateTime": date}
    assert judge(f"It began {words}.", condition, words) == [("date", "onsetDateTime")]


@pytest.mark.parametrize("name", ["recordedDate", "issued", "authoredOn"])
def test_when_a_record_was_written_is_no_claim_of_the_text(name: str, judge: Judge) -> None:
    """The record's own times may be any."""
    condition = {"resourceType": "Condition", name: "2026-01-01"}
    assert judge("It began in 2014.", condition, "in 2014") == []


def test_start_and_end_of_a_period(judge: Judge) -> None:
    """Both ends of a Period are dates of the words."""
    period = {"start": "2014", "end": "2019"}
    given = {"resourceType": "MedicationStatement", "effectivePeriod": period}
    assert judge("taken from 2014 on", given, "from 2014 on") == [("date", "end")]
