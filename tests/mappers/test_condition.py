from __future__ import annotations

from typing import Any

import pytest

from facts_builder import Story, codes, only, relative_time, resources, words_kept
from fhirkit.facts.model import (
    Certainty,
    ConditionFact,
    EncounterFact,
    MedicationFact,
    ObservationFact,
    Quantity,
)

STORY = Story(
    "He had a [[14-year history]] of [[multiple sclerosis]], [[relapsing]], and [[MS]] at"
    " [[39 years]]. [[Alemtuzumab]] then gave [[severe]] [[dis-\nseminated necrotizing"
    " leukoence-\nphalopathy]] of the [[brain]] [[nine months later]], [[some time later]],"
    " [[in 2015]]; [[Hb]] fell, he was [[admitted]] and [[recovered]]."
)
STAY = EncounterFact(
    id="stay", spans=(STORY("admitted"),), kind=STORY.term("admitted", "inpatient")
)
DRUG = MedicationFact(
    id="drug", spans=(STORY("Alemtuzumab"),), drug=STORY.term("Alemtuzumab", "alemtuzumab")
)
HB = ObservationFact(
    id="hb", spans=(STORY("Hb"),), analyte=STORY.term("Hb", "hemoglobin"), category="laboratory"
)
DNL = "dis-\nseminated necrotizing leukoence-\nphalopathy"


def made(name: str = "multiple sclerosis", concept: str | None = None, **fields: Any) -> Any:
    """The resource of such a fact."""
    fact = ConditionFact(id="c", spans=(STORY(name),), name=STORY.term(name, concept), **fields)
    return only(STORY.case(STAY, DRUG, HB, fact), "Condition")


@pytest.mark.parametrize(
    ("certainty", "verification", "has_status"),
    [
        pytest.param(Certainty.AFFIRMED, "confirmed", True, id="affirmed"),
        pytest.param(Certainty.SUSPECTED, "provisional", True, id="suspected"),
        pytest.param(Certainty.DIFFERENTIAL, "differential", True, id="differential"),
        pytest.param(Certainty.REFUTED, "refuted", False, id="refuted"),
    ],
)
def test_certainty_is_the_verification_status(
    certainty: Certainty, verification: str, has_status: bool
) -> None:
    """A refuted diagnosis is kept as refuted, and is not active."""
    condition = made(certainty=certainty)
    assert codes(condition["verificationStatus"]) == [verification]
    assert ("clinicalStatus" in condition) is has_status


def test_condition_that_was_not_looked_for_is_none() -> None:
    """ "Not done" says nothing of a diagnosis."""
    fact = ConditionFact(
        id="c", spans=(STORY("MS"),), name=STORY.term("MS"), certainty=Certainty.NOT_DONE
    )
    assert resources(STORY.case(fact), "Condition") == []


def test_abbreviation_is_written_out() -> None:
    """A clinician reads the vocabulary's name where the text has only letters."""
    code = made("MS", "multiple sclerosis")["code"]
    assert code["text"] == "multiple sclerosis (MS)"
    assert codes(code) == ["24700007"]


def test_condition_without_a_code_takes_the_broader_one_and_says_so() -> None:
    """The exact name stays in the text; no code is made up."""
    condition = made(DNL, "disseminated necrotizing leukoencephalopathy")
    assert codes(condition["code"]) == ["22811006"]
    assert condition["code"]["text"] == "disseminated necrotizing leukoencephalopathy"
    assert "broader concept leukoencephalopathy" in condition["note"][0]["text"]


def test_unknown_condition_keeps_its_words_in_one_line() -> None:
    """Words split at a line end are joined for the reader."""
    code = made(DNL, "")["code"]
    assert code == {"text": "disseminated necrotizing leukoencephalopathy"}


def test_history_is_the_onset_in_words() -> None:
    """A 14-year history is no computed age."""
    condition = made(history=STORY("14-year history"), is_history=True)
    assert condition["onsetString"] == "14-year history"
    assert codes(condition["clinicalStatus"]) == ["active"]
    assert codes(condition["category"][0]) == ["problem-list-item"]


def test_past_condition_of_unknown_state_claims_none() -> None:
    """ "A history of" may be over or not; con-3 then allows no problem list item."""
    condition = made(is_history=True)
    assert "clinicalStatus" not in condition
    assert "category" not in condition


def test_age_at_onset() -> None:
    """The stated age is an Age in UCUM years."""
    onset = made(onset_age=STORY.quantity("39 years", "a"))["onsetAge"]
    assert (onset["value"], onset["code"]) == (39, "a")


def test_relative_onset_points_at_its_event_by_identifier() -> None:
    """Servers rewrite no urn inside a primitive."""
    when = STORY.when(
        "nine months later",
        offset=Quantity(STORY("nine months later"), "9", "months", "mo"),
        relation="after",
        anchor="drug",
    )
    condition = made(onset=when)
    time = relative_time(condition["_onsetDateTime"])
    assert time["target"]["type"] == "MedicationAdministration"
    assert time["target"]["identifier"]["value"].endswith("-drug")
    assert time["targetPath"] == "effective"
    assert time["relationship"] == "after"
    assert time["offset"] == {
        "value": 9,
        "unit": "months",
        "system": "http://unitsofmeasure.org",
        "code": "mo",
    }
    assert words_kept(condition["_onsetDateTime"]) == ["nine months later"]


def test_onset_without_an_event_stays_in_words() -> None:
    """Condition has a string for that."""
    assert made(onset=STORY.when("some time later"))["onsetString"] == "some time later"


def test_onset_date_stays_partial() -> None:
    """A year is not made a day."""
    assert made(onset=STORY.when("in 2015", date="2015"))["onsetDateTime"] == "2015"


@pytest.mark.parametrize(
    ("concept", "status"),
    [("recovered", "resolved"), ("remission", "remission"), ("not recovered", "active")],
)
def test_outcome_is_the_clinical_status(concept: str, status: str) -> None:
    """con-4: an abatement would need such a status; the words stay as a note."""
    condition = made(outcome=STORY.term("recovered", concept))
    assert codes(condition["clinicalStatus"]) == [status]
    assert condition["note"] == [{"text": "Outcome: recovered"}]


def test_links_to_causes_evidence_and_stay() -> None:
    """Causes go into HL7's extension, evidence into the element."""
    condition = made(
        due_to=("drug", "hb", "nowhere"),
        evidence=("hb",),
        encounter="stay",
        severity=STORY.term("severe"),
        body_site=STORY.term("brain"),
        course=STORY.term("relapsing", ""),
    )
    causes = [e for e in condition["extension"] if e["url"].endswith("condition-dueTo")]
    assert len(causes) == 1, "an Observation is no cause that R4 allows here"
    assert len(condition["evidence"][0]["detail"]) == 1
    assert codes(condition["category"][0]) == ["encounter-diagnosis"]
    assert codes(condition["severity"]) == ["24484000"]
    assert codes(condition["bodySite"][0]) == ["12738006"]
    assert condition["note"] == [{"text": "Course: relapsing"}]
