"""Invariants never raise, whatever JSON stands where an element should."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from fhirkit.validate.invariants import INVARIANTS
from fhirkit.validate.scope import Scope
from invariant_builder import Node

ODD: list[Any] = [
    None,
    True,
    False,
    -1,
    1.5,
    Decimal("NaN"),
    "",
    "x",
    "#",
    "#x",
    "*",
    [],
    [None],
    {},
]
CHOICES = {"abatement", "age", "answer", "born", "detail", "effective", "probability", "value"}
MORE: list[Any] = ["9" * 5000, float("inf"), [[]], ["x", 1, "x"], [["x"]], {"x": []}, [{}, {}]]


@pytest.mark.parametrize("value", ODD + MORE, ids=lambda value: repr(value)[:20])
def test_no_invariant_raises(value: Any, expressions: dict[str, dict[str, Any]]) -> None:
    """Each is asked of elements, parts and parts of parts with the value; none raises."""
    for key, check in INVARIANTS.items():
        for node in _nodes(_names(expressions[key]["expression"]), value):
            scope = Scope(root=node, container=node, resource=node, targets={"x": node})
            for owner, _ in check(node, scope):
                assert isinstance(owner, dict | list), key


def _nodes(names: list[str], value: Any) -> Iterator[Node]:
    flat = dict.fromkeys(names, value)
    yield flat
    yield {f"_{name}": value for name in names}
    for inner in (flat, {name: [flat, value] for name in names}, {"coding": [flat, value]}):
        yield dict.fromkeys(names, inner)
        yield {name: [inner, value] for name in names}
    for name in names:
        yield dict.fromkeys(names, "x") | {name: value}


def _names(expression: str) -> list[str]:
    """Every word of an expression that may be an element, and as one type of a choice."""
    words = sorted(set(re.findall(r"[A-Za-z]+", expression)) | {"resourceType", "id", "contained"})
    choices = ("DateTime", "Decimal")
    return [*words, *(f"{word}{kind}" for word in words if word in CHOICES for kind in choices)]


def test_names_of_an_expression() -> None:
    """Elements are found by their words, and choices by a few of their types."""
    assert {"value", "valueDecimal", "dataAbsentReason"} <= set(
        _names("dataAbsentReason.empty() or value.empty()")
    )
