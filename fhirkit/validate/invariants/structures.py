"""Invariants of StructureDefinition: https://hl7.org/fhir/R4/structuredefinition.html#invs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fhirkit.validate.invariants.reading import (
    choice,
    has,
    has_any,
    may_be,
    nodes,
    repeated,
    text,
)
from fhirkit.validate.invariants.registry import culprits, invariant

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fhirkit.validate.findings import Node
    from fhirkit.validate.invariants.registry import Place
    from fhirkit.validate.scope import Scope

_OFFICIAL = "http://hl7.org/fhir/StructureDefinition"
_SYSTEM_TYPE = r"http://hl7\.org/fhirpath/System\.[A-Z][A-Za-z]+"
_TYPE_CHANGED = rf"[a-zA-Z0-9]+|{_SYSTEM_TYPE}"
_TYPE = rf"[a-zA-Z0-9.]+|{_SYSTEM_TYPE}"


@culprits
def sdf_1(structure: Node, _: Scope) -> Iterable[Place]:
    """Element paths must be unique unless the structure is a constraint"""
    if structure.get("derivation") == "constraint":
        return ()
    return _again(_elements(structure, "snapshot"), "path")


@invariant
def sdf_2(mapping: Node, _: Scope) -> bool:
    """Must have at least a name or a uri (or both)"""
    return has_any(mapping, "name", "uri")


@culprits
def sdf_3(snapshot: Node, _: Scope) -> Iterator[Place]:
    """Each element definition in a snapshot must have a formal definition and cardinalities"""
    for element in nodes(snapshot.get("element")):
        for name in ("definition", "min", "max"):
            if not has(element, name):
                yield element, name


@invariant
def sdf_4(structure: Node, _: Scope) -> bool:
    """If the structure is not abstract, then there SHALL be a baseDefinition"""
    return structure.get("abstract") is not False or has(structure, "baseDefinition")


@invariant
def sdf_5(structure: Node, _: Scope) -> bool:
    """If the structure defines an extension then the structure must have context information"""
    return (
        structure.get("type") != "Extension"
        or structure.get("derivation") == "specialization"
        or has(structure, "context")
    )


@invariant
def sdf_6(structure: Node, _: Scope) -> bool:
    """A structure must have either a differential, or a snapshot (or both)"""
    return has_any(structure, "snapshot", "differential")


@culprits
def sdf_8(snapshot: Node, _: Scope) -> Iterable[Place]:
    """All snapshot elements must start with the StructureDefinition's specified type for non-logical models, or with the same type name for logical models"""
    # Whether the first path is the type is sdf-11's question too, and left to it.
    elements = nodes(snapshot.get("element"))
    return _outside(elements, text(elements[0].get("path"))) if elements else ()


@culprits
def sdf_8a(differential: Node, scope: Scope) -> Iterable[Place]:
    """In any differential, all the elements must start with the StructureDefinition's specified type for non-logical models, or with the same type name for logical models"""
    elements = nodes(differential.get("element"))
    first = text(elements[0].get("path")) if elements else ""
    if not first:
        return ()
    if not _is_logical(scope.resource):
        if not first.startswith(text(scope.resource.get("type"))):
            return ((elements[0], "path"),)
    return _outside(elements, first.partition(".")[0])


@culprits
def sdf_8b(snapshot: Node, _: Scope) -> Iterator[Place]:
    """All snapshot elements must have a base definition"""
    for element in nodes(snapshot.get("element")):
        if not has(element, "base"):
            yield element, "base"


@culprits
def sdf_9(structure: Node, _: Scope) -> Iterator[Place]:
    """In any snapshot or differential, no label, code or requirements on an element without a "." in the path (e.g. the first element)"""
    for part in ("snapshot", "differential"):
        for element in _roots(_elements(structure, part)):
            for name in ("label", "code", "requirements"):
                if has(element, name):
                    yield element, name


@invariant
def sdf_10(element: Node, _: Scope) -> bool:
    """provide either a binding reference or a description (or both)"""
    binding = element.get("binding")
    return not isinstance(binding, dict) or has_any(binding, "valueSet", "description")


@culprits
def sdf_11(structure: Node, _: Scope) -> Iterable[Place]:
    """If there's a type, its content must match the path name in the first element of a snapshot"""
    if _is_logical(structure):
        return ()
    path = text(_first(structure, "snapshot").get("path"))
    kind = text(structure.get("type"))
    return ((structure, "type"),) if path and kind and path != kind else ()


@culprits
def sdf_14(structure: Node, _: Scope) -> Iterator[Place]:
    """All element definitions must have an id"""
    for part in ("snapshot", "differential"):
        for element in _elements(structure, part):
            if not has(element, "id"):
                yield element, "id"


@invariant
def sdf_15(structure: Node, _: Scope) -> bool:
    """The first element in a snapshot has no type unless model is a logical model."""
    return _is_logical(structure) or not has(_first(structure, "snapshot"), "type")


@invariant
def sdf_15a(structure: Node, _: Scope) -> bool:
    """If the first element in a differential has no "." in the path and it's not a logical model, it has no type"""
    first = _first(structure, "differential")
    return not has(first, "type") or _is_logical(structure) or "." in text(first.get("path"))


@culprits
def sdf_16(structure: Node, _: Scope) -> Iterable[Place]:
    """All element definitions must have unique ids (snapshot)"""
    # A missing id is sdf-14's.
    return _again(_elements(structure, "snapshot"), "id")


@culprits
def sdf_17(structure: Node, _: Scope) -> Iterable[Place]:
    """All element definitions must have unique ids (diff)"""
    return _again(_elements(structure, "differential"), "id")


@invariant
def sdf_18(structure: Node, _: Scope) -> bool:
    """Context Invariants can only be used for extensions"""
    return not has(structure, "contextInvariant") or may_be(structure, "type", "Extension")


@culprits
def sdf_19(structure: Node, _: Scope) -> Iterator[Place]:
    """FHIR Specification models only use FHIR defined types"""
    if not text(structure.get("url")).startswith(_OFFICIAL):
        return
    for part, form in (("differential", _TYPE_CHANGED), ("snapshot", _TYPE)):
        for element in _elements(structure, part):
            for kind in nodes(element.get("type")):
                code = text(kind.get("code"))
                if code and not re.fullmatch(form, code):
                    yield kind, "code"


@culprits
def sdf_20(differential: Node, _: Scope) -> Iterator[Place]:
    """No slicing on the root element"""
    for element in _roots(nodes(differential.get("element"))):
        if has(element, "slicing"):
            yield element, "slicing"


@culprits
def sdf_21(structure: Node, _: Scope) -> Iterable[Place]:
    """Default values can only be specified on specializations"""
    if structure.get("derivation") == "specialization":
        return ()
    return _defaults(_elements(structure, "differential"))


@culprits
def sdf_22(structure: Node, _: Scope) -> Iterator[Place]:
    """FHIR Specification models never have default values"""
    if text(structure.get("url")).startswith(_OFFICIAL):
        yield from _defaults(_elements(structure, "snapshot"))
        yield from _defaults(_elements(structure, "differential"))


@culprits
def sdf_23(structure: Node, _: Scope) -> Iterator[Place]:
    """No slice name on root"""
    for part in ("snapshot", "differential"):
        for element in _roots(_elements(structure, part)):
            if has(element, "sliceName"):
                yield element, "sliceName"


def _elements(structure: Node, part: str) -> list[Node]:
    """The element definitions of a snapshot or a differential."""
    holder = structure.get(part)
    return nodes(holder.get("element")) if isinstance(holder, dict) else []


def _first(structure: Node, part: str) -> Node:
    elements = _elements(structure, part)
    return elements[0] if elements else {}


def _is_logical(structure: Node) -> bool:
    """Whether it is a logical model, or may be one as it does not tell its kind."""
    return may_be(structure, "kind", "logical")


def _roots(elements: list[Node]) -> Iterator[Node]:
    """The element definitions about a resource or type as a whole."""
    for element in elements:
        path = text(element.get("path"))
        if path and "." not in path:
            yield element


def _outside(elements: list[Node], root: str) -> Iterator[Place]:
    """The elements after the first whose path does not lead from ``root`` on."""
    for element in elements[1:] if root else ():
        path = text(element.get("path"))
        if path and not path.startswith(root + "."):
            yield element, "path"


def _defaults(elements: list[Node]) -> Iterator[Place]:
    for element in elements:
        name = choice(element, "defaultValue")
        if name:
            yield element, name


def _again(elements: list[Node], name: str) -> Iterator[Place]:
    """The elements whose ``name`` another before them has."""
    for place in repeated([element.get(name) for element in elements]):
        yield elements[place], name
