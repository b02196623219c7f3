"""How a text names one of its patients: "Case 1", "patient B", "the second patient", by age."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fhirkit.narrative.layout import SectionKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True)
class Mark:
    """Words that say which patient is spoken of; offsets of the view.

    ``leads`` if what follows is about the patient, and not only the sentence they stand in.
    """

    start: int
    end: int
    number: int
    leads: bool


_WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")

LABEL = re.compile(
    r"\b[CcPp](?:ase|ASE|atient|ATIENT)"
    r"(?:\s+(?:[Rr]eport|REPORT|[Pp]resentation|PRESENTATION|[Hh]istory|[Ss]tudy))?"
    r"[\s_-]*(?:(?:[Nn]o\.?|[Nn]umber|\#)\s*|(?<=[\s_-]))"
    r"(?P<label>\d{1,2}|[IVX]{1,4}[-:.]\d{1,2}|[IVX]{1,4}|[A-H]|[Oo]ne|[Tt]wo|[Tt]hree|[Ff]our|[Ff]ive"
    r"|[Ss]ix)\b"
    r"(?!\s*[-–]?\s*(?:years?|yrs?|months?|weeks?|days?|hours?|h|minutes?|times|mg|g|mL|ml|%|of|to)\b"
    r"|[.,]\d|\s*[%/°]|\s*[-–]\s*\d)"
)
ORDINAL = re.compile(
    r"\b(?P<label>[FfSsTt](?:irst|econd|hird|ourth|ifth|ixth))\s+(?:patient|case)\b"
)
_PERSON = (
    r"(?:woman|man|girl|boy|female|male|infant|neonate|newborn|gentleman|lady|patient|child|toddler"
    r"|teenager|adolescent)"
)
AGE = re.compile(
    r"\b(?P<n>\d{1,3}(?:[.,]\d)?|[a-z]+(?:ty|teen)(?:[\s-][a-z]+)?)[\s-]*(?P<unit>year|yr|month|week|day)s?"
    rf"[\s-]*(?:old|of\s+age)\b|\b{_PERSON}\s*(?:,\s*)?(?:of|aged)\s+(?P<n2>\d{{1,3}})\b",
    re.IGNORECASE,
)
#: Somebody new at the beginning of a sentence: "A 39-year-old woman", "In a two year old boy".
NEW = re.compile(
    r"[\s(]*(?:in\s+|this\s+(?:was|is)\s+)?(?:an?|one)\s+(?:[\w-]+\s+){0,3}?"
    r"(?:\d{1,3}(?:[.,]\d)?|[a-z]+(?:ty|teen)(?:[\s-][a-z]+)?|two|three|four|five|six|seven|eight|nine|ten)"
    r"[\s-]*(?:year|yr|month|week|day)s?[\s-]*old\b",
    re.IGNORECASE,
)
#: A number of people.
COUNT = r"(?P<count>two|three|four|five|six|seven|eight|nine|ten|\d{1,2})"
#: Patients of others, whoever counts them.
LITERATURE = re.compile(
    r"\b(?:literature|pubmed|medline|published|et\s+al|previous(?:ly)?\s+(?:report|describ|stud|case|known)\w*"
    r"|(?:reported|described)\s+(?:by|in)|ever\s+reported|known\s+cases)\b",
    re.IGNORECASE,
)
TELLS = {SectionKind.CASE, SectionKind.BODY, SectionKind.INTRODUCTION}
TOLD = {SectionKind.CASE, SectionKind.BODY}


def labels(found: Sequence[re.Match[str]]) -> list[Mark]:
    """All labels as marks, none leading yet; numbers of a pedigree count as they appear."""
    pedigree: dict[str, int] = {}
    marks = []
    for match in sorted(found, key=lambda m: m.start()):
        number = _number(match.group("label"), pedigree)
        if number:
            marks.append(Mark(match.start(), match.end(), number, leads=False))
    return marks


def _number(label: str, pedigree: dict[str, int]) -> int:
    low = label.lower()
    if label.isdigit():
        return int(label)
    if low in _WORDS:
        return _WORDS.index(low) + 1
    if low in _ORDINALS:
        return _ORDINALS.index(low) + 1
    if label in _ROMAN:
        return _ROMAN.index(label) + 1
    if len(label) == 1:
        return ord(label) - ord("A") + 1
    return pedigree.setdefault(label, len(pedigree) + 1) if label[-1].isdigit() else 0


class Marks:
    """Marks in the order of the text, found by their place."""

    def __init__(self, marks: Iterable[Mark]) -> None:
        self._marks = sorted(marks, key=lambda mark: mark.start)
        self._starts = [mark.start for mark in self._marks]

    def within(self, start: int, end: int) -> list[Mark]:
        """The marks that begin between two offsets of the view."""
        return self._marks[bisect_left(self._starts, start) : bisect_left(self._starts, end)]

    def leading(self) -> list[Mark]:
        """The marks that lead."""
        return [mark for mark in self._marks if mark.leads]


def count(said: str) -> int:
    """The number that digits or a word up to ten stand for."""
    return int(said) if said.isdigit() else _WORDS.index(said) + 1
