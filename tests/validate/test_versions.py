from __future__ import annotations

from typing import Any

import pytest

from fhirkit.validate import validate
from fhirkit.validate.versions import other_version

REACTION = {"coding": [{"code": "x"}]}


@pytest.mark.parametrize(
    ("resource", "version", "sign"),
    [
        pytest.param({"resourceType": "RequestOrchestration"}, "R5", "resourceType", id="r5-type"),
        pytest.param({"resourceType": "Citation"}, "R4B", "resourceType", id="r4b-type"),
        pytest.param({"resourceType": "ProcedureRequest"}, "STU3", "resourceType", id="stu3-type"),
        pytest.param(
            {"resourceType": "AdverseEvent", "actuality": "actual", "code": REACTION},
            "R5",
            "code",
            id="r5-adverse-event",
        ),
        pytest.param(
            {"resourceType": "MedicationAdministration", "medication": {"concept": {}}},
            "R5",
            "medication",
            id="r5-medication",
        ),
        pytest.param(
            {"resourceType": "MedicationStatement", "taken": "n"}, "STU3", "taken", id="stu3-taken"
        ),
        pytest.param(
            {"resourceType": "CapabilityStatement", "fhirVersion": "5.0.0"},
            "R5",
            "fhirVersion",
            id="r5-stated",
        ),
    ],
)
def test_other_versions_are_told_apart(resource: dict[str, Any], version: str, sign: str) -> None:
    """One issue names the version and the element that gives it away; nothing else is said."""
    (issue,) = validate(resource)
    assert (issue.key, issue.found) == ("fhir-version", version)
    assert issue.expression == f"{resource['resourceType']}.{sign}"


@pytest.mark.parametrize(
    "resource",
    [
        pytest.param({"resourceType": "AdverseEvent", "event": REACTION}, id="adverse-event"),
        pytest.param({"resourceType": "Condition", "code": REACTION}, id="condition"),
        pytest.param({"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1"}, id="stated"),
        pytest.param({"resourceType": 3}, id="no-type"),
    ],
)
def test_r4_is_taken_for_r4(resource: dict[str, Any]) -> None:
    """No element that R4 has is a sign of another version."""
    assert other_version(resource) is None


def test_only_the_foreign_resource_is_refused(bundle: dict[str, Any]) -> None:
    """One R5 resource in a bundle leaves the others judged."""
    bundle["entry"][0]["resource"]["gender"] = 3
    bundle["entry"][1]["resource"]["triggeredBy"] = []
    assert [issue.key for issue in validate(bundle)] == ["kind", "fhir-version"]
