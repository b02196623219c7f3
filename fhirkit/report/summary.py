"""A case in one line of the index: what it is about, and how far its review is."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from fhirkit.facts.model import (
    AdverseEventFact,
    Certainty,
    Fact,
    MedicationFact,
    ObservationFact,
    PatientFact,
    ProcedureFact,
    Quantity,
    Range,
    Use,
    Whose,
)
from fhirkit.mappers.identity import document_bytes, document_key, resource_key
from fhirkit.mappers.wording import Wording
from fhirkit.report.resources import placed
from fhirkit.report.telling import NAMED_BY, Telling
from fhirkit.review.decisions import Verdict
from fhirkit.review.seen import seen

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from fhirkit.report.subject import Subject
    from fhirkit.review.decisions import Decisions

#: The scale whose course the index shows.
SCALE: Final = "EDSS"
_NOT_SERIOUS: Final = "non-serious"
_DENIED: Final = frozenset({Certainty.NEGATED, Certainty.REFUTED, Certainty.NOT_DONE})
_DECIDED: Final = frozenset({Verdict.ACCEPT, Verdict.REJECT, Verdict.CORRECT})
#: Resources that tell of the document and not of the case.
_FRAME: Final = frozenset({"Device", "DocumentReference", "Provenance"})
_YEARS: Final = {"a": 1.0, "mo": 1 / 12, "wk": 7 / 365.25, "d": 1 / 365.25, "h": 1 / 8766}


@dataclass(frozen=True, slots=True)
class Patient:
    """Who a case is about, in words, and the age in years where one is told."""

    words: str
    years: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """One case.

    ``suspects`` are what adverse events are ascribed to, ``drugs`` the others that were taken.
    ``course`` are the values of the scale in the order told, one course for each patient, and
    ``worst`` the highest of them. ``facts`` can be decided on, ``altered`` are resources that
    are otherwise in the bundle than read; ``open`` counts the facts without a decision, ``seen``
    are the first digits of what was seen of each.
    """

    name: str
    sha256: str
    patients: tuple[Patient, ...]
    suspects: tuple[str, ...]
    drugs: tuple[str, ...]
    events: tuple[str, ...]
    seriousness: tuple[str, ...]
    course: tuple[str, ...]
    worst: float | None
    facts: int
    altered: int
    open: int
    seen: tuple[str, ...]
    reviewers: tuple[str, ...]
    is_signed: bool
    errors: int
    warnings: int

    @property
    def is_serious(self) -> bool:
        """Whether an adverse event is told to be serious."""
        return any(criterion != _NOT_SERIOUS for criterion in self.seriousness)


def summary(subject: Subject) -> Summary:
    """The line of a subject in the index."""
    case = subject.case
    own = [fact for fact in case.facts if fact.whose is Whose.PATIENT]
    names = _Names(case.text, own)
    events = [f for f in own if isinstance(f, AdverseEventFact) and f.certainty not in _DENIED]
    suspects = _distinct(names.by_id(s.medication) for event in events for s in event.suspects)
    altered = _altered(subject)
    document = document_key(document_bytes(case.text))
    digits = {
        fact.id: seen(fact)
        for fact in case.facts
        if resource_key(document, fact.patient, fact.id) not in altered
    }
    severities = Counter("error" if i.is_error else i.severity.value for i in subject.issues)
    return Summary(
        name=subject.name,
        sha256=sha256(case.text.encode("utf-8", "surrogatepass")).hexdigest(),
        patients=tuple(names.patient(fact) for fact in own if isinstance(fact, PatientFact)),
        suspects=suspects,
        drugs=tuple(name for name in names.taken() if name not in suspects),
        events=_distinct(map(names.of, events)),
        seriousness=_distinct(
            term.concept or names.words.of(term.span) for e in events for term in e.seriousness
        ),
        course=tuple(names.courses()),
        worst=_worst(own),
        facts=len(digits),
        altered=len(altered),
        open=len(digits) - _decided(subject.decisions, digits),
        seen=tuple(digits.values()),
        reviewers=_reviewers(subject.decisions),
        is_signed=subject.decisions is not None and subject.decisions.signed is not None,
        errors=severities["error"],
        warnings=severities["warning"],
    )


class _Names:
    """What the facts of a case are called, and what is told with them."""

    def __init__(self, text: str, facts: Sequence[Fact]) -> None:
        self.words = Wording(text)
        self._facts = facts
        self._known = {fact.id: fact for fact in facts}
        self._telling = Telling(self.words, {})

    def of(self, fact: Fact) -> str:
        """The vocabulary's name of what a fact is about, or the author's."""
        term = getattr(fact, NAMED_BY[type(fact)])
        return term.concept or self.words.of(term.span)

    def by_id(self, name: str) -> str:
        """The same of the fact with this id; empty where there is none."""
        fact = self._known.get(name)
        return self.of(fact) if isinstance(fact, MedicationFact | ProcedureFact) else ""

    def taken(self) -> tuple[str, ...]:
        """The drugs that were taken."""
        return _distinct(
            self.of(fact)
            for fact in self._facts
            if isinstance(fact, MedicationFact)
            and fact.use is not Use.CONSIDERED
            and fact.certainty not in _DENIED
        )

    def patient(self, fact: PatientFact) -> Patient:
        """Age and sex, with the number where there are several patients."""
        value, unit = self._telling.value(fact)
        if unit and not unit.startswith("year"):
            value = f"{value} {unit}" if value == "1" or unit.endswith("s") else f"{value} {unit}s"
        group = fact.age_group
        told = [
            value or (self.words.of(group.span) if group is not None else ""),
            (fact.sex.concept or "") if fact.sex is not None else "",
            "died" if fact.deceased is not None else "",
        ]
        words = ", ".join(filter(None, told)) or "not told"
        number = "" if fact.patient is None else f"{fact.patient}: "
        return Patient(number + words, _years(fact.age))

    def courses(self) -> Iterable[str]:
        """The values of the scale, in the order told, one course for each patient."""
        for number in dict.fromkeys(fact.patient for fact in self._facts):
            values = [
                self._telling.value(fact)[0]
                for fact in self._facts
                if _is_on_scale(fact) and fact.patient == number
            ]
            told = [v for i, v in enumerate(values) if v and (i == 0 or v != values[i - 1])]
            if told:
                before = "" if number is None else f"{number}: "
                yield before + " → ".join(told)


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name))


def _years(age: Quantity | Range | None) -> float | None:
    if isinstance(age, Range):
        age = age.low or age.high
    if age is None:
        return None
    return _number(age.digits, _YEARS.get(age.ucum or "a", 1.0))


def _worst(facts: Iterable[Fact]) -> float | None:
    values = []
    for fact in facts:
        if _is_on_scale(fact) and isinstance(fact, ObservationFact):
            value = fact.value.high if isinstance(fact.value, Range) else fact.value
            if isinstance(value, Quantity):
                values.append(_number(value.digits, 1.0))
    return max(values, default=None)


def _number(digits: str, factor: float) -> float:
    return round(float(digits) * factor, 4)


def _is_on_scale(fact: Fact) -> bool:
    return (
        isinstance(fact, ObservationFact)
        and fact.analyte.concept == SCALE
        and fact.value is not None
        and fact.certainty not in _DENIED
    )


def _altered(subject: Subject) -> frozenset[str]:
    """The keys of the resources that are otherwise in the bundle than read from the text."""
    if not subject.altered:
        return frozenset()
    return frozenset(
        one.key
        for one in placed(subject.bundle)
        if one.url in subject.altered and one.type not in _FRAME
    )


def _decided(decisions: Decisions | None, digits: dict[str, str]) -> int:
    """How many facts a reviewer decided on, as they are read now."""
    if decisions is None:
        return 0
    last = {one.fact: one for one in decisions.decisions}
    return sum(
        1
        for one in last.values()
        if one.verdict in _DECIDED and one.seen is not None and digits.get(one.fact) == one.seen
    )


def _reviewers(decisions: Decisions | None) -> tuple[str, ...]:
    if decisions is None:
        return ()
    if decisions.signed is not None:
        return (decisions.signed.by,)
    return _distinct(one.by for one in decisions.decisions)
