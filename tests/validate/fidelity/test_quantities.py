"""Numbers, units and comparators against the words they were read from."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

UCUM = "http://unitsofmeasure.org"
Judge = Callable[..., list[tuple[str, str]]]


def quantity(value: object, unit: str | None = None, code: str | None = None, **more: Any) -> Any:
    """A Quantity; a code comes with its system."""
    made: dict[str, Any] = {"value": value, "unit": unit, "code": code, **more}
    if code is not None:
        made["system"] = UCUM
    return {name: given for name, given in made.items() if given is not None}


def observation(value: Any, **more: Any) -> dict[str, Any]:
    """An Observation of a value."""
    return {"resourceType": "Observation", "status": "final", "valueQuantity": value, **more}


@pytest.mark.parametrize(
    ("text", "words", "value"),
    [
        pytest.param(
            "Hb was 7.1 g/dL.", "7.1 g/dL", quantity(7.1, "g/dL", "g/dL"), id="as-written"
        ),
        pytest.param(
            "Hb was 7.10 g/dL.",
            "7.10 g/dL",
            quantity(Decimal("7.10"), "g/dL", "g/dL"),
            id="decimal",
        ),
        pytest.param(
            "Hb 7,1 gm/dl.", "7,1 gm/dl", quantity(7.1, "gm/dl", "g/dL"), id="comma-other-spelling"
        ),
        pytest.param(
            "Platelets 3,000/mm3.", "3,000/mm3", quantity(3000, "/mm3", "/mm3"), id="thousands"
        ),
        pytest.param(
            "leukocytes 12.5 x 10^9/L",
            "12.5 x 10^9/L",
            quantity(12.5, "x 10^9/L", "10*9/L"),
            id="power-of-ten",
        ),
        pytest.param(
            "Hb fell from 10.4 to 7.1 g/dL",
            "10.4",
            quantity(10.4, "g/dL", "g/dL"),
            id="unit-of-the-second",
        ),
        pytest.param(
            "dropped from 90/50 to 60/40 mmHg",
            "90/50",
            quantity(50, "mm[Hg]", "mm[Hg]"),
            id="unit-of-the-fourth",
        ),
        pytest.param(
            "blood pressure 105/55, pulse 93",
            "105/55",
            quantity(105, "mm[Hg]", "mm[Hg]"),
            id="unit-nobody-writes",
        ),
        pytest.param("A 47-year-old man", "47-year-old", quantity(47, "years", "a"), id="age"),
        pytest.param("A man of 47 came", "47", quantity(47, "years", "a"), id="age-without-unit"),
        pytest.param("EDSS 3.5", "3.5", quantity(3.5, "score", "{score}"), id="point-on-a-scale"),
        pytest.param(
            "CRP < 5 mg/L", "< 5 mg/L", quantity(5, "mg/L", "mg/L", comparator="<"), id="comparator"
        ),
        pytest.param(
            "CRP at least 5 mg/L",
            "at least 5 mg/L",
            quantity(5, "mg/L", "mg/L", comparator=">="),
            id="comparator-in-words",
        ),
        pytest.param("fever up to 39 °C", "up to 39 °C", quantity(39, "°C", "Cel"), id="reached"),
        pytest.param("grew 5 furlongs", "5 furlongs", quantity(5, "furlongs"), id="unknown-unit"),
        pytest.param("Hb 7.1 g/dL", "7.1 g/dL", quantity("7.2", "g/dL"), id="no-number-at-all"),
        pytest.param("Hb 7.1 g/dL", "7.1 g/dL", quantity(True, "g/dL"), id="boolean"),
    ],
)
def test_what_the_words_hold(text: str, words: str, value: Any, judge: Judge) -> None:
    """A value as the text has it is left alone."""
    assert judge(text, observation(value), words) == []


@pytest.mark.parametrize(
    ("text", "words", "value", "finding"),
    [
        pytest.param(
            "Hb 7.1 g/dL",
            "7.1 g/dL",
            quantity(7.2, "g/dL", "g/dL"),
            ("number", "value"),
            id="value",
        ),
        pytest.param(
            "Hb 7.1 g/dL",
            "7.1 g/dL",
            quantity(71, "g/L", "g/L"),
            ("number", "value"),
            id="converted",
        ),
        pytest.param(
            "Hb 7.1 g/dL. CRP 88 mg/L.",
            "7.1 g/dL",
            quantity(88, "g/dL", "g/dL"),
            ("number", "value"),
            id="number-of-another-place",
        ),
        pytest.param(
            "Hb 7.1 g/dL", "7.1 g/dL", quantity(7.1, "mg/dL", "mg/dL"), ("unit", "unit"), id="unit"
        ),
        pytest.param(
            "Hb 7.1 g/dL, glucose 88 mg/dL",
            "7.1 g/dL",
            quantity(7.1, "mg/dL", "mg/dL"),
            ("unit", "unit"),
            id="unit-of-the-neighbour",
        ),
        pytest.param(
            "Hb 7.1 g/dL", "7.1 g/dL", quantity(7.1, "mg/dL", "g/dL"), None, id="code-is-right"
        ),
        pytest.param(
            "Hb 7.1 g/dL",
            "7.1 g/dL",
            quantity(7.1, "g/dL", "mg/dL"),
            ("unit-code", "code"),
            id="unit-code",
        ),
        pytest.param(
            "A 6-month-old boy",
            "6-month-old",
            quantity(6, "years", "a"),
            ("unit", "unit"),
            id="months-are-no-years",
        ),
        pytest.param(
            "CRP < 5 mg/L",
            "< 5 mg/L",
            quantity(5, "mg/L", "mg/L"),
            ("comparator", "comparator"),
            id="comparator-dropped",
        ),
        pytest.param(
            "CRP 5 mg/L",
            "5 mg/L",
            quantity(5, "mg/L", "mg/L", comparator=">"),
            ("comparator", "comparator"),
            id="comparator-added",
        ),
        pytest.param(
            "CRP < 5 mg/L",
            "< 5 mg/L",
            quantity(5, "mg/L", "mg/L", comparator=">"),
            ("comparator", "comparator"),
            id="comparator-turned",
        ),
    ],
)
def test_what_they_do_not_hold(
    text: str, words: str, value: Any, finding: tuple[str, str] | None, judge: Judge
) -> None:
    """One change is one finding, at the element that was changed."""
    unit_changed = finding is None
    expected = [("unit-code", "code")] if unit_changed else [finding]
    assert judge(text, observation(value), words) == expected


def test_dose_and_range_are_looked_up_too(judge: Judge) -> None:
    """Every Quantity of a resource has its number in the words, however deep it stands."""
    text = "given 12 mg daily; CK 900 U/L (39-308)"
    dose = {
        "resourceType": "MedicationAdministration",
        "dosage": {"dose": quantity(120, "mg", "mg")},
    }
    assert judge(text, dose, "12 mg") == [("number", "value")]
    limits = {"high": quantity(380, "U/L", "U/L")}
    measured = observation(quantity(900, "U/L", "U/L"), referenceRange=[limits])
    assert judge(text, measured, "900 U/L", "39-308") == [("number", "value")]


def test_a_bundle_of_others_may_hold_the_number_nearby(judge: Judge) -> None:
    """Where fhirkit did not make the bundle, the words around a place belong to it."""
    value = observation(quantity(7.1, "g/dL", "g/dL"))
    text = "The haemoglobin had by then fallen to 7.1 g/dL."
    assert judge(text, value, "haemoglobin", ours=False) == []
    assert judge(text, value, "haemoglobin") == [("number", "value")]
