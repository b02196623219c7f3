from __future__ import annotations

from typing import Any

import pytest

from facts_builder import Story, codes, only, resources
from fhirkit.facts.model import (
    Certainty,
    ConditionFact,
    ProcedureFact,
    Quantity,
    Regimen,
    ReportFact,
)

STORY = Story(
    "[[MS]]: [[10 cycles]] of [[alternate day]] [[plasma exchange]] in [[2019]] with"
    " [[no response]]; no [[MRI]] was made [[as he was too ill]]."
)
MS = ConditionFact(id="ms", spans=(STORY("MS"),), name=STORY.term("MS", "multiple sclerosis"))


def made(name: str = "plasma exchange", **fields: Any) -> dict[str, Any]:
    """The resource of such a fact."""
    fact = ProcedureFact(id="p", spans=(STORY(name),), name=STORY.term(name), **fields)
    return only(STORY.case(MS, fact), "Procedure")


def test_number_of_times_is_a_note() -> None:
    """R4's Procedure has no element for it."""
    procedure = made(
        count=Quantity(STORY("10 cycles"), "10"),
        regimen=Regimen(STORY("alternate day")),
        outcome=STORY("no response"),
        reason=("ms",),
    )
    assert procedure["status"] == "completed"
    assert procedure["note"] == [{"text": "10 cycles of alternate day plasma exchange"}]
    assert procedure["outcome"] == {"text": "no response"}
    assert len(procedure["reasonReference"]) == 1


@pytest.mark.parametrize("certainty", [Certainty.NOT_DONE, Certainty.NEGATED, Certainty.REFUTED])
def test_not_done_has_its_reason_and_no_time(certainty: Certainty) -> None:
    """What was not done was not done at any time."""
    procedure = made(
        "MRI",
        certainty=certainty,
        reason_not_done=STORY("as he was too ill"),
        when=STORY.when("2019", date="2019"),
    )
    assert procedure["status"] == "not-done"
    assert codes(procedure["code"]) == ["113091000"]
    assert procedure["statusReason"] == {"text": "as he was too ill"}
    assert "performedDateTime" not in procedure


def test_perhaps_done_is_unknown() -> None:
    """And keeps its date."""
    procedure = made(certainty=Certainty.SUSPECTED, when=STORY.when("2019", date="2019"))
    assert procedure["status"] == "unknown"
    assert procedure["performedDateTime"] == "2019"


def test_study_not_made_is_a_procedure_not_done() -> None:
    """There is no report of it."""
    fact = ReportFact(
        id="r",
        spans=(STORY("MRI"),),
        study=STORY.term("MRI"),
        category="imaging",
        certainty=Certainty.NOT_DONE,
    )
    case = STORY.case(fact)
    assert only(case, "Procedure")["status"] == "not-done"
    assert resources(case, "DiagnosticReport") == []
