"""The author's words, made fit to be read in one line."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from fhirkit.narrative.view import normalise
from fhirkit.narrative.words import fold

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fhirkit.narrative.span import Span

# A word that a line end cuts is no evidence for how words of this text are written.
_WHOLE_WORD = re.compile(r"[^\W\d_]{3,}(?![-‐]?\s*\n)")
# FHIR strings and XHTML have no room for these; tab and line ends are gone by then.
_FORBIDDEN = re.compile("[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_SENTENCE_END = re.compile(r"[.;:?!]\s|\n\s*\n")
_STOPS = (".", "!", "?", ";", ":")
_WIDEST_GAP = 40


class Wording:
    """Reads spans of one text: hard wraps, split words and control characters mended."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._lines: dict[str, str] = {}

    def of(self, span: Span) -> str:
        """The words of ``span`` in one line."""
        return self.line(span.text)

    def line(self, text: str) -> str:
        """``text`` in one line."""
        known = self._lines.get(text)
        if known is None:
            known = self._lines[text] = self._line(text)
        return known

    def _line(self, text: str) -> str:
        if "\n" in text or "[" in text:
            text = normalise(text, self._is_word).text
        line = " ".join(text.split())
        return line if line.isprintable() else _FORBIDDEN.sub("", line)

    def phrase(self, spans: Iterable[Span | None]) -> str:
        """``spans`` in the order of the text; what stands between near ones is kept."""
        start = end = None
        parts: list[str] = []
        for span in sorted(span for span in spans if span is not None):
            if end is not None and self._near(end, span.start):
                end = max(end, span.end)
                continue
            if start is not None:
                parts.append(self.line(self._text[start:end]))
            start, end = span.start, span.end
        if start is not None:
            parts.append(self.line(self._text[start:end]))
        return ", ".join(parts)

    def sentences(self, spans: Iterable[Span]) -> str:
        """The words of several spans as sentences, one after the other."""
        words = [self.of(span) for span in spans]
        # A reader's span may leave the full stop out.
        ended = [part if part.endswith(_STOPS) else f"{part}." for part in words[:-1]]
        return " ".join([*ended, *words[-1:]])

    def _near(self, end: int, start: int) -> bool:
        gap = self._text[end:start]
        return len(gap) <= _WIDEST_GAP and not _SENTENCE_END.search(gap)

    def _is_word(self, word: str) -> bool:
        return word in self._words

    @cached_property
    def _words(self) -> frozenset[str]:
        return frozenset(fold(word) for word in _WHOLE_WORD.findall(self._text))
