"""Numbers with their units, and calendar dates, as they are written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fhirkit.facts.model import Quantity

if TYPE_CHECKING:
    from fhirkit._data import Mappings
    from fhirkit.narrative.narrative import Narrative

TIME_UNITS = frozenset({"s", "min", "h", "d", "wk", "mo", "a"})

NUMBER_WORDS: dict[str, int] = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
        "fifteen sixteen seventeen eighteen nineteen twenty".split()
    )
}
#: "a week", "an hour": one; "a couple of" is two; the vague ones have no number.
ARTICLES = {"a": 1, "an": 1, "couple": 2}

_NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:[.·,]\d+)?|(?<![\d.])[.·]\d+)"
_MEASURE = re.compile(
    r"(?P<cmp>(?:[<>≤≥]\s?=?|\bless than|\bmore than|\bgreater than|\bbelow|\babove|\bover|\bunder"
    r"|\bat least|\bup to)\s*)?"
    rf"(?<![^\W_])(?<![^\W\d_][-–‐/.])(?<!\d[.,:])(?P<n>{_NUMBER})"
    rf"(?:(?P<sep>\s*(?:[-–—]|to|and|:|/|±|in)\s*)(?P<m>{_NUMBER})(?!\d|[-–/]\d))?"
    r"(?P<join>\s*-?\s*)"
)
_SYMBOL = {
    "less than": "<",
    "below": "<",
    "under": "<",
    "more than": ">",
    "greater than": ">",
    "above": ">",
    "over": ">",
    "at least": ">=",
    "≤": "<=",
    "≥": ">=",
    "up to": "<=",
}
_MONTHS = {
    name: f"{i:02d}"
    for i, names in enumerate(
        "january jan|february feb|march mar|april apr|may|june jun|july jul|august aug"
        "|september sept sep|october oct|november nov|december dec".split("|"),
        start=1,
    )
    for name in names.split()
}
_MONTH = r"(?:" + "|".join(sorted((m.capitalize() for m in _MONTHS), key=len, reverse=True)) + r")"
_DATE = re.compile(
    rf"\b(?:(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?(?:\s+of)?\s+(?P<m1>{_MONTH})\.?,?\s+(?P<y1>(?:19|20)\d\d)"
    rf"|(?P<m2>{_MONTH})\.?\s+(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?,\s*(?P<y2>(?:19|20)\d\d)"
    rf"|(?P<m3>{_MONTH})\.?,?(?:\s+of)?\s+(?P<y3>(?:19|20)\d\d)"
    r"|(?P<y4>(?:19|20)\d\d)-(?P<m4>0[1-9]|1[0-2])-(?P<d4>[0-3]\d)"
    r"|(?<![\d.,])(?P<y5>(?:19|20)\d\d)(?!\d|[.,]\d|\s*(?:mg|g|ml|patients|/|%|U|IU|cells|mm|µ))"
    r"|(?<=on )(?P<plain>\d{1,2}/\d{1,2}(?:/\d{2,4})?)\b)"
)


@dataclass(slots=True)
class Measure:
    """A number met in the view: ``form`` is number, range, ratio, fraction or spread."""

    start: int
    end: int
    digits: str
    form: str = "number"
    second: str | None = None
    comparator: str | None = None
    unit: str | None = None
    ucum: str | None = None
    used: bool = False

    @property
    def is_time(self) -> bool:
        """Whether the unit is a unit of time."""
        return self.ucum in TIME_UNITS

    @property
    def value(self) -> float:
        """The number, for comparison only."""
        return float(self.digits)


@dataclass(slots=True)
class DateMention:
    """A calendar date in the view, ``iso`` as precise as written ("2007-11", "" if unclear)."""

    start: int
    end: int
    iso: str


_UNIT = re.compile(
    r"(?:[x×*]\s?10\s?[\^*e]?\s?[\d⁰-⁹¹²³]{1,2}\s?)?"
    r"(?:/\s?)?[%°µμA-Za-z²³\[\]{}][%°µμA-Za-z²³\d^*\[\]{}]*(?:\s?(?:Hg|H2O))?"
    r"(?:\s*(?:/|\bper\b|·|\.(?=[A-Za-z]))\s*[A-Za-zµμ²³\d^*.]+)*"
    r"|[x×*]\s?10\s?[\^*e]?\s?[\d⁰-⁹¹²³]{1,2}"
)
_LAST_PART = re.compile(r"\s*(?:/|\bper\b|\s|[.,)\]-])\s*[^/\s.,)\]-]*$")


class UnitTable:
    """Spellings of units, looked up at a place of a text."""

    def __init__(self, mappings: Mappings) -> None:
        self._unit = mappings.unit

    def match(self, text: str, offset: int) -> tuple[int, str] | None:
        """(end, UCUM code) of the unit that starts at ``offset``, if one does."""
        found = _UNIT.match(text, offset)
        chunk = found.group() if found else ""
        while chunk:
            end = offset + len(chunk)
            if not text[end : end + 1].isalnum():
                code = self._unit(chunk)
                if code is not None:
                    return end, code
            shorter = _LAST_PART.sub("", chunk)
            chunk = shorter if shorter != chunk else ""
        return None


def dates(text: str) -> list[DateMention]:
    """Calendar dates in a text."""
    found = []
    for match in _DATE.finditer(text):
        group = match.groupdict()
        iso = ""
        for n in "12345":
            if group.get("y" + n):
                month, day = group.get("m" + n), group.get("d" + n)
                iso = group["y" + n]
                if month:
                    iso += "-" + _MONTHS.get(month.lower(), month)
                    iso += f"-{int(day):02d}" if day else ""
        found.append(DateMention(match.start(), match.end(), iso))
    return found


def measures(text: str, units: UnitTable, skip: list[DateMention]) -> list[Measure]:
    """All numbers of a text that are not part of a date or a word, in order."""
    found: list[Measure] = []
    blocked = [(d.start, d.end) for d in skip]
    at = position = 0
    while True:
        match = _MEASURE.search(text, position)
        if match is None:
            return found
        position = match.end("m") if match.group("m") else match.end("n")
        while at < len(blocked) and blocked[at][1] <= match.start("n"):
            at += 1
        if at < len(blocked) and blocked[at][0] <= match.start("n"):
            position = max(position, blocked[at][1])
            continue
        measure = _measure(text, match, units)
        if measure is not None:
            found.append(measure)
            position = max(position, measure.end)


def _measure(text: str, match: re.Match[str], units: UnitTable) -> Measure | None:
    start, end = match.start("n"), match.end("n")
    digits, second, form = clean_digits(match.group("n")), None, "number"
    if match.group("m"):
        form = _form(match.group("sep"))
        if form:
            end, second = match.end("m"), clean_digits(match.group("m"))
        else:
            form = "number"
    gap = re.compile(r"\s*-?\s*").match(text, end)
    unit_at = gap.end() if gap else end
    unit = units.match(text, unit_at)
    if unit is not None and "-" in text[end:unit_at] and unit[1] not in TIME_UNITS:
        unit = None
    comparator = None
    if match.group("cmp"):
        comparator = (
            match.group("cmp").strip().replace(" ", "")
            if match.group("cmp")[0] in "<>≤≥"
            else match.group("cmp").strip().lower()
        )
        comparator = _SYMBOL.get(comparator, comparator)
        start = match.start("cmp")
    if unit is not None:
        return Measure(
            start, unit[0], digits, form, second, comparator, text[unit_at : unit[0]], unit[1]
        )
    if end < len(text) and (text[end].isalpha() or text[end] == "_"):
        return None  # a number glued to letters is a name ("1a", "3rd")
    return Measure(start, end, digits, form, second, comparator)


def _form(separator: str) -> str:
    mark = separator.strip()
    if mark in ("-", "–", "—", "to"):
        return "range"
    return {":": "ratio", "/": "fraction", "±": "spread"}.get(mark, "")


def clean_digits(written: str) -> str:
    """The digits of a written number, point as decimal mark, no thousands separators."""
    written = written.replace("·", ".")
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", written):
        return written.replace(",", "")
    written = written.replace(",", ".")
    return "0" + written if written.startswith(".") else written


def quantity(narrative: Narrative, measure: Measure) -> Quantity:
    """The measure as a fact's value."""
    return Quantity(
        narrative.span(measure.start, measure.end),
        measure.digits,
        measure.unit,
        measure.ucum,
        measure.comparator,
    )
