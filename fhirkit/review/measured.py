"""Values that a reviewer writes: digits, and a unit looked up as the reader looks it up."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from fhirkit.facts.model import MedicationFact, ObservationFact, PatientFact, Quantity
from fhirkit.facts.numbers import UnitTable, clean_digits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fhirkit._data import Mappings
    from fhirkit.facts.model import Fact
    from fhirkit.narrative.span import Span
    from fhirkit.review.decisions import Changes

_FIELDS: Final[Mapping[type[Fact], str]] = {
    MedicationFact: "dose",
    ObservationFact: "value",
    PatientFact: "age",
}
_UNITS_OF_AGE: Final = frozenset({"a", "mo", "wk", "d", "h"})
_WRITTEN = re.compile(r"\d[\d.,·]*")


class Misfit(Exception):  # it says why a change does not fit, and is always caught
    """A change that a fact cannot take as it is; the message says why, without its words."""


def measured(fact: Fact, changes: Changes, mappings: Mappings) -> tuple[Fact, list[str]]:
    """``fact`` with the value and unit of ``changes``, and what became of what.

    A value that is no single number becomes one. Raises Misfit where a value is missing, and where
    a dose or an age cannot be what is given.
    """
    if changes.value is None and changes.unit is None:
        return fact, []
    field = _FIELDS[type(fact)]
    old = getattr(fact, field)
    before = old if isinstance(old, Quantity) else None
    span = old.span if old is not None else fact.spans[0]
    made = _quantity(span, before, changes, mappings)
    if isinstance(fact, MedicationFact) and made.comparator:
        raise Misfit("a dose cannot be bounded")
    if isinstance(fact, PatientFact):
        _check_age(made)
    told = [("value", _value(before), _value(made)), ("unit", _unit(before), _unit(made))]
    changed: Fact = replace(fact, **{field: made})  # type: ignore[arg-type]
    return changed, [f"{name} from {was} to {now}" for name, was, now in told if was != now]


def _quantity(
    span: Span, before: Quantity | None, changes: Changes, mappings: Mappings
) -> Quantity:
    if changes.value is not None:
        made = Quantity(span, changes.value, comparator=changes.comparator)
        if before is not None:
            made = replace(made, unit=before.unit, ucum=before.ucum)
    elif before is not None:
        made = before
    else:
        raise Misfit("there is no single value that the unit could be of")
    if changes.unit is None:
        return made
    return replace(made, unit=changes.unit or None, ucum=_ucum(changes.unit, mappings))


def _ucum(unit: str, mappings: Mappings) -> str | None:
    """The UCUM code of a unit as written, or as its code; None where no row knows it."""
    match = UnitTable(mappings).match(unit, 0) if unit else None
    if match is not None and match[0] == len(unit):
        return match[1]
    return unit if unit in mappings.ucum else None


def _check_age(age: Quantity) -> None:
    if age.comparator:
        raise Misfit("an age cannot be bounded")
    if age.ucum not in _UNITS_OF_AGE or not float(age.digits) > 0:
        raise Misfit("an age is a number above zero in years, months, weeks, days or hours")


def with_place(fact: Fact, place: Span) -> Fact:
    """``fact`` with its value at another place."""
    field = _FIELDS[type(fact)]
    moved: Fact = replace(fact, **{field: replace(getattr(fact, field), span=place)})
    return moved


def _value(quantity: Quantity | None) -> str:
    return "none" if quantity is None else f"{quantity.comparator or ''}{quantity.digits}"


def _unit(quantity: Quantity | None) -> str:
    return (quantity.unit or quantity.ucum or "none") if quantity is not None else "none"


def digits_in(span: Span, digits: str, unit: str | None) -> tuple[int, int]:
    """Where a number, with its unit if that follows, stands within ``span``; else all of it."""
    for match in _WRITTEN.finditer(span.text):
        number = match.group().rstrip(".,·")
        if clean_digits(number) == digits.lstrip("+-"):
            start, end = match.start(), match.start() + len(number)
            behind = (
                re.compile(rf"\s*{re.escape(unit)}(?!\w)").match(span.text, end) if unit else None
            )
            return span.start + start, span.start + (behind.end() if behind else end)
    return span.start, span.end
