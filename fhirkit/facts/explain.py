"""What was met in a narrative and became no fact, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fhirkit.facts.case import spans_of
from fhirkit.facts.model import LeftOut, Statement, Whose
from fhirkit.narrative.layout import SectionKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from fhirkit.facts.lexicon import Mention
    from fhirkit.facts.model import Fact
    from fhirkit.facts.notebook import Notebook
    from fhirkit.facts.numbers import Measure
    from fhirkit.facts.scene import Scene
    from fhirkit.narrative.span import Span

#: Kinds of mappings files to the words for one of their things.
_ONE_OF = {
    "drugs": "drug",
    "reports": "report",
    "procedures": "procedure",
    "scores": "score",
    "observations": "observation",
    "conditions": "condition",
    "symptoms": "symptom",
}


def left_out(book: Notebook, facts: Sequence[Fact]) -> tuple[LeftOut, ...]:
    """Everything met in the narrative that stands in none of ``facts``, in the order of the text."""
    covered = _Cover(span for fact in facts for span in spans_of(fact))
    found = [
        item
        for scene in book.scenes
        for item in (*_things(book, scene, covered), *_numbers(book, scene, covered))
    ]
    return tuple(sorted(found, key=lambda item: (item.span.start, item.span.end, item.kind)))


def of_others(scenes: Iterable[Scene], patient: int | None = None) -> list[Statement]:
    """The sentences of ``scenes`` that are not about the patient."""
    return [
        Statement(_words(scene), scene.whose, scene.why, patient)
        for scene in scenes
        if scene.whose is not Whose.PATIENT and scene.all_text.strip()
    ]


def _words(scene: Scene) -> Span:
    """The sentence without the white space around it."""
    text, start = scene.all_text, scene.sentence.start
    end = start + len(text.rstrip())
    return scene.narrative.span(start + len(text) - len(text.lstrip()), end)


class _Cover:
    """Which characters of the text stand in a fact; whole sentences that are quoted do not count."""

    def __init__(self, spans: Iterator[Span]) -> None:
        self._inside: set[int] = set()
        for span in spans:
            if span.end - span.start <= _QUOTED:
                self._inside.update(range(span.start, span.end))

    def has(self, span: Span) -> bool:
        return span.start in self._inside


#: Characters of the longest span that stands for a thing or value and not for a statement.
_QUOTED = 90


def _things(book: Notebook, scene: Scene, covered: _Cover) -> Iterator[LeftOut]:
    for thing in scene.things:
        span = scene.span(thing)
        if thing.start in book.at or covered.has(span):
            continue
        whose = scene.whose_is(thing)
        yield LeftOut(
            span,
            _ONE_OF[thing.kind],
            _why(book, scene, thing, whose),
            thing.concept,
            whose,
            scene.certainty_of(thing),
            book.patient,
        )


def _why(book: Notebook, scene: Scene, thing: Mention, whose: Whose) -> str:
    if whose is Whose.PATIENT and thing.start in scene.unreal:
        return f"hypothetical: {scene.quoted(scene.unreal[thing.start])}"
    if thing.start in book.refused:
        return book.refused[thing.start]
    if whose is not Whose.PATIENT:
        return f"{whose}: {scene.why_is(whose)}"
    if scene.sentence.section is SectionKind.TITLE:
        return "title: not told in the case itself"
    if thing.kind in ("observations", "scores"):
        return "no result stands with it"
    return "told as part of another fact"


def _numbers(book: Notebook, scene: Scene, covered: _Cover) -> Iterator[LeftOut]:
    for measure in scene.measures:
        span = book.narrative.span(measure.start, measure.end)
        if covered.has(span):
            continue
        why = book.doubted.get(span) or _why_not(scene, measure)
        yield LeftOut(span, "number", why, whose=scene.whose, patient=book.patient)


def _why_not(scene: Scene, measure: Measure) -> str:
    if scene.whose is not Whose.PATIENT:
        return f"{scene.whose}: {scene.why}"
    if measure.used:
        return "told as part of another fact"
    if measure.is_time:
        return "a time that no fact is told with"
    return "nothing beside it is known to have such a value"
