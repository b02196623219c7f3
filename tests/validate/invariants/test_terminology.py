"""Invariants of ValueSet, CodeSystem, ConceptMap and NamingSystem."""

from __future__ import annotations

import pytest

from invariant_builder import Cases, Node, faults, rows

LOINC = "http://loinc.org"
CONCEPT: Node = {"code": "8310-5"}
FILTER: Node = {"property": "STATUS", "op": "=", "value": "ACTIVE"}

CASES: Cases = {
    "vsd-1": (
        [{}, {"version": "2.73"}],
        [{"system": LOINC}, {"valueSet": ["http://e.org/vs"]}],
    ),
    "vsd-2": (
        [
            {"valueSet": ["http://e.org/vs"], "concept": [CONCEPT]},
            {"valueSet": ["http://e.org/vs"], "filter": [FILTER]},
        ],
        [{"system": LOINC, "concept": [CONCEPT]}, {"valueSet": ["http://e.org/vs"]}],
    ),
    "vsd-3": (
        [{"system": LOINC, "concept": [CONCEPT], "filter": [FILTER]}],
        [{"system": LOINC, "concept": [CONCEPT]}, {"system": LOINC, "filter": [FILTER]}],
    ),
    "vsd-6": (
        [{"abstract": True}, {"system": LOINC}],
        [{"code": "8310-5"}, {"display": "Vital signs", "abstract": True}],
    ),
    "vsd-9": (
        [{"display": "Vital signs"}, {"display": "Vital signs", "abstract": False}],
        [{"display": "Vital signs", "abstract": True}, {"code": "8310-5"}],
    ),
    "vsd-10": (
        [{"code": "8310-5"}],
        [{"code": "8310-5", "system": LOINC}, {"display": "Vital signs", "abstract": True}],
    ),
    "cmd-1": (
        [{"equivalence": "narrower"}, {"equivalence": "inexact"}],
        [
            {"equivalence": "inexact", "comment": "the target is without a method"},
            {"equivalence": "wider"},
            {"equivalence": ["inexact"]},
            {},
        ],
    ),
    "cmd-2": (
        [{"mode": "fixed"}, {"mode": "fixed", "display": "other"}],
        [{"mode": "fixed", "code": "other"}, {"mode": "provided"}, {}],
    ),
    "cmd-3": (
        [{"mode": "other-map"}],
        [{"mode": "other-map", "url": "http://e.org/map"}, {"mode": "fixed"}, {}],
    ),
}


@pytest.mark.parametrize(("key", "node", "holds"), rows(CASES))
def test_element(key: str, node: Node, holds: bool) -> None:
    """An element that breaks a rule is at fault itself; a near miss is not."""
    assert faults(key, node) == ([] if holds else [(node, None)])


def test_codes_of_a_code_system_are_unique_at_all_levels() -> None:
    """Each repeated code is at fault (csd-1)."""
    inner: Node = {"code": "a"}
    last: Node = {"code": "b"}
    concepts = [{"code": "a", "concept": [{"code": "b", "concept": [inner]}]}, last]
    found = faults("csd-1", {"resourceType": "CodeSystem", "concept": concepts})
    assert [(id(owner), name) for owner, name in found] == [(id(inner), "code"), (id(last), "code")]


@pytest.mark.parametrize(
    "concepts",
    [
        pytest.param([{"code": "a", "concept": [{"code": "A"}]}, {"code": "b"}], id="unique"),
        pytest.param([{"display": "a"}, {"display": "a"}], id="without"),
        pytest.param([{"code": 1}, {"code": 1}], id="wrong-type"),
        pytest.param([{"code": "a", "property": [{"code": "a"}]}], id="property"),
        pytest.param({"code": "a"}, id="no-array"),
    ],
)
def test_codes_without_fault(concepts: object) -> None:
    """Codes that differ, and codes of other elements, break no rule (csd-1)."""
    assert faults("csd-1", {"concept": concepts}) == []


def test_a_root_has_no_uuid() -> None:
    """Of a naming system for roots, each identifier that is a uuid is at fault (nsd-1)."""
    identifiers: list[Node] = [{"type": "oid", "value": "2.16"}, {"type": "uuid", "value": "5b7e"}]
    root = {"kind": "root", "uniqueId": identifiers}
    assert faults("nsd-1", root) == [(identifiers[1], "type")]
    assert faults("nsd-1", {"kind": "codesystem", "uniqueId": identifiers}) == []
    assert faults("nsd-1", {"kind": "root", "uniqueId": identifiers[:1]}) == []
    assert faults("nsd-1", {"kind": "root", "uniqueId": identifiers[1]}) == []


def test_one_identifier_of_a_type_is_preferred() -> None:
    """The second preferred identifier of a type is at fault (nsd-2)."""
    first: Node = {"type": "uri", "value": "http://e.org/a", "preferred": True}
    other: Node = {"type": "oid", "value": "2.16", "preferred": True}
    plain: Node = {"type": "uri", "value": "http://e.org/b", "preferred": False}
    second: Node = {"type": "uri", "value": "http://e.org/c", "preferred": True}
    assert faults("nsd-2", {"uniqueId": [first, other, plain, second]}) == [(second, "preferred")]
    assert faults("nsd-2", {"uniqueId": [first, other, plain]}) == []
    assert faults("nsd-2", {"uniqueId": [plain, plain]}) == []
