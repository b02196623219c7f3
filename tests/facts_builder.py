"""Small cases written by hand: a text with its marked words, and facts that point at them."""

from __future__ import annotations

from typing import Any

from fhirkit.facts.case import Case
from fhirkit.facts.model import Fact, Quantity, Term, When
from fhirkit.narrative.span import Span


class Story:
    """A text written with ``[[marks]]``; calling it with marked words gives their span.

    Marks may stand inside each other: ``[[for [[five days]]]]``.
    """

    def __init__(self, marked: str) -> None:
        self.text, self._spans = _parsed(marked)

    def __call__(self, words: str, nth: int = 0) -> Span:
        found = [span for span in self._spans if span.text == words]
        assert len(found) > nth, f"{words!r} is not marked in {self.text!r}"
        return found[nth]

    def term(self, words: str, concept: str | None = None) -> Term:
        """A Term for marked words; the concept is the words themselves unless given."""
        return Term(self(words), words if concept is None else concept or None)

    def quantity(
        self, words: str, ucum: str | None = None, *, digits: str = "", comparator: str = ""
    ) -> Quantity:
        """A Quantity for marked words "12 mg": digits, a space, the unit as written."""
        number, _, unit = words.partition(" ")
        return Quantity(self(words), digits or number, unit or None, ucum, comparator or None)

    def when(self, words: str, **fields: Any) -> When:
        """A When for marked words."""
        return When(self(words), **fields)

    def case(self, *facts: Fact) -> Case:
        """The case of this text with ``facts``."""
        return Case(self.text, facts)


def _parsed(marked: str) -> tuple[str, list[Span]]:
    plain: list[str] = []
    length = 0
    open_at: list[int] = []
    ranges: list[tuple[int, int]] = []
    position = 0
    while position < len(marked):
        two = marked[position : position + 2]
        if two == "[[":
            open_at.append(length)
            position += 2
        elif two == "]]" and open_at:
            ranges.append((open_at.pop(), length))
            position += 2
        else:
            plain.append(marked[position])
            length += 1
            position += 1
    text = "".join(plain)
    return text, [Span(start, end, text[start:end]) for start, end in ranges]
