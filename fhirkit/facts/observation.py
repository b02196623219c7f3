"""Measured values: which number belongs to which analyte."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fhirkit.facts.dimension import fits
from fhirkit.facts.model import ObservationFact, Quantity, Range, Ratio, Term, When, Whose
from fhirkit.facts.numbers import quantity
from fhirkit.facts.regimen import is_dose, term
from fhirkit.facts.specimen import Specimens
from fhirkit.facts.timing import when_date
from fhirkit.narrative.layout import SectionKind

if TYPE_CHECKING:
    from fhirkit.facts.lexicon import Mention
    from fhirkit.facts.notebook import Draft, Notebook
    from fhirkit.facts.numbers import Measure
    from fhirkit.facts.scene import Scene

#: Words that may stand between an analyte and a number without a unit.
_FILLER = re.compile(
    r"(?:[\s,:=(\[\])/–-]|\b(?:was|were|is|of|at|to|with|level|levels|count|counts|value|values|score"
    r"|scores|scale|index|activity|concentration|titre|titer|test|tests|dropped|fell|fallen|rose|risen"
    r"|decreased|increased|improved|worsened|deteriorated|down|up|as|low|high|from|the|had|has|been|a|an"
    r"|again|only|just|about|approximately|around|measured|reached|reaching|peaked|climbed|elevated"
    r"|reduced|markedly|significantly|then|serum|plasma|blood|and|on|recheck|admission|arrival"
    r"|hospital|total|estimated|calculated|initial|baseline|normal|later|day|prior|transfusion|result"
    r"|results|showed|patient|s|in|by|for|now|remained|still|stable|grade|mean|maximum|peak|nadir"
    r"|free|csf|ratio)\b)*",
    re.IGNORECASE,
)
_SCORE_GUARD = re.compile(
    r"\b(?:rang\w+|from 0|scale of|out of|points|between|or (?:more|less))\b", re.I
)
_BRACKET_RANGE = re.compile(
    r"\s*[(\[,;]?\s*(?:(?:normal|reference|ref|nl|n|nr|laboratory)\b\.?\s*(?:range|value|values|limit|interval)?\s*[,:=]?"
    r"\s*|range\s*[:,]?\s*|[(\[]\s*)$",
    re.IGNORECASE,
)
_LABELS = frozenset(
    "fig figure table grade type stage phase day case patient reference ref no number week month cycle "
    "chapter version group level generation line codon position exon class".split()
)
_BREAK = re.compile(r";|\.\s|\bbut\b|\bwhereas\b")


@dataclass(slots=True)
class _Value:
    """An analyte with the number that was found to be its own."""

    analyte: Mention
    measure: Measure
    reference: Measure | None = None


def read_observations(book: Notebook) -> None:
    """Drafts for all values of the patient's scenes."""
    specimens = Specimens()
    for scene in book.scenes:
        specimens.enter(scene)
        if scene.whose is not Whose.PATIENT or scene.sentence.section is SectionKind.TITLE:
            continue
        if scene.sentence.section is SectionKind.DISCUSSION and not scene.strong:
            continue
        for value in _values(book, scene):
            _record(book, scene, value, specimens)


def _values(book: Notebook, scene: Scene) -> list[_Value]:
    analytes = [m for m in scene.of("observations", "scores") if scene.whose_is(m) is Whose.PATIENT]
    if not analytes or not scene.measures:
        return []
    found: list[_Value] = []
    last: _Value | None = None
    for measure in scene.measures:
        if measure.used or _is_label(scene, measure):
            continue
        if last is not None and _is_reference(scene, last, measure):
            if last.reference is None:
                last.reference = measure
            continue
        analyte = _right_of(book, scene, measure, analytes, found) or _left_of(
            book, scene, measure, analytes
        )
        if analyte is None and last is not None and _continues(book, scene, last, measure):
            analyte = last.analyte
        if analyte is None:
            analyte = _further_right(book, scene, measure, analytes)
        if analyte is not None:
            last = _Value(analyte, measure)
            measure.used = True
            found.append(last)
    return found


def _is_label(scene: Scene, measure: Measure) -> bool:
    if measure.ucum is not None:
        return False
    i = scene.narrative.word_at(measure.start)
    before = scene.words(i - 1, i)
    return bool(before) and before[0] in _LABELS


def _is_reference(scene: Scene, last: _Value, measure: Measure) -> bool:
    if measure.start < last.measure.end:
        return True
    gap = scene.text(last.measure.end, measure.start)
    if len(gap) > 40 or not _BRACKET_RANGE.fullmatch(gap):
        return False
    bounded = measure.form == "range" or measure.comparator is not None
    named = bool(re.search(r"norm|ref|rang|\bn[lr]?\b", gap, re.I))
    return bounded and ("(" in gap or "[" in gap or named)


def _acceptable(book: Notebook, analyte: Mention, measure: Measure) -> bool:
    """Whether the analyte can have this number."""
    if measure.is_time:
        return False
    if analyte.kind == "scores":
        return _in_scale(book, analyte, measure)
    row = book.lexicon.mappings.observations.get(analyte.name)
    units = row.units if row else ()
    if measure.form == "ratio":
        return ":" in analyte.name or "ratio" in analyte.name
    if measure.ucum is None:
        return measure.unit is None and not (set(units) and set(units) <= {"%"})
    if ":" in analyte.name and measure.ucum != "%":
        return False
    if not units:
        return not (is_dose(measure) and measure.ucum in ("mg", "g", "ug", "kg"))
    return fits(measure.ucum, units)


def _in_scale(book: Notebook, analyte: Mention, measure: Measure) -> bool:
    if measure.ucum is not None or measure.form not in ("number", "fraction"):
        return False
    row = book.lexicon.mappings.scores.get(analyte.name)
    if row is None:
        return True
    if measure.form == "fraction" and row.maximum is not None:
        return float(measure.second or 0) == float(row.maximum)
    if row.maximum is not None and measure.value > float(row.maximum):
        return False
    if row.minimum is not None and measure.value < float(row.minimum):
        return False
    if row.step:
        steps = measure.value / float(row.step)
        return abs(steps - round(steps)) < 1e-9
    return True


def _left_of(
    book: Notebook, scene: Scene, measure: Measure, analytes: list[Mention]
) -> Mention | None:
    """The nearest analyte before the number, if the words between allow it."""
    before = [a for a in analytes if a.end <= measure.start]
    if not before:
        return None
    analyte = before[-1]
    gap = scene.text(analyte.end, measure.start)
    between = [
        m for m in scene.measures if analyte.end <= m.start < measure.start and not m.is_time
    ]
    if not _acceptable(book, analyte, measure):
        return None
    if any(
        analyte.end <= t.start < measure.start
        for t in scene.of("drugs", "conditions", "symptoms", "procedures")
    ):
        return None
    if analyte.kind == "scores":
        return (
            analyte
            if not between and _FILLER.fullmatch(gap) and not _SCORE_GUARD.search(gap)
            else None
        )
    if between and not all(m.used for m in between):
        return None
    if measure.ucum is None or measure.ucum == "%":
        return analyte if len(gap) <= 60 and _FILLER.fullmatch(gap) and not between else None
    return analyte if len(gap) <= 70 and not _BREAK.search(gap) and not between else None


def _right_of(
    book: Notebook, scene: Scene, measure: Measure, analytes: list[Mention], found: list[_Value]
) -> Mention | None:
    """The analyte right behind the number: "59% T cells", "30 leukocytes"."""
    for analyte in analytes:
        if analyte.start < measure.end or analyte.kind == "scores":
            continue
        gap = scene.text(measure.end, analyte.start)
        if not re.fullmatch(r"\s*(?:of\s+|were\s+)?(?:reactive\s+|atypical\s+|total\s+)?", gap):
            return None
        if measure.ucum not in (None, "%") or measure.form == "ratio":
            return None
        left = [a for a in analytes if a.end <= measure.start]
        if left and not any(v.analyte is left[-1] for v in found):
            tight = scene.text(left[-1].end, measure.start)
            if re.fullmatch(r"[\s:=]*(?:(?:was|were|of)\s+)?", tight):
                return None
        return analyte if _acceptable(book, analyte, measure) else None
    return None


def _further_right(
    book: Notebook, scene: Scene, measure: Measure, analytes: list[Mention]
) -> Mention | None:
    """A share whose cells are named later in the clause: "a further 13% had ... plasma cells"."""
    if measure.ucum != "%":
        return None
    row_of = book.lexicon.mappings.observations.get
    for analyte in analytes:
        if analyte.start < measure.end:
            continue
        gap = scene.text(measure.end, analyte.start)
        row = row_of(analyte.name)
        cells = row is not None and "cell" in analyte.name.split()[-1]
        if cells and len(gap) < 90 and not re.search(r"[,;.]|\d", gap):
            return analyte
        return None
    return None


def _continues(book: Notebook, scene: Scene, last: _Value, measure: Measure) -> bool:
    """A series: the same analyte again, with no other thing named in between."""
    gap = scene.text(last.measure.end, measure.start)
    if len(gap) > 90 or any(
        last.measure.end <= t.start < measure.start
        for t in scene.of("drugs", "observations", "scores", "procedures")
    ):
        return False
    if measure.ucum is None and measure.unit is None:
        joined = re.search(r"\b(?:to|then|was|and)\b", gap)
        return (
            last.measure.ucum is None
            and joined is not None
            and bool(_FILLER.fullmatch(gap))
            and _acceptable(book, last.analyte, measure)
        )
    return measure.ucum == last.measure.ucum and _acceptable(book, last.analyte, measure)


def _record(book: Notebook, scene: Scene, value: _Value, specimens: Specimens) -> Draft:
    analyte, measure = value.analyte, value.measure
    narrative = book.narrative
    concept, specimen = specimens.resolve(book, scene, analyte, measure)
    same = _same_value(book, concept, measure)
    if same is not None:
        book.join(same, analyte)
        return same
    fields: dict[str, object] = {
        "analyte": Term(narrative.span(analyte.start, analyte.end), concept),
        "category": _category(book, analyte),
        "value": _as_value(book, measure),
    }
    if specimen is not None:
        fields["specimen"] = specimen
    if value.reference is not None:
        fields["reference"] = _reference(book, value.reference)
    when = _time_of(book, scene, measure)
    if when is not None:
        fields["when"] = when
    start, end = min(analyte.start, measure.start), max(analyte.end, measure.end)
    if end - start > 90:
        start, end = measure.start, measure.end
    draft = book.new(
        "observation",
        ObservationFact,
        concept,
        scene,
        start,
        end,
        "value",
        concept=concept,
        **fields,
    )
    draft.add_span(narrative.span(analyte.start, analyte.end))
    book.at[analyte.start] = draft
    return draft


def _same_value(book: Notebook, concept: str, measure: Measure) -> Draft | None:
    """A value told twice is one fact."""
    for draft in book.of("observation"):
        value = draft.fields.get("value")
        if (
            draft.concept == concept
            and isinstance(value, Quantity)
            and measure.form == "number"
            and value.digits == measure.digits
            and value.ucum == measure.ucum
            and value.comparator == measure.comparator
            and abs(draft.at - measure.start) > 200
            and measure.ucum is not None
        ):
            return draft
    return None


def _category(book: Notebook, analyte: Mention) -> str:
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
        if (
            date.iso
            and 0 <= date.start - measure.end < 25
            and "," not in scene.text(measure.end, date.start)
        ):
            return when_date(book.narrative, date)
    for phrase in scene.times:
        gap = phrase.start - measure.end
        if 0 <= gap < 12 and phrase.form in ("later", "after", "day", "before", "ago"):
            return book_when(book, scene, phrase.start)
    return None


def book_when(book: Notebook, scene: Scene, start: int) -> When | None:
    """The relative time that starts at a view offset of the scene, anchored if it says to what."""
    from fhirkit.facts.anchors import anchored

    phrase = next((p for p in scene.times if p.start == start), None)
    return anchored(book, scene, phrase) if phrase else None
