"""All phrases of the mappings in one matcher, and what it finds in a narrative."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from fhirkit._data import load_mappings
from fhirkit.narrative.layout import Headings, SectionKind
from fhirkit.narrative.words import WORD, fold, fold_phrase, without_possessive

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from fhirkit._data import Mappings
    from fhirkit._vocabulary import Vocabulary
    from fhirkit.narrative.narrative import Narrative

#: Vocabulary files whose rows are things a fact can be about, best reading first: where one
#: phrase stands in several files, the first one gives the mention its kind.
THINGS = ("drugs", "reports", "procedures", "scores", "observations", "conditions", "symptoms")
#: Those of them that are given or done to a patient.
TREATMENTS = frozenset({"drugs", "procedures"})


@dataclass(frozen=True, slots=True)
class Entry:
    """What a phrase means: a vocabulary concept, a term or a cue.

    ``kind`` is the mapping file's stem, ``term``, ``cue`` or ``blocked``; ``axis`` the kind column of
    ``terms.csv`` or the cue file's stem; ``name`` the concept or the cue's value. ``exact`` are the
    words as they must be written, where case counts; ``proper`` asks only for a capital letter.
    ``by`` names the proposer of an entry that no vocabulary has: its name is only the author's
    words.
    """

    kind: str
    name: str
    axis: str = ""
    scope: str = ""
    exact: tuple[str, ...] | None = None
    by: str = ""
    proper: bool = False


@dataclass(slots=True)
class Mention:
    """A phrase met in a narrative: words ``first:last``, view offsets ``start:end``."""

    entry: Entry
    first: int
    last: int
    start: int
    end: int
    also: tuple[Entry, ...] = ()

    @property
    def kind(self) -> str:
        """The kind of the entry."""
        return self.entry.kind

    @property
    def name(self) -> str:
        """The concept's name, or the cue's value; for what no vocabulary has, its words."""
        return self.entry.name

    @property
    def concept(self) -> str | None:
        """The vocabulary's name for it, None where no vocabulary has it."""
        return None if self.entry.by else self.entry.name or None

    def rule(self, rule: str) -> str:
        """``rule``, and who proposed the mention if that was no vocabulary."""
        return f"{rule} ({self.entry.by})" if self.entry.by else rule


class Lexicon:
    """Phrases of a set of mappings, and of the vocabulary beyond them, ready to be found."""

    def __init__(self, mappings: Mappings) -> None:
        self.mappings = mappings
        self._things: dict[tuple[str, ...], tuple[Entry, ...]] = {}
        self._signs: dict[tuple[str, ...], tuple[Entry, ...]] = {}
        self._words: set[str] = set()
        self._plain_words: set[str] = set()
        for blocked in mappings.blocked:
            # First of all, so that where the same phrase also names something it is met first.
            table = self._things if blocked.kind in THINGS else self._signs
            self._add(table, (blocked.phrase,), Entry(_BLOCKED, blocked.phrase, blocked.kind))
        for kind in THINGS:
            for row in getattr(mappings, kind).values():
                self._add(self._things, (row.name, *row.synonyms), Entry(kind, row.name))
        for (axis, name), row in mappings.terms.items():
            if axis in _QUALITIES:
                words = (w for p in (name, *row.synonyms) for w in _fold_words(p)[0])
                self._plain_words.update(words)
            if axis in _TERMS:
                # The name of an interpretation is HL7's code for it and no word.
                spoken = () if axis == "interpretation" else (name,)
                self._add(self._signs, (*spoken, *row.synonyms), Entry("term", name, axis))
        for axis, cues in mappings.cues.items():
            for cue in cues:
                if axis not in _NO_SIGNS:
                    self._add(self._signs, cue.phrases, Entry("cue", cue.value, axis, cue.scope))
        self.headings = _headings(mappings)
        self._parts = {
            (row.value, row.scope): frozenset(p.lower() for p in row.phrases)
            for row in mappings.cues.get("parts", ())
        }
        self._thing_lengths = _lengths(self._things)
        self._sign_lengths = _lengths(self._signs)
        bars = {key: barring for key in self._things if (barring := self._barring(key))}
        self._further = _Further(mappings.vocabulary, bars)

    def is_word(self, word: str) -> bool:
        """Whether a folded word occurs in any phrase of the mappings."""
        return word in self._words

    def _barring(self, key: tuple[str, ...]) -> tuple[Entry, ...]:
        return tuple(entry for entry in self._things[key] if entry.kind == _BLOCKED)

    def _add(
        self, table: dict[tuple[str, ...], tuple[Entry, ...]], phrases: Iterable[str], entry: Entry
    ) -> None:
        for phrase in phrases:
            key, raw = _fold_words(phrase)
            if not key:
                continue
            self._words.update(key)
            if entry.kind == "cue":
                self._plain_words.update(key)
            made = entry
            if _is_written_so(phrase, raw) or entry.axis == "whose":
                made = Entry(entry.kind, entry.name, entry.axis, entry.scope, raw)
            present = table.get(key, ())
            same = (made.kind, made.name, made.axis, made.scope)
            twin = next((e for e in present if (e.kind, e.name, e.axis, e.scope) == same), None)
            if twin is None:
                table[key] = (*present, made)
            elif (
                twin.exact and made.exact and sum(map(len, made.exact)) < sum(map(len, twin.exact))
            ):
                # Of "siblings" and "sibling" the shorter spelling fits both.
                table[key] = tuple(made if e is twin else e for e in present)

    def names(self, entry: Entry) -> list[tuple[str, ...]]:
        """The folded words of each name of a thing."""
        rows = getattr(self.mappings, entry.kind, None) if entry.kind in THINGS else None
        row = rows.get(entry.name) if rows else None
        return [fold_phrase(n) for n in (row.name, *row.synonyms)] if row else []

    def things(self, narrative: Narrative) -> list[Mention]:
        """Mentions of vocabulary concepts, longest first, none inside another.

        A name of the mappings wins over any other that shares a word with it.
        """
        ours = _scan(narrative, self._things, self._thing_lengths, overlap=False)
        further = self._further.things(narrative)
        if further:
            ends = [m.last for m in ours]
            for mention in further:
                at = bisect_right(ends, mention.first)
                if at == len(ours) or ours[at].first >= mention.last:
                    ours.insert(at, mention)
                    ends.insert(at, mention.last)
        return ours

    def thing(self, words: tuple[str, ...]) -> Entry | None:
        """The concept that folded words name, in whatever case they are written."""
        entries = self._things.get(words, ())
        barred = {e.axis for e in entries if e.kind == _BLOCKED}
        return next((e for e in entries if e.kind not in {*barred, _BLOCKED}), None)

    def is_everyday(self, words: Iterable[str]) -> bool:
        """Whether folded words all come from cues and qualities: "the patient", "oral tablets"."""
        return self._plain_words.issuperset(words)

    def is_blocked(self, kind: str, words: tuple[str, ...], raw: Sequence[str]) -> bool:
        """Whether words, folded and as written, must not be read as a thing of a kind."""
        entries = self._things.get(words, ())
        return any(e.kind == _BLOCKED and e.axis == kind for e in _fitting(entries, raw))

    def parts(self, kind: str, scope: str) -> frozenset[str]:
        """Words of ``mappings/cues/parts.csv``: what the last or next word makes of a name."""
        return self._parts.get((kind, scope), frozenset())

    def signs(self, narrative: Narrative) -> list[Mention]:
        """Mentions of terms and cues; different ones may overlap."""
        return _scan(narrative, self._signs, self._sign_lengths, overlap=True)


class _Further:
    """Names beyond the mappings, taken in once a text has their first word.

    What is found does not depend on what was read before: a word's names are taken in all at
    once, and before any text that has the word is looked at.
    """

    def __init__(
        self, vocabulary: Vocabulary, bars: Mapping[tuple[str, ...], tuple[Entry, ...]]
    ) -> None:
        self._vocabulary = vocabulary
        self._bars = bars  # phrases that are no names, nor is a shorter phrase in them
        self._bars_by_first: dict[str, list[tuple[str, ...]]] = {}
        for key in bars:
            self._bars_by_first.setdefault(key[0], []).append(key)
        self._phrases = dict(bars)
        self._lengths = _lengths(bars)
        self._unread = set(vocabulary.first_words)

    def things(self, narrative: Narrative) -> list[Mention]:
        """Mentions of these names, longest first, none inside another."""
        for first in self._unread.intersection(narrative.words):
            self._take_in(first)
        return _scan(narrative, self._phrases, self._lengths, overlap=False)

    def _take_in(self, first: str) -> None:
        keys = [*self._bars_by_first.get(first, ())]
        for name in self._vocabulary.names(first):
            entry = Entry(name.kind, name.concept, proper=name.proper)
            self._phrases[name.words] = (*self._bars.get(name.words, ()), entry)
            keys.append(name.words)
        self._lengths |= _lengths(keys)
        self._unread.discard(first)


#: The kind of a phrase that must not be read as the concept its axis tells, nor may a shorter
#: phrase in it.
_BLOCKED = "blocked"

#: Cue files that are read otherwise.
_NO_SIGNS = frozenset({"sections", "forms", "parts", "naming"})
#: Kinds of ``terms.csv`` that readers look for; the others only carry codes.
_TERMS = frozenset(
    "route form specimen severity body-site course interpretation sex handedness organism"
    " age-group dose".split()
)

#: Kinds of ``terms.csv`` that say how or where something is, and name nothing by themselves.
_QUALITIES = frozenset("route form severity course body-site laterality sex".split())


def _headings(mappings: Mappings) -> Headings:
    phrases: dict[tuple[str, ...], SectionKind] = {}
    words: dict[str, SectionKind] = {}
    for cue in mappings.cues.get("sections", ()):
        for phrase in cue.phrases:
            key = _fold_words(phrase)[0]
            if cue.scope == "word":
                words[key[0]] = SectionKind(cue.value)
            else:
                phrases[key] = SectionKind(cue.value)
    return Headings(phrases, words)


@lru_cache(maxsize=8)
def lexicon(mappings: Path | None = None) -> Lexicon:
    """The lexicon of the shipped mappings, with a site's own laid over them."""
    return Lexicon(load_mappings(mappings))


def _is_written_so(phrase: str, raw: tuple[str, ...]) -> bool:
    """Whether a phrase only counts as it is written: "MS", "GCS", "Graves"."""
    if len(raw) == 1 and raw[0][0].isupper() and raw[0][1:].islower():
        return raw[0].endswith("s")  # a name, that the plural of a word would look like
    letters = [c for c in phrase if c.isalpha()]
    return 0 < len(letters) <= 5 and sum(c.isupper() for c in letters) * 2 >= len(letters) + 1


def _fold_words(phrase: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    raw = tuple(WORD.findall(without_possessive(phrase)))
    return tuple(fold(w) for w in raw), raw


#: First word -> second word ("" for none) -> lengths of the phrases that begin so, longest
#: first; where one word alone is a phrase, 1 closes each list.
_Sizes = dict[str, dict[str, tuple[int, ...]]]


def _lengths(keys: Iterable[tuple[str, ...]]) -> _Sizes:
    found: dict[str, dict[str, set[int]]] = {}
    for key in keys:
        second = key[1] if len(key) > 1 else ""
        found.setdefault(key[0], {}).setdefault(second, set()).add(len(key))
    for by_second in found.values():
        if "" in by_second:
            for sizes in by_second.values():
                sizes.add(1)
    return {
        first: {second: tuple(sorted(sizes, reverse=True)) for second, sizes in by.items()}
        for first, by in found.items()
    }


def _candidates(words: list[str], lengths: _Sizes) -> list[tuple[int, tuple[int, ...]]]:
    """(index, lengths) of each word that phrases may begin with, the second word looked at."""
    begins = [(i, by) for i, word in enumerate(words) if (by := lengths.get(word)) is not None]
    following = [*words, ""]
    return [
        (i, sizes)
        for i, by in begins
        if (sizes := by.get(following[i + 1]) or by.get("")) is not None
    ]


def _scan(
    narrative: Narrative,
    table: dict[tuple[str, ...], tuple[Entry, ...]],
    lengths: _Sizes,
    *,
    overlap: bool,
) -> list[Mention]:
    words, raw, starts, ends = narrative.words, narrative.raw, narrative.starts, narrative.ends
    found: list[Mention] = []
    free, count = 0, len(words)
    bars: dict[str, int] = {}  # kind or axis -> the word up to which a blocked phrase bars it
    for i, sizes in _candidates(words, lengths):
        if i < free:
            continue
        axes: set[tuple[str, str]] | None = None
        for size in sizes:
            last = i + size
            entries = table.get(tuple(words[i:last])) if last <= count else None
            fitting = _fitting(entries, raw[i:last]) if entries else ()
            if bars or (fitting and fitting[0].kind == _BLOCKED):
                bars.update({e.axis: last for e in fitting if e.kind == _BLOCKED})
                fitting = [e for e in fitting if bars.get(e.axis or e.kind, 0) < last]
            if not fitting:
                continue
            if not overlap:
                found.append(
                    Mention(fitting[0], i, last, starts[i], ends[last - 1], tuple(fitting[1:]))
                )
                free = last
                break
            # Of each axis only the longest phrase counts.
            kept = [e for e in fitting if axes is None or (e.kind, e.axis) not in axes]
            found += [Mention(e, i, last, starts[i], ends[last - 1]) for e in kept]
            if size > 1:
                axes = {(e.kind, e.axis) for e in kept} | (axes or set())
    return found


def _fitting(entries: tuple[Entry, ...], raw: Sequence[str]) -> Sequence[Entry]:
    """The entries whose case fits: an abbreviation must stand as it is written."""
    for entry in entries:
        if entry.exact is not None or entry.proper:
            return [e for e in entries if _fits(e, raw)]
    return entries


def _fits(entry: Entry, raw: Sequence[str]) -> bool:
    if entry.proper and not raw[0][0].isupper():
        return False
    return entry.exact is None or _as_written(entry.exact, raw)


def _as_written(exact: tuple[str, ...], raw: Sequence[str]) -> bool:
    return all(
        r == e or r == e + "s" or (len(e) > 3 and r.isupper() and r == e.upper()) or r.lower() == e
        for r, e in zip(raw, exact, strict=False)
    )
