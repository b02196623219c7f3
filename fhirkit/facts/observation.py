"""Measured values as facts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fhirkit.facts.acceptance import is_titer
from fhirkit.facts.anchors import anchored
from fhirkit.facts.coma import coma_parts
from fhirkit.facts.model import ObservationFact, Quantity, Range, Ratio, Term, When, Whose
from fhirkit.facts.multiples import multiples
from fhirkit.facts.numbers import Measure, quantity
from fhirkit.facts.opening import opening
from fhirkit.facts.pairing import Pair, pairs
from fhirkit.facts.reference import reference_range
from fhirkit.facts.specimen import Specimens
from fhirkit.facts.timing import when_date
from fhirkit.narrative.layout import SectionKind

if TYPE_CHECKING:
    from fhirkit.facts.lexicon import Mention
    from fhirkit.facts.notebook import Draft, Notebook
    from fhirkit.facts.scene import Scene

_SIDE = re.compile(
    r"\s+(?:(?:in|of|on)\s+(?:the|his|her)?\s*(?:right|left|both)(?:\s+(?:eyes?|arms?|legs?|sides?))?|OD|OS)\b",
    re.IGNORECASE,
)
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
        for owners, match in multiples(scene):
            for analyte in owners:
                _record_multiple(book, scene, analyte, match, specimens)
        for name, start, end, digits in coma_parts(scene):
            _record_part(book, scene, name, start, end, digits)
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
    fields: dict[str, object] = {"value": _as_value(book, pair)}
    if specimen is not None:
        fields["specimen"] = specimen
    draft = _draft(book, scene, pair, concept, fields)
    if repeatable:
        known.setdefault(value, draft)


def _record_multiple(
    book: Notebook, scene: Scene, analyte: Mention, match: re.Match[str], specimens: Specimens
) -> None:
    """ "ALT was five times the upper limit of normal": the words are the value, and it is high."""
    narrative = book.narrative
    limit = "upper" if match["upper"] else "normal"
    concept, specimen = specimens.resolve(book, scene, analyte, None)
    shown = Term(narrative.span(analyte.start, analyte.end), concept or None)
    fields: dict[str, object] = {
        "value": Term(narrative.span(match.start(), match.end())),
        "interpretation": Term(narrative.span(*match.span(limit)), "H"),
    }
    if specimen is not None:
        fields["specimen"] = specimen
    name = concept or shown.span.text
    book.at[analyte.start] = book.new(
        "observation", ObservationFact, name, scene, analyte.start, match.end(), "multiple of a limit",
        concept=name, analyte=shown, category=category_of(book, analyte), **fields,
    )  # fmt: skip


def _record_part(
    book: Notebook, scene: Scene, name: str, start: int, end: int, digits: str
) -> None:
    """One part of the Glasgow Coma Scale, "V4" of "E3V4M5"."""
    span = book.narrative.span(start, end)
    book.new(
        "observation", ObservationFact, name, scene, start - 1, end, "part of a scale",
        concept=name, analyte=Term(book.narrative.span(start - 1, start), name), category="survey",
        value=Quantity(span, digits),
    )  # fmt: skip


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
        fields["reference"] = reference_range(narrative, measure, pair.reference)
    when = _time_of(book, scene, pair)
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
    if not (analyte.start in book.at and book.at[analyte.start].make is not ObservationFact):
        book.at[analyte.start] = draft  # where a condition stands, its own fact does
    return draft


def category_of(book: Notebook, analyte: Mention) -> str:
    """The FHIR observation category of an analyte."""
    if analyte.kind == "scores":
        return "survey"
    row = book.lexicon.mappings.observations.get(analyte.name)
    return row.category if row else "laboratory"


def _as_value(book: Notebook, pair: Pair) -> Quantity | Ratio | Range | Term:
    measure = pair.measure
    span = book.narrative.span(measure.start, measure.end)
    if measure.second and (measure.form == "ratio" or is_titer(measure)):
        return Ratio(span, measure.digits, measure.second)
    if measure.form in ("grade", "size") or (
        measure.form == "fraction" and pair.analyte.kind != "scores"
    ):
        # "6/18", "4/5", "3+" are words for a finding; the side that it was found on belongs to it.
        side = _SIDE.match(book.narrative.view.text, measure.end)
        return Term(book.narrative.span(measure.start, side.end() if side else measure.end))
    if measure.form == "range" and measure.second:
        return _range(book, measure)
    return quantity(book.narrative, measure)


def _range(book: Notebook, measure: Measure) -> Range:
    span = book.narrative.span(measure.start, measure.end)
    low = Quantity(span, measure.digits, measure.unit, measure.ucum)
    high = Quantity(span, measure.second or measure.digits, measure.unit, measure.ucum)
    return Range(span, low, high)


def _time_of(book: Notebook, scene: Scene, pair: Pair) -> When | None:
    """A date or time phrase that stands right at the value, or leads the sentence."""
    measure = pair.measure
    for date in scene.dates:
        gap = scene.text(measure.end, date.start) if date.start >= measure.end else ","
        if date.iso and len(gap) < 25 and "," not in gap:
            return when_date(book.narrative, date)
    for phrase in scene.times:
        if 0 <= phrase.start - measure.end < 12 and phrase.form in _AT_VALUE:
            return anchored(book, scene, phrase)
    return _leading_time(book, scene, pair)


def _leading_time(book: Notebook, scene: Scene, pair: Pair) -> When | None:
    """ "At 6-month follow-up, EDSS was 3.0": the time that the sentence begins with."""
    found = opening(book, scene)
    start, end = pair.analyte.start, pair.measure.end
    if found is None or not found.begins <= start < found.begins + _OPENING_WITHIN:
        return None
    told = scene.text(found.begins, pair.measure.start)
    if _EARLIER.search(told) or _FROM.search(told):
        return None  # "from 9.1 to ..." and "previously" are of another time
    if scene.has_time(found.begins, end):
        return None
    return found.when


#: Characters between the time that a sentence opens with and a value that has it.
_OPENING_WITHIN = 300
_AT_VALUE = frozenset({"later", "after", "day", "before", "ago"})
_FROM = re.compile(r"\bfrom\s+(?:an?\s+)?(?:\w+\s+)?(?:of\s+)?$", re.IGNORECASE)
_EARLIER = re.compile(
    r"\b(?:previous(?:ly)?|earlier|initial(?:ly)?|baseline|admission|prior|before|compared|last)\b",
    re.IGNORECASE,
)
