"""Relative time as the text gives it: "eight months after ...", "for 12 days", "on day 3"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fhirkit.facts.model import Quantity, When
from fhirkit.facts.numbers import ARTICLES, NUMBER_WORDS, TENS, DateMention, clean_digits

if TYPE_CHECKING:
    from fhirkit.narrative.narrative import Narrative

_COUNT = (
    r"(?:\d+(?:[.,]\d+)?(?:\s*(?:-|–|to)\s*\d+)?|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty"
    r"|ninety)(?:[\s-](?:one|two|three|four|five|six|seven|eight|nine))?|"
    + "|".join(sorted(NUMBER_WORDS, key=len, reverse=True))
    + r"|a\s+few|few|several|many|some|a\s+couple\s+of|an?|the)"
)
_UCUM = {"h": "h", "d": "d", "w": "wk", "y": "a", "min": "min", "mo": "mo"}
_UNIT_WORDS = frozenset("hour hr h day d week wk month mo year yr minute min".split())
_LEFT = re.compile(
    rf"(?P<n>{_COUNT})[\s-]+(?:consecutive\s+|more\s+|further\s+|long\s+)?",
    re.IGNORECASE,
)
_RIGHT = re.compile(
    r"\.?[\s-]*(?:(?P<after>(?:after|following|post|since|from|into|on"
    r"|of(?=\s+(?:starting|beginning|commencing|initiat|receiving|taking|administ|exposure|ingest|the\s+(?:first|last"
    r"|second|third|initial|start|beginning|administration|infusion|injection|initiation))))\b)"
    r"|(?P<before>(?:before(?=\s+\w)|prior\s+to|preceding)\b)"
    r"|(?P<later>(?:later|afterwards?|thereafter)\b)"
    r"|(?P<ago>(?:earlier|ago|previously|before)\b)"
    r"|(?P<history>history\b))",
    re.IGNORECASE,
)
#: Words that may stand right before a unit of time: a count, or what follows one.
_BEFORE_UNIT = frozenset(NUMBER_WORDS) | frozenset(
    "a an the few several many some of consecutive more further long".split()
)
_HYPHENED = re.compile(
    r"-(?:old|long|history|course|period|after|post|lasting|duration|\s|$)", re.I
)
_SHORT_UNITS = frozenset("h hr d wk mo y yr min hrs wks yrs".split())
_ABOUT = frozenset("about approximately around some nearly almost within roughly".split())
_DURATION_LEAD = re.compile(
    r"(?:[x×]\s*$|\b(?:for|over|lasting|during|within|on|in|past|last|previous|of|after)\s+(?:the\s+)?"
    r"(?:(?:past|last|previous|subsequent|next|following|first)\s+)?(?:about\s+|approximately\s+)?$)",
    re.IGNORECASE,
)
_DAY = re.compile(r"days?\s+(\d{1,3})\b(?![./:]\d)", re.IGNORECASE)
_DAY_LEAD = re.compile(r"\b(?:on\s+)?(?:(?:hospital|postoperative|admission)\s+)?$", re.IGNORECASE)


@dataclass(slots=True)
class TimePhrase:
    """A time in the view.

    ``form``: after, before, later, ago, history, duration, since-duration ("after 8 weeks"),
    day. ``digits`` is None where the text is vague ("several weeks"). ``lead`` is the word before
    ("for", "after"), which begins at ``lead_start``.
    """

    start: int
    end: int
    form: str
    digits: str | None
    ucum: str
    unit: str
    count_start: int
    count_end: int
    lead: str = ""
    lead_start: int = -1


def time_phrases(narrative: Narrative) -> list[TimePhrase]:
    """All relative times and durations of a narrative's view, in order."""
    text = narrative.view.text
    starts = narrative.starts
    found = []
    for i, word in enumerate(narrative.words):
        if word not in _UNIT_WORDS:
            continue
        before = narrative.words[i - 1] if i else ""
        if not (before[:1].isdigit() or before in _BEFORE_UNIT or word == "day"):
            continue
        phrase = _phrase(narrative, i)
        if phrase is not None:
            found.append(phrase)
        elif word == "day":
            number = _DAY.match(text, starts[i])
            if number:
                found.append(_day_number(text, starts[i], number))
    return found


def _day_number(text: str, start: int, match: re.Match[str]) -> TimePhrase:
    """ "on day 3" of whatever the text counts from."""
    lead = _DAY_LEAD.search(text[max(0, start - 24) : start])
    start -= len(lead.group()) if lead else 0
    return TimePhrase(
        start, match.end(), "day", match.group(1), "d", "day", match.start(1), match.end(1)
    )


def _phrase(narrative: Narrative, unit: int) -> TimePhrase | None:
    """The time whose unit is the word ``unit``."""
    text, start, end = narrative.view.text, narrative.starts[unit], narrative.ends[unit]
    found = _count_before(narrative, unit)
    if found is None:
        return None
    left, begin = found
    written = text[start:end]
    count = re.sub(r"\s+", " ", left.group("n").lower())
    if written.lower() in _SHORT_UNITS and not count[0].isdigit():
        return None
    if text[end : end + 1] == "-" and not _HYPHENED.match(text, end):
        return None  # a "day-care ward"
    right = _RIGHT.match(text, end)
    form = right.lastgroup if right and right.lastgroup else "duration"
    # A range of counts states no one distance.
    vague = begin < left.start() and narrative.words[narrative.word_at(begin)] not in _ABOUT
    digits = None if vague else _count_digits(count)
    if count == "the":
        if form not in ("after", "before"):
            return None  # "the day", "the week": no distance
        digits = "1"
    lead = _DURATION_LEAD.search(text, max(0, begin - 40), begin)
    return TimePhrase(
        begin,
        right.end() if right else end,
        form,
        digits,
        _ucum(written.lower()),
        written,
        left.start(),
        end,
        lead.group().split()[0].lower() if lead else "",
        lead.start() if lead else begin,
    )


def _count_before(narrative: Narrative, unit: int) -> tuple[re.Match[str], int] | None:
    """The count that leads right up to a unit, and where the phrase begins ("about ...")."""
    text, start = narrative.view.text, narrative.starts[unit]
    best: tuple[re.Match[str], int] | None = None
    for back in range(1, min(5, unit + 1)):
        match = _LEFT.match(text, narrative.starts[unit - back], start)
        if match is not None and match.end() == start:
            best = match, match.start()
            at = unit - back - 1
            if at >= 0 and narrative.words[at] in _ABOUT:
                best = match, narrative.starts[at]
            elif (
                at >= 1
                and narrative.words[at] in ("to", "or")
                and _is_count(narrative.words[at - 1])
            ):
                return match, narrative.starts[at - 1]  # "three to four weeks"
    return best


def _is_count(word: str) -> bool:
    return word.isdigit() or word in NUMBER_WORDS


def _count_digits(count: str) -> str | None:
    """The number a count states, None where it is vague or a range."""
    if count[0].isdigit():
        return None if re.search(r"-|–|to", count) else clean_digits(count) or None
    if count in NUMBER_WORDS:
        return str(NUMBER_WORDS[count])
    parts = re.split(r"[\s-]", count)
    if parts[0] in TENS:
        return str(TENS[parts[0]] + (NUMBER_WORDS[parts[1]] if len(parts) > 1 else 0))
    if count == "a couple of":
        return "2"
    return str(ARTICLES[count]) if count in ARTICLES else None


def _ucum(unit: str) -> str:
    if unit.startswith("min"):
        return "min"
    if unit.startswith("mo"):
        return "mo"
    return _UCUM[unit[0]]


def offset_quantity(narrative: Narrative, phrase: TimePhrase) -> Quantity | None:
    """The distance a phrase states, None where it is vague."""
    if phrase.digits is None:
        return None
    text = narrative.view.text
    within = text[phrase.start : phrase.start + 6].lower() == "within" or phrase.lead == "within"
    return Quantity(
        narrative.span(phrase.count_start, phrase.count_end),
        phrase.digits,
        phrase.unit,
        phrase.ucum,
        "<=" if within and phrase.form == "after" else None,
    )


def when_date(narrative: Narrative, date: DateMention) -> When:
    """A calendar date as a fact's time."""
    return When(narrative.span(date.start, date.end), date=date.iso or None, relation="at")
