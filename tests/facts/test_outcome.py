from __future__ import annotations

import pytest

from fhirkit.facts.model import AdverseEventFact
from reading import Reading, said

STORY = "A 45-year-old woman came to our clinic. She had hepatitis caused by isoniazid. "


def outcome(text: str) -> str:
    """The outcome of the one event."""
    return said(Reading(STORY + text).one(AdverseEventFact).outcome)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("The hepatitis resolved.", "recovered", id="resolved"),
        pytest.param("She recovered completely.", "recovered", id="recovered"),
        pytest.param("She was discharged free of symptoms.", "recovered", id="free"),
        pytest.param("The hepatitis improved.", "recovering", id="improved"),
        pytest.param("The hepatitis slowly improved and then resolved.", "recovered", id="improved-then-resolved"),
        pytest.param("The hepatitis did not resolve.", "not recovered", id="not-resolved"),
        pytest.param("The hepatitis persisted.", "not recovered", id="persisted"),
        pytest.param("She did not recover.", "not recovered", id="did-not-recover"),
        pytest.param("She was left with permanent scars.", "recovered with sequelae", id="sequelae"),
        pytest.param("She died of hepatitis.", "fatal", id="died-of"),
        pytest.param("She died from fulminant hepatitis two days later.", "fatal", id="died-from"),
        pytest.param("The hepatitis had not resolved.", "not recovered", id="had-not-resolved"),
        pytest.param("She came back without any complaints.", "recovered", id="no-complaints"),
        pytest.param("She recovered. The dose remained unchanged.", "recovered", id="dose-unchanged"),
        pytest.param("At first she did not improve. Finally she recovered.", "recovered", id="last-word"),
    ],
)  # fmt: skip
def test_how_it_ended(text: str, expected: str) -> None:
    """The last word on the reaction, in ICH terms."""
    assert outcome(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("She had a permanent ileostomy for another reason.", id="permanent-something"),
        pytest.param("The other medications were kept unchanged.", id="treatment-unchanged"),
        pytest.param("Her medication remained unchanged.", id="medication-unchanged"),
        pytest.param("", id="nothing-told"),
        pytest.param("Her mother recovered from a stroke.", id="mother"),
        pytest.param("Most patients recover.", id="patients"),
        pytest.param("In the literature, 12 patients died of hepatitis.", id="literature"),
        pytest.param("Her rash resolved.", id="other-symptom"),
        pytest.param("The headache had resolved.", id="other-symptom-definite"),
        pytest.param("Hepatitis usually resolves.", id="general"),
        pytest.param("She died in a road accident two years later.", id="died-of-something-else"),
        pytest.param("Isoniazid was stopped.", id="action-only"),
        pytest.param("Full recovery is expected.", id="expected"),
        pytest.param("We hope that she recovers.", id="hope"),
    ],
)
def test_no_outcome_is_made_up(text: str) -> None:
    """Others, other things, what is expected: the outcome stays unsaid."""
    assert outcome(text) == ""
