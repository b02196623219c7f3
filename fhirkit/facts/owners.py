"""Whose each sentence of a text of several patients is.

What follows a patient's name is theirs, up to the next; what names two at once belongs to
none, unless it says that it holds for each ("both patients were given ...").
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fhirkit.facts.labels import AGE, COUNT, LABEL, LITERATURE, NEW, TELLS, Mark, Marks, count
from fhirkit.narrative.layout import SectionKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fhirkit.narrative.narrative import Narrative, Sentence


@dataclass(frozen=True, slots=True)
class Series:
    """Who is spoken of in a text of several patients.

    ``narrative`` has sentences that speak of one patient and then of the next cut in two.
    ``first`` is where each patient is first named, by number; empty if the patients cannot be
    told apart. ``owners`` are the patients a sentence (by index) is about, ``named`` the
    sentences that say so themselves.
    """

    narrative: Narrative
    first: dict[int, Mark]
    owners: dict[int, tuple[int, ...]]
    named: frozenset[int]


#: "Thirdly, a ..."
_OPENING = re.compile(r"[\s(]*[A-Za-z]+,")
#: What is said of each of them, or of several without saying of whom.
_TOGETHER = re.compile(
    r"\b(?P<who>both|all|the|these|those|our|two|three|four|five|six|some|most|none|\d{1,2})\s+"
    rf"(?:of\s+)?(?:(?:the|these|our)\s+)?(?:{COUNT}\s+)?(?:patients|cases)\b"
    r"|\b(?:neither|either|each|one)\s+(?:of\s+(?:the|these|our)\s+)?(?:patients?|cases?)\b"
    r"|\bthe\s+(?:other|remaining|latter|former)\s+(?:patient|case|one|(?:wa|ha)s)\b",
    re.IGNORECASE,
)
_COMPARED = re.compile(
    r"\b(?:than|unlike|contrast|compared|similar|like|same|different|as\s+in|except|respectively)\b",
    re.IGNORECASE,
)
_ONE_OF_THEM = re.compile(
    r"\b(?:one|neither|none|some|respectively|either|other)\b|\b\w+\s+(?:patients|cases)\b",
    re.IGNORECASE,
)
#: Several named by number: "patients 1 and 2".
_PLURAL = re.compile(
    r"\b(?:[Cc]ases|[Pp]atients)\s+(?:[1-9]|[IVX]+|[A-H])\b"
    r"|\b(?:[Cc]ase|[Pp]atient)\s+(?:[1-9]|[IVX]+|[A-H])\s*(?:and|or|to|,|&)\s*(?:[1-9]|[IVX]+|[A-H])\b(?![.\s]*\d)"
)
#: What stands in a table of several patients.
_OF_SEVERAL = re.compile(rf"{LABEL.pattern}|\b(?:[Pp]atients|[Cc]ases)\b")


class _Reader:
    """Goes through the sentences and keeps in mind who was spoken of last."""

    def __init__(self, narrative: Narrative, marks: Sequence[Mark]) -> None:
        self.text = narrative.view.text
        self.marks = Marks(marks)
        self.numbers = sorted({m.number for m in marks if m.leads})
        self.shared = {
            s.paragraph
            for s in narrative.sentences
            if s.section is SectionKind.TABLE and _OF_SEVERAL.search(self.text, s.start, s.end)
        }
        self.current: int | None = None
        self.ages: dict[int, str] = {}
        self.talk = False
        self.led: set[int] = set()  # who has been spoken of so far
        self.named: set[int] = set()

    def owners(self, sentence: Sentence, before: int) -> tuple[int, ...]:
        """Whom a sentence is about; ``before`` is where the sentence before it ends."""
        headings = [m for m in self.marks.within(before, sentence.start) if m.leads]
        if headings:
            self.current = headings[-1].number
            self.led.add(self.current)
            self.named.add(sentence.index)
        marks = self.marks.within(sentence.start, sentence.end)
        numbers = {m.number for m in marks}
        section = sentence.section
        if section not in TELLS:
            return self._elsewhere(sentence, numbers)
        talk = section is SectionKind.INTRODUCTION
        if talk is not self.talk and not headings:
            self.current = None
        self.talk = talk
        return self._told(sentence, marks, numbers)

    def _elsewhere(self, sentence: Sentence, numbers: set[int]) -> tuple[int, ...]:
        """Titles, tables, the discussion: only what names its patient is about one."""
        if sentence.section is SectionKind.TITLE:
            lead = [m for m in self.marks.within(sentence.start, sentence.end) if m.leads]
            self.current = lead[0].number if lead else None
            return ()
        if sentence.section is SectionKind.TABLE:
            return (self.current,) if self.current and sentence.paragraph not in self.shared else ()
        if sentence.section is not SectionKind.DISCUSSION:
            return ()
        self.current = None
        return self._by_name(sentence, numbers)

    def _told(
        self, sentence: Sentence, marks: Sequence[Mark], numbers: set[int]
    ) -> tuple[int, ...]:
        lead = marks[0] if marks and marks[0].leads and len(numbers) == 1 else None
        if lead is not None:
            self.current = lead.number
            self.led.add(lead.number)
            self._remember_age(sentence, lead.number)
            self.named.add(sentence.index)
            return (lead.number,)
        if numbers or _PLURAL.search(self.text, sentence.start, sentence.end):
            if numbers == {self.current}:
                return (*numbers,)
            return self._by_name(sentence, numbers)
        together = _TOGETHER.search(self.text, sentence.start, sentence.end)
        if together and not LITERATURE.search(self.text, sentence.start, sentence.end):
            self.current = None
            return self._each(sentence, together)
        if self.current is not None and not self._remember_age(sentence, self.current):
            self.current = None  # somebody new, and nobody says which
        return () if self.current is None else (self.current,)

    def _by_name(self, sentence: Sentence, numbers: set[int]) -> tuple[int, ...]:
        """The one patient a sentence names, if it neither compares nor cites."""
        start, end = sentence.start, sentence.end
        one = len(numbers) == 1 and numbers <= set(self.numbers)
        unclear = (_COMPARED, LITERATURE, _PLURAL)
        if not one or any(pattern.search(self.text, start, end) for pattern in unclear):
            return ()
        self.named.add(sentence.index)
        return (*numbers,)

    def _each(self, sentence: Sentence, match: re.Match[str]) -> tuple[int, ...]:
        """All of them, where the sentence says so and no more: "both patients were given ..."."""
        who = (match.group("who") or "").lower()
        said = (match.group("count") or "").lower()
        number = count(said) if said else len(self.numbers)
        plain = (
            who == "all" or (who == "both" and len(self.numbers) == 2) or (who == "the" and said)
        )
        more = _ONE_OF_THEM.search(self.text, match.end(), sentence.end)
        before = self.text[sentence.start : match.start()]
        if not plain or more or number != len(self.numbers) or _ONE_OF_THEM.search(before):
            return ()
        if not self.led.issuperset(self.numbers):
            return ()  # said of more than those who are told of one by one
        self.named.add(sentence.index)
        return tuple(self.numbers)

    def _remember_age(self, sentence: Sentence, current: int) -> bool:
        """Whether the sentence introduces nobody, or the patient spoken of, by age."""
        match = AGE.search(self.text, sentence.start, sentence.end)
        if match is None:
            return True
        known = self.ages.setdefault(current, match.group().lower())
        opening = _OPENING.match(self.text, sentence.start, sentence.end)
        new = NEW.match(self.text, opening.end() if opening else sentence.start, sentence.end)
        return new is None or known == match.group().lower()


def told(narrative: Narrative, marks: Sequence[Mark]) -> Series:
    """Whose each sentence is, once the marks of the patients are known."""
    reader = _Reader(narrative, marks)
    owners: dict[int, tuple[int, ...]] = {}
    before = 0
    for sentence in narrative.sentences:
        found = reader.owners(sentence, before)
        if found:
            owners[sentence.index] = found
        before = sentence.end
    first: dict[int, Mark] = {}
    for mark in reader.marks.leading():
        first.setdefault(mark.number, mark)
    told_of = sorted({number for found in owners.values() for number in found})
    return Series(
        narrative,
        {number: first[number] for number in told_of},
        owners,
        frozenset(reader.named),
    )
