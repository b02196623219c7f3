"""Readers of elements for invariants: what is there, whatever the JSON.

None of them raises. An element of the wrong JSON type reads as there but without a value, so
that the rule holds: the structure layer reports the type.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fhirkit.validate.findings import Node

UCUM = "http://unitsofmeasure.org"
"""FHIRPath's ``%ucum``."""


def has(node: Node, name: str) -> bool:
    """Whether an element is there: FHIRPath's ``exists()``.

    A primitive without a value but with an extension is there: only ``_name`` holds it.
    """
    return name in node or "_" + name in node


def has_any(node: Node, *names: str) -> bool:
    """Whether at least one of the elements is there."""
    return any(name in node or "_" + name in node for name in names)


def has_choice(node: Node, stem: str) -> bool:
    """Whether ``stem[x]`` is there, of any type."""
    return choice(node, stem) is not None


def choice(node: Node, stem: str) -> str | None:
    """The name under which ``stem[x]`` stands: ``valueString`` for ``value``; None if absent."""
    length = len(stem)
    for name in node:
        if name.startswith(stem) and name[length : length + 1].isupper():
            return name
    for name in node:
        if name[:1] == "_" and name.startswith(stem, 1) and name[length + 1 : length + 2].isupper():
            return name[1:]
    return None


def may_be(node: Node, name: str, *codes: str) -> bool:
    """Whether a mandatory element has one of these codes, or cannot be told.

    That it is missing, or no string, is the structure layer's to report.
    """
    value = node.get(name)
    return value in codes if isinstance(value, str) else True


def count(node: Node, name: str) -> int:
    """How many elements of that name there are: FHIRPath's ``count()``."""
    value, aside = node.get(name), node.get("_" + name)
    if isinstance(value, list) or isinstance(aside, list):
        return max(len(items(value)), len(items(aside)))
    return int(has(node, name))


def items(value: object) -> list[Any]:
    """The items of an array; none if the value is no array."""
    return value if isinstance(value, list) else []


def nodes(value: object) -> list[Node]:
    """The objects of an array; none if the value is no array."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def text(value: object) -> str:
    """A string as it is; the empty string, which FHIR does not know, for anything else."""
    return value if isinstance(value, str) else ""


def number(value: object) -> Decimal | None:
    """A number; None for anything else, also for true and false and for what is no finite one."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    exact = Decimal(str(value)) if isinstance(value, float) else Decimal(value)
    return exact if exact.is_finite() else None


def codes(concept: object, system: str | None = None) -> list[str]:
    """The codes of a CodeableConcept, of one code system or of all."""
    if not isinstance(concept, dict):
        return []
    return [
        coding["code"]
        for coding in nodes(concept.get("coding"))
        if isinstance(coding.get("code"), str)
        and (system is None or coding.get("system") == system)
    ]


def may_be_coded(concept: object, system: str, *wanted: str) -> bool:
    """Whether a CodeableConcept has one of these codes, or cannot be told.

    A coding without system may be of the code system that is asked for, and where there is no
    coding, a binding's check says so.
    """
    if not isinstance(concept, dict):
        return True
    codings = nodes(concept.get("coding"))
    return not codings or any(
        text(coding.get("code")) in ("", *wanted) and coding.get("system", system) == system
        for coding in codings
    )


def children(node: Node) -> Iterator[Node]:
    """The objects directly within an object, also those in its arrays."""
    for value in node.values():
        if isinstance(value, dict):
            yield value
        elif isinstance(value, list):
            for item in value:
                if isinstance(item, dict):
                    yield item


def descendants(node: Node) -> Iterator[Node]:
    """The objects within an object, however deep; without recursion, and not in document order."""
    waiting = list(children(node))
    while waiting:
        inner = waiting.pop()
        yield inner
        waiting.extend(children(inner))


def repeated(values: list[Any]) -> list[int]:
    """The places of the strings that stand earlier in the list already."""
    seen: set[str] = set()
    places = []
    for place, value in enumerate(values):
        if isinstance(value, str):
            if value in seen:
                places.append(place)
            seen.add(value)
    return places


def tree(node: Node, name: str) -> Iterator[Node]:
    """The items of a questionnaire, the concepts of a code system: all levels, in their order."""
    waiting = nodes(node.get(name))[::-1]
    while waiting:
        inner = waiting.pop()
        yield inner
        waiting.extend(nodes(inner.get(name))[::-1])
