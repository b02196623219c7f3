"""What a fact says of its time, as days from something."""

from __future__ import annotations

from dataclasses import replace
from math import inf

import pytest

from course import Course
from fhirkit.facts.model import MedicationFact, Quantity, When
from fhirkit.report.timeline.told import days, times


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("90 minutes", None),
        ("12 hours", 0.5),
        ("6 days", 6.0),
        ("2 weeks", 14.0),
        ("8 months", 243.5),
        ("2 years", 730.5),
        ("1e999 days", None),
        ("-3 days", None),
        ("many days", None),
    ],
)
def test_a_distance_in_days(words: str, expected: float | None) -> None:
    """Months and years as UCUM counts them; what is no number is no distance."""
    assert days(Course().quantity(words)) == expected


@pytest.mark.parametrize(
    ("words", "bounds"),
    [
        ("8 days", (8.0, 8.0)),
        ("<=8 days", (0.0, 8.0)),
        (">8 days", (8.0, inf)),
        ("a few hours", (0.0, inf)),
    ],
)
def test_what_after_means(words: str, bounds: tuple[float, float]) -> None:
    """A limit or vague words give an order, one number a distance."""
    course = Course()
    course.drug("aspirin", when=course.after(words, "encounter-9"))
    (told,) = times(course.facts[0])
    assert (told.low, told.high) == bounds
    assert told.measured == (bounds[0] == bounds[1])


def test_before_is_negative() -> None:
    """And looks back."""
    course = Course()
    course.symptom("headache", when=course.before("12 days"))
    (told,) = times(course.facts[0])
    assert (told.low, told.short, told.back) == (-12.0, "−12 days", True)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("14-year history", -14 * 365.25),
        ("five-month history", -5 * 30.4375),
        ("long history", None),
        ("several-year history", None),
    ],
)
def test_a_history_is_read_from_its_words(words: str, expected: float | None) -> None:
    """There is no number beside them."""
    course = Course()
    course.condition("multiple sclerosis", history=course.say(words))
    assert [told.low for told in times(course.facts[0])] == ([expected] if expected else [])


@pytest.mark.parametrize("date", ["2014-13", "2014-02-30", "0000", "soon"])
def test_what_is_no_date_is_no_time(date: str) -> None:
    """A facts file may hold anything."""
    course = Course()
    course.drug("aspirin", when=course.on(date))
    assert times(course.facts[0]) == ()


@pytest.mark.parametrize(
    ("date", "days_wide"), [("2015-12", 31), ("9999", None), ("2015-07-14", 0), ("2016", 366)]
)
def test_a_date_reaches_to_the_next(date: str, days_wide: int | None) -> None:
    """To the first day of the next month or year; the calendar's last year has none."""
    course = Course()
    course.drug("aspirin", when=course.on(date))
    told = times(course.facts[0])
    assert [t.high - t.low for t in told] == ([] if days_wide is None else [days_wide])


def test_the_end_of_a_drug_is_a_time_of_its_own() -> None:
    """Start and stop."""
    course = Course()
    course.drug("natalizumab", start=course.on("2007-11"), stop=course.on("2011-07"))
    assert [t.node for t in times(course.facts[0])] == ["medication-0", "medication-0/end"]


@pytest.mark.parametrize(
    ("words", "of_other"),
    [
        pytest.param("a day after", True, id="cut-short"),
        pytest.param("six days\nafter coming in", True, id="named"),
        pytest.param("two days prior to this", True, id="before"),
        pytest.param("nine months after treatment", False, id="a-treatment-told-beside-it"),
        pytest.param("three weeks after the second infusion", False, id="one-dose-of-it"),
        pytest.param("after 6 months", False, id="only-a-distance"),
        pytest.param("two weeks later", False, id="later"),
    ],
)
def test_words_that_name_what_no_fact_is_are_marked(words: str, of_other: bool) -> None:
    """ "A day after he had been hydrated" counts from that, not from what was told before."""
    course = Course()
    span = course.say(words)
    course.drug("aspirin")
    fact = course.facts[0]
    assert isinstance(fact, MedicationFact)
    (told,) = times(replace(fact, when=When(span, Quantity(span, "1", "day", "d"), "after")))
    assert told.of_other is of_other
