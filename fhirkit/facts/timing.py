"""Relative time as the text gives it: "eight months after ...", "for 12 days", "on day 3"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fhirkit.facts.model import Quantity, When
from fhirkit.facts.numbers import ARTICLES, NUMBER_WORDS, DateMention, clean_digits

if TYPE_CHECKING:
    from fhirkit.narrative.narrative import Narrative

_COUNT = (
    r"(?:\d+(?:[.,]\d+)?(?:\s*(?:-|–|to)\s*\d+)?|"
    + "|".join(sorted(NUMBER_WORDS, key=len, reverse=True))
    + r"|a\s+few|few|several|many|some|a\s+couple\s+of|an?|the)"
)
_UNIT = r"(?:hours?|hrs?|h|days?|d|weeks?|wks?|wk|months?|mo|years?|yrs?|minutes?|min)"
_UCUM = {"h": "h", "d": "d", "w": "wk", "y": "a", "min": "min", "mo": "mo"}
_RELATIVE = re.compile(
    rf"\b(?P<about>(?:about|approximately|around|some|nearly|almost|within|roughly)\s+)?"
    rf"(?P<n>{_COUNT})[\s-]+(?:consecutive\s+|more\s+|further\s+|long\s+)?(?P<u>{_UNIT})\b\.?[\s-]*"
    r"(?:(?P<after>(?:after|following|post|since|from|into|on)\b)"
    r"|(?P<before>(?:before|prior\s+to|preceding)\b)"
    r"|(?P<later>(?:later|afterwards?|thereafter|on\b))"
    r"|(?P<ago>(?:earlier|ago|previously|before))"
    r"|(?P<history>history\b))?",
    re.IGNORECASE,
)
_DURATION_LEAD = re.compile(
    r"\b(?:for|over|lasting|during|within|in|past|last|previous|of|after)\s+(?:the\s+)?"
    r"(?:(?:past|last|previous|subsequent|next|following|first)\s+)?(?:about\s+|approximately\s+)?$",
    re.IGNORECASE,
)
_DAY = re.compile(
    r"\b(?:on\s+)?(?:(?:hospital|postoperative|admission)\s+)?day\s+(\d{1,3})\b", re.I
)


@dataclass(slots=True)
class TimePhrase:
    """A time in the view.

    ``form``: after, before, later, ago, history, duration, since-duration ("after 8 weeks"),
    day. ``digits`` is None where the text is vague ("several weeks").
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


def time_phrases(text: str) -> list[TimePhrase]:
    """All relative times and durations of a text, in order."""
    found = []
    for match in _RELATIVE.finditer(text):
        phrase = _phrase(text, match)
        if phrase is not None:
            found.append(phrase)
    for match in _DAY.finditer(text):
        found.append(
            TimePhrase(
                match.start(),
                match.end(),
                "day",
                match.group(1),
                "d",
                "day",
                match.start(1),
                match.end(1),
            )
        )
    found.sort(key=lambda p: p.start)
    return found


def _phrase(text: str, match: re.Match[str]) -> TimePhrase | None:
    unit = match.group("u").lower()
    if len(unit) <= 2 and not match.group("n")[0].isdigit():
        return None
    form = next(
        (f for f in ("after", "before", "later", "ago", "history") if match.group(f)), "duration"
    )
    count = re.sub(r"\s+", " ", match.group("n").lower())
    digits: str | None = None
    if count[0].isdigit():
        digits = clean_digits(count) if not re.search(r"-|–|to", count) else None
    elif count in NUMBER_WORDS:
        digits = str(NUMBER_WORDS[count])
    elif count in ARTICLES:
        digits = str(ARTICLES[count])
    elif count == "a couple of":
        digits = "2"
    if count == "the" and form not in ("after", "before"):
        return None  # "the day", "the week": no distance
    if count == "the":
        digits = "1"
    lead = _DURATION_LEAD.search(text, max(0, match.start() - 40), match.start())
    end = match.end()
    if form == "duration":
        end = match.end("u")
    elif form in ("after", "before"):
        end = match.end(form)
    return TimePhrase(
        match.start(),
        end,
        form,
        digits,
        _ucum(unit),
        match.group("u"),
        match.start("n"),
        match.end("u"),
        lead.group().split()[0].lower() if lead else "",
    )


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
    return Quantity(
        narrative.span(phrase.count_start, phrase.count_end),
        phrase.digits,
        phrase.unit,
        phrase.ucum,
    )


def when_date(narrative: Narrative, date: DateMention) -> When:
    """A calendar date as a fact's time."""
    return When(narrative.span(date.start, date.end), date=date.iso or None, relation="at")
