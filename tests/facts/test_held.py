"""What stands in a sentence about the patient and is not the patient's."""

from __future__ import annotations

import pytest

from fhirkit.facts.model import ConditionFact, MedicationFact
from reading import Reading, concept_of

WOMAN = "A 36-year-old woman came to our clinic with fatigue. "


def conditions(text: str) -> set[str]:
    """The patient's own conditions."""
    return {concept_of(f) for f in Reading(WOMAN + text).of(ConditionFact)}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Because this drug can cause hepatitis, liver tests were done.", id="because"),
        pytest.param("However, because gout may recur, a diet was advised.", id="however-because"),
        pytest.param("As uveitis is common in sarcoidosis, eye drops were given.", id="as"),
        pytest.param("Since lymphoma may relapse, a scan was done.", id="since"),
        pytest.param("Although sepsis has been seen with it, catheters were kept.", id="although"),
        pytest.param("She took a drug that may cause hepatitis.", id="that-may"),
        pytest.param("A rash appeared, which is often a sign of vasculitis.", id="which-is-often"),
        pytest.param("Two of her siblings died of sepsis.", id="siblings"),
        pytest.param("An older male sibling had died of sepsis.", id="older-male-sibling"),
        pytest.param("She had a family history of asthma, eczema and gout.", id="family-list"),
        pytest.param("She had no familial history of gout.", id="familial"),
        pytest.param("Her father, who had gout, brought her in.", id="father-who"),
    ],
)
def test_what_is_held_apart_is_not_hers(text: str) -> None:
    """A premise, what may come of a thing, a relative's illness."""
    assert conditions(text) == set()


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        pytest.param("Because she had gout, a diet was advised.", "gout", id="her-own-premise"),
        pytest.param("As uveitis was found, eye drops were given.", "uveitis", id="found"),
        pytest.param("Because this drug can cause nausea, gout was treated later.", "gout", id="main-clause"),
        pytest.param("A rash appeared, which was a sign of vasculitis.", "vasculitis", id="which-was"),
        pytest.param("A twin pregnancy was complicated by eclampsia.", "eclampsia", id="twin-pregnancy"),
    ],
)  # fmt: skip
def test_what_is_told_as_hers_is_hers(text: str, concept: str) -> None:
    """A clause that tells of her, and the clause after a premise."""
    assert concept in conditions(text)


@pytest.mark.parametrize(
    "lead",
    [
        pytest.param("A man with no family history of asthma, who smoked, presented with gout.", id="who"),
        pytest.param("A man with a family history of asthma presented with gout.", id="own-verb"),
        pytest.param("A man, product of a first-cousin marriage, came with gout.", id="marriage"),
        pytest.param("A boy born to a mother with asthma, was admitted for gout.", id="mother"),
    ],
)  # fmt: skip
def test_a_relative_in_passing_does_not_take_the_rest(lead: str) -> None:
    """After the aside the sentence is about whom it began with."""
    read = Reading(lead)
    assert [concept_of(f) for f in read.of(ConditionFact)] == ["gout"]


def test_a_premise_gives_no_drug() -> None:
    """What is known of one drug is why another was given."""
    read = Reading(WOMAN + "Because rituximab can cause hepatitis, prednisolone was started.")
    assert [concept_of(f) for f in read.of(MedicationFact)] == ["prednisolone"]
