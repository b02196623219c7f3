"""What a condition is due to, what a drug was given for, when and of what the patient died."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from fhirkit.facts.anchors import anchored
from fhirkit.facts.model import Certainty, Whose

if TYPE_CHECKING:
    from fhirkit.facts.lexicon import Mention
    from fhirkit.facts.notebook import Draft, Notebook
    from fhirkit.facts.scene import Scene

_DUE_TO = re.compile(
    r"[\s,(]*(?:(?:that|which|was|were|is|being|likely|probably|possibly|presumably|mainly|most|to be"
    r"|developed|occurred|thought|believed|considered)\s+){0,3}"
    r"(?:due to|secondary to|caused by|resulting from|because of)\s+"
    r"(?:(?:an?|the|his|her|underlying|severe|acute|chronic)\s+)*",
    re.IGNORECASE,
)
_GIVEN_FOR = re.compile(
    r"[^.;]{0,40}?\b(?:for|because of|due to|to treat)\s+(?:(?:the|an?|his|her|presumed|suspected"
    r"|possible|probable|treatment of|severe|acute|active|disease activity of)\s+)*",
    re.IGNORECASE,
)
_TREATED_FIRST = re.compile(
    r"\s*(?:was|were)\s+(?:treated|managed)\s+with\s+(?:[\w-]+\s+){0,3}", re.IGNORECASE
)
_OTHER_VERB = re.compile(
    r"\b(?:responsible|blamed?|culprit|accountable|stopped|discontinued|withdrawn|ceased|days?|weeks?|months?|years?)\b"
)
_DIED_OF = re.compile(
    r"(?P<time>[^.;,]{0,60}?)\b(?P<by>of|from|due to|because of|as a result of|secondary to|owing to)\s+"
    r"(?P<cause>[^.,;]{3,120})",
    re.IGNORECASE,
)
#: Words between a death and its cause: a time, and no other statement.
_DIED_WHEN = re.compile(
    r"\s*(?:(?:[\w-]+\s+){1,3}(?:later|after\b.*)|(?:with)?in\b.*|on\b.*|at\b.*|during\b.*|after\b.*"
    r"|suddenly|shortly|unexpectedly|subsequently|eventually)?\s*",
    re.IGNORECASE,
)
#: Between "died" and a bare "of" or "from" less may stand: "within a week of admission" is a time.
_DIED_SHORTLY = re.compile(
    r"\s*(?:suddenly|shortly|unexpectedly|subsequently|eventually|(?:[\w-]+\s+){1,3}later)?\s*",
    re.I,
)
#: Where a cause ends: at a time, or where another statement begins.
_CAUSE_ENDS = re.compile(
    r"\s+(?:(?:\w+|\d+)\s+(?:hours?|days?|weeks?|months?|years?)\s+(?:after|later|following|post)\b"
    r"|(?:at|on|in|within)\s+(?:the\s+)?(?:age|day|post|month|week|hospital|\d|his|her|(?:19|20)\d\d)"
    r"|at\s+\d+|after|following|despite|which|that|although|when|while)\b.*",
    re.IGNORECASE | re.DOTALL,
)


def link_reasons(book: Notebook) -> None:
    """Fill in ``due_to`` of conditions and ``reason`` of drugs and procedures."""
    for scene in book.scenes:
        if scene.whose is not Whose.PATIENT:
            continue
        conditions = [
            (m, d)
            for m in scene.of("conditions", "symptoms")
            if (d := book.at.get(m.start)) is not None and _holds(d)
        ]
        for (first, effect), (second, cause) in pairwise(conditions):
            if _DUE_TO.fullmatch(scene.text(first.end, second.start)) and effect is not cause:
                if effect.id.startswith("condition"):
                    _add(effect, "due_to", cause)
        for drug in scene.of("drugs", "procedures"):
            treatment = book.at.get(drug.start)
            if treatment is not None and treatment.whose is Whose.PATIENT:
                after = [t.start for t in scene.of("drugs", "procedures") if t.start > drug.start]
                limit = min(after, default=scene.sentence.end)
                near = [c for c in conditions if c[0].start < limit]
                _reason(scene, drug, treatment, near)


def _holds(draft: Draft) -> bool:
    return draft.whose is Whose.PATIENT and draft.certainty in (
        Certainty.AFFIRMED,
        Certainty.SUSPECTED,
    )


def _reason(
    scene: Scene, drug: Mention, treatment: Draft, conditions: list[tuple[Mention, Draft]]
) -> None:
    for mention, condition in conditions:
        if mention.start > drug.end:
            gap = scene.text(drug.end, mention.start)
            given_for = _GIVEN_FOR.fullmatch(gap) is not None
            fits = len(gap) < 70 and given_for and _OTHER_VERB.search(gap) is None
        else:
            fits = _TREATED_FIRST.fullmatch(scene.text(mention.end, drug.start)) is not None
        if fits:
            _add(treatment, "reason", condition)
            return


def _add(draft: Draft, name: str, other: Draft) -> None:
    known: tuple[str, ...] = draft.fields.get(name, ())
    if other.id not in known:
        draft.fields[name] = (*known, other.id)


def tell_death(book: Notebook, patient: Draft) -> None:
    """When the patient died, and of what, where the sentence of the death says so."""
    deceased = patient.fields.get("deceased")
    if deceased is None:
        return
    for scene in book.scenes:
        s = scene.sentence
        at = scene.text(s.start, s.end).find(deceased.text)
        if at < 0 or scene.whose is not Whose.PATIENT:
            continue
        end = s.start + at + len(deceased.text)
        if book.narrative.span(s.start + at, end) != deceased:
            continue
        for phrase in scene.times:
            if phrase.form in ("after", "later") and phrase.start - end < 40:
                patient.fields["died"] = anchored(book, scene, phrase)
                break
        _cause_of_death(book, scene, patient, end)
        return


def _cause_of_death(book: Notebook, scene: Scene, patient: Draft, end: int) -> None:
    """What the patient died of, told behind the death: "died two days later of sepsis"."""
    found = _DIED_OF.match(scene.text(end, scene.sentence.end))
    if found is None:
        return
    bare = found.group("by").lower() in ("of", "from")
    if not (_DIED_SHORTLY if bare else _DIED_WHEN).fullmatch(found.group("time")):
        return
    words = _CAUSE_ENDS.sub("", found.group("cause")).rstrip()
    if words and not words[0].isdigit():
        start = end + found.start("cause")
        patient.fields["cause_of_death"] = book.narrative.span(start, start + len(words))
