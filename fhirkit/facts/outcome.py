"""How a reaction ended, in the terms of ICH E2B(R3) E.i.7."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fhirkit.facts.certainty import negated_at
from fhirkit.facts.model import Term, Whose
from fhirkit.narrative.layout import SectionKind

if TYPE_CHECKING:
    from fhirkit.facts.lexicon import Mention
    from fhirkit.facts.notebook import Draft, Notebook
    from fhirkit.facts.scene import Scene

_DIED_OF = re.compile(
    r"\b(?:died|death|succumbed)\s+(?:of|from|due to|because of|to|secondary to)\s+(?:[\w-]+\s+){0,4}$",
    re.I,
)
_ENDS = frozenset({"recovered", "recovering", "not recovered", "recovered with sequelae"})


def outcome_of(book: Notebook, reaction: Draft, ends: list[Ending], *, died: bool) -> Term | None:
    """What the text says became of a reaction, None where it does not say.

    A statement that names the reaction counts first; then, unless the patient died, how the
    case ended. Death is the outcome only of a reaction the text ties to it.
    """
    own = _named(book, reaction)
    if own is not None:
        return own
    return None if died else _course(book, reaction, ends)


def _named(book: Notebook, reaction: Draft) -> Term | None:
    """From sentences that name the reaction itself."""
    latest: Term | None = None
    for scene, thing in book.told(reaction):
        if scene.whose is not Whose.PATIENT or scene.sentence.section is SectionKind.TITLE:
            continue
        before = scene.text(max(scene.sentence.start, thing.start - 45), thing.start)
        if _DIED_OF.search(before):
            return Term(scene.span(thing), "fatal")
        at = thing.end
        for cue in _cues(scene):
            gap = scene.text(at, cue.start) if cue.start >= at else "."
            if cue.name == "fatal" or _CLAUSE_END.search(gap) or not _is_told(scene, cue):
                continue
            if len(gap) <= _SAID_OF and (at > thing.end or not re.search(r"\band\b", gap)):
                latest, at = _term(scene, cue), cue.end
    return latest


def _cues(scene: Scene) -> list[Mention]:
    """The words on outcomes; "resolved" in "not resolved" is none of its own."""
    found = scene.cues("outcome")
    return [
        c
        for c in found
        if not any(o is not c and o.first <= c.first and c.last <= o.last for o in found)
    ]


#: Characters between a reaction and the word that tells how it ended.
_SAID_OF = 40
_CLAUSE_END = re.compile(r"[,;.]\s|\bbut\b")
_ONLY_HOPED = frozenset(
    "hope hoped expect expected may will would should might if until unless to".split()
)


def _is_told(scene: Scene, cue: Mention) -> bool:
    """Whether an outcome is told and not only hoped for."""
    return _ONLY_HOPED.isdisjoint(scene.words(cue.first - 4, cue.first))


#: A statement on how the patient did, with its sentence.
Ending = tuple["Scene", "Mention"]


def endings(book: Notebook) -> list[Ending]:
    """All statements of a case on how the patient did, in the order of the text."""
    return [
        (scene, cue)
        for scene in book.scenes
        if scene.whose is Whose.PATIENT and scene.sentence.section is not SectionKind.TITLE
        for cue in _cues(scene)
        if cue.name in _ENDS and scene.held.get(cue.start) is None and _is_told(scene, cue)
    ]


def _course(book: Notebook, reaction: Draft, ends: list[Ending]) -> Term | None:
    """From the last statement on how the patient did after the reaction."""
    for scene, cue in reversed(ends):
        if scene.sentence.index < reaction.scene.sentence.index:
            return None
        if not _about_other(book, scene, cue, reaction):
            return _term(scene, cue)
    return None


#: Characters between a thing and the word that tells what became of it.
_BESIDE = 14
_TREATMENT_WORDS = frozenset("medication drug treatment therapy dose dosage regimen".split())
_THINGS = frozenset({"drugs", "conditions", "symptoms"})


def _about_other(book: Notebook, scene: Scene, cue: Mention, reaction: Draft) -> bool:
    """Whether the words right before the cue name another thing than the reaction."""
    if not _TREATMENT_WORDS.isdisjoint(scene.words(cue.first - 3, cue.first)):
        return True  # "the other medication remained unchanged"
    nearest = max(
        (t for t in scene.things if t.end <= cue.start), key=lambda t: t.end, default=None
    )
    if nearest is None or len(scene.text(nearest.end, cue.start)) > _BESIDE:
        return False
    other = book.at.get(nearest.start)
    return other is not None and other is not reaction and nearest.kind in _THINGS


def _term(scene: Scene, cue: Mention) -> Term:
    name = cue.name
    if name in ("recovered", "recovering") and negated_at(scene, cue.first):
        residual = "residual" in scene.narrative.words[cue.first : cue.last]
        name = name if residual else "not recovered"
    return Term(scene.span(cue), name)
