"""Drugs: given, earlier, long-term or only considered; with dose, route, regimen, times."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from fhirkit.facts.coordination import JOINING
from fhirkit.facts.dosing import read_dose_changes
from fhirkit.facts.giving import read_times
from fhirkit.facts.hinted import hinted_dose
from fhirkit.facts.model import Certainty, MedicationFact, Term, Use, Whose
from fhirkit.facts.notebook import may_begin
from fhirkit.facts.numbers import quantity
from fhirkit.facts.regimen import (
    NO_TREATMENT,
    Taken,
    cumulative_for,
    dose_for,
    form_for,
    level_for,
    regimen_for,
    route_for,
    term,
    treatments,
)
from fhirkit.facts.scene import DEFINITE
from fhirkit.facts.stopping import read_stop
from fhirkit.facts.timing import when_date
from fhirkit.facts.vaccine import dose_number, is_other_dose

if TYPE_CHECKING:
    from fhirkit.facts.lexicon import Mention
    from fhirkit.facts.model import Regimen
    from fhirkit.facts.notebook import Draft, Notebook
    from fhirkit.facts.scene import Scene

#: A drug word followed by one of these names a test or a property, not a treatment.
_NOT_A_TREATMENT = re.compile(
    r"[\s-]*(?:level|levels|concentration|concentrations|antibod|resistan|resistant|sensitiv"
    r"|intoxication screen|deficien|receptor|metabolite|target|positive|negative|excretion|profile"
    r"|assays?\b|(?:was|were) (?:below|above|undetectable))",
    re.I,
)
_BEFORE_NOT = re.compile(
    r"(?:\banti-?|serum |plasma |urine |urinary |salivary |adrenal |endogenous |acyl |raised |elevated |csf |trough |resistant to |resistance to |sensitive to "
    r"|sensitivity to |susceptib\w+ to |intermediate to |randomi[sz]ed to (?:either )?|randomi[sz]ed to receive (?:either )?|allerg\w+ to |deficiency of |levels? of |concentrations? of )$",
    re.I,
)
_OF_ITS_OWN = ("dose", "route", "regimen", "when", "start", "stop")


def read_medications(book: Notebook) -> None:
    """Drafts for the drugs of the patient, then one for each drug that is not the patient's."""
    for scene in book.scenes:
        tested: Mention | None = None
        for drug, left, right in treatments(scene):
            if drug.kind != "drugs" or scene.whose_is(drug) is not Whose.PATIENT:
                continue
            if not is_treatment(scene, drug) or _is_listed(scene, tested, drug):
                tested = drug
                book.refuse(drug, NO_TREATMENT)
            elif _is_apposition(book, scene, drug, left, right):
                book.refuse(drug, "says of what class the drug beside it is")
                _stand_for(book, scene, drug, left)
            else:
                _read_one(book, scene, drug, left, right)
        _share_cycles(book, scene)
    for draft in book.of("medication"):
        told = any(draft.fields.get(name) is not None for name in _OF_ITS_OWN)
        if draft.concept in book.not_given and not told and len(book.told(draft)) == 1:
            # Named once, and elsewhere told as not given: it was weighed.
            draft.whose, draft.fields["use"] = Whose.CONSIDERED, Use.CONSIDERED
    read_dose_changes(book)


def _share_cycles(book: Notebook, scene: Scene) -> None:
    """ "Three cycles of A, B and C", "A and B for three cycles": the count is that of each."""
    for drug, following in pairwise(scene.of("drugs")):
        if not JOINING.issuperset(scene.words(drug.last, following.first)):
            continue
        first, second = book.at.get(drug.start), book.at.get(following.start)
        if first is None or second is None:
            continue
        cycles = second.fields.get("regimen")
        if cycles is not None and cycles.count and not {"dose", "regimen"} & first.fields.keys():
            if "dose" not in second.fields and cycles.span.start >= second.first_span.end:
                first.fields["regimen"], first.fields["use"] = cycles, second.fields["use"]
                first.add_span(cycles.span)
            continue
        if cycles is not None:
            continue
        cycles = first.fields.get("regimen")
        if cycles is not None and cycles.count and cycles.span.end <= first.first_span.start:
            second.fields["regimen"], second.fields["use"] = cycles, first.fields["use"]
            second.add_span(cycles.span)


def _stand_for(book: Notebook, scene: Scene, drug: Mention, left: int) -> None:
    """ "D, a diuretic, caused ...": what is said of the class is said of D."""
    named = next((d for d in scene.of("drugs") if d.end == left), None)
    draft = book.at.get(named.start) if named is not None else None
    if draft is not None:
        book.join(draft, drug)


_WHAT_IT_IS = re.compile(r"\s*[,(]\s*(?:an?|the)\s+(?:[\w-]+\s+){0,2}", re.IGNORECASE)


def _is_apposition(book: Notebook, scene: Scene, drug: Mention, left: int, right: int) -> bool:
    """ "The antibiotic ceftriaxone", "ceftriaxone, an antibiotic": it says what the drug is."""
    row = book.lexicon.mappings.drugs.get(drug.name)
    if row is None or row.level != "class":
        return False
    if left > scene.sentence.start and _WHAT_IT_IS.fullmatch(scene.text(left, drug.start)):
        return any(d.end == left for d in scene.of("drugs"))
    ahead = scene.text(drug.end, right).strip(" \n")
    if ahead == "of":  # "a booster dose of D"
        return any(d.start == right for d in scene.of("drugs"))
    return right < scene.sentence.end and not ahead


def is_treatment(scene: Scene, drug: Mention) -> bool:
    """Whether a drug word names what somebody took, not a test, a property or a fear."""
    feared = scene.unreal.get(drug.start)
    if feared is not None and _TREATED_UNPROVEN.isdisjoint(scene.words(feared.first, feared.last)):
        return False
    text = scene.narrative.view.text
    after = text[drug.end : drug.end + 30]
    before = text[max(scene.sentence.start, drug.start - 25) : drug.start]
    return not (_NOT_A_TREATMENT.match(after) or _BEFORE_NOT.search(before))


#: What is treated so is not proven; the drug is given.
_TREATED_UNPROVEN = frozenset({"empiric", "empirical", "empirically"})


def _is_listed(scene: Scene, tested: Mention | None, drug: Mention) -> bool:
    """Whether a drug stands in one list with one that was only tested: "sensitive to A and B"."""
    return tested is not None and JOINING.issuperset(scene.words(tested.last, drug.first))


def _read_one(book: Notebook, scene: Scene, drug: Mention, left: int, right: int) -> None:
    if scene.certainty_of(drug) is Certainty.NEGATED or _not_given(scene, drug):
        book.not_given.add(drug.name)
        book.refuse(drug, "not given")
        return
    taken = _taken(scene, drug, left, right)
    draft = _matching(book, scene, drug, taken)
    if draft is None:
        if not may_begin(book, scene, drug):
            return
        draft = _new(book, scene, drug)
    book.join(draft, drug)
    _fill(book, scene, drug, draft, taken, left, right)


def _not_given(scene: Scene, drug: Mention) -> bool:
    """Whether a cue says so, before the drug or behind it ("A and B were never started")."""
    for cue in scene.cues("medication", "not-given"):
        if cue.entry.scope == "forward":
            if 0 <= drug.first - cue.last < _NOT_GIVEN_REACH:
                return True
            continue
        subjects = [d for d in scene.of("drugs", "procedures") if d.last <= cue.first]
        if not subjects or drug.first > subjects[-1].first:
            continue
        gap = scene.words(subjects[-1].last, cue.first)
        if len(gap) >= _NOT_GIVEN_REACH or not _TAKEN.isdisjoint(gap):
            continue
        between = [
            word
            for left, right in pairwise(subjects)
            if left.first >= drug.first
            for word in scene.words(left.last, right.first)
        ]
        if _IN_A_LIST.issuperset(between):
            return True
    return False


#: Words between a drug and what says that it was not given.
_NOT_GIVEN_REACH = 8
#: Words that begin another statement: "A was started, but B was not given".
_TAKEN = frozenset({";", ":", "given", "received", "took", "started", "then", "until", "with"})
_IN_A_LIST = JOINING | {"nor"}


def _taken(scene: Scene, drug: Mention, left: int, right: int) -> Taken:
    taken = Taken(start=drug.start, end=drug.end)
    taken.cumulative = cumulative_for(scene, drug, left, right)
    if taken.cumulative:
        taken.cumulative.used = True
    taken.dose = dose_for(scene, drug, left, right)
    if taken.dose:
        taken.dose.used = True
        taken.start = min(taken.start, taken.dose.start)
        taken.end = max(taken.end, taken.dose.end)
    elif scene.hints and (hinted := hinted_dose(scene, drug)) is not None:
        # Only the amount: what stands between may be another drug's.
        taken.dose, taken.hinted = hinted
        taken.dose.used = True
    taken.level = level_for(scene, drug)
    taken.route = route_for(scene, drug, taken)
    taken.form = form_for(scene, drug, taken)
    taken.regimen = regimen_for(scene, left, right, (taken.start, taken.end))
    return taken


def _new(book: Notebook, scene: Scene, drug: Mention) -> Draft:
    row = book.lexicon.mappings.drugs.get(drug.name)
    return book.new(
        "medication",
        MedicationFact,
        drug.name,
        scene,
        drug.start,
        drug.end,
        drug.rule("medication"),
        concept=drug.name,
        drug=term(scene, drug),
        level=row.level if row else "ingredient",
        use=Use.GIVEN,
    )


def _matching(book: Notebook, scene: Scene, drug: Mention, taken: Taken) -> Draft | None:
    """The draft this mention joins: same drug, and nothing that makes it another course."""
    for draft in _courses(book, drug):
        dose, route = draft.fields.get("dose"), draft.fields.get("route")
        other_dose = (
            taken.dose
            and dose
            and (dose.digits != taken.dose.digits or dose.ucum != taken.dose.ucum)
        )
        other_route = taken.route and route and route.concept != taken.route.name
        apart = abs(draft.scene.sentence.index - scene.sentence.index) > 1
        other_course = (
            apart
            and draft.fields.get("level") == "class"
            and route is None
            and (taken.route is not None or taken.dose is not None)
        )
        if other_dose or other_route or other_course or is_other_dose(scene, drug, draft):
            continue
        if draft.concept != drug.name:
            book.rename(draft, drug.name)
            draft.fields["drug"] = Term(draft.fields["drug"].span, drug.concept)
            draft.fields["level"] = "ingredient"
        return draft
    return None


#: Courses of one drug that a mention is compared with, from the latest on: more than any report
#: tells, and few enough for a list of thousands.
_COURSES = 20


def _courses(book: Notebook, drug: Mention) -> list[Draft]:
    """What was told of the drug, or of its class as an earlier therapy, the latest first."""
    row = book.lexicon.mappings.drugs.get(drug.name)
    classes = row.classes if row else ()
    found = [*book.about("medication", drug.name)[-_COURSES:]]
    for name in classes:
        found += [
            draft
            for draft in book.about("medication", name)[-_COURSES:]
            if draft.fields.get("level") == "class" and draft.fields.get("use") is Use.PREVIOUS
        ]
    return sorted(set(found), key=lambda d: -d.number)


def _fill(
    book: Notebook, scene: Scene, drug: Mention, draft: Draft, taken: Taken, left: int, right: int
) -> None:
    fields, narrative = draft.fields, book.narrative
    if taken.dose and "dose" not in fields:
        fields["dose"] = quantity(narrative, taken.dose)
        if taken.hinted:
            draft.rule += f"; dose tied by {taken.hinted}"
    if taken.cumulative:
        fields.setdefault("cumulative", quantity(narrative, taken.cumulative))
    if taken.form:
        fields.setdefault("form", term(scene, taken.form))
    if taken.level and "dose_words" not in fields:
        fields["dose_words"] = term(scene, taken.level)
    if taken.route and "route" not in fields:
        fields["route"] = term(scene, taken.route)
    if taken.regimen and "regimen" not in fields:
        fields["regimen"] = taken.regimen
    if draft.at == drug.start or fields["use"] is Use.GIVEN:
        use = _use(scene, drug, fields.get("regimen"))
        if draft.at == drug.start or (
            use is not Use.GIVEN and scene.strong and not fields.get("dose")
        ):
            fields["use"] = use
    if fields["level"] == "vaccine" and (number := dose_number(scene, drug)) is not None:
        fields.setdefault("dose_number", number)
    read_times(book, scene, draft, taken, left, right)
    if "stop" in fields and fields["use"] is Use.LONG_TERM:
        fields["use"] = Use.PREVIOUS  # "had been on it until 2009"
    read_stop(book, scene, drug, draft, right)
    _further_courses(book, scene, drug, draft, right)


_COURSE = re.compile(
    r"\b(?:cycle|course|dose|infusion|round)\s*(?:one|two|three|four|five|\d)?\s*(?:in|on)?\s*$"
    r"|\b(?:first|second|third|fourth|last)\s+(?:cycle|course|dose|infusion)\s*(?:in|on)?\s*$",
    re.IGNORECASE,
)


def _further_courses(book: Notebook, scene: Scene, drug: Mention, draft: Draft, right: int) -> None:
    """ "the first course in 2014, the second in 2015": each dated course is a fact."""
    dated = [
        d
        for d in scene.dates
        if d.iso and drug.end <= d.start < right and _COURSE.search(scene.text(drug.end, d.start))
    ]
    for date in dated[1:]:
        further = book.new(
            "medication", MedicationFact, drug.name, scene, drug.start, drug.end, "further course",
            concept=drug.name, drug=term(scene, drug), level=draft.fields["level"],
            use=draft.fields["use"], when=when_date(book.narrative, date),
        )  # fmt: skip
        further.add_span(book.narrative.span(date.start, date.end))


def _use(scene: Scene, drug: Mention, regimen: Regimen | None) -> Use:
    for cue in scene.cues("medication", "previous"):
        if cue.start < drug.start and not _clause_break(scene, cue.end, drug.start):
            return Use.PREVIOUS
        if 0 <= cue.first - drug.last <= 2:  # "interferon had not controlled ..."
            return Use.PREVIOUS
    if any(
        abs(cue.first - drug.last) <= 5 or abs(drug.first - cue.last) <= 5
        for cue in scene.cues("medication", "long-term")
    ):
        return Use.LONG_TERM
    if regimen is None:
        return Use.GIVEN
    repeated = (regimen.count or 0) > 1 or regimen.period_unit in ("wk", "mo", "a")
    duration = regimen.duration
    long = duration is not None and duration.ucum in ("wk", "mo", "a")
    return Use.LONG_TERM if repeated or long else Use.GIVEN


def _clause_break(scene: Scene, start: int, end: int) -> bool:
    return bool(re.search(r"[;:]|\b(?:was|were|but|then|is|had)\b", scene.text(start, end)))


def merge_classes(book: Notebook) -> None:
    """ "Her vaccine", told beside the vaccine's name, is no further drug."""
    members = _members(book)
    meant: dict[Draft, Draft] = {}  # a class -> the drug that its mentions speak of
    for draft in book.of("medication"):
        if draft.fields.get("level") != "class" or draft.whose is not Whose.PATIENT:
            continue
        if any(draft.fields.get(name) is not None for name in _OF_ITS_OWN):
            continue
        others = (m for m in members.get(draft.concept or "", ()) if m is not draft)
        member = next((m for m in others if m not in meant), None)
        if member is not None and all(
            DEFINITE & set(s.words(d.first - 1, d.first)) for s, d in book.told(draft)
        ):
            meant[draft] = member
    told = {draft: list(book.told(draft)) for draft in meant}
    book.drop(meant, "class of a drug that is told by name")
    for draft, member in meant.items():
        while member in meant:
            member = meant[member]
        for _, drug in told[draft]:
            book.join(member, drug)


def _members(book: Notebook) -> dict[str, list[Draft]]:
    """The patient's drugs by the classes they belong to, as they were told."""
    found: dict[str, list[Draft]] = {}
    for draft in book.of("medication"):
        row = book.lexicon.mappings.drugs.get(draft.concept or "")
        if row is not None and draft.whose is Whose.PATIENT:
            vaccine = ["vaccines"] if row.level == "vaccine" else []
            for name in {*row.classes, *vaccine}:
                found.setdefault(name, []).append(draft)
    return found


def read_other_drugs(book: Notebook) -> None:
    """One fact for each drug that is spoken of and is not the patient's."""
    own = {d.concept for d in book.of("medication")}
    for scene in book.scenes:
        for drug in scene.of("drugs"):
            whose = scene.whose_is(drug)
            if whose is Whose.PATIENT or drug.start in book.at:
                continue
            if drug.name in own:
                book.refuse(
                    drug, f"{whose}: {scene.why_is(whose)}; the patient's is told elsewhere"
                )
                continue
            draft = book.find("medication", drug.name, whose)
            if draft is None:
                draft = _new(book, scene, drug)
                draft.whose = whose
                draft.certainty = scene.certainty_of(drug)
                if whose is Whose.CONSIDERED:
                    draft.fields["use"] = Use.CONSIDERED
            book.join(draft, drug)
