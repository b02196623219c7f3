"""The values of an element: where each stands, and of which type of a choice it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from fhirkit._definitions import lines
from fhirkit.validate.primitives import PRIMITIVES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fhirkit.validate.findings import Node


class Item(NamedTuple):
    """One value of an element, at ``name`` in ``owner``; at ``owner`` itself where that is None.

    ``value`` is None for a primitive that has only extensions; those are in ``companion``.
    ``type`` is known of choices and of resources, "" elsewhere.
    """

    owner: Node | list[Any]
    name: str | int | None
    value: object
    companion: Node | None = None
    type: str = ""

    @property
    def kind(self) -> str:
        """The type as far as it is known: of the choice, or of the resource itself."""
        if isinstance(self.value, dict) and isinstance(self.value.get("resourceType"), str):
            return str(self.value["resourceType"])
        return self.type


def items(node: Node, name: str) -> list[Item]:
    """The values of an element; of a choice when the name is spelt ``value[x]``."""
    if name.endswith("[x]"):
        return _choice(node, name[:-3])
    value, companion = node.get(name), node.get("_" + name)
    if companion is None:
        if value is None:
            return []
        if isinstance(value, list):
            return [Item(value, at, one) for at, one in enumerate(value)]
        return [Item(node, name, value)]
    return [*_values(node, name, value, companion, "")]


def _choice(node: Node, stem: str) -> list[Item]:
    found: list[Item] = []
    for name in node:
        if not name.startswith((stem, "_" + stem)):
            continue
        bare = name.removeprefix("_")
        if kind := choice_type(bare[len(stem) :]):
            if bare == name or bare not in node:
                companion = node.get("_" + bare)
                found += _values(node, bare, node.get(bare), companion, kind)
    return found


def choice_type(ending: str) -> str:
    """The type that the name of a choice ends with, ``Quantity``; "" where it is none."""
    lower = ending[:1].lower() + ending[1:]
    if lower != ending and lower in PRIMITIVES:
        return lower
    return ending if ending in lines("types") else ""


def _values(node: Node, name: str, value: object, companion: object, kind: str) -> Iterator[Item]:
    if isinstance(value, list) or (value is None and isinstance(companion, list)):
        values = value if isinstance(value, list) else []
        companions = companion if isinstance(companion, list) else []
        owner = values or companions
        for at in range(max(len(values), len(companions))):
            beside = companions[at] if at < len(companions) else None
            one = values[at] if at < len(values) else None
            yield Item(owner, at, one, beside if isinstance(beside, dict) else None, kind)
    else:
        yield Item(node, name, value, companion if isinstance(companion, dict) else None, kind)
