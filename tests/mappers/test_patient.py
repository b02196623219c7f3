from __future__ import annotations

import pytest

from facts_builder import Story, codes, grounded_words, only, resources, words_kept
from fhirkit.facts.model import ConditionFact, PatientFact, Quantity

STORY = Story(
    "A [[33-year-old]] [[right-handed]] [[woman]], a [[teacher]], [[died]]"
    " [[six days after admission]] on [[2014-03-02]] of [[septic shock]], an [[elderly]] person."
)


def person(**fields: object) -> PatientFact:
    """The person of the story."""
    return PatientFact(id="patient", spans=(STORY("woman"),), **fields)  # type: ignore[arg-type]


def test_stated_sex_is_the_administrative_gender() -> None:
    """Nothing but what the text states becomes part of the Patient: no name, no birth date."""
    made = only(STORY.case(person(sex=STORY.term("woman", "female"))), "Patient")
    assert made["gender"] == "female"
    assert not {"name", "birthDate", "_birthDate", "deceasedBoolean"} & set(made)
    assert grounded_words(made, STORY.text) == ["woman"]


def test_unknown_sex_is_left_out() -> None:
    """A concept that is no administrative gender gives none."""
    assert "gender" not in only(STORY.case(person(sex=STORY.term("woman", ""))), "Patient")


def test_death_without_a_date_is_a_boolean_with_the_words() -> None:
    """The relative time of a death stays in the author's words."""
    fact = person(deceased=STORY("died"), died=STORY.when("six days after admission"))
    made = only(STORY.case(fact), "Patient")
    assert made["deceasedBoolean"] is True
    assert words_kept(made["_deceasedBoolean"]) == ["six days after admission"]


def test_death_with_a_date_is_a_date() -> None:
    """deceased[x] is one of the two, and the date says more."""
    fact = person(deceased=STORY("died"), died=STORY.when("2014-03-02", date="2014-03-02"))
    made = only(STORY.case(fact), "Patient")
    assert made["deceasedDateTime"] == "2014-03-02"
    assert "deceasedBoolean" not in made


def test_age_is_an_observation_in_years() -> None:
    """The age stands where it was stated, grounded in its own words."""
    age = Quantity(STORY("33-year-old"), "33", "year-old", "a")
    made = only(STORY.case(person(age=age)), "Observation")
    assert codes(made["code"]) == ["30525-0"]
    assert made["valueQuantity"]["value"] == 33
    assert made["valueQuantity"]["unit"] == "years"
    assert made["valueQuantity"]["code"] == "a"
    assert grounded_words(made, STORY.text) == ["33-year-old"]


@pytest.mark.parametrize(
    ("digits", "ucum"), [pytest.param("0", "d", id="newborn"), pytest.param("33", None, id="unit")]
)
def test_age_that_is_no_fhir_age_is_left_out(digits: str, ucum: str | None) -> None:
    """An Age is positive and has a unit of time (age-1)."""
    age = Quantity(STORY("33-year-old"), digits, None, ucum)
    assert resources(STORY.case(person(age=age)), "Observation") == []


def test_an_age_in_words_is_an_observation_in_words() -> None:
    """No number is made of it; where the age is told in numbers, they count alone."""
    group = STORY.term("elderly", "elderly")
    made = only(STORY.case(person(age_group=group)), "Observation")
    assert made["valueCodeableConcept"]["text"] == "elderly"
    assert "valueQuantity" not in made
    age = Quantity(STORY("33-year-old"), "33", "year", "a")
    both = only(STORY.case(person(age=age, age_group=group)), "Observation")
    assert "valueCodeableConcept" not in both


def test_handedness_and_occupation_are_observations() -> None:
    """Handedness is coded, the occupation stays in words."""
    fact = person(
        handedness=STORY.term("right-handed", "right handed"), occupation=STORY.term("teacher", "")
    )
    handedness, occupation = resources(STORY.case(fact), "Observation")
    assert codes(handedness["code"]) == ["57427004"]
    assert codes(handedness["valueCodeableConcept"]) == ["46669005"]
    assert handedness["valueCodeableConcept"]["text"] == "right-handed"
    assert occupation["valueCodeableConcept"] == {"text": "teacher"}
    assert codes(occupation["category"][0]) == ["social-history"]


def test_cause_of_death_is_an_observation_in_words() -> None:
    """R4's Patient has no room for the cause of a death."""
    made = only(STORY.case(person(cause_of_death=STORY("septic shock"))), "Observation")
    assert made["code"]["text"] == "Cause of death"
    assert made["valueCodeableConcept"] == {"text": "septic shock"}


def test_facts_without_a_person_belong_to_an_undescribed_patient() -> None:
    """A diagnosis needs a subject even where the text never says who it is."""
    fact = ConditionFact(id="c", spans=(STORY("septic shock"),), name=STORY.term("septic shock"))
    made = only(STORY.case(fact), "Patient")
    assert "extension" not in made
    assert "gender" not in made


def test_second_patient_is_left_out() -> None:
    """A case is about one person."""
    other = PatientFact(id="other", spans=(STORY("teacher"),))
    assert len(resources(STORY.case(person(), other), "Patient")) == 1
