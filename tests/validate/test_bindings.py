from __future__ import annotations

from typing import Any

import pytest

from fhirkit.issues import Severity
from fhirkit.validate import validate

CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
ACT = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
ABSENT = {
    "url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
    "valueCode": "unknown",
}


def condition(status: object) -> dict[str, Any]:
    """A condition with a clinical status, which a required value set is bound to."""
    return {
        "resourceType": "Condition",
        "clinicalStatus": status,
        "code": {"text": "Fever"},
        "subject": {"display": "a woman"},
    }


def encounter(kind: dict[str, str]) -> dict[str, Any]:
    """An encounter of a class, which an extensible value set is bound to."""
    return {"resourceType": "Encounter", "status": "finished", "class": kind}


@pytest.mark.parametrize(
    ("status", "key"),
    [
        pytest.param({"coding": [{"system": CLINICAL, "code": "cured"}]}, "binding-required", id="code"),
        pytest.param({"coding": [{"system": CLINICAL, "code": "Active"}]}, "binding-required", id="case"),
        pytest.param({"coding": [{"system": ACT, "code": "active"}]}, "binding-required", id="system"),
        pytest.param({"coding": [{"code": "active"}]}, "binding-required", id="no-system"),
        pytest.param({"text": "active"}, "binding-no-code", id="text"),
        pytest.param({"coding": [{"system": CLINICAL}], "text": "x"}, "binding-no-code", id="no-code"),
    ],
)  # fmt: skip
def test_a_required_value_set_must_be_used(status: dict[str, Any], key: str) -> None:
    """One finding, at the concept, whatever keeps its codings out of the value set."""
    (issue,) = validate(condition(status))
    assert (issue.severity, issue.key) == (Severity.ERROR, key)
    assert issue.expression == "Condition.clinicalStatus"
    assert issue.expected is not None
    assert "active" in issue.expected


@pytest.mark.parametrize(
    "status",
    [
        pytest.param({"coding": [{"system": CLINICAL, "code": "active"}]}, id="right"),
        pytest.param(
            {
                "coding": [
                    {"system": "http://a.example/status", "code": "on"},
                    {"system": CLINICAL, "code": "active"},
                ]
            },
            id="one-of-two",
        ),
        pytest.param({"extension": [ABSENT]}, id="absent"),
        pytest.param({"extension": [ABSENT], "text": "not told"}, id="absent-with-text"),
    ],
)
def test_one_fitting_coding_is_enough(status: dict[str, Any]) -> None:
    """Other systems' codes may stand beside it; a reason why it is absent may stand for it."""
    assert validate(condition(status)) == []


@pytest.mark.parametrize(
    ("resource", "expression"),
    [
        pytest.param({"resourceType": "Patient", "gender": "f"}, "Patient.gender", id="top-level"),
        pytest.param(
            {"resourceType": "Patient", "name": [{"use": "formal", "text": "x"}]},
            "Patient.name[0].use",
            id="in-a-datatype",
        ),
        pytest.param(
            {"resourceType": "Patient", "gender": "Female"}, "Patient.gender", id="wrong-case"
        ),
        pytest.param(
            {
                "resourceType": "Location",
                "hoursOfOperation": [{"daysOfWeek": ["mon", "funday"]}],
            },
            "Location.hoursOfOperation[0].daysOfWeek[1]",
            id="in-an-array",
        ),
    ],
)
def test_a_code_must_be_of_its_value_set(resource: dict[str, Any], expression: str) -> None:
    """Codes are compared as they are written."""
    (issue,) = validate(resource)
    assert (issue.key, issue.expression) == ("binding-required", expression)


@pytest.mark.parametrize(
    ("kind", "key", "severity"),
    [
        pytest.param({"system": ACT, "code": "AMB"}, None, None, id="in-the-set"),
        pytest.param({"system": ACT, "code": "XYZ"}, "unknown-code", "error", id="no-code"),
        pytest.param({"system": ACT, "code": "OPTIN"}, "binding-extensible", "warning", id="of-another"),
        pytest.param({"system": "http://a.example", "code": "1"}, "binding-extensible", "warning", id="local"),
        pytest.param({"display": "ambulatory"}, None, None, id="display-only"),
    ],
)  # fmt: skip
def test_an_extensible_value_set_is_a_warning(
    kind: dict[str, str], key: str | None, severity: str | None
) -> None:
    """A code of another set may be the right one where the bound set has none."""
    found = [(issue.key, issue.severity.value) for issue in validate(encounter(kind))]
    assert found == ([(key, severity)] if key else [])


@pytest.mark.parametrize(
    ("resource", "key"),
    [
        pytest.param({"resourceType": "Patient", "language": "de-CH"}, None, id="language"),
        pytest.param({"resourceType": "Patient", "language": "german!"}, "code-form", id="no-language"),
        pytest.param({"resourceType": "Patient", "photo": [{"contentType": "image/png", "title": "x"}]}, None, id="mime"),
        pytest.param({"resourceType": "Patient", "photo": [{"contentType": "png", "title": "x"}]}, "code-form", id="no-mime"),
        pytest.param({"resourceType": "Patient", "photo": [{"contentType": "text/plain; charset=utf-8", "title": "x"}]}, None, id="parameter"),
    ],
)  # fmt: skip
def test_endless_value_sets_are_judged_by_form(resource: dict[str, Any], key: str | None) -> None:
    """Languages and media types have a grammar, and no list that could be shipped."""
    assert [issue.key for issue in validate(resource)] == ([key] if key else [])


def test_words_in_the_place_of_a_code_are_not_repeated() -> None:
    """What is no code may be anybody's words."""
    (issue,) = validate({"resourceType": "Patient", "gender": "Anna Muster"})
    assert "Anna" not in str(issue.to_dict())
