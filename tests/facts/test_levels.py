from __future__ import annotations

import pytest

from fhirkit.facts.model import MedicationFact, ObservationFact
from reading import Reading, concept_of, said

WOMAN = "A 45-year-old woman came to our clinic. "


@pytest.mark.parametrize(
    ("text", "analytes"),
    [
        pytest.param("Lithium was 2.8 mmol/L.", ["lithium level"], id="value"),
        pytest.param("Vitamin B12 was <150 pg/mL.", ["vitamin B12 level"], id="below"),
        pytest.param("Vitamin B12 150 pg/mL.", ["vitamin B12 level"], id="no-verb"),
        pytest.param("Vitamin D was low.", ["vitamin D level"], id="judged"),
        pytest.param("Vitamin B12 and folate were normal.", ["folate", "vitamin B12 level"], id="list"),
        pytest.param("Ciclosporin trough was 210 ng/mL.", ["cyclosporine level"], id="trough"),
    ],
)  # fmt: skip
def test_a_drug_that_is_measured_is_a_level(text: str, analytes: list[str]) -> None:
    """An amount in a volume of blood is a result, and nobody was given the drug."""
    read = Reading(WOMAN + text)
    assert read.of(MedicationFact, None) == []
    assert sorted(concept_of(f) or "" for f in read.of(ObservationFact)) == analytes


def test_the_level_has_its_value() -> None:
    """Number, unit and comparator as for any other measurement."""
    level = Reading(WOMAN + "Testosterone was <0.1 ng/mL.").one(ObservationFact)
    assert said(level.value) == "<0.1 ng/mL"


@pytest.mark.parametrize(
    ("text", "drug"),
    [
        pytest.param("Timolol 5 mg/mL eye drops were given.", "timolol", id="strength"),
        pytest.param("Prednisone was reduced to 10 mg.", "prednisone", id="reduced"),
        pytest.param("Lithium was stopped.", "lithium", id="stopped"),
        pytest.param("She took aspirin and potassium was normal.", "aspirin", id="a-test-behind"),
        pytest.param("Methylprednisolone was 1 g/d for 3 d.", "methylprednisolone", id="per-day"),
    ],
)
def test_a_drug_that_is_given_stays_a_drug(text: str, drug: str) -> None:
    """Strengths of preparations, doses and their changes are no results."""
    Reading(WOMAN + text).one(MedicationFact, drug)
