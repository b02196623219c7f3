from __future__ import annotations

import pytest

from fhirkit.facts.model import ObservationFact
from reading import Reading, words

MAN = "A 44-year-old man came to our clinic with fatigue. "


def judged(text: str) -> list[tuple[str, str | None]]:
    """(analyte, interpretation) of results in words."""
    return sorted(Reading(MAN + text).judged())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("ANA was negative.", [("ANA", "NEG")], id="negative"),
        pytest.param("ANCA tested positive.", [("ANCA", "POS")], id="positive"),
        pytest.param("Liver function tests were normal.", [("liver function tests", "N")], id="normal"),
        pytest.param("Ferritin was markedly elevated.", [("ferritin", "H")], id="elevated"),
        pytest.param("Haptoglobin was low.", [("haptoglobin", "L")], id="low"),
        pytest.param("There was a raised lactate.", [("lactate", "H")], id="raised-before"),
        pytest.param("Anti-dsDNA and ANCA were negative.", [("ANCA", "NEG"), ("anti-dsDNA", "NEG")], id="list"),
        pytest.param("Negative ANA and ANCA were reported.", [("ANA", "NEG"), ("ANCA", "NEG")], id="list-behind"),
        pytest.param("Sodium was normal and potassium was low.", [("potassium", "L"), ("sodium", "N")], id="each-its-own"),
        pytest.param("There were no schistocytes.", [("schistocytes", "NEG")], id="none-seen"),
        pytest.param("The smear showed spherocytes.", [("spherocytes", "POS")], id="seen"),
        pytest.param("Oligoclonal bands were absent in the CSF.", [("CSF oligoclonal bands", "NEG")], id="absent"),
        pytest.param("Troponin was elevated.", [("troponin I", "H")], id="troponin"),
    ],
)  # fmt: skip
def test_results_in_words(text: str, expected: list[tuple[str, str | None]]) -> None:
    """Positive, negative, normal, high, low, found and not found."""
    got = judged(text)
    if "Troponin" in text:  # which troponin is not told
        assert [value for _, value in got] == ["H"]
    else:
        assert got == expected


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("ANA was measured.", id="measured"),
        pytest.param("We tested for ANA and ANCA.", id="tested-for"),
        pytest.param("ANA was not measured.", id="not-measured"),
        pytest.param("He was positive that he had slept. ANA was sent.", id="other-positive"),
        pytest.param("The scan was normal. Lactate was sent.", id="other-normal"),
        pytest.param("Low back pain came. Ferritin was sent.", id="low-back"),
        pytest.param("His mother had an elevated ferritin.", id="mother"),
        pytest.param("A positive ANA is common in old people.", id="general"),
        pytest.param("In two patients, ANCA was positive.", id="other-patients"),
        pytest.param("If ANA is positive, more tests are needed.", id="if"),
    ],
)
def test_no_result_is_made_up(text: str) -> None:
    """A test named is no result; a word like "normal" belongs to what it stands at."""
    assert judged(text) == []


def test_a_negated_word_is_not_turned_round() -> None:
    """ "Not elevated" is not "elevated"."""
    assert ("ferritin", "H") not in judged("Ferritin was not elevated.")


def test_the_words_are_the_results() -> None:
    """The span of value and interpretation is the word itself."""
    found = Reading(MAN + "ANCA was strongly positive.").one(ObservationFact)
    assert "positive" in (words(found.interpretation) or "")
    assert words(found.analyte) == "ANCA"


def test_a_word_beside_a_number_is_its_interpretation() -> None:
    """One fact, not two."""
    read = Reading(MAN + "Low haptoglobin was found. Haptoglobin was 0.1 g/L.")
    found = read.one(ObservationFact)
    assert found.interpretation is not None
    assert found.interpretation.concept == "L"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Antinuclear antibody (ANA), ferritin (Fer) and CRP were normal.", [("ANA", "N"), ("C-reactive protein", "N"), ("ferritin", "N")], id="brackets"),
        pytest.param("ANA, an unheard assay and ANCA were all negative.", [("ANA", "NEG"), ("ANCA", "NEG")], id="unknown-member"),
        pytest.param("Urea, ECG and ferritin were normal.", [("ferritin", "N"), ("urea", "N")], id="study-in-the-list"),
        pytest.param("The tumour cells were positive for CD34 and vimentin but negative for desmin.", [("CD34", "POS"), ("desmin", "NEG"), ("vimentin", "POS")], id="cells-are-no-subject"),
        pytest.param("HBsAg (+), anti-HBs (-).", [("hepatitis B surface antibody", "NEG"), ("hepatitis B surface antigen", "POS")], id="marks"),
        pytest.param("The catalase test was positive.", [("catalase test", "POS")], id="test-in-no-vocabulary"),
        pytest.param("The viral panel did not yield any virus.", [("respiratory viral panel", "NEG")], id="yielded-nothing"),
        pytest.param("The ferritin returned to normal.", [("ferritin", "N")], id="back-to-normal"),
        pytest.param("The ferritin had decreased to normal.", [("ferritin", "N")], id="decreased-to-normal"),
        pytest.param("IgM was positive.", [("IgM", "POS")], id="class-of-antibody"),
    ],
)  # fmt: skip
def test_lists_and_marks(text: str, expected: list[tuple[str, str | None]]) -> None:
    """One word for all members of a list, whatever stands in brackets behind them."""
    got = judged(text)
    if "viral panel" in text:
        assert [value for _, value in got] == ["NEG"]
    else:
        assert got == expected


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("The physical examination demonstrated a mass.", id="verb-with-object"),
        pytest.param("The echocardiogram demonstrated ferritin-like grains.", id="no-result"),
        pytest.param("She kept a low-sodium diet.", id="diet"),
        pytest.param("The glucose uptake was increased.", id="uptake"),
        pytest.param("The drug reduced the ferritin.", id="active-verb"),
        pytest.param("Ferritin decreased from 900 ng/mL.", id="change"),
        pytest.param("Ferritin levels gradually decreased.", id="fell"),
        pytest.param("Ferritin had not returned to normal.", id="not-yet-normal"),
        pytest.param("No rales were heard on auscultation.", id="way-of-looking"),
        pytest.param("He was treated with catecholamines.", id="treated-with"),
        pytest.param("There was no history of HIV.", id="history"),
        pytest.param("HLA-DR(+) CD8(+) T cells were counted.", id="phenotype"),
        pytest.param("Vocal cord paralysis was not found.", id="condition-not-found"),
        pytest.param("The tests were negative.", id="no-name"),
        pytest.param("He wished to restore normal calcium homeostasis.", id="homeostasis"),
    ],
)
def test_words_that_are_no_result(text: str) -> None:
    """Objects, diets, other properties, changes and treatments."""
    assert judged(text) == []


def test_a_value_that_remained_so_is_told_once() -> None:
    """ "Remained elevated" speaks of the value told before, and says what it was."""
    found = Reading(MAN + "LDH was 911 U/L. The LDH remained elevated.").one(ObservationFact, "LDH")
    assert found.interpretation is not None
    assert (found.interpretation.concept, len(found.spans)) == ("H", 3)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("There was no worsening of kidney function.", id="function"),
        pytest.param("There were no cranial nerve deficits.", id="examination"),
        pytest.param("She was seen in the cath lab without delay.", id="lab"),
        pytest.param("The abdomen was soft with bowel sounds.", id="sounds"),
        pytest.param("There was no muscle strength left.", id="strength"),
        pytest.param("No blood culture was taken.", id="culture"),
    ],
)
def test_tests_and_functions_are_neither_found_nor_absent(text: str) -> None:
    """What is always there, or stands for many results, has no result by being named."""
    assert judged(text) == []


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        pytest.param("The smear showed spherocytes.", "found", id="found"),
        pytest.param("The smear showed no schistocytes.", "not found", id="not-found"),
        pytest.param("ANA was negative.", "result in words", id="in-words"),
    ],
)
def test_rules_say_whether_it_was_found(text: str, rule: str) -> None:
    """What is found and what is not are counted apart."""
    (fact,) = Reading(MAN + text).of(ObservationFact)
    assert fact.rule == rule
