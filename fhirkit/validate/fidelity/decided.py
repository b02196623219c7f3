"""Resources that are a person's word: who corrected or added them is in a Provenance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fhirkit.validate.fidelity.sources import name_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from fhirkit.validate.fidelity.sources import Name
    from fhirkit.validate.findings import Node

#: Who answers for what a resource says, and not only for having looked at it.
_ANSWERS: Final = frozenset({"author", "enterer"})
#: What a correction and an addition are to the data.
_CHANGED: Final = frozenset({"CREATE", "UPDATE"})
_SOFTWARE: Final = "Device"


def by_persons(resources: Iterable[Node], targets: Mapping[Name, Node]) -> frozenset[int]:
    """The ``id()`` of each resource that a person corrected or added, by a Provenance that says so.

    ``targets`` are the resources of the bundle by their names.
    """
    return frozenset(
        id(targets[name])
        for resource in resources
        if resource.get("resourceType") == "Provenance" and _is_a_persons(resource, targets)
        for name in map(name_in, _objects(resource.get("target")))
        if name is not None and name in targets
    )


def _is_a_persons(provenance: Node, targets: Mapping[Name, Node]) -> bool:
    if _CHANGED.isdisjoint(_codes(provenance.get("activity"))):
        return False
    return any(
        not _ANSWERS.isdisjoint(_codes(agent.get("type"))) and _is_person(agent.get("who"), targets)
        for agent in _objects(provenance.get("agent"))
    )


def _is_person(who: object, targets: Mapping[Name, Node]) -> bool:
    """Whether a reference leads to somebody, be it by a name in words, and to no software."""
    if not isinstance(who, dict):
        return False
    name = name_in(who)
    if name is None:
        return isinstance(who.get("display"), str) and who.get("type") != _SOFTWARE
    if name in targets:
        return targets[name].get("resourceType") != _SOFTWARE
    # Somebody outside the bundle: of an address the last part but one is the type.
    return who.get("type") != _SOFTWARE and _SOFTWARE not in str(who.get("reference")).split("/")


def _codes(concept: object) -> Iterator[str]:
    codings = concept.get("coding") if isinstance(concept, dict) else None
    for coding in _objects(codings):
        if isinstance(coding.get("code"), str):
            yield coding["code"]


def _objects(values: object) -> Iterator[Node]:
    for value in values if isinstance(values, list) else ():
        if isinstance(value, dict):
            yield value
