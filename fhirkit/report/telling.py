"""What a fact says, in the order and the words in which a clinician looks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fhirkit.facts.model import (
    AdverseEventFact,
    ConditionFact,
    EncounterFact,
    Fact,
    MedicationFact,
    ObservationFact,
    PatientFact,
    ProcedureFact,
    Quantity,
    Range,
    Ratio,
    Regimen,
    ReportFact,
    Suspect,
    SymptomFact,
    Term,
    When,
)
from fhirkit.narrative.span import Span
from fhirkit.report.entries import Detail, Part

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fhirkit.mappers.wording import Wording

#: The field that names a fact.
NAMED_BY: dict[type[Fact], str] = {
    AdverseEventFact: "reaction",
    ConditionFact: "name",
    EncounterFact: "kind",
    MedicationFact: "drug",
    ObservationFact: "analyte",
    ProcedureFact: "name",
    ReportFact: "study",
    SymptomFact: "name",
}
#: The field with what is shown largest, and can be corrected as value and unit.
_VALUED_BY: dict[type[Fact], str] = {
    MedicationFact: "dose",
    ObservationFact: "value",
    PatientFact: "age",
}
#: What a reader misses where the text does not tell it.
_MISSED = frozenset({"latency", "seriousness", "outcome", "causality"})

#: Terms of which the author's words say more: a concept may be a letter of a code system.
_IN_WORDS = frozenset({"interpretation", "specimen"})

_DETAILS: dict[type[Fact], tuple[tuple[str, str], ...]] = {
    PatientFact: (
        ("sex", "sex"),
        ("age group", "age_group"),
        ("handedness", "handedness"),
        ("occupation", "occupation"),
        ("died", "deceased"),
        ("time of death", "died"),
        ("cause of death", "cause_of_death"),
    ),
    MedicationFact: (
        ("dose in words", "dose_words"),
        ("total told", "cumulative"),
        ("number of the dose", "dose_number"),
        ("form", "form"),
        ("route", "route"),
        ("regimen", "regimen"),
        ("when", "when"),
        ("started", "start"),
        ("until", "stop"),
        ("given for", "reason"),
        ("given for", "reason_words"),
        ("action taken", "action"),
        ("stopped", "stopped"),
        ("stopped because", "reason_stopped"),
        ("during", "encounter"),
    ),
    ObservationFact: (
        ("judged", "interpretation"),
        ("normal range", "reference"),
        ("specimen", "specimen"),
        ("method", "method"),
        ("when", "when"),
        ("during", "encounter"),
    ),
    ConditionFact: (
        ("severity", "severity"),
        ("course", "course"),
        ("site", "body_site"),
        ("stage", "stage"),
        ("onset", "onset"),
        ("history", "history"),
        ("age at onset", "onset_age"),
        ("outcome", "outcome"),
        ("due to", "due_to"),
        ("shown by", "evidence"),
        ("during", "encounter"),
    ),
    SymptomFact: (
        ("severity", "severity"),
        ("site", "body_site"),
        ("lasted", "duration"),
        ("when", "when"),
        ("during", "encounter"),
    ),
    ProcedureFact: (
        ("times", "count"),
        ("regimen", "regimen"),
        ("when", "when"),
        ("done for", "reason"),
        ("outcome", "outcome"),
        ("not done because", "reason_not_done"),
        ("during", "encounter"),
    ),
    ReportFact: (
        ("site", "body_site"),
        ("conclusion", "conclusion"),
        ("when", "when"),
        ("during", "encounter"),
    ),
    EncounterFact: (
        ("when", "when"),
        ("length", "length"),
        ("because of", "reason"),
        ("because of", "reason_words"),
        ("end", "discharge"),
    ),
    AdverseEventFact: (
        ("suspect", "suspects"),
        ("latency", "latency"),
        ("seriousness", "seriousness"),
        ("severity", "severity"),
        ("outcome", "outcome"),
        ("cause, in the author’s words", "causality"),
        ("causality stated", "causality_category"),
        ("judged by", "causality_method"),
        ("told as", "condition"),
    ),
}


class Telling:
    """Tells the facts of one text; ``names`` are what facts are called, by id."""

    def __init__(self, wording: Wording, names: Mapping[str, str]) -> None:
        self._wording = wording
        self._names = names

    def value(self, fact: Fact) -> tuple[str, str]:
        """The value and the unit of a fact as written; empty where it has none."""
        field = _VALUED_BY.get(type(fact))
        found = getattr(fact, field) if field else None
        if isinstance(found, Quantity):
            return (found.comparator or "") + found.digits, self._wording.line(found.unit or "")
        if isinstance(found, Term):  # "POS" is what the mapping calls it
            return self._wording.of(found.span), ""
        return (self._text(found), "") if found is not None else ("", "")

    def words(self, span: Span) -> str:
        """The words of a span in one line."""
        return self._wording.of(span)

    def details(self, fact: Fact) -> tuple[Detail, ...]:
        """What else is known of a fact; a detail without parts is missed in the text."""
        return tuple(self._details(fact))

    def _details(self, fact: Fact) -> Iterator[Detail]:
        told: set[str] = set()
        for label, field in _DETAILS[type(fact)]:
            value = getattr(fact, field)
            missed = isinstance(fact, AdverseEventFact) and field in _MISSED
            # What is named by a fact is not told once more in words.
            if label in told or ((value is None or value == ()) and not missed):
                continue
            if field == "interpretation" and self._is_value(fact, value):
                continue
            if field == "condition" and self._named(value) == self._named(fact.id):
                continue
            told.add(label)
            # "H" is what the mapping calls it; the author said "elevated".
            yield Detail(label, tuple(self._parts(value.span if field in _IN_WORDS else value)))

    def _parts(self, value: object) -> Iterator[Part]:
        match value:
            case None:
                return
            case tuple():
                for item in value:
                    yield from self._parts(item)
            case str():  # the id of another fact
                yield Part(self._names.get(value, value), fact=value)
            case When():
                yield Part(self._wording.of(value.span), value.span)
                if value.anchor is not None and not self._names_it(value):
                    yield Part(f"counted from {self._named(value.anchor)}", fact=value.anchor)
            case Suspect():
                yield from self._suspect(value)
            case Span():
                yield Part(self._wording.of(value), value)
            case Term() | Quantity() | Ratio() | Range() | Regimen():
                yield Part(self._text(value), value.span)

    def _is_value(self, fact: Fact, judged: Term) -> bool:
        """Whether the words that judge a result are the result."""
        value = getattr(fact, "value", None)
        return isinstance(value, Term) and value.span == judged.span

    def _names_it(self, when: When) -> bool:
        """Whether the words of a time themselves say what it is counted from."""
        return self._named(when.anchor or "").casefold() in when.span.text.casefold()

    def _suspect(self, suspect: Suspect) -> Iterator[Part]:
        yield Part(self._named(suspect.medication), fact=suspect.medication)
        if suspect.role != "suspect":
            yield Part(suspect.role)
        for label in ("dechallenge", "rechallenge"):
            term = getattr(suspect, label)
            if term is not None:
                yield Part(f"{label} {self._text(term)}", term.span)

    def _named(self, fact: str) -> str:
        return self._names.get(fact, fact)

    def _text(self, value: object) -> str:
        match value:
            case Term():
                return value.concept or self._wording.of(value.span)
            case Quantity():
                unit = f" {self._wording.line(value.unit)}" if value.unit else ""
                return f"{value.comparator or ''}{value.digits}{unit}"
            case Ratio():
                return f"{value.numerator}:{value.denominator}"
            case Range():
                return self._range(value)
            case Regimen():
                return self._wording.of(value.span)
        raise TypeError(type(value).__name__)

    def _range(self, value: Range) -> str:
        if value.low is None or value.high is None:
            return self._wording.of(value.span)
        if value.low.unit == value.high.unit:
            unit = f" {self._wording.line(value.high.unit)}" if value.high.unit else ""
            return f"{value.low.digits} to {value.high.digits}{unit}"
        return f"{self._text(value.low)} to {self._text(value.high)}"
