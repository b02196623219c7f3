from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from facts_builder import Story, codes, only, relative_time, resources
from fhirkit.facts.model import (
    AdverseEventFact,
    Certainty,
    ConditionFact,
    EncounterFact,
    MedicationFact,
    Quantity,
    Suspect,
    SymptomFact,
    When,
)

STORY = Story(
    "For [[MS]] she got [[alemtuzumab]] and [[rituximab]]. [[Eight months later]], [[admitted]],"
    " she had [[severe]] [[anaemia]] with [[fever]], which [[may be related]] to [[alemtuzumab]]"
    " ([[possible]]); [[alemtuzumab was stopped]] and she [[died]]."
)
MS = ConditionFact(id="ms", spans=(STORY("MS"),), name=STORY.term("MS", "multiple sclerosis"))
DRUG = MedicationFact(
    id="drug", spans=(STORY("alemtuzumab"),), drug=STORY.term("alemtuzumab"), reason=("ms",)
)
STAY = EncounterFact(
    id="stay", spans=(STORY("admitted"),), kind=STORY.term("admitted", "inpatient")
)
LATER = When(
    STORY("Eight months later"), Quantity(STORY("Eight months later"), "8", "months", "mo")
)
ANAEMIA = ConditionFact(
    id="anaemia",
    spans=(STORY("anaemia"),),
    name=STORY.term("anaemia"),
    encounter="stay",
    onset=When(STORY("Eight months later"), LATER.offset, "after", "stay"),
)
FEVER = SymptomFact(id="fever", spans=(STORY("fever"),), name=STORY.term("fever"))
SUSPECTS = (Suspect(STORY("alemtuzumab"), "drug"),)


def fact(**fields: Any) -> AdverseEventFact:
    """A fact of the story, as plain as can be but for ``fields``."""
    values = {"condition": "anaemia", "suspects": SUSPECTS, **fields}
    return AdverseEventFact(
        id="ae", spans=(STORY("anaemia"),), reaction=STORY.term("anaemia"), **values
    )


def made(settings: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    """A fact of the story, as plain as can be but for ``fields``."""
    case = STORY.case(MS, DRUG, STAY, ANAEMIA, FEVER, fact(**fields))
    return only(case, "AdverseEvent", **(settings or {}))


def test_event_points_at_condition_suspect_stay_and_document() -> None:
    """The reaction, what is held responsible, and what was treated with it."""
    event = made()
    assert event["actuality"] == "actual"
    assert event["event"] == {"text": "anaemia"}
    assert len(event["resultingCondition"]) == 1
    assert event["suspectEntity"][0]["instance"]["reference"].startswith("urn:uuid:")
    assert len(event["subjectMedicalHistory"]) == 1
    assert len(event["referenceDocument"]) == 1
    assert "encounter" in event


def test_identifier_is_a_single_object_and_the_key_is_a_tag() -> None:
    """R4's AdverseEvent has one identifier and cannot be searched by it."""
    event = made()
    key = event["identifier"]
    assert event["meta"]["tag"] == [{"system": key["system"], "code": key["value"]}]


def test_nothing_is_assumed_about_cause_severity_or_seriousness() -> None:
    """Without words there is no element; only the outcome has a code for "not told"."""
    event = made()
    assert not {"seriousness", "severity"} & set(event)
    assert "causality" not in event["suspectEntity"][0]
    assert codes(event["outcome"]) == ["unknown"]


def test_causality_in_the_words_of_the_author() -> None:
    """Words are no category."""
    (suspect,) = made(causality=(STORY("may be related"),))["suspectEntity"]
    (causality,) = suspect["causality"]
    assert causality["productRelatedness"] == "may be related"
    assert "assessment" not in causality


@pytest.mark.parametrize(
    ("concept", "expected"),
    [
        ("possible", ["Possible"]),
        ("probable", ["Probably-Likely"]),
        ("certain", ["Certain"]),
        ("unlikely", ["Unlikely"]),
        ("something else", []),
    ],
)
def test_stated_category_is_an_assessment(concept: str, expected: list[str]) -> None:
    """R4's codes, with the words; a category R4 does not have stays text."""
    (suspect,) = made(causality_category=STORY.term("possible", concept))["suspectEntity"]
    assessment = suspect["causality"][0]["assessment"]
    assert codes(assessment) == expected
    assert assessment["text"] == "possible"


@pytest.mark.parametrize(
    ("concept", "code"),
    [
        ("recovered", "resolved"),
        ("recovering", "recovering"),
        ("not recovered", "ongoing"),
        ("recovered with sequelae", "resolvedWithSequelae"),
        ("fatal", "fatal"),
        ("unknown", "unknown"),
    ],
)
def test_outcome_of_ich_is_a_code_of_r4(concept: str, code: str) -> None:
    """A required binding."""
    assert codes(made(outcome=STORY.term("died", concept))["outcome"]) == [code]


def test_severity_is_bound() -> None:
    """Other words for severity have no code here."""
    assert codes(made(severity=STORY.term("severe"))["severity"]) == ["severe"]
    assert "severity" not in made(severity=STORY.term("severe", "grade 3"))


REASONS = (STORY.term("admitted", "hospitalisation"), STORY.term("died", "death"))
R4 = ["Serious", "SeriousResultsInHospitalization", "SeriousResultsInDeath"]


@pytest.mark.parametrize(
    ("setting", "expected"),
    [("r4", R4), ("tho", ["serious"]), ("both", [*R4, "serious"])],
)
def test_seriousness_in_the_spelling_a_site_asks_for(setting: str, expected: list[str]) -> None:
    """R4's list and its successor differ in case and have no code in common."""
    event = made({"seriousness": setting}, seriousness=REASONS)
    assert codes(event["seriousness"]) == expected
    assert event["seriousness"]["text"] == "admitted; died"


def test_not_serious() -> None:
    """Only if the text says so."""
    event = made(seriousness=(STORY.term("possible", "non-serious"),))
    assert codes(event["seriousness"]) == ["Non-serious"]


def test_latency_is_measured_from_the_only_suspect() -> None:
    """That is what a latency is."""
    time = relative_time(made(latency=LATER)["_date"])
    assert time["target"]["identifier"]["value"].endswith("-drug")
    assert time["relationship"] == "after"


def test_latency_of_two_suspects_stays_in_words() -> None:
    """Which of them it is measured from is not told."""
    suspects = (*SUSPECTS, Suspect(STORY("rituximab"), "other"))
    date = made(latency=LATER, suspects=suspects)["_date"]
    assert date["extension"][0]["valueCode"] == "unknown"
    assert date["extension"][1]["valueString"] == "Eight months later"


def test_without_a_latency_the_onset_counts() -> None:
    """The reaction's own time."""
    time = relative_time(made()["_date"])
    assert time["target"]["type"] == "Encounter"


def test_event_without_suspects_names_none() -> None:
    """A reaction may be told without a culprit."""
    event = made(suspects=(), seriousness=REASONS)
    assert "suspectEntity" not in event
    assert "suspected" not in event["text"]["div"]


def test_suspect_without_a_resource_is_named() -> None:
    """instance is required; a display is a reference too."""
    suspects = (Suspect(STORY("rituximab"), "nowhere"),)
    (entity,) = made(suspects=suspects)["suspectEntity"]
    assert entity["instance"] == {"display": "rituximab"}


def test_reaction_that_is_a_symptom_has_no_resulting_condition() -> None:
    """R4 allows a Condition there and nothing else."""
    assert "resultingCondition" not in made(condition="fever")


def test_action_taken_is_readable() -> None:
    """R4 has no element for it in the event."""
    action = STORY.term("alemtuzumab was stopped", "drug withdrawn")
    case = STORY.case(MS, replace(DRUG, action=action), STAY, ANAEMIA, FEVER, fact())
    words = only(case, "AdverseEvent")["text"]["div"]
    assert "action taken with alemtuzumab: drug withdrawn" in words


def test_dechallenge_and_rechallenge_are_assessments() -> None:
    """Each by its own method, with the words that tell the result."""
    suspect = replace(
        SUSPECTS[0],
        dechallenge=STORY.term("alemtuzumab was stopped", "positive"),
        rechallenge=STORY.term("may be related", "recurred"),
    )
    (entity,) = made(suspects=(suspect,))["suspectEntity"]
    assert entity["causality"] == [
        {
            "assessment": {"text": "Dechallenge: the reaction abated"},
            "productRelatedness": "alemtuzumab was stopped",
            "method": {"text": "Dechallenge"},
        },
        {
            "assessment": {"text": "Rechallenge: the reaction recurred"},
            "productRelatedness": "may be related",
            "method": {"text": "Rechallenge"},
        },
    ]


def test_no_challenge_is_made_up() -> None:
    """Without one told there is no causality at all."""
    (entity,) = made()["suspectEntity"]
    assert "causality" not in entity


def test_interacting_drugs_are_told_as_such() -> None:
    """Not as plain suspects."""
    event = made(suspects=(replace(SUSPECTS[0], role="interacting"),))
    assert "interacting: alemtuzumab" in event["text"]["div"]
    assert "suspected:" not in event["text"]["div"]


def test_the_scale_is_the_method() -> None:
    """Where the text judges by one."""
    event = made(
        causality_category=STORY.term("possible"), causality_method=STORY("may be related")
    )
    (entity,) = event["suspectEntity"]
    assert entity["causality"][0]["method"] == {"text": "may be related"}


@pytest.mark.parametrize(
    "certainty", [Certainty.NEGATED, Certainty.REFUTED, Certainty.NOT_DONE, Certainty.DIFFERENTIAL]
)
def test_event_that_did_not_happen_is_none(certainty: Certainty) -> None:
    """R4's AdverseEvent cannot say "did not happen"."""
    assert resources(STORY.case(fact(certainty=certainty)), "AdverseEvent") == []


def test_suspected_event_is_reported() -> None:
    """A suspected reaction is what such reports are for."""
    assert made(certainty=Certainty.SUSPECTED)["actuality"] == "actual"
