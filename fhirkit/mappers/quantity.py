"""Numbers, with the digits and the unit the author wrote."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from fhirkit.errors import InputError

if TYPE_CHECKING:
    from fhirkit.facts.model import Quantity, Range, Ratio
    from fhirkit.mappers.context import Resource

UCUM = "http://unitsofmeasure.org"
TIME_UNITS = frozenset({"ms", "s", "min", "h", "d", "wk", "mo", "a"})

_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_JSON_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_AGE_UNITS = {"a": "years", "mo": "months", "wk": "weeks", "d": "days", "h": "hours"}


class Digits(float):
    """A number that keeps the digits it was written with: 0.40, 7.00.

    To everything else it is the float; :func:`fhirkit.bundle.to_json` writes the digits.

    >>> Digits("0.40") == 0.4, str(Digits("0.40"))
    (True, '0.40')
    """

    __slots__ = ("digits",)
    digits: str

    def __new__(cls, digits: str) -> Digits:
        """A number from its digits, which must be a JSON number."""
        made = super().__new__(cls, digits)
        made.digits = digits
        return made

    def __repr__(self) -> str:
        return self.digits

    def __getnewargs__(self) -> tuple[str]:  # type: ignore[override]
        # float's own would copy and unpickle the number without its digits.
        return (self.digits,)


def number(digits: str) -> int | float:
    """The number of ``digits``: an int, a float, or :class:`Digits` where a float loses some."""
    if not _NUMBER.fullmatch(digits) or not math.isfinite(value := float(digits)):
        raise InputError("a quantity's digits are no number", detail=digits)
    if digits.isdigit():
        return int(digits)
    if repr(value) == digits or not _JSON_NUMBER.fullmatch(digits):
        return value
    return Digits(digits)


def quantity(measured: Quantity) -> Resource:
    """A Quantity: number, comparator, unit as written and its UCUM code."""
    made: Resource = {"value": number(measured.digits)}
    if measured.comparator:
        made["comparator"] = measured.comparator
    return _with_unit(made, measured)


def simple_quantity(measured: Quantity) -> Resource:
    """A SimpleQuantity: as :func:`quantity`, and never a comparator (sqty-1)."""
    return _with_unit({"value": number(measured.digits)}, measured)


def _with_unit(made: Resource, measured: Quantity) -> Resource:
    if measured.unit:
        made["unit"] = " ".join(measured.unit.split())
    if measured.ucum:
        made.setdefault("unit", measured.ucum)
        made["system"] = UCUM
        made["code"] = measured.ucum
    return made


def score(measured: Quantity) -> Resource:
    """A point on a scale; scales are counted in UCUM's ``{score}``."""
    made = quantity(measured)
    if "code" not in made:
        made["unit"] = made.get("unit", "score")
        made |= {"system": UCUM, "code": "{score}"}
    return made


def duration(measured: Quantity | None) -> Resource | None:
    """A Duration; None where the unit is not one of time (drt-1)."""
    if measured is None or measured.ucum not in TIME_UNITS:
        return None
    return quantity(measured)


def age(measured: Quantity) -> Resource | None:
    """An Age; None where the unit is not one of time or the number is zero (age-1)."""
    if measured.ucum not in _AGE_UNITS or not number(measured.digits) > 0:
        return None
    made = quantity(measured)
    # "year-old" and "yo" are words of the sentence, not of the unit.
    made["unit"] = _AGE_UNITS[measured.ucum]
    return made


def ratio(parts: Ratio) -> Resource:
    """A Ratio of two plain numbers."""
    return {
        "numerator": {"value": number(parts.numerator)},
        "denominator": {"value": number(parts.denominator)},
    }


def value_range(bounds: Range) -> Resource | None:
    """A Range; None without bounds, or where low is above high (rng-2)."""
    made: Resource = {}
    if bounds.low is not None:
        made["low"] = simple_quantity(bounds.low)
    if bounds.high is not None:
        made["high"] = simple_quantity(bounds.high)
    if len(made) == 2 and made["low"]["value"] > made["high"]["value"]:
        return None
    return made or None
