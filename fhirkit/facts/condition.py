"""Diagnoses, and signs and symptoms."""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING

from fhirkit.facts.extent import with_modifiers, with_site
from fhirkit.facts.model import (
    Certainty,
    ConditionFact,
    SymptomFact,
    Term,
    Whose,
)
from fhirkit.facts.notebook import may_begin
from fhirkit.facts.qualities import fill_condition, fill_symptom
from fhirkit.facts.scene import DEFINITE

if TYPE_CHECKING:
    from fhirkit.facts.lexicon import Mention
    from fhirkit.facts.notebook import Draft, Notebook
    from fhirkit.facts.scene import Scene

_NOT_OF_PERSON = re.compile(
    r"[\s-]*(?:(?:surface|core|envelope|viral|virus)\s+)?(?:antibod|antigen|dna\b|rna\b|pcr\b|serolog|titer|titre|screen|test|vaccin|virus\s+(?:dna|antibod)"
    r"|prophylaxis|medication|drug|stud(?:y|ies)\b|protocol|clinic\b|specialist|society|criteria|score|scale|risk|unit\b|guideline)",
    re.I,
)
_RANK = {
    Certainty.AFFIRMED: 4,
    Certainty.SUSPECTED: 3,
    Certainty.DIFFERENTIAL: 2,
    Certainty.REFUTED: 1,
    Certainty.NEGATED: 0,
}


def read_conditions(book: Notebook) -> None:
    """Drafts for what the patient has, had, or was thought to have."""
    for scene in book.scenes:
        for thing in scene.of("conditions", "symptoms"):
            if scene.whose_is(thing) is not Whose.PATIENT:
                continue
            if _describes_next(scene, thing):
                book.refuse(thing, "says of what kind the finding named behind it is")
            elif _is_of_person(scene, thing):
                _read_one(book, scene, thing)
            else:
                book.refuse(thing, "part of the name of a test, drug or place")
        if scene.whose is Whose.PATIENT:
            _read_absences(book, scene)
    _supersede(book)


_REPLACED = re.compile(
    r"\b(?:however|but|instead|eventually|finally|subsequently|turned out|later|though)\b",
    re.IGNORECASE,
)
_SETTLED = re.compile(
    r"\b(?:was|were|is)\s+(?:then\s+|finally\s+|eventually\s+)?(?:diagnosed|confirmed)\b"
    r"|\bfinal diagnosis\b|\bdiagnosis was (?:changed|revised|corrected)\b|\brevealed\s+to\s+be\b",
    re.IGNORECASE,
)


def _supersede(book: Notebook) -> None:
    """ "A was suspected. However, ... B was diagnosed.": A was given up."""
    for draft in book.of("condition"):
        if draft.certainty is not Certainty.SUSPECTED or draft.whose is not Whose.PATIENT:
            continue
        if len(draft.spans) > 1:
            continue
        index = draft.scene.sentence.index
        following = book.scenes[index + 1 : index + 3]
        text = " ".join(s.all_text for s in following)
        settled = any(
            d.certainty is Certainty.AFFIRMED
            for s in following
            for d in book.inside("condition", s)
        )
        if settled and _REPLACED.search(text) and _SETTLED.search(text):
            draft.certainty = Certainty.REFUTED


def _read_absences(book: Notebook, scene: Scene) -> None:
    """Words that say by themselves that a symptom is absent ("apyrexial")."""
    for cue in scene.cues("absence"):
        if scene.held.get(cue.start) is not None:
            continue
        known = book.find("symptom", cue.name)
        if known is None or known.certainty is not Certainty.NEGATED:
            known = book.new(
                "symptom",
                SymptomFact,
                f"no {cue.name}",
                scene,
                cue.start,
                cue.end,
                "absence",
                concept=cue.name,
                name=Term(scene.span(cue), cue.name),
            )
            known.certainty = Certainty.NEGATED
        known.add_span(scene.span(cue))


_ADJECTIVAL = re.compile(r".*(?:ic|ous|ive|oid|[ae]l|ed)", re.IGNORECASE)


def _describes_next(scene: Scene, thing: Mention) -> bool:
    """ "dystonic dysarthria": an adjective right before another finding is no finding itself."""
    if not _ADJECTIVAL.fullmatch(scene.narrative.raw[thing.last - 1]):
        return False
    return any(
        o.first == thing.last for o in scene.of("conditions", "symptoms", "observations", "scores")
    )


def _is_of_person(scene: Scene, thing: Mention) -> bool:
    before = scene.narrative.view.text[max(0, thing.start - 5) : thing.start].lower()
    if before.endswith(("anti", "anti-", "anti ")):
        return False  # "anti-epileptic treatment"
    return not _NOT_OF_PERSON.match(scene.text(thing.end, thing.end + 24))


def _read_one(book: Notebook, scene: Scene, thing: Mention) -> None:
    kind = "condition" if thing.kind == "conditions" else "symptom"
    if thing.start in scene.unreal:
        return
    certainty = scene.certainty_of(thing)
    if _tested_negative(scene, thing):
        certainty = Certainty.NEGATED
    draft = _existing(book, scene, thing, kind, certainty)
    if draft is None:
        if not may_begin(book, scene, thing):
            return
        draft = _new(book, scene, thing, kind, certainty)
    elif _RANK[certainty] > _RANK[draft.certainty] or (
        certainty is Certainty.REFUTED
        and draft.certainty in (Certainty.SUSPECTED, Certainty.DIFFERENTIAL)
    ):
        draft.certainty = certainty
    book.join(draft, thing)
    (fill_condition if kind == "condition" else fill_symptom)(book, scene, thing, draft)


_SIMPLY = re.compile(
    r"\s*(?:virus(?:es)?|serology|antibod(?:y|ies)|test(?:s|ing)?|pcr)?\s*[,:(]?\s*(?:(?:was|were|is)\s+)?"
    r"(?:all\s+|both\s+|also\s+)?",
    re.IGNORECASE,
)


def _tested_negative(scene: Scene, thing: Mention) -> bool:
    """ "tests for X were negative" says that the patient has no X."""
    for sign in scene.terms("interpretation"):
        beside = scene.text(thing.end, sign.start) if sign.start >= thing.end else "?"
        if sign.name == "NEG" and _SIMPLY.fullmatch(beside):
            return True
    return any(
        t.name == "NEG"
        and thing.last <= t.first <= thing.last + 14
        and _TEST.search(scene.all_text) is not None
        and _LIST_TESTED.isdisjoint(scene.words(thing.last, t.first))
        for t in scene.terms("interpretation")
    )


_TEST = re.compile(r"\b(?:test|serolog|panel|work-?up|screen|marker|culture)", re.IGNORECASE)
#: Words that part a diagnosis from a negative result: what is told behind them is another matter.
_LIST_TESTED = frozenset(
    "although though but however while despite diagnosed confirmed developed had has".split()
)


def _existing(
    book: Notebook, scene: Scene, thing: Mention, kind: str, certainty: Certainty
) -> Draft | None:
    same = book.find(kind, thing.name)
    if same is not None:
        absent = Certainty.NEGATED in (same.certainty, certainty)
        if not absent or same.certainty is certainty:
            return same
        return None if kind == "symptom" else same
    if certainty is Certainty.NEGATED:
        return None
    words = book.concept_words(thing.name)
    definite = bool(DEFINITE & set(scene.words(thing.first - 2, thing.first)))
    # "The anaemia" is the haemolytic anaemia told before.
    meant = definite or len(words) > 1
    known = _latest_held(book.wider("symptom", words)) if meant else None
    if known is not None:
        return known
    wider = book.wider("condition", words) if meant else []
    narrower = book.narrower("condition", words) if kind == "condition" else []
    narrower = [d for d in narrower if len(book.concept_words(d.concept or "")) > 1]
    known = _latest_held([*wider, *narrower])
    if known is not None and known in narrower:
        book.rename(known, thing.name)
        known.fields["name"] = Term(known.fields["name"].span, thing.concept)
    return known


def _latest_held(drafts: list[Draft]) -> Draft | None:
    """The latest that the patient has, or was thought to have."""
    held = (d for d in drafts if d.whose is Whose.PATIENT and d.certainty is not Certainty.NEGATED)
    return max(held, key=lambda d: d.number, default=None)


def _new(book: Notebook, scene: Scene, thing: Mention, kind: str, certainty: Certainty) -> Draft:
    make = ConditionFact if kind == "condition" else SymptomFact
    start, end = thing.start, thing.end
    if kind == "condition":
        start, end = with_modifiers(scene, thing), with_site(scene, thing)
    draft = book.new(
        kind,
        make,
        thing.name,
        scene,
        start,
        end,
        thing.rule(kind),
        concept=thing.name,
        name=Term(book.narrative.span(start, end), thing.concept),
    )
    draft.at = thing.start
    draft.certainty = certainty
    return draft


def read_other_conditions(book: Notebook) -> None:
    """One fact for each diagnosis that is spoken of and is not the patient's."""
    own = {d.concept for d in book.of("condition", "symptom") if d.whose is Whose.PATIENT}
    for scene in book.scenes:
        for thing in scene.of("conditions"):
            whose = scene.whose_is(thing)
            if whose is Whose.PATIENT or thing.start in book.at:
                continue
            if thing.name in own:
                book.refuse(
                    thing, f"{whose}: {scene.why_is(whose)}; the patient's is told elsewhere"
                )
                continue
            draft = book.find("condition", thing.name, whose)
            if draft is None:
                draft = _new(book, scene, thing, "condition", scene.certainty_of(thing))
                draft.whose = whose
            book.join(draft, thing)


def drop_findings_of_reports(book: Notebook) -> None:
    """What a study found stands in its conclusion; it is no symptom of its own."""
    concluded = sorted(
        span for report in book.of("report") for span in report.fields.get("conclusion", ())
    )
    starts = [span.start for span in concluded]
    reach = list(accumulate((span.end for span in concluded), max))
    found: list[Draft] = []
    for draft in book.of("symptom"):
        before = ((span, bisect_right(starts, span.start)) for span in draft.spans)
        inside = all(i > 0 and span.end <= reach[i - 1] for span, i in before)
        if inside and draft.whose is Whose.PATIENT:
            found.append(draft)
    book.drop(found, "finding of a report: stands in its conclusion")
