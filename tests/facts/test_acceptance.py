from __future__ import annotations

import pytest

from fhirkit.facts.acceptance import acceptable, is_titer, means_another, signed
from fhirkit.facts.lexicon import Entry, Mention, lexicon
from fhirkit.facts.numbers import Measure, UnitTable, measures
from fhirkit.facts.scene import Scene, scenes
from fhirkit.narrative.narrative import read_narrative

WORDS = lexicon()


def analyte(name: str, kind: str = "observations") -> Mention:
    """A mention of a concept, wherever it stands."""
    return Mention(Entry(kind, name), 0, 1, 0, 1)


def measure(text: str) -> Measure:
    """The one number of a text."""
    (found,) = measures(text, UnitTable(WORDS.mappings), [])
    return found


@pytest.mark.parametrize(
    ("name", "written"),
    [
        pytest.param("sodium", "131 mmol/L", id="its-unit"),
        pytest.param("glucose", "90 mg/dL", id="mass-for-amount"),
        pytest.param("neutrophils", "40 %", id="share-of-cells"),
        pytest.param("aPTT", "40 s", id="clotting-time"),
        pytest.param("ANA", "1:320", id="titre"),
        pytest.param("visual acuity", "6/18", id="acuity"),
        pytest.param("INR", "1.4", id="bare"),
        pytest.param("left ventricular ejection fraction", "0.35", id="part-of-one"),
        pytest.param("urine protein", "3+", id="grade"),
        pytest.param("blood pressure", "104/66 mmHg", id="pressure"),
    ],
)
def test_numbers_an_analyte_can_have(name: str, written: str) -> None:
    """By unit, by form and by what it is."""
    assert acceptable(WORDS.mappings, analyte(name), measure(written))


@pytest.mark.parametrize(
    ("name", "written"),
    [
        pytest.param("sodium", "131 U/L", id="another-unit"),
        pytest.param("sodium", "3 days", id="time"),
        pytest.param("sodium", "6/18", id="fraction"),
        pytest.param("sodium", "1:320", id="titre"),
        pytest.param("oxygen saturation", "2:15", id="hour"),
        pytest.param("oxygen saturation", "94", id="share-without-its-sign"),
        pytest.param("visual acuity", "1 m", id="distance"),
        pytest.param("sodium", "4 x 5 cm", id="size"),
        pytest.param("faecal occult blood test", "30 mm", id="length"),
        pytest.param("14-3-3 protein", "40 mg", id="dose"),
        pytest.param("CD4:CD8 ratio", "40 mg/L", id="ratio-with-a-unit"),
    ],
)
def test_numbers_an_analyte_cannot_have(name: str, written: str) -> None:
    """Units of another kind, times, forms of other things, doses."""
    assert not acceptable(WORDS.mappings, analyte(name), measure(written))


@pytest.mark.parametrize(
    ("written", "titre"),
    [
        pytest.param("1:320", True, id="colon"),
        pytest.param("1/80", True, id="slash"),
        pytest.param("2:1", False, id="ratio"),
        pytest.param("1:1", False, id="no-dilution"),
        pytest.param("4/5", False, id="strength"),
        pytest.param("1/80 mmHg", False, id="with-a-unit"),
    ],
)
def test_titres(written: str, titre: bool) -> None:
    """One part in so many, without a unit."""
    assert is_titer(measure(written)) is titre


def test_a_minus_is_the_analytes() -> None:
    """Before what is never negative a dash only leads up to the number."""
    number = measure("of -5.5 mmol/L")
    assert signed(analyte("base excess"), number)
    assert not signed(analyte("sodium"), number)
    assert not signed(analyte("base excess"), measure("of 5.5 mmol/L"))


def scene_of(text: str) -> Scene:
    """The one sentence of a text."""
    narrative = read_narrative(text, is_word=WORDS.is_word, headings=WORDS.headings)
    (found,) = scenes(narrative, WORDS)
    return found


@pytest.mark.parametrize(
    ("text", "another"),
    [
        pytest.param("The albumin was low.", False, id="itself"),
        pytest.param("The albumin gradient was low.", True, id="gradient"),
        pytest.param("The albumin (Alb) infusion was given.", True, id="behind-brackets"),
        pytest.param("The IgG titre was 400.", True, id="class-titre"),
        pytest.param("The albumin and a ratio were low.", False, id="later-in-the-list"),
    ],
)
def test_names_that_go_on(text: str, another: bool) -> None:
    """What the next word makes another thing of is not measured."""
    scene = scene_of(text)
    assert means_another(scene, scene.of("observations", "drugs")[0]) is another
