"""Numbers in every spelling that print has for them."""

from __future__ import annotations

import pytest

from fhirkit.validate.fidelity.numbers import stated


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        pytest.param("12 mg", {12}, id="plain"),
        pytest.param("0.40 g", {0.4}, id="decimal-point"),
        pytest.param("0·40 g", {0.4}, id="raised-point"),
        pytest.param("7,4 mmol/L", {7.4}, id="decimal-comma"),
        pytest.param("3,000 mg", {3000, 3.0}, id="comma-read-both-ways"),
        pytest.param("1,234,567 cells", {1234567}, id="two-commas"),
        pytest.param("12 500 IU", {12500, 12, 500}, id="thousands-by-space"),
        pytest.param("39–308", {39, 308}, id="range"),
        pytest.param("120/80", {120, 80}, id="fraction"),
        pytest.param("E3V4M5", {3, 4, 5}, id="inside-letters"),
        pytest.param("five days", {5}, id="word"),
        pytest.param("forty-seven years", {40, 47, 7}, id="tens-and-ones"),
        pytest.param("a week", {1}, id="article"),
        pytest.param("half a year", {0.5, 1}, id="half"),
        pytest.param("the second dose", {2}, id="ordinal"),
        pytest.param("twice", {2}, id="twice"),
        pytest.param("in her fifties", {50, 59}, id="decade-in-words"),
        pytest.param("in his 60s", {60, 69}, id="decade"),
        pytest.param("the following day", {1}, id="next-day"),
        pytest.param("no number at all", set(), id="none"),
        pytest.param("cm³, m²", set(), id="powers-are-units"),
    ],
)
def test_numbers_of_a_text(text: str, numbers: set[float]) -> None:
    """Each number is found, and nothing that is none."""
    assert {n.value for n in stated(text, 0, len(text))} == numbers


def test_a_number_beyond_the_end_is_not_seen() -> None:
    """Only the stretch asked for is read, and places are those of the whole text."""
    assert [(n.value, n.start, n.end) for n in stated("5 mg, then 10 mg", 0, 5)] == [(5.0, 0, 1)]
