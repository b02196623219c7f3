"""Which number belongs to which analyte."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fhirkit.facts.acceptance import acceptable, is_titer, means_another, signed
from fhirkit.facts.dimension import dimension, same_kind
from fhirkit.facts.lexicon import Entry, Mention
from fhirkit.facts.listed import ASIDE, rows
from fhirkit.facts.model import Whose
from fhirkit.facts.numbers import TIME_UNITS, UnitTable
from fhirkit.facts.reference import is_norm, is_reference
from fhirkit.facts.symbols import symbols

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
    "normalized approximately before after further below above over under less more than up room "
    "air rest ambient breathing pulse oximeter oximetry arterial gas using via documented recorded noted observed calculated be as breaths"
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
_LABELS = frozenset(
    "fig figure table grade type stage phase day case patient reference ref no number week month "
    "cycle chapter version group level generation line codon position exon class".split()
)
_COUNTED = frozenset("time times patient people case woman women man men child occasion".split())
_RANGE_BEFORE_UNIT = re.compile(r"\s*[(\[]\s*[<>]?\s*\d[\d.,]*\s*[-–]?\s*[\d.,]*\s*[)\]]\s*")
_BREAK = re.compile(r"[;.]\s|\bbut\b|\bwhereas\b")
_DAY_DATE = re.compile(r"\b\d{1,2}/\d{1,2}(?:/\d{2,4})?\b")
_RIGHT_GAP = re.compile(r"\s*(?:of\s+(?:the\s+)?|were\s+)?(?:atypical\s+|total\s+)?")
_TIGHT = re.compile(r"[\s:=]*(?:(?:was|were|of)\s+)?")

_OPENED = re.compile(r"\s*[(\[]\s*(?:or\s+|i\.e\.,?\s*)?")
#: "50% of erythroblasts were ..." tells of a part of them.
_SHARE_IS = re.compile(
    r"\s*(?:were|was|are|is|had|have|showed|expressed|stained)\b\s*", re.IGNORECASE
)
_NEAR_VERB = 12
#: "increased by 40 mmHg": how much it changed, not what it was.
_CHANGE = re.compile(
    r"\b(?:by|lost|gained|loss of|gain of)\s+(?:about|approximately|nearly|almost|around|at least|only|some)?\s*$",
    re.IGNORECASE,
)
#: A name of its own right before a number: "vital capacity = 36%; another = 107%".
_LABELLED = re.compile(r"[^\W\d_]\w*\s*[=:]\s*$")
_THEN = re.compile(r"\b(?:to|then)\b")
#: Characters of a line before a number that are looked at.
_LINE = 100
_COLUMNS = re.compile(r"\||\t|\S\s{2,}$|\S\s{2,}\S")
#: A titre is told of what was found: "positive (1:320)".
_FOUND = re.compile(
    r"\b(?:became\s+)?(?:(?:strongly|weakly|highly)\s+)?(?:positive|reactive|detected|present)\b",
    re.IGNORECASE,
)
#: "20/40 in the right eye and 20/200 in the left"
_OTHER_SIDE = re.compile(
    r"\s*(?:(?:in|for|of)\s+(?:the\s+|his\s+|her\s+)?)?(?:right|left|OD|OS|RE|LE)?(?:\s+eye)?\s*(?:,|;|and|,\s*and)"
    r"\s*(?:(?:the\s+)?(?:right|left|OD|OS|RE|LE)(?:\s+eye)?\s*)?(?:was\s+)?",
    re.IGNORECASE,
)
_BRACKETS = ("(", "[")
_OF_IT = re.compile(
    r"\s*(?:[(\[]\s*|(?:,\s*)?(?:of|at|up\s+to|to|with|was|as\s+low\s+as|as\s+high\s+as)\s+|[:=]\s*)?",
    re.IGNORECASE,
)
_NEXT = re.compile(r"\s*(?:,|and|;|,\s*and)\s*", re.IGNORECASE)
#: Units whose numbers mean the same, for analytes given in one of them.
_EQUAL = {"meq/L": "mmol/L", "[IU]/L": "U/L"}

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
    "also low high still only elevated raised reduced increased decreased positive negative within "
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
        own = [*scene.of("observations", "scores"), *_measured_conditions(scene, mappings)]
        own += symbols(scene, own, mappings)
        self.analytes = sorted(
            (m for m in own if scene.whose_is(m) is Whose.PATIENT and not means_another(scene, m)),
            key=lambda m: m.start,
        )
        self.analytes = _without_aliases(scene, self.analytes)
        self.units = UnitTable(mappings)
        self.found: list[Pair] = []

    def run(self) -> list[Pair]:
        """All pairs of the scene."""
        for row in rows(self.scene, self.analytes, self.mappings):
            for analyte, measure in row:
                self._take(analyte, measure)
        for measure in self.scene.measures:
            if not (measure.used or any(_covers(p.measure, measure) for p in self.found)):
                self._place(measure)
        self._share_units()
        return sorted(self.found, key=lambda pair: pair.measure.start)

    def _place(self, measure: Measure) -> None:
        """Give one number to the analyte it belongs to, as its value or its normal range."""
        self._unit_behind_range(measure)
        before = [p for p in self.found if p.measure.start < measure.start]
        last = max(before, key=lambda pair: pair.measure.start) if before else None
        if last is not None and is_reference(self.scene, last.measure, measure):
            last.reference = last.reference or measure
            if last.measure.ucum is None and last.measure.unit is None:
                last.measure.unit, last.measure.ucum = measure.unit, measure.ucum
            return
        if _is_label(self.scene, measure):
            return
        analyte = self._owner(last, measure)
        if analyte is not None and not is_norm(self.scene, analyte):
            self._take(analyte, measure)

    def _take(self, analyte: Mention, measure: Measure) -> None:
        if signed(analyte, measure):
            measure.digits, measure.start = f"-{measure.digits}", measure.start - 1
        if measure.comparator == "<=" and self.scene.text(measure.start, measure.end)[:2] == "up":
            measure.comparator = None  # "a fever of up to 39 °C" reached it
        measure.used = True
        self.found.append(Pair(analyte, measure))

    def _share_units(self) -> None:
        """ "Na 135, K 4.1, Cl 101 mmol/L": a list written with its unit once.

        Only for analytes that are given in no other unit: a bare creatinine before a glucose in
        mmol/L is in another one.
        """
        found = sorted(self.found, key=lambda pair: pair.measure.start)
        for pair, following in zip(reversed(found[:-1]), reversed(found[1:]), strict=True):
            measure, other = pair.measure, following.measure
            row = self.mappings.observations.get(pair.analyte.name)
            if measure.ucum or measure.unit or other.ucum is None or not row or not row.units:
                continue
            gap = self.scene.text(measure.end, following.analyte.start)
            if _NEXT.fullmatch(gap) and all(
                _EQUAL.get(u, u) == _EQUAL.get(other.ucum, other.ucum) for u in row.units
            ):
                measure.unit, measure.ucum = other.unit, other.ucum

    def _unit_behind_range(self, measure: Measure) -> None:
        """ "118 (135-145) mmol/L": the unit stands behind the reference range."""
        if measure.ucum is not None or measure.form != "number":
            return
        end = self.scene.sentence.end
        match = _RANGE_BEFORE_UNIT.match(self.scene.text(measure.end, end))
        unit = self.units.match(self.scene.view, measure.end + match.end()) if match else None
        if unit is not None and unit[1] not in TIME_UNITS:
            measure.unit = self.scene.text(measure.end + (match.end() if match else 0), unit[0])
            measure.ucum = unit[1]

    def _owner(self, last: Pair | None, measure: Measure) -> Mention | None:
        if _CHANGE.search(self.scene.text(max(0, measure.start - 24), measure.start)):
            return None
        analyte = self._inside(measure) or self._right_of(measure) or self._left_of(measure)
        if analyte is None and last is not None:
            if self._continues(last, measure) or self._beside(last, measure):
                return last.analyte
        return analyte or self._further_right(measure) or self._unknown(measure)

    def _inside(self, measure: Measure) -> Mention | None:
        """The analyte that the unit itself names: "14 leukocytes/µL"."""
        inside = (a for a in self.analytes if measure.start < a.start < measure.end)
        return next(inside, None)

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
            plain = _FILLER.fullmatch(ASIDE.sub(" ", gap)) and not _SCORE_GUARD.search(gap)
            return analyte if plain and not between else None
        if between:
            return None
        if self._names_a_kind(analyte, measure, gap):
            return None
        if is_titer(measure):
            gap = _FOUND.sub(" ", gap)
        if measure.ucum is None or measure.ucum == "%":
            gap = ASIDE.sub(" ", _DAY_DATE.sub(" ", gap))
            return analyte if len(gap) <= 60 and _FILLER.fullmatch(gap) else None
        fits_in = len(gap) <= 70 and not _BREAK.search(gap)
        return analyte if fits_in and (len(gap) < 14 or self._led_up_to(measure)) else None

    def _names_a_kind(self, analyte: Mention, measure: Measure, gap: str) -> bool:
        """ "cytokeratin (CK) 7": behind what is only found or not, a bare number is of the name."""
        row = self.mappings.observations.get(analyte.name)
        return (
            row is not None
            and not row.units
            and row.category == "laboratory"
            and measure.form == "number"
            and measure.ucum is None
            and measure.comparator is None
            and measure.digits.isdigit()
            and not ASIDE.sub("", gap).strip(" ()")
        )

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
            for m in ASIDE.finditer(self.scene.text(start, end))
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
        gap = self.scene.text(measure.end, analyte.start)
        if not _RIGHT_GAP.fullmatch(gap) or ("\n" in gap and self._in_columns(measure)):
            return None
        if measure.ucum == "%" and "of" in gap.split():
            share = self._share_of(analyte)
            if share is not None:
                return share if share is not analyte else None
        left = [a for a in self.analytes if a.end <= measure.start]
        if left and not any(p.analyte is left[-1] for p in self.found):
            if _TIGHT.fullmatch(self.scene.text(left[-1].end, measure.start)):
                return None
        self._unit_behind_name(analyte, measure)
        return analyte if acceptable(self.mappings, analyte, measure) else None

    def _in_columns(self, measure: Measure) -> bool:
        """Whether the number stands in a line of a table."""
        begin = max(self.scene.sentence.start, measure.start - _LINE)
        line = self.scene.text(begin, measure.start).rpartition("\n")[2]
        return _COLUMNS.search(line) is not None

    def _unit_behind_name(self, analyte: Mention, measure: Measure) -> None:
        """ "48 neutrophils/µL": the unit stands behind the name."""
        if measure.ucum is None and self.scene.text(analyte.end, analyte.end + 1) == "/":
            unit = self.units.match(self.scene.view, analyte.end)
            if unit is not None:
                measure.unit, measure.ucum = self.scene.text(analyte.end, unit[0]), unit[1]

    def _share_of(self, whole: Mention) -> Mention | None:
        """What "81% of the white cells were lymphocytes" tells of; ``whole`` if it is no analyte."""
        verb = _SHARE_IS.match(self.scene.view, whole.end, self.scene.sentence.end)
        if verb is None:
            return None
        parts = (a for a in self.analytes if 0 <= a.start - verb.end() <= _NEAR_VERB)
        return next(parts, whole)

    def _further_right(self, measure: Measure) -> Mention | None:
        """A share whose cells are named later: "a further 13% had ... plasma cells"."""
        if measure.ucum != "%":
            return None
        analyte = next((a for a in self.analytes if a.start >= measure.end), None)
        if analyte is None or "cell" not in analyte.name.split()[-1]:
            return None
        gap = self.scene.text(measure.end, analyte.start)
        if "of" in gap.split() and self._share_of(analyte) is analyte:
            return None
        return analyte if len(gap) < 90 and not re.search(r"[,;.]|\d", gap) else None

    def _continues(self, last: Pair, measure: Measure) -> bool:
        """A series: the same analyte again, with no other thing named in between."""
        gap = self.scene.text(last.measure.end, measure.start)
        named = any(
            last.measure.end <= t.start < measure.start
            for t in self.scene.of("drugs", "observations", "scores", "procedures")
        )
        if (
            len(gap) > 90
            or named
            or measure.form == "grade"
            or _LABELLED.search(gap)
            or not acceptable(self.mappings, last.analyte, measure)
        ):
            return False
        if measure.form == last.measure.form == "fraction" and _OTHER_SIDE.fullmatch(gap):
            return True
        if measure.ucum is None and measure.unit is None:
            joined = re.search(r"\b(?:to|then|was|and)\b", gap)
            plain = joined is not None and bool(_FILLER.fullmatch(gap))
            return last.measure.ucum is None and plain
        if last.measure.ucum is None and last.measure.unit is None:
            return self._told_with_unit(last, measure, gap)
        same = dimension(measure.ucum or "") == dimension(last.measure.ucum or "")
        return same and self._led_up_to(measure)

    def _told_with_unit(self, last: Pair, measure: Measure, gap: str) -> bool:
        """ "120, rose to 131 mmol/L": a course whose unit stands once; both then are in it."""
        if not _THEN.search(gap) or not _FILLER.fullmatch(gap) or last.measure.form != "number":
            return False
        if last.reference is None:
            last.measure.unit, last.measure.ucum = measure.unit, measure.ucum
        return True

    def _beside(self, last: Pair, measure: Measure) -> bool:
        """The value in brackets in another kind of unit: "79% (5.94 L)", "62 mmol/mol (7.8%)"."""
        if last.measure.ucum is None or measure.ucum is None or measure.form != "number":
            return False
        gap = self.scene.text(last.measure.end, measure.start)
        other = not same_kind(last.measure.ucum, measure.ucum)
        return (
            other
            and _OPENED.fullmatch(gap) is not None
            and acceptable(self.mappings, last.analyte, measure)
        )

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


def _measured_conditions(scene: Scene, mappings: Mappings) -> list[Mention]:
    """Conditions told with the number that makes them: "hypokalaemia (2.4 mmol/L)"."""
    found = []
    for thing in scene.of("conditions", "symptoms"):
        name = mappings.measured.get(thing.name)
        if name is None:
            continue
        measure = next((m for m in scene.measures if m.start >= thing.end), None)
        if measure is None or measure.ucum is None:
            continue
        if _OF_IT.fullmatch(scene.text(thing.end, measure.start)):
            analyte = replace(thing, entry=Entry("observations", name), also=())
            found += [analyte] if acceptable(mappings, analyte, measure) else []
    return found


def _without_aliases(scene: Scene, analytes: list[Mention]) -> list[Mention]:
    """Without those that repeat the one before in brackets: "prothrombin time (PT)"."""
    kept: list[Mention] = []
    for analyte in analytes:
        last = kept[-1] if kept else None
        again = last is not None and last.entry == analyte.entry
        if (
            last is None
            or not again
            or scene.text(last.end, analyte.start).strip() not in _BRACKETS
        ):
            kept.append(analyte)
    return kept


def _covers(taken: Measure, measure: Measure) -> bool:
    """Whether a number is part of one that was taken already."""
    return taken.start < measure.end and measure.start < taken.end


def _is_label(scene: Scene, measure: Measure) -> bool:
    if measure.ucum is not None:
        return False
    i = scene.narrative.word_at(measure.start)
    before = scene.words(i - 1, i)
    after = scene.words(
        scene.narrative.word_at(measure.end), scene.narrative.word_at(measure.end) + 1
    )
    return bool(before and before[0] in _LABELS) or bool(after and after[0] in _COUNTED)
