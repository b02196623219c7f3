"""Invariants of StructureDefinition."""

from __future__ import annotations

from typing import Any

import pytest

from invariant_builder import Cases, Node, faults, rows

OURS = "http://hl7.org/fhir/StructureDefinition/x"
ROOT: Node = {"id": "Patient", "path": "Patient"}
NAME: Node = {"id": "Patient.name", "path": "Patient.name"}
OTHER: Node = {"id": "Group.name", "path": "Group.name"}
TYPED: Node = {"path": "Patient", "type": [{"code": "Patient"}]}


def snapshot(*elements: Any, **others: Any) -> Node:
    """A resource's definition with a snapshot of these elements."""
    return {"kind": "resource", "type": "Patient", "snapshot": {"element": [*elements]}} | others


def differential(*elements: Any, **others: Any) -> Node:
    """A profile with a differential of these elements."""
    changed = {"element": [*elements]}
    return {"kind": "resource", "type": "Patient", "differential": changed} | others


ITSELF: Cases = {
    "sdf-2": ([{"identity": "rim"}], [{"name": "RIM"}, {"uri": "http://hl7.org/v3"}]),
    "sdf-4": (
        [{"abstract": False}],
        [{"abstract": True}, {"abstract": False, "baseDefinition": "http://e.org/b"}, {}],
    ),
    "sdf-5": (
        [{"type": "Extension", "derivation": "constraint"}, {"type": "Extension"}],
        [
            {"type": "Extension", "derivation": "specialization"},
            {"type": "Extension", "context": [{"type": "element", "expression": "Patient"}]},
            {"type": "Patient", "derivation": "constraint"},
        ],
    ),
    "sdf-6": ([{"kind": "resource"}], [snapshot(ROOT), differential(ROOT)]),
    "sdf-10": (
        [{"binding": {"strength": "required"}}],
        [
            {"binding": {"strength": "required", "valueSet": "http://e.org/vs"}},
            {"binding": {"strength": "example", "description": "any"}},
            {"binding": "http://e.org/vs"},
            {},
        ],
    ),
    "sdf-15": (
        [snapshot(TYPED)],
        [
            snapshot(ROOT, {"path": "Patient.name", "type": [{"code": "HumanName"}]}),
            snapshot(TYPED, kind="logical"),
            {"snapshot": {"element": [TYPED]}},
            {"kind": "resource", "snapshot": "none"},
        ],
    ),
    "sdf-15a": (
        [differential(TYPED)],
        [
            differential(ROOT),
            differential({"path": "Patient.name", "type": [{"code": "HumanName"}]}),
            differential(TYPED, kind="logical"),
        ],
    ),
    "sdf-18": (
        [{"type": "Patient", "contextInvariant": ["true"]}],
        [
            {"type": "Extension", "contextInvariant": ["true"]},
            {"type": "Patient"},
            {"contextInvariant": ["true"]},
        ],
    ),
}


@pytest.mark.parametrize(("key", "node", "holds"), rows(ITSELF))
def test_element(key: str, node: Node, holds: bool) -> None:
    """An element that breaks a rule is at fault itself; a near miss is not."""
    assert faults(key, node) == ([] if holds else [(node, None)])


PARTS = [
    pytest.param("sdf-1", snapshot(ROOT, NAME, ROOT | {}), 2, "path", id="sdf-1"),
    pytest.param("sdf-9", snapshot(ROOT | {"label": "x"}), 0, "label", id="sdf-9-label"),
    pytest.param("sdf-9", snapshot(ROOT | {"code": [{}]}), 0, "code", id="sdf-9-code"),
    pytest.param(
        "sdf-9", differential(ROOT | {"requirements": "x"}), 0, "requirements", id="sdf-9-diff"
    ),
    pytest.param("sdf-14", snapshot(ROOT, {"path": "Patient.name"}), 1, "id", id="sdf-14"),
    pytest.param("sdf-14", differential({"path": "Patient"}, NAME), 0, "id", id="sdf-14-diff"),
    pytest.param("sdf-16", snapshot(ROOT, NAME, NAME | {}), 2, "id", id="sdf-16"),
    pytest.param("sdf-17", differential(ROOT, NAME, NAME | {}), 2, "id", id="sdf-17"),
    pytest.param(
        "sdf-21",
        differential(ROOT, NAME | {"defaultValueString": "x"}, derivation="constraint"),
        1,
        "defaultValueString",
        id="sdf-21",
    ),
    pytest.param(
        "sdf-22",
        snapshot(ROOT, NAME | {"defaultValueString": "x"}, url=OURS),
        1,
        "defaultValueString",
        id="sdf-22",
    ),
    pytest.param(
        "sdf-22",
        differential(NAME | {"defaultValueCode": "x"}, url=OURS),
        0,
        "defaultValueCode",
        id="sdf-22-diff",
    ),
    pytest.param("sdf-23", snapshot(ROOT | {"sliceName": "x"}), 0, "sliceName", id="sdf-23"),
    pytest.param(
        "sdf-23", differential(ROOT | {"sliceName": "x"}), 0, "sliceName", id="sdf-23-diff"
    ),
]


@pytest.mark.parametrize(("key", "structure", "position", "name"), PARTS)
def test_part(key: str, structure: Node, position: int, name: str) -> None:
    """The element definition that breaks a rule of its structure is at fault, and no other."""
    part = structure.get("snapshot") or structure["differential"]
    ((owner, element),) = faults(key, structure)
    assert owner is part["element"][position]
    assert element == name


@pytest.mark.parametrize(
    ("key", "structure"),
    [
        pytest.param("sdf-1", snapshot(ROOT, NAME), id="sdf-1-unique"),
        pytest.param(
            "sdf-1", snapshot(ROOT, NAME, NAME, derivation="constraint"), id="sdf-1-slice"
        ),
        pytest.param("sdf-1", differential(ROOT, NAME, NAME), id="sdf-1-differential"),
        pytest.param("sdf-9", snapshot(ROOT, NAME | {"label": "x", "code": []}), id="sdf-9-inner"),
        pytest.param("sdf-9", snapshot({"label": "x"}), id="sdf-9-no-path"),
        pytest.param("sdf-14", snapshot(ROOT, NAME), id="sdf-14-all"),
        pytest.param("sdf-14", {"snapshot": [], "differential": "x"}, id="sdf-14-wrong-type"),
        pytest.param("sdf-16", snapshot({}, {}), id="sdf-16-left-to-sdf-14"),
        pytest.param("sdf-16", snapshot({"id": 1}, {"id": 1}), id="sdf-16-wrong-type"),
        pytest.param("sdf-16", differential(NAME, NAME), id="sdf-16-differential"),
        pytest.param("sdf-17", differential(ROOT, NAME), id="sdf-17-unique"),
        pytest.param("sdf-17", snapshot(NAME, NAME), id="sdf-17-snapshot"),
        pytest.param(
            "sdf-21",
            differential(NAME | {"defaultValueString": "x"}, derivation="specialization"),
            id="sdf-21-specialization",
        ),
        pytest.param("sdf-21", snapshot(NAME | {"defaultValueString": "x"}), id="sdf-21-snapshot"),
        pytest.param(
            "sdf-22", snapshot(NAME | {"defaultValueString": "x"}, url="http://e.org"), id="sdf-22"
        ),
        pytest.param("sdf-22", snapshot(NAME | {"fixedString": "x"}, url=OURS), id="sdf-22-fixed"),
        pytest.param("sdf-23", snapshot(ROOT, NAME | {"sliceName": "x"}), id="sdf-23-inner"),
        pytest.param("sdf-19", snapshot({"type": [{"code": "urn:x"}]}), id="sdf-19-not-official"),
    ],
)
def test_parts_without_fault(key: str, structure: Node) -> None:
    """Near misses break no rule."""
    assert faults(key, structure) == []


def test_official_definitions_use_the_types_of_fhir() -> None:
    """In a definition of HL7's own, other types are at fault (sdf-19)."""
    plain: list[Node] = [{"code": "string"}, {"code": "http://hl7.org/fhirpath/System.String"}]
    path: Node = {"code": "Patient.contact"}
    strange: Node = {"code": "http://e.org/Body"}
    odd: list[Node] = [{}, {"code": 7}]
    whole = snapshot({"type": [*plain, path, strange, *odd]}, url=OURS)
    assert faults("sdf-19", whole) == [(strange, "code")]
    change = differential({"type": [*plain, path, strange]}, {"type": "string"}, url=OURS)
    assert faults("sdf-19", change) == [(path, "code"), (strange, "code")]


def test_the_first_path_of_a_snapshot_is_the_type() -> None:
    """Where they differ, the type is at fault (sdf-11), unless it is a logical model."""
    wrong = snapshot(ROOT, type="Group")
    assert faults("sdf-11", wrong) == [(wrong, "type")]
    for sound in (
        snapshot(ROOT),
        snapshot(ROOT, type="http://e.org/Patient", kind="logical"),
        differential(ROOT, type="Group"),
        snapshot(ROOT, type=["Group"]),
        snapshot({}, type="Group"),
    ):
        assert faults("sdf-11", sound) == []


def test_each_snapshot_element_tells_what_it_is() -> None:
    """Definition, min and max are asked of every element (sdf-3), and its base (sdf-8b)."""
    whole = {"definition": "x", "min": 0, "max": "1", "base": {"path": "Patient", "min": 0}}
    bare: Node = {"path": "Patient"}
    assert faults("sdf-3", {"element": [whole, bare]}) == [
        (bare, "definition"),
        (bare, "min"),
        (bare, "max"),
    ]
    assert faults("sdf-8b", {"element": [whole, bare]}) == [(bare, "base")]
    for key in ("sdf-3", "sdf-8b"):
        assert faults(key, {"element": [whole]}) == []
        assert faults(key, {"element": "none"}) == []


@pytest.mark.parametrize("key", ["sdf-8", "sdf-8a"])
def test_paths_begin_with_the_type(key: str) -> None:
    """Every path leads on from the first; others are at fault (sdf-8, sdf-8a)."""
    profile = {"kind": "resource", "type": "Patient"}
    assert faults(key, {"element": [ROOT, NAME, OTHER]}, profile) == [(OTHER, "path")]
    longer = {"path": "PatientGroup.name"}
    assert faults(key, {"element": [ROOT, longer]}, profile) == [(longer, "path")]
    for sound in ([ROOT, NAME], [ROOT], [], [{}, NAME], [ROOT, {"path": 1}], "none"):
        assert faults(key, {"element": sound}, profile) == []


def test_a_differential_begins_with_the_type() -> None:
    """Its first path may be an inner one, but of the type (sdf-8a), unless the model is logical."""
    profile = {"kind": "resource", "type": "Patient"}
    assert faults("sdf-8a", {"element": [NAME, {"path": "Patient.contact.name"}]}, profile) == []
    assert faults("sdf-8a", {"element": [OTHER]}, profile) == [(OTHER, "path")]
    assert faults("sdf-8a", {"element": [OTHER]}, profile | {"kind": "logical"}) == []
    assert faults("sdf-8a", {"element": [OTHER]}, {"kind": "resource"}) == []


def test_the_root_is_not_sliced() -> None:
    """Slicing of the root is at fault (sdf-20), slicing below it is not."""
    root = ROOT | {"slicing": {"rules": "open"}}
    inner = NAME | {"slicing": {"rules": "open"}}
    assert faults("sdf-20", {"element": [root, inner]}) == [(root, "slicing")]
    assert faults("sdf-20", {"element": [ROOT, inner]}) == []
    assert faults("sdf-20", {"element": {"path": "Patient", "slicing": {}}}) == []
