from __future__ import annotations

from typing import Any

import pytest

from facts_builder import Story, codes, only, relative_time, resources
from fhirkit.facts.model import (
    Certainty,
    ConditionFact,
    EncounterFact,
    MedicationFact,
    PatientFact,
    Quantity,
)

STORY = Story(
    "[[Eight months]] after [[alemtuzumab]] she was [[admitted]] for [[anaemia]] [[for six days]]"
    " and [[discharged home]] or [[died]]."
)


def made(*others: Any, kind: str = "inpatient", **fields: Any) -> dict[str, Any]:
    """The resource of such a fact."""
    fact = EncounterFact(
        id="stay", spans=(STORY("admitted"),), kind=STORY.term("admitted", kind), **fields
    )
    return only(STORY.case(*others, fact), "Encounter")


@pytest.mark.parametrize(
    ("kind", "code"),
    [("inpatient", "IMP"), ("emergency", "EMER"), ("ambulatory", "AMB"), ("unheard-of", "UNK")],
)
def test_class_is_required(kind: str, code: str) -> None:
    """An unknown kind of visit is an unknown class, not a guessed one."""
    assert made(kind=kind)["class"]["code"] == code


def test_relative_time_and_length() -> None:
    """The stay begins eight months after the drug and lasts six days."""
    drug = MedicationFact(id="drug", spans=(STORY("alemtuzumab"),), drug=STORY.term("alemtuzumab"))
    when = STORY.when(
        "Eight months",
        offset=Quantity(STORY("Eight months"), "8", "months", "mo"),
        relation="after",
        anchor="drug",
    )
    stay = made(drug, when=when, length=STORY.quantity("for six days", "d", digits="6"))
    assert relative_time(stay["period"]["_start"])["offset"]["value"] == 8
    assert stay["length"]["value"] == 6
    assert stay["status"] == "finished"


def test_reason_by_reference_and_in_words() -> None:
    """Both where both are known."""
    anaemia = ConditionFact(id="a", spans=(STORY("anaemia"),), name=STORY.term("anaemia"))
    stay = made(anaemia, reason=("a",), reason_words=STORY("anaemia"))
    assert len(stay["reasonReference"]) == 1
    assert stay["reasonCode"] == [{"text": "anaemia"}]


def test_discharge_in_words() -> None:
    """Only a death is coded."""
    stay = made(discharge=STORY("discharged home"))
    assert stay["hospitalization"]["dischargeDisposition"] == {"text": "discharged home"}


def test_death_ends_the_stay() -> None:
    """The words of the death are the words of the discharge."""
    patient = PatientFact(id="p", spans=(STORY("died"),), deceased=STORY("died"))
    stay = made(patient, discharge=STORY("died"))
    assert codes(stay["hospitalization"]["dischargeDisposition"]) == ["exp"]


def test_no_stay_is_no_encounter() -> None:
    """ "Was not admitted"."""
    fact = EncounterFact(
        id="stay",
        spans=(STORY("admitted"),),
        kind=STORY.term("admitted", "inpatient"),
        certainty=Certainty.NEGATED,
    )
    assert resources(STORY.case(fact), "Encounter") == []
