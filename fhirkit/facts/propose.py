"""Names that no vocabulary has, proposed from outside; the readers judge them like any other.

A proposer only says "these words name a condition" (or drug, symptom, ...). Whose it is, whether
it is affirmed, and what belongs to it is decided by the same rules as for known names; a fact made
so has the author's words and no concept, hence no code.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from fhirkit.facts.lexicon import THINGS, Entry, Mention

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from fhirkit.narrative.narrative import Narrative


@dataclass(frozen=True, slots=True, order=True)
class Proposal:
    """Words ``start:end`` of the text as given that may name a thing of a ``kind``.

    ``kind`` is one of :data:`~fhirkit.facts.lexicon.THINGS`.
    """

    start: int
    end: int
    kind: str


class Proposer(Protocol):
    """Finds names in a narrative; the same narrative must always give the same proposals."""

    @property
    def name(self) -> str:
        """What stands in the rule of a fact made from a proposal."""

    def propose(self, narrative: Narrative) -> Iterable[Proposal]:
        """The names found, in any order."""


def proposed(
    narrative: Narrative, things: list[Mention], proposers: Sequence[Proposer]
) -> list[Mention]:
    """``things`` with a mention for each proposal that no known thing overlaps.

    A disease may be named by more words than the sign it ends with: "granular cell tumor" takes
    the place of "tumor". Of two proposals that overlap the earlier proposer's counts, then the earlier and longer one.
    A proposal that is no whole word, crosses a sentence, or has an unknown kind is dropped.
    """
    taken = {i: m for m in things for i in range(m.first, m.last)}
    added: list[Mention] = []
    replaced: set[int] = set()
    for proposer in proposers:
        for proposal in sorted(
            proposer.propose(narrative), key=lambda p: (p.start, -p.end, p.kind)
        ):
            mention = _mention(narrative, proposal, proposer.name)
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


def _mention(narrative: Narrative, proposal: Proposal, by: str) -> Mention | None:
    if proposal.kind not in THINGS or not 0 <= proposal.start < proposal.end:
        return None
    start, end = narrative.view.place(proposal.start), narrative.view.place(proposal.end)
    first, last = narrative.word_at(start), bisect_left(narrative.starts, end)
    if first >= last or narrative.starts[first] != start or narrative.ends[last - 1] != end:
        return None
    if narrative.sentence_at(start) is not narrative.sentence_at(end - 1):
        return None
    name = " ".join(narrative.raw[first:last]).lower()
    return Mention(Entry(proposal.kind, name, by=by), first, last, start, end)
