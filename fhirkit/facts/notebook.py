"""Facts in the making: drafts that readers fill in and link, frozen at the end."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fhirkit.facts.model import Certainty, Whose
from fhirkit.narrative.layout import SectionKind
from fhirkit.narrative.words import fold_phrase

if TYPE_CHECKING:
    from fhirkit.facts.lexicon import Lexicon, Mention
    from fhirkit.facts.model import Fact
    from fhirkit.facts.scene import Scene
    from fhirkit.narrative.narrative import Narrative
    from fhirkit.narrative.span import Span


@dataclass(slots=True)
class Draft:
    """A fact in the making; ``at`` is the view offset of its defining mention."""

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


class Notebook:
    """All drafts of a narrative, or of one of its patients, found by kind and concept."""

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
        self.drafts: list[Draft] = []
        #: drugs told as not given
        self.not_given: set[str] = set()
        self._ids: set[str] = set()
        self._by_kind: dict[str, list[Draft]] = {}
        self._words: dict[str, frozenset[str]] = {}
        #: where a mention (by view offset) went
        self.at: dict[int, Draft] = {}
        #: why a mention went nowhere
        self.refused: dict[int, str] = {}
        #: values that were read and then doubted, with the reason
        self.doubted: dict[Span, str] = {}
        self._told: dict[str, list[tuple[Scene, Mention]]] = {}

    def of(self, *kinds: str) -> list[Draft]:
        """Drafts of a kind ("medication", "condition", ...), as they were made."""
        return [d for kind in kinds for d in self._by_kind.get(kind, [])]

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
        number = "" if self.patient is None else f"p{self.patient}-"
        base = f"{number}{kind}-{_slug(name)}"
        unique, n = base, 2
        while unique in self._ids:
            unique, n = f"{base}-{n}", n + 1
        self._ids.add(unique)
        draft = Draft(
            make,
            unique,
            concept,
            start,
            scene,
            {self.narrative.span(start, end): None},
            rule,
            fields=fields,
        )
        self.drafts.append(draft)
        self._by_kind.setdefault(kind, []).append(draft)
        return draft

    def find(self, kind: str, concept: str, whose: Whose = Whose.PATIENT) -> Draft | None:
        """The latest draft of a kind about a concept."""
        for draft in reversed(self._by_kind.get(kind, [])):
            if draft.concept == concept and draft.whose is whose:
                return draft
        return None

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

    def drop(self, draft: Draft, why: str) -> None:
        """Forget a draft that turned out to be no thing of its own."""
        for _, mention in self.told(draft):
            self.refuse(mention, why)
        self.drafts.remove(draft)
        for drafts in self._by_kind.values():
            if draft in drafts:
                drafts.remove(draft)
        self._told.pop(draft.id, None)
        self.at = {start: owner for start, owner in self.at.items() if owner is not draft}

    def concept_words(self, concept: str) -> frozenset[str]:
        """The folded words of a concept's name."""
        words = self._words.get(concept)
        if words is None:
            words = self._words[concept] = frozenset(fold_phrase(concept))
        return words

    def facts(self) -> tuple[Fact, ...]:
        """The facts, in the order of the text."""
        drafts = sorted(self.drafts, key=lambda d: (d.first_span.start, d.id))
        return tuple(d.freeze(self.patient) for d in drafts)


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
