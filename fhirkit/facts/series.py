"""Several patients in one text: who is which, and which sentences are whose.

Patients are told apart by what numbers them ("Case 1", "patient B", "the second patient"), or,
where a text announces several, by their ages at the beginning of a sentence. What names two of
them at once belongs to none, unless it says that it holds for each. A text that announces
several and lets none be told apart is nobody's.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import replace
from typing import TYPE_CHECKING

from fhirkit.facts.labels import (
    AGE,
    COUNT,
    LABEL,
    LITERATURE,
    NEW,
    ORDINAL,
    TELLS,
    TOLD,
    Mark,
    Marks,
    count,
    labels,
)
from fhirkit.facts.owners import Series, told
from fhirkit.narrative.layout import SectionKind
from fhirkit.narrative.narrative import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fhirkit.narrative.narrative import Narrative


#: What may stand before the words that open a sentence about one of the patients.
_OPENS = re.compile(
    r"[\W_]*(?:(?:in|for|as|regarding|concerning|our|the|and|while|whereas|similarly|finally|meanwhile"
    r"|likewise|then|next|however|moreover)[\s,]+)*\Z",
    re.IGNORECASE,
)
#: What parts one patient from the next within a sentence.
_PARTS = re.compile(
    r"(?:[;:,.]|\b(?:and|while|whereas|but))\s*\(?(?P<lead>(?:(?:and|while|whereas|but|in|for|the|our)\s+)*)\Z",
    re.IGNORECASE,
)
#: A label that heads what follows, wherever it stands: "Case 2: A ...".
_HEADS = re.compile(r"\s*[-–:.)]+\s*(?:An?\b|The\b|This\b|\d|[A-Z][a-z])")
_PEOPLE = (
    r"(?:cases|patients|siblings|brothers|sisters|twins|children|women|men|girls|boys|infants|adults"
    r"|females|males|individuals|people|members)\b"
)
_ANNOUNCED = re.compile(
    r"\b(?:[Ww]e|[Aa]uthors|[Rr]eport|[Pp]aper|[Aa]rticle)\b[^.;:]{0,60}?\b(?:report|present|describ|identif|encounter"
    r"|experienc|had|treat|includ|highlight|discuss|found|diagnos|observ)\w*\b[^.;:]{0,50}?\b"
    rf"(?<![-–]){COUNT}\s+(?:[\w-]+\s+){{0,4}}?{_PEOPLE}"
)
_CASES_OF = re.compile(
    rf"\s*(?:(?:in|of|all|the)\s+)?{COUNT}\s+(?:[\w-]+\s+){{0,3}}?{_PEOPLE}", re.IGNORECASE
)
#: Several, without a number.
_SEVERAL = re.compile(
    r"\b(?:[Ww]e|[Rr]eport|[Pp]aper|[Aa]rticle)\b[^.;:]{0,40}?\b(?:case\s+series|(?:series|pair)\s+of\s+"
    rf"(?:[\w-]+\s+){{0,3}}?{_PEOPLE})"
)
#: One patient, whatever else is counted.
_ONE_PATIENT = re.compile(
    r"\b(?:our|this|present)\s+(?:patient|case)\b|\b(?:an?|unique|rare|unusual|interesting)\s+case\s+of\b",
    re.IGNORECASE,
)


def tell_apart(narrative: Narrative) -> Series | None:
    """The patients of a text that tells of several; None for a text of one, or of none."""
    text = narrative.view.text
    found = [*LABEL.finditer(text), *ORDINAL.finditer(text)]
    announced = _announced(narrative)
    numbered = len({match.group("label").lower() for match in found}) > 1
    second = any(match.group("label").lower() == "second" for match in found)
    if numbered or second:
        marks = labels(found)
        cut = _cut(narrative, marks)
        marks = _leading(cut, marks)
        if second:
            marks = _with_first(cut, marks)
        if _is_series(cut, marks, announced):
            several = len({m.number for m in marks if m.leads}) <= _MOST
            return told(cut, marks) if several else _nobodys(narrative)
    news = list(_introductions(narrative))
    if announced is not None or len(news) > 1:
        cut = _cut(narrative, news)
        news = list(_introductions(cut))
        if _are_all(cut, news, announced):
            return told(cut, news)
    together = announced is not None and _ONE_PATIENT.search(text) is None
    return _nobodys(narrative) if together else None


def _nobodys(narrative: Narrative) -> Series:
    """A text of several of whom none can be told apart."""
    return Series(narrative, {}, {}, frozenset())


def _announced(narrative: Narrative) -> int | None:
    """How many patients the authors say they tell of; None for one, 0 for several."""
    text = narrative.view.text
    for sentence in narrative.sentences:
        if sentence.section not in TELLS:
            continue
        if NEW.match(text, sentence.start, sentence.end):
            return None  # who comes later is somebody else
        match = _ANNOUNCED.search(text, sentence.start, sentence.end)
        if match is None and sentence.index == 0:
            match = _CASES_OF.match(text, sentence.start, sentence.end)
        if match is not None and not LITERATURE.search(text, sentence.start, sentence.end):
            number = count(match.group("count").lower())
            if number > 1:
                return number
        if _SEVERAL.search(text, sentence.start, sentence.end):
            return 0
    return None


def _cut(narrative: Narrative, marks: Sequence[Mark]) -> Narrative:
    """The narrative with a new sentence where a sentence turns to another patient."""
    text = narrative.view.text
    sentences: list[Sentence] = []
    placed = Marks(marks)
    for sentence in narrative.sentences:
        start = sentence.start
        inside = placed.within(start, sentence.end)
        for mark in inside:
            if mark.start == start or (at := _cut_at(text, start, mark, inside)) is None:
                continue
            sentences.append(_part(narrative, sentence, start, at, len(sentences)))
            start = at
        sentences.append(_part(narrative, sentence, start, sentence.end, len(sentences)))
    kept = [s for s in sentences if s.last_word > s.first_word]
    return replace(narrative, sentences=tuple(replace(s, index=i) for i, s in enumerate(kept)))


def _cut_at(text: str, start: int, mark: Mark, inside: Sequence[Mark]) -> int | None:
    """Where the part about the patient of ``mark`` begins, None if the sentence does not turn."""
    before = text[start : mark.start]
    if mark.leads or (text[mark.start].isupper() and _HEADS.match(text, mark.end)):
        before = before.rstrip(" \n(")
        return start + len(before) if before else None
    opened = any(
        other.number != mark.number and _OPENS.match(text[start : other.start])
        for other in inside
        if start <= other.start < mark.start
    )
    match = _PARTS.search(before, max(0, len(before) - _NEAR)) if opened else None
    return start + match.start("lead") if match else None


#: Characters before a name that can part it from what was said before.
_NEAR = 60


def _part(narrative: Narrative, whole: Sentence, start: int, end: int, index: int) -> Sentence:
    first, last = bisect_left(narrative.starts, start), bisect_left(narrative.starts, end)
    return Sentence(start, end, first, last, whole.section, whole.paragraph, index)


def _leading(narrative: Narrative, marks: Sequence[Mark]) -> list[Mark]:
    """The marks, each told whether it leads: at the head of a sentence, or a heading of its own."""
    text = narrative.view.text
    made = []
    for mark in marks:
        sentence = narrative.sentence_at(mark.start)
        outside = not sentence.start <= mark.start < sentence.end
        section = sentence.section
        alone = (
            section is SectionKind.TITLE
            and mark.end - sentence.start
            > len(text[sentence.start : sentence.end].rstrip(" .:\n")) - 2
        )
        opens = outside or _OPENS.match(text[sentence.start : mark.start]) is not None
        leads = opens and (outside or alone or section in TELLS)
        others = not outside and LITERATURE.search(text, sentence.start, sentence.end)
        made.append(replace(mark, leads=leads and not others))
    return made


def _with_first(narrative: Narrative, marks: list[Mark]) -> list[Mark]:
    """With the one who is told of before "the second patient" as the first."""
    text = narrative.view.text
    leading = [m for m in marks if m.leads]
    if not leading or min(m.number for m in leading) != 2 or leading[0].number != 2:
        return marks
    sentence = narrative.sentence_at(leading[0].start)
    news = [m for m in _introductions(narrative) if m.start < leading[0].start]
    if len(news) != 1 or not AGE.search(text, sentence.start, sentence.end):
        return marks
    return [replace(news[0], number=1), *marks]


#: More than these are a cohort, and no case reports.
_MOST = 40


def _is_series(narrative: Narrative, marks: Sequence[Mark], announced: int | None) -> bool:
    """Whether the text itself tells of the patients that the marks number."""
    text = narrative.view.text
    leading = [m for m in marks if m.leads]
    if len({m.number for m in leading}) < 2:
        return False
    first = leading[0].start
    for sentence in narrative.sentences:
        if sentence.start >= first:
            break
        alone = sentence.section in TOLD and NEW.match(text, sentence.start, sentence.end)
        if alone and announced is None:
            return False  # one patient was introduced: the numbered ones are others
    ordinal = [m for m in leading if ORDINAL.match(text, m.start)]
    if announced is None and ordinal:
        return all(AGE.search(text, m.end, narrative.sentence_at(m.start).end) for m in ordinal)
    return True


def _introductions(narrative: Narrative) -> Iterator[Mark]:
    """The people whom sentences of the case begin with, numbered as they come, by their age."""
    text = narrative.view.text
    number = 0
    for sentence in narrative.sentences:
        if sentence.section not in TOLD:
            continue
        starts = [sentence.start]
        colon = text.find(": ", sentence.start, sentence.end)
        if colon >= 0:
            starts.append(colon + 2)
        for start in starts:
            match = NEW.match(text, start, sentence.end)
            if match and not LITERATURE.search(text, start, sentence.end):
                number += 1
                yield Mark(match.start(), match.end(), number, leads=True)
                break


def _are_all(narrative: Narrative, news: Sequence[Mark], announced: int | None) -> bool:
    """Whether these are the patients of the text: as many as announced, each of an own age.

    Without a number announced each must open a paragraph.
    """
    text = narrative.view.text
    ages = set()
    for mark in news:
        match = AGE.search(text, mark.start, narrative.sentence_at(mark.start).end)
        ages.add(" ".join(match.group().lower().replace("-", " ").split()) if match else "")
    if not 2 <= len(news) <= _MOST or len(ages) != len(news):
        return False
    if announced:
        return len(news) == announced
    paragraphs = [narrative.sentence_at(m.start).paragraph for m in news]
    opens = all(
        narrative.sentence_at(m.start).index == 0
        or narrative.sentences[narrative.sentence_at(m.start).index - 1].paragraph != p
        for m, p in zip(news, paragraphs, strict=True)
    )
    return opens and len(set(paragraphs)) == len(news)
