"""The drawing in words."""

from __future__ import annotations

from course import Course
from fhirkit.report.timeline import describe, timeline


def test_the_course_in_the_order_of_time() -> None:
    """Earlier, day 0, what has a distance, later, lines, what is left."""
    course = Course()
    drug = course.drug("alemtuzumab")
    course.event("anaemia", drug, latency=course.after("8 months", drug))
    course.drug("interferon", when=course.before("a few years", drug))
    course.symptom("fever", when=course.before("2 days", drug))
    stay = course.stay(when=course.after("8 months", drug))
    course.death(course.after("6 days", stay))
    course.drug("rituximab", when=course.after("some time", stay))
    course.condition("asthma")
    assert describe(timeline(course.case)) == [
        "Day 0: alemtuzumab.",
        "Before that, order told, distance not: interferon (a few years).",
        "fever: 2 days; 2 days before day 0.",
        "alemtuzumab: day 0.",
        "admission: 8 months; day 0 + 8 months.",
        "anaemia: 8 months; day 0 + 8 months.",
        "death: 6 days; day 0 + 8 months + 6 days.",
        "After that, order told, distance not: rituximab (some time).",
        "1 fact without a time: asthma.",
    ]


def test_values_are_told_with_their_times() -> None:
    """In one sentence a line."""
    course = Course()
    drug = course.drug("alemtuzumab")
    for words, when in (("9 g/dl", "2 days"), ("4 g/dl", "6 days")):
        course.value("hemoglobin", words, when=course.after(when, drug))
    assert (
        "hemoglobin: 9 g/dl (2 days; day 0 + 2 days), 4 g/dl (6 days; day 0 + 6 days)."
        in describe(timeline(course.case))
    )


def test_what_is_suspected_and_what_is_counted_is_said() -> None:
    """As the drawing says it by its signs."""
    course = Course()
    course.symptom("headache", when=course.before("12 days"))
    assert "headache: 12 days; 12 days before day 0; counted from what is told beside it." in (
        describe(timeline(course.case))
    )


def test_no_distance_at_all_is_said_first() -> None:
    """And the order that there is."""
    course = Course()
    course.drug("aspirin")
    course.drug("ibuprofen")
    assert describe(timeline(course.case)) == [
        "The text tells no distance in time between two things.",
        "In the order of the text, which need not be that of time: aspirin; ibuprofen.",
    ]


def test_times_that_cannot_all_be_true_are_named() -> None:
    """They are left out of the drawing."""
    course = Course()
    course.condition("a", onset=course.after("1 week", "condition-1"))
    course.condition("b", onset=course.after("1 week", "condition-0"))
    assert "2 facts whose times contradict each other: a, b." in describe(timeline(course.case))
