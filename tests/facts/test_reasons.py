"""Of what the patient died, in the author's words and without the time."""

from __future__ import annotations

import pytest

from reading import Reading, words

LEAD = "A 45-year-old woman came to our clinic. "


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        pytest.param("She died of sepsis.", "sepsis", id="of"),
        pytest.param("She died of sepsis 4 months after surgery.", "sepsis", id="time-behind"),
        pytest.param("She died from sepsis at age 49 years.", "sepsis", id="age-behind"),
        pytest.param("She died two days later due to myocardial infarction.", "myocardial infarction", id="later-due-to"),
        pytest.param("She died after surgery because of a septic complication.", "a septic complication", id="because-of"),
        pytest.param("She died on day 3 as a result of the fall.", "the fall", id="result-of"),
        pytest.param("She died within a week of admission.", None, id="time-of"),
        pytest.param("She died three months after the onset of weakness.", None, id="onset-of"),
        pytest.param("She died. Sepsis is a cause of death.", None, id="next-sentence"),
        pytest.param("Her father died of sepsis.", None, id="father"),
    ],
)  # fmt: skip
def test_the_cause_of_death_is_what_the_sentence_says(text: str, cause: str | None) -> None:
    """Due to, of, because of; a time is no cause, and no cause is looked for elsewhere."""
    patient = Reading(LEAD + text).patient()
    assert patient is not None
    assert words(patient.cause_of_death) == cause
