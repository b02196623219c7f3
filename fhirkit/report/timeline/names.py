"""How facts and spans of time are called in the drawing and in its text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fhirkit.facts.model import (
    AdverseEventFact,
    ConditionFact,
    EncounterFact,
    MedicationFact,
    ObservationFact,
    PatientFact,
    ProcedureFact,
    Quantity,
    Ratio,
    ReportFact,
    SymptomFact,
    Term,
)
from fhirkit.report.kinds import STAYS

if TYPE_CHECKING:
    from fhirkit.facts.model import Fact

KINDS: dict[type[Fact], tuple[str, str]] = {
    PatientFact: ("patient", ""),
    EncounterFact: ("encounter", "kind"),
    MedicationFact: ("medication", "drug"),
    AdverseEventFact: ("adverse-event", "reaction"),
    ConditionFact: ("condition", "name"),
    SymptomFact: ("symptom", "name"),
    ProcedureFact: ("procedure", "name"),
    ReportFact: ("report", "study"),
    ObservationFact: ("observation", "analyte"),
}
_UNITS = {"min": "minute", "h": "hour", "d": "day", "wk": "week", "mo": "month", "a": "year"}


def folded(text: str) -> str:
    """``text`` on one line; characters that are none to be seen become dots."""
    line = " ".join(text.split())
    if line.isprintable():
        return line
    return "".join(character if character.isprintable() else "·" for character in line)


def name(fact: Fact) -> str:
    """What a fact is about."""
    if isinstance(fact, PatientFact):
        return "death"
    term: Term = getattr(fact, KINDS[type(fact)][1])
    if isinstance(fact, EncounterFact):
        return STAYS.get(term.concept or "", folded(term.span.text))
    return folded(term.concept or term.span.text)


def kind(fact: Fact) -> str:
    """The kind of a fact, as its JSON form calls it."""
    return KINDS[type(fact)][0]


def amount(value: object) -> str:
    """A value in a few words."""
    match value:
        case Quantity():
            return folded(f"{value.comparator or ''}{value.digits} {value.unit or ''}")
        case Ratio():
            return f"{value.numerator}:{value.denominator}"
        case Term():
            return folded(value.concept or value.span.text)
        case _:
            return ""


def span_of_time(digits: str, ucum: str) -> str:
    """ "8 months", "1 day"."""
    unit = _UNITS.get(ucum, ucum)
    return f"{digits} {unit}" if digits in ("1", "1.0") else f"{digits} {unit}s"


def unit_name(ucum: str) -> str:
    """ "days"."""
    return f"{_UNITS[ucum]}s"
