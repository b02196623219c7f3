"""Where in a resource something stands: for machines as FHIRPath, and for people."""

from __future__ import annotations

from typing import Any

Resource = dict[str, Any]
Steps = tuple[str | int, ...]
"""The way to an element from the root: element names and positions in arrays."""


def expression(root: object, steps: Steps) -> str:
    """FHIRPath to the element, ``Bundle.entry[4].resource.valueQuantity.code``."""
    return _dotted(_type_of(root) or "Resource", steps)


def where(root: object, steps: Steps) -> str:
    """The same for people, naming the resource: ``Observation hb, valueQuantity.code``."""
    name, rest = "Resource", steps
    if isinstance(root, dict):
        name = "Bundle" if _type_of(root) == "Bundle" else _name(root, ())
    node = root
    for at, step in enumerate(steps):
        node = _child(node, step)
        if isinstance(node, dict) and step == "resource":
            name, rest = _name(node, steps[: at + 1]), steps[at + 1 :]
    return f"{name}, {_dotted('', rest)}" if rest else name


def at(root: object, steps: Steps) -> object:
    """The value the steps lead to, None where they lead nowhere."""
    node = root
    for step in steps:
        node = _child(node, step)
    return node


def json_kind(value: object) -> str:
    """What a JSON value is, in words that are safe to print."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, str):
        return "a string"
    if isinstance(value, dict):
        return "an object"
    return "an array" if isinstance(value, list) else "a number"


def _name(resource: Resource, steps: Steps) -> str:
    kind = _type_of(resource) or "resource without a type"
    identity = resource.get("id")
    if isinstance(identity, str) and identity:
        return f"{kind} {identity}"
    # Identifiers may be a patient's: without an id the place in the bundle has to do.
    return f"{kind} ({_dotted('', steps[:-1])})" if steps else kind


def _type_of(value: object) -> str | None:
    kind = value.get("resourceType") if isinstance(value, dict) else None
    return kind if isinstance(kind, str) else None


def _child(node: object, step: str | int) -> object:
    if isinstance(node, dict) and isinstance(step, str):
        return node.get(step)
    if isinstance(node, list) and isinstance(step, int) and step < len(node):
        return node[step]
    return None


def _dotted(start: str, steps: Steps) -> str:
    text = start
    for step in steps:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += f".{step}" if text else step
    return text
