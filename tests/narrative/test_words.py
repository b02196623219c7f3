from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhirkit.narrative.words import WORD, fold, fold_all, fold_phrase, without_possessive


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("Anaemia", "anemia", id="ae"),
        pytest.param("oedema", "edema", id="oe"),
        pytest.param("leucocytes", "leukocyte", id="leuco"),
        pytest.param("tumours", "tumor", id="our"),
        pytest.param("hospitalised", "hospitalized", id="ise"),
        pytest.param("stabilisation", "stabilization", id="isation"),
        pytest.param("haemolysed", "hemolyzed", id="lyse"),
        pytest.param("titres", "titer", id="tre"),
        pytest.param("sulphate", "sulfate", id="sulph"),
        pytest.param("β", "beta", id="greek"),
        pytest.param("Sjögren", "sjogren", id="accent"),
        pytest.param("Sjo\u0308gren", "Sjögren", id="combining-accent"),
        pytest.param("biopsies", "biopsy", id="ies"),
        pytest.param("relapses", "relapse", id="es"),
        pytest.param("diagnoses", "diagnosis", id="oses"),
    ],
)
def test_spellings_of_one_word_are_equal(one: str, other: str) -> None:
    """British and American, plural and singular, accents and Greek letters."""
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("sclerosis", "sclerose", id="singular-in-is"),
        pytest.param("virus", "viru", id="singular-in-us"),
        pytest.param("mass", "mas", id="double-s"),
        pytest.param("MRI", "MRIs2", id="digits-count"),
        pytest.param("four", "for", id="short-our"),
        pytest.param("hour", "hor", id="hour"),
        pytest.param("CD4", "CD8", id="markers"),
        pytest.param("1a", "1b", id="names-with-digits"),
    ],
)
def test_different_words_stay_different(one: str, other: str) -> None:
    """Folding must not make two things one."""
    assert fold(one) != fold(other)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("relapsing-remitting", ["relapsing", "remitting"], id="hyphen"),
        pytest.param("relapsing–remitting", ["relapsing", "remitting"], id="dash"),
        pytest.param("3,000 mg", ["3,000", "mg"], id="thousands"),
        pytest.param("0.85 g/L", ["0.85", "g", "/", "L"], id="unit"),
        pytest.param("CD81+", ["CD81", "+"], id="marker"),
        pytest.param("anti-CD20", ["anti", "CD20"], id="prefix"),
        pytest.param("28 %", ["28", "%"], id="percent"),
        pytest.param("a_b", ["a", "b"], id="underscore"),
    ],
)
def test_words_of_a_text(text: str, words: list[str]) -> None:
    """Numbers keep their decimals, hyphens part words, signs stand for themselves."""
    assert WORD.findall(text) == words


def test_a_possessive_is_no_part_of_the_name() -> None:
    """ "Graves' disease", "Graves's" and "Hashimoto’s" lose it without moving a letter."""
    assert without_possessive("Hashimoto’s goitre") == "Hashimoto   goitre"
    assert without_possessive("it's") == "it  "
    assert without_possessive("cells'") == "cells'"
    assert fold_phrase("Hashimoto's disease") == fold_phrase("Hashimoto disease")


@given(st.text())
def test_folding_never_fails_and_is_remembered(word: str) -> None:
    """Any text folds, twice to the same."""
    assert fold(word) == fold(word)
    assert fold_all([word]) == [fold(word)]


@given(st.text())
def test_blanking_possessives_keeps_the_length(text: str) -> None:
    """Offsets stay where they are."""
    assert len(without_possessive(text)) == len(text)
