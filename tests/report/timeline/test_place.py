"""Facts, the distances between them, and the places that follow."""

from __future__ import annotations

import pytest

from course import Course, found
from fhirkit.report.timeline import timeline
from fhirkit.report.timeline.model import Basis

MONTH = 30.4375


def test_distances_add_up_along_a_chain() -> None:
    """Death is placed by the admission, the admission by the drug."""
    course = Course()
    drug = course.drug("alemtuzumab")
    course.event("anaemia", drug, latency=course.after("8 months", drug))
    stay = course.stay(when=course.after("8 months", drug))
    course.death(course.after("6 days", stay))
    line = timeline(course.case)
    assert line.zero == "alemtuzumab"
    assert found(line, "admission").start.low == 8 * MONTH
    assert found(line, "death").start.low == 8 * MONTH + 6
    assert found(line, "death").start.short == "8 months + 6 days"


def test_a_distance_leads_both_ways() -> None:
    """What is 2 days before the admission places the admission, too."""
    course = Course()
    stay = course.stay()
    drug = course.drug("amoxicillin", when=course.before("2 days", stay))
    course.event("rash", drug, latency=course.after("1 day", drug))
    line = timeline(course.case)
    assert line.zero == "amoxicillin"
    assert found(line, "admission").start.low == 2
    assert found(line, "rash").start.low == 1


def test_a_circle_of_times_that_agree_is_placed() -> None:
    """Each points at the other, and both say the same."""
    course = Course()
    a = course.stay(when=course.after("3 days", "condition-1"))
    course.condition("sepsis", onset=course.before("3 days", a))
    line = timeline(course.case)
    assert line.contradictory == ()
    assert found(line, "sepsis").start.low == -3


@pytest.mark.parametrize("count", [2, 3, 9, 1000])
def test_a_circle_that_cannot_be_true_is_told_and_not_drawn(count: int) -> None:
    """Each a week after the next, round and round."""
    course = Course()
    for i in range(count):
        other = f"condition-{(i + 1) % count}"
        course.condition(f"c{i}", onset=course.after("1 week", other))
    line = timeline(course.case)
    assert len(line.contradictory) >= 2
    gone = {fact.fact for fact in line.contradictory}
    assert not gone & {item.fact for item in line.items}


def test_two_times_of_one_fact_that_disagree_are_not_drawn() -> None:
    """A date and a distance, years apart."""
    course = Course()
    drug = course.drug("natalizumab", when=course.on("2010-03"))
    other = course.drug("fingolimod", when=course.on("2012"))
    course.drug("ocrelizumab", start=course.after("8 months", drug), when=course.on("2015-07"))
    line = timeline(course.case)
    assert [fact.name for fact in line.contradictory] == ["ocrelizumab"]
    assert {item.fact for item in line.items} == {drug, other}


def test_a_date_and_a_distance_that_agree_roughly_do_not_contradict() -> None:
    """Eight months after March is November, be it the first or the last."""
    course = Course()
    drug = course.drug("natalizumab", when=course.on("2010-03"))
    course.drug("ocrelizumab", start=course.after("8 months", drug), when=course.on("2010-11"))
    assert timeline(course.case).contradictory == ()


def test_a_fact_measured_from_itself_has_no_distance() -> None:
    """Nonsense in a facts file."""
    course = Course()
    course.stay(when=course.after("3 days", "encounter-0"))
    line = timeline(course.case)
    assert line.zero is None
    assert not found(line, "admission").start.measured


def test_dates_are_as_wide_as_they_are_written() -> None:
    """A year has no day in it."""
    course = Course()
    course.condition("optic neuritis", onset=course.on("2008"))
    course.drug("cladribine", when=course.on("2019-12"))
    line = timeline(course.case)
    year, month = found(line, "optic neuritis").start, found(line, "cladribine").start
    assert year.basis is month.basis is Basis.DATE
    assert (year.high - year.low, month.high - month.low) == (366, 31)
    assert (year.short, month.short) == ("2008", "2019-12")


def test_dates_alone_give_distances_and_join_what_is_measured_from_them() -> None:
    """A drug by its date, a reaction by the drug."""
    course = Course()
    course.condition("multiple sclerosis", onset=course.on("2013"))
    drug = course.drug("alemtuzumab", when=course.on("2015-07"))
    course.event("Graves disease", drug, latency=course.after("2 years", drug))
    line = timeline(course.case)
    assert line.zero == "alemtuzumab"
    assert found(line, "Graves disease").start.middle == 2 * 365.25
    assert found(line, "multiple sclerosis").start.middle == pytest.approx(-744, abs=5)
