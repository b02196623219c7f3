from __future__ import annotations

import json
from typing import Any

import pytest

from fhirkit.bundle import to_bundle, to_json, to_models
from fhirkit.errors import ValidationFailed
from fhirkit.settings import Settings
from r4_rules import BINDINGS, INVARIANTS, broken_bindings, broken_invariants
from rich_case import CASE
from small_mappings import MAPPINGS

KINDS = ["transaction", "batch", "collection"]


@pytest.fixture(params=KINDS)
def bundle(request: pytest.FixtureRequest) -> dict[str, Any]:
    """The Bundle of the rich case, of each type."""
    return to_bundle(CASE, Settings(bundle_type=request.param), mappings=MAPPINGS)


def test_models_take_the_bundle(bundle: dict[str, Any]) -> None:
    """fhir.resources R4B, which knows the structure of R4."""
    assert to_models(bundle).get_resource_type() == "Bundle"


def test_round_trip_through_the_models_loses_nothing(bundle: dict[str, Any]) -> None:
    """But the formatting of numbers: 7.00 comes back as 7.0, which is the same number."""
    assert json.loads(to_models(bundle).model_dump_json()) == json.loads(to_json(bundle))


def test_required_bindings(bundle: dict[str, Any]) -> None:
    """Codes that R4 binds as required; fhir.resources does not look at them."""
    for entry in bundle["entry"]:
        assert broken_bindings(entry["resource"]) == []


def test_invariants(bundle: dict[str, Any]) -> None:
    """The rules of the specification that structure alone does not show."""
    fhirpath = pytest.importorskip("fhirpathpy", reason="evaluates the invariants of R4")
    model = pytest.importorskip("fhirpathpy.models").models["r4"]
    resources = [entry["resource"] for entry in bundle["entry"]]
    for resource in [bundle, *resources]:
        assert broken_invariants(resource, fhirpath.evaluate, model) == []


BROKEN = [
    ("mad-1", {"resourceType": "MedicationAdministration", "dosage": {"text": "daily"}}),
    ("con-2", {"resourceType": "Condition", "evidence": [{}]}),
    (
        "con-3",
        {
            "resourceType": "Condition",
            "category": [{"coding": [{"code": "problem-list-item"}]}],
        },
    ),
    ("con-4", {"resourceType": "Condition", "abatementString": "soon"}),
    (
        "con-5",
        {
            "resourceType": "Condition",
            "clinicalStatus": {"coding": [{"code": "active"}]},
            "verificationStatus": {"coding": [{"code": "entered-in-error"}]},
        },
    ),
    (
        "obs-6",
        {"resourceType": "Observation", "valueString": "x", "dataAbsentReason": {"text": "y"}},
    ),
    (
        "obs-7",
        {
            "resourceType": "Observation",
            "code": {"coding": [{"code": "a"}]},
            "valueString": "x",
            "component": [{"code": {"coding": [{"code": "a"}]}}],
        },
    ),
    ("obs-3", {"resourceType": "Observation", "referenceRange": [{"appliesTo": []}]}),
    ("bdl-1", {"resourceType": "Bundle", "type": "transaction", "total": 1}),
    ("bdl-3", {"resourceType": "Bundle", "type": "transaction", "entry": [{"resource": {}}]}),
    ("bdl-5", {"resourceType": "Bundle", "type": "batch", "entry": [{"fullUrl": "x"}]}),
    (
        "bdl-7",
        {
            "resourceType": "Bundle",
            "type": "collection",
            "entry": [{"fullUrl": "x", "resource": {}}, {"fullUrl": "x", "resource": {}}],
        },
    ),
]


@pytest.mark.parametrize(("name", "resource"), BROKEN, ids=[name for name, _ in BROKEN])
def test_rules_catch_what_they_are_for(name: str, resource: dict[str, Any]) -> None:
    """A rule that nothing can break proves nothing."""
    fhirpath = pytest.importorskip("fhirpathpy", reason="evaluates the invariants of R4")
    model = pytest.importorskip("fhirpathpy.models").models["r4"]
    assert name in broken_invariants(resource, fhirpath.evaluate, model)


def test_each_rule_has_its_counterexample() -> None:
    """Or it could be spelt wrong; bdl-8 and dom-2 need entries the mappers cannot make."""
    assert {name for _, name, _ in INVARIANTS} - {name for name, _ in BROKEN} == {"bdl-8", "dom-2"}


@pytest.mark.parametrize("path", BINDINGS)
def test_bindings_catch_a_wrong_code(path: str) -> None:
    """The same for the code lists."""
    resource_type, *names = path.split(".")
    system, _ = BINDINGS[path]
    value: Any = {"coding": [{"system": system, "code": "wrong"}]} if system else "wrong"
    for name in reversed(names):
        value = {name: value}
    assert broken_bindings({"resourceType": resource_type, **value}) == [path]


def test_models_refuse_without_repeating_the_text() -> None:
    """Place and kind are in the message, the rest in the detail."""
    broken = {"resourceType": "Bundle", "type": "collection", "secret": "Ms Doe"}
    with pytest.raises(ValidationFailed, match="refuses the bundle in 1 places") as caught:
        to_models(broken)
    assert "Ms Doe" not in str(caught.value)
    assert "Ms Doe" in caught.value.detail
