"""The last look at each result: its value read again from its own words.

A reader may have joined a number, a unit and an analyte that do not belong together. Here each
value is read once more by the grammar, from nothing but its span; what does not come out the
same, or is in a unit of another kind than its analyte's, is left out with the reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fhirkit.facts.dimension import dimension, fits
from fhirkit.facts.model import Quantity, Range, Ratio
from fhirkit.facts.numbers import UnitTable, measures

if TYPE_CHECKING:
    from fhirkit.facts.model import Term
    from fhirkit.facts.notebook import Draft, Notebook

_Value = Quantity | Ratio | Range


def verify_observations(book: Notebook) -> None:
    """Drop every observation whose value is not what its words say."""
    units = UnitTable(book.lexicon.mappings)
    faulty: dict[str, list[Draft]] = {}  # by fault
    for draft in book.of("observation"):
        value = draft.fields.get("value")
        if not isinstance(value, Quantity | Ratio | Range):
            continue
        fault = _misread(value, units) or _misfit(book, draft.fields["analyte"], value)
        if fault is not None:
            faulty.setdefault(fault, []).append(draft)
            book.doubted[value.span] = fault
    for fault, drafts in faulty.items():
        book.drop(drafts, fault)


def _misread(value: _Value, units: UnitTable) -> str | None:
    """Why the words are not the value, None if they are."""
    read = measures(value.span.text, units, [])
    numbers = {n for measure in read for n in (measure.digits, measure.second) if n}
    stated = {f"-{n}" for n in numbers if any(m.dashed for m in read)} | numbers
    for digits in _digits(value):
        if digits not in stated:
            return "the number is not what its words say"
    if isinstance(value, Quantity) and value.ucum is not None:
        written = {measure.ucum for measure in read} - {None}
        if written and value.ucum not in written:
            return "the unit is not what its words say"
    return None


def _digits(value: _Value) -> list[str]:
    if isinstance(value, Quantity):
        return [value.digits]
    if isinstance(value, Ratio):
        return [value.numerator, value.denominator]
    return [bound.digits for bound in (value.low, value.high) if bound is not None]


def _misfit(book: Notebook, analyte: Term, value: _Value) -> str | None:
    """Why the analyte cannot have the value, None if it can."""
    row = book.lexicon.mappings.observations.get(analyte.concept or "")
    ucum = value.ucum if isinstance(value, Quantity) else None
    if row is None or not row.units or ucum is None or fits(ucum, row.units):
        return None
    if ucum == "%" and any(dimension(unit) == "count/volume" for unit in row.units):
        return None
    return f"no unit of {row.name}: {ucum}"
