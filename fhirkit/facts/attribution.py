"""Whose a statement is: this patient's, other people's, nobody's in particular.

Sentences are judged in order. What a sentence says of itself comes first ("our patient",
"cases reported", "is a rare complication"); what is left follows the section and the
sentence before it. Single mentions can be held apart from their sentence: a relative in it, a
treatment only weighed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fhirkit.facts.model import Whose
from fhirkit.narrative.layout import SectionKind

if TYPE_CHECKING:
    from fhirkit.facts.lexicon import Mention
    from fhirkit.facts.scene import Scene

_PRONOUNS = frozenset({"he", "she", "hi", "his", "her", "him", "hers"})
_AGE_LEAD = re.compile(
    r"\b(?:an?|the|our|this)\s+(?:[\w-]+\s+){0,3}?\d{1,3}[\s-]*(?:years?|months?|weeks?|days?|yrs?|y)"
    r"[\s-]*old\b|\bpatient\s*:\s|\bpatient,?\s+aged\b|\bthe patient is an?\b"
    r"|\b\d{1,3}[\s-]*(?:year|yr|month|week|day)s?[\s-]*old\b",
    re.IGNORECASE,
)
_PERSON_LEAD = re.compile(
    r"\b(?:an?|one)\s+(?:[\w-]+\s+){0,3}?(?:woman|man|girl|boy|female|male|infant|neonate|newborn"
    r"|gentleman|lady|patient|child|toddler|teenager)\b(?!s)",
    re.IGNORECASE,
)
_PRESENT_ONLY = re.compile(
    r"\b(?:was|were|had|did|developed|presented|received|showed|revealed|underwent|became|started"
    r"|improved|fell|rose|dropped|remained|noticed|complained)\b",
    re.IGNORECASE,
)
_INFORMANT = frozenset(
    "report reported noticed noted state stated said describe described brought observed gave "
    "found denied by confirmed told called".split()
)
_FRONT_MATTER = {SectionKind.REFERENCES, SectionKind.BYLINE, SectionKind.CORRESPONDENCE}
_TALK = {SectionKind.DISCUSSION, SectionKind.INTRODUCTION}

#: How many words a "considered" cue reaches.
_CONSIDERED_REACH = 8


@dataclass(slots=True)
class _State:
    """What the sentences so far have set up."""

    introduced: bool = False  # the patient has been introduced
    topic: Whose = Whose.PATIENT  # whom the running text is about
    stranger: bool = False  # the last person introduced was somebody else
    paragraph: int = -1
    section: SectionKind | None = None


def attribute(all_scenes: list[Scene]) -> None:
    """Set ``whose``, ``why`` and ``held`` of each scene."""
    state = _State(introduced=not any(_introduces(s) for s in all_scenes))
    for scene in all_scenes:
        section = scene.sentence.section
        if section is not state.section:
            state.section, state.stranger = section, False
            state.topic = Whose.GENERAL if section in _TALK else Whose.PATIENT
            state.introduced = state.introduced or section is SectionKind.CASE
        scene.whose, scene.why = _judge(scene, state)
        _hold_relatives(scene)
        _hold_considered(scene)


def _introduces(scene: Scene) -> bool:
    return scene.sentence.section is not SectionKind.TITLE and (
        bool(_AGE_LEAD.search(_text(scene))) or _has(scene, "patient")
    )


def _text(scene: Scene) -> str:
    return scene.text(scene.sentence.start, scene.sentence.end)


def _has(scene: Scene, value: str) -> bool:
    return any(True for _ in scene.cues("whose", value))


def _first(scene: Scene, value: str) -> Mention | None:
    return next(iter(scene.cues("whose", value)), None)


def _judge(scene: Scene, state: _State) -> tuple[Whose, str]:
    section = scene.sentence.section
    if section in _FRONT_MATTER:
        return Whose.OTHERS, f"section {section}"
    if section is SectionKind.LEGEND:
        return Whose.DEFINITION, "figure legend"
    if section is SectionKind.TITLE:
        return Whose.PATIENT, "title"
    if section is SectionKind.TABLE:
        return (Whose.PATIENT if state.topic is Whose.PATIENT else state.topic), "table"
    text = _text(scene)
    age = _AGE_LEAD.search(text) if "old" in text or "atient" in text else None
    own, others = _first(scene, "patient"), _first(scene, "others")
    stranger = _first(scene, "other-patient")
    general = _first(scene, "general")
    pronoun = any(w in _PRONOUNS for w in scene.words(0, 10**9))
    if own is not None and not _is_plural_patients(scene, own):
        return _settle(scene, state, Whose.PATIENT, f"names the patient: {own.name}", strong=True)
    if age and not (state.introduced and section in _TALK):
        return _settle(scene, state, Whose.PATIENT, "introduces the patient", strong=True)
    if stranger is not None or (age and section in _TALK):
        state.stranger = True
        return _settle(scene, state, Whose.OTHERS, "another patient")
    if others is not None:
        if pronoun and not state.stranger and state.introduced and section not in _TALK:
            return _settle(scene, state, Whose.PATIENT, "pronoun", strong=True)
        return _settle(scene, state, Whose.OTHERS, "other patients or the literature")
    if pronoun and state.introduced and not state.stranger:
        return _settle(scene, state, Whose.PATIENT, "pronoun", strong=True)
    if (
        not state.introduced
        and section not in _TALK
        and _PERSON_LEAD.search(text)
        and _PRESENT_ONLY.search(text)
        and (others is None and general is None)
    ):
        return _settle(scene, state, Whose.PATIENT, "introduces the patient", strong=True)
    if general is not None and not (
        section is SectionKind.CASE and _PRESENT_ONLY.search(_text(scene))
    ):
        return _settle(scene, state, Whose.GENERAL, "general statement")
    if not state.introduced:
        return Whose.GENERAL, "before the patient is introduced"
    if section in _TALK:
        return state.topic, "goes on as before"
    if state.paragraph != scene.sentence.paragraph and section is SectionKind.CASE:
        state.topic = Whose.PATIENT
    state.paragraph = scene.sentence.paragraph
    return state.topic, "goes on as before"


def _is_plural_patients(scene: Scene, own: Mention) -> bool:
    """Whether a cue like "our patient" stands in its plural."""
    raw = scene.narrative.raw[own.last - 1].lower()
    return raw.endswith("patients")


def _settle(
    scene: Scene, state: _State, whose: Whose, why: str, *, strong: bool = False
) -> tuple[Whose, str]:
    state.topic = whose
    state.paragraph = scene.sentence.paragraph
    if whose is Whose.PATIENT:
        state.introduced, state.stranger = True, False
    scene.strong = strong
    return whose, why


def _hold_relatives(scene: Scene) -> None:
    """Things said of a relative, up to the next mention of the patient."""
    for cue in scene.cues("whose", "family"):
        if not _speaks_of_relative(scene, cue):
            continue
        back = next((o.first for o in scene.cues("whose", "patient") if o.first > cue.last), 10**9)
        for thing in (*scene.things, *scene.signs):
            if cue.first <= thing.first < back:
                scene.held[thing.start] = Whose.FAMILY


def _speaks_of_relative(scene: Scene, cue: Mention) -> bool:
    after = scene.words(cue.last, cue.last + 3)
    if cue.last - cue.first > 1 or scene.words(cue.first, cue.first + 1) == ["family"]:
        return True
    if any(w in _INFORMANT for w in after):
        return False
    return any(
        w
        in {"had", "has", "have", "wa", "was", "with", "history", "died", "suffered", "and", "who"}
        for w in after
    )


def _hold_considered(scene: Scene) -> None:
    """Treatments weighed or offered and not given."""
    for cue in scene.cues("whose", "considered"):
        for thing in scene.of("drugs", "procedures"):
            if cue.entry.scope == "forward":
                near = cue.last <= thing.first < cue.last + _CONSIDERED_REACH
                between = scene.words(cue.last, thing.first)
            else:
                near = thing.last <= cue.first < thing.last + _CONSIDERED_REACH
                between = scene.words(thing.last, cue.first)
            if near and not {";", "and then", "but", "given", "received", "started"} & set(between):
                scene.held.setdefault(thing.start, Whose.CONSIDERED)
