"""What the walk needs to know of a group, made ready once: a slot for each element.

A plan is a :class:`~fhirkit.validate.definitions.Group` with its look-ups done: the quick test of
each primitive, the codes an element may have, the invariants' functions.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Final

from fhirkit.validate.definitions import Binding, Element, group, invariant
from fhirkit.validate.invariants import INVARIANTS, PREDICATES, WORDS, registered_as
from fhirkit.validate.primitives import PRIMITIVES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from fhirkit.validate.definitions import Group
    from fhirkit.validate.findings import Node, Rule
    from fhirkit.validate.invariants.registry import Check
    from fhirkit.validate.scope import Scope


BY_THE_WALK = frozenset({"ele-1"})
"""Invariants that the walk judges where it stands: an element without value or children."""


# How the walk meets an element. Plain numbers: the walk compares them a thousand times a bundle.
PRIMITIVE: Final = 0
OBJECT: Final = 1
RESOURCE: Final = 2
CHOICE: Final = 3
ARRAY: Final = 4
SKIPPED: Final = 5  # resourceType, which is read before the walk


@dataclass(frozen=True, slots=True)
class Rules:
    """The invariants of an object: those that hold or not, and those that find what breaks them."""

    predicates: tuple[tuple[Rule, Callable[[Node, Scope], bool]], ...] = ()
    finders: tuple[tuple[Rule, Check], ...] = ()


@dataclass(slots=True)
class Slot:
    """An element as the walk meets it.

    ``shape`` is that of the whole element, ``item`` that of one of its values. A primitive of
    class ``json`` that ``quick`` says yes to is right, its code included. ``plan`` is made when
    it is needed first: types refer to each other in circles.
    """

    element: Element
    shape: int
    item: int
    json: type
    quick: Callable[..., object]
    binding: Binding | None
    rules: Rules | None
    type: str
    plan: Plan | None = None

    def made_ready(self) -> Plan:
        """The plan of the objects that stand here, which is kept in ``plan`` from now on."""
        self.plan = plan_of(self.type)
        return self.plan


@dataclass(frozen=True, slots=True)
class Plan:
    """A group made ready: slots by name, what must be there, what is asked of the object."""

    group: Group
    slots: dict[str, Slot]
    required: tuple[tuple[str, ...], ...]
    rules: Rules | None


@cache
def plan_of(path: str) -> Plan:
    """The plan of a type or of an element's path. Raises KeyError where R4 has none."""
    found = group(path)
    if found is None:
        raise KeyError(path)
    slots = {name: _slot(element) for name, element in found.elements.items()}
    if found.kind == "resource":
        slots["resourceType"] = _RESOURCE_TYPE
    return Plan(found, slots, found.required, _rules(found.rules, path))


def _rules(keys: Iterable[str], path: str) -> Rules | None:
    """The invariants that are asked here, without those that the walk itself judges."""
    predicates, finders = [], []
    for key in keys:
        name = registered_as(key, path)
        if name not in INVARIANTS or key in BY_THE_WALK:
            continue
        rule = invariant(key, path, WORDS[name])
        if name in PREDICATES:
            predicates.append((rule, PREDICATES[name]))
        else:
            finders.append((rule, INVARIANTS[name]))
    if not predicates and not finders:
        return None
    return Rules(tuple(predicates), tuple(finders))


def _slot(element: Element) -> Slot:
    item = OBJECT
    json: type = dict
    quick: Callable[..., object] = bool
    binding = element.binding
    if element.is_resource:
        item = RESOURCE
    elif element.primitive is not None:
        item = PRIMITIVE
        json, quick = element.primitive.json, _quick(element, binding)
    shape = item
    if element.many:
        shape = ARRAY
    elif element.choice:
        shape = CHOICE
    rules = _rules(element.rules, element.path) if item == OBJECT else None
    return Slot(element, shape, item, json, quick, binding, rules, element.type)


def _quick(element: Element, binding: Binding | None) -> Callable[..., object]:
    primitive = element.primitive
    if primitive is None:
        return bool
    if element.type == "code" and binding is not None and binding.required:
        codes = binding.any_code
        return _no if codes is None else codes.__contains__
    if primitive.name == "boolean":
        return _BOOLEANS.__contains__
    if primitive.name == "decimal":
        return Decimal.is_finite
    if primitive.name == "markdown":
        return _is_plain
    return primitive.quick or _no


def _no(_: object) -> bool:
    return False


def _is_plain(text: str) -> bool:
    """Whether a markdown text is right and has nothing that could be HTML."""
    return "<" not in text and bool(_QUICK_TEXT(text))


_BOOLEANS = (False, True)
_QUICK_TEXT = PRIMITIVES["string"].quick or bool
_RESOURCE_TYPE = Slot(
    Element("resourceType", "Resource.resourceType", "code", 1, 1, "", None, (), None, many=False,
            is_resource=False),
    SKIPPED,
    SKIPPED,
    str,
    bool,
    None,
    None,
    "code",
)  # fmt: skip
