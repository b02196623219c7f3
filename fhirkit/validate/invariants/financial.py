"""Invariants of insurance: InsurancePlan and CoverageEligibilityResponse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fhirkit.validate.invariants.reading import has, has_any
from fhirkit.validate.invariants.registry import invariant

if TYPE_CHECKING:
    from fhirkit.validate.findings import Node
    from fhirkit.validate.scope import Scope


@invariant
def ces_1(item: Node, _: Scope) -> bool:
    """SHALL contain a category or a billcode but not both."""
    return has(item, "category") != has(item, "productOrService")


@invariant
def ipn_1(plan: Node, _: Scope) -> bool:
    """The organization SHALL at least have a name or an idendtifier, and possibly more than one"""
    return has_any(plan, "name", "identifier")
