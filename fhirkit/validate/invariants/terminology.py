"""Invariants of ValueSet, CodeSystem, ConceptMap and NamingSystem."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fhirkit.validate.invariants.reading import has, has_any, nodes, repeated, tree
from fhirkit.validate.invariants.registry import culprits, invariant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fhirkit.validate.findings import Node
    from fhirkit.validate.invariants.registry import Place
    from fhirkit.validate.scope import Scope


# https://hl7.org/fhir/R4/valueset.html#invs


@invariant
def vsd_1(include: Node, _: Scope) -> bool:
    """A value set include/exclude SHALL have a value set or a system"""
    return has_any(include, "system", "valueSet")


@invariant
def vsd_2(include: Node, _: Scope) -> bool:
    """A value set with concepts or filters SHALL include a system"""
    return has(include, "system") or not has_any(include, "concept", "filter")


@invariant
def vsd_3(include: Node, _: Scope) -> bool:
    """Cannot have both concept and filter"""
    return not (has(include, "concept") and has(include, "filter"))


@invariant
def vsd_6(contains: Node, _: Scope) -> bool:
    """SHALL have a code or a display"""
    return has_any(contains, "code", "display")


@invariant
def vsd_9(contains: Node, _: Scope) -> bool:
    """Must have a code if not abstract"""
    return has(contains, "code") or contains.get("abstract") is True


@invariant
def vsd_10(contains: Node, _: Scope) -> bool:
    """Must have a system if a code is present"""
    return has(contains, "system") or not has(contains, "code")


# https://hl7.org/fhir/R4/codesystem.html#invs


@culprits
def csd_1(system: Node, _: Scope) -> Iterator[Place]:
    """Within a code system definition, all the codes SHALL be unique"""
    concepts = list(tree(system, "concept"))
    for place in repeated([concept.get("code") for concept in concepts]):
        yield concepts[place], "code"


# https://hl7.org/fhir/R4/conceptmap.html#invs


@invariant
def cmd_1(target: Node, _: Scope) -> bool:
    """If the map is narrower or inexact, there SHALL be some comments"""
    return target.get("equivalence") not in ("narrower", "inexact") or has(target, "comment")


@invariant
def cmd_2(unmapped: Node, _: Scope) -> bool:
    """If the mode is 'fixed', a code must be provided"""
    return unmapped.get("mode") != "fixed" or has(unmapped, "code")


@invariant
def cmd_3(unmapped: Node, _: Scope) -> bool:
    """If the mode is 'other-map', a url must be provided"""
    return unmapped.get("mode") != "other-map" or has(unmapped, "url")


# https://hl7.org/fhir/R4/namingsystem.html#invs


@culprits
def nsd_1(system: Node, _: Scope) -> Iterator[Place]:
    """Root systems cannot have uuid identifiers"""
    if system.get("kind") == "root":
        for identifier in nodes(system.get("uniqueId")):
            if identifier.get("type") == "uuid":
                yield identifier, "type"


@culprits
def nsd_2(system: Node, _: Scope) -> Iterator[Place]:
    """Can't have more than one preferred identifier for a type"""
    preferred = [
        identifier
        for identifier in nodes(system.get("uniqueId"))
        if identifier.get("preferred") is True
    ]
    for place in repeated([identifier.get("type") for identifier in preferred]):
        yield preferred[place], "preferred"
