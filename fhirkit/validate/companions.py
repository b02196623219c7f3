"""The second half of a primitive: ``_status`` beside ``status``, with its id and extensions.

Source: https://hl7.org/fhir/R4/json.html#primitive.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fhirkit.validate.findings import Rule
from fhirkit.validate.plans import plan_of
from fhirkit.validate.shapes import EMPTY, TWO_OF_A_CHOICE, add_kind

if TYPE_CHECKING:
    from fhirkit.validate.findings import Node
    from fhirkit.validate.plans import Plan, Slot
    from fhirkit.validate.scope import Scope
    from fhirkit.validate.structure import Walk

_SPEC = "https://hl7.org/fhir/R4/json.html#primitive"

PAIRING = Rule(
    "null-pairing",
    "structure",
    "an array and the one with its extensions need one place for each value",
    spec=_SPEC,
)
NOTHING = Rule("null", "structure", "neither a value nor an extension stands here", spec=_SPEC)


def check_companion(
    walk: Walk, node: Node, name: str, slot: Slot, plan: Plan, scope: Scope
) -> None:
    """Checks ``_status`` of a primitive element whose slot is ``slot``."""
    value = node[name]
    if not slot.element.many:
        if not isinstance(value, dict):
            add_kind(walk.findings, node, name, "an object", value)
        elif not _has_content(value, beside=name[1:] in node):
            walk.findings.add(EMPTY, node, name)
        elif any(other in node for other in _alternatives(slot, plan)):
            walk.findings.add(TWO_OF_A_CHOICE, node, name)
        else:
            walk.visit(value, plan_of("Element"), slot, scope)
        return
    if not isinstance(value, list):
        add_kind(walk.findings, node, name, "an array", value)
        return
    _check_array(walk, node, name, value, slot, scope)


def nulls_are_paired(node: Node, name: str, position: int) -> bool:
    """Whether a null in the array ``name`` has an extension at its place in ``_name``."""
    companion = node.get(f"_{name}")
    if not isinstance(companion, list) or position >= len(companion):
        return False
    return companion[position] is not None


def _check_array(
    walk: Walk, node: Node, name: str, value: list[object], slot: Slot, scope: Scope
) -> None:
    plain = node.get(name[1:])
    if not value:
        walk.findings.add(EMPTY, node, name)
    elif isinstance(plain, list) and len(plain) != len(value):
        walk.findings.add(PAIRING, node, name)
    for position, item in enumerate(value):
        if item is None:
            if not isinstance(plain, list):
                walk.findings.add(NOTHING, value, position)
        elif not isinstance(item, dict):
            add_kind(walk.findings, value, position, "an object", item)
        elif not _has_content(item, beside=_has_value(plain, position)):
            walk.findings.add(EMPTY, value, position)
        else:
            walk.visit(item, plan_of("Element"), slot, scope)


def _has_content(value: Node, *, beside: bool) -> bool:
    """Whether there is something: an id alone says something only ``beside`` a value."""
    return bool(value) and (beside or len(value) > 1 or "id" not in value)


def _has_value(plain: object, position: int) -> bool:
    return isinstance(plain, list) and position < len(plain) and plain[position] is not None


def _alternatives(slot: Slot, plan: Plan) -> list[str]:
    """The other elements of the choice that an element is one of."""
    choice = slot.element.choice
    return [
        other.element.name
        for other in plan.slots.values()
        if choice and other.element.choice == choice and other is not slot
    ]
