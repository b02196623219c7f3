"""The time a sentence opens with: "Three months after D she had X", "Two weeks later CT was ...".

What the sentence then tells as found or done was at that time. A finding, a study or a procedure
gets it only at its first mention behind the title, and only where no other time stands nearer and
no word says that the thing is older, over, or only spoken of. Diagnoses have a reader of their
own (:mod:`fhirkit.facts.qualities`): that one was there then does not say that it began then.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import TYPE_CHECKING

from fhirkit.facts.anchors import anchored_until, opens
from fhirkit.facts.model import Certainty, When, Whose
from fhirkit.facts.timing import TimePhrase, offset_quantity, when_date
from fhirkit.narrative.layout import SectionKind

if TYPE_CHECKING:
    from fhirkit.facts.lexicon import Mention
    from fhirkit.facts.notebook import Draft, Notebook
    from fhirkit.facts.numbers import DateMention
    from fhirkit.facts.scene import Scene


_VISIT = re.compile(r"[\s-]*(?:of\s+)?follow[\s-]?up\b", re.IGNORECASE)
_POINTS = frozenset({"later", "day", "ago"})
#: "Six weeks later, in August 2011, ...": one time, told twice.
_AGAIN = re.compile(r"[\s,(]*(?:(?:in|on)\s+)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Opening:
    """The time that a sentence opens with; its words end at ``end``, an offset of the view.

    ``clear`` is where all that is told of the event it counts from has ended, too ("two days after
    admission for fever, ..."); None where that cannot be seen.
    """

    when: When
    end: int
    clear: int | None

    @property
    def begins(self) -> int:
        """Where the sentence's own statement begins, as far as can be seen."""
        return self.end if self.clear is None else self.clear


def opening(book: Notebook, scene: Scene) -> Opening | None:
    """The time that a sentence opens with; None where it opens with anything else.

    It is worked out once for each sentence, when drugs, procedures and stays are read.
    """
    if not scene.times and not scene.dates:
        return None
    index = scene.sentence.index
    if index not in book.openings:
        book.openings[index] = _told_first(book, scene)
    return book.openings[index]


def _told_first(book: Notebook, scene: Scene) -> Opening | None:
    told: list[TimePhrase | DateMention] = sorted(
        (*scene.times, *scene.dates), key=attrgetter("start")
    )
    if not opens(scene, told[0].start):
        return None
    found = _opening(book, scene, told[0])
    if found is None or len(told) == 1 or found.when.date is not None:
        return found
    if not _AGAIN.fullmatch(scene.text(found.end, told[1].start)):
        return found
    dated = _opening(book, scene, told[1])
    return dated if dated is not None and dated.when.date is not None else None


def _opening(book: Notebook, scene: Scene, told: TimePhrase | DateMention) -> Opening | None:
    narrative = book.narrative
    if not isinstance(told, TimePhrase):
        return Opening(when_date(narrative, told), told.end, told.end) if told.iso else None
    if told.form in ("after", "before") or told.lead == "after":
        return _from_event(book, scene, told)
    if told.form in _POINTS:
        when, end = anchored_until(book, scene, told)
        return Opening(when, end, end)
    visit = _VISIT.match(scene.view, told.end, scene.sentence.end)
    if visit is None:
        return None
    span = narrative.span(told.start, visit.end())
    when = When(span, offset_quantity(narrative, told), "after")
    return Opening(when, visit.end(), visit.end())


def _from_event(book: Notebook, scene: Scene, phrase: TimePhrase) -> Opening:
    """A time that is counted from an event, which is told until the sentence itself begins."""
    when, end = anchored_until(book, scene, phrase)
    begins = _BEGINS.search(scene.view, end, min(scene.sentence.end, end + _EVENT_WITHIN))
    if begins is None:
        return Opening(when, end, None)
    clear = begins.start()
    if when.anchor is None and clear > end:
        words = scene.text(phrase.start, clear).rstrip()
        start = phrase.lead_start if phrase.lead == "after" else phrase.start
        when = replace(when, span=book.narrative.span(start, phrase.start + len(words)))
    return Opening(when, end, clear)


#: Where, behind a time and the event it counts from, the sentence's own statement begins.
_BEGINS = re.compile(
    r",|\b(?:he|she|they|we|it|(?:the|our|this)\s+(?:patient|(?:wo)?man|boy|girl|child|infant|lady))\b",
    re.IGNORECASE,
)
#: Characters that may tell of the event.
_EVENT_WITHIN = 80


_OLDER = re.compile(
    r"\b(?:previous(?:ly)?|prior|earlier|former(?:ly)?|history|known|pre-?existing|initial(?:ly)?"
    r"|baseline|first|last|since|following|after|before|until|despite|compared|without"
    r"|who|whose|which|where|when|while|as)\b",
    re.IGNORECASE,
)
#: Older than the time told, but for a time before an event: "a week before it he had had X".
_PLUPERFECT = re.compile(r"\bhad\s+(?:\w+ed|been|had|begun|undergone|taken)\b", re.IGNORECASE)
#: A thing behind these was treated or explained then; since when it was there is not said.
_BEHIND = re.compile(
    r"\b(?:treat\w*|given|received|administered|prescribed|started|begun|commenced|stopped|for|due"
    r"|because|caus\w+|secondary|attribut\w+|risk)\b",
    re.IGNORECASE,
)
#: Why somebody came is what was found when they came.
_CAME_WITH = re.compile(
    r"\b(?:presented|admitted|readmitted|hospitali[sz]ed|referred|transferred|brought|came|seen)\b"
    r"[^,;]{0,40}?\b(?:for|due\s+to|because\s+of|owing\s+to)\b",
    re.IGNORECASE,
)
_OVER = re.compile(
    r"\b(?:improve\w*|resol\w+|disappear\w*|relie\w+|subsid\w+|abat\w+|recover\w*|settled|cleared"
    r"|free|control\w*|normali[sz]\w*)\b",
    re.IGNORECASE,
)
_DONE = re.compile(
    r"\b(?:underwent|perform\w*|repeated|carried\s+out|done|undertaken|operated|obtained|conducted"
    r"|had|received|required|needed)\b",
    re.IGNORECASE,
)
_SHOWED = re.compile(
    r"[^,;]{0,40}?\b(?:show\w*|reveal\w*|demonstrat\w+|disclos\w+|confirm\w*|detect\w*|identif\w+"
    r"|was|were)\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[^,;:.]*")
#: Characters from the opening to a thing, and behind that, in which the words above are looked for.
_WITHIN = 300


def time_by_openings(book: Notebook) -> None:
    """Fill in ``when`` of symptoms, studies and procedures from the time their sentence opens with."""
    for draft in book.of("symptom", "report", "procedure"):
        if draft.whose is not Whose.PATIENT or draft.fields.keys() & {"when", "duration"}:
            continue
        told = _first_told(book, draft)
        if told is None:
            continue
        scene, thing = told
        found = opening(book, scene)
        if (
            found is not None
            and found.when.anchor != draft.id
            and _then(scene, found, draft, thing)
        ):
            draft.fields["when"] = found.when


def _first_told(book: Notebook, draft: Draft) -> tuple[Scene, Mention] | None:
    """The first mention behind the title, if it stands in the case as the patient's."""
    for scene, thing in book.told(draft):
        section = scene.sentence.section
        if section is SectionKind.TITLE:
            continue
        outside = section is SectionKind.DISCUSSION and not scene.strong
        return None if outside or scene.whose_is(thing) is not Whose.PATIENT else (scene, thing)
    return None


def _then(scene: Scene, found: Opening, draft: Draft, thing: Mention) -> bool:
    """Whether a thing was found or done at the time that its sentence opens with."""
    if found.clear is None or thing.start in scene.unreal:
        return False
    if not found.clear <= thing.start < found.clear + _WITHIN:
        return False
    before = scene.text(found.clear, thing.start)
    clause = _CLAUSE.match(scene.view, thing.end, min(scene.sentence.end, thing.end + _WITHIN))
    after = clause.group() if clause else ""
    if scene.has_time(found.clear, thing.end + len(after)):
        return False
    if _OLDER.search(before) or _OLDER.search(after):
        return False
    if found.when.relation != "before" and (
        _PLUPERFECT.search(before) or _PLUPERFECT.search(after)
    ):
        return False
    if draft.kind == "symptom":
        told = _CAME_WITH.sub("", before)
        return not (_BEHIND.search(told) or _OVER.search(told) or _OVER.search(after))
    if draft.certainty is Certainty.NEGATED:
        return False
    done = _DONE.search(before) or _DONE.search(after)
    return bool(done or (draft.kind == "report" and _SHOWED.match(after)))
