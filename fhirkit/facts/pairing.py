"""Which number belongs to which analyte."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from fhirkit.facts.dimension import dimension, fits
from fhirkit.facts.lexicon import Entry, Mention
from fhirkit.facts.model import Whose
from fhirkit.facts.numbers import TIME_UNITS, UnitTable
from fhirkit.facts.regimen import is_dose

if TYPE_CHECKING:
    from fhirkit._data import Mappings
    from fhirkit.facts.numbers import Measure
    from fhirkit.facts.scene import Scene

#: Words that may stand between an analyte and a number without a unit.
_FILLER_WORDS = (
    "was were is of at to with level levels count counts value values score scores scale index "
    "activity concentration titre titer test tests dropped fell fallen rose risen decreased "
    "increased improved worsened deteriorated down up as low high from the had has been a an "
    "again only just about approximately around measured reached reaching peaked climbed elevated "
    "reduced markedly significantly then serum plasma blood and on recheck admission arrival "
    "hospital total estimated calculated initial baseline normal later day prior transfusion "
    "result results showed patient s in by for now remained still stable grade mean maximum peak "
    "nadir csf ratio increasing decreasing rising falling dropping still declined normalised "
    "normalized approximately before after further below above over under less more than up"
)
_FILLER = re.compile(
    r"(?:[\s,:=(\[\])/–-]|\b(?:" + "|".join(sorted(set(_FILLER_WORDS.split()))) + r")\b)*",
    re.IGNORECASE,
)
_LEADS_TO_VALUE = frozenset(_FILLER_WORDS.split()) | {"(", ",", ":", "=", "[", "/"}
_SCORE_GUARD = re.compile(
    r"\b(?:maxim\w+|minim\w+|at least|(?:rise|increase|change|decrease|gain) of|rang\w+|from 0|scale of|out of|points|between|or (?:more|less))\b",
    re.IGNORECASE,
)
_BRACKET_RANGE = re.compile(
    r"\s*[(\[,;]?\s*(?:(?:normal|reference|ref|nl|n|nr|laboratory|reference values?)\b\.?\s*(?:range|value|values"
    r"|limit|interval)?\s*[,:=]?\s*|range\s*[:,]?\s*|[(\[]\s*)$",
    re.IGNORECASE,
)
_LABELS = frozenset(
    "fig figure table grade type stage phase day case patient reference ref no number week month "
    "cycle chapter version group level generation line codon position exon class".split()
)
_COUNTED = frozenset("time times patient people case woman women man men child occasion".split())
_AND = re.compile(r"\s*(?:,|and|,\s*and|/)\s*(?:the\s+|serum\s+|plasma\s+)?")
_WERE = re.compile(
    r"\s*(?:levels?|values?|counts?|concentrations?)?\s*(?:was|were|of|at|had risen to|rose to|fell to|:)\s*"
)
_RANGE_BEFORE_UNIT = re.compile(r"\s*[(\[]\s*[<>]?\s*\d[\d.,]*\s*[-–]?\s*[\d.,]*\s*[)\]]\s*")
_BREAK = re.compile(r"[;.]\s|\bbut\b|\bwhereas\b")
_ASIDE = re.compile(r"\([^()]*\)")
_DAY_DATE = re.compile(r"\b\d{1,2}/\d{1,2}(?:/\d{2,4})?\b")
_RIGHT_GAP = re.compile(r"\s*(?:of\s+|were\s+)?(?:atypical\s+|total\s+)?")
_TIGHT = re.compile(r"[\s:=]*(?:(?:was|were|of)\s+)?")

_OPEN = Entry("observations", "")
_OPEN_NAME = re.compile(
    r"(?:^|[,;:(.]|\b(?:and|with|of|showed|revealed|had|his|her|the|an?|elevated|raised|low|high"
    r"|decreased|increased|reduced|normal|serum|plasma|including|were|was|follows|both)\b)\s*"
    r"(?P<name>[^\W\d_][\w/+-]*(?:\s+(?!was\b|were\b|is\b|of\b|level|at\b|to\b)[\w/+-]+){0,3}?)"
    r"(?:\s+(?:levels?|counts?|concentrations?|activity|titers?|titres?|values?))?"
    r"\s*(?:was|were|is|of|at|:|=|\()?\s*$",
    re.IGNORECASE,
)
_ARTICLE = re.compile(r"^(?:the|an?|his|her|its|their)\s+", re.IGNORECASE)
_NO_NAME = frozenset(
    "dose doses total day days daily weight height size diameter patient treatment infusion rate "
    "rose fell dropped increased decreased to from by up and or the a an on in for with he she it "
    "value values level levels result results range peak maximum minimum admission about after "
    "normal reference ref limit before was were been volume blood tumor tumour mass lesion cyst fluid".split()
)


_VERB = re.compile(r"^(?:found|seen|shown|known|given)$|(?:ed|ing)$", re.IGNORECASE)


@dataclass(slots=True)
class Pair:
    """An analyte with a number of its own, and the reference range told with it."""

    analyte: Mention
    measure: Measure
    reference: Measure | None = None


def pairs(scene: Scene, mappings: Mappings) -> list[Pair]:
    """The analytes of a scene with their numbers, in the order of the numbers.

    Numbers that belong to a dose are left out already (``Measure.used``); those that no
    analyte takes stay unused.
    """
    return _Pairing(scene, mappings).run() if scene.measures else []


class _Pairing:
    """One scene's numbers, taken one after the other."""

    def __init__(self, scene: Scene, mappings: Mappings) -> None:
        self.scene = scene
        self.mappings = mappings
        self.analytes = [
            m for m in scene.of("observations", "scores") if scene.whose_is(m) is Whose.PATIENT
        ]
        self.units = UnitTable(mappings)
        self.found: list[Pair] = []

    def run(self) -> list[Pair]:
        """All pairs of the scene."""
        self._respectively()
        for measure in self.scene.measures:
            if measure.used or _is_label(self.scene, measure):
                continue
            self._unit_behind_range(measure)
            last = self.found[-1] if self.found else None
            if last is not None and self._is_reference(last, measure):
                last.reference = last.reference or measure
                continue
            analyte = self._owner(last, measure)
            if analyte is not None:
                measure.used = True
                self.found.append(Pair(analyte, measure))
        return self.found

    def _respectively(self) -> None:
        """ "ALT and AST were 812 U/L and 640 U/L": as many numbers as names, in their order."""
        plain = [m for m in self.scene.measures if not m.used and m.form == "number"]
        for i, first in enumerate(self.analytes[:-1]):
            names = [first]
            for analyte in self.analytes[i + 1 :]:
                if not _AND.fullmatch(self.scene.text(names[-1].end, analyte.start)):
                    break
                names.append(analyte)
            values = [m for m in plain if m.start >= names[-1].end][: len(names)]
            if len(names) < 2 or len(values) < len(names) or any(m.used for m in values):
                continue
            joined = all(
                _AND.fullmatch(self.scene.text(a.end, b.start)) for a, b in pairwise(values)
            )
            led = _WERE.fullmatch(self.scene.text(names[-1].end, values[0].start))
            fitting = all(
                acceptable(self.mappings, a, m) for a, m in zip(names, values, strict=True)
            )
            if joined and led and fitting:
                for analyte, measure in zip(names, values, strict=True):
                    measure.used = True
                    self.found.append(Pair(analyte, measure))

    def _unit_behind_range(self, measure: Measure) -> None:
        """ "118 (135-145) mmol/L": the unit stands behind the reference range."""
        if measure.ucum is not None or measure.form != "number":
            return
        end = self.scene.sentence.end
        match = _RANGE_BEFORE_UNIT.match(self.scene.text(measure.end, end))
        unit = (
            self.units.match(self.scene.text(0, end), measure.end + match.end()) if match else None
        )
        if unit is not None and unit[1] not in TIME_UNITS:
            measure.unit = self.scene.text(measure.end + (match.end() if match else 0), unit[0])
            measure.ucum = unit[1]

    def _owner(self, last: Pair | None, measure: Measure) -> Mention | None:
        analyte = self._inside(measure) or self._right_of(measure) or self._left_of(measure)
        if analyte is None and last is not None and self._continues(last, measure):
            return last.analyte
        return analyte or self._further_right(measure) or self._unknown(measure)

    def _inside(self, measure: Measure) -> Mention | None:
        """The analyte that the unit itself names: "14 leukocytes/µL"."""
        inside = (a for a in self.analytes if measure.start < a.start < measure.end)
        return next(inside, None)

    def _is_reference(self, last: Pair, measure: Measure) -> bool:
        """Whether the number is the normal range of the value before it."""
        if measure.start < last.measure.end:
            return True
        gap = self.scene.text(last.measure.end, measure.start)
        if len(gap) > 40 or not _BRACKET_RANGE.fullmatch(gap):
            return False
        bounded = measure.form == "range" or measure.comparator is not None
        named = bool(re.search(r"norm|ref|rang|\bn[lr]?\b", gap, re.IGNORECASE))
        return bounded and ("(" in gap or "[" in gap or named)

    def _left_of(self, measure: Measure) -> Mention | None:
        """The nearest analyte before the number, if the words between allow it."""
        before = [a for a in self.analytes if a.end <= measure.start]
        if not before or not acceptable(self.mappings, before[-1], measure):
            return None
        analyte = before[-1]
        gap = self.scene.text(analyte.end, measure.start)
        if self._other_thing(analyte.end, measure.start):
            return None
        between = [
            m
            for m in self.scene.measures
            if analyte.end <= m.start < measure.start
            and not m.is_time
            and not _is_label(self.scene, m)
        ]
        if analyte.kind == "scores":
            plain = _FILLER.fullmatch(gap) and not _SCORE_GUARD.search(gap)
            return analyte if plain and not between else None
        if between:
            return None
        if measure.ucum is None or measure.ucum == "%":
            gap = _ASIDE.sub(" ", _DAY_DATE.sub(" ", gap))
            return analyte if len(gap) <= 60 and _FILLER.fullmatch(gap) else None
        fits_in = len(gap) <= 70 and not _BREAK.search(gap)
        return analyte if fits_in and (len(gap) < 14 or self._led_up_to(measure)) else None

    def _led_up_to(self, measure: Measure) -> bool:
        """Whether the word before the number announces a value and is no name of its own."""
        i = self.scene.narrative.word_at(measure.start)
        before = self.scene.words(i - 1, i)
        if not before or before[0] in _LEADS_TO_VALUE or before[0].isdigit() or before[0] == ")":
            return True
        return any(a.last == i for a in self.analytes)

    def _other_thing(self, start: int, end: int) -> bool:
        """Whether something else is named in between, an aside in brackets set apart."""
        asides = [
            (start + m.start(), start + m.end())
            for m in _ASIDE.finditer(self.scene.text(start, end))
        ]
        return any(
            start <= t.start < end and not any(a <= t.start < b for a, b in asides)
            for t in self.scene.of("drugs", "conditions", "symptoms", "procedures")
        )

    def _right_of(self, measure: Measure) -> Mention | None:
        """The analyte right behind the number: "59% T cells", "30 leukocytes"."""
        analyte = next((a for a in self.analytes if a.start >= measure.end), None)
        if analyte is None or analyte.kind == "scores" or measure.form == "ratio":
            return None
        if measure.ucum not in (None, "%"):
            return None
        if not _RIGHT_GAP.fullmatch(self.scene.text(measure.end, analyte.start)):
            return None
        left = [a for a in self.analytes if a.end <= measure.start]
        if left and not any(p.analyte is left[-1] for p in self.found):
            if _TIGHT.fullmatch(self.scene.text(left[-1].end, measure.start)):
                return None
        return analyte if acceptable(self.mappings, analyte, measure) else None

    def _further_right(self, measure: Measure) -> Mention | None:
        """A share whose cells are named later: "a further 13% had ... plasma cells"."""
        if measure.ucum != "%":
            return None
        analyte = next((a for a in self.analytes if a.start >= measure.end), None)
        if analyte is None or "cell" not in analyte.name.split()[-1]:
            return None
        gap = self.scene.text(measure.end, analyte.start)
        return analyte if len(gap) < 90 and not re.search(r"[,;.]|\d", gap) else None

    def _continues(self, last: Pair, measure: Measure) -> bool:
        """A series: the same analyte again, with no other thing named in between."""
        gap = self.scene.text(last.measure.end, measure.start)
        named = any(
            last.measure.end <= t.start < measure.start
            for t in self.scene.of("drugs", "observations", "scores", "procedures")
        )
        if len(gap) > 90 or named or not acceptable(self.mappings, last.analyte, measure):
            return False
        if measure.ucum is None and measure.unit is None:
            joined = re.search(r"\b(?:to|then|was|and)\b", gap)
            plain = joined is not None and bool(_FILLER.fullmatch(gap))
            return last.measure.ucum is None and plain
        same = dimension(measure.ucum or "") == dimension(last.measure.ucum or "")
        return same and self._led_up_to(measure)

    def _unknown(self, measure: Measure) -> Mention | None:
        """An analyte no vocabulary knows: the words right before a concentration."""
        code = measure.ucum or ""
        if code.startswith("{cells}"):
            return self._cells(measure)
        if not ("/" in code and dimension(code).endswith("/volume")):
            return None
        start = max(self.scene.sentence.start, measure.start - 60)
        match = _OPEN_NAME.search(self.scene.text(start, measure.start))
        if match is None:
            return None
        name = _ARTICLE.sub("", match.group("name"))
        words = name.split()
        if (
            not words
            or {w.lower() for w in words} & _NO_NAME
            or len(name) < 2
            or _VERB.search(words[-1])
        ):
            return None
        first = start + match.end("name") - len(name)
        last = start + match.end("name")
        if self._overlaps(first, last):
            return None
        i, j = self.scene.narrative.word_at(first), self.scene.narrative.word_at(last)
        return Mention(_OPEN, i, j, first, last)

    def _cells(self, measure: Measure) -> Mention | None:
        """ "CSF contained 14 cells/mm3": only of CSF it is plain which cells are meant."""
        said = self.scene.text(measure.start, measure.end).lower().find("cell")
        before = [t for t in self.scene.terms("specimen") if t.end <= measure.start]
        if said < 0 or not before or before[-1].name != "csf":
            return None
        start = measure.start + said
        i = self.scene.narrative.word_at(start)
        end = self.scene.narrative.ends[i]
        return Mention(Entry("observations", "CSF nucleated cells"), i, i + 1, start, end)

    def _overlaps(self, start: int, end: int) -> bool:
        return any(t.start < end and start < t.end for t in self.scene.things)


def _is_label(scene: Scene, measure: Measure) -> bool:
    if measure.ucum is not None:
        return False
    i = scene.narrative.word_at(measure.start)
    before = scene.words(i - 1, i)
    after = scene.words(
        scene.narrative.word_at(measure.end), scene.narrative.word_at(measure.end) + 1
    )
    return bool(before and before[0] in _LABELS) or bool(after and after[0] in _COUNTED)


def acceptable(mappings: Mappings, analyte: Mention, measure: Measure) -> bool:
    """Whether the analyte can have this number: scale, unit and form fit."""
    if measure.is_time:
        return False
    if analyte.kind == "scores":
        return _in_scale(mappings, analyte, measure)
    row = mappings.observations.get(analyte.name)
    units = row.units if row else ()
    if measure.form == "ratio":
        return ":" in analyte.name or "ratio" in analyte.name
    if measure.ucum is None:
        return measure.unit is None and not (set(units) and set(units) <= {"%"})
    if ":" in analyte.name and measure.ucum != "%":
        return False
    if measure.ucum == "%" and any(dimension(u) == "count/volume" for u in units):
        return True  # a share of cells
    if not units:
        # Plain masses and amounts by body weight are doses.
        return "/kg" not in measure.ucum and not (
            is_dose(measure) and measure.ucum in ("mg", "g", "ug", "kg")
        )
    return fits(measure.ucum, units)


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
