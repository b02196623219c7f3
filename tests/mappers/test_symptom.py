from __future__ import annotations

from typing import Any

import pytest

from facts_builder import Story, codes, is_unknown, only, relative_time, words_kept
from fhirkit.facts.model import Certainty, ConditionFact, EncounterFact, SymptomFact

STORY = Story(
    "He was [[admitted]], [[unsteady on his feet]] [[for 12 days]], with [[severe]] [[fever]],"
    " pain in the [[brain]], [[afebrile]] [[in 2014]] and without [[mastocytosis]];"
    " [[eight days before]] he was well."
)
STAY = EncounterFact(
    id="stay", spans=(STORY("admitted"),), kind=STORY.term("admitted", "inpatient")
)


def made(name: str = "fever", concept: str | None = None, **fields: Any) -> dict[str, Any]:
    """The resource of such a fact."""
    fact = SymptomFact(id="s", spans=(STORY(name),), name=STORY.term(name, concept), **fields)
    return only(STORY.case(STAY, fact), "Observation")


def test_symptom_is_the_value_of_an_observation() -> None:
    """The pattern of HL7's Symptoms guide."""
    observation = made()
    assert codes(observation["code"]) == ["75325-1"]
    assert codes(observation["valueCodeableConcept"]) == ["386661006"]
    assert codes(observation["category"][0]) == ["exam"]


def test_code_whose_words_were_not_read_has_no_display() -> None:
    """Another system's words would be wrong ones."""
    value = made("fever", "diplopia")["valueCodeableConcept"]
    assert value["coding"] == [{"system": "http://snomed.info/sct", "code": "24982008"}]


def test_words_that_say_more_than_the_concept_are_kept() -> None:
    """The code is the vocabulary's, the text the author's."""
    value = made("unsteady on his feet", "unsteady gait")["valueCodeableConcept"]
    assert codes(value) == ["22631008"]
    assert value["text"] == "unsteady gait (unsteady on his feet)"


@pytest.mark.parametrize("certainty", [Certainty.NEGATED, Certainty.REFUTED])
def test_absent_symptom_names_what_is_absent(certainty: Certainty) -> None:
    """ "Symptom absent: afebrile" would say the opposite."""
    observation = made("afebrile", "fever", certainty=certainty)
    assert codes(observation["code"]) == ["111551-8"]
    assert observation["valueCodeableConcept"]["text"] == "fever"
    assert "Symptom absent: fever" in observation["text"]["div"]


def test_condition_simply_not_there_is_an_absent_symptom() -> None:
    """No Condition, since there is none."""
    fact = ConditionFact(
        id="c",
        spans=(STORY("mastocytosis"),),
        name=STORY.term("mastocytosis"),
        certainty=Certainty.NEGATED,
        encounter="stay",
    )
    observation = only(STORY.case(STAY, fact), "Observation")
    assert codes(observation["code"]) == ["111551-8"]
    assert observation["valueCodeableConcept"] == {"text": "mastocytosis"}
    assert "encounter" in observation


def test_duration_on_admission_began_before_it() -> None:
    """A symptom there for twelve days on admission began twelve days before."""
    fields = {
        "duration": STORY.quantity("for 12 days", "d", digits="12"),
        "when": STORY.when("admitted", relation="at", anchor="stay"),
    }
    start = made(**fields)["effectivePeriod"]["_start"]
    time = relative_time(start)
    assert time["relationship"] == "before-start"
    assert time["targetPath"] == "period.start"
    assert time["offset"]["value"] == 12


def test_symptom_before_an_event_is_a_period_from_then() -> None:
    """It began then; when it ended is not told."""
    when = STORY.when(
        "eight days before",
        offset=STORY.quantity("eight days before", "d", digits="8"),
        relation="before",
        anchor="stay",
    )
    period = made(when=when)["effectivePeriod"]
    assert relative_time(period["_start"])["offset"]["value"] == 8
    assert "end" not in period


def test_duration_alone_keeps_its_words() -> None:
    """A length without an event is no point in time."""
    start = made(duration=STORY.quantity("for 12 days", "d", digits="12"))["effectivePeriod"][
        "_start"
    ]
    assert is_unknown(start)
    assert words_kept(start) == ["for 12 days"]


@pytest.mark.parametrize("relation", ["at", "during", None])
def test_time_that_is_no_beginning_is_a_point(relation: str | None) -> None:
    """Only "before" and a duration "at" an event say when a symptom began."""
    when = STORY.when("admitted", relation=relation, anchor="stay")
    assert "_effectiveDateTime" in made(when=when)


def test_date_is_a_date() -> None:
    """A calendar date stays as precise as written."""
    when = STORY.when("in 2014", date="2014", relation="at")
    assert made(when=when)["effectiveDateTime"] == "2014"


def test_severity_and_body_site() -> None:
    """Severity is a component, as the guide has it."""
    observation = made(severity=STORY.term("severe"), body_site=STORY.term("brain"))
    (component,) = observation["component"]
    assert codes(component["code"]) == ["64750-3"]
    assert codes(component["valueCodeableConcept"]) == ["24484000"]
    assert codes(observation["bodySite"]) == ["12738006"]


def test_suspected_symptom_says_so() -> None:
    """Present, with a note."""
    observation = made(certainty=Certainty.SUSPECTED)
    assert codes(observation["code"]) == ["75325-1"]
    assert observation["note"]
