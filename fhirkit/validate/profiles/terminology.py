"""Value sets of a guide, expanded offline: out of its own code systems and those of R4.

https://hl7.org/fhir/R4/valueset.html#compositions. What cannot be told offline, a filter over
SNOMED CT, judges no code.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from fhirkit.validate import definitions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fhirkit.validate.profiles.guide import Guide

Json = dict[str, Any]
Codes = Mapping[str, "frozenset[str] | None"]
"""Codes by system, None for every code of it."""


class Unknowable(Exception):
    """A set cannot be told offline."""


def value_set(guide: Guide | None, canonical: str, above: tuple[str, ...] = ()) -> Codes | None:
    """The codes of a value set, None where they cannot be told offline."""
    definition = guide.definition("ValueSet", canonical) if guide else None
    if guide is None or definition is None:
        return definitions.value_set(canonical.partition("|")[0])
    if canonical in above or len(above) > 20:
        return None
    try:
        return _expand(guide, definition, (*above, canonical))
    except (Unknowable, KeyError, TypeError, AttributeError):
        return _expansion(definition)


def _expand(guide: Guide, definition: Json, above: tuple[str, ...]) -> Codes:
    compose = definition["compose"]
    found: dict[str, frozenset[str] | None] = {}
    for include in compose.get("include", ()):
        for system, codes in _include(guide, include, above).items():
            before = found.get(system, frozenset())
            found[system] = None if codes is None or before is None else before | codes
    for exclude in compose.get("exclude", ()):
        for system, codes in _include(guide, exclude, above).items():
            before = found.get(system, frozenset())
            if codes is None or before is None:
                raise Unknowable
            found[system] = before - codes
    if not found:
        raise Unknowable
    return found


def _include(guide: Guide, include: Json, above: tuple[str, ...]) -> Codes:
    parts: list[Codes] = []
    for url in include.get("valueSet", ()):
        codes = value_set(guide, url, above)
        if codes is None:
            raise Unknowable
        parts.append(codes)
    if "system" in include:
        parts.append({include["system"]: _of_system(guide, include)})
    if not parts:
        raise Unknowable
    found = parts[0]
    for other in parts[1:]:
        found = both(found, other)
    return found


def both(first: Codes, second: Codes) -> Codes:
    """What stands in two sets, as several of one include mean it."""
    both: dict[str, frozenset[str] | None] = {}
    for system in first.keys() & second.keys():
        one, two = first[system], second[system]
        both[system] = two if one is None else one if two is None else one & two
    return both


def _of_system(guide: Guide, include: Json) -> frozenset[str] | None:
    if include.get("concept"):
        return frozenset(concept["code"] for concept in include["concept"])
    system = guide.definition("CodeSystem", _versioned(include))
    if system is not None and system.get("content") == "complete":
        return _filtered_all(system, include)
    shipped = definitions.code_system(include["system"])
    if include.get("filter"):
        raise Unknowable
    return frozenset(shipped.codes) if shipped and not shipped.caseless else None


def _versioned(include: Json) -> str:
    version = include.get("version")
    return f"{include['system']}|{version}" if version else str(include["system"])


def _filtered_all(system: Json, include: Json) -> frozenset[str] | None:
    kept = {concept["code"] for concept, _ in concepts(system)}
    for condition in include.get("filter", ()):
        kept &= _FILTERS.get(condition["op"], _refuse)(system, condition)
    if system.get("caseSensitive") is False:
        kept |= {code.lower() for code in kept}
    return frozenset(kept)


def concepts(system: Json) -> Iterator[tuple[Json, str]]:
    """Every concept with the code of the one it stands under, "" at the top, in their order."""
    todo = [(concept, "") for concept in reversed(system.get("concept", []))]
    while todo:
        concept, parent = todo.pop()
        yield concept, parent
        todo += [(inner, concept["code"]) for inner in reversed(concept.get("concept", []))]


def below(system: Json, code: str) -> set[str]:
    """A concept and all that it subsumes, by nesting or by a property that names its parent."""
    children: dict[str, set[str]] = {}
    for concept, parent in concepts(system):
        parents = {parent, *_properties(concept, ("subsumedBy", "parent"))}
        for one in parents:
            children.setdefault(one, set()).add(concept["code"])
    found, todo = set(), [code]
    while todo:
        one = todo.pop()
        if one not in found:
            found.add(one)
            todo += children.get(one, ())
    return found


def _properties(concept: Json, names: tuple[str, ...]) -> Iterator[str]:
    for one in concept.get("property", ()):
        if one.get("code") in names:
            yield next((str(value) for name, value in one.items() if name.startswith("value")), "")


def _is_a(system: Json, condition: Json) -> set[str]:
    _require_concept(condition)
    return below(system, condition["value"])


def _is_not_a(system: Json, condition: Json) -> set[str]:
    _require_concept(condition)
    everything = {concept["code"] for concept, _ in concepts(system)}
    return everything - below(system, condition["value"])


def _descends(system: Json, condition: Json) -> set[str]:
    return _is_a(system, condition) - {condition["value"]}


def _is_one_of(_: Json, condition: Json) -> set[str]:
    _require_concept(condition)
    return {code.strip() for code in condition["value"].split(",")}


def _refuse(_: Json, __: Json) -> set[str]:
    raise Unknowable


def _require_concept(condition: Json) -> None:
    if condition["property"] not in ("concept", "code"):
        raise Unknowable


_FILTERS: dict[str, Callable[[Json, Json], set[str]]] = {
    "is-a": _is_a,
    "is-not-a": _is_not_a,
    "descendent-of": _descends,
    "in": _is_one_of,
}


def _expansion(definition: Json) -> Codes | None:
    """The expansion that a package brings along, where it is whole."""
    expansion = definition.get("expansion")
    if not isinstance(expansion, dict):
        return None
    found: dict[str, set[str]] = {}
    todo = [*expansion.get("contains", ())]
    count = 0
    while todo:
        one = todo.pop()
        if not isinstance(one, dict):
            return None
        count += 1
        todo += one.get("contains", ())
        if "system" in one and "code" in one and not one.get("abstract"):
            found.setdefault(str(one["system"]), set()).add(str(one["code"]))
    if not found or expansion.get("total", count) > count or "next" in expansion:
        return None
    return {system: frozenset(codes) for system, codes in found.items()}
