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
        pytest.param("Na, K+ and chloride were 131, 5.9 and 99 mmol/L, respectively.", [("chloride", "99 mmol/L"), ("potassium", "5.9 mmol/L"), ("sodium", "131 mmol/L")], id="symbols"),
        pytest.param("Sodium, potassium and chloride were 131, 5.9 and 99 mmol/L, respectively.", [("chloride", "99 mmol/L"), ("potassium", "5.9 mmol/L"), ("sodium", "131 mmol/L")], id="one-unit"),
        pytest.param("ALT/AST 812/640 U/L.", [("ALT", "812 U/L"), ("AST", "640 U/L")], id="slash"),
        pytest.param("Blood pressure and heart rate were 104/66 mmHg and 97 bpm.", [("diastolic blood pressure", "66 mm[Hg]"), ("heart rate", "97 /min"), ("systolic blood pressure", "104 mm[Hg]")], id="pressure-in-a-row"),
        pytest.param("Ferritin (Fer) and CRP were 900 ng/mL (normal <300) and 44 mg/L (normal <5).", [("C-reactive protein", "44 mg/L"), ("ferritin", "900 ng/mL")], id="asides"),
        pytest.param("Serum sodium and a total bilirubin of 131 mmol/L and 88 µmol/L were found.", [("bilirubin total", "88 umol/L"), ("sodium", "131 mmol/L")], id="article"),
    ],
)  # fmt: skip
def test_as_many_numbers_as_names(text: str, expected: list[tuple[str, str]]) -> None:
    """In their order; a unit that stands once is that of all numbers before it."""
    assert numbers(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("ALT, AST and LDH were 812 and 640 U/L.", id="too-few"),
        pytest.param("Sodium and potassium were 131 U/L and 5.9 U/L.", id="no-unit-of-theirs"),
        pytest.param("Sodium and potassium were watched for 3 and 5 days.", id="times"),
        pytest.param("Sodium and potassium were normal in 2014 and 2015.", id="years"),
        pytest.param("EDSS and mRS were 40 and 12.", id="off-their-scales"),
    ],
)
def test_rows_that_do_not_fit(text: str) -> None:
    """Fewer numbers than names, or numbers that the names cannot have, make no row."""
    names = {"sodium", "potassium", "ALT", "AST", "EDSS", "modified Rankin Scale"}
    assert [name for name, _ in numbers(text) if name in names] == []
