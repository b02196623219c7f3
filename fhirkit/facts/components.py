"""Results of one test told part by part: "direct Coombs test: IgG negative, C3d positive"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fhirkit.facts.lexicon import Mention

if TYPE_CHECKING:
    from fhirkit.facts.lexicon import Lexicon
    from fhirkit.narrative.narrative import Narrative

#: Words behind the test in which its parts are told.
_REACH = 16
_TEST = "test"


def with_parts(narrative: Narrative, things: list[Mention], lexicon: Lexicon) -> list[Mention]:
    """``things`` with the parts of each test in place of what their words mean alone.

    A part is a word behind a test that the vocabulary has together with it: "IgG" behind "direct
    Coombs test".
    """
    parts: dict[int, Mention] = {}
    for thing in things:
        if thing.kind == "observations" and thing.name.rpartition(" ")[2] == _TEST:
            parts.update((part.first, part) for part in _parts(narrative, thing, lexicon))
    if not parts:
        return things
    kept = [t for t in things if t.first not in parts]
    return sorted([*kept, *parts.values()], key=lambda m: m.start)


def _parts(narrative: Narrative, test: Mention, lexicon: Lexicon) -> list[Mention]:
    words = narrative.words
    end = min(len(words), test.last + _REACH)
    name = tuple(test.name.lower().split())
    found = []
    for i in range(test.last, end):
        if words[i] in (".", ";"):
            break
        entry = lexicon.thing((*name, words[i]))
        if entry is not None and entry.name != test.name and entry.kind == "observations":
            found.append(Mention(entry, i, i + 1, narrative.starts[i], narrative.ends[i]))
    return found
