"""The numbers a text holds: digits in every usual spelling, and words for numbers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from fhirkit.facts.numbers import ARTICLES, NUMBER_WORDS, TENS

if TYPE_CHECKING:
    from collections.abc import Iterator


class Stated(NamedTuple):
    """A number at ``start:end`` of a text."""

    value: float
    start: int
    end: int


_DIGITS = re.compile(r"\d+(?:[.,·]\d+)*(?:[\u0020\u00a0\u2009\u202f]\d{3}(?!\d))*")
_SPACE = re.compile(r"[\u0020\u00a0\u2009\u202f]")
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_ORDINALS: Final = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"
)
_WORDS: Final[dict[str, float]] = {
    **NUMBER_WORDS,
    **TENS,
    **ARTICLES,
    **{word: n for n, word in enumerate(_ORDINALS.split(), start=1)},
    "once": 1,
    "twice": 2,
    "double": 2,
    "both": 2,
    "pair": 2,
    "thrice": 3,
    "triple": 3,
    "dozen": 12,
    "hundred": 100,
    "half": 0.5,
    "½": 0.5,
    "¼": 0.25,
    "¾": 0.75,
}
#: "in her fifties", "in his 60s": from the first year to the last.
_DECADES: Final[dict[str, float]] = {
    "twenties": 20,
    "thirties": 30,
    "forties": 40,
    "fifties": 50,
    "sixties": 60,
    "seventies": 70,
    "eighties": 80,
    "nineties": 90,
}
_DECADE = re.compile(r"\b([2-9]0)['’]?s\b")
#: "the day after", "the following week": one.
_THE_NEXT = re.compile(
    r"\b(?:the|next|following|previous|preceding|last|same)\s+(?:next\s+|following\s+|previous\s+)?"
    r"(?:day|morning|evening|night|week|month|year|hour|minute)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[A-Za-z]+|[½¼¾]")
_SECOND_PART = re.compile(r"[\s‐‑–-]+([a-z]+)\b")


def stated(text: str, start: int, end: int) -> Iterator[Stated]:
    """Every number of ``text[start:end]``, each way it can be read: "3,000" is 3000 and 3.000."""
    for match in _DIGITS.finditer(text, start, end):
        for value in set(_readings(match.group())):
            yield Stated(value, match.start(), match.end())
    for match in _DECADE.finditer(text, start, end):
        yield Stated(float(match[1]) + 9, match.start(), match.end())
    for match in _THE_NEXT.finditer(text, start, end):
        yield Stated(1.0, match.start(), match.end())
    for match in _WORD.finditer(text, start, end):
        word = match.group().lower()
        number = _WORDS.get(word)
        if word in _DECADES:
            yield Stated(_DECADES[word], match.start(), match.end())
            yield Stated(_DECADES[word] + 9, match.start(), match.end())
        if number is not None:
            yield Stated(number, match.start(), match.end())
            yield from _compound(text, match, number, end)


def _readings(written: str) -> Iterator[float]:
    parts = _SPACE.split(written.replace("·", "."))
    if len(parts) > 1:
        yield from _plain("".join(parts))
    for part in parts:
        yield from _plain(part)


def _plain(digits: str) -> Iterator[float]:
    if _THOUSANDS.fullmatch(digits):
        yield float(digits.replace(",", ""))
    pointed = digits.replace(",", ".")
    if pointed.count(".") <= 1:
        yield float(pointed)
    elif not _THOUSANDS.fullmatch(digits):
        yield from map(float, pointed.split("."))  # "21.08.2001"


def _compound(text: str, first: re.Match[str], value: float, end: int) -> Iterator[Stated]:
    """ "forty-seven": the tens and what follows them."""
    if first.group().lower() not in TENS:
        return
    second = _SECOND_PART.match(text, first.end(), end)
    ones = NUMBER_WORDS.get(second[1]) if second else None
    if second and ones is not None and 0 < ones < 10:
        yield Stated(value + ones, first.start(), second.end())
