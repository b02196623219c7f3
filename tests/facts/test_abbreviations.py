from __future__ import annotations

import pytest

from fhirkit.facts.model import ConditionFact, MedicationFact, ReportFact
from reading import Reading, mentions

WOMAN = "A 36-year-old woman came to the clinic. "


def test_a_text_may_define_a_short_form_of_a_drug() -> None:
    """Each later use is a mention of the drug."""
    read = Reading(WOMAN + "She received alemtuzumab (Alz). Alz was given again in 2011.")
    drug = read.one(MedicationFact)
    assert drug.drug.concept == "alemtuzumab"
    assert mentions(drug) == ["alemtuzumab", "Alz", "Alz"]


def test_a_text_may_define_a_short_form_of_a_disease() -> None:
    """The definition decides, also against another meaning of the letters."""
    read = Reading(WOMAN + "She had optic neuritis (ON). The ON got better.")
    assert mentions(read.one(ConditionFact, "optic neuritis")) == ["optic neuritis", "ON", "ON"]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("She had pneumonia (three days). Three days passed.", id="words"),
        pytest.param("She had pneumonia (Figure 2). Figure 2 shows it.", id="figure"),
        pytest.param("She had pneumonia (right). Right then it went.", id="side"),
        pytest.param("She had pneumonia (XQ). The XQ was clean.", id="other-letters"),
        pytest.param("She had pneumonia in a house (PN). The PN was old.", id="not-right-behind"),
    ],
)
def test_brackets_that_define_nothing(text: str) -> None:
    """Short forms have a capital, stand right behind the long form and share its letters."""
    read = Reading(WOMAN + text)
    assert mentions(read.one(ConditionFact, "pneumonia")) == ["pneumonia"]


def test_a_short_form_counts_only_as_it_is_written() -> None:
    """ "on" is no optic neuritis where ON is one."""
    read = Reading(WOMAN + "She had optic neuritis (ON). She sat on a chair.")
    assert mentions(read.one(ConditionFact, "optic neuritis")) == ["optic neuritis", "ON"]


@pytest.mark.parametrize(
    "text",
    [
        "He had a mural spot (MS). MS was treated.",
        "Because of mitral stenosis (MS) he was admitted. MS was severe.",
    ],
)
def test_a_short_form_the_text_gives_another_meaning(text: str) -> None:
    """Where the text explains an abbreviation, ours does not count."""
    found = Reading("A 60-year-old man was seen. " + text).of(ConditionFact)
    assert "multiple sclerosis" not in [f.name.concept for f in found]


def test_a_bracket_behind_other_words_explains_nothing() -> None:
    """ "had a relapse (MS)" leaves MS what it is."""
    found = Reading("A 60-year-old man was seen. He had a relapse (MS).").of(ConditionFact)
    assert "multiple sclerosis" in [f.name.concept for f in found]


def test_another_spelling_of_the_long_form_changes_nothing() -> None:
    """ "computed tomographic (CT)" is still CT."""
    read = Reading("A 60-year-old man was seen. A computed tomographic (CT) angiography was done.")
    assert "CT" in [f.study.concept for f in read.of(ReportFact)]


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("A test of phenylalanine hydroxylase (PAH) was done. PAH was low.", False),
        ("He had pulmonary arterial hypertension (PAH). PAH was progressive.", True),
        ("He was given PAH as a short form. PAH was seen.", True),
    ],
)
def test_letters_inside_words_explain_a_short_form_too(text: str, known: bool) -> None:
    """ "phenylalanine hydroxylase (PAH)" spells it out by more than first letters."""
    found = Reading("A 60-year-old man was seen. " + text).of(ConditionFact)
    assert ("pulmonary arterial hypertension" in [f.name.concept for f in found]) is known
