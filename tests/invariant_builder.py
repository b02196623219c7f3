"""Asking one invariant of one element, as the validator's walk does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from fhirkit.validate.invariants.registry import INVARIANTS
from fhirkit.validate.scope import Scope

if TYPE_CHECKING:
    from _pytest.mark.structures import ParameterSet

Node = dict[str, Any]
Cases = dict[str, tuple[list[Node], list[Node]]]
"""By key: elements that break the invariant, and near misses that do not."""


def faults(key: str, node: Node, resource: Node | None = None) -> list[tuple[Any, Any]]:
    """The places at fault; ``resource`` is the one around the element, if that is another."""
    around = node if resource is None else resource
    return list(INVARIANTS[key](node, Scope(root=around, container=around, resource=around)))


def rows(cases: Cases) -> list[ParameterSet]:
    """Key, element and whether the invariant holds for it, for ``parametrize``."""
    return [
        pytest.param(key, node, holds, id=f"{key}-{'holds' if holds else 'broken'}-{number}")
        for key, (broken, sound) in cases.items()
        for holds, nodes in ((False, broken), (True, sound))
        for number, node in enumerate(nodes, 1)
    ]
