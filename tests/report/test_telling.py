"""What a fact says, in the order and the words in which a clinician looks for it."""

from __future__ import annotations

from typing import TypeVar

import pytest

import fhirkit
from facts_builder import Story
from fhirkit.facts.model import (
    AdverseEventFact,
    ConditionFact,
    EncounterFact,
    Fact,
    MedicationFact,
    ObservationFact,
    PatientFact,
    ProcedureFact,
    Range,
    Ratio,
    Suspect,
)
from fhirkit.mappers.wording import Wording
from fhirkit.report.telling import NAMED_BY, Telling

F = TypeVar("F", bound=Fact)


def told(story: Story, fact: Fact, **names: str) -> dict[str, list[str]]:
    """The details of a fact as words, by label."""
    teller = Telling(Wording(story.text), names)
    return {d.label: [part.text for part in d.parts] for d in teller.details(fact)}


def test_the_dose_is_the_value_of_a_drug() -> None:
    """As written, with its unit; the rest are details."""
    story = Story("Given [[alemtuzumab]] [[12 mg]] [[intravenously]] [[for five days]].")
    fact = MedicationFact(
        id="m",
        spans=(story("alemtuzumab"),),
        drug=story.term("alemtuzumab"),
        dose=story.quantity("12 mg", "mg"),
        route=story.term("intravenously", "intravenous"),
    )
    assert Telling(Wording(story.text), {}).value(fact) == ("12", "mg")
    assert told(story, fact) == {"route": ["intravenous"]}


def test_a_comparator_belongs_to_the_value() -> None:
    """ "<5" and "5" are not the same."""
    story = Story("[[CRP]] was [[<5 mg/L]].")
    fact = ObservationFact(
        id="o",
        spans=(story("CRP"),),
        analyte=story.term("CRP"),
        category="laboratory",
        value=story.quantity("<5 mg/L", "mg/L", digits="5", comparator="<"),
    )
    assert Telling(Wording(story.text), {}).value(fact)[0] == "<5"


@pytest.mark.parametrize(
    ("marked", "make", "shown"),
    [
        ("[[ratio 2:1]]", lambda s: Ratio(s("ratio 2:1"), "2", "1"), "2:1"),
        ("[[positive]]", lambda s: s.term("positive"), "positive"),
        (
            "[[[[4 mg]] to [[6 mg]]]]",
            lambda s: Range(s("4 mg to 6 mg"), s.quantity("4 mg"), s.quantity("6 mg")),
            "4 to 6 mg",
        ),
        (
            "[[above 6]]",
            lambda s: Range(s("above 6"), None, s.quantity("above 6", digits="6")),
            "above 6",
        ),
    ],
)
def test_values_of_every_kind_are_shown(marked: str, make: object, shown: str) -> None:
    """Numbers keep their digits, ranges both ends, half ranges their words."""
    story = Story(f"[[Result]] was {marked}.")
    fact = ObservationFact(
        id="o",
        spans=(story("Result"),),
        analyte=story.term("Result"),
        category="laboratory",
        value=make(story),  # type: ignore[operator]
    )
    assert Telling(Wording(story.text), {}).value(fact) == (shown, "")


def test_a_time_has_the_authors_words_and_what_it_is_counted_from() -> None:
    """The anchor is named, and a link."""
    story = Story("[[Anaemia]] came [[eight months after]] it.")
    when = story.when("eight months after", anchor="drug")
    fact = ConditionFact(id="c", spans=(story("Anaemia"),), name=story.term("Anaemia"), onset=when)
    teller = Telling(Wording(story.text), {"drug": "alemtuzumab"})
    (onset,) = teller.details(fact)
    words, anchor = onset.parts
    assert (onset.label, words.text, words.span) == ("onset", "eight months after", when.span)
    assert (anchor.text, anchor.fact) == ("counted from alemtuzumab", "drug")


def test_what_an_event_does_not_tell_is_said() -> None:
    """Latency, seriousness, outcome and causality are missed; other fields are not."""
    story = Story("[[Rash]] after [[aspirin]].")
    fact = AdverseEventFact(
        id="a",
        spans=(story("Rash"),),
        reaction=story.term("Rash"),
        suspects=(Suspect(story("aspirin"), "m"),),
    )
    found = told(story, fact, m="aspirin")
    assert found.pop("suspect") == ["aspirin"]
    assert set(found) == {"latency", "seriousness", "outcome", "cause, in the author’s words"}
    assert not any(found.values())


def test_dechallenge_stands_with_its_suspect() -> None:
    """What happened when the drug was withdrawn is told of that drug."""
    story = Story("[[Rash]] [[went away]] after [[aspirin]] was stopped.")
    suspect = Suspect(story("aspirin"), "m", dechallenge=story.term("went away", "positive"))
    fact = AdverseEventFact(
        id="a", spans=(story("Rash"),), reaction=story.term("Rash"), suspects=(suspect,)
    )
    assert told(story, fact, m="aspirin")["suspect"] == ["aspirin", "dechallenge positive"]


def test_a_reason_named_by_a_fact_is_not_told_twice() -> None:
    """The words count only where no fact has them."""
    story = Story("[[Aspirin]] for [[headache]].")
    fact = MedicationFact(
        id="m",
        spans=(story("Aspirin"),),
        drug=story.term("Aspirin"),
        reason=("c",),
        reason_words=story("headache"),
    )
    assert told(story, fact, c="headache")["given for"] == ["headache"]


def test_a_judgement_is_in_the_authors_words() -> None:
    """Not in the letter a code system has for it."""
    story = Story("[[Ferritin]] was [[raised]].")
    fact = ObservationFact(
        id="o",
        spans=(story("Ferritin"),),
        analyte=story.term("Ferritin"),
        category="laboratory",
        interpretation=story.term("raised", "H"),
    )
    assert told(story, fact) == {"judged": ["raised"]}


def test_a_result_in_words_is_told_once_in_the_authors_words() -> None:
    """Not as "POS", and not once more as a judgement."""
    story = Story("[[Bands]] were [[positive]].")
    fact = ObservationFact(
        id="o",
        spans=(story("Bands"),),
        analyte=story.term("Bands"),
        category="laboratory",
        value=story.term("positive", "POS"),
        interpretation=story.term("positive", "POS"),
    )
    assert Telling(Wording(story.text), {}).value(fact) == ("positive", "")
    assert told(story, fact) == {}


def test_what_is_not_told_has_no_detail() -> None:
    """An empty field of a condition or procedure is no line of its card."""
    story = Story("[[Fracture]] and [[biopsy]] at a [[visit]].")
    facts: list[Fact] = [
        ConditionFact(id="c", spans=(story("Fracture"),), name=story.term("Fracture")),
        ProcedureFact(id="p", spans=(story("biopsy"),), name=story.term("biopsy")),
        EncounterFact(id="e", spans=(story("visit"),), kind=story.term("visit")),
    ]
    assert all(told(story, fact) == {} for fact in facts)


def test_every_field_of_every_fact_is_told_somewhere() -> None:
    """A field that is added to the model and forgotten here would be hidden from the reviewer."""
    from dataclasses import fields

    from fhirkit.facts.jsonform import KINDS
    from fhirkit.report import telling

    elsewhere = {field.name for field in fields(Fact)} | {"level", "use", "category", "is_history"}
    for kind in KINDS.values():
        shown = {field for _, field in telling._DETAILS[kind]}
        shown |= {NAMED_BY.get(kind, ""), telling._VALUED_BY.get(kind, "")}
        assert {field.name for field in fields(kind)} - elsewhere <= shown, kind


def test_a_person_is_told_with_age_and_sex() -> None:
    """The age is what can be corrected, the sex a detail."""
    case = fhirkit.extract("A 40-year-old woman had a headache.")
    person = next(fact for fact in case.facts if isinstance(fact, PatientFact))
    teller = Telling(Wording(case.text), {})
    assert teller.value(person)[0] == "40"
    assert [detail.label for detail in teller.details(person)] == ["sex"]
