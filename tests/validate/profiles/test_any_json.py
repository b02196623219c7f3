"""Whatever the JSON, profiles and extensions raise nothing."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from fhirkit._definitions import lines
from fhirkit.validate.extensions import check_extension
from fhirkit.validate.findings import Findings
from fhirkit.validate.profiles.check import check_profiles
from fhirkit.validate.profiles.run import Run
from fhirkit.validate.scope import Scope
from json_tree import walk
from profile_builder import CORE

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
PRESSURE: dict[str, Any] = {
    "resourceType": "Observation",
    "meta": {"profile": [f"{CORE}bp", f"{CORE}vitalsigns"]},
    "contained": [{"resourceType": "Patient", "id": "p"}],
    "status": "final",
    "category": [{"coding": [{"system": "http://a.org", "code": "vital-signs"}]}],
    "code": {"coding": [{"system": "http://loinc.org", "code": "85354-9"}]},
    "subject": {"reference": "#p"},
    "effectiveDateTime": "2020-01-01",
    "component": [
        {
            "code": {"coding": [{"system": "http://loinc.org", "code": "8480-6"}]},
            "valueQuantity": {"value": 120, "unit": "mmHg", "code": "mm[Hg]"},
        }
    ],
}


@settings(max_examples=300)
@given(st.data())
def test_an_element_replaced_by_anything(data: st.DataObject) -> None:
    """One value anywhere in a vital sign is replaced; findings have a place, nothing is raised."""
    resource = copy.deepcopy(PRESSURE)
    steps = data.draw(st.sampled_from([steps for steps, _ in walk(resource) if steps]))
    node: Any = resource
    for step in steps[:-1]:
        node = node[step]
    node[steps[-1]] = data.draw(VALUES)
    findings = Findings()
    check_profiles(resource, Scope(resource, resource, resource), findings, Run())
    places = {id(one) for _, one in walk(resource)}
    assert all(id(finding.owner) in places for finding in findings.made)


@settings(max_examples=300)
@given(
    st.sampled_from(sorted(lines("extensions"))),
    st.dictionaries(
        st.sampled_from(
            ["extension", "valueString", "valueCode", "_valueCode", "valueAddress", "id"]
        ),
        VALUES,
        max_size=3,
    ),
)
def test_an_extension_with_anything_in_it(url: str, content: dict[str, Any]) -> None:
    """Any extension of R4 with any content raises nothing."""
    extension = {"url": url, **content}
    patient = {"resourceType": "Patient", "extension": [extension]}
    findings = Findings()
    scope = Scope(patient, patient, patient)
    check_extension(extension, scope, findings, Run(), path="Patient", types=("Patient",))
    places = {id(one) for _, one in walk(patient)}
    assert all(id(finding.owner) in places for finding in findings.made)
