"""Facts as a reviewer corrects them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from deciding import correction, decided, fact_of
from fhirkit.facts.model import Code, Quantity, Use, Whose
from rich_case import CASE

LOINC = "http://loinc.org"


@pytest.mark.parametrize(
    ("name", "field", "changes", "parts", "told"),
    [
        pytest.param(
            "hb", "value", {"value": "24"}, ("24", "g/dl", "g/dL", None),
            ("value from 7.00 to 24",), id="value",
        ),
        pytest.param(
            "hb", "value", {"unit": "g/L"}, ("7.00", "g/L", "g/L", None),
            ("unit from g/dl to g/L",), id="unit",
        ),
        pytest.param(
            "hb", "value", {"value": "<0.40", "unit": "grams per litre"},
            ("0.40", "grams per litre", "g/L", "<"),
            ("value from 7.00 to <0.40", "unit from g/dl to grams per litre"), id="both",
        ),
        pytest.param(
            "hb", "value", {"unit": "furlong"}, ("7.00", "furlong", None, None),
            ("unit from g/dl to furlong",), id="unknown-unit",
        ),
        pytest.param(
            "hb", "value", {"unit": ""}, ("7.00", None, None, None),
            ("unit from g/dl to none",), id="no-unit",
        ),
        pytest.param(
            "alemtuzumab", "dose", {"value": "24"}, ("24", "mg", "mg", None),
            ("value from 12 to 24",), id="dose",
        ),
        pytest.param(
            "prednisone", "dose", {"unit": "mg"}, ("60", "mg", "mg", None),
            ("unit from mg/day to mg",), id="unit-of-a-dose",
        ),
        pytest.param(
            "rituximab", "dose", {"value": "1000", "unit": "mg"}, ("1000", "mg", "mg", None),
            ("value from none to 1000", "unit from none to mg"), id="dose-where-none-was",
        ),
        pytest.param(
            "glucose", "value", {"value": "5.0"}, ("5.0", None, None, None),
            ("value from none to 5.0",), id="value-where-none-was",
        ),
        pytest.param(
            "ratio", "value", {"value": "2"}, ("2", None, None, None),
            ("value from none to 2",), id="value-for-a-ratio",
        ),
        pytest.param(
            "mog", "value", {"value": "40"}, ("40", None, None, None),
            ("value from none to 40",), id="value-for-words",
        ),
        pytest.param(
            "patient", "age", {"value": "53"}, ("53", "year", "a", None),
            ("value from 52 to 53",), id="age",
        ),
        pytest.param(
            "patient", "age", {"unit": "months"}, ("52", "months", "mo", None),
            ("unit from year to months",), id="unit-of-an-age",
        ),
        pytest.param(
            "hb", "value", {"value": "7.00"}, ("7.00", "g/dl", "g/dL", None), (), id="as-it-was"
        ),
    ],
)  # fmt: skip
def test_values_and_units(
    name: str,
    field: str,
    changes: dict[str, str],
    parts: tuple[str | None, ...],
    told: tuple[str, ...],
) -> None:
    """Digits as given, the unit's code as the reader would have it; what is not given stays."""
    made = decided(CASE, correction(CASE, name, **changes))
    value = getattr(fact_of(made, name), field)
    assert isinstance(value, Quantity)
    assert (value.digits, value.unit, value.ucum, value.comparator) == parts
    assert made.case.reviews[0].changed == told


def test_a_corrected_value_stays_at_its_words() -> None:
    """They are what the reviewer read otherwise."""
    before = next(fact for fact in CASE.facts if fact.id == "hb")
    after = fact_of(decided(CASE, correction(CASE, "hb", value="24")), "hb")
    assert after.value.span == before.value.span  # type: ignore[attr-defined]
    assert after.spans == before.spans


@pytest.mark.parametrize(
    ("name", "changes", "said"),
    [
        pytest.param("glucose", {"unit": "mmol/L"}, "no single value", id="unit-of-no-value"),
        pytest.param("ratio", {"unit": "mmol/L"}, "no single value", id="unit-of-a-ratio"),
        pytest.param("rituximab", {"unit": "mg"}, "no single value", id="unit-of-no-dose"),
        pytest.param("alemtuzumab", {"value": "<12"}, "bounded", id="bounded-dose"),
        pytest.param("patient", {"value": ">52"}, "bounded", id="bounded-age"),
        pytest.param("patient", {"value": "0"}, "above zero", id="age-zero"),
        pytest.param("patient", {"value": "-3"}, "above zero", id="age-below-zero"),
        pytest.param("patient", {"unit": "mg"}, "years", id="age-in-milligrams"),
        pytest.param("patient", {"unit": ""}, "years", id="age-in-nothing"),
        pytest.param(
            "hb", {"code": {"system": LOINC, "code": "718-8"}}, "check digit", id="loinc-digit"
        ),
        pytest.param(
            "hb", {"code": {"system": LOINC, "code": "Hb"}}, "its form", id="no-loinc-code"
        ),
        pytest.param(
            "ms",
            {"code": {"system": "http://snomed.info/sct", "code": "24700008"}},
            "check digit",
            id="snomed-digit",
        ),
    ],
)
def test_what_cannot_be_is_told_and_not_applied(
    name: str, changes: dict[str, Any], said: str
) -> None:
    """The fact stays as it is."""
    made = decided(CASE, correction(CASE, name, **changes))
    assert made.case == CASE
    (told,) = made.untouched
    assert said in told


def test_a_correction_is_applied_whole_or_not_at_all() -> None:
    """What could be of it is not applied either."""
    made = decided(CASE, correction(CASE, "glucose", unit="g/L", certainty="suspected"))
    assert made.case == CASE


def test_a_code_of_the_concept_keeps_its_name() -> None:
    """The reviewer chose among what the vocabulary has."""
    code = {"system": LOINC, "code": "718-7"}
    made = decided(CASE, correction(CASE, "hb", code=code))
    term = fact_of(made, "hb").analyte
    assert (term.concept, term.code) == ("hemoglobin", Code(LOINC, "718-7"))
    assert made.case.reviews[0].changed[0].endswith(f" to {LOINC}|718-7")


def test_another_code_leaves_the_words_only() -> None:
    """The vocabulary's name would be that of something else."""
    code = {"system": LOINC, "code": "4544-3", "display": "Hematocrit [Volume Fraction] of Blood"}
    made = decided(CASE, correction(CASE, "hb", code=code))
    term = fact_of(made, "hb").analyte
    assert (term.concept, term.span.text) == (None, "Haemoglobin")
    assert term.code == Code(LOINC, "4544-3", "Hematocrit [Volume Fraction] of Blood")


def test_codes_of_other_systems_are_taken_as_they_are() -> None:
    """We know no form of theirs."""
    code = {"system": "https://hospital.example/codes", "code": "H 12"}
    made = decided(CASE, correction(CASE, "mri", code=code))
    assert fact_of(made, "mri").study.code == Code("https://hospital.example/codes", "H 12")


@pytest.mark.parametrize("name", ["event", "ms", "fever", "biopsy", "mri", "alemtuzumab", "hb"])
def test_every_kind_with_a_name_takes_a_code(name: str) -> None:
    """On the words that name it."""
    made = decided(CASE, correction(CASE, name, code={"system": "urn:x:y", "code": "z"}))
    assert made.untouched == ()
    assert made.case.reviews[0].changed[0].endswith(" to urn:x:y|z")


def test_whose_it_is() -> None:
    """A fact of somebody else's stays among the facts."""
    made = decided(CASE, correction(CASE, "lupus", whose="patient"))
    assert fact_of(made, "lupus").whose is Whose.PATIENT
    assert made.case.reviews[0].changed == ("whose it is from family to patient",)


def test_a_drug_only_weighed_is_given_once_it_is_the_patients() -> None:
    """Else it would stay without a resource."""
    drug = next(fact for fact in CASE.facts if fact.id == "rituximab")
    weighed = replace(drug, whose=Whose.CONSIDERED, use=Use.CONSIDERED)  # type: ignore[call-arg]
    case = replace(CASE, facts=tuple(weighed if f is drug else f for f in CASE.facts))
    made = decided(case, correction(case, "rituximab", whose="patient"))
    assert fact_of(made, "rituximab").use is Use.GIVEN


def test_a_reviewers_code_can_be_corrected_too() -> None:
    """What it was before is told."""
    once = decided(CASE, correction(CASE, "hb", code={"system": "urn:x:y", "code": "a"})).case
    twice = decided(once, correction(once, "hb", code={"system": "urn:x:y", "code": "b"}))
    assert twice.case.reviews[-1].changed == ("code from urn:x:y|a to urn:x:y|b",)
