"""What the tests of the readers share: a text read, and its facts looked at from outside."""

from __future__ import annotations

from typing import Any, TypeVar

from fhirkit.facts.case import Case, spans_of
from fhirkit.facts.lexicon import lexicon
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
    Whose,
)
from fhirkit.facts.read import read_case
from fhirkit.facts.scene import Scene, scenes
from fhirkit.narrative.narrative import Narrative, read_narrative
from fhirkit.narrative.span import Span

F = TypeVar("F", bound=Fact)

_NAME = {
    MedicationFact: "drug",
    ObservationFact: "analyte",
    ConditionFact: "name",
    SymptomFact: "name",
    ProcedureFact: "name",
    ReportFact: "study",
    EncounterFact: "kind",
    AdverseEventFact: "reaction",
}


class Reading:
    """A text as fhirkit reads it. Every span of every fact has been sliced back."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.case: Case = read_case(text, lexicon())
        for fact in self.case.facts:
            for span in spans_of(fact):
                assert text[span.start : span.end] == span.text

    def of(self, kind: type[F], whose: Whose | None = Whose.PATIENT) -> list[F]:
        """Facts of a kind in the order of the text; the patient's own unless asked for others."""
        return [
            f
            for f in self.case.facts
            if isinstance(f, kind) and (whose is None or f.whose is whose)
        ]

    def named(self, kind: type[F], concept: str, whose: Whose | None = Whose.PATIENT) -> list[F]:
        """Facts of a kind about a concept (or, unknown to the vocabulary, about these words)."""
        return [f for f in self.of(kind, whose) if concept_of(f) == concept]

    def one(self, kind: type[F], concept: str | None = None) -> F:
        """The patient's one fact of a kind, about a concept if one is named."""
        found = self.of(kind) if concept is None else self.named(kind, concept)
        seen = [concept_of(f) for f in self.of(kind, None)]
        assert len(found) == 1, f"{len(found)} facts {kind.__name__} {concept or ''}: {seen}"
        return found[0]

    def by_id(self, fact_id: str | None) -> Fact:
        """The fact with an id."""
        return next(f for f in self.case.facts if f.id == fact_id)

    def patient(self) -> PatientFact | None:
        """The patient, if the text has one."""
        found = self.of(PatientFact, None)
        assert len(found) <= 1
        return found[0] if found else None

    def numbers(self) -> list[tuple[str, str]]:
        """(analyte, value) of the patient's observations that have a number, in order."""
        return [
            (concept_of(f), said(f.value))
            for f in self.of(ObservationFact)
            if isinstance(f.value, Quantity | Ratio | Range)
        ]

    def judged(self) -> list[tuple[str, str | None]]:
        """(analyte, interpretation) of the patient's observations told in words."""
        return [
            (concept_of(f), f.interpretation.concept if f.interpretation else None)
            for f in self.of(ObservationFact)
            if not isinstance(f.value, Quantity | Ratio | Range)
        ]


def concept_of(fact: Fact) -> str:
    """What a fact is about: the vocabulary's name, else the author's words."""
    name = _NAME.get(type(fact))
    if name is None:
        return type(fact).__name__
    term: Term = getattr(fact, name)
    return term.concept or term.span.text


def words(value: Any) -> str | None:
    """The words a value was read from."""
    if value is None:
        return None
    span: Span = value if isinstance(value, Span) else value.span
    return span.text


def mentions(fact: Fact) -> list[str]:
    """The words of all mentions of a fact."""
    return [s.text for s in fact.spans]


def said(value: Any) -> str:
    """A value as one line: comparator, digits, UCUM code."""
    match value:
        case None:
            return ""
        case Quantity():
            return f"{value.comparator or ''}{value.digits} {value.ucum or ''}".strip()
        case Ratio():
            return f"{value.numerator}:{value.denominator}"
        case Range():
            low = value.low.digits if value.low else ""
            high = value.high.digits if value.high else ""
            unit = (value.low or value.high or Quantity(value.span, "")).ucum
            return f"{low}..{high} {unit or ''}".strip()
        case Term():
            return value.concept or value.span.text
        case Regimen():
            parts = []
            if value.frequency:
                parts.append(f"{value.frequency}/{value.period} {value.period_unit}")
            if value.count:
                parts.append(f"x{value.count}")
            if value.duration:
                parts.append(f"for {said(value.duration)}")
            return ", ".join(parts)
        case When():
            return value.date or f"{said(value.offset)} {value.relation or ''}".strip()
        case Span():
            return value.text
        case Suspect():
            return value.medication
        case _:
            return str(value)


def narrative(text: str) -> Narrative:
    """The structure of a text, read with the shipped vocabulary."""
    known = lexicon()
    return read_narrative(text, is_word=known.is_word, headings=known.headings)


def scenes_of(text: str) -> list[Scene]:
    """The scenes of a text before anything is judged."""
    return scenes(narrative(text), lexicon())
