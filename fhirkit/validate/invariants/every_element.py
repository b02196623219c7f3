"""Invariants of every element, every extension, and every resource that has narrative."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from fhirkit.validate.invariants.reading import descendants, has_any, has_choice, nodes, text
from fhirkit.validate.invariants.registry import culprits, invariant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fhirkit.validate.findings import Node
    from fhirkit.validate.invariants.registry import Place
    from fhirkit.validate.scope import Scope

_NO_CHILDREN = frozenset({"id", "resourceType", "fhir_comments"})


@invariant
def ele_1(element: Node, _: Scope) -> bool:
    """All FHIR elements must have a @value or children"""
    return any(name not in _NO_CHILDREN for name in element)


@invariant
def ext_1(extension: Node, _: Scope) -> bool:
    """Must have either extensions or value[x], not both"""
    return ("extension" in extension) != has_choice(extension, "value")


@culprits
def dom_2(resource: Node, _: Scope) -> Iterator[Place]:
    """If the resource is contained in another resource, it SHALL NOT contain nested Resources"""
    if "contained" in resource:
        for inner in nodes(resource["contained"]):
            if "contained" in inner:
                yield inner, "contained"


@culprits
def dom_3(resource: Node, scope: Scope) -> Iterator[Place]:
    """If the resource is contained in another resource, it SHALL be referred to from elsewhere in the resource or SHALL refer to the containing resource"""
    if "contained" not in resource or resource is not scope.container:
        return  # what a contained resource contains is dom-2's
    contained = nodes(resource["contained"])
    known = {f"#{inner['id']}" for inner in contained if isinstance(inner.get("id"), str)}
    references = list(_local_references(resource))
    if any(url != "#" and name == "reference" and url not in known for name, url in references):
        return  # a reference that leads nowhere, ref-1's, may be the one that is missed here
    told = Counter(url for _, url in references)
    for inner in contained:
        own = Counter(url for _, url in _local_references(inner))
        itself = f"#{text(inner.get('id'))}"
        if "#" not in own and (itself == "#" or told[itself] == own[itself]):
            yield inner, None


def _local_references(resource: Node) -> Iterator[tuple[str, str]]:
    """Every string in a resource that may be a local reference, canonical or url, and its name."""
    for node in (resource, *descendants(resource)):
        for name, value in node.items():
            for item in value if isinstance(value, list) else (value,):
                if isinstance(item, str) and item.startswith("#"):
                    yield name, item


@culprits
def dom_4(resource: Node, _: Scope) -> Iterator[Place]:
    """If a resource is contained in another resource, it SHALL NOT have a meta.versionId or a meta.lastUpdated"""
    if "contained" in resource:
        for inner in nodes(resource["contained"]):
            meta = inner.get("meta")
            if isinstance(meta, dict) and has_any(meta, "versionId", "lastUpdated"):
                yield inner, "meta"


@culprits
def dom_5(resource: Node, _: Scope) -> Iterator[Place]:
    """If a resource is contained in another resource, it SHALL NOT have a security label"""
    if "contained" in resource:
        for inner in nodes(resource["contained"]):
            meta = inner.get("meta")
            if isinstance(meta, dict) and "security" in meta:
                yield inner, "meta"


@invariant
def dom_6(resource: Node, _: Scope) -> bool:
    """A resource should have narrative for robust management"""
    narrative = resource.get("text")
    if not isinstance(narrative, dict):
        return "text" in resource
    return has_any(narrative, "div")
