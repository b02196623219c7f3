"""Small cases written by hand: a text with its marked words, and facts that point at them."""

from __future__ import annotations

from typing import Any

from fhirkit.bundle import to_bundle
from fhirkit.facts.case import Case
from fhirkit.facts.model import Fact, Quantity, Term, When
from fhirkit.narrative.span import Span
from fhirkit.settings import Settings
from small_mappings import MAPPINGS


class Story:
    """A text written with ``[[marks]]``; calling it with marked words gives their span.

    Marks may stand inside each other: ``[[for [[five days]]]]``.
    """

    def __init__(self, marked: str) -> None:
        self.text, self._spans = _parsed(marked)

    def __call__(self, words: str, nth: int = 0) -> Span:
        """The span of marked words, the nth where they are marked more than once."""
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


def resources(case: Case, resource_type: str = "", **settings: Any) -> list[dict[str, Any]]:
    """The resources a case gives, of one type or all, with the tests' own vocabulary."""
    bundle = to_bundle(case, Settings(**settings), mappings=MAPPINGS)
    made = [entry["resource"] for entry in bundle["entry"]]
    return [r for r in made if resource_type in ("", r["resourceType"])]


def only(case: Case, resource_type: str, **settings: Any) -> dict[str, Any]:
    """The one resource of a type that a case gives."""
    found = resources(case, resource_type, **settings)
    assert len(found) == 1, f"{len(found)} resources of type {resource_type}"
    return found[0]


def codes(concept: dict[str, Any]) -> list[str]:
    """The codes of a CodeableConcept."""
    return [coding["code"] for coding in concept.get("coding", [])]


def relative_time(element: dict[str, Any]) -> dict[str, Any]:
    """The parts of the relative time in the extensions of a primitive."""
    found = [e for e in element["extension"] if e["url"].endswith("cqf-relativeDateTime")]
    assert len(found) == 1
    return {
        part["url"]: next(value for key, value in part.items() if key != "url")
        for part in found[0]["extension"]
    }


def words_kept(element: dict[str, Any]) -> list[str]:
    """The author's words in the extensions of a primitive."""
    return [e["valueString"] for e in element["extension"] if e["url"].endswith("originalText")]


def is_unknown(element: dict[str, Any]) -> bool:
    """Whether the extensions of a primitive say that its value is unknown."""
    return any(e.get("valueCode") == "unknown" for e in element["extension"])


def grounded_words(resource: dict[str, Any], text: str) -> list[str]:
    """The pieces of ``text`` that a resource says it was made from."""
    found = []
    for extension in resource.get("extension", []):
        if extension["url"].endswith("derivation-reference"):
            parts = {p["url"]: p for p in extension["extension"]}
            offset, length = parts["offset"]["valueInteger"], parts["length"]["valueInteger"]
            found.append(text[offset : offset + length])
    return found
