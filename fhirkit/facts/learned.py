"""Names of reactions and conditions that no vocabulary has, found by learnt weights.

A linear-chain model (Lafferty et al. 2001) over the words of a sentence, trained by
``scripts/train-proposer``. What it marks is cut to noun phrases whose head is a word for
something morbid ("stenosis", "chondroma"), and only those are proposed: attribution, certainty
and every reader judge them like any other name.

Every feature is one of a single word and its distance, so what a word adds to its neighbours is
summed once and kept; scores are whole numbers, so that every machine gets the same.
"""

from __future__ import annotations

import sys
from bisect import bisect_left
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from fhirkit._data import learned_weights, load_mappings
from fhirkit.errors import MappingError
from fhirkit.facts.propose import Proposal
from fhirkit.narrative.words import fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fhirkit.narrative.narrative import Narrative, Sentence

#: What a word may be: outside, begin or inside of a reaction (E) or of a treated disorder (D).
LABELS = ("O", "B-E", "I-E", "B-D", "I-D")
#: How far a word's features reach, to the left and to the right.
REACH = 2
#: Beyond both ends of a sentence.
EDGE = ""

_Scores = tuple[int, ...]


class Weights(NamedTuple):
    """A trained model.

    ``ends`` and ``parts`` are folded words that end, or stand in, names of conditions and symptoms;
    ``conditions`` and ``symptoms`` those that are the noun of such a name. ``features`` and ``transitions`` (from the row's label
    to the column's) are scores by label.
    """

    ends: frozenset[str]
    parts: frozenset[str]
    conditions: frozenset[str]
    symptoms: frozenset[str]
    transitions: tuple[_Scores, ...]
    features: dict[str, _Scores]


def word_features(raw: str, folded: str, distance: int, weights: Weights) -> list[str]:
    """The features of a word that stands ``distance`` words behind the one judged."""
    if raw == EDGE:
        return [f"{distance}:edge"]
    names = [f"w={folded}"]
    if abs(distance) <= 1:
        names += [f"s3={folded[-3:]}", f"h={_shape(raw)}"]
    if distance == 0:
        names.append(f"s4={folded[-4:]}")
    if folded in weights.ends:
        names.append("end")
    if folded in weights.parts:
        names.append("part")
    return [f"{distance}:{name}" for name in names]


def _shape(raw: str) -> str:
    if raw.isupper() and len(raw) > 1:
        return "A"
    if raw[0].isupper():
        return "Aa" if raw[1:].islower() else "AaA"
    if raw[0].isdigit():
        return "0"
    return "a" if raw[0].isalpha() else raw[0]


@cache
def shipped_weights() -> Weights:
    """The weights that ship with fhirkit."""
    return read_weights(learned_weights())


def read_weights(written: str) -> Weights:
    """Weights as ``scripts/train-proposer`` writes them."""
    rows = [line.split("\t") for line in written.splitlines() if line[:1] != "#"]
    named = {row[0]: row[1] for row in rows[:_HEADER]}
    if tuple(named.get("labels", "").split()) != LABELS:
        raise MappingError("mappings/learned: written for another version of fhirkit")
    count = _HEADER + len(LABELS)
    ends, parts, conditions, symptoms = (
        frozenset(named[name].split()) for name in Weights._fields[: _HEADER - 1]
    )
    return Weights(
        ends,
        parts,
        conditions,
        symptoms,
        tuple(_scores(row[1]) for row in rows[_HEADER:count]),
        {row[0]: _scores(row[1]) for row in rows[count:]},
    )


#: Rows before those of the transitions: the labels and four lists of words.
_HEADER = 5


def _scores(written: str) -> _Scores:
    return tuple(map(int, written.split()))


@cache
def _naming() -> dict[str, frozenset[str]]:
    """The folded words of ``cues/naming.csv`` by their value; endings as they are."""
    found: dict[str, frozenset[str]] = {}
    for cue in load_mappings().cues["naming"]:
        words = cue.phrases if cue.value == "ending" else map(fold, cue.phrases)
        found[cue.value] = found.get(cue.value, frozenset()) | frozenset(words)
    return found


class LearnedProposer:
    """Proposes conditions by learnt weights; keeps what it summed for each word."""

    name = "learned"

    def __init__(self, weights: Weights | None = None) -> None:
        self._weights = weights or shipped_weights()
        self._naming = _naming()
        self._endings = tuple(self._naming["ending"])
        self._sums: dict[str, tuple[_Scores, ...]] = {}
        self._edge = self._summed(EDGE, EDGE)
        self._may_head: dict[str, bool] = {}

    def propose(self, narrative: Narrative) -> Iterator[Proposal]:
        """The names of reactions and disorders in the sentences of ``narrative``."""
        known = self._may_head
        if len(known) > _KEPT:
            known.clear()
        for word in set(narrative.words):
            if word not in known:
                known[word] = self._is_head(word)
        heads = [i for i, word in enumerate(narrative.words) if known[word]]
        for sentence in narrative.sentences:
            within = heads[
                bisect_left(heads, sentence.first_word) : bisect_left(heads, sentence.last_word)
            ]
            if not within:
                continue
            around = (
                max(sentence.first_word, within[0] - _AROUND),
                min(sentence.last_word, within[-1] + _AROUND),
            )
            for start, end, _ in self.names(narrative, sentence, *around):
                for first, last in self._phrases(narrative.words, start, end):
                    span = narrative.span(narrative.starts[first], narrative.ends[last - 1])
                    yield Proposal(span.start, span.end, self._kind(narrative.words[first:last]))

    def _is_head(self, word: str) -> bool:
        """Whether a folded word may be the noun of a name."""
        if word in self._naming["general"]:
            return False
        known = word in self._weights.conditions or word in self._weights.symptoms
        return known or self._is_morbid(word)

    def _kind(self, words: Sequence[str]) -> str:
        """Whether a name is a diagnosis' or a sign's, by its noun."""
        return "symptoms" if words[_noun(words)] in self._weights.symptoms else "conditions"

    def _is_morbid(self, word: str) -> bool:
        """Whether a word says by its ending that it names something morbid."""
        return len(word) >= _LONG and word.endswith(self._endings)

    def _phrases(self, words: Sequence[str], start: int, end: int) -> Iterator[tuple[int, int]]:
        """The noun phrases in a marked range that name something by themselves."""
        first = start
        for i in range(start, end + 1):
            if i < end and words[i][0].isalnum() and words[i] not in self._naming["end"]:
                continue
            while first < i and words[first] in self._naming["lead"]:
                first += 1
            if self._is_name(words[first:i]):
                yield first, i
            first = i + 1

    def _is_name(self, words: Sequence[str]) -> bool:
        if not 0 < len(words) <= _MOST_WORDS or any(c.isdigit() for word in words for c in word):
            return False
        if len(words) == 1:
            # What is only known from longer names says too little alone.
            return words[0] not in self._weights.ends and self._is_morbid(words[0])
        return words[0] != "of" and self._may_head.get(words[_noun(words)], False)

    def names(
        self, narrative: Narrative, sentence: Sentence, first: int = 0, last: int = sys.maxsize
    ) -> Iterator[tuple[int, int, str]]:
        """(first word, end, "E" or "D") of each name among the words ``first:last`` of a sentence."""
        first, last = max(first, sentence.first_word), min(last, sentence.last_word)
        before = max(sentence.first_word, first - REACH)
        after = min(sentence.last_word, last + REACH)
        sums = self._word_sums(narrative.raw[before:after], narrative.words[before:after])
        missing = [self._edge] * (REACH - (first - before)), [self._edge] * (REACH - (after - last))
        labels = self._labels([*missing[0], *sums, *missing[1]])
        start, kind = -1, ""
        for i, label in enumerate([*labels, 0]):
            name = LABELS[label]
            if start >= 0 and name[0] != "I":
                yield first + start, first + i, kind
                start = -1
            if name[0] == "B":
                start, kind = i, name[2:]

    def _word_sums(self, raw: Sequence[str], words: Sequence[str]) -> list[tuple[_Scores, ...]]:
        known = self._sums.get
        return [known(w) or self._summed(w, f) for w, f in zip(raw, words, strict=True)]

    def _labels(self, sums: Sequence[tuple[_Scores, ...]]) -> list[int]:
        """The best label, an index into :data:`LABELS`, of each word but the outer ones."""
        states = [
            [v + w + x + y + z for v, w, x, y, z in zip(a[0], b[1], c[2], d[3], e[4], strict=True)]
            for a, b, c, d, e in zip(sums, sums[1:], sums[2:], sums[3:], sums[4:], strict=False)
        ]
        if all(o >= be and o >= bd for o, be, _, bd, _ in states):
            return [0] * len(states)
        return _best_path(states, self._weights.transitions)

    def _summed(self, raw: str, folded: str) -> tuple[_Scores, ...]:
        """What a word adds to the word two behind it, one behind, itself, one before, two before."""
        if len(self._sums) > _KEPT:
            self._sums.clear()
        features = self._weights.features
        made = []
        for distance in range(-REACH, REACH + 1):
            rows = [
                row
                for name in word_features(raw, folded, distance, self._weights)
                if (row := features.get(name)) is not None
            ]
            made.append(tuple(map(sum, zip(*rows, strict=True))) if rows else _NOTHING)
        self._sums[raw] = tuple(made)
        return self._sums[raw]


#: Words to look at on both sides of the nouns of a sentence.
_AROUND = 8
#: Words of the longest name, and letters of the shortest word that tells by its ending.
_MOST_WORDS, _LONG = 5, 7


def _noun(words: Sequence[str]) -> int:
    """The place of a name's noun: the last word, or the one before "of"."""
    return (words.index("of") if "of" in words else len(words)) - 1


_NOTHING = (0,) * len(LABELS)
#: Words kept; more is no text but noise.
_KEPT = 100_000


def _best_path(states: Sequence[Sequence[int]], transitions: Sequence[_Scores]) -> list[int]:
    """The labels of the highest total score (Viterbi 1967); of equals the label that comes first.

    Written out for the five labels: this is where the time goes.
    """
    (oo, obe, _, obd, _), (beo, bebe, beie, bebd, _), (ieo, iebe, ieie, iebd, _) = transitions[:3]
    (bdo, bdbe, _, bdbd, bdid), (ido, idbe, _, idbd, idid) = transitions[3:]
    o, be, ie, bd, id_ = states[0][0], states[0][1], _NEVER, states[0][3], _NEVER
    reached = [(o, be, ie, bd, id_)]
    for so, sbe, sie, sbd, sid in states[1:]:
        o, be, ie, bd, id_ = (
            so + max(o + oo, be + beo, ie + ieo, bd + bdo, id_ + ido),
            sbe + max(o + obe, be + bebe, ie + iebe, bd + bdbe, id_ + idbe),
            sie + max(be + beie, ie + ieie),
            sbd + max(o + obd, be + bebd, ie + iebd, bd + bdbd, id_ + idbd),
            sid + max(bd + bdid, id_ + idid),
        )
        reached.append((o, be, ie, bd, id_))
    label = _first_best(reached[-1])
    path = [label]
    for scores in reached[-2::-1]:
        label = _first_best(
            [
                score + row[label] if _MAY_FOLLOW[i][label] else _NEVER
                for i, (score, row) in enumerate(zip(scores, transitions, strict=True))
            ]
        )
        path.append(label)
    return path[::-1]


_NEVER = -(10**9)
#: Whether the second label may stand behind the first: only what began goes on.
_MAY_FOLLOW = [[b[0] != "I" or a[1:] == b[1:] for b in LABELS] for a in LABELS]


def _first_best(scores: Sequence[int]) -> int:
    return scores.index(max(scores))
