from __future__ import annotations

import pytest

from fhirkit.facts.model import Certainty, ConditionFact, SymptomFact
from reading import Reading, concept_of, mentions, said, words

WOMAN = "A 52-year-old woman came to our clinic. "


def names(text: str) -> list[str]:
    """The patient's conditions that are not denied."""
    gone = (Certainty.NEGATED, Certainty.REFUTED)
    found = Reading(WOMAN + text).of(ConditionFact)
    return sorted(concept_of(f) for f in found if f.certainty not in gone)


def one(text: str, concept: str) -> ConditionFact:
    """The one condition of a concept."""
    return Reading(WOMAN + text).one(ConditionFact, concept)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("She had type 2 diabetes mellitus, hypertension and asthma.", ["asthma", "hypertension", "type 2 diabetes mellitus"], id="list"),
        pytest.param("She had autoimmune haemolytic anaemia. The anaemia got better.", ["autoimmune haemolytic anaemia"], id="later-description"),
        pytest.param("She had pneumonia. Pneumonia was treated. The pneumonia went.", ["pneumonia"], id="told-three-times"),
        pytest.param("She had multiple sclerosis (MS). MS had begun early.", ["multiple sclerosis"], id="short-form"),
        pytest.param("She was diagnosed with relapsing-remitting multiple sclerosis.", ["relapsing-remitting multiple sclerosis"], id="course-in-the-name"),
        pytest.param("She had anaemia and pneumonia. The anaemia got better.", ["anaemia", "pneumonia"], id="two-things"),
    ],
)  # fmt: skip
def test_one_fact_for_one_thing(text: str, expected: list[str]) -> None:
    """Mentions, short forms and later descriptions join the fact they mean."""
    assert names(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Hepatitis B surface antibody was measured.", id="antibody"),
        pytest.param("She had been given a hepatitis B vaccine.", id="vaccine"),
        pytest.param("JC virus DNA was sought for PML risk.", id="risk"),
        pytest.param("The tuberculosis test was done.", id="test"),
        pytest.param("She was seen in the multiple sclerosis clinic.", id="clinic"),
        pytest.param("The National Multiple Sclerosis Society was called.", id="society"),
        pytest.param("A depression scale was filled in.", id="scale"),
        pytest.param("Asthma medication was not needed.", id="medication"),
    ],
)
def test_names_of_diseases_that_are_no_diagnosis(text: str) -> None:
    """Tests, vaccines, clinics, societies and scales are named after diseases."""
    assert names(text) == []


@pytest.mark.parametrize(
    ("text", "concept", "severity", "course"),
    [
        pytest.param("She had severe neutropenia.", "neutropenia", "severe", None, id="severe"),
        pytest.param("She had mild asthma.", "asthma", "mild", None, id="mild"),
        pytest.param("She had chronic pneumonitis.", "pneumonitis", None, "chronic", id="chronic"),
        pytest.param("She had acute pneumonitis.", "pneumonitis", None, "acute", id="acute"),
        pytest.param("After a severe quarrel she had asthma.", "asthma", None, None, id="other-noun"),
        pytest.param("Severe pain came with the asthma.", "asthma", None, None, id="other-symptom"),
    ],
)  # fmt: skip
def test_severity_and_course(
    text: str, concept: str, severity: str | None, course: str | None
) -> None:
    """Words that stand right at the name."""
    found = one(text, concept)
    assert (said(found.severity) or None, said(found.course) or None) == (severity, course)


@pytest.mark.parametrize(
    ("text", "concept", "onset"),
    [
        pytest.param("Multiple sclerosis was diagnosed in 2004.", "multiple sclerosis", "2004", id="diagnosed-in"),
        pytest.param("She had had psoriasis since March 2011.", "psoriasis", "2011-03", id="since"),
        pytest.param("Pneumonia developed on 12 May 2015.", "pneumonia", "2015-05-12", id="day"),
        pytest.param("She had psoriasis and was seen in 2011.", "psoriasis", "", id="visit"),
        pytest.param("Psoriasis was described in 1808.", "psoriasis", "", id="too-old"),
        pytest.param("In 2011 she took aspirin. Psoriasis was found.", "psoriasis", "", id="sentence-before"),
    ],
)  # fmt: skip
def test_dates_of_onset(text: str, concept: str, onset: str) -> None:
    """As precise as written, where the text ties them to the disease."""
    assert said(one(text, concept).onset) == onset


def test_onset_relative_to_a_treatment() -> None:
    """ "Eight months after ..." is tied to the drug, with its words."""
    read = Reading(
        WOMAN + "She received alemtuzumab. Eight months after alemtuzumab she developed pneumonia."
    )
    onset = read.one(ConditionFact, "pneumonia").onset
    assert onset is not None
    assert (said(onset), onset.anchor) == ("8 mo after", "medication-alemtuzumab")


@pytest.mark.parametrize(
    ("text", "concept", "history", "is_history"),
    [
        pytest.param(
            "She had a 12-year history of epilepsy.",
            "epilepsy",
            "12-year history",
            True,
            id="years",
        ),
        pytest.param("She had a history of asthma.", "asthma", None, True, id="history-of"),
        pytest.param("She had asthma.", "asthma", None, False, id="none"),
        pytest.param(
            "She gave a good history. Asthma was found.", "asthma", None, False, id="good-history"
        ),
    ],
)
def test_history(text: str, concept: str, history: str | None, *, is_history: bool) -> None:
    """Earlier diseases are marked, with the words for how long."""
    found = one(text, concept)
    assert (words(found.history), found.is_history) == (history, is_history)


def test_age_at_diagnosis() -> None:
    """An age at diagnosis is the disease's, not the patient's."""
    read = Reading(WOMAN + "Psoriasis had been diagnosed at age 19.")
    assert said(read.one(ConditionFact, "psoriasis").onset_age) == "19 a"
    patient = read.patient()
    assert patient is not None
    assert said(patient.age) == "52 a"


@pytest.mark.parametrize(
    ("text", "concept", "duration"),
    [
        pytest.param("She had had headache for two weeks.", "headache", "2 wk", id="for"),
        pytest.param("She had nausea and vomiting for 3 days.", "vomiting", "3 d", id="list"),
        pytest.param("She had headache. She stayed for two weeks.", "headache", "", id="next-sentence"),
        pytest.param("She was admitted because of seizures and stayed for 12 days.", "seizure", "", id="stay"),
        pytest.param("She took aspirin for headache for years.", "headache", "", id="vague"),
    ],
)  # fmt: skip
def test_duration_of_symptoms(text: str, concept: str, duration: str) -> None:
    """Where it stands at the symptom."""
    assert said(Reading(WOMAN + text).one(SymptomFact, concept).duration) == duration


def test_severity_of_symptoms() -> None:
    """Each symptom its own."""
    read = Reading(WOMAN + "She had mild headache and severe back pain.")
    assert [(concept_of(f), said(f.severity)) for f in read.of(SymptomFact)] == [
        ("headache", "mild"), ("back pain", "severe")
    ]  # fmt: skip


def test_mentions_are_in_the_order_of_the_text() -> None:
    """The defining mention first."""
    found = one("She had pneumonia. Her pneumonia went away.", "pneumonia")
    assert mentions(found) == ["pneumonia", "pneumonia"]
    assert found.spans[0] < found.spans[1]


def test_an_adjective_before_another_finding_is_no_finding() -> None:
    """ "dystonic dysarthria" is one thing; "epileptic, with dysarthria" are two."""
    read = Reading("A 60-year-old man was seen. He developed dystonic dysarthria.")
    assert [f.name.concept for f in read.of(ConditionFact)] == []
    assert [f.name.concept for f in read.of(SymptomFact)] == ["dysarthria"]
