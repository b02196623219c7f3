"""The normalised view of a narrative, and the way back to the text as given.

Print leaves marks that no reader should trip over: hard wraps, words split at line ends,
words glued together, citation numbers. The view is the text without them. Most repairs keep
every character in its place (a citation becomes blanks); where characters go or come, the
view remembers the shift, so that each of its offsets leads back to the text as given.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fhirkit.narrative.span import Span
from fhirkit.narrative.words import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

#: White space that stands for a mark taken out; layout never takes it for a column gap.
BLANK = "\x1f"

_LINE_HYPHEN = re.compile(r"[-‐][ \t]*\r?\n\s*")
_WORD_BEFORE = re.compile(r"[^\W\d_]+$")
_WORD_AFTER = re.compile(r"[^\W_]+")
_GLUED_ABBREVIATION = re.compile(r"[a-z][A-Z]{2,5}\b")
_GLUED_WORD = re.compile(r"\b(and|with|the|of)(?=([a-z]{5,}))")
_BRACKET_CITATION = re.compile(r"\[\s?\d{1,3}(?:\s?[,–-]\s?\d{1,3})*\s?\]")
_AFTER_VALUE = re.compile(r"(?:\d|[/%]\S*|mmHg)\s*$")
_SUPERSCRIPT = re.compile(r"([.,;])(\d{1,3}(?:[,–-]\d{1,3}){0,12})(?=\s|$)")
_YEAR_BEFORE = re.compile(r"\b(?:19|20)\d\d$")
_NEXT_SENTENCE = re.compile(r"\s+[A-Z]|\s*$")
# An address line that a page layout put into the middle of a sentence.
_CORRESPONDENCE = re.compile(
    r"\*?[ \t]*Correspond(?:ence|ing author)s?\b[^\n@]{0,160}+(?<=\S)@\S{1,80}", re.I
)
# Dashes that print sets for a hyphen: "75–year–old".
_DASH_IN_WORD = re.compile(r"(?<=\w)[‐‑–](?=[a-z])")
_ODD_SPACES = "\u00a0\u2009\u202f\u200a\u2002\u2003\u2007\t\r"


@dataclass(frozen=True, slots=True)
class View:
    """Normalised ``text`` of a narrative with its way back.

    ``starts[i]`` is the first offset of the view whose distance to the original text is
    ``shifts[i]``. ``citations`` are offsets (in the view) where citation marks stood.
    """

    text: str
    original: str
    starts: tuple[int, ...]
    shifts: tuple[int, ...]
    citations: tuple[int, ...]

    def origin(self, offset: int) -> int:
        """The offset in the text as given of the view's character at ``offset``."""
        return offset + self.shifts[bisect_right(self.starts, offset) - 1]

    def place(self, origin: int) -> int:
        """The first offset of the view that stands for ``origin`` of the text as given or later."""
        return bisect_left(range(len(self.text)), origin, key=self.origin)

    def span(self, start: int, end: int) -> Span:
        """The span in the text as given of the view's range, which must not be empty."""
        first, last = self.origin(start), self.origin(end - 1) + 1
        return Span(first, last, self.original[first:last])


def normalise(text: str, is_word: Callable[[str], bool]) -> View:
    """The view of ``text``; ``is_word`` says whether a folded word is known."""
    hyphens = list(_hyphen_edits(text, is_word))
    # Only print that was wrapped by a page layout has words glued together.
    edits = sorted([*hyphens, *_glue_edits(text, is_word)]) if hyphens else []
    joined, starts, shifts = _apply(text, edits)
    for odd in _ODD_SPACES:
        if odd in joined:
            joined = joined.replace(odd, " ")
    joined = _DASH_IN_WORD.sub("-", joined)
    citations: list[int] = []

    def blank(match: re.Match[str]) -> str:
        if _AFTER_VALUE.search(match.string[max(0, match.start() - 14) : match.start()]):
            return match.group()  # a reference range, "65.7 ug/L [0-7.6]"
        citations.append(match.start())
        return BLANK * (match.end() - match.start())

    if "@" in joined:
        joined = _CORRESPONDENCE.sub(lambda m: BLANK * len(m.group()), joined)
    if "[" in joined:
        joined = _BRACKET_CITATION.sub(blank, joined)
    joined = _SUPERSCRIPT.sub(lambda m: _blank_superscript(m, citations), joined)
    return View(joined, text, starts, shifts, tuple(sorted(citations)))


def _blank_superscript(match: re.Match[str], citations: list[int]) -> str:
    """A citation number run into the punctuation before it, "levels.1", "in 2017.1"."""
    text, start = match.string, match.start()
    before = text[max(0, start - 5) : start]
    plain = before[-1:].islower() or before[-1:] in (")", "]")
    after_year = (
        match.group(1) == "."
        and len(match.group(2)) <= 2
        and _YEAR_BEFORE.search(before) is not None
        and _NEXT_SENTENCE.match(text, match.end()) is not None
    )
    if not (plain or after_year):
        return match.group()
    citations.append(start + 1)
    return match.group(1) + BLANK * len(match.group(2))


_Edit = tuple[int, int, str]


def _hyphen_edits(text: str, is_word: Callable[[str], bool]) -> Iterable[_Edit]:
    """Words split at a line end: (start, end, replacement) for each hyphen and line break."""
    own: set[str] | None = None
    for match in _LINE_HYPHEN.finditer(text):
        before = _WORD_BEFORE.search(text[max(0, match.start() - 40) : match.start()])
        after = _WORD_AFTER.match(text, match.end())
        if before is None or after is None:
            continue
        if own is None:
            own = {fold(w) for w in re.findall(r"[^\W\d_]{3,}(?![-‐]?\s*\n)", text)}
        keep = _keeps_hyphen(before.group(), after.group(), own, is_word)
        yield match.start(), match.end(), text[match.start()] if keep else ""


def _keeps_hyphen(first: str, second: str, own: set[str], is_word: Callable[[str], bool]) -> bool:
    """Whether the hyphen belongs to the word and not to the line end only."""
    if second[0].isupper() or second[0].isdigit() or (len(first) > 1 and first.isupper()):
        return True
    if is_word(fold(first + second)) or fold(first + second) in own:
        return False

    def known(word: str) -> bool:
        return len(word) > 2 and (is_word(fold(word)) or fold(word) in own)

    return known(first) and known(second)


def _glue_edits(text: str, is_word: Callable[[str], bool]) -> Iterable[_Edit]:
    """Places where two words lost the space between them."""
    for match in _GLUED_ABBREVIATION.finditer(text):
        at = match.start() + 1
        before = text[max(0, at - 4) : at]
        if len(before) == 4 and before.isalpha() and before.islower():
            yield at, at, " "
    for match in _GLUED_WORD.finditer(text):
        whole = match.group(1) + match.group(2)
        if is_word(fold(match.group(2))) and not is_word(fold(whole)):
            yield match.end(1), match.end(1), " "


def _apply(text: str, edits: list[_Edit]) -> tuple[str, tuple[int, ...], tuple[int, ...]]:
    """``text`` with ``edits`` made, and where its distance to the original changes."""
    pieces: list[str] = []
    starts, shifts = [0], [0]
    length = last = 0
    for start, end, replacement in edits:
        if start < last:
            continue
        pieces += (text[last:start], replacement)
        length += start - last + len(replacement)
        last = end
        starts.append(length)
        shifts.append(end - length)
    if not edits:
        return text, (0,), (0,)
    pieces.append(text[last:])
    return "".join(pieces), tuple(starts), tuple(shifts)
