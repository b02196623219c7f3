"""What a relative time is measured from: an event of the case, or nothing."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

from fhirkit.facts.model import When
from fhirkit.facts.timing import offset_quantity

if TYPE_CHECKING:
    from fhirkit.facts.notebook import Notebook
    from fhirkit.facts.scene import Scene
    from fhirkit.facts.timing import TimePhrase

_RELATION = {
    "after": "after",
    "later": "after",
    "before": "before",
    "ago": "before",
    "day": "after",
    "history": "before",
}
_TREATMENT = re.compile(
    r"\s*(?:the\s+|this\s+|her\s+|his\s+)?(?:(?:last|first|second|third|fourth|final|next|initial)\s+)?(?:treatment|therapy|infusions?|dose|administration|drug|initiation|starting)\b",
    re.I,
)
_ADMISSION = re.compile(
    r"\s*(?:the\s+|his\s+|her\s+)?(?:hospital\s+)?(?:admission|hospitali[sz]ation|admitted|being admitted)\b",
    re.I,
)
_DISCHARGE = re.compile(r"\s*(?:the\s+|his\s+|her\s+)?(?:hospital\s+)?discharge\b", re.I)
_PRESENTATION = re.compile(r"\s*(?:the\s+|his\s+|her\s+)?(?:re-?)?presentation\b", re.I)


#: "On day 12 of treatment with D", "day 3 after D".
_DAY_OF = re.compile(
    r"\s*(?:of|after|on|post|following|into)\s+(?:the\s+|her\s+|his\s+)?(?:(?:start|starting|treatment|therapy"
    r"|first|second|third|last|initial|dose|infusion|administration|initiation|course|cycle)\s+"
    r"(?:with\s+|of\s+|on\s+)?)*(?:the\s+|oral\s+|intravenous\s+)?",
    re.IGNORECASE,
)
_DAY_OF_TREATMENT = re.compile(
    r"\s*(?:of|after|on)\s+(?:the\s+|this\s+|her\s+|his\s+)?(?:treatment|therapy)\b", re.IGNORECASE
)


def anchored(book: Notebook, scene: Scene, phrase: TimePhrase) -> When:
    """The phrase as a fact's time."""
    anchor, end = _anchor(book, scene, phrase)
    return When(
        book.narrative.span(phrase.start, end),
        offset_quantity(book.narrative, phrase),
        _RELATION.get(phrase.form),
        anchor,
    )


def _anchor(book: Notebook, scene: Scene, phrase: TimePhrase) -> tuple[str | None, int]:
    """(id of the event, view offset where the phrase with its event's words ends)."""
    if phrase.form in ("after", "before"):
        tail = scene.text(phrase.end, min(scene.sentence.end, phrase.end + 70))
        for pattern in (_ADMISSION, _PRESENTATION, _DISCHARGE):
            match = pattern.match(tail)
            if match:
                encounter = book.of("encounter")
                same = pattern is not _DISCHARGE and encounter
                return (encounter[0].id if same else None), phrase.end + match.end()
        clause = re.split(r"[,.;]", tail)[0]
        for thing in scene.of("drugs", "procedures"):
            if phrase.end <= thing.start <= phrase.end + len(clause):
                draft = book.at.get(thing.start)
                return (draft.id if draft else None), thing.end
        match = _TREATMENT.match(tail)
        if match:
            return index_treatment(book, scene), phrase.end + match.end()
        return None, phrase.end
    if phrase.form == "day":
        return _day_of(book, scene, phrase)
    if phrase.lead == "after":  # "after 8 weeks on DRUG"
        tail = scene.text(phrase.end, min(scene.sentence.end, phrase.end + 70))
        clause = re.split(r"[,;]", tail)[0]
        if re.match(r"\s*(?:on|of|with)\b", clause):
            for thing in scene.of("drugs"):
                if phrase.end <= thing.start <= phrase.end + len(clause):
                    draft = book.at.get(thing.start)
                    return (draft.id if draft else None), thing.end
    return None, phrase.end


def _day_of(book: Notebook, scene: Scene, phrase: TimePhrase) -> tuple[str | None, int]:
    """What a day is counted from, as :func:`_anchor`."""
    for thing in scene.of("drugs"):
        gap = scene.text(phrase.end, thing.start) if thing.start >= phrase.end else ""
        if _DAY_OF.fullmatch(gap):
            draft = book.at.get(thing.start)
            return (draft.id if draft else None), thing.end
    match = _DAY_OF_TREATMENT.match(scene.text(phrase.end, scene.sentence.end))
    if match:
        return index_treatment(book, scene), phrase.end + match.end()
    return None, phrase.end


def index_treatment(book: Notebook, scene: Scene) -> str | None:
    """The treatment that "after treatment" means: the latest one given before this sentence."""
    given = book.given
    told = bisect_right(given, scene.sentence.index, key=lambda d: d.scene.sentence.index)
    return given[told - 1].id if told else None
