"""Which facts may be drawn, and what stands beside them."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite
from typing import TYPE_CHECKING

from fhirkit.facts.model import (
    AdverseEventFact,
    Certainty,
    ConditionFact,
    Fact,
    MedicationFact,
    ObservationFact,
    PatientFact,
    ProcedureFact,
    Quantity,
    SymptomFact,
    Use,
    Whose,
)
from fhirkit.report.timeline import names
from fhirkit.report.timeline.told import Told

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fhirkit.report.timeline.model import Place


def shown(facts: Iterable[Fact]) -> list[Fact]:
    """What may be drawn: held true or suspected of the patient, each reaction once."""
    own = [
        fact
        for fact in facts
        if fact.whose is Whose.PATIENT
        and fact.certainty in (Certainty.AFFIRMED, Certainty.SUSPECTED)
        and not (isinstance(fact, MedicationFact) and fact.use is Use.CONSIDERED)
        and not (isinstance(fact, PatientFact) and fact.died is None and fact.deceased is None)
    ]
    covered = {fact.condition for fact in own if isinstance(fact, AdverseEventFact)}
    return [fact for fact in own if fact.id not in covered or numeric(fact) is not None]


@dataclass(frozen=True, slots=True)
class Number:
    """A value for a line: what lines are told apart by, and how high it stands."""

    value: float
    name: str
    unit: str


def numeric(fact: Fact) -> Number | None:
    """The number of an observation, for a line through several of them."""
    if not isinstance(fact, ObservationFact) or not isinstance(fact.value, Quantity):
        return None
    try:
        value = float(fact.value.digits)
    except ValueError:
        return None
    if not isfinite(value):
        return None
    specimen = fact.specimen.concept if fact.specimen is not None else None
    name = names.name(fact)
    if specimen is not None and specimen.lower() not in name.lower():
        name = f"{name} ({names.folded(specimen)})"
    return Number(value, name, fact.value.ucum or names.folded(fact.value.unit or ""))


def has_quantity(fact: Fact) -> bool:
    """Whether a fact is an observation with a number."""
    return isinstance(fact, ObservationFact) and isinstance(fact.value, Quantity)


def within(fact: Fact, stay: str, at: int, lasted: float) -> Told:
    """In a stay, on no day that is told."""
    return Told(owner=fact.id, at=at, words="", short="", low=0.0, high=lasted, anchor=stay)


def undirected(fact: Fact, at: int) -> Told | None:
    """Words of time that say neither a distance nor a direction ("over the next weeks")."""
    for name in ("when", "start", "onset", "latency", "died"):
        when = getattr(fact, name, None)
        if when is not None:
            words = names.folded(when.span.text)
            return Told(owner=fact.id, at=at, words=words, short="", low=-inf, high=inf)
    return None


def goes_on(fact: Fact, end: Place | None) -> bool:
    """Whether it ran on, and no end is told."""
    if isinstance(fact, ConditionFact):
        return fact.history is not None
    return isinstance(fact, MedicationFact) and fact.use is Use.LONG_TERM and end is None


def detail_of(fact: Fact) -> str:
    """What stands beside a mark: dose and rhythm, a value, that the patient died."""
    match fact:
        case MedicationFact():
            parts = [names.amount(fact.dose)]
            if fact.regimen is not None:
                parts.append(names.folded(fact.regimen.span.text))
            return ", ".join(part for part in parts if part)
        case ObservationFact():
            return names.amount(fact.value)
        case ProcedureFact() if fact.regimen is not None:
            return names.folded(fact.regimen.span.text)
        case SymptomFact() | ConditionFact() if fact.severity is not None:
            return names.amount(fact.severity)
        case _:
            return ""
