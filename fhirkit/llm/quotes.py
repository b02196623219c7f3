"""Finds the model's quotes in the text. What is not there does not exist."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fhirkit.facts.model import LeftOut
from fhirkit.facts.propose import NO_NAME, NOT_WHOLE, Ground, Hint, Proposal, whole_words
from fhirkit.narrative.span import Span
from fhirkit.narrative.view import BLANK, normalise

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from fhirkit.facts.lexicon import Lexicon
    from fhirkit.llm.answer import Answer, Link, Quote
    from fhirkit.narrative.narrative import Narrative

#: The kinds of names the model may quote, and the kinds of things they propose.
NAMES = {
    "drug": "drugs",
    "condition": "conditions",
    "symptom": "symptoms",
    "procedure": "procedures",
    "report": "reports",
}
#: Quotes that only serve a link.
ENDS = ("dose", "words")

Place = tuple[int, int]
"""A range of the text as given."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """A quote that was not used, and why; ``place`` is where its words stand, if they do."""

    kind: str
    why: str
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What of an answer stands in one text: a proposer for it, hints, and what was dropped."""

    name: str
    proposals: tuple[Proposal, ...]
    hints: tuple[Hint, ...]
    dropped: tuple[Dropped, ...]
    dropped_links: int
    unread: int

    def propose(self, narrative: Narrative) -> Iterable[Proposal]:
        """The names found. The narrative must be the one they were found in."""
        del narrative
        return self.proposals

    def notices(self) -> tuple[str, ...]:
        """What was dropped, in numbers and kinds; never the model's words."""
        told = []
        if self.dropped:
            number = _counted(len(self.dropped), "quote")
            told.append(f"dropped {number}: {'; '.join(self._reasons())}")
        if self.dropped_links:
            told.append(f"dropped {_counted(self.dropped_links, 'link')}")
        if self.unread:
            told.append(f"{_counted(self.unread, 'item')} of the answer had not the form asked for")
        return tuple(f"{self.name}: {line}" for line in told)

    def _reasons(self) -> Iterator[str]:
        """ "not in the text (1 condition, 2 drug)" for each reason."""
        for why in sorted({item.why for item in self.dropped}):
            kinds = Counter(item.kind for item in self.dropped if item.why == why)
            told = ", ".join(f"{number} {kind}" for kind, number in sorted(kinds.items()))
            yield f"{why} ({told})"

    def left_out(self, text: str) -> tuple[LeftOut, ...]:
        """The dropped quotes whose words stand in ``text``, with the reason."""
        return tuple(
            LeftOut(
                Span(*item.place, text[slice(*item.place)]), item.kind, f"{self.name}: {item.why}"
            )
            for item in self.dropped
            if item.place is not None
        )


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def find(narrative: Narrative, lexicon: Lexicon, answer: Answer, by: str) -> Found:
    """The quotes of ``answer`` as proposals and hints, each at its place in the narrative.

    A quote must stand in the text letter by letter, white space, line-end hyphens and the shape
    of dashes and quotation marks apart. A name counts wherever it stands as whole words; the
    ends of a link must stand together in exactly one sentence, each once.
    """
    search = _Search(narrative, lexicon.is_word)
    judge = _Judge(narrative, lexicon)
    proposals: set[Proposal] = set()
    dropped: list[Dropped] = []
    ends: dict[str, _End] = {}
    for quote in answer.quotes:
        stands = search.places(quote.words)
        fitting, why = judge.fitting(quote, stands)
        if not fitting:
            known = quote.kind in (*NAMES, *ENDS)
            place = stands[0] if stands and known else None
            dropped.append(Dropped(quote.kind if known else "other", why, place))
            continue
        if quote.kind in NAMES:
            new = filter(judge.is_new, fitting)
            proposals.update(Proposal(*place, NAMES[quote.kind]) for place in new)
        if quote.id:
            ends[quote.id] = _End(quote.kind, search.within(quote.context, fitting))
    hints = [_hint(narrative, link, ends, by) for link in answer.links]
    followed = tuple(sorted({hint for hint in hints if hint is not None}))
    return Found(
        by,
        tuple(sorted(proposals)),
        followed,
        tuple(dropped),
        hints.count(None),
        answer.unread,
    )


@dataclass(frozen=True, slots=True)
class _End:
    """What a link may end at: the kind of a quote, and where it stands."""

    kind: str
    places: list[Place]


class _Judge:
    """What quotes are held against: what may be a name, and what the vocabulary knows."""

    def __init__(self, narrative: Narrative, lexicon: Lexicon) -> None:
        self._narrative = narrative
        self._lexicon = lexicon
        self._ground = Ground(narrative, lexicon, lexicon.signs(narrative))
        self._known = {(m.first, m.last) for m in lexicon.things(narrative)}
        self._taken = {i for first, last in self._known for i in range(first, last)}

    def fitting(self, quote: Quote, stands: list[Place]) -> tuple[list[Place], str]:
        """The places at which a quote can be what the model says, or why there is none."""
        if quote.kind not in NAMES and quote.kind not in ENDS:
            return [], "of no kind asked for"
        if not stands:
            return [], "not in the text"
        faults = [self._fault(quote.kind, place) for place in stands]
        return [p for p, fault in zip(stands, faults, strict=True) if not fault], faults[0]

    def _fault(self, kind: str, place: Place) -> str:
        words = whole_words(self._narrative, *place)
        if words is None:
            return NOT_WHOLE
        if kind in ENDS or words in self._known:
            return ""
        if self._lexicon.is_everyday(self._narrative.words[slice(*words)]):
            return NO_NAME
        return self._ground.fault(Proposal(*place, NAMES[kind]))

    def is_new(self, place: Place) -> bool:
        """Whether the vocabulary knows nothing at a place: what it knows needs no proposal."""
        words = whole_words(self._narrative, *place)
        return words is not None and self._taken.isdisjoint(range(*words))


#: Kinds of links, with the kinds of the quotes at their ends. A value's analyte and an event's
#: time are not among them: the numbers and times that the grammar leaves open are limits, targets
#: and other people's, and no quote tells those from the patient's.
_LINKS = {
    ("dose", "dose", "drug"),
    ("suspect", "drug", "condition", "words"),
    ("suspect", "drug", "symptom", "words"),
}


def _hint(narrative: Narrative, link: Link, ends: dict[str, _End], by: str) -> Hint | None:
    """The hint that a link gives, None where it is no kind of ours or fits no single sentence."""
    ids = [link.one, link.of, *([link.words] if link.kind == "suspect" else [])]
    given = [ends[i] for i in ids if i in ends]
    if (link.kind, *(end.kind for end in given)) not in _LINKS:
        return None
    stands = [_by_sentence(narrative, end.places) for end in given]
    common = set.intersection(*(set(by_sentence) for by_sentence in stands))
    if len(common) != 1:
        return None
    index = common.pop()
    if any(len(by_sentence[index]) != 1 for by_sentence in stands):
        return None
    one, of, words = (*(by_sentence[index][0] for by_sentence in stands), (0, 0))[:3]
    if link.kind == "suspect":
        return Hint("suspect", *one, *of, *words, by)
    return Hint("dose", *one, *of, *one, by)


def _by_sentence(narrative: Narrative, places: Iterable[Place]) -> dict[int, list[Place]]:
    found: dict[int, list[Place]] = {}
    for place in places:
        sentence = narrative.sentence_at(narrative.view.place(place[0]))
        found.setdefault(sentence.index, []).append(place)
    return found


_SPACES = re.compile(r"\S+")
_SHAPES = str.maketrans(
    {**dict.fromkeys("‐‑–—−", "-"), **dict.fromkeys("’‘`´", "'"), **dict.fromkeys("“”", '"')}
    | {BLANK: " "}
)
#: Places of one quote that are looked at.
_MOST_PLACES = 200


class _Search:
    """The narrative's view without its differences of white space, and the way back."""

    def __init__(self, narrative: Narrative, is_word: Callable[[str], bool]) -> None:
        self._view = narrative.view
        self._is_word = is_word
        shaped = self._view.text.translate(_SHAPES)
        parts = [match.span() for match in _SPACES.finditer(shaped)]
        self._text = " ".join(shaped[start:end] for start, end in parts)
        #: where each part begins in the view, and in the folded text
        self._in_view = [start for start, _ in parts]
        self._in_text: list[int] = []
        at = 0
        for start, end in parts:
            self._in_text.append(at)
            at += end - start + 1

    def places(self, words: str) -> list[Place]:
        """Where words stand, letter by letter, in the text as given."""
        sought = self._folded(words)
        found: list[Place] = []
        at = self._text.find(sought) if sought else -1
        while at >= 0 and len(found) < _MOST_PLACES:
            first, last = self._back(at), self._back(at + len(sought) - 1)
            found.append((self._view.origin(first), self._view.origin(last) + 1))
            at = self._text.find(sought, at + 1)
        return found

    def within(self, context: str, places: list[Place]) -> list[Place]:
        """Those of ``places`` that the passage is around; none if it does not stand there once."""
        if not context:
            return places
        around = self.places(context)
        if len(around) != 1:
            return []
        return [p for p in places if around[0][0] <= p[0] and p[1] <= around[0][1]]

    def _folded(self, words: str) -> str:
        shaped = normalise(words, self._is_word).text.translate(_SHAPES)
        return " ".join(shaped.split())

    def _back(self, at: int) -> int:
        part = bisect_right(self._in_text, at) - 1
        return self._in_view[part] + at - self._in_text[part]
