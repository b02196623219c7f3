from __future__ import annotations

import pytest

from fhirkit.facts.model import Certainty, ConditionFact, SymptomFact
from reading import Reading

WOMAN = "A 36-year-old woman came to our clinic with fatigue. "
A, N, S, D, R = (
    Certainty.AFFIRMED,
    Certainty.NEGATED,
    Certainty.SUSPECTED,
    Certainty.DIFFERENTIAL,
    Certainty.REFUTED,
)


@pytest.mark.parametrize(
    ("text", "concept", "certainty"),
    [
        pytest.param("She had no pneumonia.", "pneumonia", N, id="no"),
        pytest.param("There was no evidence of pneumonia.", "pneumonia", N, id="no-evidence"),
        pytest.param("Imaging was without signs of pneumonia.", "pneumonia", N, id="without"),
        pytest.param("She never had pneumonia.", "pneumonia", N, id="never"),
        pytest.param("Pneumonia was absent.", "pneumonia", N, id="absent"),
        pytest.param("Pneumonia was not seen.", "pneumonia", N, id="not-seen"),
        pytest.param("She had neither asthma nor pneumonia.", "pneumonia", N, id="nor"),
        pytest.param("She denied any history of pneumonia.", "pneumonia", N, id="denied"),
        pytest.param("The scan failed to show pneumonia.", "pneumonia", N, id="failed-to-show"),
        pytest.param("Pneumonia was ruled out.", "pneumonia", R, id="ruled-out"),
        pytest.param("Pneumonia was excluded by a scan.", "pneumonia", R, id="excluded"),
        pytest.param("A scan excluded pneumonia.", "pneumonia", R, id="excluded-forward"),
        pytest.param("Blood cultures ruled out sepsis.", "sepsis", R, id="ruled-out-forward"),
        pytest.param("Pneumonia was thought unlikely.", "pneumonia", R, id="unlikely"),
        pytest.param("It was at first taken for pneumonia.", "pneumonia", R, id="taken-for"),
        pytest.param("She was misdiagnosed as having pneumonia.", "pneumonia", R, id="misdiagnosed"),
        pytest.param("Pneumonia was suspected.", "pneumonia", S, id="suspected"),
        pytest.param("She had suspected pneumonia.", "pneumonia", S, id="suspected-before"),
        pytest.param("The scan was consistent with pneumonia.", "pneumonia", S, id="consistent"),
        pytest.param("Pneumonia could not be excluded.", "pneumonia", S, id="not-excluded"),
        pytest.param("Pneumonia could not be ruled out.", "pneumonia", S, id="not-ruled-out"),
        pytest.param("A probable pneumonia was treated.", "pneumonia", S, id="probable"),
        pytest.param("Differential diagnosis included pneumonia and sarcoidosis.", "sarcoidosis", D, id="differential"),
        pytest.param("The differential diagnoses were pneumonia and sarcoidosis.", "sarcoidosis", D, id="differentials-were"),
        pytest.param("Pneumonia was suspected but not confirmed.", "pneumonia", S, id="not-confirmed"),
        pytest.param("Pneumonia could not be confirmed.", "pneumonia", R, id="could-not-be-confirmed"),
        pytest.param("She was misdiagnosed with epilepsy.", "epilepsy", R, id="misdiagnosed-with"),
        pytest.param("There was nothing to suggest vasculitis.", "vasculitis", N, id="nothing-to-suggest"),
        pytest.param("Sarcoidosis remained possible.", "sarcoidosis", S, id="remained-possible"),
        pytest.param("Pneumonia was considered, but the scan was clear.", "pneumonia", D, id="considered"),
        pytest.param("Pneumonia could not be completely excluded.", "pneumonia", S, id="not-completely-excluded"),
        pytest.param("Pneumonia was highly suspected.", "pneumonia", S, id="highly-suspected"),
        pytest.param("She did not develop pneumonia or sepsis.", "sepsis", N, id="did-not-develop"),
        pytest.param("No asthma and pneumonia were noted.", "pneumonia", N, id="one-verb-for-the-list"),
        pytest.param("There was no evidence of abscess, passage of the small foreign body into the gland, or sepsis.", "sepsis", N, id="long-list"),
        pytest.param("It was hard to say whether to differentiate sepsis.", "sepsis", D, id="differentiate"),
        pytest.param("Asthma, gout, eczema, rosacea, epilepsy, migraine, sepsis and pneumonia were not present.", "asthma", N, id="long-list-before"),
        pytest.param("She had no history of asthma, impaired renal function for a year, migraine or gout, epilepsy, eczema and pneumonia.", "pneumonia", N, id="long-list-behind-or"),
        pytest.param("She has not demonstrated any pneumonia.", "pneumonia", N, id="not-demonstrated"),
        pytest.param("She had asthma with out pneumonia or sepsis.", "sepsis", N, id="with-out"),
        pytest.param("She was without asthma with an extensive pneumonia.", "pneumonia", A, id="without-and-with"),
        pytest.param("She had a non-tender abscess.", "abscess", A, id="non-tender"),
        pytest.param("It cannot be attributed to sarcoidosis.", "sarcoidosis", R, id="not-attributed"),
        pytest.param("She had no risk factor, for example asthma or sepsis.", "sepsis", N, id="for-example"),
        pytest.param("Drainage was done and the abscess did not recur.", "abscess", N, id="own-clause"),
    ],
)  # fmt: skip
def test_how_sure_the_author_is(text: str, concept: str, certainty: Certainty) -> None:
    """Negated, ruled out, suspected, weighed: told, and never affirmed."""
    assert Reading(WOMAN + text).one(ConditionFact, concept).certainty is certainty


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        pytest.param("She had pneumonia.", "pneumonia", id="plain"),
        pytest.param("She had no asthma but pneumonia.", "pneumonia", id="but"),
        pytest.param("Asthma was ruled out, and pneumonia was found.", "pneumonia", id="after-ruled-out"),
        pytest.param("There was no improvement of the pneumonia.", "pneumonia", id="no-improvement"),
        pytest.param("The pneumonia did not resolve.", "pneumonia", id="not-resolved"),
        pytest.param("She had not only asthma but also pneumonia.", "asthma", id="not-only"),
        pytest.param("Without treatment, pneumonia developed.", "pneumonia", id="without-treatment"),
        pytest.param("Gram negative pneumonia was found.", "pneumonia", id="gram-negative"),
        pytest.param("Fever was absent although pneumonia was severe.", "pneumonia", id="although"),
        pytest.param("Confirmed pneumonia was treated.", "pneumonia", id="confirmed"),
        pytest.param("Pneumonia was diagnosed, although the culture was negative.", "pneumonia", id="culture-negative"),
        pytest.param("She had no history of asthma and was diagnosed with pneumonia.", "pneumonia", id="second-verb"),
        pytest.param("She had no asthma, and pneumonia was treated.", "pneumonia", id="second-clause"),
        pytest.param("She was a non-obese woman with pneumonia.", "pneumonia", id="non-reaches-its-word"),
        pytest.param("A non-Q myocardial infarction was treated.", "myocardial infarction", id="non-q"),
        pytest.param("Rituximab did not improve the pneumonia.", "pneumonia", id="effect-denied"),
        pytest.param("Other causes of pneumonia were excluded.", "pneumonia", id="causes-of"),
        pytest.param("She had no relapse after the pneumonia.", "pneumonia", id="after"),
        pytest.param("Pneumonia was treated and asthma did not recur.", "pneumonia", id="not-its-subject"),
        pytest.param("A woman without asthma was diagnosed with pneumonia.", "pneumonia", id="without-in-the-subject"),
        pytest.param("She was a never smoker with pneumonia.", "pneumonia", id="never-smoker"),
    ],
)  # fmt: skip
def test_a_cue_reaches_no_further_than_its_clause(text: str, concept: str) -> None:
    """What stands beyond a stop, or is not meant by the cue, is affirmed."""
    assert Reading(WOMAN + text).one(ConditionFact, concept).certainty is A


def test_a_list_is_negated_as_a_whole() -> None:
    """ "No A, B or C" denies all three."""
    read = Reading(WOMAN + "She denied vomiting, nausea, photophobia or neck stiffness.")
    found = {f.name.concept: f.certainty for f in read.of(SymptomFact)}
    assert found == {
        "fatigue": A, "vomiting": N, "nausea": N, "photophobia": N, "neck stiffness": N,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        pytest.param("She was vaccinated against hepatitis B.", "hepatitis B", id="vaccinated"),
        pytest.param("We tested for tuberculosis.", "tuberculosis", id="tested-for"),
        pytest.param("A scan was done to exclude lymphoma.", "lymphoma", id="to-exclude"),
        pytest.param("She received prophylaxis for pneumonia.", "pneumonia", id="prophylaxis"),
        pytest.param("She was at risk of osteoporosis.", "osteoporosis", id="at-risk"),
        pytest.param("There was concern for sepsis.", "sepsis", id="concern"),
        pytest.param("She attended the epilepsy clinic.", "epilepsy", id="clinic"),
        pytest.param("She was screened for tuberculosis.", "tuberculosis", id="screened"),
        pytest.param("The lesions were mimicking lymphoma.", "lymphoma", id="mimic"),
        pytest.param("She met no criteria for vasculitis.", "vasculitis", id="criteria"),
        pytest.param("If pneumonia occurs, she should come back.", "pneumonia", id="if"),
        pytest.param("Malignancy was sought and not found.", "cancer", id="sought"),
        pytest.param("She had been exposed to tuberculosis.", "tuberculosis", id="exposed"),
        pytest.param("She cared for a child with chickenpox.", "varicella", id="cared-for"),
        pytest.param(
            "Tests for lupus were unremarkable.", "systemic lupus erythematosus", id="tests-for"
        ),
        pytest.param("Hepatitis was feared.", "hepatitis", id="was-feared"),
        pytest.param("Lymphoma was a concern.", "lymphoma", id="a-concern"),
        pytest.param("The epilepsy nurse saw her.", "epilepsy", id="nurse"),
        pytest.param("She was warned about stroke.", "stroke", id="warned"),
    ],
)
def test_what_is_feared_tested_for_or_prevented_is_no_finding(text: str, concept: str) -> None:
    """Neither affirmed nor suspected."""
    found = Reading(WOMAN + text).named(ConditionFact, concept)
    assert [f for f in found if f.certainty in (A, S)] == []


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        pytest.param(
            "Tests for tuberculosis and HIV infection were negative.", "tuberculosis", id="tests"
        ),
        pytest.param("Hepatitis B serology was negative.", "hepatitis B", id="serology"),
        pytest.param("A screen for tuberculosis was negative.", "tuberculosis", id="screen"),
    ],
)
def test_a_negative_test_affirms_nothing(text: str, concept: str) -> None:
    """The disease tested for is not the patient's."""
    found = Reading(WOMAN + text).named(ConditionFact, concept)
    assert [f for f in found if f.certainty is not N] == []


def test_words_that_deny_by_themselves() -> None:
    """ "Afebrile" says no fever, with its own span, and no symptom of its own."""
    read = Reading(WOMAN + "She was afebrile and anicteric.")
    found = [(f.name.concept, f.name.span.text, f.certainty) for f in read.of(SymptomFact)]
    assert found == [
        ("fatigue", "fatigue", A),
        ("fever", "afebrile", N),
        ("jaundice", "anicteric", N),
    ]


def test_a_symptom_may_be_absent_first_and_come_later() -> None:
    """Both are told, each in its own fact."""
    read = Reading(WOMAN + "On arrival there was no fever. Two days later fever developed.")
    assert [f.certainty for f in read.named(SymptomFact, "fever")] == [N, A]


def test_a_suspicion_confirmed_is_affirmed() -> None:
    """The firmer statement counts for the one fact."""
    read = Reading(WOMAN + "Pneumonia was suspected. Later pneumonia was confirmed by a scan.")
    assert read.one(ConditionFact, "pneumonia").certainty is A


def test_a_suspicion_given_up_is_no_suspicion() -> None:
    """Suspected first, ruled out later: refuted."""
    read = Reading(
        WOMAN + "Sarcoidosis was suspected. A biopsy was taken. Sarcoidosis was ruled out."
    )
    assert read.one(ConditionFact, "sarcoidosis").certainty is R
