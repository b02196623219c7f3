"""A mutant: what is changed in a valid resource, and where a validator has to see it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import Enum
from typing import Any

from fhirkit.validate.definitions import Element, Group, group

Node = dict[str, Any]
Steps = tuple[str | int, ...]


class Special(Enum):
    """Values that an edit may give besides JSON."""

    GONE = "the element is taken away"


GONE = Special.GONE


@dataclass(frozen=True, slots=True)
class Raw:
    """A piece of JSON's text, put in as it is: ``1.50``, ``01``, ``NaN``."""

    text: str


@dataclass(frozen=True, slots=True)
class Pairs:
    """An object with its members one by one, so that a name may stand twice."""

    members: tuple[tuple[str, object], ...]


@dataclass(frozen=True, slots=True)
class Edit:
    """The element at ``steps`` gets ``value``; a position one after the last appends."""

    steps: Steps
    value: object


@dataclass(frozen=True, slots=True)
class Mutant:
    """One defect.

    ``severity`` is "error", "warning" or "any" where either will do, and "none" for a variant
    that is valid. ``steps`` lead to the element at fault, which may be missing. ``rewrite``
    changes the text after the edits.
    """

    rule: str
    layer: str
    steps: Steps
    edits: tuple[Edit, ...] = ()
    severity: str = "error"
    detail: str = ""
    rewrite: Callable[[str], str] | None = field(default=None, compare=False)

    @property
    def label(self) -> str:
        """A name that no other mutant of the same resource has."""
        ends = ",".join(f"{expression(one.steps)}" for one in self.edits)
        return " ".join(filter(None, (self.rule, self.detail, expression(self.steps), ends)))

    def below(self, steps: Steps) -> Mutant:
        """The same of a resource that stands in another, at ``steps``."""
        edits = tuple(Edit((*steps, *one.steps), one.value) for one in self.edits)
        return replace(self, steps=(*steps, *self.steps), edits=edits)

    def tree(self, base: Node) -> Node:
        """The resource with the edits made; ``base`` stays as it is."""
        root: Any = base
        for edit in self.edits:
            root = changed(root, edit.steps, edit.value)
        return root

    def text(self, base: Node) -> str:
        """The JSON of the mutant."""
        text = write(self.tree(base))
        return self.rewrite(text) if self.rewrite else text


def expression(steps: Steps, root: str = "") -> str:
    """The steps as FHIRPath."""
    text = root
    for step in steps:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def changed(node: Any, steps: Steps, value: object) -> Any:
    """A copy of the tree with one element changed; what is not on the way to it is shared."""
    if not steps:
        return value
    first, *rest = steps
    if isinstance(node, list):
        items = [*node, {}] if first == len(node) else list(node)
        items[first] = changed(items[first], tuple(rest), value)
        return [item for item in items if item is not GONE]
    members = dict(node) if isinstance(node, dict) else {}
    members[first] = changed(members.get(first, {}), tuple(rest), value)
    return {name: item for name, item in members.items() if item is not GONE}


def read(text: str | bytes) -> Node:
    """A resource with its decimals as they are written."""
    found: Node = json.loads(text, parse_float=Decimal)
    return found


def write(value: object) -> str:
    """JSON of a tree that may hold what ``json`` does not know: decimals, raw text, pairs."""
    if isinstance(value, Raw):
        return value.text
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dict):
        value = Pairs(tuple(value.items()))
    if isinstance(value, Pairs):
        members = (f"{json.dumps(name)}:{write(item)}" for name, item in value.members)
        return f"{{{','.join(members)}}}"
    if isinstance(value, list):
        return f"[{','.join(map(write, value))}]"
    return json.dumps(value)


@dataclass(frozen=True, slots=True)
class ObjectSite:
    """An object of a resource with the definition that holds for it."""

    steps: Steps
    node: Node
    group: Group

    def member(self, *names: str | int) -> Steps:
        """The steps to something in it."""
        return (*self.steps, *names)

    @property
    def resource_type(self) -> str:
        """The resource type if it is a resource, else ""."""
        return self.group.path if self.node.get("resourceType") == self.group.path else ""


@dataclass(frozen=True, slots=True)
class ElementSite:
    """An element that stands in a resource: one item of it where it repeats."""

    owner: ObjectSite
    element: Element
    value: Any
    at: int | None

    @property
    def steps(self) -> Steps:
        """The steps to the value."""
        return self.whole if self.at is None else (*self.whole, self.at)

    @property
    def whole(self) -> Steps:
        """The steps to the property, all its items together."""
        return self.owner.member(self.element.name)

    @property
    def is_first(self) -> bool:
        """Whether it stands alone or is the first of its items."""
        return self.at in (None, 0)


def objects(root: Node) -> Iterator[ObjectSite]:
    """Every object of a resource that a definition is known for, the outermost first."""
    top = group(str(root.get("resourceType")))
    todo = [ObjectSite((), root, top)] if top else []
    while todo:
        site = todo.pop()
        yield site
        below = [
            inner
            for one in elements(site)
            if isinstance(one.value, dict) and (inner := _inside(one)) is not None
        ]
        todo += reversed(below)


def elements(site: ObjectSite) -> Iterator[ElementSite]:
    """Every element of an object; those of ``_name`` companions are left out."""
    for name, value in site.node.items():
        element = site.group.elements.get(name)
        if element is None:
            continue
        if element.many and isinstance(value, list):
            for at, item in enumerate(value):
                yield ElementSite(site, element, item, at)
        else:
            yield ElementSite(site, element, value, None)


def _inside(site: ElementSite) -> ObjectSite | None:
    path = str(site.value.get("resourceType")) if site.element.is_resource else site.element.type
    found = group(path)
    return ObjectSite(site.steps, site.value, found) if found else None
