"""Invariants of elements, extensions and resources with narrative."""

from __future__ import annotations

from typing import Any

import pytest

from fhirkit.validate.invariants.registry import INVARIANTS
from fhirkit.validate.scope import Scope
from invariant_builder import Cases, Node, faults, rows

NOTE: Node = {"extension": [{"url": "http://e.org/x", "valueString": "y"}]}
URL = "http://e.org/x"

CASES: Cases = {
    "ele-1": (
        [{}, {"id": "a"}, {"resourceType": "Patient", "id": "a"}],
        [{"text": "x"}, {"id": "a", "_text": NOTE}, NOTE],
    ),
    "ext-1": (
        [{"url": URL}, {"url": URL, "valueString": "x", **NOTE}, {"url": URL, "value": "x"}],
        [{"url": URL, "valueString": "x"}, {"url": URL, "_valueCode": NOTE}, {"url": URL, **NOTE}],
    ),
    "dom-6": (
        [{"resourceType": "Patient"}, {"text": {"status": "generated"}}],
        [{"text": {"status": "generated", "div": "<div/>"}}, {"text": "generated"}],
    ),
}


@pytest.mark.parametrize(("key", "node", "holds"), rows(CASES))
def test_invariant(key: str, node: Node, holds: bool) -> None:
    """What breaks an invariant is at fault itself; a near miss is not."""
    assert faults(key, node) == ([] if holds else [(node, None)])


PARTS: dict[str, tuple[str, list[Node], list[Node]]] = {
    "dom-2": (
        "contained",
        [{"contained": []}, {"contained": [{"id": "b"}]}],
        [{"id": "a"}, {"note": [{"contained": []}]}],
    ),
    "dom-4": (
        "meta",
        [{"meta": {"versionId": "1"}}, {"meta": {"_lastUpdated": NOTE}}],
        [{"meta": {"source": "http://e.org"}}, {"meta": ["versionId"]}, {"versionId": "1"}],
    ),
    "dom-5": (
        "meta",
        [{"meta": {"security": [{"code": "R"}]}}],
        [{"meta": {"tag": [{"code": "R"}]}}, {"meta": "security"}, {"security": []}],
    ),
}


@pytest.mark.parametrize("key", PARTS)
def test_contained_resources_have_less(key: str) -> None:
    """What a contained resource must not have is at fault in it, and only there."""
    name, broken, sound = PARTS[key]
    resource: Node = {"contained": [*sound, *broken, None, "x"]}
    assert faults(key, resource) == [(inner, name) for inner in broken]
    assert faults(key, broken[0] | {"resourceType": "Patient"}) == []
    assert faults(key, {"contained": {"meta": {}}}) == []


def contained(*inner: Any, **outer: Any) -> Node:
    """A resource that contains others."""
    return {"resourceType": "Observation", "contained": list(inner), **outer}


PATIENT: Node = {"resourceType": "Patient", "id": "p"}
DEVICE: Node = {"resourceType": "Device", "id": "d", "patient": {"reference": "#p"}}
PROVENANCE: Node = {"resourceType": "Provenance", "id": "v", "target": [{"reference": "#"}]}


@pytest.mark.parametrize(
    "resource",
    [
        pytest.param(contained(PATIENT, subject={"reference": "#p"}), id="referenced"),
        pytest.param(contained(PATIENT, DEVICE, device={"reference": "#d"}), id="in-a-row"),
        pytest.param(contained(PROVENANCE), id="refers-to-the-container"),
        pytest.param(contained(PROVENANCE | {"id": None}), id="refers-without-id"),
        pytest.param(
            contained(PATIENT, extension=[{"url": URL, "valueReference": {"reference": "#p"}}]),
            id="from-an-extension",
        ),
        pytest.param(contained(PATIENT, instantiatesCanonical=["#p"]), id="canonical-in-an-array"),
        pytest.param(contained(PATIENT, extension=[{"valueUri": "#p"}]), id="uri"),
        pytest.param(contained(PATIENT, subject={"reference": "#q"}), id="misspelt-is-ref-1s"),
        pytest.param(contained("p", None, [PATIENT]), id="no-resources"),
        pytest.param({"contained": PATIENT}, id="no-array"),
        pytest.param({"resourceType": "Observation"}, id="nothing"),
    ],
)
def test_what_is_contained_is_referred_to(resource: Node) -> None:
    """dom-3 holds for a reference, canonical or uri to it, or from it to the container."""
    assert faults("dom-3", resource) == []


@pytest.mark.parametrize(
    "resource",
    [
        pytest.param(contained(PATIENT), id="alone"),
        pytest.param(contained(PATIENT, subject={"reference": "Patient/p"}), id="not-local"),
        pytest.param(contained(PATIENT, subject={"display": "p"}), id="only-named"),
        pytest.param(contained(PATIENT, subject={"reference": "#"}), id="only-the-container"),
        pytest.param(contained({"resourceType": "Patient"}), id="without-id"),
        pytest.param(
            contained(PATIENT | {"link": [{"other": {"reference": "#p"}}]}), id="only-by-itself"
        ),
        pytest.param(contained(PATIENT | {"id": 7}), id="id-of-wrong-type"),
    ],
)
def test_what_is_contained_for_nothing(resource: Node) -> None:
    """dom-3 is broken by the contained resource that nothing refers to."""
    assert faults("dom-3", resource) == [(resource["contained"][0], None)]


def test_only_the_container_is_searched() -> None:
    """What a contained resource contains is dom-2's: dom-3 does not search each level again."""
    inner = contained(PATIENT)
    outer = contained(inner)
    scope = Scope(root=outer, container=outer, resource=inner)
    assert list(INVARIANTS["dom-3"](inner, scope)) == []
