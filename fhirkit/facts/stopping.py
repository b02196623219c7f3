"""When a drug was stopped, and why."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fhirkit.facts.anchors import anchored
from fhirkit.facts.model import Term

if TYPE_CHECKING:
    from fhirkit.facts.lexicon import Mention
    from fhirkit.facts.notebook import Draft, Notebook
    from fhirkit.facts.scene import Scene

_STOP_REASON = re.compile(
    r"\b(?:because of|due to|owing to|on account of|for(?!\s+(?:\d|an?\s|another|several|some|two|three"
    r"|four|five|six|the (?:next|following|rest)))|secondary to|after developing)\s+",
    re.IGNORECASE,
)


def read_stop(book: Notebook, scene: Scene, drug: Mention, draft: Draft, right: int) -> None:
    """Fill in that ``draft`` was stopped where a cue at its words says so, with time and reason."""
    for cue in scene.cues("medication", "stopped"):
        after = 0 <= cue.first - drug.last <= 10 and cue.start < right
        # "A had to be discontinued and B was started": what is stopped stands before.
        passive = not _PASSIVE.isdisjoint(scene.words(cue.first - 1, cue.first + 1))
        passive = passive or scene.words(cue.last, cue.last + 1) == ["and"]
        before = 0 <= drug.first - cue.last <= 3 and not passive
        if not (after or before):
            continue
        draft.fields.setdefault("stopped", book.narrative.span(cue.start, cue.end))
        draft.fields["action"] = Term(scene.span(cue), "drug withdrawn")
        _when(book, scene, draft, max(cue.end, drug.end))
        start = _reason_start(scene, drug, cue)
        end = _reason_end(scene, start) if start is not None else 0
        if start is not None and end > start:
            draft.fields.setdefault("reason_stopped", book.narrative.span(start, end))


_PASSIVE = frozenset({"was", "were", "been", "be", "is", "being"})


def _reason_start(scene: Scene, drug: Mention, cue: Mention) -> int | None:
    """Where the reason begins: "stopped in June because of X", "owing to X, D was stopped"."""
    low = (
        max(drug.end, cue.end) if drug.first - cue.last <= 3 and drug.start > cue.start else cue.end
    )
    tail = scene.text(low, scene.sentence.end)
    match = _STOP_REASON.search(tail)
    if match and match.start() <= _REASON_WITHIN and not re.search(r"[.;]", tail[: match.start()]):
        return low + match.end()
    start = scene.sentence.start
    lead = _LEADING_REASON.match(scene.text(start, min(drug.start, cue.start)))
    return start + lead.end() if lead else None


#: Characters between the stop and its reason: room for a date.
_REASON_WITHIN = 24
_LEADING_REASON = re.compile(
    r"\s*(?:because of|due to|owing to|on account of)\s+(?=[^.,;]{3,80},)", re.IGNORECASE
)


def _reason_end(scene: Scene, start: int) -> int:
    tail = scene.text(start, scene.sentence.end)
    cut = re.search(r"[.;,]|\b(?:after|when|which|but|in (?:19|20)\d\d)\b", tail)
    end = start + (cut.start() if cut else len(tail))
    while end > start and scene.text(end - 1, end).isspace():
        end -= 1
    return end


_STOP_GAP = re.compile(r"\s*(?:therapy|treatment|was|were|,|about|approximately|some)?\s*")


def _when(book: Notebook, scene: Scene, draft: Draft, end: int) -> None:
    """ "Stopped two weeks before admission", "stopped on day 3"."""
    for phrase in scene.times:
        if phrase.form in ("after", "before", "later", "ago", "day") and phrase.start >= end:
            if _STOP_GAP.fullmatch(scene.text(end, phrase.start)):
                draft.fields.setdefault("stop", anchored(book, scene, phrase))
            return
