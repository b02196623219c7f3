"""Diseases, symptoms and operations no vocabulary has, known by the form of their names.

Most such names are built from Greek endings ("tenosynovitis") or from a noun and what
stands before it ("carnitine deficiency", "granular cell tumor"). The endings, the nouns and the
words that do not belong to a name are rows of ``mappings/cues/forms.csv``.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from fhirkit.facts.propose import Proposal
from fhirkit.narrative.words import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fhirkit.facts.lexicon import Lexicon
    from fhirkit.narrative.narrative import Narrative

#: Letters of the shortest word that an ending makes a name.
_SHORTEST = 7
#: Words whose form is remembered.
_REMEMBERED = 200_000
#: Words that may stand before the noun of a name.
_MODIFIERS = 3
#: Forms of verbs and adverbs: none belongs to a name.
_VERBAL = re.compile(r".*(?:ed|ing|ly)", re.IGNORECASE)


@lru_cache(maxsize=8)
def word_forms(lexicon: Lexicon) -> WordForms:
    """The proposer for the forms in a lexicon's mappings."""
    return WordForms(lexicon)


class WordForms:
    """Proposes names by their form; see :class:`~fhirkit.facts.propose.Proposer`."""

    name = "word form"

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        words: dict[tuple[str, str], frozenset[str]] = {
            (row.value, row.scope): frozenset(fold(p) for p in row.phrases)
            for row in lexicon.mappings.cues.get("forms", ())
        }
        self._heads = {
            word: kind
            for (kind, scope), found in sorted(words.items())
            if scope == "head"
            for word in found
        }
        self._followers = words.get(("conditions", "no-follower"), frozenset())
        self._no_first = words.get(("conditions", "no-first"), frozenset())
        self._parting = words.get(("conditions", "no-modifier"), frozenset())
        self._excepted = {
            word for (_, scope), found in words.items() if scope == "no-ending" for word in found
        } | self._heads.keys()
        self._endings = [
            (kind, tuple(sorted(found)))
            for (kind, scope), found in sorted(words.items())
            if scope == "ending"
        ]

        self._known: dict[str, str] = {}  # word -> the kind its form names, "" for none

    def propose(self, narrative: Narrative) -> Iterator[Proposal]:
        """Each name with what belongs to it, and shorter ones in case a part is known."""
        known = self._known
        if len(known) > _REMEMBERED:
            known.clear()
        for i, word in enumerate(narrative.words):
            kind = known.get(word)
            if kind is None:
                kind = known[word] = self._heads.get(word) or self._by_ending(word)
            if not kind or self._goes_on(narrative, i):
                continue
            least = 1 if word in self._heads else 0
            for first in range(self._first(narrative, i), i + 1 - least):
                if narrative.words[first] in self._no_first:
                    continue
                span = narrative.span(narrative.starts[first], narrative.ends[i])
                yield Proposal(span.start, span.end, kind)

    def _goes_on(self, narrative: Narrative, i: int) -> bool:
        """Whether the word behind makes the noun a part of another name: "tumor markers"."""
        following = narrative.words[i + 1 : i + 2]
        if not following or following[0] not in self._followers:
            return False
        return not narrative.view.text[narrative.ends[i] : narrative.starts[i + 1]].strip(" -")

    def _by_ending(self, word: str) -> str:
        if len(word) < _SHORTEST or word in self._excepted:
            return ""
        found = next((kind for kind, endings in self._endings if word.endswith(endings)), "")
        # Where a known name is no thing, it stands in a phrase that bars it.
        return found if self._lexicon.thing((word,)) is None else ""

    def _first(self, narrative: Narrative, head: int) -> int:
        """The first word of the name whose noun is the word ``head``."""
        words, raw, text = narrative.words, narrative.raw, narrative.view.text
        first = head
        while first > max(0, head - _MODIFIERS):
            before = first - 1
            gap = text[narrative.ends[before] : narrative.starts[first]]
            if not (gap.isspace() or gap == "-") or words[before] in self._parting:
                break
            if not raw[before].isalpha() or len(raw[before]) < 2 or _VERBAL.fullmatch(raw[before]):
                break
            first = before
        return first
