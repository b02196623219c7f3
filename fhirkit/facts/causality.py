"""Which reaction the text ties to which drug, and by what words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fhirkit.facts.model import Certainty, Use, Whose
from fhirkit.narrative.layout import SectionKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fhirkit.facts.lexicon import Mention
    from fhirkit.facts.notebook import Draft, Notebook
    from fhirkit.facts.scene import Scene

_EXAMPLES = re.compile(r"\b(?:such as|including|like|namely|for example|e\.g\.)\b", re.I)
_HARM = re.compile(r"side effect|adverse|complication|toxicity", re.I)
_DRUG_INDUCED = re.compile(
    r"\b(?:drug|medication|treatment|therapy|vaccine|chemotherapy)[\s-]+(?:induced|related|associated)\s*$",
    re.I,
)
_LEAD = re.compile(r"\b(?:we (?:report|present|describe)|case of|is reported|report of)\b", re.I)
_LIST = re.compile(
    r"[\s,]*(?:\b(?:and|or|with|as well as|the|a|an|consecutive|severe|subsequent|its|warm|acute)\b[\s,]*)*",
    re.I,
)
_INDICATION = re.compile(r"\b(?:for|in|against|to treat)\s+(?:[\w-]+\s+){0,3}$", re.I)
_BREAK = re.compile(r"[;]|\.\s|\b(?:was treated|treated with|requiring|required|responded)\b", re.I)


@dataclass(slots=True)
class Link:
    """A reaction tied to a drug: the words of both, the sentence, and by which rule."""

    reaction: Draft
    mention: Mention
    medication: Draft
    drug: Mention | None
    scene: Scene
    rule: str
    own_words: bool  # the sentence speaks of this patient


def links(book: Notebook) -> Iterator[Link]:
    """Every tie between a reaction of the patient and a drug of the patient."""
    for scene in book.scenes:
        if scene.sentence.section in (
            SectionKind.REFERENCES,
            SectionKind.BYLINE,
            SectionKind.CORRESPONDENCE,
            SectionKind.LEGEND,
        ):
            continue
        if any(True for _ in scene.cues("causality", "rejected")):
            continue
        reactions = [(m, d) for m, d in _reactions(book, scene)]
        drugs = [(m, d) for m, d in _drugs(book, scene)]
        if not reactions:
            continue
        yield from _stated(scene, reactions, drugs)
        yield from _drug_induced(book, scene, reactions, drugs)
    yield from _stopped_for(book)


def _reactions(book: Notebook, scene: Scene) -> Iterator[tuple[Mention, Draft]]:
    for thing in scene.of("conditions", "symptoms"):
        draft = book.at.get(thing.start) or _named(book, thing)
        if draft is None or draft.whose is not Whose.PATIENT:
            continue
        if draft.certainty in (Certainty.NEGATED, Certainty.REFUTED, Certainty.DIFFERENTIAL):
            continue
        if draft.fields.get("is_history") or draft.id.startswith("medication"):
            continue
        yield thing, draft


def _named(book: Notebook, thing: Mention) -> Draft | None:
    """The patient's draft that a mention outside the case means."""
    exact = book.find("condition", thing.name) or book.find("symptom", thing.name)
    if exact is not None:
        return exact
    words = book.concept_words(thing.name)
    for draft in book.of("condition"):
        if (
            draft.whose is Whose.PATIENT
            and len(words) > 1
            and words < book.concept_words(draft.concept or "")
        ):
            return draft
    return None


def _drugs(book: Notebook, scene: Scene) -> Iterator[tuple[Mention, Draft]]:
    for thing in scene.of("drugs", "procedures"):
        draft = book.at.get(thing.start)
        if draft is None:
            draft = book.find("medication" if thing.kind == "drugs" else "procedure", thing.name)
        if draft is None or draft.whose is not Whose.PATIENT:
            continue
        if draft.fields.get("use") is Use.CONSIDERED or draft.certainty is Certainty.NOT_DONE:
            continue
        yield thing, draft


def _stated(
    scene: Scene,
    reactions: list[tuple[Mention, Draft]],
    drugs: list[tuple[Mention, Draft]],
) -> Iterator[Link]:
    if not drugs:
        return
    own = scene.whose is Whose.PATIENT
    reporting = scene.sentence.section is SectionKind.TITLE or (
        own and bool(_LEAD.search(scene.text(scene.sentence.start, scene.sentence.end)))
    )
    for cue in scene.cues("causality", "caused-by", "after", "causes"):
        kind = cue.name
        if kind == "after" and not reporting:
            continue
        if kind == "caused-by":
            for mention, draft in _before(scene, reactions, cue):
                for drug, medication in _behind(scene, drugs, cue, limit=45):
                    yield Link(draft, mention, medication, drug, scene, "stated cause", own)
            yield from _examples(scene, reactions, drugs, cue, own=own)
        elif kind == "after":
            for mention, draft in _before(scene, reactions, cue):
                for drug, medication in _behind(scene, drugs, cue, limit=40):
                    yield Link(draft, mention, medication, drug, scene, "reported after", own)
        else:
            for drug, medication in drugs:
                if 0 <= cue.start - drug.end <= 12:
                    for mention, draft in reactions:
                        gap = (
                            scene.text(cue.end, mention.start)
                            if mention.start >= cue.end
                            else "." * 99
                        )
                        if len(gap) <= 25 and not _BREAK.search(gap):
                            yield Link(draft, mention, medication, drug, scene, "stated cause", own)


def _before(
    scene: Scene, reactions: list[tuple[Mention, Draft]], cue: Mention
) -> list[tuple[Mention, Draft]]:
    """The reactions a link word looks back to: the nearest, and those listed with it."""
    before = [r for r in reactions if r[0].end <= cue.start]
    if not before:
        return []
    gap = scene.text(before[-1][0].end, cue.start)
    if len(gap) > 75 or _BREAK.search(gap):
        return []
    if any(before[-1][0].end <= d.start < cue.start for d in scene.of("drugs")):
        return []
    found = [before[-1]]
    for item in reversed(before[:-1]):
        if not _LIST.fullmatch(scene.text(item[0].end, found[-1][0].start)):
            break
        found.append(item)
    return found


def _behind(
    scene: Scene, drugs: list[tuple[Mention, Draft]], cue: Mention, *, limit: int
) -> list[tuple[Mention, Draft]]:
    after = [d for d in drugs if d[0].start >= cue.end - 1]
    if not after:
        return []
    gap = scene.text(cue.end, after[0][0].start)
    if len(gap) > limit or _BREAK.search(gap):
        return []
    if any(cue.end <= t.start < after[0][0].start for t in scene.of("conditions")):
        return []
    found = [after[0]]
    for item in after[1:]:
        if not _LIST.fullmatch(scene.text(found[-1][0].end, item[0].start)):
            break
        found.append(item)
    return found


def _examples(
    scene: Scene,
    reactions: list[tuple[Mention, Draft]],
    drugs: list[tuple[Mention, Draft]],
    cue: Mention,
    *,
    own: bool,
) -> Iterator[Link]:
    """ "side effects of DRUG such as A, B or C"."""
    if not _HARM.search(scene.text(cue.start, cue.end)):
        return
    for drug, medication in _behind(scene, drugs, cue, limit=30):
        tail = scene.text(drug.end, scene.sentence.end)
        such = _EXAMPLES.search(tail)
        if such is None or such.start() > 30:
            continue
        last = drug.end + such.end()
        for mention, draft in reactions:
            if mention.start < last:
                continue
            if not _LIST.fullmatch(scene.text(last, mention.start)):
                break
            last = mention.end
            yield Link(draft, mention, medication, drug, scene, "stated cause", own)


def _drug_induced(
    book: Notebook,
    scene: Scene,
    reactions: list[tuple[Mention, Draft]],
    drugs: list[tuple[Mention, Draft]],
) -> Iterator[Link]:
    """ "drug-induced X": the drug is the one last told as given before it."""
    if scene.whose is not Whose.PATIENT:
        return
    for mention, draft in reactions:
        text = scene.narrative.view.text
        before = text[max(scene.sentence.start, mention.start - 30) : mention.start]
        own_phrase = re.match(
            r"(?:drug|medication|vaccine)[\s-]+(?:induced|related)",
            text[mention.start : mention.end],
            re.I,
        )
        if not (_DRUG_INDUCED.search(before) or own_phrase):
            continue
        nearest = [d for m, d in drugs if m.start < mention.start]
        if not nearest:
            nearest = [
                d
                for d in book.of("medication")
                if d.whose is Whose.PATIENT
                and d.at < mention.start
                and d.fields.get("use") in (Use.GIVEN, Use.LONG_TERM)
                and d.fields.get("level") != "class"
            ]
            nearest = nearest[:1]
        for medication in nearest[-1:]:
            yield Link(draft, mention, medication, None, scene, "drug-induced", True)


def _stopped_for(book: Notebook) -> Iterator[Link]:
    """ "stopped because of X": the authors took the drug for the cause of X."""
    for medication in book.of("medication"):
        reason = medication.fields.get("reason_stopped")
        if reason is None or medication.whose is not Whose.PATIENT:
            continue
        for scene in book.scenes:
            for thing in scene.of("conditions", "symptoms"):
                span = scene.span(thing)
                draft = book.at.get(thing.start)
                if reason.covers(span) and draft is not None and draft.whose is Whose.PATIENT:
                    yield Link(draft, thing, medication, None, scene, "stopped because of", True)
