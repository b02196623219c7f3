"""Things that share their last word with the next one: "aquaporin-4 and MOG antibodies"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fhirkit.facts.lexicon import Mention

if TYPE_CHECKING:
    from fhirkit.facts.lexicon import Lexicon
    from fhirkit.narrative.narrative import Narrative

#: Words that join the members of a list.
JOINING = frozenset({"and", "or", ",", "/"})
#: Words the shortened member may have.
_LONGEST = 4


def coordinated(narrative: Narrative, things: list[Mention], lexicon: Lexicon) -> list[Mention]:
    """``things`` with a mention for each member of a list whose head word stands only once."""
    added: list[Mention] = []
    taken = {i for m in things for i in range(m.first, m.last)}
    for thing in things:
        first = thing.first
        while thing.last - thing.first > 1 and first > 1 and narrative.words[first - 1] in JOINING:
            member = _member(narrative, first - 1, narrative.words[thing.last - 1], taken, lexicon)
            if member is None:
                break
            added.append(member)
            taken.update(range(member.first, member.last))
            first = member.first
    return sorted([*things, *added], key=lambda m: m.start) if added else things


def _member(
    narrative: Narrative, last: int, head: str, taken: set[int], lexicon: Lexicon
) -> Mention | None:
    """The member whose words end at ``last`` and need ``head`` to be a phrase."""
    for first in range(max(0, last - _LONGEST), last):
        if taken.intersection(range(first, last)):
            continue
        entry = lexicon.thing((*narrative.words[first:last], head))
        if entry is not None:
            return Mention(entry, first, last, narrative.starts[first], narrative.ends[last - 1])
    return None
