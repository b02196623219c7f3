"""Fixed values, patterns and limits: whether a value is what a profile says.

https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.fixed_x_
"""

from __future__ import annotations

from decimal import Decimal


def equals(value: object, fixed: object) -> bool:
    """Whether a value is exactly the fixed one: the same elements with the same values."""
    if isinstance(fixed, dict):
        return (
            isinstance(value, dict)
            and value.keys() == fixed.keys()
            and all(equals(value[name], wanted) for name, wanted in fixed.items())
        )
    if isinstance(fixed, list):
        return (
            isinstance(value, list)
            and len(value) == len(fixed)
            and all(equals(one, wanted) for one, wanted in zip(value, fixed, strict=True))
        )
    return _is_same(value, fixed)


def fits(value: object, pattern: object) -> bool:
    """Whether a value has all that the pattern has; what it has besides does not matter.

    Each item of an array in the pattern has to fit some item of the value's.
    """
    if isinstance(pattern, dict):
        return isinstance(value, dict) and all(
            name in value and fits(value[name], wanted) for name, wanted in pattern.items()
        )
    if isinstance(pattern, list):
        return isinstance(value, list) and all(
            any(fits(one, wanted) for one in value) for wanted in pattern
        )
    return _is_same(value, pattern)


def order(value: object, limit: object) -> int | None:
    """-1, 0 or 1 as the value is below, at or above a limit; None where that cannot be told.

    Quantities are compared where their units are the same, times where they are as precise and
    in the same zone.
    """
    if isinstance(limit, dict):
        return _order_of_quantities(value, limit)
    if isinstance(limit, str):
        if not isinstance(value, str) or len(value) != len(limit) or value[19:] != limit[19:]:
            return None
        return (value > limit) - (value < limit)
    one, two = _number(value), _number(limit)
    return None if one is None or two is None else (one > two) - (one < two)


def _order_of_quantities(value: object, limit: dict[str, object]) -> int | None:
    if not isinstance(value, dict) or "value" not in limit:
        return None
    if any(value.get(name) != limit.get(name) for name in ("system", "code")):
        return None
    return order(value.get("value"), limit["value"])


def _is_same(value: object, wanted: object) -> bool:
    if isinstance(value, bool) or isinstance(wanted, bool):
        return value is wanted
    if isinstance(value, float) or isinstance(wanted, float):
        return _number(value) == _number(wanted) is not None
    return value == wanted


def _number(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return None
    made = Decimal(str(value))
    return made if made.is_finite() else None
