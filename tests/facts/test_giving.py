from __future__ import annotations

import pytest

from fhirkit.facts.model import MedicationFact
from reading import Reading, words

WOMAN = "A 45-year-old woman came to our clinic. "


@pytest.mark.parametrize(
    ("text", "start", "when", "stop"),
    [
        pytest.param("She started carbamazepine two weeks before admission.", "two weeks before admission", "", "", id="started"),
        pytest.param("Isoniazid was started three weeks earlier.", "three weeks earlier", "", "", id="earlier"),
        pytest.param("Three days earlier she had been given ceftriaxone.", "", "Three days earlier", "", id="given"),
        pytest.param("Isoniazid was stopped two days later.", "", "", "two days later", id="stopped"),
        pytest.param("Isoniazid was stopped on day 3.", "", "", "on day 3", id="stopped-on-day"),
        pytest.param("She took isoniazid. Two weeks before admission she fell.", "", "", "", id="fell"),
        pytest.param("She took isoniazid and two weeks later developed a rash.", "", "", "", id="rash"),
        pytest.param("Two weeks before she developed a rash, then isoniazid was given.", "", "", "", id="then"),
    ],
)  # fmt: skip
def test_times_before_and_after_an_event(text: str, start: str, when: str, stop: str) -> None:
    """Only a time that stands with the word of starting, giving or stopping."""
    found = Reading(WOMAN + text).one(MedicationFact)
    assert [words(w) or "" for w in (found.start, found.when, found.stop)] == [start, when, stop]
