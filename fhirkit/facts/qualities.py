"""What is told at a diagnosis or symptom: severity, course, site, stage, onset, duration."""

from __future__ import annotations

import re
from bisect import bisect_right
from operator import attrgetter
from typing import TYPE_CHECKING

from fhirkit.facts.anchors import anchored_until
from fhirkit.facts.model import Certainty, Quantity, Term, When, Whose
from fhirkit.facts.opening import Opening, opening
from fhirkit.facts.regimen import term
from fhirkit.facts.stage import stage_of
from fhirkit.facts.timing import offset_quantity, when_date

if TYPE_CHECKING:
    from fhirkit.facts.lexicon import Mention
    from fhirkit.facts.notebook import Draft, Notebook
    from fhirkit.facts.scene import Scene

_HISTORY = re.compile(r"\b(?:history|known case|background)\s+(?:of|significant for|for)\b", re.I)
_AT_AGE = re.compile(
    r"\b(?:(?:at|when (?:he|she) was)\s+(?:the\s+age\s+of\s+|age\s+)(?P<aged>\d{1,2})\b"
    r"(?!\s*(?:mg|%|weeks|months|days|h\b))"
    # Without the word "age" the number must not count anything else ("at 1 meter").
    r"|(?:at|when (?:he|she) was)\s+(?P<n>\d{1,2})\b(?=\s*(?:[,.;:)]|$|-?\s?(?:years?|yrs?)\b"
    r"|(?:and|but|with|when|in|after|by|who|which)\b)))",
    re.I,
)
_ONSET_GAP = re.compile(
    r"[\s(]*(?:\([^()]*\)\s*)?(?:(?:which|that|was|were|is|had|has|been|first|newly|diagnosed|made|confirmed"
    r"|present|in|since|from|early|late|around|about|onset|developed|began|started|of|at|on)\b[\s(]*)*",
    re.IGNORECASE,
)
_ONSET_WORDS = re.compile(
    r"\b(?:develop\w*|diagnos\w+|presented|occurred|appeared|had|suffered|experienced|noticed|showed|became)\b",
    re.IGNORECASE,
)


def time_onsets(book: Notebook) -> None:
    """ "Eight months after D she developed X": the onset, measured from an event of the case."""
    for draft in book.of("condition"):
        if draft.whose is not Whose.PATIENT or "onset" in draft.fields:
            continue
        for scene, thing in book.told(draft):
            if scene.certainty_of(thing) is Certainty.NEGATED:
                continue
            found = _time_before(book, scene, thing)
            if found is None or found.when.anchor == draft.id:
                continue
            between = scene.text(found.begins, min(thing.start, found.begins + _ONSET_WITHIN))
            if len(between) < _ONSET_WITHIN and _began(scene, between, thing):
                draft.fields["onset"] = found.when
                break


def _time_before(book: Notebook, scene: Scene, thing: Mention) -> Opening | None:
    """The time that the sentence opens with, else the last one before a thing."""
    found = opening(book, scene)
    if found is not None and not scene.has_time(found.begins, thing.start):
        return found if found.begins <= thing.start else None
    at = bisect_right(scene.times, thing.start, key=_end) - 1
    if at < 0 or scene.times[at].form not in ("after", "later"):
        return None
    if thing.start - scene.times[at].end > _ONSET_WITHIN:
        return None
    when, end = anchored_until(book, scene, scene.times[at])
    return Opening(when, end, None) if end <= thing.start else None


_end = attrgetter("end")


def _began(scene: Scene, between: str, thing: Mention) -> bool:
    """Whether a condition is told to have begun: "she developed X", "X was diagnosed"."""
    if _ONSET_WORDS.search(between):
        return True
    return bool(_ONSET_BEHIND.match(scene.view, thing.end, scene.sentence.end))


_ONSET_BEHIND = re.compile(
    r"\s*(?:\([^()]*\)\s*)?(?:was\s+(?:newly\s+|first\s+)?diagnosed|developed|occurred|appeared|ensued"
    r"|set\s+in|began)\b",
    re.IGNORECASE,
)
#: Characters between a time and the condition that began then.
_ONSET_WITHIN = 90


def fill_condition(book: Notebook, scene: Scene, thing: Mention, draft: Draft) -> None:
    """Severity, course, site, stage, history and onset told at a mention of a condition."""
    fields, narrative = draft.fields, book.narrative
    _qualify(scene, thing, fields, ("severity", "course", "body-site"))
    stage = stage_of(scene, thing)
    if stage is not None:
        fields.setdefault("stage", stage)
    before = scene.text(max(scene.sentence.start, thing.start - 60), thing.start)
    if _HISTORY.search(before) and draft.at == thing.start:
        fields["is_history"] = True
    for phrase in scene.times:
        if phrase.form == "history" and phrase.end <= thing.start and thing.start - phrase.end < 45:
            fields.setdefault("history", narrative.span(phrase.start, phrase.end))
    for date in scene.dates:
        gap = scene.text(thing.end, date.start) if date.start >= thing.end else "." * 99
        if date.iso and _ONSET_GAP.fullmatch(gap):
            fields.setdefault("onset", when_date(narrative, date))
    age = _AT_AGE.search(narrative.view.text, thing.end, min(scene.sentence.end, thing.end + 60))
    if (
        age
        and "onset" not in fields
        and re.search(r"diagnos|present|onset", scene.text(thing.end, age.start()))
    ):
        number = age.lastgroup or "n"
        span = narrative.span(age.start(number), age.end(number))
        fields.setdefault("onset_age", Quantity(span, age[number], None, "a"))


_GOES_ON = re.compile(r"\b(?:and|who|which|then)\s+(?:was\s+)?\w+ed\b", re.IGNORECASE)


def fill_symptom(book: Notebook, scene: Scene, thing: Mention, draft: Draft) -> None:
    """Severity, site and duration told at a mention of a symptom."""
    fields = draft.fields
    _qualify(scene, thing, fields, ("severity", "body-site"))
    for phrase in scene.times:
        gap = scene.text(thing.end, phrase.start) if phrase.start >= thing.end else "." * 99
        if (
            phrase.form == "duration"
            and phrase.lead in ("for", "over", "lasting")
            and len(gap) < 32
            and not _GOES_ON.search(gap)
        ):
            if not any(
                thing.end <= o.start < phrase.start
                for o in scene.of("symptoms", "conditions")
                if "and" not in scene.words(thing.last, o.first)
            ):
                offset = offset_quantity(book.narrative, phrase)
                if offset is not None:
                    fields.setdefault("duration", offset)
                fields.setdefault(
                    "when", When(book.narrative.span(phrase.start, phrase.end), offset, "before")
                )


_IN_SITE = frozenset("of in the hi his her both left right upper lower".split())


def _qualify(
    scene: Scene, thing: Mention, fields: dict[str, object], kinds: tuple[str, ...]
) -> None:
    """Severity, course and site that stand right at the thing."""
    for kind in kinds:
        name = kind.replace("-", "_")
        if name in fields:
            continue
        for sign in scene.terms(kind):
            inside = thing.first <= sign.first and sign.last <= thing.last
            gap = scene.text(sign.end, thing.start) if sign.end <= thing.start else ","
            grade = "differentiated" in gap
            before = not (
                grade or {"of", "and"} & set(gap.split()) or "," in gap
            ) and thing.first - sign.last <= (1 if kind == "body-site" else 2)
            behind = (
                kind == "body-site"
                and 0 <= sign.first - thing.last <= 4
                and set(scene.words(thing.last, sign.first)) <= _IN_SITE
            )
            if before or behind or (inside and kind != "body-site"):
                fields[name] = _sided(scene, sign) if kind == "body-site" else term(scene, sign)
                break


_SIDE = frozenset("left right bilateral both upper lower".split())


def _sided(scene: Scene, site: Mention) -> Term:
    """A body site with the side that is told before it."""
    narrative, first = scene.narrative, site.first
    while first > scene.sentence.first_word and narrative.words[first - 1] in _SIDE:
        first -= 1
    return Term(narrative.span(narrative.starts[first], site.end), site.concept)
