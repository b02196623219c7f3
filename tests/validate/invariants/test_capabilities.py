"""Invariants of what describes a system: capabilities, operations and search parameters."""

from __future__ import annotations

import pytest

from invariant_builder import Cases, Node, faults, rows

SOFTWARE: Node = {"name": "EHR"}
IMPLEMENTATION: Node = {"description": "main EHR at ACME"}


def of_kind(instance: str, capability: str, requirements: str) -> Cases:
    """What software and implementation each kind of statement has, under the keys given."""
    both: Node = {"software": SOFTWARE, "implementation": IMPLEMENTATION}
    return {
        instance: (
            [{"kind": "instance"}, {"kind": "instance", "software": SOFTWARE}],
            [{"kind": "instance", "implementation": IMPLEMENTATION}, {"kind": "capability"}, {}],
        ),
        capability: (
            [{"kind": "capability"}, {"kind": "capability"} | both],
            [{"kind": "capability", "software": SOFTWARE}, {"kind": "instance"} | both, {}],
        ),
        requirements: (
            [
                {"kind": "requirements", "software": SOFTWARE},
                {"kind": "requirements", "implementation": IMPLEMENTATION},
            ],
            [{"kind": "requirements", "description": "x"}, {"kind": "instance"} | both, both],
        ),
    }


DESCRIBED: tuple[list[Node], list[Node]] = (
    [{}, {"kind": "instance", "name": "Base"}],
    [{"description": "x"}, {"software": SOFTWARE}, {"implementation": IMPLEMENTATION}],
)

CASES: Cases = {
    "cpb-1": (
        [{}, {"instantiates": ["http://e.org/c"]}],
        [{"rest": [{}]}, {"messaging": [{}]}, {"document": [{}]}],
    ),
    "cpb-2": DESCRIBED,
    "tcp-2": DESCRIBED,
    **of_kind("cpb-14", "cpb-15", "cpb-16"),
    **of_kind("tcp-3", "tcp-4", "tcp-5"),
    "tcp-1": (
        [{"version": [{"code": "1"}, {}]}, {"version": [{}, {"isDefault": True}]}],
        [{"version": [{}]}, {"version": [{"code": "1"}, {"code": "2"}]}, {"version": ["1", "2"]}],
    ),
    "opd-1": (
        [{"name": "code", "use": "in"}],
        [{"name": "code", "type": "code"}, {"name": "property", "part": [{"name": "code"}]}],
    ),
    "opd-2": (
        [
            {"searchType": "token", "type": "code"},
            {"searchType": "token"},
            {"searchType": "token", "type": ["string"]},
        ],
        [{"searchType": "token", "type": "string"}, {"type": "code"}],
    ),
    "opd-3": (
        [
            {"targetProfile": ["http://e.org/p"], "type": "Quantity"},
            {"targetProfile": ["http://e.org/p"], "type": ["Reference"]},
            {"targetProfile": ["http://e.org/p"]},
        ],
        [
            {"targetProfile": ["http://e.org/p"], "type": "Reference"},
            {"targetProfile": ["http://e.org/p"], "type": "canonical"},
            {"targetProfile": ["http://e.org/p"], "type": "Patient"},
            {"targetProfile": ["http://e.org/p"], "type": "Any"},
            {"targetProfile": ["http://e.org/p"], "type": "Resource"},
            {"targetProfile": ["http://e.org/p"], "type": "DomainResource"},
            {"type": "Quantity"},
        ],
    ),
    "spd-1": (
        [{"xpath": "f:Patient/f:name"}],
        [{"xpath": "f:Patient/f:name", "xpathUsage": "normal"}, {"xpathUsage": "normal"}, {}],
    ),
    "spd-2": (
        [{"chain": ["name"], "type": "token"}],
        [{"chain": ["name"], "type": "reference"}, {"type": "token"}, {"chain": ["name"]}],
    ),
}


@pytest.mark.parametrize(("key", "node", "holds"), rows(CASES))
def test_element(key: str, node: Node, holds: bool) -> None:
    """An element that breaks a rule is at fault itself; a near miss is not."""
    assert faults(key, node) == ([] if holds else [(node, None)])


def test_only_an_instance_has_an_endpoint() -> None:
    """A messaging end-point of any other kind of statement is at fault (cpb-3)."""
    messaging: list[Node] = [{"documentation": "x"}, {"endpoint": [{"address": "mllp:e.org"}]}]
    assert faults("cpb-3", {"kind": "capability", "messaging": messaging}) == [
        (messaging[1], "endpoint")
    ]
    assert faults("cpb-3", {"kind": "instance", "messaging": messaging}) == []
    assert faults("cpb-3", {"messaging": messaging}) == []
    assert faults("cpb-3", {"kind": "capability", "messaging": messaging[:1]}) == []
    assert faults("cpb-3", {"kind": "capability", "messaging": messaging[1]}) == []


def test_documents_differ_in_profile_or_mode() -> None:
    """A document with profile and mode of an earlier one is at fault (cpb-7)."""
    first: Node = {"mode": "producer", "profile": "http://e.org/d"}
    other: Node = {"mode": "consumer", "profile": "http://e.org/d"}
    again: Node = {"mode": "producer", "profile": "http://e.org/d", "documentation": "again"}
    assert faults("cpb-7", {"document": [first, other, again]}) == [(again, None)]
    assert faults("cpb-7", {"document": [first, other]}) == []
    assert faults("cpb-7", {"document": [{"mode": "producer"}, {"mode": "producer"}]}) == []


@pytest.mark.parametrize(
    ("key", "part", "name"),
    [
        pytest.param("cpb-9", "resource", "type", id="cpb-9"),
        pytest.param("cpb-12", "searchParam", "name", id="cpb-12"),
    ],
)
def test_told_once(key: str, part: str, name: str) -> None:
    """A resource, and a search parameter of it, is told of once; the second time is at fault."""
    first, other, again = {name: "a"}, {name: "b"}, {name: "a", "documentation": "again"}
    assert faults(key, {part: [first, other, again]}) == [(again, name)]
    for sound in ([first, other], [{}, {}], [{name: 1}, {name: 1}], first):
        assert faults(key, {part: sound}) == []
