"""The entries of a page: facts, the resources they became, and what was found in those."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from fhirkit.facts.jsonform import FACT_ID, KINDS
from fhirkit.facts.model import (
    ConditionFact,
    EncounterFact,
    Fact,
    MedicationFact,
    ObservationFact,
    PatientFact,
    Use,
    Whose,
)
from fhirkit.mappers.grounding import grounds
from fhirkit.mappers.identity import document_bytes, document_key, resource_key
from fhirkit.mappers.wording import Wording
from fhirkit.report.answering import answering
from fhirkit.report.entries import Detail, Entry, Made, Part
from fhirkit.report.kinds import STAYS
from fhirkit.report.resources import (
    Placed,
    codes_of,
    details_of,
    placed,
    spans_of_resource,
    title_of,
)
from fhirkit.report.telling import NAMED_BY, Telling
from fhirkit.review.changes import changes_for
from fhirkit.review.seen import seen

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from fhirkit.issues import Issue
    from fhirkit.report.subject import Subject

#: Resources that tell of the document and not of the case.
_FRAME = frozenset({"Device", "DocumentReference", "Provenance", "Specimen"})
_ENTRY = re.compile(r"Bundle\.entry\[(\d+)\]")


def collect(subject: Subject) -> tuple[tuple[Entry, ...], tuple[Issue, ...]]:
    """All entries in the order of the text, and the findings that belong to none of them."""
    made = _Made(subject)
    wording = Wording(subject.case.text)
    names = {fact.id: _name(fact, wording) for fact in subject.case.facts}
    teller = Telling(wording, names)
    entries = []
    for fact in subject.case.facts:
        one = made.of_fact.get(fact.id)
        entry = _of_fact(fact, names[fact.id], teller)
        if one is not None and one.url in subject.altered:
            entry = _altered(entry, one, made)
        entries.append(_with_resource(entry, one, made))
    entries += [_of_resource(one, made, subject) for one in made.strangers]
    return tuple(entries), tuple(made.loose)


def _name(fact: Fact, wording: Wording) -> str:
    if isinstance(fact, PatientFact):
        return f"{fact.sex.concept} patient" if fact.sex and fact.sex.concept else "patient"
    field = NAMED_BY[type(fact)]
    term = getattr(fact, field)
    if isinstance(fact, EncounterFact) and term.concept in STAYS:
        return STAYS[term.concept]
    return term.concept or wording.of(term.span)


class _Made:
    """What the facts of a subject became, by the facts' ids."""

    def __init__(self, subject: Subject) -> None:
        case = subject.case
        self._document = document_key(document_bytes(case.text))
        self._ids = {fact.id for fact in case.facts}
        owners = {
            resource_key(self._document, fact.patient, fact.id): fact.id for fact in case.facts
        }
        self.of_fact: dict[str, Placed] = {}
        self.strangers: list[Placed] = []
        homes: dict[int, str] = {}
        resources = placed(subject.bundle)
        self._answering = answering(resources)
        for one in resources:
            # A patient's age and the like have names of their own, with a dot.
            owner = owners.get(one.key.partition(".")[0])
            if owner is not None:
                homes[one.position] = owner
                if one.key in owners:
                    self.of_fact[owner] = one
            elif one.type not in _FRAME and "case.patient" not in one.key:
                self.strangers.append(one)
                homes[one.position] = one.key
        self.findings, self.loose = _dealt(subject.issues, homes)

    def name_of(self, one: Placed) -> str:
        """What the page calls a resource that is no fact: as its key does, if that is a fact's name.

        A reviewer's addition has one. Else it is its place in the bundle; no fact's id has a dot.
        """
        before, _, name = one.key.partition("-")
        known = before == self._document and FACT_ID.fullmatch(name) and name not in self._ids
        return name if known else f"entry.{one.position}"

    def answer(self, one: Placed) -> str:
        """What a person did with a resource; empty where only software answers for it."""
        return self._answering.get(one.url) or self._answering.get(one.key, "")


def _dealt(
    issues: Iterable[Issue], homes: Mapping[int, str]
) -> tuple[Mapping[str, list[Issue]], list[Issue]]:
    """The findings by the entry whose resource they are in, and the rest."""
    found: defaultdict[str, list[Issue]] = defaultdict(list)
    loose: list[Issue] = []
    for issue in issues:
        match = _ENTRY.match(issue.expression or "")
        home = homes.get(int(match[1])) if match else None
        (loose if home is None else found[home]).append(issue)
    return found, loose


def _of_fact(fact: Fact, name: str, teller: Telling) -> Entry:
    """The entry of a fact, as it was read."""
    value, unit = teller.value(fact)
    return Entry(
        id=fact.id,
        kind=_KIND_OF[type(fact)],
        group=_group(fact),
        title=name,
        value=value,
        unit=unit,
        details=(*_first(fact), *teller.details(fact)),
        certainty=fact.certainty.value,
        whose=fact.whose.value,
        rule=fact.rule,
        why=fact.why,
        words=teller.words(fact.spans[0]),
        mentions=fact.spans,
        spans=tuple(grounds(fact)),
        seen=seen(fact),
        changes=changes_for(fact),
        patient=fact.patient,
    )


def _altered(entry: Entry, one: Placed, made: _Made) -> Entry:
    """The same entry as the given bundle has it: what counts is what is in the bundle."""
    return replace(
        entry,
        title=title_of(one.resource),
        value="",
        unit="",
        details=details_of(one.resource),
        remark=made.answer(one)
        or "the bundle has it otherwise than fhirkit reads it from the text",
        seen=None,
        changes=(),
    )


def _with_resource(entry: Entry, one: Placed | None, made: _Made) -> Entry:
    if one is None:
        return entry
    return replace(
        entry,
        codes=codes_of(one.resource),
        made=Made(one.type, one.key),
        findings=tuple(made.findings.get(entry.id, ())),
        remark=entry.remark or made.answer(one),
    )


def _of_resource(one: Placed, made: _Made, subject: Subject) -> Entry:
    """A resource that is no fact of this reading: a reviewer's, or another program's."""
    spans = spans_of_resource(one.resource, subject.case.text)
    kind = _KIND_OF_TYPE.get(one.type, "observation")
    return Entry(
        id=made.name_of(one),
        kind=kind,
        group=_GROUP_OF_KIND.get(kind, "findings"),
        title=title_of(one.resource),
        details=details_of(one.resource),
        codes=codes_of(one.resource),
        certainty="",
        remark=made.answer(one) or "in the bundle, but not read from the text by fhirkit",
        words=" ".join(spans[0].text.split()) if spans else "",
        mentions=spans[:1],
        spans=spans,
        made=Made(one.type, one.key),
        findings=tuple(made.findings.get(one.key, ())),
    )


def _first(fact: Fact) -> tuple[Detail, ...]:
    """What a fact is, where its name does not say it."""
    match fact:
        case EncounterFact():
            told = [("class", fact.kind.concept or "not told")]
        case ConditionFact():
            told = [("told as", "history")] if fact.is_history else []
        case MedicationFact():
            told = [("use", _USES[fact.use])] if fact.use in _USES else []
            if fact.level != "ingredient":
                told.append(("level", fact.level))
        case _:
            told = []
    return tuple(Detail(label, (Part(words),)) for label, words in told)


def _group(fact: Fact) -> str:
    """Where on the page a fact stands."""
    if fact.whose is not Whose.PATIENT:
        return "others"
    match fact:
        case MedicationFact(use=Use.PREVIOUS):
            return "previous"
        case MedicationFact(use=Use.CONSIDERED):
            return "others"
        case ObservationFact():
            return _GROUP_OF_CATEGORY.get(fact.category, "findings")
    return _GROUP_OF_KIND[_KIND_OF[type(fact)]]


_KIND_OF = {made: kind for kind, made in KINDS.items()}
_USES = {Use.PREVIOUS: "earlier therapy", Use.LONG_TERM: "long term", Use.CONSIDERED: "considered"}
_GROUP_OF_KIND = {
    "patient": "patient",
    "medication": "exposure",
    "encounter": "admission",
    "symptom": "findings",
    "observation": "findings",
    "report": "studies",
    "procedure": "procedures",
    "condition": "diagnoses",
    "adverse-event": "adverse-events",
}
_GROUP_OF_CATEGORY = {"laboratory": "laboratory", "survey": "scores", "imaging": "studies"}
_KIND_OF_TYPE = {
    "AdverseEvent": "adverse-event",
    "Condition": "condition",
    "DiagnosticReport": "report",
    "Encounter": "encounter",
    "Immunization": "medication",
    "MedicationAdministration": "medication",
    "MedicationStatement": "medication",
    "Patient": "patient",
    "Procedure": "procedure",
}
