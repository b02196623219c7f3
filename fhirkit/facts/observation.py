"""Measured values as facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fhirkit.facts.anchors import anchored
from fhirkit.facts.model import ObservationFact, Quantity, Range, Ratio, Term, Whose
from fhirkit.facts.numbers import Measure, quantity
from fhirkit.facts.pairing import Pair, pairs
from fhirkit.facts.specimen import Specimens
from fhirkit.facts.timing import when_date
from fhirkit.narrative.layout import SectionKind

if TYPE_CHECKING:
    from fhirkit.facts.lexicon import Mention
    from fhirkit.facts.model import When
    from fhirkit.facts.notebook import Draft, Notebook
    from fhirkit.facts.scene import Scene

#: Characters a fact's own span may cover; a wider one shows the value alone.
_SPAN_LIMIT = 90
#: A value told again this far away is a repetition, nearer it is a second measurement.
_REPEATED_AFTER = 200


def read_observations(book: Notebook) -> None:
    """Drafts for all values of the patient's scenes."""
    specimens = Specimens()
    known: _Known = {}
    for scene in book.scenes:
        specimens.enter(scene)
        if not is_observed(scene):
            continue
        for pair in pairs(scene, book.lexicon.mappings):
            if pair.measure.form == "fraction" and pair.analyte.name == "blood pressure":
                _record_pressure(book, scene, pair)
            else:
                _record(book, scene, pair, specimens, known)


def is_observed(scene: Scene) -> bool:
    """Whether results of the patient are told in the scene."""
    section = scene.sentence.section
    if scene.whose is not Whose.PATIENT or section is SectionKind.TITLE:
        return False
    return section is not SectionKind.DISCUSSION or scene.strong


#: The first draft of each value: concept, digits, unit and comparator.
_Known = dict[tuple[str, str, str, str | None], "Draft"]


def _record(book: Notebook, scene: Scene, pair: Pair, specimens: Specimens, known: _Known) -> None:
    concept, specimen = specimens.resolve(book, scene, pair.analyte, pair.measure)
    measure = pair.measure
    repeatable = measure.ucum is not None and measure.form == "number" and concept != ""
    value = (concept, measure.digits, measure.ucum or "", measure.comparator)
    first = known.get(value) if repeatable else None
    if first is not None and abs(first.at - measure.start) > _REPEATED_AFTER:
        book.join(first, pair.analyte)
        return
    fields: dict[str, object] = {"value": _as_value(book, pair.measure)}
    if specimen is not None:
        fields["specimen"] = specimen
    draft = _draft(book, scene, pair, concept, fields)
    if repeatable:
        known.setdefault(value, draft)


def _record_pressure(book: Notebook, scene: Scene, pair: Pair) -> None:
    """ "180/100 mm Hg" is a systolic and a diastolic pressure."""
    measure = pair.measure
    for concept, digits in (
        ("systolic blood pressure", measure.digits),
        ("diastolic blood pressure", measure.second or ""),
    ):
        span = book.narrative.span(measure.start, measure.end)
        value = Quantity(span, digits, measure.unit, measure.ucum or "mm[Hg]")
        _draft(book, scene, pair, concept, {"value": value})


def _draft(
    book: Notebook, scene: Scene, pair: Pair, concept: str, fields: dict[str, object]
) -> Draft:
    analyte, measure, narrative = pair.analyte, pair.measure, book.narrative
    fields["analyte"] = Term(narrative.span(analyte.start, analyte.end), concept or None)
    fields["category"] = category_of(book, analyte)
    if pair.reference is not None:
        fields["reference"] = _reference(book, pair.reference)
    when = _time_of(book, scene, measure)
    if when is not None:
        fields["when"] = when
    start, end = min(analyte.start, measure.start), max(analyte.end, measure.end)
    if end - start > _SPAN_LIMIT:
        start, end = measure.start, measure.end
    name = concept or narrative.view.text[analyte.start : analyte.end]
    draft = book.new(
        "observation", ObservationFact, name, scene, start, end, "value",
        concept=name, **fields,
    )  # fmt: skip
    draft.add_span(narrative.span(analyte.start, analyte.end))
    book.at[analyte.start] = draft
    return draft


def category_of(book: Notebook, analyte: Mention) -> str:
    """The FHIR observation category of an analyte."""
    if analyte.kind == "scores":
        return "survey"
    row = book.lexicon.mappings.observations.get(analyte.name)
    return row.category if row else "laboratory"


def _as_value(book: Notebook, measure: Measure) -> Quantity | Ratio | Range:
    span = book.narrative.span(measure.start, measure.end)
    if measure.form == "ratio" and measure.second:
        return Ratio(span, measure.digits, measure.second)
    if measure.form == "range" and measure.second:
        return _range(book, measure)
    return quantity(book.narrative, measure)


def _range(book: Notebook, measure: Measure) -> Range:
    span = book.narrative.span(measure.start, measure.end)
    low = Quantity(span, measure.digits, measure.unit, measure.ucum)
    high = Quantity(span, measure.second or measure.digits, measure.unit, measure.ucum)
    return Range(span, low, high)


def _reference(book: Notebook, measure: Measure) -> Range:
    if measure.form == "range" and measure.second:
        return _range(book, measure)
    span = book.narrative.span(measure.start, measure.end)
    bound = Quantity(span, measure.digits, measure.unit, measure.ucum)
    below = (measure.comparator or "").startswith("<")
    return Range(span, None if below else bound, bound if below else None)


def _time_of(book: Notebook, scene: Scene, measure: Measure) -> When | None:
    """A date or time phrase that stands right at the value."""
    for date in scene.dates:
        gap = scene.text(measure.end, date.start) if date.start >= measure.end else ","
        if date.iso and len(gap) < 25 and "," not in gap:
            return when_date(book.narrative, date)
    for phrase in scene.times:
        if 0 <= phrase.start - measure.end < 12 and phrase.form in _AT_VALUE:
            return anchored(book, scene, phrase)
    return None


_AT_VALUE = frozenset({"later", "after", "day", "before", "ago"})
