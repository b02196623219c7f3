"""Concepts and their names, and which names may be looked for in a text."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fhirkit._data import load_mappings
from fhirkit.facts.lexicon import THINGS
from fhirkit.narrative.words import fold_phrase

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

Key = tuple[str, ...]
Code = tuple[str, str, str]
"""System, code and display."""

_FITTING = re.compile(r"[^\W_](?:[\w .'’-]*[^\W_])?", re.ASCII)
#: From this frequency on (logarithm of the count in 10^9 words) a word is ordinary English.
COMMON = 3.0
#: Below it a word is one that few people know.
RARE = 1.5
#: Letters a name of one word needs: shorter ones are abbreviations, codes, other words.
_SHORTEST = 5
_MOST_WORDS = 7


@dataclass(slots=True)
class Concept:
    """What the index may name: its kind (a file of the mappings), name, names and codes.

    A ``mapped`` concept is a row of the mappings that only gets further names. ``names`` goes
    from a folded name to whether it counts only with a capital letter.
    """

    kind: str
    name: str
    source: str
    mapped: bool = False
    names: dict[Key, bool] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)


class Words:
    """What is known of names before any package is read: our rows, blocked names, English."""

    def __init__(self, folder: Path, frequencies: Mapping[str, float]) -> None:
        self.mappings = load_mappings()
        salts = rows(folder / "salts.csv")
        self.salts = frozenset(row["word"] for row in salts if row["part"] == "salt")
        self.bases = frozenset(row["word"] for row in salts if row["part"] == "base")
        self.branches = {row["id"]: row["kind"] for row in rows(folder / "branches.csv")}
        told = rows(folder / "words.csv")
        self._barred = frozenset(row["word"] for row in told if row["place"] == "anywhere")
        self._barred_last = frozenset(row["word"] for row in told if row["place"] == "last")
        self.diseases = tuple(row["word"] for row in told if row["place"] == "disease ending")
        self.endings = (*self.diseases, *(r["word"] for r in told if r["place"] == "ending"))
        self._frequencies = frequencies
        self._blocked = {
            (row["kind"], fold_phrase(row["phrase"])) for row in rows(folder / "blocked.csv")
        } | {(row.kind, fold_phrase(row.phrase)) for row in self.mappings.blocked}
        self.ours: dict[Key, tuple[str, str]] = {}
        for kind in reversed(THINGS):
            for row in getattr(self.mappings, kind).values():
                for phrase in (row.name, *row.synonyms):
                    self.ours[fold_phrase(phrase)] = (kind, row.name)
        self._longest = max(map(len, self.ours))

    def is_barred(self, phrase: str, kind: str) -> bool:
        """Whether a name is blocked, or has a word that no disease's own name has."""
        words = phrase.lower().replace("-", " ").split()
        return (
            not words
            or not self._barred.isdisjoint(words)
            or words[-1] in self._barred_last
            or (kind, fold_phrase(phrase)) in self._blocked
        )

    def key(self, phrase: str, kind: str, least: float = COMMON) -> Key | None:
        """The folded words of a name, None where it may not be looked for as ``kind``."""
        if not _FITTING.fullmatch(phrase) or len(phrase) < _SHORTEST:
            return None
        key = fold_phrase(phrase)
        if not 0 < len(key) <= _MOST_WORDS or (kind, key) in self._blocked:
            return None
        if len(key) == 1 and (not key[0].isalpha() or len(key[0]) < _SHORTEST):
            return None
        if self._is_common(phrase, key, least) or self._has_ours(key):
            return None
        return key

    def _is_common(self, phrase: str, key: Key, least: float) -> bool:
        """Whether no word of a name is rarer than the words of ordinary English."""
        words = {*key, *re.findall(r"\w+", phrase.lower())} if len(key) == 1 else set(key)
        told = [self._frequencies.get(word, 0.0) for word in words]
        return max(told) >= least if len(key) == 1 else min(told) >= least + 1

    def is_rare(self, phrase: str) -> bool:
        """Whether a word of some length in it is one that few people know: a name made up."""
        return any(
            len(word) >= _SHORTEST and self._frequencies.get(word, 0.0) < RARE
            for word in re.findall(r"[a-z]+", phrase.lower())
        )

    def _has_ours(self, key: Key) -> bool:
        """Whether a name of ours stands in the words: it would be lost in the longer one."""
        return any(
            key[i:j] in self.ours
            for i in range(len(key))
            for j in range(i + 1, min(len(key), i + self._longest) + 1)
        )


def rows(path: Path) -> list[dict[str, str]]:
    """The rows of a file of the mappings' form."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


def by_name(concepts: Iterable[Concept]) -> dict[Key, Concept]:
    """Folded name -> concept; a name that two concepts claim is nobody's."""
    found: dict[Key, Concept] = {}
    twice: set[Key] = set()
    for concept in concepts:
        for key in concept.names:
            if found.setdefault(key, concept) is not concept:
                twice.add(key)
    for key in twice:
        del found[key]
    return found
