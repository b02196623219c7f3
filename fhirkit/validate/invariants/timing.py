"""Invariants of Timing.repeat: how often, how long, when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fhirkit.validate.invariants.reading import has, items, number
from fhirkit.validate.invariants.registry import invariant

if TYPE_CHECKING:
    from fhirkit.validate.findings import Node
    from fhirkit.validate.scope import Scope

_MEALS = frozenset({"C", "CM", "CD", "CV"})
"""Codes for the time of a meal itself, from which nothing is counted."""


@invariant
def tim_1(repeat: Node, _: Scope) -> bool:
    """if there's a duration, there needs to be duration units"""
    return not has(repeat, "duration") or has(repeat, "durationUnit")


@invariant
def tim_2(repeat: Node, _: Scope) -> bool:
    """if there's a period, there needs to be period units"""
    return not has(repeat, "period") or has(repeat, "periodUnit")


@invariant
def tim_4(repeat: Node, _: Scope) -> bool:
    """duration SHALL be a non-negative value"""
    duration = number(repeat.get("duration"))
    return duration is None or duration >= 0


@invariant
def tim_5(repeat: Node, _: Scope) -> bool:
    """period SHALL be a non-negative value"""
    period = number(repeat.get("period"))
    return period is None or period >= 0


@invariant
def tim_6(repeat: Node, _: Scope) -> bool:
    """If there's a periodMax, there must be a period"""
    return not has(repeat, "periodMax") or has(repeat, "period")


@invariant
def tim_7(repeat: Node, _: Scope) -> bool:
    """If there's a durationMax, there must be a duration"""
    return not has(repeat, "durationMax") or has(repeat, "duration")


@invariant
def tim_8(repeat: Node, _: Scope) -> bool:
    """If there's a countMax, there must be a count"""
    return not has(repeat, "countMax") or has(repeat, "count")


@invariant
def tim_9(repeat: Node, _: Scope) -> bool:
    """If there's an offset, there must be a when (and not C, CM, CD, CV)"""
    if not has(repeat, "offset"):
        return True
    return has(repeat, "when") and not any(
        isinstance(event, str) and event in _MEALS for event in items(repeat.get("when"))
    )


@invariant
def tim_10(repeat: Node, _: Scope) -> bool:
    """If there's a timeOfDay, there cannot be a when, or vice versa"""
    return not (has(repeat, "timeOfDay") and has(repeat, "when"))
