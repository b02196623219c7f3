from __future__ import annotations

import pytest

from reading import Reading

MAN = "A 44-year-old man came to our clinic with fatigue. "


def numbers(text: str) -> list[tuple[str, str]]:
    """(analyte, value) of what is measured."""
    return sorted(Reading(MAN + text).numbers())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Na 131, K 5.9, Cl 99 mmol/L.", [("chloride", "99 mmol/L"), ("potassium", "5.9 mmol/L"), ("sodium", "131 mmol/L")], id="list"),
        pytest.param("Hb 9.1 g/dL, Na: 131, K: 5.9.", [("hemoglobin", "9.1 g/dL"), ("potassium", "5.9"), ("sodium", "131")], id="colons"),
        pytest.param("T 38.9 °C, P 110/min.", [("body temperature", "38.9 Cel"), ("heart rate", "110 /min")], id="vital-signs"),
        pytest.param("C3 was 40 mg/dL.", [("complement C3", "40 mg/dL")], id="complement"),
    ],
)  # fmt: skip
def test_symbols_before_a_number(text: str, expected: list[tuple[str, str]]) -> None:
    """A symbol is an analyte where a number that it can have stands right behind it."""
    assert numbers(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("He was in group K 4.", id="bare-and-alone"),
        pytest.param("A C3 fracture was seen 5 weeks ago.", id="vertebra"),
        pytest.param("He got vitamin K 10 mg.", id="vitamin"),
        pytest.param("He had stage T 2 disease.", id="stage"),
        pytest.param("K 10 mg was given.", id="mass"),
        pytest.param("The P 450 system was discussed.", id="enzyme"),
        pytest.param("Ca 19-9 was ordered.", id="marker"),
    ],
)
def test_symbols_of_something_else(text: str) -> None:
    """Alone, or with a number that the analyte cannot have, a letter says nothing."""
    assert numbers(text) == []
