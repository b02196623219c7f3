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
