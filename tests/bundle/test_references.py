from __future__ import annotations

from typing import Any

import pytest

from fhirkit.bundle import check_references, to_bundle, unresolved_references
from fhirkit.errors import ValidationFailed
from fhirkit.settings import Settings
from rich_case import CASE
from small_mappings import MAPPINGS


def literal_references(node: Any) -> list[str]:
    """All of them, found the slow way."""
    found = []
    if isinstance(node, dict):
        if isinstance(node.get("reference"), str):
            found.append(node["reference"])
        for value in node.values():
            found += literal_references(value)
    elif isinstance(node, list):
        for value in node:
            found += literal_references(value)
    return found


@pytest.mark.parametrize("kind", ["transaction", "batch", "collection"])
def test_every_reference_leads_somewhere(kind: str) -> None:
    """By fullUrl or, for relative times and in a batch, by identifier."""
    bundle = to_bundle(CASE, Settings(bundle_type=kind), mappings=MAPPINGS)  # type: ignore[arg-type]
    assert unresolved_references(bundle) == []
    urls = {entry["fullUrl"] for entry in bundle["entry"]}
    assert set(literal_references(bundle)) <= urls
    assert bool(literal_references(bundle)) is (kind != "batch")


def bundle_with(**fields: Any) -> dict[str, Any]:
    """A Patient and an Observation with ``fields``."""
    patient = {"resourceType": "Patient", "identifier": [{"system": "s", "value": "1"}]}
    observation = {"resourceType": "Observation", **fields}
    return {
        "resourceType": "Bundle",
        "entry": [
            {"fullUrl": "urn:uuid:a", "resource": patient},
            {"fullUrl": "urn:uuid:b", "resource": observation},
        ],
    }


def nested(reference: dict[str, Any]) -> dict[str, Any]:
    """Where servers find references last: in an extension of an extension of a primitive."""
    inner = [{"url": "target", "valueReference": reference}]
    return {"_effectiveDateTime": {"extension": [{"url": "x", "extension": inner}]}}


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"subject": {"reference": "urn:uuid:c"}}, id="literal"),
        pytest.param({"hasMember": [{"reference": "Observation/1"}]}, id="in a list"),
        pytest.param(nested({"reference": "urn:uuid:c"}), id="nested"),
        pytest.param(
            nested({"type": "Patient", "identifier": {"system": "s", "value": "2"}}), id="logical"
        ),
        pytest.param(
            {"subject": {"type": "Group", "identifier": {"system": "s", "value": "1"}}}, id="type"
        ),
    ],
)
def test_lost_reference_is_found(fields: dict[str, Any]) -> None:
    """The place is the entry and its type, without what stands in it."""
    bundle = bundle_with(**fields)
    assert unresolved_references(bundle) == ["entry[1].resource (Observation)"]
    with pytest.raises(ValidationFailed, match=r"the first in entry\[1\]"):
        check_references(bundle)


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"subject": {"reference": "urn:uuid:a"}}, id="literal"),
        pytest.param(
            nested({"type": "Patient", "identifier": {"system": "s", "value": "1"}}), id="logical"
        ),
        pytest.param({"subject": {"display": "someone"}}, id="display only"),
        pytest.param({}, id="none"),
    ],
)
def test_good_reference_is_quiet(fields: dict[str, Any]) -> None:
    """Nothing to say."""
    check_references(bundle_with(**fields))


def test_same_full_url_twice_is_found() -> None:
    """A reference to it would lead to two resources (bdl-7)."""
    bundle = bundle_with()
    bundle["entry"][1]["fullUrl"] = "urn:uuid:a"
    with pytest.raises(ValidationFailed, match="same fullUrl"):
        check_references(bundle)
