"""How far two validators agree: what each adds to its verdict on a valid resource, and where."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from fhirkit.validate.definitions import group, resource_types


class Said(Protocol):
    """What our issues and the official engine's messages have in common."""

    @property
    def severity(self) -> str: ...
    @property
    def expression(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Verdict:
    """The worst that was said, "error", "warning" or "none", and where that was."""

    level: str
    places: tuple[str, ...]


_LEVELS = {"fatal": "error", "error": "error", "warning": "warning"}


def verdict(said: Sequence[Said], of_base: Iterable[Said] = ()) -> Verdict:
    """What is said beyond what was said of the valid resource already."""
    known = Counter(map(_what, of_base))
    fresh: dict[str, list[str]] = {"error": [], "warning": []}
    for one in said:
        level = _LEVELS.get(one.severity)
        if known[_what(one)] > 0:
            known[_what(one)] -= 1
        elif level:
            fresh[level].append(one.expression or "")
    for level, places in fresh.items():
        if places:
            return Verdict(level, tuple(places))
    return Verdict("none", ())


def relation(place: str, wanted: str) -> str:
    """How a place lies to the one that was wanted: same, parent, child, or elsewhere."""
    ours, theirs = _bare(place), _bare(wanted)
    if ours == theirs:
        return "same"
    if parent(theirs) == ours:
        return "parent"
    if ours.startswith((f"{theirs}.", f"{theirs}[")):
        return "child"
    if theirs.startswith((f"{ours}.", f"{ours}[")):
        return "above"
    return "elsewhere"


def nearest(places: Iterable[str], wanted: str) -> str:
    """The best relation that any of the places has."""
    order = ("same", "parent", "child", "above", "elsewhere")
    return min((relation(place, wanted) for place in places), key=order.index, default="nowhere")


def parent(place: str) -> str:
    """The element one step up; ``a.b[1]`` has ``a.b``, for an item belongs to its array.

    >>> parent("Patient.name[0].family"), parent("Patient.name[0]"), parent("Patient")
    ('Patient.name[0]', 'Patient.name', '')
    """
    return re.sub(r"(\[\d+\]|\.[^.\[]+|^[^.\[]+)$", "", place)


def _bare(place: str) -> str:
    """The place with ``_status`` as ``status`` and choices by their stem, as FHIRPath has them."""
    return ".".join(_step(step.lstrip("_")) for step in place.split("."))


def _step(step: str) -> str:
    name, bracket, rest = step.removesuffix("[x]").partition("[")
    return choices().get(name, name) + bracket + rest


@cache
def choices() -> Mapping[str, str]:
    """The stem of every choice by its names, ``valueQuantity`` to ``value``."""
    types = (group(name) for name in (*resource_types(), *_DATA_TYPES))
    todo = [one for one in types if one]
    seen: set[str] = set()
    found: dict[str, str] = {}
    while todo:
        one = todo.pop()
        seen.add(one.path)
        found |= {name: item.choice for name, item in one.elements.items() if item.choice}
        inner = (item.type for item in one.elements.values() if item.type not in seen)
        todo += [below for name in inner if (below := group(name))]
    return found


_DATA_TYPES = ("Extension", "ElementDefinition")


def _what(said: Said) -> tuple[str, str]:
    return said.severity, said.expression or ""
