"""The stay the course hangs on: admission, what it was for, how long it lasted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fhirkit.facts.anchors import anchored
from fhirkit.facts.certainty import negated_at
from fhirkit.facts.model import EncounterFact, Term, Use, Whose
from fhirkit.facts.timing import offset_quantity, when_date
from fhirkit.narrative.layout import SectionKind

if TYPE_CHECKING:
    from fhirkit.facts.notebook import Draft, Notebook
    from fhirkit.facts.scene import Scene

_REASON = re.compile(r"\b(?:due to|because of|for|with|owing to|on account of)\s+", re.I)
_DIED_AFTER = re.compile(r"\bdied\b", re.I)
_AFTER_ADMISSION = re.compile(r"\s*(?:the\s+|his\s+|her\s+)?(?:hospital\s+)?admission\b", re.I)


def read_encounters(book: Notebook) -> None:
    """One draft for the hospital stay of the case, if the text tells of one."""
    for scene in _own(book):
        cue = next(
            (
                c
                for c in scene.cues("encounter", "inpatient")
                if not negated_at(scene, c.first) and scene.held.get(c.start) is None
            ),
            None,
        )
        if cue is None:
            continue
        draft = book.new(
            "encounter",
            EncounterFact,
            "admission",
            scene,
            cue.start,
            cue.end,
            "encounter",
            concept="inpatient",
            kind=Term(book.narrative.span(cue.start, cue.end), "inpatient"),
        )
        _reason(book, scene, draft, cue.end)
        return


def _own(book: Notebook) -> list[Scene]:
    return [
        s
        for s in book.scenes
        if s.whose is Whose.PATIENT
        and s.sentence.section not in (SectionKind.TITLE, SectionKind.DISCUSSION)
    ]


#: Kinds of facts that can be found on arrival as well as during a stay.
_FOUND = ("observation", "symptom", "procedure", "report")
#: Words that take a sentence, or a part of it, out of the stay.
_OUTSIDE = frozenset(
    "before after prior previous previously earlier since discharge discharged ago history later "
    "readmitted readmission until follow".split()
)
_ANOTHER_STAY = re.compile(
    r"\b(?:re-?admitted|re-?admission|re-?hospitali[sz]\w+|(?:second|third|another|previous|earlier|prior"
    r"|first|last)\s+(?:hospital\s+)?(?:admission|hospitali[sz]ation|stay)|another\s+hospital"
    r"|other\s+hospital|local\s+hospital|admitted\s+again)\b",
    re.IGNORECASE,
)


def place_in_stay(book: Notebook) -> None:
    """What is told as happening on admission or during the stay belongs to the stay.

    Only where the text tells of one stay, and only what stands in a sentence that says so.
    """
    stays = book.of("encounter")
    own = [s for s in book.scenes if s.whose is Whose.PATIENT]
    within = [s for s in own if s.cues("encounter", "within") and _OUTSIDE.isdisjoint(s.all_words)]
    if len(stays) != 1 or not within or any(_ANOTHER_STAY.search(s.all_text) for s in own):
        return
    for scene in within:
        # What somebody takes or suffers from on arrival may be older than the stay.
        cues = scene.cues("encounter", "within")
        arrival = any(cue.entry.scope == "arrival" for cue in cues)
        for draft in book.of(*(_FOUND if arrival else (*_FOUND, "condition", "medication"))):
            if draft.scene is scene and _happens(draft):
                draft.fields["encounter"] = stays[0].id


def _happens(draft: Draft) -> bool:
    """Whether a fact is one of the course, and not of the time before it."""
    fields = draft.fields
    earlier = fields.get("is_history") or fields.get("history") or fields.get("onset")
    use = fields.get("use", Use.GIVEN)
    return draft.whose is Whose.PATIENT and use is Use.GIVEN and not earlier


_TRAILING = re.compile(r"[\s,]*\b(?:on|in|for|since|of|at)?\s*$", re.IGNORECASE)
_SOMEBODY = re.compile(r"\b(?:who|patient|man|woman|boy|girl|male|female|old)\b", re.I)


def _reason(book: Notebook, scene: Scene, draft: Draft, after: int) -> None:
    tail = scene.text(after, scene.sentence.end)
    match = _REASON.search(tail)
    if scene.text(draft.at, after).lower().endswith("admission"):
        return  # "on admission with no fever" tells findings, no reason
    if match is None or match.start() > 40 or _SOMEBODY.search(tail[: match.start()]):
        return
    start = after + match.end()
    rest = scene.text(start, scene.sentence.end)
    cut = re.search(r"[,.;]|\b(?:and|but|without|which|after|when|where)\b", rest)
    end = start + (cut.start() if cut else len(rest))
    while end > start and scene.text(end - 1, end).isspace():
        end -= 1
    times = [*(p.start for p in scene.times), *(d.start for d in scene.dates)]
    end = min([end, *(t for t in times if start < t)])
    end = start + len(_TRAILING.sub("", scene.text(start, end)))
    named = any(start <= t.start < end for t in scene.of("conditions", "symptoms"))
    if end > start and named:
        draft.fields["reason_words"] = book.narrative.span(start, end)


def time_encounters(book: Notebook) -> None:
    """When the stay began and how long it lasted, once drugs and procedures are known."""
    for draft in book.of("encounter"):
        scene = draft.scene
        for phrase in scene.times:
            if phrase.form in ("after", "later") and phrase.start < draft.at:
                when = anchored(book, scene, phrase)
                if when.anchor == draft.id:
                    continue  # "six days after admission" does not tell when that was
                draft.fields["when"] = when
                draft.add_span(when.span)
                break
        for date in scene.dates:
            if date.iso and "when" not in draft.fields and abs(date.start - draft.at) < 60:
                draft.fields["when"] = when_date(book.narrative, date)
        for other in _own(book):
            _stay(book, other, draft)
            if other.sentence.index >= scene.sentence.index:
                _discharge(book, other, draft)


_DISCHARGED = re.compile(
    r"\s+(?P<where>home|alive|to (?:a|an|the|his|her|another)\s[^.,;()]{3,50}?"
    r"|in (?:an? )?(?:[\w-]+ ){1,3}(?:condition|health|state))"
    r"(?=[.,;()]|\s(?:and|on|after|with|where|for|in|at|following|\w+ (?:days?|weeks?|months?))\b|$)",
    re.IGNORECASE,
)
_LENGTH = re.compile(
    r"\b(?:hospital stay|hospitali[sz]ation|length of stay|stay|hospitali[sz]ed|admitted)\s+"
    r"(?:of|for|was|lasted|lasting)\s+(?:a total of\s+)?$",
    re.IGNORECASE,
)
_STAYED = re.compile(
    r"\s*(?:of|in)\s+(?:hospitali[sz]ation|hospital stay|(?:the )?hospital)\b", re.I
)


def _discharge(book: Notebook, scene: Scene, draft: Draft) -> None:
    """How the stay ended, and how long it was where the text gives its length."""
    for cue in scene.cues("encounter", "discharge"):
        passive = cue.entry.kind == "cue" and not negated_at(scene, cue.first)
        if not passive or not scene.text(cue.start, cue.end).lower().endswith(
            ("discharged", "home")
        ):
            continue
        if "discharge" not in draft.fields:
            where = _DISCHARGED.match(scene.narrative.view.text, cue.end, scene.sentence.end)
            end = where.end("where") if where else cue.end
            draft.fields["discharge"] = book.narrative.span(cue.start, end)
            draft.add_span(draft.fields["discharge"])
    for phrase in scene.times:
        before = scene.text(max(scene.sentence.start, phrase.start - 50), phrase.start)
        stayed = _STAYED.match(scene.narrative.view.text, phrase.end, scene.sentence.end)
        if not (_LENGTH.search(before) or stayed):
            continue
        offset = offset_quantity(book.narrative, phrase)
        if offset is not None and phrase.form in ("duration", "since-duration", "after"):
            draft.fields.setdefault("length", offset)
            draft.add_span(book.narrative.span(phrase.start, phrase.end))


def _stay(book: Notebook, scene: Scene, draft: Draft) -> None:
    """ "died six days after admission": the stay lasted six days and ended in death."""
    text = scene.narrative.view.text
    for phrase in scene.times:
        if phrase.form != "after":
            continue
        admission = _AFTER_ADMISSION.match(text, phrase.end, scene.sentence.end)
        if admission and _DIED_AFTER.search(text, scene.sentence.start, phrase.start):
            offset = offset_quantity(book.narrative, phrase)
            span = book.narrative.span(phrase.start, admission.end())
            if offset is not None:
                draft.fields.setdefault("length", offset)
                draft.add_span(span)
