"""The words that a resource names as its source, ready to be asked what they hold."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from fhirkit.issues import Severity
from fhirkit.narrative.words import WORD, fold, without_possessive
from fhirkit.validate.fidelity.numbers import Stated, stated

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Characters between two places that belong together: "12 mg [of the drug] daily".
_NEAR = 40
#: Characters of a name at most.
_LONGEST_NAME = 300
#: How far around a place of a bundle that others made its values are looked for.
AROUND = 250
#: Spaces of a phrase that is no name any more: its words must stand in their order.
_LONG = 6
#: Where whoever reads puts pieces of the text together: sentences, and what is told of a dose.
_PARTS = re.compile(r"(?<=[.;:?!])\s+|,\s+")
_LINE_HYPHEN = re.compile(r"[-‐][ \t]*\r?\n\s*")
_CITATION = re.compile(r"\[\s?\d{1,3}(?:\s?[,–-]\s?\d{1,3})*\s?\]")
_LETTERS = re.compile(r"[\W_]+")


Place = tuple[int, int]
"""Where words begin and end, half open."""


@dataclass(frozen=True, eq=False)
class Passage:
    """Places of a text, merged; what stands between near ones belongs to them.

    ``places`` are in the order they are named in, the defining one first; ``blocks`` the stretches that are looked at. ``exact``
    is :attr:`Source.exact`.
    """

    text: str
    places: tuple[Place, ...]
    blocks: tuple[Place, ...]
    exact: bool

    @property
    def severity(self) -> Severity | None:
        """A warning where the bundle is not ours: others may convert, resolve and compute."""
        return None if self.exact else Severity.WARNING

    @property
    def length(self) -> int:
        """How many characters are looked at."""
        return sum(end - start for start, end in self.blocks)

    @cached_property
    def numbers(self) -> list[Stated]:
        """The numbers that the blocks hold, as digits or in words."""
        return [n for start, end in self.blocks for n in stated(self.text, start, end)]

    @cached_property
    def written(self) -> str:
        """The blocks one after the other."""
        return "\n\n".join(self.text[start:end] for start, end in self.blocks)

    @cached_property
    def words(self) -> frozenset[str]:
        """The folded words of the blocks, those split at a line end both ways."""
        return words_of(self.written)

    @cached_property
    def letters(self) -> str:
        """The letters and digits of the blocks without anything between them."""
        return letters_of(self.written)

    @cached_property
    def named(self) -> tuple[frozenset[str], ...]:
        """The folded words of each place, those split at a line end in one piece.

        A place that is longer than any name has none.
        """
        return tuple(
            words_of(mended(self.text[start:end])) if end - start <= _LONGEST_NAME else frozenset()
            for start, end in self.places
        )

    @cached_property
    def first(self) -> Passage:
        """The defining place alone."""
        return passage(self.text, self.places[:1], exact=self.exact)

    def with_places(self, places: Iterable[Place]) -> Passage:
        """The passage with further places of the same text."""
        more = tuple(places)
        return passage(self.text, (*self.places, *more), exact=self.exact) if more else self

    def holds(self, phrase: str) -> bool:
        """Whether the words of ``phrase`` stand in the blocks, in whatever spelling."""
        if letters_of(phrase) in self.letters:
            return True
        if phrase.count(" ") >= _LONG:
            return all(letters_of(part) in self.letters for part in _PARTS.split(phrase))
        return all(word in self.words or self._inside(word) for word in words_of(phrase))

    def _inside(self, word: str) -> bool:
        # "treat-\nment" and "andthe" are mended by whoever reads; numbers must stand alone.
        return len(word) > 3 and word.isalpha() and word in self.letters


def passage(text: str, places: Iterable[Place], *, exact: bool) -> Passage:
    """The passage of ``places``; where not ``exact`` the words around them belong to it."""
    named = tuple(places)
    margin = 0 if exact else AROUND
    blocks: list[Place] = []
    for start, end in sorted(named):
        start, end = max(0, start - margin), min(len(text), end + margin)
        if blocks and start - blocks[-1][1] <= _NEAR:
            blocks[-1] = blocks[-1][0], max(end, blocks[-1][1])
        else:
            blocks.append((start, end))
    return Passage(text, named, tuple(blocks), exact)


def words_of(text: str) -> frozenset[str]:
    """The folded words of a text; a word split at a line end also in one piece."""
    text = without_possessive(text)
    found = {fold(word) for word in WORD.findall(text) if word[0].isalnum()}
    joined = mended(text)
    if joined != text:
        found |= {fold(word) for word in WORD.findall(joined) if word[0].isalnum()}
    return frozenset(found)


def mended(text: str) -> str:
    """``text`` with the words that a line end splits in one piece."""
    return _LINE_HYPHEN.sub("", text) if "\n" in text else text


def letters_of(text: str) -> str:
    """``text`` in lower case with nothing but its letters and digits, citations taken out."""
    if "[" in text:
        text = _CITATION.sub("", text)
    return _LETTERS.sub("", text).lower()
