from __future__ import annotations

from dataclasses import replace

import pytest

from fhirkit.facts.attribution import attribute
from fhirkit.facts.lexicon import lexicon
from fhirkit.facts.model import ObservationFact, Quantity, Range, Ratio, Term
from fhirkit.facts.notebook import Notebook
from fhirkit.facts.scene import scenes
from fhirkit.facts.verify import verify_observations
from fhirkit.narrative.narrative import read_narrative
from reading import Reading

TEXT = "A 44-year-old man had sodium 131 mmol/L, ANA 1:320 and pH 7.21 (7.35-7.45)."


def book_with(analyte: str, value: Quantity | Ratio | Range) -> Notebook:
    """A notebook with one observation that some reader has made."""
    words = lexicon()
    narrative = read_narrative(TEXT, is_word=words.is_word, headings=words.headings)
    found = scenes(narrative, words)
    attribute(found)
    book = Notebook(narrative, words, found)
    at = TEXT.index("sodium")
    book.new(
        "observation", ObservationFact, analyte, found[0], at, at + 6, "test",
        concept=analyte, analyte=Term(narrative.span(at, at + 6), analyte),
        category="laboratory", value=value,
    )  # fmt: skip
    return book


def quantity(written: str, digits: str, ucum: str | None = None) -> Quantity:
    """A value said to be read from ``written``."""
    words = lexicon()
    narrative = read_narrative(TEXT, is_word=words.is_word, headings=words.headings)
    start = TEXT.index(written)
    return Quantity(narrative.span(start, start + len(written)), digits, ucum, ucum)


SODIUM = quantity("131 mmol/L", "131", "mmol/L")


@pytest.mark.parametrize(
    ("analyte", "value"),
    [
        pytest.param("sodium", SODIUM, id="as-written"),
        pytest.param("sodium", quantity("131", "131", "mmol/L"), id="unit-elsewhere"),
        pytest.param("ANA", Ratio(quantity("1:320", "1").span, "1", "320"), id="ratio"),
        pytest.param("arterial pH", Range(quantity("7.35-7.45", "").span, quantity("7.35-7.45", "7.35"), None), id="range"),
    ],
)  # fmt: skip
def test_values_that_their_words_say_stay(analyte: str, value: Quantity | Ratio | Range) -> None:
    """Reading them again gives the same."""
    book = book_with(analyte, value)
    verify_observations(book)
    assert len(book.of("observation")) == 1
    assert book.doubted == {}


@pytest.mark.parametrize(
    ("analyte", "value", "why"),
    [
        pytest.param("sodium", replace(SODIUM, digits="13"), "number", id="other-digits"),
        pytest.param("sodium", replace(SODIUM, digits="-131"), "number", id="no-minus"),
        pytest.param("sodium", replace(SODIUM, ucum="mg/dL"), "unit", id="other-unit"),
        pytest.param("body temperature", SODIUM, "no unit of body temperature", id="unit-of-another-kind"),
        pytest.param("ANA", Ratio(quantity("1:320", "1").span, "1", "32"), "number", id="other-ratio"),
        pytest.param("sodium", quantity("sodium", "131", "mmol/L"), "number", id="no-number-there"),
    ],
)  # fmt: skip
def test_values_that_their_words_do_not_say_go(
    analyte: str, value: Quantity | Ratio, why: str
) -> None:
    """They are left out, with the reason for those who ask."""
    book = book_with(analyte, value)
    verify_observations(book)
    assert book.of("observation") == []
    assert why in book.doubted[value.span]


def test_nothing_read_is_doubted() -> None:
    """What the readers themselves make stands the test."""
    assert len(Reading(TEXT).of(ObservationFact)) == 3
