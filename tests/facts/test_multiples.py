from __future__ import annotations

import pytest

from fhirkit.facts.model import ObservationFact
from reading import Reading, concept_of, words

MAN = "A 44-year-old man came to our clinic with fatigue. "


def told(text: str) -> list[tuple[str, str | None]]:
    """(analyte, words of the value) of the observations told as high."""
    facts = Reading(MAN + text).of(ObservationFact)
    high = [f for f in facts if f.interpretation and f.interpretation.concept == "H"]
    return sorted((concept_of(f), words(f.value)) for f in high)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("ALT was five times the upper limit of normal.", [("ALT", "five times the upper limit of normal")], id="word"),
        pytest.param("ALT 3x ULN.", [("ALT", "3x ULN")], id="abbreviated"),
        pytest.param("ALT and AST had risen to more than 10 times the upper limit of normal.", [("ALT", "more than 10 times the upper limit of normal"), ("AST", "more than 10 times the upper limit of normal")], id="list"),
        pytest.param("CK was twenty times normal.", [("CK", "twenty times normal")], id="normal"),
        pytest.param("Ferritin was 4-fold above the upper reference limit.", [("ferritin", "4-fold above the upper reference limit")], id="fold"),
    ],
)  # fmt: skip
def test_multiples_of_a_limit(text: str, expected: list[tuple[str, str]]) -> None:
    """The words are the value; it is no number in the analyte's unit."""
    assert told(text) == expected
    assert Reading(MAN + text).numbers() == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("The upper limit of normal of ALT is 40.", id="limit-itself"),
        pytest.param("ALT was normal five times.", id="times-measured"),
        pytest.param("ALT was checked three times with a normal result.", id="checked"),
        pytest.param("He took aspirin at five times the upper limit of normal dosing.", id="drug"),
        pytest.param("ALT rose. He ate five times the normal amount.", id="another-sentence"),
        pytest.param("Five times the upper limit of normal was exceeded.", id="no-analyte"),
    ],
)
def test_no_multiple(text: str) -> None:
    """Times of measuring, limits themselves and multiples of other things."""
    assert [value for _, value in told(text) if value] == []


def test_a_value_keeps_its_number_beside_a_multiple() -> None:
    """ "300 U/L (7.5 x ULN)" has a number of its own."""
    text = "ALT was 300 U/L (7.5 x ULN)."
    assert Reading(MAN + text).numbers() == [("ALT", "300 U/L")]
