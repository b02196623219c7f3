"""Invariants of ElementDefinition."""

from __future__ import annotations

import pytest

from invariant_builder import Cases, Node, faults, rows

CODE: Node = {"code": "code"}
STRING: Node = {"code": "string"}
DATE: Node = {"code": "date"}
BOUND: Node = {"strength": "required", "valueSet": "http://e.org/vs"}

ITSELF: Cases = {
    "eld-1": (
        [{"rules": "open"}],
        [
            {"rules": "open", "description": "by kind"},
            {"rules": "open", "discriminator": [{"type": "value", "path": "code"}]},
        ],
    ),
    "eld-2": (
        [{"min": 2, "max": "1"}, {"min": 1, "max": "0"}],
        [
            {"min": 1, "max": "1"},
            {"min": 7, "max": "*"},
            {"min": 2},
            {"max": "1"},
            {"min": 2, "max": "one"},
            {"min": 0, "max": "-1"},
            {"min": "2", "max": "1"},
            {"min": 2, "max": 1},
            {"min": 2, "max": "1" * 5000},
        ],
    ),
    "eld-4": (
        [
            {"code": "string", "aggregation": ["bundled"]},
        ],
        [
            {"code": "Reference", "aggregation": ["bundled"]},
            {"code": "canonical", "aggregation": ["bundled"]},
            {"code": "string"},
            {"aggregation": ["bundled"]},
            {"code": ["string"], "aggregation": ["bundled"]},
        ],
    ),
    "eld-5": (
        [
            {"contentReference": "#a", "type": [STRING]},
            {"contentReference": "#a", "defaultValueString": "x"},
            {"contentReference": "#a", "fixedString": "x"},
            {"contentReference": "#a", "patternString": "x"},
            {"contentReference": "#a", "example": [{"label": "x", "valueString": "x"}]},
            {"contentReference": "#a", "minValueInteger": 1},
            {"contentReference": "#a", "maxValueInteger": 1},
            {"contentReference": "#a", "maxLength": 1},
            {"contentReference": "#a", "binding": BOUND},
        ],
        [
            {"contentReference": "#a", "min": 0, "max": "1", "short": "x"},
            {"type": [STRING], "fixedString": "x", "maxLength": 1},
        ],
    ),
    "eld-6": (
        [{"type": [CODE, STRING], "fixedString": "x"}],
        [{"type": [STRING], "fixedString": "x"}, {"fixedString": "x"}, {"type": [CODE, STRING]}],
    ),
    "eld-7": (
        [{"type": [CODE, STRING], "patternString": "x"}],
        [
            {"type": [STRING], "patternString": "x"},
            {"patternString": "x"},
            {"type": [CODE, STRING], "fixedString": "x"},
        ],
    ),
    "eld-8": (
        [{"patternString": "x", "fixedString": "x"}, {"patternString": "x", "_fixedCode": {}}],
        [{"patternString": "x"}, {"fixedString": "x"}, {"patternString": "x", "fixed": "x"}],
    ),
    "eld-11": (
        [
            {"binding": BOUND, "type": [DATE]},
            {"binding": BOUND, "type": [DATE, {"code": "Reference"}]},
        ],
        [
            {"binding": BOUND, "type": [DATE, CODE]},
            {"binding": BOUND, "type": [{"code": "uri"}]},
            {"binding": BOUND, "type": [{"code": "Quantity"}]},
            {"binding": BOUND, "type": [{"code": "url"}]},
            {"binding": BOUND, "type": [{"code": ["code"]}]},
            {"binding": BOUND},
            {"type": [DATE]},
        ],
    ),
    "eld-15": (
        [{"defaultValueBoolean": False, "meaningWhenMissing": "no"}],
        [{"defaultValueBoolean": False}, {"meaningWhenMissing": "no"}],
    ),
    "eld-17": (
        [
            {"code": "Quantity", "targetProfile": ["http://e.org/p"]},
        ],
        [
            {"code": "Reference", "targetProfile": ["http://e.org/p"]},
            {"code": "canonical", "targetProfile": ["http://e.org/p"]},
            {"code": "Quantity", "profile": ["http://e.org/p"]},
            {"targetProfile": ["http://e.org/p"]},
        ],
    ),
    "eld-18": (
        [{"isModifier": True}],
        [
            {"isModifier": True, "isModifierReason": "negates"},
            {"isModifier": False},
            {},
            {"isModifier": "true"},
        ],
    ),
    "eld-21": (
        [{"key": "a-1", "human": "x"}],
        [{"key": "a-1", "human": "x", "expression": "a.exists()"}],
    ),
    "eld-22": (
        [{"sliceIsConstraining": True}, {"sliceIsConstraining": False}],
        [{"sliceIsConstraining": True, "sliceName": "a"}, {"sliceName": "a"}, {}],
    ),
}

PART: dict[str, tuple[str, list[object], list[object]]] = {
    "eld-3": (
        "max",
        ["-1", "+1", "many", "1.5", "**", " 1"],
        ["0", "1", "12", "*", "9" * 5000, 1, None],
    ),
    "eld-12": (
        "valueSet",
        ["vs", "ftp://e.org/vs", "#vs", "ValueSet/1"],
        ["http://e.org/vs", "https://e.org/vs|1.0", "urn:oid:1.2.3", ["vs"]],
    ),
    "eld-16": (
        "sliceName",
        ["two words", "a.b", "a:b", "größe"],
        ["a", "a/b-c_d", "value[x]", "@default", 7],
    ),
    "eld-19": (
        "path",
        ["Patient.na me", "Patient..name", "Patient.name.", "Patient.a|b", "a" * 65, "value[x]"],
        [
            "Patient",
            "Patient.value[x]",
            "Patient.extension:race",
            "Pa-tient.na_me",
            "A." + "b" * 64,
        ],
    ),
    "eld-20": (
        "path",
        ["Pa-tient.name", "Patient.Name", "Patient.extension:race", "Patient.größe"],
        ["Patient", "Patient.value[x]", "xhtml.id", "Patient.na me", {}],
    ),
}
"""By key: the primitive it is about, values that break the rule, and values that do not."""


@pytest.mark.parametrize(("key", "node", "holds"), rows(ITSELF))
def test_element(key: str, node: Node, holds: bool) -> None:
    """A definition that breaks a rule is at fault itself; a near miss is not."""
    assert faults(key, node) == ([] if holds else [(node, None)])


@pytest.mark.parametrize(
    ("key", "name", "value", "holds"),
    [
        pytest.param(key, name, value, holds, id=f"{key}-{value!r:.20}")
        for key, (name, broken, sound) in PART.items()
        for holds, values in ((False, broken), (True, sound))
        for value in values
    ],
)
def test_part(key: str, name: str, value: object, holds: bool) -> None:
    """A value that breaks a rule is at fault where it stands; a near miss is not."""
    node: Node = {name: value}
    assert faults(key, node) == ([] if holds else [(node, name)])
    assert faults(key, {}) == []


@pytest.mark.parametrize(
    "code",
    "code Coding CodeableConcept Quantity string uri canonical oid url uuid id markdown".split(),
)
def test_types_that_can_be_bound(code: str) -> None:
    """A binding is about codes, quantities, strings and uris of any kind (eld-11)."""
    assert faults("eld-11", {"binding": BOUND, "type": [DATE, {"code": code}]}) == []
    assert len(faults("eld-11", {"binding": BOUND, "type": [DATE, {"code": code + "s"}]})) == 1


@pytest.mark.parametrize(
    ("key", "part", "name"),
    [
        pytest.param("eld-13", "type", "code", id="eld-13"),
        pytest.param("eld-14", "constraint", "key", id="eld-14"),
    ],
)
def test_repeated(key: str, part: str, name: str) -> None:
    """Of types with one code, and of constraints with one key, the later ones are at fault."""
    first, other, again = {name: "a"}, {name: "b"}, {name: "a"}
    ((owner, element),) = faults(key, {part: [first, other, again]})
    assert owner is again
    assert element == name
    for sound in ([first, other], [{}, {}], [{name: 1}, {name: 1}], ["a", "a"], first):
        assert faults(key, {part: sound}) == []
