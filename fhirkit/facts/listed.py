"""Names in a row and their numbers in a row: "ALT and AST were 812 and 640 U/L"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fhirkit.facts.acceptance import acceptable
from fhirkit.facts.numbers import parted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fhirkit._data import Mappings
    from fhirkit.facts.lexicon import Mention
    from fhirkit.facts.numbers import Measure
    from fhirkit.facts.scene import Scene

#: What stands in brackets.
ASIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_AND = re.compile(
    r"\s*(?:,|/|&|and|or|,\s*and|as\s+well\s+as)\s*(?:(?:the|an?|serum|plasma|blood|total|high-sense"
    r"|high-sensitivity|fasting|his|her)\s+)*",
    re.IGNORECASE,
)
_AND_VALUE = re.compile(r"\s*(?:,|and|,\s*and|/)\s*(?:only\s+|about\s+)?", re.IGNORECASE)
_LEADS = re.compile(
    r"\s*(?:(?:levels?|values?|counts?|concentrations?|activity|activities|results?|serum|test|rates?"
    r"|was|were|of|at|to|had|been|has|have|found|measured|recorded|documented|as|be|initially|again|now"
    r"|only|rose|risen|fell|fallen|increased|decreased|dropped|declined|elevated|raised|reduced|normal"
    r"|low|high|further|markedly|mildly|slightly|significantly|on\s+admission|at\s+admission"
    r"|on\s+presentation|respectively)\b\s*|[:=,]\s*)*",
    re.IGNORECASE,
)
#: Names that a row may have.
_LONGEST = 12


def rows(
    scene: Scene, analytes: Sequence[Mention], mappings: Mappings
) -> Iterator[list[tuple[Mention, Measure]]]:
    """Rows of names with as many numbers behind them, each number with its name.

    A number without a unit has the unit of the next one that has. Numbers in brackets behind a
    number are no members of the row.
    """
    named = [a for a in analytes if not _is_alias(scene, a)]
    at = 0
    while at < len(named) - 1:
        names = _names(scene, named[at : at + _LONGEST])
        row = _row(scene, names, mappings) if len(names) > 1 else []
        if row:
            yield row
        at += len(names)


def _is_alias(scene: Scene, analyte: Mention) -> bool:
    """Whether the mention only repeats the one before it in brackets: "bilirubin (TB)"."""
    before, after = (
        scene.text(analyte.start - 1, analyte.start),
        scene.text(analyte.end, analyte.end + 1),
    )
    return before in ("(", "[") and after in (")", "]")


def _names(scene: Scene, analytes: Sequence[Mention]) -> list[Mention]:
    names = [analytes[0]]
    for analyte in analytes[1:_LONGEST]:
        gap = ASIDE.sub("", scene.text(names[-1].end, analyte.start))
        if not _AND.fullmatch(gap):
            break
        names.append(analyte)
    return names


def _row(scene: Scene, names: list[Mention], mappings: Mappings) -> list[tuple[Mention, Measure]]:
    values = _values(scene, names[-1].end)
    if len(names) == 2 and len(values) == 1 and values[0].form == "fraction":
        joined = "/" in scene.text(names[0].end, names[1].start)
        if joined and names[1].name != "blood pressure" and not values[0].is_time:
            values = list(parted(scene.view, values[0]))
    if 1 < len(values) < len(names):
        for measure in values:
            measure.used = True  # whose they are cannot be told
    if len(values) != len(names):
        return []
    _share_unit(names, values, mappings)
    row = list(zip(names, values, strict=True))
    return row if all(acceptable(mappings, a, m) for a, m in row) else []


def _values(scene: Scene, start: int) -> list[Measure]:
    """The numbers that stand in a row behind ``start``, those in brackets left out."""
    found: list[Measure] = []
    for measure in scene.measures:
        if measure.start < start:
            continue
        gap = scene.text(found[-1].end if found else start, measure.start)
        bare = ASIDE.sub("", gap)
        if re.search(r"[(\[]", bare):
            if found:
                continue  # in brackets behind the number before
            return []
        if not (_AND_VALUE if found else _LEADS).fullmatch(bare) or measure.used:
            break
        found.append(measure)
    return found


def _share_unit(names: list[Mention], values: list[Measure], mappings: Mappings) -> None:
    """ "135, 4.1 and 101 mmol/L": one unit for all that can have it."""
    unit = ucum = None
    for analyte, measure in reversed(list(zip(names, values, strict=True))):
        if measure.ucum is not None:
            unit, ucum = measure.unit, measure.ucum
        elif ucum is not None and measure.form in ("number", "range"):
            row = mappings.observations.get(analyte.name)
            if row is not None and row.units:
                measure.unit, measure.ucum = unit, ucum
