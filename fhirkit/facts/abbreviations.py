"""Abbreviations a text introduces itself: "natalizumab (Ntz)", "... (DNL)"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fhirkit.facts.lexicon import Entry, Mention

if TYPE_CHECKING:
    from fhirkit.narrative.narrative import Narrative

_BRACKET = re.compile(r"[(\[]\s*([A-Za-z][\w/+-]{1,9})\s*[;,)\]]")


def introduced(narrative: Narrative, things: list[Mention]) -> list[Mention]:
    """``things`` with a mention for each later use of an abbreviation the text defines.

    The short form must stand in brackets right behind the long one and have a capital. A
    long form no vocabulary knows defines nothing; a known short form keeps its meaning
    unless the text gives it another.
    """
    aliases = _definitions(narrative, things)
    if not aliases:
        return things
    raw, starts, ends = narrative.raw, narrative.starts, narrative.ends
    taken = {i: m for m in things for i in range(m.first, m.last)}
    added: list[Mention] = []
    aliases |= {f"{short}s": entry for short, entry in aliases.items()}
    for i in [i for i, word in enumerate(raw) if word in aliases]:
        entry = aliases[raw[i]]
        present = taken.get(i)
        if present is None:
            added.append(Mention(entry, i, i + 1, starts[i], ends[i]))
        elif present.last - present.first == 1:
            present.entry = entry
    return sorted([*things, *added], key=lambda m: m.start) if added else things


def _definitions(narrative: Narrative, things: list[Mention]) -> dict[str, Entry]:
    text = narrative.view.text
    found: dict[str, Entry] = {}
    by_end = {m.end: m for m in things}
    for match in _BRACKET.finditer(text):
        short = match.group(1)
        if not any(c.isupper() for c in short):
            continue
        before = len(text[: match.start()].rstrip())
        long = by_end.get(before)
        if long is None or ("-" in short and not short.replace("-", "").isalnum()):
            continue
        if _stands_for(short, text[long.start : long.end], long.name):
            found[short] = long.entry
    return found


def _stands_for(short: str, long: str, concept: str) -> bool:
    """Whether the letters of ``short`` occur in order in the long form or its concept."""
    letters = [c for c in short.lower() if c.isalpha()]
    for candidate in (long.lower(), concept.lower()):
        position, initials = 0, 0
        for letter in letters:
            position = candidate.find(letter, position) + 1
            if position == 0:
                break
            initials += 1
        if initials == len(letters) and candidate[:1] == letters[0]:
            return True
    return False
