from __future__ import annotations

import pytest

from fhirkit.facts.model import PatientFact, Quantity, Range
from reading import Reading, said, words


def patient(text: str) -> PatientFact:
    """The patient of a text."""
    found = Reading(text).patient()
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "age", "words_of_age", "sex", "words_of_sex"),
    [
        pytest.param("A 47-year-old left-handed woman had a fall at home.", "47 a", "47-year-old", "female", "woman", id="hyphens"),
        pytest.param("A 33 year-old female was seen in our clinic.", "33 a", "33 year-old", "female", "female", id="spaced"),
        pytest.param("A 7-month-old boy was brought in by car.", "7 mo", "7-month-old", "male", "boy", id="months"),
        pytest.param("An infant girl, 5 days old, was brought in by car.", "5 d", "5 days old", "female", "girl", id="days"),
        pytest.param("A forty-two-year-old man was seen in our clinic.", "42 a", "forty-two-year-old", "male", "man", id="words"),
        pytest.param("A woman aged 71 years was seen in our clinic.", "71 a", "aged 71 years", "female", "woman", id="aged"),
        pytest.param("A 71 y/o male was seen in our clinic.", "71 a", "71 y/o", "male", "male", id="y-o"),
        pytest.param("The patient, a 62-year-old gentleman, was seen.", "62 a", "62-year-old", "male", "gentleman", id="gentleman"),
        pytest.param("A 75–year–old female was seen in our clinic.", "75 a", "75–year–old", "female", "female", id="dashes"),
        pytest.param("We saw a man of 58 years of age in the ward.", "58 a", "58 years of age", "male", "man", id="of-age"),
    ],
)  # fmt: skip
def test_age_and_sex(text: str, age: str, words_of_age: str, sex: str, words_of_sex: str) -> None:
    """Value and unit, and the very words of each."""
    found = patient(text)
    assert isinstance(found.age, Quantity)
    assert f"{found.age.digits} {found.age.ucum}" == age
    assert words(found.age) == words_of_age
    assert found.sex is not None
    assert (found.sex.concept, words(found.sex)) == (sex, words_of_sex)


@pytest.mark.parametrize(
    ("text", "age", "sex"),
    [
        pytest.param("The donor was a 25-year-old man. The patient, a 50-year-old woman, did well.", "50", "female", id="donor"),
        pytest.param("The patient was a 19-year-old man. His father died at the age of 45.", "19", "male", id="father"),
        pytest.param("We saw a 65-year-old lady. Her 12-year-old son was well.", "65", "female", id="son"),
        pytest.param("A woman, 30 years old, was seen. At the age of 12 she had measles.", "30", "female", id="earlier-age"),
        pytest.param("A 60-year-old man was seen. His 58-year-old wife had brought him.", "60", "male", id="wife"),
        pytest.param("Psoriasis begins at 20 years of age in most people. A 44-year-old man was seen by us.", "44", "male", id="general-first"),
        pytest.param("An 81-year-old woman gave birth to a boy years ago.", "81", "female", id="child-born"),
    ],
)  # fmt: skip
def test_age_and_sex_of_others(text: str, age: str, sex: str) -> None:
    """Relatives, donors and people in general are not the patient."""
    found = patient(text)
    assert found.age is not None
    assert found.sex is not None
    assert (found.age.digits, found.sex.concept) == (age, sex)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            "The patient took 40 mg for 12 years and was well then.", id="dose-and-duration"
        ),
        pytest.param("The patient had a 12-year history of asthma in childhood.", id="history"),
        pytest.param("The patient was seen again 3 months later in our clinic.", id="later"),
        pytest.param("The patient was seen in 1947 and in May 1950 again.", id="dates"),
        pytest.param("The patient was one of 64 people in the ward that day.", id="people"),
    ],
)
def test_numbers_that_are_no_age(text: str) -> None:
    """A text that gives no age gives none."""
    assert patient(text).age is None


def test_sex_from_pronouns_alone() -> None:
    """Where no noun says it, the pronouns do."""
    found = patient("The patient was seen in May. She had asthma. Her asthma was mild.")
    assert found.sex is not None
    assert (found.sex.concept, words(found.sex)) == ("female", "She")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("The patient was seen in May. There was asthma.", id="nothing"),
        pytest.param("The patient was seen. His wife said she had called her doctor.", id="mixed"),
    ],
)
def test_sex_is_not_guessed(text: str) -> None:
    """No noun and no agreeing pronouns: unknown."""
    assert patient(text).sex is None


@pytest.mark.parametrize(
    ("end", "deceased"),
    [
        pytest.param("She died six days later.", "died", id="died"),
        pytest.param("The patient passed away at home.", "passed away", id="passed-away"),
        pytest.param("She succumbed to sepsis.", "succumbed", id="succumbed"),
        pytest.param("She was pronounced dead on arrival.", "was pronounced dead", id="pronounced"),
        pytest.param("She was found dead at home.", "found dead", id="found-dead"),
        pytest.param("Her death occurred two days later.", "death", id="death"),
        pytest.param("The outcome was fatal.", "fatal", id="fatal"),
    ],
)
def test_death(end: str, deceased: str) -> None:
    """The words that say so."""
    found = patient("A 52-year-old woman was seen with pneumonia. " + end)
    assert found.deceased is not None
    assert deceased in found.deceased.text


@pytest.mark.parametrize(
    "end",
    [
        pytest.param("She did not die.", id="negated"),
        pytest.param("Her mother died of it.", id="mother"),
        pytest.param("Eleven of 30 patients died.", id="others"),
        pytest.param("She feared that she might die.", id="fear"),
        pytest.param("Pneumonia has a death rate of 12 %.", id="rate"),
        pytest.param("Without treatment the disease is fatal.", id="general"),
        pytest.param("Cell death was seen in the biopsy.", id="cell-death"),
        pytest.param("Her husband had died a year before.", id="husband"),
        pytest.param("A patient who died was described by Adler et al.", id="literature"),
        pytest.param("Her licence had expired.", id="expired-licence"),
        pytest.param("She had nearly died as a child.", id="nearly"),
    ],
)
def test_survivors_do_not_die(end: str) -> None:
    """A death told is not always the patient's."""
    assert patient("A 52-year-old woman was seen with pneumonia. " + end).deceased is None


@pytest.mark.parametrize(
    ("text", "concept", "said"),
    [
        pytest.param("A 47-year-old left-handed woman had a fall.", "left handed", "left-handed", id="left"),
        pytest.param("A 47-year-old right handed man had a fall.", "right handed", "right handed", id="right"),
        pytest.param("A 47-year-old ambidextrous man had a fall.", "ambidextrous", "ambidextrous", id="both"),
    ],
)  # fmt: skip
def test_handedness(text: str, concept: str, said: str) -> None:
    """As told, with its words."""
    found = patient(text)
    assert found.handedness is not None
    assert (found.handedness.concept, words(found.handedness)) == (concept, said)


def test_a_weak_right_hand_is_no_handedness() -> None:
    """Side and hand do not make it."""
    assert patient("A 47-year-old man had a weak right hand for a day.").handedness is None


@pytest.mark.parametrize(
    ("text", "job"),
    [
        pytest.param("A 30-year-old nurse presented with double vision.", "nurse", id="nurse"),
        pytest.param(
            "A 39-year-old right-handed farm worker developed a cough.",
            "farm worker",
            id="two-words",
        ),
        pytest.param("A 30-year-old patient presented with double vision.", None, id="patient"),
        pytest.param("A 30-year-old diabetic presented with double vision.", None, id="disease"),
        pytest.param("A 30-year-old previously healthy woman had a cough.", None, id="healthy"),
        pytest.param("A 30-year-old smoker presented with a cough.", None, id="smoker"),
    ],
)
def test_occupation(text: str, job: str | None) -> None:
    """The noun that names the patient by work, and no other."""
    assert words(patient(text).occupation) == job


def test_the_sex_is_that_of_the_person_whose_age_is_told() -> None:
    """Not of the child that was born."""
    found = patient("A healthy male fetus was delivered by a 37-year-old woman in our clinic.")
    assert found.sex is not None
    assert found.sex.concept == "female"


@pytest.mark.parametrize(
    ("text", "low"),
    [
        ("A woman in her 60s was seen in our clinic.", "60"),
        ("A woman in her early seventies was seen in our clinic.", "70"),
        ("A man in his mid-40s was seen in our clinic.", "40"),
    ],
)
def test_a_decade_is_a_range_of_ages(text: str, low: str) -> None:
    """Ten years, each of which the words allow."""
    age = patient(text).age
    assert isinstance(age, Range)
    assert age.low is not None
    assert age.high is not None
    assert (age.low.digits, age.high.digits) == (low, str(int(low) + 9))


@pytest.mark.parametrize(
    "text",
    [
        "The boy was her third child. A sibling lived only to the age of 1 month.",
        "A man was seen with fever. His mother, in her 60s, was well.",
        "A man was seen with fever. He had been well in the 60s.",
    ],
)
def test_a_relatives_age_is_not_the_patients(text: str) -> None:
    """Nor is a decade of the century."""
    assert patient(text).age is None


@pytest.mark.parametrize(
    ("text", "concept", "said_so"),
    [
        pytest.param(
            "An elderly woman was admitted with fever.", "elderly", "elderly", id="elderly"
        ),
        pytest.param("A newborn was admitted with fever.", "newborn", "newborn", id="noun-alone"),
        pytest.param(
            "A middle-aged man presented with fever.", "adult", "middle-aged", id="hyphen"
        ),
        pytest.param(
            "We report the case of an infant with fever.", "infant", "infant", id="case-of"
        ),
    ],
)
def test_an_age_in_words(text: str, concept: str, said_so: str) -> None:
    """Where no number tells it, the words do; no number is made of them."""
    found = patient(text)
    assert found.age is None
    assert found.age_group is not None
    assert (found.age_group.concept, found.age_group.span.text) == (concept, said_so)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("An 80-year-old elderly man was admitted.", id="the-number-counts"),
        pytest.param("She had a child with asthma and was admitted.", id="somebodys-child"),
        pytest.param("She was admitted with adult T-cell leukemia.", id="part-of-a-disease"),
        pytest.param("A woman was treated in the pediatric ward.", id="part-of-a-place"),
        pytest.param("A woman was admitted with fever; her infant was well.", id="her-infant"),
        pytest.param("A woman was admitted. It is common in the elderly.", id="in-general"),
        pytest.param("A woman with asthma since childhood was admitted.", id="a-time"),
    ],
)
def test_words_that_are_no_age_of_the_patient(text: str) -> None:
    """Somebody else's age, a place, a disease or a time of life."""
    assert patient(text).age_group is None


def test_an_age_with_a_decimal() -> None:
    """All of the number is the age."""
    assert said(patient("A 5.5-year-old boy was admitted.").age) == "5.5 a"


@pytest.mark.parametrize("text", ["A study of the women began. She was admitted.", "One of the men fell. He was admitted."])  # fmt: skip
def test_words_for_several_people_are_not_the_patients_sex(text: str) -> None:
    """One patient is no "women"."""
    sex = patient(text).sex
    assert sex is None or sex.span.text not in ("women", "men")
