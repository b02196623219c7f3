"""How often and for how long, against the words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Judge = Callable[..., list[tuple[str, str]]]


def statement(**repeat: Any) -> dict[str, Any]:
    """A MedicationStatement with a rhythm."""
    return {
        "resourceType": "MedicationStatement",
        "dosage": [{"timing": {"repeat": repeat}}],
    }


@pytest.mark.parametrize(
    ("words", "repeat"),
    [
        pytest.param("twice daily", {"frequency": 2, "period": 1, "periodUnit": "d"}, id="cue"),
        pytest.param("b.i.d.", {"frequency": 2, "period": 1, "periodUnit": "d"}, id="latin"),
        pytest.param(
            "fortnightly", {"frequency": 1, "period": 2, "periodUnit": "wk"}, id="one-word"
        ),
        pytest.param(
            "every 4 to 6 weeks",
            {"frequency": 1, "period": 4, "periodMax": 6, "periodUnit": "wk"},
            id="range",
        ),
        pytest.param("three cycles", {"count": 3}, id="count"),
        pytest.param(
            "for 3 months",
            {
                "boundsDuration": {
                    "value": 3,
                    "unit": "months",
                    "system": "http://unitsofmeasure.org",
                    "code": "mo",
                }
            },
            id="duration",
        ),
        pytest.param("now and then", {"frequency": "2", "periodUnit": ["d"]}, id="wrong-types"),
    ],
)
def test_a_rhythm_of_the_words(words: str, repeat: dict[str, Any], judge: Judge) -> None:
    """A rhythm that the words have is left alone."""
    assert judge(f"He took it {words}.", statement(**repeat), words) == []


@pytest.mark.parametrize(
    ("words", "repeat", "finding"),
    [
        pytest.param(
            "twice daily",
            {"frequency": 3, "period": 1, "periodUnit": "d"},
            ("rhythm", "frequency"),
            id="frequency",
        ),
        pytest.param(
            "every 4 weeks", {"period": 6, "periodUnit": "wk"}, ("rhythm", "period"), id="period"
        ),
        pytest.param(
            "every 4 weeks", {"period": 4, "periodUnit": "mo"}, ("rhythm", "periodUnit"), id="unit"
        ),
        pytest.param("three cycles", {"count": 4}, ("rhythm", "count"), id="count"),
        pytest.param(
            "for 3 months", {"boundsDuration": {"value": 4}}, ("number", "value"), id="duration"
        ),
    ],
)
def test_a_rhythm_that_was_changed(
    words: str, repeat: dict[str, Any], finding: tuple[str, str], judge: Judge
) -> None:
    """One change is one finding."""
    assert judge(f"He took it {words}.", statement(**repeat), words) == [finding]
