"""Which reaction the text ties to which drug, and by what words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fhirkit.facts.anchors import anchored
from fhirkit.facts.model import Certainty, Use, Whose
from fhirkit.narrative.layout import SectionKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fhirkit.facts.lexicon import Mention
    from fhirkit.facts.notebook import Draft, Notebook
    from fhirkit.facts.scene import Scene

    _Named = list[tuple[Mention, Draft]]

_EXAMPLES = re.compile(r"\b(?:such as|including|like|namely|for example|e\.g\.)\b", re.I)
_HARM = re.compile(r"side effect|adverse|complication|toxicity", re.I)
_DRUG_INDUCED = re.compile(
    r"\b(?:drug|medication|treatment|therapy|vaccine|chemotherapy)[\s-]+(?:induced|related|associated)\s*$",
    re.I,
)
_LEAD = re.compile(r"\b(?:we (?:report|present|describe)|case of|is reported|report of)\b", re.I)
_DEVELOPED = re.compile(r"\b(?:developed|experienced|suffered|occurred|appeared)\b", re.IGNORECASE)
_LIST = re.compile(
    r"[\s,]*(?:\b(?:and|or|with|as well as|the|a|an|consecutive|severe|subsequent|its|warm|acute)\b[\s,]*)*",
    re.I,
)
_INDICATION = re.compile(r"\b(?:for|in|against|to treat)\s+(?:[\w-]+\s+){0,3}$", re.I)
_LACK = re.compile(
    r"\b(?:missed|omitted|skipped|forgotten|missing|lack of|absence of|non-?adherence to|stopping"
    r"|withdrawal of|discontinuation of|cessation of|refusal of)\b",
    re.IGNORECASE,
)
_BREAK = re.compile(r"[;]|\.\s|\b(?:was treated|treated with|requiring|required|responded)\b", re.I)


_SILENT = frozenset(
    {
        SectionKind.REFERENCES,
        SectionKind.BYLINE,
        SectionKind.CORRESPONDENCE,
        SectionKind.LEGEND,
    }
)


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
    given = next((d for d in book.given if d.fields.get("level") != "class"), None)
    for scene in book.scenes:
        if scene.sentence.section in _SILENT:
            continue
        if bool(scene.cues("causality", "rejected")):
            continue
        reactions = [(m, d) for m, d in _reactions(book, scene)]
        drugs = [(m, d) for m, d in _drugs(book, scene)]
        if not reactions:
            continue
        yield from _stated(scene, reactions, drugs)
        yield from _hinted(scene, reactions, drugs)
        yield from _drug_induced(scene, reactions, drugs, given)
    yield from _stopped_for(book)
    yield from _known(book)
    yield from _followed(book)


class _Course:
    """What the text tells of the course of drugs and reactions, found once for each."""

    def __init__(self, book: Notebook) -> None:
        self._book = book
        self._began: dict[str, int] = {}
        self._treated: dict[str, set[Draft]] = {}

    def began(self, draft: Draft) -> int:
        """Where the case itself, behind its title, first tells of a thing."""
        found = self._began.get(draft.id)
        if found is None:
            found = self._began[draft.id] = min(
                (
                    mention.start
                    for scene, mention in self._book.told(draft)
                    if scene.sentence.section is not SectionKind.TITLE
                ),
                default=draft.at,
            )
        return found

    def may_follow(self, medication: Draft, reaction: Draft) -> bool:
        """Whether the drug was told before the reaction, and not as given for it."""
        if self.began(medication) >= self.began(reaction):
            return False
        treated = self._treated.get(medication.id)
        if treated is None:
            treated = self._treated[medication.id] = set(_treated(self._book, medication))
        return reaction not in treated


def _reactions(book: Notebook, scene: Scene) -> Iterator[tuple[Mention, Draft]]:
    for thing in scene.of("conditions", "symptoms"):
        if thing.start in scene.held:
            continue  # "her mother had X due to D" says nothing of the patient's X
        draft = book.at.get(thing.start) or _named(book, thing)
        if draft is None or draft.whose is not Whose.PATIENT:
            continue
        if draft.certainty in (Certainty.NEGATED, Certainty.REFUTED, Certainty.DIFFERENTIAL):
            continue
        if draft.id.startswith("medication"):
            continue
        yield thing, draft


def _named(book: Notebook, thing: Mention) -> Draft | None:
    """The patient's draft that a mention outside the case means."""
    exact = book.find("condition", thing.name) or book.find("symptom", thing.name)
    if exact is not None:
        return exact
    words = book.concept_words(thing.name)
    wider = book.wider("condition", words) if len(words) > 1 else []
    return next((d for d in wider if d.whose is Whose.PATIENT), None)


def _drugs(book: Notebook, scene: Scene) -> Iterator[tuple[Mention, Draft]]:
    for thing in scene.of("drugs", "procedures"):
        if thing.start in scene.held:
            continue
        draft = book.at.get(thing.start)
        if draft is None:
            draft = book.find("medication" if thing.kind == "drugs" else "procedure", thing.name)
        if draft is None or draft.whose is not Whose.PATIENT:
            continue
        if draft.fields.get("use") is Use.CONSIDERED or draft.certainty is Certainty.NOT_DONE:
            continue
        yield thing, draft


def _stated(scene: Scene, reactions: _Named, drugs: _Named) -> Iterator[Link]:
    """What a sentence itself says: "X caused by D", "D-induced X", a title's "X after D"."""
    if not drugs:
        return
    own = scene.whose is Whose.PATIENT
    reporting = scene.sentence.section is SectionKind.TITLE or (
        own and bool(_LEAD.search(scene.all_text))
    )
    for cue in scene.cues("causality", "caused-by", "after", "causes", "blamed"):
        if scene.words(cue.first - 1, cue.first) == ["not"]:
            continue  # "was not due to" denies the tie, whatever the link word
        if cue.name == "caused-by":
            yield from _backward(scene, reactions, drugs, cue, "stated cause", own=own)
            yield from _examples(scene, reactions, drugs, cue, own=own)
        elif cue.name == "causes":
            yield from _forward(scene, reactions, drugs, cue, own=own)
        elif cue.name == "blamed":
            yield from _blamed(scene, reactions, drugs, cue, own=own)
        elif reporting:
            yield from _backward(scene, reactions, drugs, cue, "reported after", own=own)
        elif own and _DEVELOPED.search(scene.text(scene.sentence.start, cue.start)):
            yield from _backward(scene, reactions, drugs, cue, "developed after", own=False)


def _backward(
    scene: Scene, reactions: _Named, drugs: _Named, cue: Mention, rule: str, *, own: bool
) -> Iterator[Link]:
    """Reaction, link, drug."""
    for mention, draft in _before(scene, reactions, cue):
        for drug, medication in _behind(scene, drugs, cue, limit=45):
            yield Link(draft, mention, medication, drug, scene, rule, own)


def _hinted(scene: Scene, reactions: _Named, drugs: _Named) -> Iterator[Link]:
    """Reaction, link, drug, further apart than a rule would reach, where a hint ties the two.

    The author's link word must stand in the words the hint quotes, and nothing be named,
    doubted or denied between reaction and drug.
    """
    if not scene.hints or scene.whose is not Whose.PATIENT or scene.cues("causality", "hedge"):
        return
    for hint in scene.hints:
        cues = [
            c
            for c in scene.cues("causality", "caused-by")
            if hint.words_start <= c.start and c.end <= hint.words_end
        ]
        if hint.kind != "suspect" or len(cues) != 1:
            continue
        cue = cues[0]
        told = [r for r in reactions if r[0].end <= cue.start][-1:]
        blamed = [d for d in drugs if d[0].start >= cue.end][:1]
        for (mention, draft), (drug, medication) in zip(told, blamed, strict=False):
            meant = (
                hint.of_start <= mention.start < hint.of_end and hint.start <= drug.start < hint.end
            )
            if meant and _nothing_between(scene, mention, cue, drug):
                rule = f"stated cause, tied by {hint.by}"
                yield Link(draft, mention, medication, drug, scene, rule, own_words=True)


def _nothing_between(scene: Scene, mention: Mention, cue: Mention, drug: Mention) -> bool:
    """Whether no other thing, doubt or denial stands from the reaction to the drug."""
    gaps = ((mention.end, cue.start), (cue.end, drug.start))
    doubts = (c for c in scene.cues("certainty") if c.name not in ("stop", "pseudo"))
    return not any(mention.end <= c.start < drug.start for c in doubts) and not any(
        _BREAK.search(scene.text(a, b))
        or _LACK.search(scene.text(a, b))
        or any(a <= thing.start < b for thing in scene.things)
        for a, b in gaps
    )


def _forward(
    scene: Scene, reactions: _Named, drugs: _Named, cue: Mention, *, own: bool
) -> Iterator[Link]:
    """Drug, link, reaction: "D-induced X"."""
    for drug, medication in drugs:
        if not 0 <= cue.start - drug.end <= _NEXT_TO:
            continue
        for mention, draft in reactions:
            gap = scene.text(cue.end, mention.start) if mention.start >= cue.end else None
            if gap is not None and len(gap) <= 25 and not _BREAK.search(gap):
                yield Link(draft, mention, medication, drug, scene, "stated cause", own)


def _blamed(
    scene: Scene, reactions: _Named, drugs: _Named, cue: Mention, *, own: bool
) -> Iterator[Link]:
    """Reaction, drug, blame: "X; the team held D responsible". With two reactions none is meant."""
    for drug, medication in drugs:
        if not 0 <= cue.start - drug.end <= _NEXT_TO:
            continue
        told = [r for r in reactions if r[0].end <= drug.start]
        if len(told) == 1 and not _LACK.search(scene.text(told[0][0].end, drug.start)):
            yield Link(told[0][1], told[0][0], medication, drug, scene, "stated cause", own)


#: Characters between a drug and the link word that it is the subject of.
_NEXT_TO = 24


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
    if len(gap) > limit or _BREAK.search(gap) or _LACK.search(gap):
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
    scene: Scene, reactions: _Named, drugs: _Named, given: Draft | None
) -> Iterator[Link]:
    """ "drug-induced X": the drug named before it, else the first that was ``given``."""
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
        if not nearest and given is not None and given.at < mention.start:
            nearest = [given]
        for medication in nearest[-1:]:
            yield Link(draft, mention, medication, None, scene, "drug-induced", True)


_KNOWN = re.compile(
    r"\b(?:complication|side effects?|adverse|occurs?|reported|described|documented|acquire|develop\w*|risk|expected"
    r"|rare|associated|induced?|cause[sd]?|after|following|with|toxicity|recogni[sz]ed)\b",
    re.I,
)
_FOR = re.compile(
    r"\b(?:for|in patients with|in people with|against)\s+(?:[\w-]+\s+){0,3}$", re.IGNORECASE
)
_TREATS = re.compile(
    r"\b(?:treat\w*|used (?:in|for|to)|indicated|licensed|approved|therapy (?:for|of)|effective)\b",
    re.I,
)


def _known(book: Notebook) -> Iterator[Link]:
    """What the report says of the drug in general, where the patient had both, drug first."""
    course = _Course(book)
    for scene in book.scenes:
        if scene.whose not in (Whose.GENERAL, Whose.OTHERS) or scene.sentence.section in _SILENT:
            continue
        text = scene.all_text
        if not _KNOWN.search(text) or bool(scene.cues("causality", "rejected")):
            continue
        drugs = list(_drugs(book, scene))
        for mention, reaction in _reactions(book, scene):
            for drug, medication in drugs:
                low, high = sorted((mention, drug), key=lambda m: m.start)
                between = scene.text(low.end, high.start)
                if len(between) > 120 or _TREATS.search(between) or ";" in between:
                    continue
                if _FOR.search(between) or reaction.fields.get("is_history"):
                    continue
                if course.may_follow(medication, reaction):
                    yield Link(reaction, mention, medication, drug, scene, "known reaction", False)


_DIAGNOSED = re.compile(
    r"\b(?:diagnos\w+|presumed|consistent with|developed|confirmed|found to have|suspected"
    r"|in keeping with|compatible with|attributed)\b",
    re.I,
)
#: How many sentences after the exposure a first diagnosis still counts as what followed it.
_AFTERMATH = 10


def _followed(book: Notebook) -> Iterator[Link]:
    """The diagnosis made after an exposure that the text times the illness from.

    "Ten days after the first dose of ... she was noted to be ...; ... was diagnosed" reports
    the diagnosis as an event on the drug, whatever its authors hold of the cause.
    """
    course = _Course(book)
    for scene in book.scenes:
        if scene.whose is not Whose.PATIENT or scene.sentence.section is SectionKind.TITLE:
            continue
        for medication in _timed_from(book, scene):
            if medication.fields.get("level") == "class":
                continue
            for draft, mention in _diagnosed_soon(book, scene):
                if course.may_follow(medication, draft):
                    yield Link(draft, mention, medication, None, draft.scene, "followed", False)


def _diagnosed_soon(book: Notebook, scene: Scene) -> Iterator[tuple[Draft, Mention]]:
    """The diagnoses made in a sentence or in its aftermath, each with its words."""
    first = scene.sentence.index
    for later in book.scenes[first : first + _AFTERMATH + 1]:
        drafts = book.inside("condition", later)
        if not drafts or not _DIAGNOSED.search(later.all_text):
            continue
        for draft in drafts:
            sure = draft.certainty in (Certainty.AFFIRMED, Certainty.SUSPECTED)
            if not sure or draft.whose is not Whose.PATIENT or draft.fields.get("is_history"):
                continue
            mention = next((m for m in later.of("conditions") if m.start == draft.at), None)
            if mention is not None:
                yield draft, mention


def _timed_from(book: Notebook, scene: Scene) -> list[Draft]:
    """The drugs that a time in the sentence is measured from."""
    found = []
    for phrase in scene.times:
        if phrase.form == "after" or phrase.lead == "after":
            anchor = anchored(book, scene, phrase).anchor
            draft = book.by_id(anchor)
            if draft is not None and draft.kind == "medication":
                found.append(draft)
    return found


def _treated(book: Notebook, medication: Draft) -> Iterator[Draft]:
    """The conditions that the drug was told as given for."""
    for scene, drug in book.told(medication):
        for thing in scene.of("conditions", "symptoms"):
            gap = scene.text(drug.end, thing.start) if thing.start >= drug.end else ""
            condition = book.at.get(thing.start)
            if condition is not None and 0 < len(gap) < 60 and _GIVEN_FOR.search(gap):
                yield condition


_GIVEN_FOR = re.compile(r"\b(?:for|because of|due to)\b", re.IGNORECASE)


def _stopped_for(book: Notebook) -> Iterator[Link]:
    """ "stopped because of X": the authors took the drug for the cause of X."""
    for medication in book.of("medication"):
        reason = medication.fields.get("reason_stopped")
        if reason is None or medication.whose is not Whose.PATIENT:
            continue
        for scene, _ in book.told(medication):
            for thing in scene.of("conditions", "symptoms"):
                draft = book.at.get(thing.start)
                told = draft is not None and draft.whose is Whose.PATIENT
                if draft is not None and told and reason.covers(scene.span(thing)):
                    yield Link(draft, thing, medication, None, scene, "stopped because of", True)
