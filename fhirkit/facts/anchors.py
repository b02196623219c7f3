"""What a relative time is measured from: an event of the case, or nothing."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

from fhirkit.facts.model import Certainty, Use, When, Whose
from fhirkit.facts.timing import offset_quantity

if TYPE_CHECKING:
    from fhirkit.facts.notebook import Draft, Notebook
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
    r"\s*(?:the\s+|his\s+|her\s+)?(?:hospital\s+)?(?:admission|hospitali[sz]ation|admitted|being admitted|arriv(?:al|ing)|coming (?:in|to (?:the )?hospital))\b(?!\s+contact)",
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
#: "On day 3 of admission", "hospital day 3".
_DAY_OF_STAY = re.compile(
    r"\s*(?:of|after|following)\s+(?:the\s+|her\s+|his\s+)?(?:hospital\s+)?(?:admission|hospitali[sz]ation|stay)\b",
    re.IGNORECASE,
)
_DAY_IN_HOSPITAL = re.compile(r"\s*(?:on\s+)?(?:hospital|admission)\b", re.IGNORECASE)


def anchored(book: Notebook, scene: Scene, phrase: TimePhrase) -> When:
    """The phrase as a fact's time."""
    return anchored_until(book, scene, phrase)[0]


def anchored_until(book: Notebook, scene: Scene, phrase: TimePhrase) -> tuple[When, int]:
    """The phrase as a fact's time, and the view offset where its words and its event's end."""
    anchor, end = _anchor(book, scene, phrase)
    relation, start = _RELATION.get(phrase.form), phrase.start
    if phrase.lead == "after":  # "after 19 months on D"
        relation, start = relation or "after", phrase.lead_start
    when = When(
        book.narrative.span(start, end), offset_quantity(book.narrative, phrase), relation, anchor
    )
    return when, end


def _anchor(book: Notebook, scene: Scene, phrase: TimePhrase) -> tuple[str | None, int]:
    """(id of the event, view offset where the phrase with its event's words ends)."""
    if phrase.form in ("after", "before"):
        return _event_behind(book, scene, phrase)
    if phrase.form == "day":
        return _day_of(book, scene, phrase)
    if phrase.form == "later" and opens(scene, phrase.start):
        return _event_before(book, scene), phrase.end
    if phrase.lead == "after":  # "after 8 weeks on DRUG"
        tail = scene.text(phrase.end, min(scene.sentence.end, phrase.end + 70))
        clause = re.split(r"[,;]", tail)[0]
        if re.match(r"\s*(?:on|of|with)\b", clause):
            for thing in scene.of("drugs"):
                if phrase.end <= thing.start <= phrase.end + len(clause):
                    draft = book.at.get(thing.start)
                    return (draft.id if draft else None), thing.end
    return None, phrase.end


def _event_behind(book: Notebook, scene: Scene, phrase: TimePhrase) -> tuple[str | None, int]:
    """What stands behind "two days after", as :func:`_anchor`."""
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


def _day_of(book: Notebook, scene: Scene, phrase: TimePhrase) -> tuple[str | None, int]:
    """What a day is counted from, as :func:`_anchor`."""
    for thing in scene.of("drugs"):
        gap = scene.text(phrase.end, thing.start) if thing.start >= phrase.end else ""
        if _DAY_OF.fullmatch(gap):
            draft = book.at.get(thing.start)
            return (draft.id if draft else None), thing.end
    tail = scene.text(phrase.end, scene.sentence.end)
    match = _DAY_OF_TREATMENT.match(tail)
    if match:
        return index_treatment(book, scene), phrase.end + match.end()
    match = _DAY_OF_STAY.match(tail)
    stay = book.of("encounter")
    if match or _DAY_IN_HOSPITAL.match(scene.text(phrase.start, phrase.end)):
        end = phrase.end + (match.end() if match else 0)
        return (stay[0].id if len(stay) == 1 else None), end
    return None, phrase.end


_OPENS = re.compile(
    r"\W*(?:(?:at|on|in|by|about|and|then|but|however|approximately|unfortunately|only|just|some"
    r"|the|a|his|her|after)\b\W*)*",
    re.IGNORECASE,
)


def opens(scene: Scene, start: int) -> bool:
    """Whether a sentence opens with the time that begins at ``start``."""
    begins = scene.sentence.start
    return start - begins < _OPENING_WITHIN and bool(_OPENS.fullmatch(scene.view, begins, start))


#: Characters of a sentence that may stand before the time it opens with.
_OPENING_WITHIN = 80


#: That more happened in a sentence than a drug was given or somebody was admitted.
_HAPPENED = re.compile(
    r"\b(?:develop\w*|diagnos\w+|occur\w*|appear\w*|notic\w+|complain\w*|became|died|discharged|until"
    r"|relaps\w+|recur\w*|resolv\w+|improv\w+|stopped|discontinued|withdrawn|ceased|continued|followed"
    r"|previously|earlier|ago|not|never|refused|declined)\b",
    re.IGNORECASE,
)
#: "She was admitted", not "on admission".
_CAME = re.compile(r"\b(?:came|\w+ed)\b", re.IGNORECASE)
_POINTS = frozenset({"after", "before", "later", "ago", "day"})


def _event_before(book: Notebook, scene: Scene) -> str | None:
    """What "two weeks later" counts from: the one event that the sentence before tells of.

    A drug, a procedure or an admission, told there for the first time; None where the sentence
    tells of more, of another time, or of a finding that the time may count from.
    """
    index = scene.sentence.index
    before = book.scenes[index - 1] if index else None
    if before is None or before.whose is not Whose.PATIENT or _HAPPENED.search(before.all_text):
        return None
    if before.sentence.section is not scene.sentence.section:
        return None
    found = {book.at[t.start].id: book.at[t.start] for t in before.things if t.start in book.at}
    stays = book.inside("encounter", before)
    done = [d for d in found.values() if d.kind in ("medication", "procedure")]
    others = any(d.kind not in ("medication", "procedure", "condition") for d in found.values())
    if stays:
        came = _CAME.search(stays[0].first_span.text)
        return stays[0].id if len(stays) == 1 and came and not done else None
    if others or before.dates or any(time.form in _POINTS for time in before.times):
        return None
    if len(done) != 1 or done[0].scene is not before or not _took_place(done[0]):
        return None
    return done[0].id


def _took_place(draft: Draft) -> bool:
    """Whether a drug was given or something was done, at a time of the course that is told."""
    given = draft.fields.get("use", Use.GIVEN) is Use.GIVEN
    return draft.whose is Whose.PATIENT and draft.certainty is Certainty.AFFIRMED and given


def index_treatment(book: Notebook, scene: Scene) -> str | None:
    """The treatment that "after treatment" means: the latest one given before this sentence."""
    given = book.given
    told = bisect_right(given, scene.sentence.index, key=lambda d: d.scene.sentence.index)
    return given[told - 1].id if told else None
