"""Normal ranges told beside a value: "(135-145)", "normal < 5", "upper limit of normal 40"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fhirkit.facts.model import Quantity, Range

if TYPE_CHECKING:
    from fhirkit.facts.lexicon import Mention
    from fhirkit.facts.numbers import Measure
    from fhirkit.facts.scene import Scene
    from fhirkit.narrative.narrative import Narrative

_NAMED = (
    r"(?:(?:laboratory|lab|local|our|the|adult|age-appropriate)\s+)*"
    r"(?:normal|reference|references|ref|therapeutic|nl|nr|nv|n|rr|rv|uln|lln"
    r"|(?:upper|lower)\s+(?:(?:reference|normal)\s+)?limits?)\b\.?"
    r"(?:\s+(?:of|normal|reference|ranges?|values?|limits?|intervals?|levels?|is|are|was|being"
    r"|up\s+to|from|for\s+(?:the\s+)?(?:adults?|men|women|males?|females?|assay|age|laboratory)))*"
)
_LEAD = re.compile(
    rf"\s*[(\[,;]?\s*(?:{_NAMED}\s*[,:=]?\s*|range\s*[:,=]?\s*|[(\[]\s*)(?:pH\s*)?[-–]?$",
    re.IGNORECASE,
)
_COLUMN = re.compile(r"[^\S\n]*(?:\||\t|[^\S\n]{2})[^\S\n|]*")
_SAYS_SO = re.compile(r"norm|ref|rang|limit|therap|\b(?:n[lrv]?|r[rv]|[ul]ln)\b", re.IGNORECASE)
_UPPER = re.compile(r"\b(?:upper|uln|up\s+to)\b", re.IGNORECASE)
_LOWER = re.compile(r"\b(?:lower|lln)\b", re.IGNORECASE)
_LONGEST = 60
_NORMALLY = re.compile(r"\b(?:normal|normally|usual|reference)\s+(?:\w+\s+)?$", re.IGNORECASE)
_IS = re.compile(
    r"\s*(?:levels?|values?|range|counts?|concentrations?)?\s*(?:is|are|ranges?|lies?|varies)\b",
    re.IGNORECASE,
)


def is_reference(scene: Scene, value: Measure, measure: Measure) -> bool:
    """Whether ``measure`` is the normal range of the value told before it.

    A bare number is one only where the words before it name a limit; it then gets the
    comparator that the limit means.
    """
    if measure.start < value.end:
        return True
    gap = scene.text(value.end, measure.start)
    if _COLUMN.fullmatch(gap):  # a table's next column
        return measure.form == "range" or measure.comparator is not None
    if len(gap) > _LONGEST or not _LEAD.fullmatch(gap):
        return False
    if measure.form == "number" and measure.comparator is None:
        if _UPPER.search(gap) or (measure.dashed and _SAYS_SO.search(gap)):
            measure.comparator = "<="
        elif _LOWER.search(gap):
            measure.comparator = ">="
    bounded = measure.form == "range" or measure.comparator is not None
    return bounded and ("(" in gap or "[" in gap or _SAYS_SO.search(gap) is not None)


def is_norm(scene: Scene, analyte: Mention) -> bool:
    """Whether the words say what is usual of anybody: "normal haemoglobin is 12-16 g/dL"."""
    lead = scene.text(max(scene.sentence.start, analyte.start - 24), analyte.start)
    tail = scene.text(analyte.end, min(scene.sentence.end, analyte.end + 30))
    return _NORMALLY.search(lead) is not None and _IS.match(tail) is not None


def reference_range(narrative: Narrative, value: Measure, reference: Measure) -> Range:
    """The range as a fact's field; without a unit of its own it is in the value's."""
    unit, ucum = reference.unit, reference.ucum
    if unit is None and ucum is None:
        unit, ucum = value.unit, value.ucum
    span = narrative.span(reference.start, reference.end)
    low = Quantity(span, reference.digits, unit, ucum)
    if reference.form == "range" and reference.second:
        return Range(span, low, Quantity(span, reference.second, unit, ucum))
    below = (reference.comparator or "").startswith("<")
    return Range(span, None if below else low, low if below else None)
