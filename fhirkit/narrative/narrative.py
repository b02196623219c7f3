"""A narrative with everything its readers need, made once."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fhirkit.narrative.layout import Block, SectionKind, blocks, goes_on, is_item
from fhirkit.narrative.view import View, normalise
from fhirkit.narrative.words import WORD, fold_all, without_possessive

if TYPE_CHECKING:
    from collections.abc import Callable

    from fhirkit.narrative.layout import Headings
    from fhirkit.narrative.span import Span


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence: offsets in the view, its words, and where it stands."""

    start: int
    end: int
    first_word: int
    last_word: int  # exclusive
    section: SectionKind
    paragraph: int
    index: int


@dataclass(frozen=True, slots=True)
class Narrative:
    """A text read for structure.

    ``words[i]`` is the folded word that stands at ``starts[i]:ends[i]`` of the view;
    ``raw[i]`` is the same word as it stands there.
    """

    view: View
    words: list[str]
    raw: list[str]
    starts: list[int]
    ends: list[int]
    sentences: tuple[Sentence, ...]

    @property
    def text(self) -> str:
        """The text as given."""
        return self.view.original

    def span(self, start: int, end: int) -> Span:
        """The span in the text as given of a range of the view."""
        return self.view.span(start, end)

    def word_at(self, offset: int) -> int:
        """Index of the first word that starts at or after ``offset`` of the view."""
        return bisect_left(self.starts, offset)

    def sentence_at(self, offset: int) -> Sentence:
        """The sentence that holds ``offset`` of the view (the nearest before it)."""
        at = bisect_right(self.sentences, offset, key=lambda s: s.start) - 1
        return self.sentences[max(at, 0)]


def read_narrative(
    text: str,
    *,
    is_word: Callable[[str], bool],
    headings: Headings,
) -> Narrative:
    """Structure of ``text``.

    ``is_word`` says whether a folded word is in the vocabulary (it decides line-break
    hyphens); ``headings`` gives the section that a heading's folded words open.
    """
    view = normalise(text, is_word)
    flat = without_possessive(view.text)
    ranges = [m.span() for m in WORD.finditer(flat)]
    starts = [r[0] for r in ranges]
    ends = [r[1] for r in ranges]
    raw = [flat[a:b] for a, b in ranges]
    words = fold_all(raw)
    found: list[Sentence] = []
    for paragraph, block in enumerate(blocks(view.text, headings)):
        for start, end in _sentences(view.text, block):
            first, last = bisect_left(starts, start), bisect_left(starts, end)
            if last > first:
                found.append(Sentence(start, end, first, last, block.kind, paragraph, len(found)))
    view = replace(view, text=_unwrapped(view.text, found))
    return Narrative(view, words, raw, starts, ends, tuple(found))


def _unwrapped(text: str, sentences: list[Sentence]) -> str:
    """``text`` with a space for each line end inside a sentence: where lines end says nothing."""
    pieces: list[str] = []
    last = 0
    for sentence in sentences:
        said = text[sentence.start : sentence.end].replace("\n", " ")
        pieces += (text[last : sentence.start], said)
        last = sentence.end
    return "".join([*pieces, text[last:]])


# A stop before a capital or a digit, or one whose space was lost in print.
_BOUNDARY = re.compile(
    r"[.!?](?:[)\]\"'’”]*(?=\s+[\"'“(\[]?[^\W_a-z])|(?P<lost>(?=[A-Z][a-z](?:[a-z]|\s))))"
)
_ABBREVIATION = re.compile(
    r"(?:\b(?:Dr|Mr|Mrs|Ms|Prof|St|Fig|Figs|No|Nos|vs|cf|ca|approx|etc|e\.g|i\.e|al|resp|Inc|Co|Ref"
    r"|incl|max|min|tab|inj)|(?<![/\w])[A-Z]|(?<![/\w])[a-z])\Z"
)


def _sentences(text: str, block: Block) -> list[tuple[int, int]]:
    """Offsets of the sentences of a block."""
    if block.rows:
        return [part for s, e in _lines(text, block) for part in _cut(text, s, e)]
    found: list[tuple[int, int]] = []
    start = block.start
    for match in _BOUNDARY.finditer(text, block.start, block.end):
        if match.group("lost") is not None:
            before = text[max(0, match.start() - 1) : match.start()]
            if not (before.islower() or before.isdigit()):
                continue
        if match.group()[0] == "." and _ABBREVIATION.search(
            text, max(start, match.start() - 8), match.start()
        ):
            if not _ends_after_letter(text, match.start()):
                continue
        found.append((start, match.end()))
        start = match.end()
    found.append((start, block.end))
    return [part for s, e in found if text[s:e].strip() for part in _cut(text, s, e)]


#: No sentence of a report is longer; what is, is a list or no text, and is cut.
_LONGEST = 2_500


def _cut(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """A sentence in parts of bounded length, so that reading stays linear."""
    parts: list[tuple[int, int]] = []
    while end - start > _LONGEST:
        at = text.rfind(" ", start + 1, start + _LONGEST)
        at = start + _LONGEST if at < 0 else at
        parts.append((start, at))
        start = at
    return [*parts, (start, end)]


def _ends_after_letter(text: str, stop: int) -> bool:
    """Whether a single capital before a stop ends a sentence ("vitamin D. She was")."""
    before = text[max(0, stop - 9) : stop]
    return bool(re.search(r"(?:vitamin|hepatitis|type|grade|group|factor) [A-Z]$", " " + before))


def _lines(text: str, block: Block) -> list[tuple[int, int]]:
    """Offsets of the rows of a table and the items of a list, with the lines these run on to."""
    found: list[tuple[int, int]] = []
    start, item, last_line = block.start, False, ""
    while start < block.end:
        end = text.find("\n", start, block.end)
        end = block.end if end < 0 else end
        line = text[start:end]
        if line.strip():
            if item and goes_on(last_line, line):
                found[-1] = (found[-1][0], end)
            else:
                found.append((start, end))
                item = is_item(line)
            last_line = line
        start = end + 1
    return found
