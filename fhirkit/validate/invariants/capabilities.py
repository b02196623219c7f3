"""Invariants of what describes a system: capabilities, operations and search parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fhirkit.validate.definitions import is_resource_type
from fhirkit.validate.invariants.elements import REFERRING
from fhirkit.validate.invariants.reading import has, has_any, items, may_be, nodes, repeated
from fhirkit.validate.invariants.registry import culprits, invariant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fhirkit.validate.findings import Node
    from fhirkit.validate.invariants.registry import Place
    from fhirkit.validate.scope import Scope


# https://hl7.org/fhir/R4/capabilitystatement.html#invs


@invariant
def cpb_1(statement: Node, _: Scope) -> bool:
    """A Capability Statement SHALL have at least one of REST, messaging or document element."""
    return has_any(statement, "rest", "messaging", "document")


@invariant
def cpb_2(statement: Node, _: Scope) -> bool:
    """A Capability Statement SHALL have at least one of description, software, or implementation element."""
    return _is_described(statement)


@culprits
def cpb_3(statement: Node, _: Scope) -> Iterator[Place]:
    """Messaging end-point is required (and is only permitted) when a statement is for an implementation."""
    if not may_be(statement, "kind", "instance"):
        for messaging in nodes(statement.get("messaging")):
            if has(messaging, "endpoint"):
                yield messaging, "endpoint"


@culprits
def cpb_7(statement: Node, _: Scope) -> Iterator[Place]:
    """The set of documents must be unique by the combination of profile and mode."""
    documents = nodes(statement.get("document"))
    for place in repeated([_document(document) for document in documents]):
        yield documents[place], None


@culprits
def cpb_9(rest: Node, _: Scope) -> Iterator[Place]:
    """A given resource can only be described once per RESTful mode."""
    resources = nodes(rest.get("resource"))
    for place in repeated([resource.get("type") for resource in resources]):
        yield resources[place], "type"


@culprits
def cpb_12(resource: Node, _: Scope) -> Iterator[Place]:
    """Search parameter names must be unique in the context of a resource."""
    parameters = nodes(resource.get("searchParam"))
    for place in repeated([parameter.get("name") for parameter in parameters]):
        yield parameters[place], "name"


@invariant
def cpb_14(statement: Node, _: Scope) -> bool:
    """If kind = instance, implementation must be present and software may be present"""
    return _instance_is_whole(statement)


@invariant
def cpb_15(statement: Node, _: Scope) -> bool:
    """If kind = capability, implementation must be absent, software must be present"""
    return _capability_is_whole(statement)


@invariant
def cpb_16(statement: Node, _: Scope) -> bool:
    """If kind = requirements, implementation and software must be absent"""
    return _requirements_are_bare(statement)


# https://hl7.org/fhir/R4/terminologycapabilities.html#invs


@invariant
def tcp_1(system: Node, _: Scope) -> bool:
    """If there is more than one version, a version code must be defined"""
    versions = items(system.get("version"))
    return len(versions) <= 1 or all(
        not isinstance(version, dict) or has(version, "code") for version in versions
    )


@invariant
def tcp_2(statement: Node, _: Scope) -> bool:
    """A Capability Statement SHALL have at least one of description, software, or implementation element."""
    return _is_described(statement)


@invariant
def tcp_3(statement: Node, _: Scope) -> bool:
    """If kind = instance, implementation must be present and software may be present"""
    return _instance_is_whole(statement)


@invariant
def tcp_4(statement: Node, _: Scope) -> bool:
    """If kind = capability, implementation must be absent, software must be present"""
    return _capability_is_whole(statement)


@invariant
def tcp_5(statement: Node, _: Scope) -> bool:
    """If kind = requirements, implementation and software must be absent"""
    return _requirements_are_bare(statement)


# https://hl7.org/fhir/R4/operationdefinition.html#invs


@invariant
def opd_1(parameter: Node, _: Scope) -> bool:
    """Either a type must be provided, or parts"""
    return has_any(parameter, "type", "part")


@invariant
def opd_2(parameter: Node, _: Scope) -> bool:
    """A search type can only be specified for parameters of type string"""
    return not has(parameter, "searchType") or parameter.get("type") == "string"


@invariant
def opd_3(parameter: Node, _: Scope) -> bool:
    """A targetProfile can only be specified for parameters of type Reference or Canonical"""
    if not has(parameter, "targetProfile"):
        return True
    kind = parameter.get("type")
    return kind in (*REFERRING, "Any", "Resource", "DomainResource") or is_resource_type(kind)


# https://hl7.org/fhir/R4/searchparameter.html#invs


@invariant
def spd_1(parameter: Node, _: Scope) -> bool:
    """If an xpath is present, there SHALL be an xpathUsage"""
    return not has(parameter, "xpath") or has(parameter, "xpathUsage")


@invariant
def spd_2(parameter: Node, _: Scope) -> bool:
    """Search parameters can only have chain names when the search parameter type is 'reference'"""
    return not has(parameter, "chain") or may_be(parameter, "type", "reference")


def _is_described(statement: Node) -> bool:
    return has_any(statement, "description", "software", "implementation")


def _instance_is_whole(statement: Node) -> bool:
    return statement.get("kind") != "instance" or has(statement, "implementation")


def _capability_is_whole(statement: Node) -> bool:
    if statement.get("kind") != "capability":
        return True
    return has(statement, "software") and not has(statement, "implementation")


def _requirements_are_bare(statement: Node) -> bool:
    if statement.get("kind") != "requirements":
        return True
    return not has_any(statement, "implementation", "software")


def _document(document: Node) -> str | None:
    """What tells two documents apart; None where it is not told."""
    profile, mode = document.get("profile"), document.get("mode")
    known = isinstance(profile, str) and isinstance(mode, str)
    return f"{mode} {profile}" if known else None
