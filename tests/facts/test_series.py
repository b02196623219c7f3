"""Texts that tell of several patients: who is which, and what is whose."""

from __future__ import annotations

import pytest

from fhirkit.facts.case import Case
from fhirkit.facts.lexicon import lexicon
from fhirkit.facts.model import ConditionFact, Fact, MedicationFact, PatientFact, Whose
from fhirkit.facts.read import read_case
from fhirkit.facts.series import tell_apart
from reading import concept_of, narrative


def told(text: str, kind: type[Fact] = ConditionFact) -> dict[int, list[str]]:
    """What is told of each patient, by number: the concepts of the facts of a kind."""
    found = read_case(text, lexicon()).by_patient()
    return {
        number: [concept_of(f) for f in case.facts if isinstance(f, kind) and _own(f)]
        for number, case in found.items()
    }


def _own(fact: Fact) -> bool:
    return fact.whose is Whose.PATIENT


def ages(text: str) -> dict[int, str]:
    """The age of each patient, by number."""
    found = read_case(text, lexicon()).by_patient()
    return {
        number: fact.age.digits
        for number, case in found.items()
        for fact in case.facts
        if isinstance(fact, PatientFact) and fact.age is not None
    }


ASTHMA = "a 45-year-old man had asthma."
GOUT = "a 60-year-old woman had gout."


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Case 1: A 45-year-old man had asthma. Case 2: A 60-year-old woman had gout.", id="inline"),
        pytest.param("Case 1\nA 45-year-old man had asthma.\n\nCase 2\nA 60-year-old woman had gout.\n", id="lines"),
        pytest.param("CASE 1\nA 45-year-old man had asthma.\n\nCASE 2\nA 60-year-old woman had gout.\n", id="capitals"),
        pytest.param("Case Report 1.\nA 45-year-old man had asthma.\n\nCase Report 2.\nA 60-year-old woman had gout.\n", id="case-report"),
        pytest.param("Patient A was a 45-year-old man who had asthma. Patient B was a 60-year-old woman who had gout.", id="letters"),
        pytest.param("Case I. A 45-year-old man had asthma. Case II. A 60-year-old woman had gout.", id="roman"),
        pytest.param(f"In case 1, {ASTHMA} In case 2, {GOUT}", id="in-case"),
        pytest.param(f"Case no. 1: {ASTHMA} Case no. 2: {GOUT}", id="number-sign"),
        pytest.param("(Case 1) A 45-year-old man had asthma. (Case 2) A 60-year-old woman had gout.", id="brackets"),
        pytest.param("Case 01 - A 45-year-old man had asthma. Case 02 - A 60-year-old woman had gout.", id="dash"),
        pytest.param("Case 1, a 45-year-old man, had asthma, and case 2, a 60-year-old woman, had gout.", id="one-sentence"),
        pytest.param("Patient II-3, a 45-year-old man, had asthma. Patient III-1, a 60-year-old woman, had gout.", id="pedigree"),
        pytest.param("The first patient was a 45-year-old man with asthma. The second patient was a 60-year-old woman with gout.", id="ordinals"),
        pytest.param("A 45-year-old man had asthma. The second patient, a 60-year-old woman, had gout.", id="only-the-second"),
        pytest.param("We report two patients. A 45-year-old man had asthma. A 60-year-old woman had gout.", id="announced"),
        pytest.param("Case reports\nA 45-year-old man had asthma.\n\nA 60-year-old woman had gout.\n", id="paragraphs"),
    ],
)  # fmt: skip
def test_patients_are_told_apart(text: str) -> None:
    """Numbers, letters, ordinals, or ages where several are announced."""
    assert told(text) == {1: ["asthma"], 2: ["gout"]}
    assert ages(text) == {1: "45", 2: "60"}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("A 45-year-old man had asthma. Case 1 and case 2 of the review had gout.", id="review"),
        pytest.param("A 45-year-old man had asthma. In the literature, patient 1 had gout. Patient 2 had sepsis.", id="literature"),
        pytest.param("A 45-year-old man had asthma. The second case of gout was described by Adler et al.", id="second-case"),
        pytest.param("A 45-year-old man had asthma. Case 1 is typical.", id="one-number"),
        pytest.param("A 45-year-old man had asthma. The patient 2 years later had gout.", id="years"),
        pytest.param("A 45-year-old man had asthma. Five patients with gout were published.", id="published"),
        pytest.param("A 45-year-old man had asthma. His 43-year-old brother had gout.", id="brother"),
        pytest.param("We report a case. A 45-year-old man had asthma. When he was 12 years old he had gout.", id="earlier-age"),
        pytest.param("This is the first case of asthma with gout. A 45-year-old man had asthma.", id="first-case"),
        pytest.param("A 45-year-old man had asthma.\n\nA 45-year-old man with asthma is seen here.\n", id="same-age"),
        pytest.param("A 45-year-old man had asthma. The donor was a 30-year-old woman with gout.", id="donor"),
        pytest.param("A case was seen in 2001. A patient, aged 45, had asthma.", id="a-case"),
    ],
)  # fmt: skip
def test_one_patient_stays_one(text: str) -> None:
    """Numbers of a review, a relative, a donor, or the first case of its kind make no series."""
    assert tell_apart(narrative(text)) is None
    case = read_case(text, lexicon())
    assert list(case.by_patient()) == [1]
    assert case.by_patient()[1] is case
    assert all(fact.patient is None for fact in case.facts)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("We report two patients with gout. Both patients had asthma.", id="both"),
        pytest.param("Two patients presented with gout. Both had asthma. One died.", id="first-sentence"),
        pytest.param("We describe two sisters with gout, 27 and 35 years old. She had asthma.", id="sisters"),
        pytest.param("We present a case series of gout. The patients had asthma.", id="case-series"),
        pytest.param("We report two patients, a 48-year-old man and his 46-year-old wife, with gout. He had asthma.", id="couple"),
        pytest.param("We report three cases of gout. A 45-year-old man had asthma.", id="one-of-three"),
        pytest.param(" ".join(f"Case {n} had gout." for n in range(1, 60)), id="a-cohort"),
    ],
)  # fmt: skip
def test_several_told_of_together_are_nobodys(text: str) -> None:
    """No facts rather than those of two people as one."""
    case = read_case(text, lexicon())
    assert case.by_patient() == {}
    assert case.facts == ()
    assert "several patients" in case.notices[0]


SERIES = "We report two patients with nausea. Case 1: " + ASTHMA + " Case 2: " + GOUT + " "


@pytest.mark.parametrize(
    ("text", "whose"),
    [
        pytest.param("Both patients were treated with prednisolone.", (1, 2), id="both"),
        pytest.param("All patients were treated with prednisolone.", (1, 2), id="all"),
        pytest.param("The two patients were treated with prednisolone.", (1, 2), id="the-two"),
        pytest.param("Prednisolone was given in both cases.", (1, 2), id="at-the-end"),
        pytest.param("She was treated with prednisolone.", (2,), id="goes-on"),
        pytest.param("Case 1 was treated with prednisolone.", (1,), id="back-to-the-first"),
        pytest.param("Prednisolone was given to patient 1.", (1,), id="named-at-the-end"),
        pytest.param("In case 1, prednisolone was given, and in case 2, aspirin was given.", (1,), id="each-its-own"),
        pytest.param("All three patients were treated with prednisolone.", (), id="more-than-told-of"),
        pytest.param("Two patients were treated with prednisolone.", (), id="two"),
        pytest.param("One patient was treated with prednisolone.", (), id="one"),
        pytest.param("The other patient was treated with prednisolone.", (), id="the-other"),
        pytest.param("Neither patient was treated with prednisolone.", (), id="neither"),
        pytest.param("Prednisolone and aspirin were given to patient 1 and patient 2.", (), id="two-named"),
        pytest.param("Patients 1 and 2 were treated with prednisolone.", (), id="numbers-together"),
        pytest.param("Unlike patient 1, others are treated with prednisolone.", (), id="unlike"),
        pytest.param("Both patients were ill, and one received prednisolone.", (), id="both-and-one"),
        pytest.param("Both patients were ill. Prednisolone was given.", (), id="after-both"),
        pytest.param("A 70-year-old woman was treated with prednisolone.", (), id="somebody-new"),
        pytest.param("Patients with asthma are treated with prednisolone.", (), id="literature"),
        pytest.param("\n\nDiscussion\nPrednisolone was given.", (), id="discussion"),
        pytest.param("\n\nDiscussion\nPatient 2 was treated with prednisolone.", (2,), id="discussion-named"),
        pytest.param("\n\nDiscussion\nPatient 7 was treated with prednisolone.", (), id="discussion-unknown"),
        pytest.param("\n\nDiscussion\nOur patient was treated with prednisolone.", (), id="our-patient-of-two"),
    ],
)  # fmt: skip
def test_whose_a_sentence_is(text: str, whose: tuple[int, ...]) -> None:
    """A name, "both", or what goes before says so; what does not is nobody's."""
    found = told(SERIES + text, MedicationFact)
    assert tuple(n for n, drugs in found.items() if "prednisolone" in drugs) == whose


def test_numbers_are_the_texts_own() -> None:
    """Who is called case 4 is patient 4."""
    text = f"We chose two of our patients. Case 4: {ASTHMA} Case 10: {GOUT}"
    assert told(text) == {4: ["asthma"], 10: ["gout"]}


def test_the_family_of_one_is_not_the_other() -> None:
    """A relative belongs to the patient in whose part she is told of."""
    text = f"Case 1: {ASTHMA} His mother had epilepsy. Case 2: {GOUT}"
    family = [f for f in read_case(text, lexicon()).facts if f.whose is Whose.FAMILY]
    assert [(concept_of(f), f.patient) for f in family] == [("epilepsy", 1)]


def test_ids_say_whose_and_links_stay_within_one_patient() -> None:
    """The same drug given to both makes two facts, and each reason is the patient's own."""
    text = (
        "Case 1: A 45-year-old man was given prednisolone for asthma. "
        "Case 2: A 60-year-old woman was given prednisolone for gout."
    )
    case: Case = read_case(text, lexicon())
    drugs = {f.id: f.reason for f in case.facts if isinstance(f, MedicationFact)}
    assert drugs == {
        "p1-medication-prednisolone": ("p1-condition-asthma",),
        "p2-medication-prednisolone": ("p2-condition-gout",),
    }


def test_what_is_left_out_says_whose_part_it_is_in() -> None:
    """The reason of what belongs to no one is that several are told of."""
    text = SERIES + "One patient had uveitis."
    case = read_case(text, lexicon(), explain=True)
    left = {item.concept: (item.patient, item.why) for item in case.left_out}
    assert left["uveitis"][0] is None
    assert "several patients" in left["uveitis"][1]
    assert {item.patient for item in case.by_patient()[2].left_out} == {2}
