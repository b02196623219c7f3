"""Numbers with their units, and calendar dates, as they are written."""

from __future__ import annotations

import re
import unicodedata
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
TENS = {
    word: 10 * n
    for n, word in enumerate(
        "twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2
    )
}
#: "a week", "an hour": one; "a couple of" is two; the vague ones have no number.
ARTICLES = {"a": 1, "an": 1, "couple": 2}

_NUMBER = r"\d+(?:[.,·]\d+)*"
# Begins with a digit, so that the search skips text without any at full speed; what stands
# before the number is looked at afterwards.
_MEASURE = re.compile(
    rf"(?P<n>{_NUMBER})(?:(?P<sep>\s?(?:[-–—]|to\b|:|/|±)\s?)(?P<m>{_NUMBER})(?!\d|[-–/]\d))?"
)
_COMPARATOR = re.compile(
    r"(?:[<>≤≥]\s?=?|\bless than|\bmore than|\bgreater than|\bbelow|\babove|\bover|\bunder"
    r"|\bat least|\bup to)\s*$"
)
#: "built up to 75 mg" reaches the value and is no bound.
_RAISED = re.compile(
    r"\b(?:built|increased|titrated|raised|escalated|stepped|brought|worked|went|going|rose|climbed|rising)"
    r"\s+up\s+to\s*\Z",
    re.IGNORECASE,
)
_IN_A_WORD = re.compile(r"(?:[^\W_]|[^\W\d_][-–‐/.]|\d[.,:]|\d[-–/])\Z")
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
_YEAR = re.compile(r"(?:19|20)\d\d(?!\d|[.,]\d)")
_BEFORE_YEAR = re.compile(
    rf"(?:\b(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?(?:\s+of)?\s+(?P<m1>{_MONTH})\.?,?\s+"
    rf"|\b(?P<m2>{_MONTH})\.?\s+(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?,\s*"
    rf"|\b(?P<m3>{_MONTH})\.?,?(?:\s+of)?\s+)$"
)
_AFTER_YEAR = re.compile(r"-(?P<m>0[1-9]|1[0-2])-(?P<d>[0-3]\d)\b")
_NO_YEAR = re.compile(
    r"\s*(?:mg|g|ml|patients|/|%|U\b|cells|mm|µ|μ|(?i:mcg|ug|ng|iu|units?|international|mL|kg|MBq|c?Gy)\b)"
)
_DAY_OF_YEAR = re.compile(r"\d{1,2}/\d{1,2}(?:/\d{2,4})?(?![\d/])")


@dataclass(slots=True)
class Measure:
    """A number met in the view.

    ``form`` is number, range, ratio, fraction, spread, grade ("3+") or size ("4 x 5 cm").
    """

    start: int
    end: int
    digits: str
    form: str = "number"
    second: str | None = None
    comparator: str | None = None
    unit: str | None = None
    ucum: str | None = None
    used: bool = False
    #: whether a dash stands tight before it: a minus where the analyte may be negative
    dashed: bool = False

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
    r"(?:million|mega)\s[a-zA-Z]+(?:\sunits?)?|(?:[x×*]\s?10\s?(?:\(\d{1,2}\)|[\^*e]?\s?[\d⁰-⁹¹²³]{1,2})\s?)?"
    r"(?:/\s?|per\s+(?:cubic\s+)?)?[%°µμA-Za-z²³\[\]{}][%°µμA-Za-z²³\d^*\[\]{}]*"
    r"(?:\s?(?:of\s+)?(?:Hg|H2O|mercury|water)\b)?"
    r"(?:\s*(?:/|\bper\b|·|\.(?=[A-Za-z]))\s*(?:24[\s-]?h(?:ours?|rs?)?\b|cubic\s+\w+|[A-Za-zµμ²³\d^*.]+))*"
    r"|[x×*]\s?10\s?[\^*e]?\s?[\d⁰-⁹¹²³]{1,2}"
)
_LAST_PART = re.compile(r"\s*(?:/|\bper\b|\s|[.,)\]-])\s*[^/\s.,)\]-]*$")


#: Characters of a unit at most.
_LONGEST_UNIT = 60


class UnitTable:
    """Spellings of units, looked up at a place of a text."""

    def __init__(self, mappings: Mappings) -> None:
        self._unit = mappings.unit

    def match(self, text: str, offset: int) -> tuple[int, str] | None:
        """(end, UCUM code) of the unit that starts at ``offset``, if one does."""
        found = _UNIT.match(text, offset, offset + _LONGEST_UNIT)
        chunk = found.group() if found else ""
        while chunk:
            end = offset + len(chunk)
            if not text[end : end + 1].isalnum():
                code = self._unit(chunk) or self._unit(_power(chunk)) or self._composed(chunk)
                if code is not None:
                    return end, code
            shorter = _LAST_PART.sub("", chunk)
            chunk = shorter if shorter != chunk else ""
        return None

    def _composed(self, chunk: str) -> str | None:
        """The code of a quotient whose parts are known: "micrograms/day"."""
        parts = _DIVIDED.split(chunk)
        codes = [self._unit(part) for part in parts] if len(parts) > 1 else []
        if not codes or any(code is None or "/" in code for code in codes):
            return None
        return "/".join(code for code in codes if code is not None)


def _power(chunk: str) -> str:
    """A unit with its power of ten in the usual spelling: "*109/L" is "×10^9/L"."""
    match = _POWER.match(chunk)
    if match is None:
        return chunk
    power = unicodedata.normalize("NFKC", match["a"] or match["b"] or match["c"])
    return f"×10^{power}{chunk[match.end() :]}"


_POWER = re.compile(
    r"[x×*]\s?10\s?(?:[\^*e]\s?(?P<a>\d{1,2})|\((?P<b>\d{1,2})\)|(?P<c>[\d⁰-⁹¹²³]{1,2}))(?=\s?/)"
)
_DIVIDED = re.compile(r"\s*/\s*|\s+per\s+")


def dates(text: str) -> list[DateMention]:
    """Calendar dates in a text, in order."""
    found = [
        DateMention(m.start(), m.end(), "")
        for m in _DAY_OF_YEAR.finditer(text)
        if text[max(0, m.start() - 3) : m.start()].lower() == "on "
    ]
    for year in _YEAR.finditer(text):
        date = _date(text, year)
        if date is not None:
            found.append(date)
    return sorted(found, key=lambda d: d.start)


def _date(text: str, year: re.Match[str]) -> DateMention | None:
    start, end = year.span()
    if start and (text[start - 1].isalnum() or text[start - 1] in ".,/"):
        return None
    exact = _AFTER_YEAR.match(text, end)
    if exact:
        return DateMention(start, exact.end(), f"{year.group()}-{exact['m']}-{exact['d']}")
    before = _BEFORE_YEAR.search(text[max(0, start - 24) : start])
    if before is None:
        return None if _NO_YEAR.match(text, end) else DateMention(start, end, year.group())
    month = _MONTHS[(before["m1"] or before["m2"] or before["m3"]).lower()]
    day = before["d1"] or before["d2"]
    iso = f"{year.group()}-{month}" + (f"-{int(day):02d}" if day else "")
    return DateMention(start - len(before.group()), end, iso)


def measures(text: str, units: UnitTable, skip: list[DateMention]) -> list[Measure]:
    """All numbers of a text that are not part of a date or a word, in order."""
    found: list[Measure] = []
    at = position = 0
    while True:
        match = _MEASURE.search(text, position)
        if match is None:
            return found
        start = match.start()
        position = match.end()
        while at < len(skip) and skip[at].end <= start:
            at += 1
        if at < len(skip) and skip[at].start <= start:
            position = max(position, skip[at].end)
            continue
        if start and _IN_A_WORD.search(text[max(0, start - 2) : start]):
            position = match.end("n")
            continue
        measure = _measure(text, match, units)
        if measure is not None:
            found.append(measure)
            position = max(match.end("n"), measure.end)


_SIZE = re.compile(
    r"\s?(?:cm|mm)?\s?(?:[x×*]|by)\s?(?!10\s?[\^*e(\d⁰-⁹¹²³])\d+(?:[.,]\d+)?(?:\s?(?:cm|mm)?\s?(?:[x×*]|by)\s?\d+(?:[.,]\d+)?)?"
    r"\s?(?:cm|mm)\b"
)
#: "21-hydroxylase", "5-fluorouracil": the number of a place in a molecule.
_CHEMICAL = re.compile(
    r"-(?:hydroxy|methyl|fluoro|amino|oxo|dehydro|deoxy|acetyl|beta|alpha|keto)", re.IGNORECASE
)
#: "3+" of a dipstick or a pulse, "4+/5" of strength; an ion's charge ("CD4+") is in a word.
_GRADE = re.compile(r"\+(?:/\d)?(?![\w+])")
_JOINT = re.compile(r"\s*-?\s*")


def _measure(text: str, match: re.Match[str], units: UnitTable) -> Measure | None:
    start, end = match.start("n"), match.end("n")
    digits, second, form = clean_digits(match.group("n")), None, "number"
    if not digits:
        return None
    if match.group("m"):
        second = clean_digits(match.group("m"))
        form, end = _form(match.group("sep")), match.end("m")
        if not second:
            return None
    if (
        form == "range"
        and "to" in match.group("sep")
        and not _RANGING.search(text, max(0, start - 20), start)
        and _FROM.search(text, max(0, start - 8), start)
    ):
        return _from_to(text, match, units, digits)
    worded = _in_words(text, start, end, digits) if form == "number" else None
    if worded is not None:
        return worded
    unit_at, unit = _unit_behind(text, end, units)
    dashed = _DASHED.search(text, max(0, start - 3), start) is not None
    comparator = None
    before = _COMPARATOR.search(text[max(0, start - 14) : start])
    if before and not _RAISED.search(text[max(0, start - 34) : start]):
        written = before.group().strip()
        comparator = written.replace(" ", "") if written[0] in "<>≤≥" else written.lower()
        comparator = _SYMBOL.get(comparator, comparator)
        start -= len(before.group())
    if unit is not None:
        written = text[unit_at : unit[0]]
        return Measure(
            start, unit[0], digits, form, second, comparator, written, unit[1], dashed=dashed
        )
    if end < len(text) and (text[end].isalpha() or text[end] == "_"):
        return None  # a number glued to letters is a name ("1a", "3rd")
    if form == "number" and _CHEMICAL.match(text, end):
        return None
    return Measure(start, end, digits, form, second, comparator, dashed=dashed)


def _in_words(text: str, start: int, end: int, digits: str) -> Measure | None:
    """The number as a grade ("3+") or the first of a size ("4 x 5 cm")."""
    for form, pattern in (("grade", _GRADE), ("size", _SIZE)):
        match = pattern.match(text, end)
        if match:
            return Measure(start, match.end(), digits, form)
    return None


def _unit_behind(text: str, end: int, units: UnitTable) -> tuple[int, tuple[int, str] | None]:
    """Where a unit behind a number would begin, and its end and code if there is one."""
    joint = _JOINT.match(text, end)
    at = joint.end() if joint else end
    unit = units.match(text, at)
    if unit is None:
        return at, None
    hyphened = "-" in text[end:at] and unit[1] not in TIME_UNITS
    # A name that begins the next line of a table is no unit.
    named = unit[1].startswith("{") and "\n" in text[end:at]
    return at, None if hyphened or named else unit


#: A dash with nothing but space, a bracket or a mark before it, and no space behind.
_DASHED = re.compile(r"(?:\A|[^\d\s]\s|[\[(=:,;])[-−–]\Z")
_FROM = re.compile(r"\bfrom\s*\Z", re.IGNORECASE)


_RANGING = re.compile(r"\brang(?:ed|es|ing)\s+from\s*\Z", re.IGNORECASE)


def _from_to(text: str, match: re.Match[str], units: UnitTable, digits: str) -> Measure:
    """The first value of a change, "from 2.4 to 7.1 g/dL"; its unit may stand with the second."""
    start, end = match.start("n"), match.end("n")
    unit = units.match(text, _after_space(text, match.end("m")))
    if unit is None:
        return Measure(start, end, digits)
    written = text[_after_space(text, match.end("m")) : unit[0]]
    return Measure(start, end, digits, unit=written, ucum=unit[1])


def _after_space(text: str, offset: int) -> int:
    while offset < len(text) and text[offset].isspace():
        offset += 1
    return offset


def parted(text: str, measure: Measure) -> tuple[Measure, Measure]:
    """The two numbers of a fraction as values of their own ("120/98 U/L"), both in its unit."""
    slash = text.index("/", measure.start)
    second = re.compile(_NUMBER).search(text, slash)
    at = second.start() if second else slash + 1
    return (
        Measure(measure.start, slash, measure.digits, unit=measure.unit, ucum=measure.ucum),
        Measure(at, measure.end, measure.second or "", unit=measure.unit, ucum=measure.ucum),
    )


def _form(separator: str) -> str:
    mark = separator.strip()
    if mark in ("-", "–", "—", "to"):
        return "range"
    return {":": "ratio", "/": "fraction", "±": "spread"}.get(mark, "")


def clean_digits(written: str) -> str:
    """The digits of a written number, point as decimal mark, no thousands separators.

    "" for what is no number after all ("1.2.3").
    """
    written = written.replace("·", ".")
    if "," in written and re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", written):
        return written.replace(",", "")
    written = written.replace(",", ".")
    return written if written.count(".") <= 1 else ""


def quantity(narrative: Narrative, measure: Measure) -> Quantity:
    """The measure as a fact's value."""
    return Quantity(
        narrative.span(measure.start, measure.end),
        measure.digits,
        measure.unit,
        measure.ucum,
        measure.comparator,
    )
