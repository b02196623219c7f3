"""Abbreviations a text introduces itself: "natalizumab (Ntz)", "... (DNL)"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fhirkit.facts.lexicon import Entry, Mention

if TYPE_CHECKING:
    from fhirkit.facts.lexicon import Lexicon
    from fhirkit.narrative.narrative import Narrative

_BRACKET = re.compile(r"[(\[]\s*([A-Za-z][\w/+-]{1,9})\s*[;,)\]]")


def introduced(narrative: Narrative, things: list[Mention], lexicon: Lexicon) -> list[Mention]:
    """``things`` with a mention for each later use of an abbreviation the text defines.

    The short form must stand in brackets right behind the long one and have a capital. A known
    short form keeps its meaning unless the text gives it another; where the text explains it by
    words no vocabulary knows ("middle aortic syndrome (MAS)"), it names nothing we know.
    """
    brackets = [m for m in _BRACKET.finditer(narrative.view.text) if not m.group(1).islower()]
    if not brackets:
        return things
    aliases, elsewhere = _definitions(narrative, things, brackets)
    if elsewhere:
        things = [
            m
            for m in things
            if not any(
                _means_other(lexicon, m, words)
                for words in elsewhere.get(_short_form(narrative, m), ())
            )
        ]
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


def _short_form(narrative: Narrative, mention: Mention) -> str:
    """The word of a mention that is one word, without the plural's s; "" for longer ones."""
    if mention.last - mention.first > 1:
        return ""
    word = narrative.raw[mention.first]
    return word[:-1] if word[:-1].isupper() and word[-1] == "s" else word


def _means_other(lexicon: Lexicon, mention: Mention, words: tuple[str, ...]) -> bool:
    """Whether ``words`` are no spelling of what the mention means ("computed tomographic")."""
    stems = {word[:_STEM] for word in words}
    entries = (mention.entry, *mention.also)
    names = [name for entry in entries for name in lexicon.names(entry)]
    return all(2 * len(stems & {w[:_STEM] for w in name}) < len(stems) for name in names)


#: Letters two spellings of a word have in common.
_STEM = 4


def _definitions(
    narrative: Narrative, things: list[Mention], brackets: list[re.Match[str]]
) -> tuple[dict[str, Entry], dict[str, list[tuple[str, ...]]]]:
    """Short forms of known things, and those that stand for other words, with the words."""
    text = narrative.view.text
    found: dict[str, Entry] = {}
    elsewhere: dict[str, list[tuple[str, ...]]] = {}
    by_end = {m.end: m for m in things}
    for match in brackets:
        short = match.group(1)
        if not any(c.isupper() for c in short):
            continue
        start = match.start()
        while start > 0 and text[start - 1].isspace():
            start -= 1
        long = by_end.get(start)
        if "-" in short and not short.replace("-", "").isalnum():
            continue
        if long is not None and _stands_for(short, text[long.start : long.end], long.name):
            found[short] = long.entry
        elif long is None and (words := _spelt_out(narrative, start, short)):
            elsewhere.setdefault(short, []).append(words)
    return found, {s: words for s, words in elsewhere.items() if s not in found}


#: Letters of the shortest abbreviation that the first letters of words can explain.
_LEAST_LETTERS = 2


def _spelt_out(narrative: Narrative, end: int, short: str) -> tuple[str, ...]:
    """The folded words that end at ``end`` and begin with the letters of ``short``, if they do."""
    if not (short.isalpha() and short.isupper() and len(short) >= _LEAST_LETTERS):
        return ()
    last = narrative.word_at(end)
    for count in range(len(short), 1, -1):
        words = narrative.words[max(0, last - count) : last]
        if _letters_of(short.lower(), words):
            return tuple(words)
    return ()


def _letters_of(letters: str, words: list[str]) -> bool:
    """Whether ``letters`` stand in the words in order, the first of each word among them."""
    rest = letters
    for i, word in enumerate(words):
        if not rest or word[0] != rest[0]:
            return False
        following = words[i + 1][0] if i + 1 < len(words) else ""
        taken, at = 1, 1
        # As many further letters of the word as leave the next word its first one.
        while taken < len(rest) and (rest[taken] != following or following in rest[taken + 1 :]):
            at = word.find(rest[taken], at) + 1
            if at == 0:
                break
            taken += 1
        rest = rest[taken:]
    return not rest


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
