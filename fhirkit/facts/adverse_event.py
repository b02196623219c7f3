"""Adverse events: reaction, suspects, latency, seriousness, outcome, words on causality."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from fhirkit.facts.anchors import anchored
from fhirkit.facts.causality import Link, links
from fhirkit.facts.certainty import negated_at
from fhirkit.facts.model import AdverseEventFact, Certainty, Suspect, Term, When, Whose
from fhirkit.facts.outcome import endings, outcome_of
from fhirkit.narrative.layout import SectionKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fhirkit.facts.notebook import Draft, Notebook
    from fhirkit.facts.scene import Scene
    from fhirkit.narrative.span import Span

_CATEGORY = re.compile(
    r"\b(?:naranjo|who[\s-]*umc)\b[^;]{0,80}?\b(?P<c>certain|definite|probable|possible|unlikely|doubtful)\b",
    re.I,
)


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
    for reaction, draft in drafts.items():
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
        suspects.setdefault(link.medication.id, Suspect(span, link.medication.id))
        draft.add_span(link.scene.span(link.mention))
        if link.own_words and link.rule != "reported after":
            statements.setdefault(_statement(book, link.scene))
        if link.own_words:
            _categorise(book, draft, link)
    draft.fields["suspects"] = tuple(suspects.values())
    draft.fields["causality"] = tuple(statements)
    return draft


def _rule(link: Link) -> str:
    """The rule of a link, and who proposed its reaction or its drug if that was no vocabulary."""
    by = {m.entry.by for m in (link.mention, link.drug) if m is not None and m.entry.by}
    new = sorted(name for name in by if name not in link.rule)
    return f"{link.rule} ({', '.join(new)})" if new else link.rule


def _categorise(book: Notebook, draft: Draft, link: Link) -> None:
    # A score is often told in the sentence after the one it judges.
    judged = book.scenes[link.scene.sentence.index : link.scene.sentence.index + 2]
    start = judged[0].sentence.start
    category = _CATEGORY.search(link.scene.text(start, judged[-1].sentence.end))
    if category:
        draft.fields["causality_category"] = Term(
            book.narrative.span(start + category.start("c"), start + category.end("c")),
            category.group("c").lower(),
        )


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
            if phrase.form == "after" or phrase.lead == "after":
                yield anchored(book, scene, phrase)


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
