from __future__ import annotations

from typing import Any

import pytest

from facts_builder import Story, is_unknown, only, relative_time, words_kept
from fhirkit.facts.model import EncounterFact, MedicationFact, ProcedureFact, Quantity, When, Whose
from fhirkit.mappers.context import MappingContext
from fhirkit.mappers.wording import Wording
from fhirkit.settings import Settings
from small_mappings import MAPPINGS

STORY = Story(
    "She was [[admitted]] for [[biopsy]] [[two days later]], [[months later]],"
    " after [[alemtuzumab]]."
)
STAY = EncounterFact(
    id="stay", spans=(STORY("admitted"),), kind=STORY.term("admitted", "inpatient")
)
DRUG = MedicationFact(id="drug", spans=(STORY("alemtuzumab"),), drug=STORY.term("alemtuzumab"))
OTHERS_DRUG = MedicationFact(
    id="others", spans=(STORY("alemtuzumab"),), drug=STORY.term("alemtuzumab"), whose=Whose.OTHERS
)
TWO_DAYS = Quantity(STORY("two days later"), "2", "days", "d")


def performed(when: When) -> dict[str, Any]:
    """The resource of a procedure at that time."""
    fact = ProcedureFact(id="p", spans=(STORY("biopsy"),), name=STORY.term("biopsy"), when=when)
    return only(STORY.case(STAY, DRUG, OTHERS_DRUG, fact), "Procedure")


@pytest.mark.parametrize(
    ("anchor", "relation", "path", "relationship"),
    [
        ("drug", "after", "effective", "after"),
        ("drug", "before", "effective", "before"),
        ("drug", "at", "effective", "concurrent"),
        ("stay", "after", "period.start", "after-start"),
        ("stay", "before", "period.start", "before-start"),
        ("stay", "at", "period.start", "concurrent-with-start"),
        ("stay", "during", "period", "concurrent"),
    ],
)
def test_relation_to_an_event(anchor: str, relation: str, path: str, relationship: str) -> None:
    """After a stay means after its beginning; after a drug leaves open which of its days."""
    made = performed(When(STORY("two days later"), TWO_DAYS, relation, anchor))
    time = relative_time(made["_performedDateTime"])
    assert (time["targetPath"], time["relationship"]) == (path, relationship)
    assert time["offset"]["value"] == 2
    assert words_kept(made["_performedDateTime"]) == ["two days later"]


def test_reference_that_must_be_there_is_a_defect_if_it_is_not() -> None:
    """Every bundle has its document; asking for what none has is a slip of a mapper."""
    data = b"x"
    context = MappingContext(
        data=data,
        key="k",
        settings=Settings(),
        mappings=MAPPINGS,
        wording=Wording("x"),
        facts={},
        targets={},
    )
    with pytest.raises(KeyError):
        context.known_reference("case.document")


def test_concurrent_needs_no_distance() -> None:
    """The offset is required: at the same time is zero days."""
    made = performed(When(STORY("two days later"), None, "at", "stay"))
    assert relative_time(made["_performedDateTime"])["offset"]["value"] == 0


@pytest.mark.parametrize(
    "offset", [None, Quantity(STORY("months later"), "3", "cycles", None)], ids=["none", "no time"]
)
def test_unknown_distance_says_so(offset: Quantity | None) -> None:
    """Zero days after would be a lie."""
    made = performed(When(STORY("months later"), offset, "after", "stay"))
    distance = relative_time(made["_performedDateTime"])["offset"]
    assert is_unknown(distance)
    assert "value" not in distance


@pytest.mark.parametrize(
    "when",
    [
        pytest.param(When(STORY("months later"), TWO_DAYS, "after", None), id="no event"),
        pytest.param(When(STORY("months later"), TWO_DAYS, None, "stay"), id="no relation"),
        pytest.param(When(STORY("months later"), TWO_DAYS, "after", "others"), id="not in bundle"),
        pytest.param(When(STORY("months later"), date="2019-13"), id="no such month"),
        pytest.param(When(STORY("months later"), date="2019-02-30"), id="no such day"),
        pytest.param(When(STORY("months later"), date="spring 2019"), id="no date"),
    ],
)
def test_time_that_cannot_be_placed_keeps_its_words(when: When) -> None:
    """Unknown, and what the text says."""
    element = performed(when)["_performedDateTime"]
    assert is_unknown(element)
    assert words_kept(element) == ["months later"]


@pytest.mark.parametrize("date", ["2019", "2019-02", "2019-02-28"])
def test_dates_stay_as_precise_as_written(date: str) -> None:
    """No day is added to a year."""
    assert performed(When(STORY("months later"), date=date))["performedDateTime"] == date
