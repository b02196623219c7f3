"""Tests of fhirkit.push.least."""

from __future__ import annotations

import json

import pytest

from fhirkit.push.capabilities import TYPES
from fhirkit.push.least import criteria, is_labelled, labelled, least
from fhirkit.push.search import has_key
from fhirkit.validate import validate

KEY = "fhirkit-probe-1-Patient"


@pytest.mark.parametrize("kind", TYPES)
def test_the_least_of_each_type_is_valid_and_found_by_its_key(kind: str) -> None:
    """R4 has nothing against it, and it says that it is test data."""
    made = least(kind, KEY, patient="Patient/1", device="Device/1")
    assert made is not None
    assert made["resourceType"] == kind
    assert [issue for issue in validate(json.dumps(made)) if issue.is_error] == []
    assert made["meta"]["security"][0]["code"] == "HTEST"
    assert has_key(made, criteria(kind, KEY))
    assert is_labelled(made, "fhirkit-probe-1")


def test_what_points_at_others_waits_for_them() -> None:
    """A type that must be about somebody is not made without."""
    alone = {kind for kind in TYPES if least(kind, KEY, patient=None, device=None) is not None}
    assert alone == {
        *("Device", "Patient", "Encounter", "Observation", "Specimen"),
        *("DiagnosticReport", "DocumentReference"),
    }


@pytest.mark.parametrize(
    "resource",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"meta": 1, "identifier": "x"}, id="no FHIR"),
        pytest.param({"meta": {"tag": [{"code": "other"}, 1]}}, id="tag"),
        pytest.param({"identifier": [{"value": 7}, {"value": "x-fhirkit-probe-1"}]}, id="value"),
        pytest.param(labelled("Patient", "fhirkit-probe-2-Patient"), id="another probe"),
    ],
)
def test_what_is_not_ours_is_not_taken_for_it(resource: dict[str, object]) -> None:
    """Only what is ours may be deleted."""
    assert not is_labelled(resource, "fhirkit-probe-1")
