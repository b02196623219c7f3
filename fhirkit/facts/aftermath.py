"""Reactions tied to drugs by the course told: what followed, abated, recurred, is known."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fhirkit.facts.anchors import anchored
from fhirkit.facts.challenge import challenges
from fhirkit.facts.links import (
    BROUGHT,
    LACK,
    LIST,
    PROGRESS,
    SILENT,
    Link,
    drugs_of,
    is_lack,
    reactions_of,
    treated,
)
from fhirkit.facts.model import Certainty, Whose
from fhirkit.narrative.layout import SectionKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fhirkit.facts.lexicon import Mention
    from fhirkit.facts.notebook import Draft, Notebook
    from fhirkit.facts.scene import Scene


def told_by_the_course(book: Notebook) -> Iterator[Link]:
    """Every tie that more than one sentence's own words make."""
    yield from _stopped_for(book)
    course = _Course(book)
    yield from _challenged(book, course)
    yield from _known(book, course)
    yield from _followed(book, course)


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
        return self.began(medication) < self.began(reaction) and not self.treats(
            medication, reaction
        )

    def treats(self, medication: Draft, reaction: Draft) -> bool:
        """Whether the drug was told as given for the condition."""
        found = self._treated.get(medication.id)
        if found is None:
            found = self._treated[medication.id] = treated(self._book, medication)
        return reaction in found


def _known(book: Notebook, course: _Course) -> Iterator[Link]:
    """What the report says of the drug in general, where the patient had both, drug first."""
    for scene in book.scenes:
        if scene.whose not in (Whose.GENERAL, Whose.OTHERS) or scene.sentence.section in SILENT:
            continue
        text = scene.all_text
        if not _KNOWN.search(text) or bool(scene.cues("causality", "rejected")):
            continue
        drugs = list(drugs_of(book, scene))
        for mention, reaction in reactions_of(book, scene):
            for drug, medication in drugs:
                low, high = sorted((mention, drug), key=lambda m: m.start)
                between = scene.text(low.end, high.start)
                if len(between) > 120 or _TREATS.search(between) or ";" in between:
                    continue
                if _CONTRAST.search(between) or is_lack(drug, reaction):
                    continue
                if _FOR.search(between) or reaction.fields.get("is_history"):
                    continue
                if course.may_follow(medication, reaction):
                    yield Link(reaction, mention, medication, drug, scene, "known reaction", False)


_CONTRAST = re.compile(r"\b(?:whereas|while|but|although|however|unlike)\b", re.IGNORECASE)


_TOLERATED = re.compile(r"\b(?:well|without\s+\w+)\s+tolerated\b|\btolerated\b", re.IGNORECASE)


_DIAGNOSED = re.compile(
    r"\b(?:diagnos\w+|presumed|consistent with|developed|confirmed|found to have|suspected"
    r"|in keeping with|compatible with|attributed)\b",
    re.I,
)


#: How many sentences after the exposure a first diagnosis still counts as what followed it.
_AFTERMATH = 10


def _followed(book: Notebook, course: _Course) -> Iterator[Link]:
    """The diagnosis made after an exposure that the text times the illness from.

    "Ten days after the first dose of ... she was noted to be ...; ... was diagnosed" reports
    the diagnosis as an event on the drug, whatever its authors hold of the cause.
    """
    for scene in book.scenes:
        if scene.whose is not Whose.PATIENT or scene.sentence.section is SectionKind.TITLE:
            continue
        for medication in _timed_from(book, scene):
            yield from _developed_next(book, course, scene, medication)
            if medication.fields.get("level") == "class" or _tells_effect(scene):
                continue
            for draft, mention in _diagnosed_soon(book, scene):
                if PROGRESS.search(draft.concept or ""):
                    continue
                between = book.scenes[scene.sentence.index : draft.scene.sentence.index]
                if any(_TOLERATED.search(s.all_text) for s in between):
                    continue
                if course.may_follow(medication, draft):
                    yield Link(draft, mention, medication, None, draft.scene, "followed", False)


def _tells_effect(scene: Scene) -> bool:
    """Whether a time from a drug tells how well it worked: it was a treatment then."""
    worked = scene.cues("outcome", "recovered", "recovering")
    return bool(worked) or _NO_EFFECT.search(scene.all_text) is not None


_NO_EFFECT = re.compile(
    r"\b(?:despite|still|persist\w*|worsen\w*|refractory|failed|unresponsive|progress(?:ed|ion)|no response)\b",
    re.IGNORECASE,
)


def _developed_next(
    book: Notebook, course: _Course, scene: Scene, medication: Draft
) -> Iterator[Link]:
    """ "Within two days of starting D she developed X and Y"."""
    told = [d for d in scene.of("drugs") if book.at.get(d.start) is medication]
    if not told:
        return
    at = told[-1].end
    for mention, reaction in reactions_of(book, scene):
        if mention.start < at:
            continue
        gap = scene.text(at, mention.start)
        first = at == told[-1].end
        if not (_SHE_DEVELOPED.fullmatch(gap) if first else LIST.fullmatch(gap)):
            break
        at = mention.end
        brought = BROUGHT.search(gap) is not None and mention.kind == "symptoms"
        if PROGRESS.search(reaction.concept or ""):
            continue
        if not brought and not course.treats(medication, reaction):
            yield Link(reaction, mention, medication, told[-1], scene, "developed after", False)


_SHE_DEVELOPED = re.compile(
    r"[^;.]{0,100}?\b(?:developed|experienced|suffered|noticed|noted|complained of|presented with)\s+(?:(?!\b(?:no|not|and|but"
    r"|with)\b)[\w-]+\s+){0,4}",
    re.IGNORECASE,
)


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
        if phrase.form in ("after", "day") or phrase.lead == "after":
            when = anchored(book, scene, phrase)
            if LACK.search(when.span.text):
                continue  # time since the drug was stopped
            draft = book.by_id(when.anchor)
            if draft is not None and draft.kind == "medication":
                found.append(draft)
    return found


def _challenged(book: Notebook, course: _Course) -> Iterator[Link]:
    """ "X resolved after D was withdrawn", "X recurred when D was given again"."""
    for challenge in challenges(book):
        if challenge.result not in ("positive", "recurred"):
            continue
        scene = challenge.scene
        for drug in challenge.drugs:
            medication = book.at.get(drug.start)
            if medication is None or medication.whose is not Whose.PATIENT:
                continue
            for mention, reaction in reactions_of(book, scene):
                if mention not in challenge.reactions or course.treats(medication, reaction):
                    continue
                # Of what got better in the next sentence, what was there before the drug is
                # what it was given for.
                here = scene.sentence.start <= drug.start < scene.sentence.end
                if not here and not course.may_follow(medication, reaction):
                    continue
                rule = f"{challenge.kind}: {challenge.result}"
                yield Link(reaction, mention, medication, drug, scene, rule, True)


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
