from __future__ import annotations

import csv
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhirkit.validate.terminology import ucum

UNITS = """
    m g mg ug ng kg mL ml uL L l dl dL mol mmol mosm meq U kU [iU] [IU] m[IU]/L k[iU] kat % [pH]
    Cel [degF] mm[Hg] cm[H2O] m[H2O] [in_i'H2O] s min h d wk mo a Hz kPa Pa bar Gy mSv MBq mCi
    [lb_av] [oz_av] [in_i] [ft_i] [HPF] [CFU]/mL [arb'U]/mL [USP'U] [drp] [MET] deg ' '' rad
    B dB B[SPL] dB[10.nV] cal_[15] kcal_[15] cal_IT %[slope] [m/s2/Hz^(1/2)] By KiBy bit_s Ao
    MG Mg Mmol/L pH pt ft N/A daL dag Ms eV
""".split()

EXPRESSIONS = """
    mg/dl U/l mg/kg/d mg/(kg.d) mg/(24.h) umol/2.h m.s-1 m/s2 m+2 m3.kg-1.s-2 /min /mm3 /[HPF]
    1/d 10*9/L 10^9/L 10*-3/ul 10*+3/ul 10*23 4.[pi].10*-7.N/A2 kg.m/s ((m)) (m/s) m.(s)
    dyn.s/(cm5.m2) 10.L/(min.m2) 1 10 0.5 l/(1.73.m2) mmol/(8.h.kg) g/100.g (/m) m/(/s) 1.73
""".split()

ANNOTATIONS = [
    "{score}",
    "{#}/uL",
    "%{vol}",
    "mg/dL{CSF}",
    "mL/min/{1.73_m2}",
    "10*3{rbc}",
    "1{c}",
    "m2{area}",
    "(m/s){peak}",
    "{a}.rad2{b}",
    "{# of fetuses}",
    "{Ehrlich'U}/100.g",
    "/{tot}",
    "{}",
    "{[]()/.|~!}",
]


@pytest.mark.parametrize("code", [*UNITS, *EXPRESSIONS, *ANNOTATIONS])
def test_what_the_grammar_allows(code: str) -> None:
    """Atoms, prefixes on metric ones, terms, exponents and annotations are no fault."""
    assert ucum.fault(code) is None


WORDS = """
    mmHg cmH2O IU mIU/L iU [iIU] [BETH'U] IU/mL mcg mcg/kg mEq mEq/L mOsm hr hrs sec secs mins day
    days week month year yr wks ml/hr mg/day cc gm Kg KG MMOL/L mg/DL MM tablet tabs
    bpm beats/min cells/uL copies/mL ppm pct percent INR ratio inch in lb lbs oz degC degF °C
    µg µmol/L mg/dLL molv Torr cfu mM uM ng/mLL x10*9/L [H2O] cm[H20] mmol/kg[H20] Ki kiBy dda
    {score}s m² 10⁹/L Ω unit units null none g/dL(calc)
""".split()


@pytest.mark.parametrize("code", [*WORDS, "grams per litre", "mg / dL", "mm Hg", " mg", "mg "])
def test_words_and_wrong_case_are_no_units(code: str) -> None:
    """How people write units is a fault where UCUM writes them in another way."""
    assert ucum.fault(code) is not None


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        pytest.param("", "it is empty", id="nothing"),
        pytest.param("mg.", "it ends where a unit is expected", id="dot-at-the-end"),
        pytest.param("mg/", "it ends where a unit is expected", id="solidus-at-the-end"),
        pytest.param("/", "it ends where a unit is expected", id="solidus-alone"),
        pytest.param("mg//dL", "a unit is missing before '/'", id="two-slashes"),
        pytest.param("//m", "a unit is missing before '/'", id="two-slashes-at-the-start"),
        pytest.param("m..s", "a unit is missing before '.'", id="two-dots"),
        pytest.param("m./s", "a unit is missing before '/'", id="dot-and-solidus"),
        pytest.param(".m", "a unit is missing before '.'", id="dot-at-the-start"),
        pytest.param("(.m)", "a unit is missing before '.'", id="dot-after-parenthesis"),
        pytest.param("()", "a unit is missing before ')'", id="empty-parentheses"),
        pytest.param("(m/)", "a unit is missing before ')'", id="solidus-before-parenthesis"),
        pytest.param("(m", "a parenthesis is not closed", id="open"),
        pytest.param("((m)", "a parenthesis is not closed", id="one-of-two-open"),
        pytest.param("m)", "a parenthesis is closed that was not opened", id="not-opened"),
        pytest.param("(m)).(s", "a parenthesis is closed that was not opened", id="in-between"),
        pytest.param("2m", "an operator is missing before 'm'", id="number-and-unit"),
        pytest.param("g/12h", "an operator is missing before 'h'", id="twelve-hours"),
        pytest.param("m2s", "an operator is missing before 's'", id="exponent-and-unit"),
        pytest.param("mm(Hg)", "an operator is missing before '('", id="unit-and-parenthesis"),
        pytest.param("(m)(s)", "an operator is missing before '('", id="two-parentheses"),
        pytest.param("(m/s)2", "an operator is missing before '2'", id="exponent-of-a-term"),
        pytest.param("{a}m", "an operator is missing before 'm'", id="annotation-before-a-unit"),
        pytest.param("{a}1", "an operator is missing before '1'", id="annotation-before-a-number"),
        pytest.param("m{a}2", "an operator is missing before '2'", id="exponent-after-annotation"),
        pytest.param("m{a}{b}", "an operator is missing before '{b}'", id="two-annotations"),
        pytest.param("mmin", "'min' takes no prefix", id="prefix-on-a-minute"),
        pytest.param("ka", "'a' takes no prefix", id="prefix-on-a-year"),
        pytest.param("m[pH]", "'[pH]' takes no prefix", id="prefix-on-a-special-unit"),
        pytest.param("k%", "'%' takes no prefix", id="prefix-on-percent"),
        pytest.param("kkg", "'kkg' is no unit of UCUM", id="two-prefixes"),
        pytest.param("m^2", "'m^' is no unit of UCUM", id="caret"),
        pytest.param("10**6", "'*' is no unit of UCUM", id="two-asterisks"),
        pytest.param("10+3/ul", "'+' has no place in it", id="exponent-of-a-number"),
        pytest.param("-1", "'-' has no place in it", id="negative-number"),
        pytest.param("m--2", "'-' has no place in it", id="two-signs"),
        pytest.param("[degF", "'[' has no place in it", id="bracket-not-closed"),
        pytest.param("mg dL", "it has a space in it", id="space"),
        pytest.param("m\n", "it has a space in it", id="line-break"),
        pytest.param("{a", "an annotation is nested, not closed or not ASCII", id="not-closed"),
        pytest.param("a}", "an annotation is nested, not closed or not ASCII", id="not-begun"),
        pytest.param("{a{b}}", "an annotation is nested, not closed or not ASCII", id="nested"),
        pytest.param("g{créat}", "an annotation is nested, not closed or not ASCII", id="accent"),
        pytest.param("m{\t}", "an annotation is nested, not closed or not ASCII", id="tabulator"),
        pytest.param("x" * 40, f"'{'x' * 24}...' is no unit of UCUM", id="long-ones-are-cut"),
    ],
)
def test_a_fault_says_what_is_wrong(code: str, wrong: str) -> None:
    """Each kind of mistake has its own words."""
    assert ucum.fault(code) == wrong


def test_metric_units_take_every_prefix_and_others_none() -> None:
    """A prefixed atom is a unit where the table calls the atom metric."""
    for prefix in ("k", "m", "u", "da", "Ki"):
        assert ucum.fault(f"{prefix}mol") is None
        assert ucum.fault(f"{prefix}[lb_av]") == "'[lb_av]' takes no prefix"


def test_the_table_is_whole() -> None:
    """The shipped table has all prefixes and units of UCUM 2.2."""
    table = ucum._table()
    assert len(table.prefixes) == 24
    assert len(table.unprefixed) == 216
    assert len(table.symbols) == 216 + 96 * 25


@given(st.text(alphabet="mgLdk10*^.2/(){}[]-+ %'é", max_size=12))
def test_any_text_has_an_answer(code: str) -> None:
    """No text is an exception, and what is put together from two units is one."""
    found = ucum.fault(code)
    assert found is None or isinstance(found, str)
    if found is None and "/" not in code[:1]:
        assert ucum.fault(f"({code}).m") is None
        assert ucum.fault(f"{code}/") is not None


@pytest.mark.parametrize("part", ["(", "m.", "{", "[", "m{", "9", "a b", "[a"])
def test_long_codes_take_linear_time(part: str) -> None:
    """A code of a million characters is answered like any other."""
    assert ucum.fault(part * (1_000_000 // len(part)) + ".") is not None


@pytest.mark.parametrize(
    ("code", "meant"),
    [
        pytest.param("mmHg", "mm[Hg]", id="whole"),
        pytest.param("mcg", "ug", id="mcg"),
        pytest.param("MMOL/L", "mmol/L", id="case"),
        pytest.param("mEq/L", "meq/L", id="milliequivalents"),
        pytest.param("IU/L", "[IU]/L", id="international-units"),
        pytest.param("mcg/min/L", "ug/min/L", id="in-parts"),
        pytest.param("mg/(kg.day)", "mg/(kg.d)", id="in-parentheses"),
        pytest.param("mg//dL", None, id="grammar"),
        pytest.param("furlongs", None, id="unknown"),
        pytest.param("mg/dL", None, id="nothing-wrong"),
        pytest.param("", None, id="empty"),
    ],
)
def test_what_was_probably_meant(code: str, meant: str | None) -> None:
    """A spelling that the mappings know leads to its UCUM code, and nothing else does."""
    assert ucum.suggestion(code) == meant


def test_a_suggestion_is_a_unit() -> None:
    """Every spelling of the mappings that is no UCUM code leads to one that is."""
    text = (resources.files("fhirkit") / "mappings" / "units.csv").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    spellings = [s for row in csv.DictReader(lines) for s in row["written"].split("|")]
    faulty = [spelling for spelling in spellings if ucum.fault(spelling)]
    assert len(faulty) > 300
    for spelling in faulty:
        meant = ucum.suggestion(spelling)
        assert meant is not None, spelling
        assert ucum.fault(meant) is None
