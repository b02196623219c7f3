"""Comparing times and quantities where it is certain how they compare.

FHIRPath gives an empty result for values it cannot compare. These say only what is certain, so
that a rule is broken only where no reading of the values keeps it.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

from fhirkit.validate.invariants.reading import number

if TYPE_CHECKING:
    from fhirkit.validate.findings import Node

_DATE = re.compile(r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:Z|[+-][0-9]{2}:[0-9]{2})"
)


def certainly_before(one: object, other: object) -> bool:
    """Whether a date or time is before another one, whatever their precision leaves open.

    Two times are compared as points in time. Where one is a date, as much of the calendar as
    both tell is compared: 2020-05 is before 2020-06-01, but neither before nor after 2020. No
    zone is guessed for a date. What is no FHIR date or time is before nothing.
    """
    if not (isinstance(one, str) and isinstance(other, str)):
        return False
    if _INSTANT.fullmatch(one) and _INSTANT.fullmatch(other):
        return _is_earlier(one, other)
    known = min(len(one), len(other), 10)
    return one[:known] < other[:known] and _is_moment(one) and _is_moment(other)


def _is_earlier(one: str, other: str) -> bool:
    try:
        return datetime.fromisoformat(one) < datetime.fromisoformat(other)
    except (ValueError, OverflowError):  # a leap second, 30 February
        return False


def _is_moment(value: str) -> bool:
    return bool(_DATE.fullmatch(value) or _INSTANT.fullmatch(value))


def certainly_greater(one: object, other: object) -> bool:
    """Whether a quantity is greater than another one of the same unit."""
    if not (isinstance(one, dict) and isinstance(other, dict) and _is_same_unit(one, other)):
        return False
    if "comparator" in one or "comparator" in other:
        return False
    first, second = number(one.get("value")), number(other.get("value"))
    return first is not None and second is not None and first > second


def _is_same_unit(one: Node, other: Node) -> bool:
    """A code says more than the unit as it is displayed: where both have one, it decides."""
    if "code" in one and "code" in other:
        return one["code"] == other["code"] and one.get("system") == other.get("system")
    return "code" not in one and "code" not in other and one.get("unit") == other.get("unit")
