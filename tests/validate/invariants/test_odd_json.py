"""Invariants of conformance resources on JSON of any shape."""

from __future__ import annotations

import random
from collections.abc import Iterator
from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest

from invariant_builder import Node, faults
from invariant_material import MATERIAL, instance

ODD: list[Any] = [None, True, -1, Decimal("1e400"), 0.5, "", "#", [], [None], [[{}]], {}, {"a": 1}]
INSTANCES = 60


@pytest.mark.parametrize("path", MATERIAL)
def test_no_invariant_raises(path: str, expressions: dict[str, dict[str, Any]]) -> None:
    """Whatever stands in place of an element, functions give places in the tree, or none."""
    chance = random.Random(path)
    keys = [key for key, rule in expressions.items() if path in rule["paths"]]
    for _ in range(INSTANCES):
        node = deepcopy(instance(MATERIAL[path], chance)) or {"id": "x"}
        owner, name = chance.choice(list(_spots(node)))
        owner[name] = deepcopy(chance.choice(ODD))
        inside = {id(node), *(id(owner[name]) for owner, name in _spots(node))}
        for key in keys:
            assert all(id(owner) in inside for owner, _ in faults(key, node, _resource(node)))


def _resource(node: Node) -> Node:
    return {"kind": "resource", "type": "Patient", "snapshot": node, "differential": node}


def _spots(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place of the tree."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for name, item in inner:
        yield value, name
        if isinstance(item, dict | list):
            yield from _spots(item)
