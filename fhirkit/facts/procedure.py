"""Procedures done or expressly not done, and studies with their stated conclusion."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fhirkit.facts.model import Certainty, ProcedureFact, Quantity, ReportFact, Whose
from fhirkit.facts.notebook import may_begin
from fhirkit.facts.regimen import regimen_for, term, treatments
from fhirkit.facts.timing import when_date
from fhirkit.narrative.layout import SectionKind

if TYPE_CHECKING:
    from fhirkit.facts.lexicon import Mention
    from fhirkit.facts.notebook import Draft, Notebook
    from fhirkit.facts.scene import Scene
    from fhirkit.narrative.span import Span

_CONCLUDES = re.compile(
    r"\b(?:showed|shows|showing|revealed|reveals|demonstrated|demonstrates|confirmed|disclosed|found|identified|detected"
    r"|indicated|reported|excluded|was normal|were normal|was unremarkable|were unremarkable|was negative|was positive"
    r"|results? showed|consistent with|evidenced|depicted|was consistent|documented|displayed|yielded|exhibited"
    r"|highlighted|suggested|(?:was|were) suggestive|were negative|were positive|(?:was|were) within normal"
    r"|(?:did|could) not (?:show|reveal|demonstrate|detect|disclose|identify|find)|failed to (?:show|reveal)"
    r"|ruled out)\b",
    re.IGNORECASE,
)
_REASON = re.compile(r"\b(?:due to|because of|owing to|because|since|as)\s+", re.I)
_NOT_DONE = re.compile(
    r"\b(?:was|were|is)\s+not\s+(?:performed|done|needed|required|possible|carried out|undertaken|necessary|obtained"
    r"|received|given|administered|initiated|started|attempted|pursued|indicated)"
    r"|\bcould not be (?:performed|done)|\b(?:was|were) (?:refused|declined)",
    re.I,
)
_NO_OUTCOME = re.compile(
    r"\b(?:no clinical response|without (?:clinical )?(?:response|effect|improvement|success)|no (?:response|improvement|effect)"
    r"|with (?:good|significant|little|marked|some|partial) (?:response|improvement|effect)[^.,;]{0,60})",
    re.I,
)


def read_procedures(book: Notebook) -> None:
    """Drafts for procedures and reports of the patient, and those of others apart."""
    for scene in book.scenes:
        for thing, left, right in treatments(scene):
            if thing.kind != "drugs" and scene.whose_is(thing) is Whose.PATIENT:
                _read_one(book, scene, thing, left, right)


def _read_one(book: Notebook, scene: Scene, thing: Mention, left: int, right: int) -> None:
    if thing.start in scene.unreal:
        return
    following = book.narrative.raw[thing.last : thing.last + 1]
    if following and following[0].lower() in book.lexicon.parts("procedures", "no-follower"):
        book.refuse(thing, "part of the name of a place or of people")
        return
    not_done = _not_done(scene, thing)
    if _is_study(book, thing) and not not_done:
        _report(book, scene, thing)
        return
    certainty = scene.certainty_of(thing)
    if not_done:
        certainty = Certainty.NOT_DONE
    elif certainty is Certainty.NEGATED:
        if scene.sentence.section is SectionKind.TITLE:
            book.refuse(thing, "title: said not to have been done")
            return
        certainty = Certainty.NOT_DONE
    elif certainty in (Certainty.DIFFERENTIAL, Certainty.REFUTED):
        book.refuse(thing, f"{certainty}: not said to have been done")
        return
    draft = _same(book, thing, certainty) or _meant(book, scene, thing, certainty)
    if draft is None:
        if not may_begin(book, scene, thing):
            return
        draft = book.new(
            "procedure",
            ProcedureFact,
            thing.name,
            scene,
            thing.start,
            thing.end,
            thing.rule("procedure"),
            concept=thing.name,
            name=term(scene, thing),
        )
        draft.certainty = certainty
    book.join(draft, thing)
    _fill(book, scene, thing, draft, left, right)
    if certainty is Certainty.AFFIRMED and _conclusion_start(scene, thing) is not None:
        row = book.lexicon.mappings.procedures.get(thing.name)
        if row is not None and row.role == "diagnostic":
            _report(book, scene, thing)
            book.at[thing.start] = draft


def _is_study(book: Notebook, thing: Mention) -> bool:
    """Whether only the findings count: imaging, tracings, laboratory panels."""
    row = book.lexicon.mappings.reports.get(thing.name)
    if thing.kind == "reports":
        return True
    return row is not None and row.category != "pathology"


def _same(book: Notebook, thing: Mention, certainty: Certainty) -> Draft | None:
    wider = book.wider("procedure", book.concept_words(thing.name))
    alike = (
        d
        for d in (*wider, *book.about("procedure", thing.name))
        if (d.certainty is Certainty.NOT_DONE) == (certainty is Certainty.NOT_DONE)
    )
    return max(alike, key=lambda d: d.number, default=None)


#: The operation that is named by no more than that it was one.
_ANY_OPERATION = "surgery"
_POINTING = frozenset("after following post before since during prior the this of".split())
_ANOTHER = frozenset("underwent undergo undergone second third further another additional".split())


def _meant(book: Notebook, scene: Scene, thing: Mention, certainty: Certainty) -> Draft | None:
    """The operation told last by its name, which "after the operation" speaks of."""
    if thing.name != _ANY_OPERATION or certainty is not Certainty.AFFIRMED:
        return None
    before = scene.words(thing.first - 3, thing.first)
    if _POINTING.isdisjoint(before) or not _ANOTHER.isdisjoint(before):
        return None
    for draft in book.latest("procedure", _FEW):
        row = book.lexicon.mappings.procedures.get(draft.concept or "")
        operation = row is None or row.role == "surgery"
        if operation and draft.certainty is Certainty.AFFIRMED:
            return draft
    return None


#: Procedures that are looked back at for the one that is meant.
_FEW = 8


def _not_done(scene: Scene, thing: Mention) -> bool:
    tail = scene.text(thing.end, min(scene.sentence.end, thing.end + 60))
    if re.match(rf"[^.;,]{{0,40}}?(?:{_NOT_DONE.pattern})", tail, re.I):
        return True
    before = scene.text(max(scene.sentence.start, thing.start - 25), thing.start)
    performed = re.match(
        r"[^.;,]{0,30}?\b(?:was|were)\s+(?:performed|done|obtained|carried out)", tail, re.I
    )
    return bool(re.search(r"\bno\s+(?:[\w-]+\s+){0,2}$", before, re.I) and performed)


def _fill(
    book: Notebook, scene: Scene, thing: Mention, draft: Draft, left: int, right: int
) -> None:
    fields, narrative = draft.fields, book.narrative
    regimen = regimen_for(scene, left, right, (thing.start, thing.end))
    if regimen is not None:
        fields.setdefault("regimen", regimen)
        if regimen.count is not None:
            fields.setdefault("count", Quantity(regimen.span, str(regimen.count)))
    tail_end = min(scene.sentence.end, right)
    outcome = _NO_OUTCOME.search(narrative.view.text, thing.end, tail_end)
    if outcome:
        fields.setdefault("outcome", narrative.span(outcome.start(), outcome.end()))
    if draft.certainty is Certainty.NOT_DONE:
        reason = _REASON.search(narrative.view.text, scene.sentence.start, scene.sentence.end)
        if reason:
            end = _clause_end(scene, reason.end(), thing.start)
            fields.setdefault("reason_not_done", narrative.span(reason.end(), end))
    for date in scene.dates:
        if date.iso and thing.end <= date.start and len(scene.text(thing.end, date.start)) < 30:
            fields.setdefault("when", when_date(narrative, date))


def _clause_end(scene: Scene, start: int, thing: int) -> int:
    """Where a reason ends: at the clause's end, before the thing it explains."""
    limit = thing if thing > start else scene.sentence.end
    tail = scene.text(start, limit)
    cut = re.search(r"[.;,]|\bno\b", tail)
    end = start + (cut.start() if cut else len(tail))
    while end > start + 1 and scene.text(end - 1, end).isspace():
        end -= 1
    return end


def _report(book: Notebook, scene: Scene, thing: Mention) -> None:
    if scene.certainty_of(thing) is Certainty.NEGATED:
        book.refuse(thing, "not done")
        return
    start = _conclusion_start(scene, thing)
    if start is None:
        existing = book.find("report", thing.name)
        if existing is not None:
            book.join(existing, thing)
        elif scene.sentence.section not in (SectionKind.TITLE, SectionKind.DISCUSSION):
            _new_report(book, scene, thing)
        else:
            book.refuse(thing, f"{scene.sentence.section}: nothing is concluded from it")
        return
    if scene.sentence.section is SectionKind.TITLE:
        return
    draft = _new_report(book, scene, thing)
    end = scene.sentence.end
    while end > start and scene.text(end - 1, end) in " \n\t.":
        end -= 1
    if end > start:
        further = _goes_on(book, scene)
        draft.fields["conclusion"] = (book.narrative.span(start, end), *further)


_GOES_ON = re.compile(
    r"\s*(?:These|Those|This|They|Most|Several|Some of|There (?:was|were)|The lesions?)\b"
)


def _goes_on(book: Notebook, scene: Scene) -> list[Span]:
    """The sentences after a conclusion that go on with it ("These lesions were ...")."""
    found: list[Span] = []
    for index in range(scene.sentence.index + 1, len(book.scenes)):
        following = book.scenes[index]
        text = following.text(following.sentence.start, following.sentence.end)
        same = following.sentence.paragraph == scene.sentence.paragraph
        named = bool(following.of("reports", "drugs", "procedures"))
        if not (same and following.whose is Whose.PATIENT and _GOES_ON.match(text)) or named:
            break
        start = following.sentence.start + len(text) - len(text.lstrip())
        end = following.sentence.start + len(text.rstrip(" \n\t."))
        found.append(book.narrative.span(start, end))
    return found


def _new_report(book: Notebook, scene: Scene, thing: Mention) -> Draft:
    row = book.lexicon.mappings.reports.get(thing.name)
    category = row.category if row else "pathology" if thing.kind == "procedures" else "imaging"
    draft = book.new(
        "report",
        ReportFact,
        thing.name,
        scene,
        thing.start,
        thing.end,
        thing.rule("report"),
        concept=thing.name,
        study=term(scene, thing),
        category=category,
    )
    book.join(draft, thing)
    for sign in scene.terms("body-site"):
        between = scene.words(thing.last, sign.first)
        if 0 <= sign.first - thing.last <= 3 and not _OTHER_THING & set(between):
            draft.fields.setdefault("body_site", term(scene, sign))
    return draft


#: Words behind which another study or finding is told.
_OTHER_THING = {",", ";", "and", "with", "showed", "revealed"}


def _conclusion_start(scene: Scene, thing: Mention) -> int | None:
    limit = min(scene.sentence.end, thing.end + 90)
    match = _CONCLUDES.search(scene.narrative.view.text, thing.end, limit)
    if match is None:
        return None
    if any(thing.end <= o.start < match.start() for o in scene.of("reports")):
        return None
    return match.start()


def tell_outcomes(book: Notebook) -> None:
    """ "There was no clinical response." speaks of the treatments told right before it."""
    for scene in book.scenes[1:]:
        if scene.whose is not Whose.PATIENT or bool(scene.of("procedures")):
            continue
        outcome = _NO_OUTCOME.search(
            scene.text(scene.sentence.start, min(scene.sentence.end, scene.sentence.start + 80))
        )
        before = book.scenes[scene.sentence.index - 1]
        while before.sentence.section is SectionKind.LEGEND and before.sentence.index:
            before = book.scenes[before.sentence.index - 1]
        told = [book.at.get(t.start) for t in before.of("procedures")]
        if outcome is None or not told or told[-1] is None:
            continue
        start = scene.sentence.start
        span = book.narrative.span(start + outcome.start(), start + outcome.end())
        if told[-1].id.startswith("procedure") and "outcome" not in told[-1].fields:
            told[-1].fields["outcome"] = span
            told[-1].add_span(span)


def read_other_procedures(book: Notebook) -> None:
    """One fact for each procedure that is spoken of and is not the patient's."""
    own = {d.concept for d in book.of("procedure")}
    for scene in book.scenes:
        for thing in scene.of("procedures"):
            whose = scene.whose_is(thing)
            if whose is Whose.PATIENT:
                continue
            if thing.name in own:
                book.refuse(
                    thing, f"{whose}: {scene.why_is(whose)}; the patient's is told elsewhere"
                )
                continue
            draft = book.find("procedure", thing.name, whose)
            if draft is None:
                draft = book.new(
                    "procedure",
                    ProcedureFact,
                    thing.name,
                    scene,
                    thing.start,
                    thing.end,
                    thing.rule("procedure"),
                    concept=thing.name,
                    name=term(scene, thing),
                )
                draft.whose = whose
                if _not_done(scene, thing):
                    draft.certainty = Certainty.NOT_DONE
            book.join(draft, thing)
