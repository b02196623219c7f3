from __future__ import annotations

from typing import Any

import pytest

from fhirkit.issues import Severity
from fhirkit.validate import validate

CATEGORY = "http://terminology.hl7.org/CodeSystem/condition-category"
LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"


def observation(coding: object = None, **quantity: object) -> dict[str, Any]:
    """An observation of a coding, with a quantity."""
    made: dict[str, Any] = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": "x"} if coding is None else {"coding": [coding]},
    }
    if quantity:
        made["valueQuantity"] = quantity
    return made


@pytest.mark.parametrize(
    ("coding", "key", "place"),
    [
        pytest.param({"system": CATEGORY, "code": "problem-list"}, "unknown-code", "", id="unknown"),
        pytest.param({"system": CATEGORY, "code": "problem-list-item", "display": "Fever"}, "display", ".display", id="display"),
        pytest.param({"system": LOINC, "code": "718-8"}, "code-form", "", id="loinc-check-digit"),
        pytest.param({"system": "http://snomed.info/sct", "code": "386661007"}, "code-form", "", id="snomed-check-digit"),
        pytest.param({"system": "https://loinc.org", "code": "718-7"}, "system", ".system", id="misspelt-system"),
        pytest.param({"system": "loinc", "code": "718-7"}, "system-relative", ".system", id="relative-system"),
        pytest.param({"system": "http://hl7.org/fhir/ValueSet/observation-codes", "code": "718-7"}, "system-value-set", ".system", id="value-set"),
    ],
)  # fmt: skip
def test_a_wrong_coding_is_one_issue(coding: dict[str, str], key: str, place: str) -> None:
    """One finding, at the coding where the code is wrong and else at the element."""
    (issue,) = validate(observation(coding))
    assert (issue.key, issue.expression) == (key, f"Observation.code.coding[0]{place}")


@pytest.mark.parametrize(
    "coding",
    [
        pytest.param({"system": CATEGORY, "code": "problem-list-item"}, id="no-display"),
        pytest.param(
            {"system": CATEGORY, "code": "problem-list-item", "display": "problem  list ITEM"},
            id="display-by-words",
        ),
        pytest.param({"system": LOINC, "code": "718-7", "display": "Hb"}, id="loinc"),
        pytest.param({"system": "http://snomed.info/sct", "code": "386661006"}, id="snomed"),
        pytest.param({"system": "http://a.example/codes", "code": "?"}, id="unknown-system"),
        pytest.param({"code": "1"}, id="no-system"),
        pytest.param({"system": CATEGORY, "code": "new", "version": "9.0"}, id="other-version"),
    ],
)
def test_a_coding_that_cannot_be_refuted_is_fine(coding: dict[str, str]) -> None:
    """Only what is known to be wrong is told; another version may have other codes."""
    assert validate(observation(coding)) == []


def test_a_misspelt_system_is_a_warning_with_the_right_one() -> None:
    """The url is what receivers look systems up by."""
    (issue,) = validate(observation({"system": "urn:oid:2.16.840.1.113883.6.1", "code": "718-7"}))
    assert (issue.severity, issue.expected) == (Severity.WARNING, LOINC)


@pytest.mark.parametrize("code", ["g/dl", "gram", "mmHg", "IU/L", "10^9", "g//L"])
def test_a_unit_that_is_no_ucum_is_told(code: str) -> None:
    """A quantity that says its unit is UCUM must have a UCUM code."""
    issues = validate(observation(value=1, unit="x", system=UCUM, code=code))
    expected = [] if code in ("g/dl", "10^9") else [("ucum", "Observation.valueQuantity.code")]
    assert [(issue.key, issue.expression) for issue in issues] == expected


def test_a_unit_of_another_system_is_not_judged() -> None:
    """Only UCUM codes have UCUM's grammar."""
    assert validate(observation(value=1, system="http://a.example/units", code="gram")) == []


def test_the_unit_probably_meant_is_named() -> None:
    """A known spelling leads to the code."""
    (issue,) = validate(observation(value=1, system=UCUM, code="mmHg"))
    assert issue.expected == "mm[Hg]"
