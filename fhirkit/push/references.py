"""References within a resource: what it points at, and the same resource pointing elsewhere."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from fhirkit.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# A key is no link, though it may look like an address of the bundle.
_KEYS = frozenset({"system", "value"})

Resource = dict[str, Any]
Target = str | Resource
"""What a reference becomes: another literal one, or the ``type`` and ``identifier`` of its target."""

_LINK = re.compile(r"""(["'])(urn:[^"'<>]+)\1""")


def pointed_at(resource: Resource) -> dict[str, bool]:
    """Every literal reference of a resource, and whether it stands within extensions only."""
    found: dict[str, bool] = {}
    for reference, in_extension in _references(resource):
        found[reference] = found.get(reference, True) and in_extension
    return found


def repointed(resource: Resource, table: Mapping[str, Target]) -> Resource:
    """A copy of ``resource`` in which each reference that ``table`` names leads where it says.

    As a server does with the entries of a transaction, other elements that hold the very
    address are changed, too, and links of the narrative
    (https://hl7.org/fhir/R4/http.html#trules). What is not in the table stays. Raises InputError
    for a resource that is nested too deeply.
    """
    try:
        changed = _node(resource, table)
    except RecursionError:
        raise InputError("a resource is nested too deeply") from None
    return changed if isinstance(changed, dict) else resource


def _references(resource: Resource) -> Iterator[tuple[str, bool]]:
    nodes: list[tuple[Any, bool]] = [(resource, False)]
    while nodes:
        node, inside = nodes.pop()
        if isinstance(node, dict):
            reference = node.get("reference")
            if isinstance(reference, str):
                yield reference, inside
            for name, value in node.items():
                if isinstance(value, dict | list):
                    nodes.append((value, inside or name in ("extension", "modifierExtension")))
        else:
            nodes += [(item, inside) for item in node if isinstance(item, dict | list)]


def _node(node: Any, table: Mapping[str, Target]) -> Any:
    if isinstance(node, dict):
        return _object(node, table)
    if isinstance(node, list):
        return [_node(item, table) for item in node]
    if isinstance(node, str) and node.startswith("urn:"):
        target = table.get(node)
        return target if isinstance(target, str) else node
    return node


def _object(node: Resource, table: Mapping[str, Target]) -> Resource:
    reference = node.get("reference")
    target = table.get(reference) if isinstance(reference, str) else None
    made: Resource = {}
    for name, value in node.items():
        if name == "reference" and target is not None:
            if isinstance(target, str):
                made[name] = target
        elif name == "div" and isinstance(value, str):
            made[name] = _links(value, table)
        elif name in _KEYS and isinstance(value, str):
            made[name] = value
        else:
            made[name] = _node(value, table)
    if isinstance(target, dict):
        made |= target
    return made


def _links(div: str, table: Mapping[str, Target]) -> str:
    def leading(link: re.Match[str]) -> str:
        target = table.get(link[2])
        return f"{link[1]}{target}{link[1]}" if isinstance(target, str) else link[0]

    return _LINK.sub(leading, div)
