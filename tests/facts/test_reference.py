from __future__ import annotations

import pytest

from fhirkit.facts.model import ObservationFact
from reading import Reading, said

MAN = "A 44-year-old man came to our clinic with fatigue. "


def sodium(text: str) -> ObservationFact:
    """The one sodium told."""
    return Reading(MAN + text).one(ObservationFact, "sodium")


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        pytest.param("Sodium was 131 (reference 135-145).", "135..145", id="reference"),
        pytest.param("Sodium was 131 mmol/L (ref: 135-145).", "135..145 mmol/L", id="ref"),
        pytest.param("Sodium was 131 mmol/L, normal range: 135 to 145.", "135..145 mmol/L", id="no-brackets"),
        pytest.param("Sodium was 131 mmol/L (N > 135).", "135.. mmol/L", id="letter"),
        pytest.param("Sodium was 151 mmol/L (upper limit 145).", "..145 mmol/L", id="upper-limit"),
        pytest.param("Sodium was 151 mmol/L (ULN 145 mmol/L).", "..145 mmol/L", id="abbreviated"),
        pytest.param("Sodium was 131 mmol/L (lower limit of normal 135).", "135.. mmol/L", id="lower-limit"),
        pytest.param("Sodium was 151 mmol/L (normal up to 145).", "..145 mmol/L", id="up-to"),
        pytest.param("Sodium was 131 [normal range, 135-145 mmol/L].", "135..145 mmol/L", id="unit-in-the-range"),
        pytest.param("Findings:\n\nSodium      131    mmol/L    135-145\n", "135..145 mmol/L", id="column"),
        pytest.param("Findings:\n\nSodium | 131 mmol/L | 135-145\n", "135..145 mmol/L", id="bars"),
    ],
)  # fmt: skip
def test_reference_ranges_with_any_wording(text: str, reference: str) -> None:
    """A range without a unit is in its value's, and gives it to a value without."""
    found = sodium(text)
    assert said(found.reference) == reference
    assert said(found.value).partition(" ")[0] in ("131", "151")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Sodium was 131 mmol/L and 135 mmol/L.", id="second-value"),
        pytest.param("Sodium was 131 mmol/L (day 3-5).", id="days"),
        pytest.param("Sodium was 131 mmol/L (Table 2).", id="table"),
        pytest.param("Sodium was 131 mmol/L (normal potassium).", id="another-name"),
        pytest.param("Sodium was 131 mmol/L (normal 2 years ago).", id="years"),
    ],
)
def test_no_reference_range(text: str) -> None:
    """What else stands in brackets behind a value is no range of it."""
    found = Reading(MAN + text).named(ObservationFact, "sodium")
    assert {said(f.reference) for f in found} == {""}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Normal sodium is 135-145 mmol/L.", id="is"),
        pytest.param("A normal sodium level lies at 135-145 mmol/L.", id="lies"),
        pytest.param("The normal range of sodium is 135-145 mmol/L.", id="range-of"),
        pytest.param("The usual sodium ranges from 135 to 145 mmol/L.", id="usual"),
    ],
)
def test_what_is_normal_is_no_result(text: str) -> None:
    """A norm in the present tense is nobody's value, in number or word."""
    assert Reading(MAN + text).named(ObservationFact, "sodium") == []


def test_a_normal_range_beside_a_value_takes_no_sentence_from_the_patient() -> None:
    """Neither that sentence nor those after it become general knowledge."""
    text = "Sodium: 131 mmol/L (normal range: 135-145). Ferritin: 900 ng/mL."
    assert ("ferritin", "900 ng/mL") in Reading(MAN + text).numbers()
