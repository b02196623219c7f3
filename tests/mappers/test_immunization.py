from __future__ import annotations

from typing import Any

import pytest

from facts_builder import Story, only, resources
from fhirkit.facts.model import Certainty, EncounterFact, MedicationFact, Quantity

STORY = Story(
    "On [[admission]], [[two weeks before]], he had a [[flu vaccine]] [[0.5 ml]] [[in autumn]]"
    " [[2020]] for [[protection]]."
)


def fact(**fields: Any) -> MedicationFact:
    """A fact of the story, as plain as can be but for ``fields``."""
    drug = STORY.term("flu vaccine")
    return MedicationFact(
        id="v", spans=(STORY("flu vaccine"),), drug=drug, level="vaccine", **fields
    )


def made(**fields: Any) -> dict[str, Any]:
    """A fact of the story, as plain as can be but for ``fields``."""
    stay = EncounterFact(
        id="stay", spans=(STORY("admission"),), kind=STORY.term("admission", "inpatient")
    )
    return only(STORY.case(stay, fact(**fields)), "Immunization")


def test_vaccine_is_an_immunization() -> None:
    """R4 keeps vaccines out of MedicationAdministration."""
    immunization = made(dose=STORY.quantity("0.5 ml", "mL"), encounter="stay")
    assert immunization["status"] == "completed"
    assert immunization["vaccineCode"] == {"text": "flu vaccine"}
    assert immunization["doseQuantity"]["code"] == "mL"
    assert "patient" in immunization
    assert "encounter" in immunization
    assert "subject" not in immunization


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        pytest.param(None, ("occurrenceString", "unknown"), id="not told"),
        pytest.param(STORY.when("in autumn"), ("occurrenceString", "in autumn"), id="words"),
        pytest.param(STORY.when("2020", date="2020"), ("occurrenceDateTime", "2020"), id="date"),
    ],
)
def test_occurrence_is_required(when: Any, expected: tuple[str, str]) -> None:
    """The string is for times no event of the case gives."""
    name, value = expected
    assert made(when=when)[name] == value


def test_relative_occurrence() -> None:
    """Measured from another event, as everywhere."""
    offset = Quantity(STORY("two weeks before"), "2", "weeks", "wk")
    when = STORY.when("two weeks before", offset=offset, relation="before", anchor="stay")
    assert "_occurrenceDateTime" in made(when=when)


def test_vaccine_not_given() -> None:
    """The reason is a status reason then."""
    immunization = made(certainty=Certainty.NEGATED, reason_words=STORY("protection"))
    assert immunization["status"] == "not-done"
    assert immunization["statusReason"] == {"text": "protection"}


def test_vaccine_perhaps_given_is_none() -> None:
    """Immunization.status has no "unknown"."""
    assert resources(STORY.case(fact(certainty=Certainty.SUSPECTED)), "Immunization") == []


def test_which_dose_it_was() -> None:
    """The second dose, and nothing of a series where none is told."""
    number = Quantity(STORY("two weeks before"), "2")
    assert made(dose_number=number)["protocolApplied"] == [{"doseNumberPositiveInt": 2}]
    assert "protocolApplied" not in made()
