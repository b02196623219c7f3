"""What invariants read of an element: what is there, whatever the JSON."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from fhirkit.validate.invariants import reading

ODD: list[Any] = [
    None,
    True,
    0,
    1.5,
    Decimal(2),
    "",
    "text",
    [],
    [None],
    ["a"],
    [[]],
    {},
    {"a": 1},
]


@pytest.mark.parametrize(
    ("node", "there"),
    [
        pytest.param({"status": "final"}, True, id="value"),
        pytest.param({"_status": {"extension": [{}]}}, True, id="extension-only"),
        pytest.param({"status": 7}, True, id="wrong-type-is-the-structure-layer's"),
        pytest.param({"statusReason": "x"}, False, id="longer-name"),
        pytest.param({}, False, id="absent"),
    ],
)
def test_has(node: dict[str, Any], there: bool) -> None:
    """An element is there with its value or with an extension in place of it."""
    assert reading.has(node, "status") is there
    assert reading.has_any(node, "other", "status") is there


@pytest.mark.parametrize(
    ("node", "name"),
    [
        pytest.param({"valueString": "x"}, "valueString", id="value"),
        pytest.param({"_valueString": {}}, "valueString", id="extension-only"),
        pytest.param({"valued": 1}, None, id="another-name"),
        pytest.param({"value": 1}, None, id="no-type"),
        pytest.param({"_value": {}}, None, id="no-type-extension"),
        pytest.param({}, None, id="absent"),
    ],
)
def test_choice(node: dict[str, Any], name: str | None) -> None:
    """A choice is found under the name of any type."""
    assert reading.choice(node, "value") == name
    assert reading.has_choice(node, "value") is (name is not None)


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        pytest.param({"when": ["C", "CM"]}, 2, id="array"),
        pytest.param({"when": ["C"], "_when": [None, {"extension": []}]}, 2, id="longer-aside"),
        pytest.param({"_when": [{"extension": []}]}, 1, id="aside-only"),
        pytest.param({"when": "C"}, 1, id="single"),
        pytest.param({"when": []}, 0, id="empty"),
        pytest.param({}, 0, id="absent"),
    ],
)
def test_count(node: dict[str, Any], expected: int) -> None:
    """Elements are counted with those that have an extension only."""
    assert reading.count(node, "when") == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(3, Decimal(3), id="integer"),
        pytest.param(Decimal("0.850"), Decimal("0.850"), id="decimal"),
        pytest.param(0.1, Decimal("0.1"), id="float-as-written"),
        pytest.param(True, None, id="boolean"),
        pytest.param("3", None, id="string"),
        pytest.param(float("nan"), None, id="nan"),
        pytest.param(float("inf"), None, id="infinity"),
    ],
)
def test_number(value: object, expected: Decimal | None) -> None:
    """Only finite numbers are numbers."""
    assert reading.number(value) == expected


def test_codes_are_those_of_the_system() -> None:
    """A concept's codes may be asked for one system or for all."""
    concept = {"coding": [{"system": "a", "code": "1"}, {"system": "b", "code": "2"}, {"code": 3}]}
    assert reading.codes(concept) == ["1", "2"]
    assert reading.codes(concept, "b") == ["2"]


def test_descendants_reach_any_depth() -> None:
    """Objects in objects and arrays are reached, also a hundred thousand deep."""
    deep: dict[str, Any] = {}
    for _ in range(100_000):
        deep = {"part": [deep]}
    assert sum(1 for _ in reading.descendants(deep)) == 100_000
    assert list(reading.children({"a": {"b": {}}, "c": [{"d": 1}, 2]})) == [{"b": {}}, {"d": 1}]


def test_repeated_gives_the_later_places() -> None:
    """Of equal strings, all but the first are repeated; other values never are."""
    assert reading.repeated(["a", "b", "a", None, None, ["a"], "a"]) == [2, 6]


@pytest.mark.parametrize("value", ODD, ids=repr)
def test_no_value_raises(value: Any) -> None:
    """Whatever the JSON, the readers give an empty answer instead of an exception."""
    node = {"item": value, "_item": value}
    assert isinstance(reading.items(value), list)
    assert isinstance(reading.nodes(value), list)
    assert isinstance(reading.text(value), str)
    assert isinstance(reading.codes(value), list)
    assert isinstance(reading.codes({"coding": value}), list)
    assert reading.count(node, "item") in (0, 1)
    assert all(isinstance(inner, dict) for inner in reading.descendants(node))
    assert reading.repeated([value, value]) in ([], [1])


def test_tree_keeps_the_order_of_the_document() -> None:
    """The parts of a tree come as they stand, each before its own parts; other things do not."""
    branch = {"id": "a", "item": [{"id": "a.1", "item": [{"id": "a.1.1"}]}, 7, {"id": "a.2"}]}
    found = reading.tree({"item": [branch, {"id": "b", "part": [{"id": "x"}]}]}, "item")
    assert [inner["id"] for inner in found] == ["a", "a.1", "a.1.1", "a.2", "b"]
    assert list(reading.tree({"item": {"id": "a"}}, "item")) == []
