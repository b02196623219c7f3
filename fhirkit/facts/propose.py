"""Names that no vocabulary has, proposed from outside; the readers judge them like any other.

A proposer only says "these words name a condition" (or drug, symptom, ...). Whose it is, whether
it is affirmed, and what belongs to it is decided by the same rules as for known names; a fact made
so has the author's words and no concept, hence no code. A hint only says which of two things
belong together; a reader follows it where its own grammar reads both and nothing speaks against.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, Protocol

from fhirkit.facts.lexicon import Entry, Mention

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from fhirkit.facts.lexicon import Lexicon
    from fhirkit.narrative.narrative import Narrative


#: What may be proposed: a vocabulary's kinds without those that have values, since no value can
#: be checked where units and bounds are unknown.
KINDS = ("drugs", "reports", "procedures", "conditions", "symptoms")


@dataclass(frozen=True, slots=True, order=True)
class Proposal:
    """Words ``start:end`` of the text as given that may name a thing of a ``kind``.

    ``kind`` is one of :data:`KINDS`.
    """

    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True, order=True)
class Hint:
    """That what stands in ``start:end`` belongs to what stands in ``of_start:of_end``.

    ``dose``: an amount, to a drug. ``suspect``: a drug, to a reaction, by the author's words
    ``words_start:words_end``. Offsets count in the text as given; ``by`` names who hints.
    """

    kind: Literal["dose", "suspect"]
    start: int
    end: int
    of_start: int
    of_end: int
    words_start: int
    words_end: int
    by: str


class Proposer(Protocol):
    """Finds names in a narrative; the same narrative must always give the same proposals."""

    @property
    def name(self) -> str:
        """What stands in the rule of a fact made from a proposal."""

    def propose(self, narrative: Narrative) -> Iterable[Proposal]:
        """The names found, in any order."""


#: What is said of words that cannot be the name of anything.
NO_NAME = "no name"
#: What is said of words that are parts of words or of two sentences.
NOT_WHOLE = "no whole words of one sentence"


class Ground:
    """What a proposal must stand on: whole words of one sentence that may be a name."""

    def __init__(self, narrative: Narrative, lexicon: Lexicon, signs: Iterable[Mention]) -> None:
        self._narrative = narrative
        self._lexicon = lexicon
        self._cued = {i for s in signs if s.kind == "cue" for i in range(s.first, s.last)}

    def fault(self, proposal: Proposal) -> str:
        """Why the words can be no name of the kind, empty if they can."""
        narrative = self._narrative
        if proposal.kind not in KINDS:
            return "no kind of thing"
        words = whole_words(narrative, proposal.start, proposal.end)
        if words is None:
            return NOT_WHOLE
        first, last = words
        if not any(c.isalpha() for word in narrative.raw[first:last] for c in word):
            return NO_NAME
        # "no X", "X in her mother": the rules must meet the cue outside the name, not lose it
        # within.
        if not self._cued.isdisjoint(range(first, last)):
            return "more than a name"
        if self._lexicon.is_blocked(
            proposal.kind, tuple(narrative.words[first:last]), narrative.raw[first:last]
        ):
            return "known as no such thing"
        return ""

    def mention(self, proposal: Proposal, by: str) -> Mention | None:
        """The proposal as a mention, None if it can be no name."""
        words = whole_words(self._narrative, proposal.start, proposal.end)
        if words is None or self.fault(proposal):
            return None
        first, last = words
        narrative = self._narrative
        name = " ".join(narrative.raw[first:last]).lower()
        entry = Entry(proposal.kind, name, by=by)
        return Mention(entry, first, last, narrative.starts[first], narrative.ends[last - 1])


def whole_words(narrative: Narrative, start: int, end: int) -> tuple[int, int] | None:
    """The words ``first:last`` that ``start:end`` of the text as given are.

    None where the range is empty, cuts a word, or crosses the end of a sentence.
    """
    if not 0 <= start < end:
        return None
    begin, stop = narrative.view.place(start), narrative.view.place(end)
    first, last = narrative.word_at(begin), bisect_left(narrative.starts, stop)
    if first >= last or narrative.starts[first] != begin or narrative.ends[last - 1] != stop:
        return None
    if narrative.sentence_at(begin) is not narrative.sentence_at(stop - 1):
        return None
    return first, last


def proposed(
    narrative: Narrative,
    things: list[Mention],
    signs: Sequence[Mention],
    lexicon: Lexicon,
    proposers: Sequence[Proposer],
) -> list[Mention]:
    """``things`` with a mention for each proposal that no known thing overlaps.

    A disease may be named by more words than the sign it ends with: "granular cell tumor" takes
    the place of "tumor". Of two proposals that overlap the earlier proposer's counts, then the
    earlier and longer one. What :meth:`Ground.fault` finds fault with is dropped.
    """
    ground = Ground(narrative, lexicon, signs)
    taken = {i: m for m in things for i in range(m.first, m.last)}
    added: list[Mention] = []
    replaced: set[int] = set()
    for proposer in proposers:
        for proposal in sorted(
            proposer.propose(narrative), key=lambda p: (p.start, -p.end, p.kind)
        ):
            mention = ground.mention(proposal, proposer.name)
            if mention is None:
                continue
            inside = [taken[i] for i in range(mention.first, mention.last) if i in taken]
            if not all(_is_part(known, mention) for known in inside):
                continue
            replaced.update(known.start for known in inside)
            taken |= dict.fromkeys(range(mention.first, mention.last), mention)
            added.append(mention)
    kept = [m for m in things if m.start not in replaced] if replaced else things
    return sorted([*kept, *added], key=lambda m: m.start) if added else things


def _is_part(known: Mention, mention: Mention) -> bool:
    """Whether a sign is only the last word of a disease's name."""
    return (
        known.kind == "symptoms"
        and mention.kind == "conditions"
        and mention.first < known.first
        and known.last == mention.last
    )


def placed(narrative: Narrative, hints: Iterable[Hint]) -> list[Hint]:
    """Each hint that stands in one sentence, with offsets of the view, in the order of the text."""
    place = narrative.view.place
    found = {
        replace(
            hint,
            start=place(hint.start),
            end=place(hint.end),
            of_start=place(hint.of_start),
            of_end=place(hint.of_end),
            words_start=place(hint.words_start),
            words_end=place(hint.words_end),
        )
        for hint in hints
    }
    return sorted(
        (h for h in found if _in_one_sentence(narrative, h)), key=lambda h: (h.start, h.of_start, h)
    )


def _in_one_sentence(narrative: Narrative, hint: Hint) -> bool:
    sentence = narrative.sentence_at(hint.start)
    ends = (hint.end, hint.of_start, hint.of_end, hint.words_start, hint.words_end)
    return sentence.start <= hint.start and all(sentence.start <= e <= sentence.end for e in ends)
