"""Facts in the making: drafts that readers fill in and link, frozen at the end."""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from fhirkit.facts.model import Certainty, Use, Whose
from fhirkit.narrative.layout import SectionKind
from fhirkit.narrative.words import fold_phrase

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from fhirkit.facts.lexicon import Lexicon, Mention
    from fhirkit.facts.model import Fact
    from fhirkit.facts.opening import Opening
    from fhirkit.facts.scene import Scene
    from fhirkit.narrative.narrative import Narrative
    from fhirkit.narrative.span import Span


@dataclass(slots=True, eq=False)
class Draft:
    """A fact in the making; ``at`` is the view offset of its defining mention.

    ``number`` counts the drafts of a notebook as they were made.
    """

    number: int
    kind: str
    make: type[Fact]
    id: str
    concept: str | None
    at: int
    scene: Scene
    spans: dict[Span, None]  # an ordered set: the defining mention first
    rule: str
    whose: Whose = Whose.PATIENT
    certainty: Certainty = Certainty.AFFIRMED
    fields: dict[str, Any] = field(default_factory=dict)

    def add_span(self, span: Span) -> None:
        """One more mention of the thing."""
        self.spans.setdefault(span)

    @property
    def first_span(self) -> Span:
        """The defining mention."""
        return next(iter(self.spans))

    def freeze(self, patient: int | None) -> Fact:
        """The fact, of the patient with this number where the text tells of several."""
        return self.make(
            id=self.id,
            spans=tuple(self.spans),
            whose=self.whose,
            certainty=self.certainty,
            rule=self.rule,
            why=self._why(),
            patient=patient,
            **self.fields,
        )

    def _why(self) -> str:
        """By what the fact was judged: whose it is, and what makes it other than affirmed."""
        whose = self.scene.why_is(self.whose)
        if self.certainty is Certainty.AFFIRMED:
            return whose
        cue = self.scene.certain_by.get(self.at)
        said = f" by {self.scene.quoted(cue)}" if cue is not None else ""
        return f"{whose}; {self.certainty}{said}"


#: Kinds of drafts that wider and narrower concepts are sought among.
_BY_WORDS = frozenset({"condition", "symptom", "procedure"})


class Notebook:
    """All drafts of a narrative, or of one of its patients, found by kind, concept and place.

    Every look-up costs as much as it finds, however many drafts there are: a text of any
    length is read in time that grows with its length.
    """

    def __init__(
        self,
        narrative: Narrative,
        lexicon: Lexicon,
        scenes: list[Scene],
        patient: int | None = None,
    ) -> None:
        self.narrative = narrative
        self.lexicon = lexicon
        self.scenes = scenes
        #: which patient of the text, None where it has one
        self.patient = patient
        #: drugs told as not given
        self.not_given: set[str] = set()
        #: where a mention (by view offset) went
        self.at: dict[int, Draft] = {}
        #: why a mention went nowhere
        self.refused: dict[int, str] = {}
        #: the time that a sentence (by index) opens with
        self.openings: dict[int, Opening | None] = {}
        #: values that were read and then doubted, with the reason
        self.doubted: dict[Span, str] = {}
        self._drafts: dict[str, Draft] = {}
        self._ids: set[str] = set()  # those of dropped drafts too
        self._same_base: dict[str, int] = {}
        self._made = 0
        self._by_kind: defaultdict[str, list[Draft]] = defaultdict(list)
        self._by_concept: defaultdict[tuple[str, str | None], list[Draft]] = defaultdict(list)
        self._by_word: defaultdict[tuple[str, str], list[Draft]] = defaultdict(list)
        self._by_main_word: defaultdict[tuple[str, str], list[Draft]] = defaultdict(list)
        self._by_scene: defaultdict[tuple[str, int], list[Draft]] = defaultdict(list)
        self._words: dict[str, frozenset[str]] = {}
        self._told: dict[str, list[tuple[Scene, Mention]]] = {}

    def of(self, *kinds: str) -> list[Draft]:
        """Drafts of a kind ("medication", "condition", ...), as they were made."""
        return [d for kind in kinds for d in self._by_kind.get(kind, ())]

    def latest(self, kind: str, count: int) -> list[Draft]:
        """The last drafts of a kind, the latest first."""
        return self._by_kind.get(kind, [])[: -count - 1 : -1]

    def about(self, kind: str, concept: str) -> Sequence[Draft]:
        """Drafts of a kind about a concept, as they were made."""
        return self._by_concept.get((kind, concept), ())

    def inside(self, kind: str, scene: Scene) -> Sequence[Draft]:
        """Drafts of a kind that began in a sentence, as they were made."""
        return self._by_scene.get((kind, scene.sentence.index), ())

    @cached_property
    def given(self) -> list[Draft]:
        """The drugs the patient had in the course that is told, in the order of the text.

        They are kept from the first time this is asked for: once all drugs are read.
        """
        drugs = (d for d in self.of("medication") if d.whose is Whose.PATIENT)
        told = [d for d in drugs if d.fields.get("use") in (Use.GIVEN, Use.LONG_TERM)]
        return sorted(told, key=lambda d: (d.at, d.number))

    def by_id(self, draft_id: str | None) -> Draft | None:
        """The draft with an id."""
        return self._drafts.get(draft_id) if draft_id is not None else None

    def new(
        self,
        kind: str,
        make: type[Fact],
        name: str,
        scene: Scene,
        start: int,
        end: int,
        rule: str,
        /,
        *,
        concept: str | None = None,
        **fields: Any,
    ) -> Draft:
        """A new draft with an id made of its kind and name."""
        self._made += 1
        patient = "" if self.patient is None else f"p{self.patient}-"
        draft = Draft(
            self._made,
            kind,
            make,
            self._free_id(f"{patient}{kind}-{_slug(name)}"),
            concept,
            start,
            scene,
            {self.narrative.span(start, end): None},
            rule,
            fields=fields,
        )
        self._drafts[draft.id] = draft
        self._by_kind[kind].append(draft)
        self._by_scene[kind, scene.sentence.index].append(draft)
        for drafts in self._named(draft):
            drafts.append(draft)
        return draft

    def _free_id(self, base: str) -> str:
        unique, n = base, self._same_base.get(base, 1)
        while unique in self._ids:
            n += 1
            unique = f"{base}-{n}"
        self._same_base[base] = n
        self._ids.add(unique)
        return unique

    def _named(self, draft: Draft) -> list[list[Draft]]:
        """The lists that a draft is found in by its concept."""
        kind = draft.kind
        found = [self._by_concept[kind, draft.concept]]
        words = self.concept_words(draft.concept or "") if kind in _BY_WORDS else None
        if words:
            found += [self._by_word[kind, word] for word in words]
            found.append(self._by_main_word[kind, max(words, key=_by_length)])
        return found

    def rename(self, draft: Draft, concept: str) -> None:
        """Let a draft be about another concept; it keeps its place among the drafts."""
        for drafts in self._named(draft):
            del drafts[bisect_left(drafts, draft.number, key=_number)]
        draft.concept = concept
        for drafts in self._named(draft):
            insort(drafts, draft, key=_number)

    def find(self, kind: str, concept: str, whose: Whose = Whose.PATIENT) -> Draft | None:
        """The latest draft of a kind about a concept."""
        for draft in reversed(self.about(kind, concept)):
            if draft.whose is whose:
                return draft
        return None

    def wider(self, kind: str, words: frozenset[str]) -> list[Draft]:
        """Drafts of a kind whose concept has all of ``words`` and more, as they were made."""
        named = [self._by_word.get((kind, word), ()) for word in words]
        shortest = min(named, key=len, default=())
        return [d for d in shortest if words < self.concept_words(d.concept or "")]

    def narrower(self, kind: str, words: frozenset[str]) -> list[Draft]:
        """Drafts of a kind whose concept has some of ``words`` and no other, as they were made."""
        found = [
            draft
            for word in words
            for draft in self._by_main_word.get((kind, word), ())
            if self.concept_words(draft.concept or "") < words
        ]
        return sorted(found, key=_number)

    def join(self, draft: Draft, mention: Mention) -> None:
        """Count a mention to a draft."""
        draft.add_span(self.narrative.span(mention.start, mention.end))
        self.at[mention.start] = draft
        scene = self.scenes[self.narrative.sentence_at(mention.start).index]
        self._told.setdefault(draft.id, []).append((scene, mention))

    def refuse(self, mention: Mention, why: str) -> None:
        """Leave a mention out; the first reason given counts."""
        self.refused.setdefault(mention.start, why)

    def told(self, draft: Draft) -> list[tuple[Scene, Mention]]:
        """The mentions of a draft, each with its sentence, in the order they were read."""
        return self._told.get(draft.id, [])

    def drop(self, drafts: Collection[Draft], why: str) -> None:
        """Forget drafts that turned out to be no things of their own."""
        if not drafts:
            return
        gone = set(drafts)
        for draft in drafts:
            for _, mention in self._told.pop(draft.id, ()):
                self.refuse(mention, why)
            del self._drafts[draft.id]
        for index in (
            self._by_kind, self._by_concept, self._by_word, self._by_main_word, self._by_scene,
        ):  # fmt: skip
            for drafts_there in index.values():
                if not gone.isdisjoint(drafts_there):
                    drafts_there[:] = [d for d in drafts_there if d not in gone]
        self.at = {start: owner for start, owner in self.at.items() if owner not in gone}

    def concept_words(self, concept: str) -> frozenset[str]:
        """The folded words of a concept's name."""
        words = self._words.get(concept)
        if words is None:
            words = self._words[concept] = frozenset(fold_phrase(concept))
        return words

    def facts(self) -> tuple[Fact, ...]:
        """The facts, in the order of the text."""
        drafts = sorted(self._drafts.values(), key=lambda d: (d.first_span.start, d.id))
        return tuple(d.freeze(self.patient) for d in drafts)


_number = attrgetter("number")


def _by_length(word: str) -> tuple[int, str]:
    """The longest word of a name is the one that fewest other names have."""
    return len(word), word


def may_begin(book: Notebook, scene: Scene, thing: Mention) -> bool:
    """Whether a thing that was not told before may be the patient's by this sentence alone."""
    if scene.sentence.section is SectionKind.DISCUSSION and not scene.strong:
        book.refuse(thing, "discussion: not told in the case, and the patient is not named")
        return False
    hedges = [h for h in scene.cues("causality", "hedge") if h.start < thing.start]
    row = book.lexicon.mappings.drugs.get(thing.name) if thing.kind == "drugs" else None
    if hedges and (row is None or row.level == "class"):
        # What may be the cause of something is no finding of its own; a drug so named was taken.
        book.refuse(thing, f"only held possible: {scene.quoted(hedges[0])}")
        return False
    return True


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:48] or "x"
