"""Where a corpus lets its spans begin and end, learnt from the words around ours.

Annotators take "severe" into a reaction and leave "possible" out; no rule of ours can know. For
each argument the training sentences tell, of each word met at an edge, whether a span that
overlaps ours has it inside. Only ends move, one word at a time; no span is added or dropped.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

Place = tuple[int, int]

#: An abbreviation in brackets is one word, like any other of its kind.
_ABBREVIATION = re.compile(r"\([A-Z][\w/-]{1,9}\)")
_WORD = re.compile(rf"{_ABBREVIATION.pattern}|[^\W_]+|[^\w\s]")
_LETTERS = re.compile(r"[^\W_]")
#: How often a word must have been seen at an edge before it moves one.
_SEEN = 2
#: Words an edge may move.
_STEPS = 4
_JOINING = frozenset("and or in as with of to by - , ( )".split())
#: Each edge of a span: the word just outside and just inside of it, to the left and the right.
_EDGES = ("before", "first", "last", "after")


class Alignment:
    """Words that a corpus has inside or outside of its spans, by argument and edge."""

    def __init__(self) -> None:
        self._inside: Counter[tuple[str, str, str]] = Counter()
        self._seen: Counter[tuple[str, str, str]] = Counter()

    def learn(self, name: str, text: str, ours: Iterable[Place], theirs: Iterable[Place]) -> None:
        """Count the words at the edges of our spans that overlap one of theirs."""
        theirs = list(theirs)
        for start, end in ours:
            met = [t for t in theirs if t[0] < end and start < t[1]]
            if len(met) != 1:
                continue
            low, high = met[0]
            for edge, at, _, word in _edges(text, start, end):
                key = (name, edge, word)
                self._seen[key] += 1
                self._inside[key] += low <= at < high

    def place(self, name: str, text: str, place: Place) -> Place:
        """One of our spans with its ends where the corpus would have them."""
        start, end = place
        for _ in range(_STEPS):
            moved = self._moved(name, text, start, end)
            if moved == (start, end):
                break
            start, end = moved
        return self._trimmed(text, start, end, place)

    def _trimmed(self, text: str, start: int, end: int, place: Place) -> Place:
        """Without new words at the ends that only join others, or are half of a compound."""
        words = list(_WORD.finditer(text, start, end))
        while (
            words
            and words[0].start() < place[0]
            and (words[0].group().lower() in _JOINING or text[: words[0].start()].endswith("-"))
        ):
            del words[0]
        while (
            words
            and words[-1].end() > place[1]
            and (words[-1].group().lower() in _JOINING or text.startswith("-", words[-1].end()))
        ):
            del words[-1]
        return (words[0].start(), words[-1].end()) if words else place

    def _moved(self, name: str, text: str, start: int, end: int) -> Place:
        low, high = start, end
        for edge, at, stop, word in _edges(text, start, end):
            inside = self._is_inside((name, edge, word))
            if edge == "before" and inside and word not in "-(":
                low = at
            elif edge == "after" and inside and word not in "-(":
                high = stop
            elif edge == "first" and inside is False:
                following = _LETTERS.search(text, stop, end)
                low = following.start() if following else low
            elif edge == "last" and inside is False:
                before = [m.end() for m in _WORD.finditer(text, start, at)]
                high = before[-1] if before else high
        return (low, high) if low < high else (start, end)

    def _is_inside(self, key: tuple[str, str, str]) -> bool | None:
        """Whether the corpus has the word inside, None where it does not tell."""
        seen = self._seen[key]
        if seen < _SEEN:
            return None
        return self._inside[key] * 2 > seen


def _edges(text: str, start: int, end: int) -> list[tuple[str, int, int, str]]:
    """(edge, start, end, word in lower case) of the words at both ends of a span."""
    window = [(m.start(), m.end()) for m in _WORD.finditer(text)]
    before = [w for w in window if w[1] <= start]
    inside = [w for w in window if w[0] < end and w[1] > start]
    after = [w for w in window if w[0] >= end]
    at = {
        "before": before[-1:],
        "first": inside[:1],
        "last": inside[-1:],
        "after": after[:1],
    }
    return [(e, *w, _key(text[slice(*w)])) for e in _EDGES for w in at[e]]


def _key(word: str) -> str:
    return "(abbreviation)" if _ABBREVIATION.fullmatch(word) else word.lower()
