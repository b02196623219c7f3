"""From a case to what is drawn: what day 0 is, what has a distance, an order, or neither."""

from __future__ import annotations

from dataclasses import replace
from math import inf
from pathlib import Path

import pytest

import fhirkit
from course import Course, found
from fhirkit.facts.model import Certainty, PatientFact, Quantity, Regimen, Use, Whose
from fhirkit.report.timeline import timeline
from fhirkit.report.timeline.model import Basis, Timeline

MONTH = 30.4375


def names(line: Timeline) -> set[str]:
    """Everything on the drawing."""
    return {item.name for item in line.items}


def read(text: str) -> Timeline:
    """The timeline of a narrative."""
    return timeline(fhirkit.extract(text))


# -- published cases ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def leukoencephalopathy(benchmark: Path) -> Timeline:
    """A death eight months after alemtuzumab."""
    return read((benchmark / "seeds" / "000.txt").read_text("utf-8"))


@pytest.fixture(scope="module")
def activation(benchmark: Path) -> Timeline:
    """Disease activation nine months after alemtuzumab."""
    return read((benchmark / "seeds" / "001.txt").read_text("utf-8"))


def test_the_suspect_drug_is_a_bar_at_day_0(leukoencephalopathy: Timeline) -> None:
    """Five consecutive days, and its lane comes first."""
    line = leukoencephalopathy
    bar = found(line, "alemtuzumab")
    assert line.zero == "alemtuzumab"
    assert (bar.start.low, bar.end and bar.end.low) == (0, 5)
    assert line.lanes[0].name == "alemtuzumab"
    assert line.lanes[0].suspect


def test_admission_and_death_have_their_days(leukoencephalopathy: Timeline) -> None:
    """Eight months after the drug, and six days after that."""
    lane = next(lane for lane in leukoencephalopathy.lanes if lane.group == "Stays")
    stay = lane.items[0].start
    death = found(leukoencephalopathy, "death").start
    assert stay.low == 8 * MONTH
    assert death.low == 8 * MONTH + 6
    assert (stay.basis, death.basis) == (Basis.DISTANCE, Basis.DISTANCE)


def test_all_reactions_stand_at_eight_months(leukoencephalopathy: Timeline) -> None:
    """Each once, though the conditions they are have facts of their own."""
    events = [lane for lane in leukoencephalopathy.lanes if lane.group == "Adverse events"]
    assert len(events) >= 5
    assert {item.start.low for lane in events for item in lane.items} == {8 * MONTH}
    assert not names(leukoencephalopathy) & {"focal neurological deficit", "MRI"}


def test_treatment_told_between_admission_and_death_stands_between_them(
    leukoencephalopathy: Timeline,
) -> None:
    """No day is told, but both ends are."""
    for name in ("corticosteroids", "plasmapheresis", "endotracheal intubation"):
        place = found(leukoencephalopathy, name).start
        assert place.basis is Basis.TOLD
        assert (place.low, place.high) == (8 * MONTH, 8 * MONTH + 6)


def test_a_long_history_and_days_stand_on_one_axis(leukoencephalopathy: Timeline) -> None:
    """Fourteen years before the drug, still running."""
    history = found(leukoencephalopathy, "relapsing-remitting multiple sclerosis")
    assert history.start.low == -14 * 365.25
    assert history.start.basis is Basis.COUNTED
    assert history.open_end


def test_earlier_drugs_are_before_day_0(leukoencephalopathy: Timeline) -> None:
    """And nobody says when."""
    for name in ("interferons", "natalizumab", "fingolimod"):
        place = found(leukoencephalopathy, name).start
        assert not place.measured
        assert place.high <= 0


def test_symptoms_count_back_from_the_presentation(activation: Timeline) -> None:
    """12, 8 and 5 days before nine months; that they count to there is taken from beside them."""
    days = {
        name: found(activation, name).start.low - 9 * MONTH
        for name in ("headache", "diplopia", "confusion", "unsteady gait")
    }
    assert days == {"headache": -12, "diplopia": -8, "confusion": -5, "unsteady gait": -5}
    headache = found(activation, "headache")
    assert headache.start.basis is Basis.COUNTED
    assert headache.end is not None
    assert headache.end.low == 9 * MONTH


def test_edss_is_a_line_in_the_order_told(activation: Timeline) -> None:
    """0, 9.5, 3.5: before the drug, after the presentation, two years after who knows what."""
    (edss,) = activation.series
    assert (edss.name, edss.values) == ("EDSS", (0.0, 9.5, 3.5))
    first, _, last = (item.start for item in edss.items)
    assert first.high == 0
    assert (last.basis, last.words) == (Basis.ORDER, "two years later")


def test_nothing_considered_is_drawn(activation: Timeline) -> None:
    """Natalizumab was weighed, ocrelizumab is an alternative in general."""
    assert not names(activation) & {"natalizumab", "ocrelizumab", "fingolimod"}


def test_every_fact_is_drawn_or_counted(activation: Timeline) -> None:
    """None twice, none of another's."""
    ids = [item.fact for item in activation.items] + [fact.fact for fact in activation.untimed]
    assert len(ids) == len(set(ids))


# -- what may be drawn ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"certainty": Certainty.NEGATED}, id="negated"),
        pytest.param({"certainty": Certainty.REFUTED}, id="ruled-out"),
        pytest.param({"certainty": Certainty.DIFFERENTIAL}, id="differential"),
        pytest.param({"certainty": Certainty.NOT_DONE}, id="not-done"),
        pytest.param({"whose": Whose.FAMILY}, id="family"),
        pytest.param({"whose": Whose.OTHERS}, id="literature"),
        pytest.param({"whose": Whose.GENERAL}, id="general"),
        pytest.param({"whose": Whose.CONSIDERED}, id="offered"),
    ],
)
def test_only_what_is_the_patients_own_and_held_true(fields: dict[str, object]) -> None:
    """Nothing else is drawn, nor counted, nor carries a distance."""
    course = Course()
    drug = course.drug("ibuprofen", **fields)
    course.condition("bleeding", onset=course.after("3 days", drug))
    line = timeline(course.case)
    assert "ibuprofen" not in names(line) | {fact.name for fact in line.untimed}
    assert not found(line, "bleeding").start.measured


def test_a_drug_that_was_only_considered_is_not_drawn() -> None:
    """Its use says so."""
    course = Course()
    course.drug("natalizumab", use=Use.CONSIDERED)
    assert not timeline(course.case).items


def test_what_is_suspected_is_drawn_and_marked() -> None:
    """The author's doubt goes with it."""
    course = Course()
    drug = course.drug("nivolumab")
    when = course.after("8 weeks", drug)
    course.event("myocarditis", drug, latency=when, certainty=Certainty.SUSPECTED)
    assert found(timeline(course.case), "myocarditis").suspected


# -- day 0 ----------------------------------------------------------------------------------------


def test_the_first_dose_of_the_suspect_is_day_0() -> None:
    """A second course does not move it."""
    course = Course()
    second = course.drug("alemtuzumab", when=course.on("2020"))
    course.drug("alemtuzumab", when=course.on("2019"))
    course.event("Graves disease", second, latency=course.after("3 months", second))
    line = timeline(course.case)
    assert line.zero == "alemtuzumab"
    doses = [item.start.middle for item in line.items if item.name == "alemtuzumab"]
    assert min(doses) == 0
    assert len({lane.name for lane in line.lanes if lane.suspect}) == 1


def test_without_a_suspect_the_stay_is_day_0() -> None:
    """A symptom counts back from it."""
    course = Course()
    course.stay()
    course.symptom("headache", when=course.before("12 days"))
    line = timeline(course.case)
    assert line.zero == "admission"
    assert found(line, "headache").start.low == -12


def test_without_a_stay_the_presentation_is_day_0() -> None:
    """That days are counted to."""
    course = Course()
    course.symptom("headache", when=course.before("12 days"))
    line = timeline(course.case)
    assert line.zero == "presentation"
    assert found(line, "headache").start.low == -12


def test_a_suspect_that_nothing_is_measured_from_is_not_day_0() -> None:
    """A stay with a distance serves better; the drug keeps its place in the order."""
    course = Course()
    drug = course.drug("aspirin")
    stay = course.stay()
    course.event("rash", drug)
    course.procedure("biopsy", when=course.after("2 days", stay))
    line = timeline(course.case)
    assert line.zero == "admission"
    assert not found(line, "aspirin").start.measured


# -- order without distance -----------------------------------------------------------------------


def test_a_reaction_without_a_latency_came_after_its_drug() -> None:
    """That is what it says, and no more."""
    course = Course()
    drug = course.drug("aspirin", regimen=_days(course, "5 days"))
    course.event("rash", drug)
    place = found(timeline(course.case), "rash").start
    assert place.basis is Basis.ORDER
    assert (place.low, place.high) == (0, inf)


def _days(course: Course, words: str) -> Regimen:
    quantity = course.quantity(words)
    return Regimen(quantity.span, duration=quantity)


def test_within_three_weeks_is_no_day() -> None:
    """It is between two."""
    course = Course()
    drug = course.drug("aspirin")
    course.event("rash", drug, latency=course.after("<=3 weeks", drug))
    course.event("fever", drug, latency=course.after("5 weeks", drug))
    place = found(timeline(course.case), "rash").start
    assert place.basis is Basis.ORDER
    assert (place.low, place.high) == (0, 21)


def test_in_a_stay_without_a_day() -> None:
    """Between its beginning and its end, where that is told."""
    course = Course()
    stay = course.stay(length=course.quantity("9 days"))
    course.symptom("headache", when=course.before("2 days", stay))
    course.procedure("biopsy", encounter=stay)
    place = found(timeline(course.case), "biopsy").start
    assert (place.basis, place.low, place.high) == (Basis.ORDER, 0, 9)


def test_later_after_a_treatment_is_only_later() -> None:
    """Two months may count from the treatment, or from the time told before it."""
    course = Course()
    drug = course.drug("alemtuzumab")
    course.event("anaemia", drug, latency=course.after("8 months", drug))
    course.drug("rituximab")
    course.value("hemoglobin", "11 g/dl", when=course.after("2 months"))
    place = found(timeline(course.case), "hemoglobin").start
    assert place.basis is Basis.ORDER
    assert place.words == "2 months"


def test_later_with_nothing_done_between_counts_from_what_was_told_before() -> None:
    """And says that it does."""
    course = Course()
    drug = course.drug("alemtuzumab")
    course.event("anaemia", drug, latency=course.after("8 months", drug))
    course.value("hemoglobin", "11 g/dl", when=course.after("2 months"))
    place = found(timeline(course.case), "hemoglobin").start
    assert place.basis is Basis.COUNTED
    assert place.low == 10 * MONTH


def test_later_counts_from_the_last_thing_done() -> None:
    """A drug that was given, if it is the only thing told there; a drug of old is not meant."""
    text = (
        "A 40-year-old woman with multiple sclerosis had been treated with interferon beta before."
        " She was given {} for five days. Hemoglobin was 2.4 g/dl. Eight months later she developed"
        " autoimmune hemolytic anemia.\n"
    )
    line = read(text.format("alemtuzumab"))
    assert line.zero == "alemtuzumab"
    place = found(line, "autoimmune haemolytic anaemia").start
    assert (place.basis, place.low) == (Basis.COUNTED, 8 * MONTH)
    line = read(text.format("alemtuzumab and methylprednisolone"))
    assert not found(line, "autoimmune haemolytic anaemia").start.measured


def test_later_does_not_count_from_what_was_told_long_before() -> None:
    """Four sentences on it may be anything."""
    course = Course()
    drug = course.drug("alemtuzumab")
    course.event("anaemia", drug, latency=course.after("8 months", drug))
    for words in ("fatigue", "rash", "cough", "fever"):
        course.symptom(words)
    course.value("hemoglobin", "11 g/dl", when=course.after("2 months"))
    assert found(timeline(course.case), "hemoglobin").start.basis is Basis.ORDER


def test_what_opens_the_telling_is_not_before_what_it_looks_back_to() -> None:
    """The admission comes first, and then how it came to that."""
    course = Course()
    course.stay()
    course.procedure("transfusion")
    course.condition("multiple sclerosis", onset=course.on("2008"))
    course.drug("alemtuzumab", when=course.on("2015"))
    course.drug("prednisone")
    line = timeline(course.case)
    for name in ("admission", "transfusion"):
        place = found(line, name).start
        assert (place.low, place.high) == (-inf, inf)
    late = found(line, "prednisone").start
    assert (late.low, late.high) == (found(line, "alemtuzumab").start.middle, inf)


def test_a_drug_that_is_only_looked_back_to_orders_nothing() -> None:
    """It had been taken for four months; nothing says that the rest came before or after."""
    course = Course()
    course.procedure("biopsy")
    drug = course.drug("benzbromarone", regimen=_days(course, "4 months"))
    course.event("liver failure", drug)
    course.procedure("transplantation")
    line = timeline(course.case)
    assert line.zero == "benzbromarone"
    for name in ("biopsy", "transplantation"):
        place = found(line, name).start
        assert (place.low, place.high) == (-inf, inf)


def test_what_only_the_title_names_has_no_place() -> None:
    """A title names the end before the beginning."""
    line = read(
        "Liver transplantation after benzbromarone\n\nA 40-year-old man was given benzbromarone and"
        " then colchicine. He had plasmapheresis.\n"
    )
    assert "liver transplantation" not in names(line)
    assert "liver transplantation" in {fact.name for fact in line.untimed}


def test_words_that_tell_the_time_of_two_facts_are_counted_once() -> None:
    """A value of the admission is no second eleven months after it."""
    line = read(
        "A 34-year-old woman received alemtuzumab, 12 mg/day for five days. Eleven months later she"
        " was admitted with fatigue, and her haemoglobin was 6.8 g/dL. Alemtuzumab-induced"
        " haemolytic anaemia was diagnosed.\n"
    )
    assert found(line, "admission").start.middle == 11 * MONTH
    assert found(line, "hemoglobin").start.middle == 11 * MONTH


def test_where_the_telling_goes_back_its_order_is_none() -> None:
    """A drug told between 2015 and 2010 is placed by neither."""
    course = Course()
    course.condition("relapse", onset=course.on("2015"))
    course.drug("aspirin")
    course.condition("optic neuritis", onset=course.on("2010"))
    line = timeline(course.case)
    assert [fact.name for fact in line.untimed] == ["aspirin"]


def test_a_title_does_not_tell_the_order() -> None:
    """It names the end before the beginning."""
    line = read(
        "Rituximab after alemtuzumab\n\nA 40-year-old woman with multiple sclerosis was given"
        " alemtuzumab. Eight months after alemtuzumab she was admitted with anaemia. She was"
        " given rituximab.\n"
    )
    assert line.zero == "admission"
    assert found(line, "rituximab").start.low == 0
    assert found(line, "alemtuzumab").start.low == -8 * MONTH


# -- values ---------------------------------------------------------------------------------------


def test_one_unit_one_line() -> None:
    """Two values of one analyte in two units cannot be joined; one value is no line."""
    course = Course()
    for words in ("4.1 g/dl", "10.5 g/dl", "35 g/l"):
        course.value("hemoglobin", words)
    course.value("ferritin", "30 µg/l")
    line = timeline(course.case)
    assert [(s.name, s.unit, s.values) for s in line.series] == [
        ("hemoglobin", "g/dl", (4.1, 10.5))
    ]
    assert [fact.name for fact in line.untimed] == ["hemoglobin", "ferritin"]


def test_values_with_times_are_in_the_order_of_time() -> None:
    """Whatever the telling."""
    course = Course()
    drug = course.drug("alemtuzumab")
    for words, when in (("3 g/l", "6 days"), ("1 g/l", "2 days"), ("2 g/l", "4 days")):
        course.value("protein", words, when=course.after(when, drug))
    (protein,) = timeline(course.case).series
    assert protein.values == (1, 2, 3)


@pytest.mark.parametrize("digits", ["1e999", "nan", "many"])
def test_a_value_that_is_no_number_is_in_no_line(digits: str) -> None:
    """A facts file may hold anything."""
    course = Course()
    course.value("protein", "3 g/l")
    course.value("protein", "4 g/l")
    fact = course.facts[0]
    quantity = Quantity(fact.spans[0], digits, "g/l")
    course.facts[0] = replace(fact, value=quantity)  # type: ignore[call-arg]
    assert timeline(course.case).series == ()


# -- nothing --------------------------------------------------------------------------------------


def test_no_time_at_all() -> None:
    """Nothing is drawn, everything is counted."""
    course = Course()
    course.condition("asthma")
    course.symptom("cough")
    line = timeline(course.case)
    assert (line.zero, line.items) == (None, ())
    assert [fact.name for fact in line.untimed] == ["asthma", "cough"]


def test_no_fact_at_all() -> None:
    """A text of nobody."""
    line = read("The weather was fine.")
    assert (line.zero, line.items, line.untimed) == (None, (), ())


def test_a_patient_who_lives_is_no_event() -> None:
    """Only death has a place."""
    course = Course()
    course.facts.append(PatientFact(id="patient-case", spans=(course.say("a woman of 40"),)))
    line = timeline(course.case)
    assert (line.items, line.untimed) == ((), ())


def test_each_of_several_patients_has_a_timeline_of_their_own() -> None:
    """The parts of a case."""
    text = (
        "Case 1. A 30-year-old woman was given alemtuzumab. Three months after alemtuzumab she"
        " had a rash.\n\nCase 2. A 50-year-old man was given rituximab. Two days after rituximab"
        " he had fever.\n"
    )
    parts = fhirkit.extract(text).by_patient()
    assert len(parts) == 2
    one, other = (timeline(part) for part in parts.values())
    assert "rituximab" not in names(one)
    assert "alemtuzumab" not in names(other)


# -- from the last dose ---------------------------------------------------------------------------


def test_days_after_the_last_dose_count_from_the_end_of_the_course() -> None:
    """Five days of infusions and four days more: nine days after the first."""
    line = read(
        "A 45-year-old woman was given alemtuzumab 12 mg for five consecutive days. Four days after "
        "the last infusion she was admitted with dyspnoea, which was attributed to alemtuzumab."
    )
    stay = found(line, "admission").start
    assert line.zero == "alemtuzumab"
    assert (stay.low, stay.high, stay.short) == (9, 9, "5 days + 4 days")


def test_days_after_the_last_of_nobody_knows_how_many_doses_are_an_order() -> None:
    """How long the course was is not told, so the distance from its first dose is not known."""
    line = read(
        "A 45-year-old woman was treated with natalizumab. Twelve months after the last infusion of "
        "natalizumab she was admitted with dyspnoea, which was attributed to natalizumab."
    )
    assert found(line, "admission").start.basis is Basis.ORDER


def test_a_length_away_from_day_0_is_no_distance_from_it() -> None:
    """The course before the admission that is day 0 ends some days before it, not "5 days" after."""
    line = read(
        "A 45-year-old woman was given alemtuzumab 12 mg for five consecutive days. Four days after "
        "the last infusion she was admitted with dyspnoea."
    )
    course = found(line, "alemtuzumab")
    assert line.zero == "admission"
    assert course.end is not None
    assert (course.start.low, course.end.low, course.end.short) == (-9, -4, "")
