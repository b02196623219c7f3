"""Decisions of a reviewer, applied to the facts they were made on."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fhirkit._data import load_mappings
from fhirkit.errors import InputError
from fhirkit.facts.case import Case
from fhirkit.facts.jsonform import KINDS
from fhirkit.facts.model import Certainty, Review, Whose
from fhirkit.review.added import added
from fhirkit.review.changes import changes_for, check_changes
from fhirkit.review.correct import corrected
from fhirkit.review.decisions import Verdict
from fhirkit.review.hanging import without
from fhirkit.review.measured import Misfit
from fhirkit.review.seen import seen

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fhirkit._data import Mappings
    from fhirkit.facts.model import Fact
    from fhirkit.review.decisions import Decision, Decisions

_DENIED: Final = frozenset({Certainty.NEGATED, Certainty.REFUTED, Certainty.NOT_DONE})


@dataclass(frozen=True, slots=True)
class Decided:
    """A case after its review; ``untouched`` says which decisions were not applied, and why."""

    case: Case
    untouched: tuple[str, ...] = ()


def decide(case: Case, decisions: Decisions, mappings: Path | Mappings | None = None) -> Decided:
    """``case`` as a reviewer decided.

    Rejected facts are gone, with what hangs on them; corrected ones say what the reviewer says;
    facts that were missed are added, and ``case.reviews`` has who decided what. A decision on a
    fact that is no longer read, or reads otherwise than the reviewer saw it, is not applied but
    told. InputError if the decisions are of another text, or change what a fact does not have.
    ``mappings`` is the directory that :func:`fhirkit.extract` was given, or mappings already loaded.
    """
    digest = sha256(case.text.encode("utf-8", "surrogatepass")).hexdigest()
    if digest != decisions.sha256:
        raise InputError(
            "these decisions were made on another text: its SHA-256 is not the one they have"
        )
    if mappings is None or isinstance(mappings, Path):
        mappings = load_mappings(mappings)
    desk = _Desk(case, mappings)
    last = {decision.fact: decision for decision in decisions.decisions}
    for decision in sorted(last.values(), key=_after_those_it_may_name):
        try:
            desk.take(decision)
        except Misfit as misfit:
            desk.untouched.append(f"{decision.fact}: {decision.verdict} was not applied: {misfit}")
    return desk.result()


def _after_those_it_may_name(decision: Decision) -> tuple[bool, bool]:
    """An added fact may name others, an added adverse event also added drugs."""
    is_new = decision.verdict is Verdict.ADD
    return is_new, is_new and decision.kind == "adverse-event"


@dataclass(slots=True)
class _Desk:
    """The facts of a case while decisions are applied to them."""

    case: Case
    mappings: Mappings
    facts: dict[str, Fact] = field(init=False)
    gone: set[str] = field(default_factory=set)
    denied: set[str] = field(default_factory=set)
    reviews: dict[str, Review] = field(default_factory=dict)
    untouched: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.facts = {fact.id: fact for fact in self.case.facts}

    def take(self, decision: Decision) -> None:
        """Applies one decision; Misfit where it does not fit the facts as they are read now."""
        if decision.verdict is Verdict.ADD:
            self._add(decision)
            return
        fact = self._known(decision)
        changed: tuple[str, ...] = ()
        if decision.verdict is Verdict.REJECT:
            self.gone.add(fact.id)
        elif decision.verdict is Verdict.CORRECT:
            changed = self._correct(fact, decision)
        self._note(decision, fact.patient, changed)

    def _known(self, decision: Decision) -> Fact:
        """The fact that a decision was made on, if it still reads as it was seen."""
        fact = self.facts.get(decision.fact)
        if fact is None:
            raise Misfit("the text is not read so now; review it again")
        places = tuple((span.start, span.end) for span in fact.spans)
        if not isinstance(fact, KINDS[decision.kind]) or places != decision.spans:
            raise Misfit("kind or place are not those of the fact as it is read now")
        if decision.seen is not None and decision.seen != seen(fact):
            raise Misfit("the fact reads otherwise now than it was seen; review it again")
        return fact

    def _correct(self, fact: Fact, decision: Decision) -> tuple[str, ...]:
        check_changes(decision, changes_for(fact))
        made, changed = corrected(fact, decision.changes, self.mappings)
        if made.whose is Whose.PATIENT is not fact.whose and fact.patient is None:
            self._check_patient(None)
        self.facts[fact.id] = made
        if made.whose is not fact.whose and fact.whose is Whose.PATIENT:
            self.gone.add(fact.id)
        elif made.certainty is not fact.certainty and made.certainty in _DENIED:
            self.denied.add(fact.id)
        return changed

    def _add(self, decision: Decision) -> None:
        if decision.fact in self.facts:
            raise Misfit("there is a fact of this id already")
        self._check_patient(decision.patient)
        there = [fact for fact in self.facts.values() if fact.id not in self.gone]
        made = added(self.case.text, there, decision, self.mappings)
        self.facts[made.id] = made
        self._note(decision, made.patient, ())

    def _check_patient(self, patient: int | None) -> None:
        """Where a text tells of several patients, a fact is of one of them."""
        numbers = {fact.patient for fact in self.case.facts} - {None}
        if patient not in (numbers or {None}):
            raise Misfit("it does not say of which of the patients it is told")

    def _note(self, decision: Decision, patient: int | None, changed: tuple[str, ...]) -> None:
        self.reviews[decision.fact] = Review(
            fact=decision.fact,
            verdict=decision.verdict.value,
            by=decision.by,
            at=decision.at,
            changed=changed,
            note=decision.note,
            patient=patient,
        )

    def result(self) -> Decided:
        """The case without what was rejected and what hangs on it, in the order of the text."""
        rejected = {review.fact for review in self.reviews.values() if review.verdict == "reject"}
        left = [fact for fact in self.facts.values() if fact.id not in rejected]
        kept, vanished = without(left, self.gone, self.denied)
        for name in sorted(vanished & self.reviews.keys()):
            verdict = self.reviews.pop(name).verdict
            self.untouched.append(
                f"{name}: {verdict} was not applied: its reaction, or all that was suspected, is "
                "gone by another decision"
            )
        case = replace(
            self.case,
            facts=tuple(_in_order(kept, self.case.facts)),
            reviews=(*self.case.reviews, *self.reviews.values()),
        )
        return Decided(case, tuple(self.untouched))


def _in_order(facts: Iterable[Fact], read: tuple[Fact, ...]) -> list[Fact]:
    """Added facts before the first that begins behind them, all others as they were read."""
    known = {fact.id for fact in read}
    made = list(facts)
    ordered = [fact for fact in made if fact.id in known]
    for fact in made:
        if fact.id not in known:
            start = fact.spans[0].start
            at = next((i for i, f in enumerate(ordered) if f.spans[0].start > start), len(ordered))
            ordered.insert(at, fact)
    return ordered
