"""Adverse events: reaction, suspects, latency, seriousness, outcome, words on causality."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from fhirkit.facts.anchors import anchored
from fhirkit.facts.causality import links
from fhirkit.facts.certainty import negated_at
from fhirkit.facts.challenge import Challenge, challenges, tells_of
from fhirkit.facts.links import LACK, Link
from fhirkit.facts.model import AdverseEventFact, Certainty, Suspect, Term, When, Whose
from fhirkit.facts.outcome import endings, outcome_of
from fhirkit.narrative.layout import SectionKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fhirkit.facts.notebook import Draft, Notebook
    from fhirkit.facts.scene import Scene
    from fhirkit.narrative.span import Span

_WORD = r"(?P<c>certain|definite|definitive|highly probable|probable|possible|unlikely|doubtful|conditional|unassessable)"
_SCALE = r"(?P<m>naranjo|who[\s-]*(?:umc|uppsala)|roussel[\s-]*uclaf|rucam)"
_SCALE_FIRST = re.compile(rf"\b{_SCALE}\b[^;]{{0,120}}?\b{_WORD}\b", re.I)
_CATEGORY_FIRST = re.compile(
    rf"\b(?:as|was|be|is|were|were|judged|considered|deemed|rated|classified|graded|a|an|to be)\s+[\"'“‘]?{_WORD}\b"
    rf"[^;.]{{0,60}}?\b{_SCALE}\b",
    re.I,
)
#: A scale's verdict is told in the sentence of the tie or soon behind it.
_JUDGED_WITHIN = 3


def read_adverse_events(book: Notebook, *, died: bool) -> None:
    """One draft for each reaction that the text ties to a drug."""
    made: dict[Draft, list[Link]] = {}  # by reaction
    for link in links(book):
        made.setdefault(link.reaction, []).append(link)
    if not made:
        return
    drafts = {reaction: _new(book, told) for reaction, told in made.items()}
    coming = _Coming(book)
    ends = endings(book)
    tried = list(challenges(book))
    for reaction, draft in drafts.items():
        _challenges(book, draft, reaction, tried)
        _latency(book, draft, reaction, coming)
        _seriousness(book, draft, reaction)
        outcome = outcome_of(book, reaction, ends, died=died)
        if outcome is not None:
            draft.fields["outcome"] = outcome
            if outcome.concept == "fatal":
                criteria = draft.fields.get("seriousness", ())
                draft.fields["seriousness"] = (*criteria, Term(outcome.span, "death"))
        severity = reaction.fields.get("severity")
        if severity is not None:
            draft.fields["severity"] = severity


def _new(book: Notebook, told: list[Link]) -> Draft:
    """The draft of a reaction, with all that ties it to a drug."""
    link = told[0]
    mention = link.mention
    draft = book.new(
        "adverse-event",
        AdverseEventFact,
        link.reaction.concept or mention.name,
        link.scene,
        mention.start,
        mention.end,
        _rule(link),
        concept=link.reaction.concept,
        reaction=Term(link.scene.span(mention), link.reaction.concept),
        condition=link.reaction.id,
    )
    suspects: dict[str, Suspect] = {}
    statements: dict[Span, None] = {}
    for link in told:
        span = link.scene.span(link.drug) if link.drug is not None else link.medication.first_span
        role = "interacting" if link.interacting else "suspect"
        suspects.setdefault(link.medication.id, Suspect(span, link.medication.id, role))
        draft.add_span(link.scene.span(link.mention))
        if link.own_words and link.rule != "reported after":
            statements.setdefault(_statement(book, link.scene))
        if link.own_words:
            _category(book, draft, link.scene)
    draft.fields["suspects"] = tuple(suspects.values())
    draft.fields["causality"] = tuple(statements)
    return draft


def _rule(link: Link) -> str:
    """The rule of a link, and who proposed its reaction or its drug if that was no vocabulary."""
    by = {m.entry.by for m in (link.mention, link.drug) if m is not None and m.entry.by}
    new = sorted(name for name in by if name not in link.rule)
    return f"{link.rule} ({', '.join(new)})" if new else link.rule


def _category(book: Notebook, draft: Draft, scene: Scene) -> None:
    """The category that the text states by a scale, in the sentence of the tie or the next one."""
    index = scene.sentence.index
    for judged in book.scenes[index : index + _JUDGED_WITHIN]:
        for pattern in (_SCALE_FIRST, _CATEGORY_FIRST):
            found = pattern.search(judged.all_text)
            if found is None or judged.whose is not Whose.PATIENT:
                continue
            start = judged.sentence.start
            word = book.narrative.span(start + found.start("c"), start + found.end("c"))
            draft.fields["causality_category"] = Term(word, found["c"].lower())
            draft.fields["causality_method"] = book.narrative.span(
                start + found.start("m"), start + found.end("m")
            )
            return


def _challenges(book: Notebook, draft: Draft, reaction: Draft, tried: list[Challenge]) -> None:
    """What came of stopping each suspect, and of giving it again; the first result told counts."""
    suspects = []
    for suspect in draft.fields["suspects"]:
        results: dict[str, Term] = {}
        for challenge in tried:
            early = challenge.scene.sentence.index < reaction.scene.sentence.index
            drug = book.by_id(suspect.medication)
            if early or drug is None or not tells_of(book, challenge, drug, reaction):
                continue
            span = book.narrative.span(challenge.start, challenge.end)
            results.setdefault(challenge.kind, Term(span, challenge.result))
        suspects.append(replace(suspect, **results))
        for term in results.values():
            draft.add_span(term.span)
    draft.fields["suspects"] = tuple(suspects)


def _statement(book: Notebook, scene: Scene) -> Span:
    start, end = scene.sentence.start, scene.sentence.end
    text = scene.text(start, end)
    start += len(text) - len(text.lstrip())
    end -= len(text) - len(text.rstrip())
    return book.narrative.span(start, end)


class _Coming:
    """The times that presentations and admissions are measured from."""

    def __init__(self, book: Notebook) -> None:
        self._first: dict[str, tuple[int, When]] = {}  # by what a time is measured from
        scenes = [
            s
            for s in book.scenes
            if s.whose is Whose.PATIENT
            and bool(s.cues("encounter", "presentation", "inpatient", "emergency"))
        ]
        for number, when in enumerate(_times(book, scenes)):
            if when.anchor is not None:
                self._first.setdefault(when.anchor, (number, when))

    def since(self, anchors: set[str]) -> When | None:
        """The first of the times that are measured from any of ``anchors``."""
        found = [self._first[anchor] for anchor in anchors if anchor in self._first]
        return min(found, key=lambda pair: pair[0])[1] if found else None


def _latency(book: Notebook, draft: Draft, reaction: Draft, coming: _Coming) -> None:
    """The time from the suspect to the reaction.

    Told with the reaction itself, else with the presentation or admission it led to.
    """
    suspects = {s.medication for s in draft.fields["suspects"]}
    telling = [scene for scene, _ in book.told(reaction)]
    when = (
        next((w for w in _times(book, telling) if w.anchor in suspects), None)
        or _later_than(book, telling, suspects)
        or coming.since(suspects)
        or _counted_from(book, telling, suspects)
    )
    if when is not None:
        draft.fields["latency"] = when
        draft.add_span(when.span)


def _later_than(book: Notebook, scenes: list[Scene], suspects: set[str]) -> When | None:
    """ "She took D. Five weeks later she had X.": the time since the sentence before."""
    for scene in scenes:
        index = scene.sentence.index
        before = book.scenes[index - 1].of("drugs") if index else iter(())
        told = [d for t in before if (d := book.at.get(t.start)) is not None]
        if not told or told[-1].id not in suspects:
            continue
        for phrase in scene.times:
            if phrase.form == "later":
                return replace(anchored(book, scene, phrase), anchor=told[-1].id)
    return None


def _times(book: Notebook, scenes: list[Scene]) -> Iterator[When]:
    """The times in ``scenes`` that are measured from an event."""
    for scene in scenes:
        for phrase in scene.times:
            if phrase.form in ("after", "day", "later") or phrase.lead == "after":
                when = anchored(book, scene, phrase)
                if not LACK.search(when.span.text):
                    yield when


_AFTER_DOSE = re.compile(
    r"\b(?:after|following|during|upon)\s+(?:only\s+)?(?:the\s+|her\s+|his\s+|a\s+)?(?:first|second|third|fourth"
    r"|fifth|sixth|last|initial|single|one|two|three|\d+(?:st|nd|rd|th)|\d+)\s+(?:doses?|infusions?"
    r"|injections?|cycles?|courses?|administrations?|exposures?|tablets?)\b",
    re.IGNORECASE,
)


def _counted_from(book: Notebook, scenes: list[Scene], suspects: set[str]) -> When | None:
    """ "After the third infusion of D": no distance, but the dose that it followed."""
    for scene in scenes:
        said = _AFTER_DOSE.search(scene.all_text)
        if said is None or scene.whose is not Whose.PATIENT:
            continue
        start, end = scene.sentence.start + said.start(), scene.sentence.start + said.end()
        drugs = [d for d in scene.of("drugs") if d.start >= end and d.start - end <= _OF_WITHIN]
        draft = book.at.get(drugs[0].start) if drugs else None
        if draft is not None and draft.id in suspects:
            return When(book.narrative.span(start, drugs[0].end), relation="after", anchor=draft.id)
    return None


#: Characters between "the third infusion" and the drug's name.
_OF_WITHIN = 12


def _seriousness(book: Notebook, draft: Draft, reaction: Draft) -> None:
    """ICH criteria in the sentences that tell of the reaction."""
    found: dict[str, Term] = {}
    for scene, thing in book.told(reaction):
        denied = scene.certainty_of(thing) in (Certainty.NEGATED, Certainty.REFUTED)
        discussed = scene.sentence.section is SectionKind.DISCUSSION
        if scene.whose is not Whose.PATIENT or denied or discussed:
            continue
        for cue in scene.cues("seriousness"):
            if cue.name != "death" and not negated_at(scene, cue.first):
                found.setdefault(cue.name, Term(scene.span(cue), cue.name))
    if found:
        draft.fields["seriousness"] = tuple(found[name] for name in sorted(found))
