"""When a drug was given: dates at its words, and times before or after an event of the case."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fhirkit.facts.anchors import anchored
from fhirkit.facts.model import When
from fhirkit.facts.timing import when_date

if TYPE_CHECKING:
    from fhirkit.facts.notebook import Draft, Notebook
    from fhirkit.facts.regimen import Taken
    from fhirkit.facts.scene import Scene


def read_times(
    book: Notebook, scene: Scene, draft: Draft, taken: Taken, left: int, right: int
) -> None:
    """Fill in ``when``, ``start`` and ``stop`` from the times between two view offsets."""
    _times(scene, draft, taken, left, right)
    _relative(book, scene, draft, taken, left, right)


def _times(scene: Scene, draft: Draft, taken: Taken, left: int, right: int) -> None:
    """Dates that stand at the drug: its start, its stop, or simply its time."""
    narrative = scene.narrative
    for date in scene.dates:
        if not (left <= date.start < right) or not date.iso:
            continue
        gap = (
            scene.text(taken.end, date.start)
            if date.start >= taken.end
            else scene.text(date.end, taken.start)
        )
        if len(gap) > 60 or re.search(r"[;.]\s", gap):
            continue
        lead = scene.text(max(scene.sentence.start, taken.start - 30), taken.start) + gap
        name = "stop" if _STOPPED.search(lead) else "when"
        if re.search(
            r"\b(?:start|begun|began|initiat|commenc|since)",
            gap + scene.text(left, taken.start)[-40:],
        ):
            name = "start" if name == "when" else name
        draft.fields.setdefault(name, when_date(narrative, date))
    for phrase in scene.times:
        if (
            phrase.form == "day"
            and taken.end <= phrase.start < right
            and phrase.start - taken.end < 30
            and not _STOPPED.search(scene.text(taken.end, phrase.start))
        ):
            draft.fields.setdefault("when", When(narrative.span(phrase.start, phrase.end)))


_STOPPED = re.compile(r"\b(?:stop|discontinu|withdr|until|ceas)")
_STARTED = re.compile(
    r"\b(?:start\w*|begun|began|beginning|initiat\w+|commenc\w+|introduc\w+|prescribed|put on"
    r"|placed on|added)\b",
    re.IGNORECASE,
)


_HAD = re.compile(
    r"\b(?:given|received|took|taken|taking|administered|ingested|injected|vaccinated|treated"
    r"|underwent)\b",
    re.IGNORECASE,
)


_NEW_CLAUSE = re.compile(r"[;.]\s|\b(?:and|but|which|when|until|after|then|for|developed)\b")


#: Characters between a drug and the time it was started.
_STARTED_WITHIN = 60


def _relative(
    book: Notebook, scene: Scene, draft: Draft, taken: Taken, left: int, right: int
) -> None:
    """ "D was started two weeks before admission", "three days earlier she had been given D"."""
    if draft.fields.keys() & {"when", "start"}:
        return
    for phrase in scene.times:
        if phrase.form not in ("before", "ago", "later", "after"):
            continue
        if taken.end <= phrase.start < right:
            gap = scene.text(taken.end, phrase.start)
            lead = scene.text(max(left, taken.start - 30), taken.start) + " " + gap
        elif left <= phrase.start and phrase.end <= taken.start:
            gap = lead = scene.text(phrase.end, taken.start)
        else:
            continue
        if len(gap) > _STARTED_WITHIN or _NEW_CLAUSE.search(gap):
            continue
        name = "start" if _STARTED.search(lead) else "when" if _HAD.search(lead) else None
        when = anchored(book, scene, phrase) if name else None
        if name and when is not None and when.anchor != draft.id:
            draft.fields[name] = when
            return
