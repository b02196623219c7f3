from __future__ import annotations

import copy
from typing import Any

import pytest

from fhirkit.issues import Severity
from fhirkit.validate import validate

OBSERVATION = {"resourceType": "Observation", "status": "final", "code": {"text": "Haemoglobin"}}
ADMINISTRATION = {
    "resourceType": "MedicationAdministration",
    "status": "completed",
    "medicationCodeableConcept": {"text": "Alemtuzumab"},
    "subject": {"display": "the patient"},
}
UNKNOWN = {
    "extension": [
        {
            "url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
            "valueCode": "unknown",
        }
    ]
}


@pytest.mark.parametrize(
    ("resource", "key", "expression"),
    [
        pytest.param(
            {"resourceType": "Encounter", "status": "finished"},
            "required",
            "Encounter.class",
            id="missing-object",
        ),
        pytest.param(
            {"resourceType": "Observation", "code": {"text": "x"}},
            "required",
            "Observation.status",
            id="missing-primitive",
        ),
        pytest.param(
            {**OBSERVATION, "severity": "high"},
            "unknown-element",
            "Observation.severity",
            id="unknown-element",
        ),
        pytest.param(
            {**OBSERVATION, "valueQuantity": {"valeu": 1}},
            "unknown-element",
            "Observation.valueQuantity.valeu",
            id="unknown-in-datatype",
        ),
        pytest.param(
            {**OBSERVATION, "code": [{"text": "x"}]}, "kind", "Observation.code", id="array"
        ),
        pytest.param(
            {**OBSERVATION, "code": "x"}, "kind", "Observation.code", id="string-for-object"
        ),
        pytest.param(
            {**OBSERVATION, "category": {"text": "x"}},
            "kind",
            "Observation.category",
            id="object-for-array",
        ),
        pytest.param(
            {**OBSERVATION, "status": 7}, "kind", "Observation.status", id="number-for-string"
        ),
        pytest.param(
            {**OBSERVATION, "category": [None]}, "null", "Observation.category[0]", id="null"
        ),
        pytest.param(
            {**OBSERVATION, "_status": {}}, "empty", "Observation._status", id="empty-element"
        ),
        pytest.param(
            {**OBSERVATION, "valueString": "high", "valueInteger": 3},
            "choice-twice",
            "Observation.valueInteger",
            id="two-values",
        ),
        pytest.param(
            ADMINISTRATION, "required", "MedicationAdministration.effective", id="no-choice"
        ),
        pytest.param(
            {**OBSERVATION, "effectiveDateTime": "2020-02-30"},
            "date",
            "Observation.effectiveDateTime",
            id="30-february",
        ),
        pytest.param(
            {**OBSERVATION, "valueQuantity": {"value": "2.4"}},
            "kind",
            "Observation.valueQuantity.value",
            id="decimal-as-word",
        ),
        pytest.param(
            {**OBSERVATION, "id": "with blank"}, "form", "Observation.id", id="id-with-blank"
        ),
        pytest.param(
            {"resourceType": "Symptom"}, "unknown-type", "Symptom.resourceType", id="type"
        ),
        pytest.param(
            {"resourceType": "HumanName"}, "unknown-type", "HumanName.resourceType", id="datatype"
        ),
        pytest.param(
            {**OBSERVATION, "code": {"text": "\ud800"}},
            "json-surrogate",
            "Observation.code.text",
            id="half-a-surrogate-pair",
        ),
        pytest.param(
            {
                "resourceType": "Parameters",
                "parameter": [{"name": "x", "resource": {"resourceType": "Symptom"}}],
            },
            "unknown-type",
            "Parameters.parameter[0].resource.resourceType",
            id="unknown-type-inside",
        ),
    ],
)
def test_a_defect_is_one_issue_at_its_element(
    resource: dict[str, Any], key: str, expression: str
) -> None:
    """One defect, one issue, at the element a person would mend."""
    (issue,) = validate(resource)
    assert (issue.severity, issue.key, issue.expression) == (Severity.ERROR, key, expression)


@pytest.mark.parametrize(
    "resource",
    [
        pytest.param({**ADMINISTRATION, "_effectiveDateTime": UNKNOWN}, id="choice-as-extension"),
        pytest.param(
            {**ADMINISTRATION, "effectivePeriod": {"_start": UNKNOWN}}, id="period-as-extension"
        ),
        pytest.param(
            {"resourceType": "Observation", "_status": UNKNOWN, "code": {"text": "x"}},
            id="required-as-extension",
        ),
        pytest.param({"resourceType": "Patient", "_birthDate": UNKNOWN}, id="optional"),
        pytest.param(
            {
                "resourceType": "Patient",
                "name": [{"given": ["A", None], "_given": [None, UNKNOWN]}],
            },
            id="null-beside-extension",
        ),
        pytest.param({**OBSERVATION, "valueBoolean": False}, id="false-is-a-value"),
        pytest.param(
            {**OBSERVATION, "valueQuantity": {"value": 1e-30, "comparator": "<"}}, id="exponent"
        ),
    ],
)
def test_legal_resources_have_no_issue(resource: dict[str, Any]) -> None:
    """What FHIR allows and models often refuse is no finding."""
    assert validate(resource) == []


def test_a_choice_as_extension_hides_no_other_defect() -> None:
    """The value that stands in for the choice lets the rest be judged."""
    resource = {**ADMINISTRATION, "_effectiveDateTime": UNKNOWN}
    del resource["status"]
    assert [issue.expression for issue in validate(resource)] == ["MedicationAdministration.status"]


def test_the_issue_names_entry_and_resource(bundle: dict[str, Any]) -> None:
    """In a bundle of many the place is told as FHIRPath and by the resource's type and id."""
    resource = bundle["entry"][1]["resource"]
    resource["id"] = "hb"
    resource["valueQuantity"]["unit"] = 3
    (issue,) = validate(bundle)
    assert issue.expression == "Bundle.entry[1].resource.valueQuantity.unit"
    assert issue.where == "Observation hb, valueQuantity.unit"
    assert (issue.expected, issue.found) == ("a string", "a number")


def test_a_resource_without_id_is_named_by_its_place(bundle: dict[str, Any]) -> None:
    """An identifier may be a patient's number, so it is not used as a name."""
    resource = bundle["entry"][0]["resource"]
    resource["identifier"] = [{"value": "MRN-4711"}]
    resource["gender"] = 1
    (issue,) = validate(bundle)
    assert issue.where == "Patient (entry[0]), gender"


def test_contained_resources_are_judged_too() -> None:
    """A contained resource has its own findings at its own place."""
    contained = [{"resourceType": "Patient", "id": "p", "sex": "f"}, {"resourceType": "Symptom"}, 3]
    issues = validate({**OBSERVATION, "contained": contained, "subject": {"reference": "#p"}})
    assert [(issue.key, issue.expression) for issue in issues] == [
        ("unknown-element", "Observation.contained[0].sex"),
        ("unknown-type", "Observation.contained[1].resourceType"),
        ("kind", "Observation.contained[2]"),
    ]


@pytest.mark.parametrize("entry", [3, None, [], "x"], ids=repr)
def test_an_entry_that_is_no_object_is_told(bundle: dict[str, Any], entry: object) -> None:
    """Whatever stands in the place of an entry, it is an issue and no exception."""
    bundle["entry"][1] = entry
    issues = validate(bundle)
    assert issues
    assert all((issue.expression or "").startswith("Bundle.entry") for issue in issues)


def test_deep_nesting_ends_in_an_issue() -> None:
    """Nesting beyond what can be judged is told, whatever it is nested in."""
    resource: dict[str, Any] = {"resourceType": "Patient"}
    inner = resource
    for _ in range(3_000):
        inner["extension"] = [{"url": "http://example.org/x"}]
        inner = inner["extension"][0]
    assert [issue.key for issue in validate(resource)] == ["json-depth"]


def test_messages_hold_no_value_of_the_resource() -> None:
    """Neither words nor numbers of a patient are repeated, whatever is wrong with them."""
    private = "Anna Muster 1980"
    resource = {
        "resourceType": "Patient",
        "id": private,
        "gender": [private],
        "birthDate": private,
        "name": private,
        "photo": [{"size": private, "creation": private}],
        "contact": [{"period": {"start": private}}],
    }
    issues = validate(resource)
    assert len(issues) >= 6
    for issue in issues:
        said = " ".join(filter(None, (issue.message, issue.found, issue.expected)))
        assert "Anna" not in said
        assert "1980" not in said


def test_the_input_stays_as_it_was(bundle: dict[str, Any]) -> None:
    """Checking changes nothing of what is checked."""
    before = copy.deepcopy(bundle)
    validate(bundle)
    assert bundle == before


def test_no_word_in_the_place_of_a_name_is_repeated() -> None:
    """Where a url, a reference or a code should stand, somebody may have typed a name."""
    private = "Anna Muster, 1980"
    resource = {
        "resourceType": "Patient",
        "extension": [{"url": private, "valueString": private}],
        "meta": {"profile": [private], "tag": [{"system": private, "code": private}]},
        "gender": private,
        "managingOrganization": {"reference": private, "type": private},
        "identifier": [{"system": private, "value": private}],
        "photo": [{"contentType": private, "language": private, "title": "x"}],
        "multipleBirthQuantity": {"value": 1, "code": private},
        "contact": [
            {
                "relationship": [
                    {"coding": [{"system": "http://unitsofmeasure.org", "code": private}]}
                ],
                "name": {"text": "x"},
            }
        ],
    }
    bundle = {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {
                "fullUrl": private,
                "resource": resource,
                "request": {"method": "POST", "url": private, "ifNoneExist": private},
            }
        ],
    }
    issues = validate(bundle)
    assert len(issues) >= 8
    assert "Anna" not in str([issue.to_dict() for issue in issues])
