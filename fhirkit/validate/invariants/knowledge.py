"""Invariants of guides, measures, messages, requests, maps and the data these ask for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fhirkit.validate.invariants.reading import has, has_any, items, nodes, text
from fhirkit.validate.invariants.registry import culprits, invariant

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fhirkit.validate.findings import Node
    from fhirkit.validate.invariants.registry import Place
    from fhirkit.validate.scope import Scope

_MANY = r"\*|0*[1-9][0-9]*"


# https://hl7.org/fhir/R4/metadatatypes.html#DataRequirement


@invariant
def drq_1(code_filter: Node, _: Scope) -> bool:
    """Either a path or a searchParam must be provided, but not both"""
    return has(code_filter, "path") != has(code_filter, "searchParam")


@invariant
def drq_2(date_filter: Node, _: Scope) -> bool:
    """Either a path or a searchParam must be provided, but not both"""
    return has(date_filter, "path") != has(date_filter, "searchParam")


# https://hl7.org/fhir/R4/implementationguide.html#invs


@culprits
def ig_1(definition: Node, _: Scope) -> Iterator[Place]:
    """If a resource has a groupingId, it must refer to a grouping defined in the Implementation Guide"""
    known = {text(grouping.get("id")) for grouping in nodes(definition.get("grouping"))}
    for resource in nodes(definition.get("resource")):
        grouping = text(resource.get("groupingId"))
        if grouping and grouping not in known:
            yield resource, "groupingId"


@culprits
def ig_2(guide: Node, _: Scope) -> Iterator[Place]:
    """If a resource has a fhirVersion, it must be oe of the versions defined for the Implementation Guide"""
    definition = guide.get("definition")
    known = {text(version) for version in items(guide.get("fhirVersion"))}
    resources = nodes(definition.get("resource")) if isinstance(definition, dict) else []
    for resource in resources:
        versions = items(resource.get("fhirVersion"))
        for position, version in enumerate(versions):
            if isinstance(version, str) and version not in known:
                yield versions, position


# https://hl7.org/fhir/R4/measure.html#invs


@culprits
def mea_1(measure: Node, _: Scope) -> Iterator[Place]:
    """Stratifier SHALL be either a single criteria or a set of criteria components"""
    for group in nodes(measure.get("group")):
        for stratifier in nodes(group.get("stratifier")):
            single = has_any(stratifier, "code", "description", "criteria")
            if single == has(stratifier, "component"):
                yield stratifier, None


# https://hl7.org/fhir/R4/messagedefinition.html#invs


@culprits
def md_1(focus: Node, _: Scope) -> Iterable[Place]:
    """Max must be postive int or *"""
    most = text(focus.get("max"))
    return ((focus, "max"),) if most and not re.fullmatch(_MANY, most) else ()


# https://hl7.org/fhir/R4/requestgroup.html#invs


@invariant
def rqg_1(action: Node, _: Scope) -> bool:
    """Must have resource or action but not both"""
    return has(action, "resource") != has(action, "action")


# https://hl7.org/fhir/R4/structuremap.html#invs


@invariant
def smp_1(target: Node, _: Scope) -> bool:
    """Can only have an element if you have a context"""
    return not has(target, "element") or has(target, "context")


@invariant
def smp_2(target: Node, _: Scope) -> bool:
    """Must have a contextType if you have a context"""
    return not has(target, "context") or has(target, "contextType")
