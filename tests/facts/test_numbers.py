from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhirkit.facts.lexicon import lexicon
from fhirkit.facts.numbers import Measure, UnitTable, clean_digits, dates, measures, quantity
from reading import narrative


def found(text: str) -> list[Measure]:
    """The numbers of a text that are no part of a date."""
    return measures(text, UnitTable(lexicon().mappings), dates(text))


def brief(measure: Measure, text: str) -> tuple[str, str, str | None]:
    """(words, comparator and digits, UCUM code)."""
    digits = measure.digits if measure.second is None else f"{measure.digits} {measure.second}"
    return text[measure.start : measure.end], f"{measure.comparator or ''}{digits}", measure.ucum


@pytest.mark.parametrize(
    ("text", "words", "digits", "ucum"),
    [
        pytest.param("was 3,000 mg in", "3,000 mg", "3000", "mg", id="thousands"),
        pytest.param("was 1,234,567/µL", "1,234,567/µL", "1234567", "/uL", id="millions"),
        pytest.param("was 0,85 g/L", "0,85 g/L", "0.85", "g/L", id="decimal-comma"),
        pytest.param("was 0·85 g/L", "0·85 g/L", "0.85", "g/L", id="middle-dot"),
        pytest.param("was 0.40 mg", "0.40 mg", "0.40", "mg", id="digits-are-kept"),
        pytest.param("was 2.4 g/dl.", "2.4 g/dl", "2.4", "g/dL", id="litre-in-lower-case"),
        pytest.param("only 28 % of", "28 %", "28", "%", id="spaced-percent"),
        pytest.param("only 28% of", "28%", "28", "%", id="percent"),
        pytest.param("of 375 mg/m2 each", "375 mg/m2", "375", "mg/m2", id="surface"),
        pytest.param("at 0.4 g/kg/day for", "0.4 g/kg/day", "0.4", "g/kg/d", id="weight-and-day"),
        pytest.param("45 x 10^9/L", "45 x 10^9/L", "45", "10*9/L", id="power"),
        pytest.param("45 × 10⁹/L", "45 × 10⁹/L", "45", "10*9/L", id="superscript-power"),
        pytest.param("45 *109/L", "45 *109/L", "45", "10*9/L", id="flat-power"),
        pytest.param("45 × 10(9)/L", "45 × 10(9)/L", "45", "10*9/L", id="power-in-brackets"),
        pytest.param("1.3 g/24 h and", "1.3 g/24 h", "1.3", "g/d", id="in-a-day"),
        pytest.param(
            "66 millimetres of mercury", "66 millimetres of mercury", "66", "mm[Hg]", id="mercury"
        ),
        pytest.param(
            "900 per cubic millimetre", "900 per cubic millimetre", "900", "/mm3", id="cubic"
        ),
        pytest.param("135\nINR rose", "135", "135", None, id="name-in-the-next-line"),
        pytest.param("37.9 °C and", "37.9 °C", "37.9", "Cel", id="celsius"),
        pytest.param("100 μg daily", "100 μg", "100", "ug", id="greek-mu"),
        pytest.param("a 12-mg dose", "12", "12", None, id="hyphenated-unit-is-left-out"),
        pytest.param("a 14-day course", "14-day", "14", "d", id="hyphenated-time"),
        pytest.param("5\u00a0mg of", "5\u00a0mg", "5", "mg", id="hard-space"),
        pytest.param("5\nmg of", "5\nmg", "5", "mg", id="over-a-line-end"),
    ],
)
def test_numbers_with_their_units(text: str, words: str, digits: str, ucum: str | None) -> None:
    """Digits as written, without thousands separators; the unit as its UCUM code."""
    (measure,) = found(text)
    assert brief(measure, text) == (words, digits, ucum)


@pytest.mark.parametrize(
    ("text", "words", "digits"),
    [
        pytest.param("was <1.0 mg/L", "<1.0 mg/L", "<1.0", id="sign"),
        pytest.param("was < 1.0 mg/L", "< 1.0 mg/L", "<1.0", id="spaced-sign"),
        pytest.param("was ≥ 7 mg", "≥ 7 mg", ">=7", id="at-least-sign"),
        pytest.param("was <= 7 mg", "<= 7 mg", "<=7", id="two-signs"),
        pytest.param("was less than 5 mg", "less than 5 mg", "<5", id="less-than"),
        pytest.param("was above 200 mg/L", "above 200 mg/L", ">200", id="above"),
        pytest.param("at least 3 mg", "at least 3 mg", ">=3", id="at-least"),
        pytest.param("up to 40 mg", "up to 40 mg", "<=40", id="up-to"),
    ],
)
def test_comparators_stand_before_the_number(text: str, words: str, digits: str) -> None:
    """A sign or its words; they are part of the number's span."""
    (measure,) = found(text)
    assert brief(measure, text)[:2] == (words, digits)


@pytest.mark.parametrize(
    ("text", "form", "digits"),
    [
        pytest.param("2:1", "ratio", "2 1", id="ratio"),
        pytest.param("135-145 mmol/L", "range", "135 145", id="hyphen"),
        pytest.param("ranging from 2 to 5 mg", "range", "2 5", id="ranging"),
        pytest.param("was 3+ on", "grade", "3", id="grade"),
        pytest.param("was 4+/5 on", "grade", "4", id="strength"),
        pytest.param("was 4 x 5 cm", "size", "4", id="size"),
        pytest.param("was 4 cm × 5 cm × 6 cm", "size", "4", id="three-sides"),
        pytest.param("135–145 mmol/L", "range", "135 145", id="dash"),
        pytest.param("135 to 145 mmol/L", "range", "135 145", id="to"),
        pytest.param("142/88 mmHg", "fraction", "142 88", id="pressure"),
        pytest.param("7.2 ± 0.4 mg/L", "spread", "7.2 0.4", id="spread"),
    ],
)
def test_two_numbers_in_one(text: str, form: str, digits: str) -> None:
    """What joins them says what they are."""
    (measure,) = found(text)
    assert (measure.form, brief(measure, text)[1]) == (form, digits)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("CD4 cells and IL-6", id="names"),
        pytest.param("interferon beta-1a", id="drug-name"),
        pytest.param("the 3rd day", id="ordinal"),
        pytest.param("COVID-19 vaccine", id="disease"),
        pytest.param("on 12 March 2015", id="date"),
        pytest.param("in May 2011", id="month"),
        pytest.param("since 1998 he", id="year"),
        pytest.param("on 2019-05-04 she", id="iso-date"),
        pytest.param("on 4/5/2019 she", id="slashed-date"),
        pytest.param("version 1.2.3 of", id="version"),
        pytest.param("H1N1 and B12", id="letters-round-digits"),
        pytest.param("the p.R132H change", id="mutation"),
    ],
)
def test_digits_that_are_no_measured_number(text: str) -> None:
    """Names, dates and labels have digits too."""
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "words", "iso"),
    [
        pytest.param("since 1998 he", "1998", "1998", id="year"),
        pytest.param("in May 2011 he", "May 2011", "2011-05", id="month"),
        pytest.param("in Sept. 2011 he", "Sept. 2011", "2011-09", id="short-month"),
        pytest.param("on 12 March 2015", "12 March 2015", "2015-03-12", id="day-first"),
        pytest.param("on 2nd of June 2015", "2nd of June 2015", "2015-06-02", id="ordinal"),
        pytest.param("on March 3, 2015", "March 3, 2015", "2015-03-03", id="month-first"),
        pytest.param("on 2019-05-04 she", "2019-05-04", "2019-05-04", id="iso"),
        pytest.param("on 4/5/2019 she", "4/5/2019", "", id="slashes-are-unclear"),
    ],
)
def test_dates(text: str, words: str, iso: str) -> None:
    """As precise as written, never more."""
    (date,) = dates(text)
    assert (text[date.start : date.end], date.iso) == (words, iso)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("2000 mg of", id="dose"),
        pytest.param("2014 patients", id="people"),
        pytest.param("1,998 cells", id="thousands"),
        pytest.param("1998/mm3", id="count"),
        pytest.param("20141 units", id="longer"),
        pytest.param("2014.5 was", id="decimal"),
        pytest.param("1850 was", id="no-year-of-ours"),
        pytest.param("A2010 strain", id="in-a-word"),
    ],
)
def test_numbers_like_years(text: str) -> None:
    """Four digits are a year only where they stand alone."""
    assert dates(text) == []


@pytest.mark.parametrize(
    ("written", "digits"),
    [
        pytest.param("3,000", "3000", id="thousands"),
        pytest.param("3,5", "3.5", id="comma"),
        pytest.param("1,234.5", "1234.5", id="both"),
        pytest.param("0.850", "0.850", id="zeros"),
        pytest.param("1.2.3", "", id="no-number"),
        pytest.param("1,2,3", "", id="list"),
    ],
)
def test_digits_of_a_number(written: str, digits: str) -> None:
    """Point as decimal mark; "" for what is no number."""
    assert clean_digits(written) == digits


@pytest.mark.parametrize("gap", [" ", "\n", " \n", "\r\n", "\n  ", "\t", "\u00a0"])
def test_a_number_may_stand_first_in_its_line(gap: str) -> None:
    """A hard wrap before a number is a space like any other."""
    (measure,) = found(f"haemoglobin was{gap}11.2 g/dL on")
    assert (measure.digits, measure.ucum) == ("11.2", "g/dL")


def test_a_quantity_has_the_words_of_the_text() -> None:
    """Its span leads back to the text as given, its digits are plain."""
    text = "She took 3,000\u00a0mg of it."
    story = narrative(text)
    (measure,) = found(story.view.text)
    value = quantity(story, measure)
    assert value.span.text == "3,000\u00a0mg"
    assert (value.digits, value.unit, value.ucum, value.comparator) == ("3000", "mg", "mg", None)


@given(st.text(alphabet="0123456789.,:/-–<>≥±x×^ mgLd%µ°C\n²⁹", max_size=40))
def test_any_mixture_of_digits_and_signs_is_read_or_left(text: str) -> None:
    """Numbers come in order, do not overlap, and have digits that are a number."""
    end = 0
    for measure in found(text):
        assert end <= measure.start < measure.end <= len(text)
        assert float(measure.digits) >= 0
        end = measure.end
