"""Whether a number can be the result of an analyte: its unit, its form, the scale's bounds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fhirkit.facts.dimension import dimension, fits
from fhirkit.facts.numbers import TIME_UNITS
from fhirkit.facts.regimen import is_dose

if TYPE_CHECKING:
    from fhirkit._data import Mappings
    from fhirkit.facts.lexicon import Mention
    from fhirkit.facts.numbers import Measure
    from fhirkit.facts.scene import Scene

#: Analytes that may be below zero; a dash before any other number only leads up to it.
_SIGNED = re.compile(r"\b(?:excess|anion gap|density)\b")

_LENGTHS = frozenset({"mm", "cm", "m", "um"})
_CLASS = re.compile(r"Ig[AEGM]$")
_TITER = re.compile(r"\s*(?:tit(?:er|re)s?|antibod(?:y|ies))\b|\s*\)?\s*\d-related", re.IGNORECASE)
#: Words that make a measurement of its own of the analyte before them.
_GOES_ON = re.compile(
    r"(?:\s*\([^()]*\))?[\s-]*(?P<head>ratio|gradient|velocity|uptake|metabolism|deficiency|clearance|voltage|homeostasis|like|laden|containing|balance"
    r"|excretion|synthesis|supplement\w*|replacement|therapy|transfusions?|infusions?|tablets?|difference|discrepancy"
    r"|receptors?|channels?|inhibitors?|blockers?|binding|storage|overload|mutations?|gene)\b",
    re.IGNORECASE,
)


def acceptable(mappings: Mappings, analyte: Mention, measure: Measure) -> bool:
    """Whether the analyte can have this number: scale, unit and form fit."""
    if analyte.kind == "scores":
        return not measure.is_time and _in_scale(mappings, analyte, measure)
    row = mappings.observations.get(analyte.name)
    units, category = (row.units, row.category) if row else ((), "")
    if measure.is_time:
        # Clotting is timed; elsewhere a time says when or how long.
        return any(u in TIME_UNITS for u in units) and fits(measure.ucum or "", units)
    if is_titer(measure):
        return category == "laboratory" and not set(units) - {"{titer}"}
    if measure.form in ("ratio", "fraction", "grade", "size"):
        return _has_form(analyte, measure, units, category)
    if measure.ucum is None:
        return measure.unit is None and _may_lack_unit(measure, units)
    if ":" in analyte.name and measure.ucum != "%":
        return False
    if measure.ucum == "%" and any(dimension(u) == "count/volume" for u in units):
        return True  # a share of cells
    return fits(measure.ucum, units) if units else _has_any_unit(measure, category)


def _has_form(analyte: Mention, measure: Measure, units: tuple[str, ...], category: str) -> bool:
    """Whether results of the analyte are written so: "2:1", "6/18", "3+", "4 x 5 cm"."""
    if measure.form == "ratio":
        return ":" in analyte.name or "ratio" in analyte.name.split()
    if measure.form == "fraction":
        return _in_words(analyte, measure, units, category)
    if measure.form == "grade":
        return category in ("laboratory", "exam")
    return category in ("imaging", "exam") and "cm" in units


def _has_any_unit(measure: Measure, category: str) -> bool:
    """Whether an analyte of no known unit can have the measure's.

    Plain masses and amounts by body weight are doses, lengths are sizes of what is seen.
    """
    if measure.ucum in _LENGTHS:
        return category == "imaging"
    is_mass = is_dose(measure) and measure.ucum in ("mg", "g", "ug", "kg")
    return "/kg" not in (measure.ucum or "") and not is_mass


def is_titer(measure: Measure) -> bool:
    """Whether the number is a dilution: "1:320", "1/80"."""
    return (
        measure.form in ("ratio", "fraction")
        and measure.digits == "1"
        and measure.ucum is None
        and (measure.second or "").isdigit()
        and int(measure.second or "0") >= 2
    )


def means_another(scene: Scene, analyte: Mention) -> bool:
    """Whether the words go on to the name of something else: "glucose uptake", "albumin ratio"."""
    if _CLASS.match(analyte.name) and _TITER.match(scene.view, analyte.end):
        return True  # "IgG titre 400": of antibodies against something
    match = _GOES_ON.match(scene.view, analyte.end, scene.sentence.end)
    return match is not None and match["head"].lower() not in analyte.name.lower()


def signed(analyte: Mention, measure: Measure) -> bool:
    """Whether the dash before the number is a minus."""
    return measure.dashed and _SIGNED.search(analyte.name) is not None


def _in_words(analyte: Mention, measure: Measure, units: tuple[str, ...], category: str) -> bool:
    """Whether two numbers with a slash are one result: a pressure, "6/18", "4/5"."""
    if analyte.name == "blood pressure":
        return measure.ucum in (None, "mm[Hg]")
    if units:
        return measure.ucum == "mm[Hg]" and "mm[Hg]" in units
    return category == "exam" and measure.ucum is None and measure.unit is None


def _may_lack_unit(measure: Measure, units: tuple[str, ...]) -> bool:
    """Whether a bare number can be meant; a share told so is a part of one ("0.35")."""
    return not (set(units) and set(units) <= {"%"}) or measure.digits.startswith("0.")


def _in_scale(mappings: Mappings, analyte: Mention, measure: Measure) -> bool:
    if measure.ucum is not None or measure.form not in ("number", "fraction"):
        return False
    if measure.comparator is not None:
        return False  # a bound is a definition, not a score
    row = mappings.scores.get(analyte.name)
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
