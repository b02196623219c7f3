"""Adverse events: suspects, outcome, severity, reasons for being serious."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Found = Callable[[Any], list[tuple[str, str]]]
TEXT = "On ibuprofen he had a severe rash. It resolved. He also took aspirin. 3 days later he was well."
IBUPROFEN = "urn:uuid:9f9f12f5-25b6-5a8d-8d2f-6ac36f3c0000"
ASPIRIN = "urn:uuid:9f9f12f5-25b6-5a8d-8d2f-6ac36f3c0001"


@pytest.fixture
def bundle(make: Callable[..., Any], ground: Callable[..., Any]) -> Any:
    """Two drugs, and a reaction to the first."""

    def drug(name: str) -> dict[str, Any]:
        concept = {"text": name}
        return {
            "resourceType": "MedicationStatement",
            "extension": ground(TEXT, name),
            "medicationCodeableConcept": concept,
        }

    event = {
        "resourceType": "AdverseEvent",
        "extension": ground(TEXT, "rash", "severe", "ibuprofen", "resolved"),
        "event": {"text": "rash"},
        "severity": {"coding": [{"code": "severe"}]},
        "outcome": {"coding": [{"code": "resolved"}]},
        "suspectEntity": [{"instance": {"reference": IBUPROFEN}}],
    }
    return make(TEXT, drug("ibuprofen"), drug("aspirin"), event)


def event_of(bundle: Any) -> Any:
    """The AdverseEvent of the bundle."""
    return bundle["entry"][3]["resource"]


def test_as_told(bundle: Any, found: Found) -> None:
    """A reaction told so is left alone."""
    assert found(bundle) == []


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        pytest.param(
            {"suspectEntity": [{"instance": {"reference": ASPIRIN}}]},
            ("suspect", "instance"),
            id="another-drug",
        ),
        pytest.param(
            {"outcome": {"coding": [{"code": "fatal"}]}}, ("outcome", "outcome"), id="outcome"
        ),
        pytest.param(
            {"severity": {"coding": [{"code": "mild"}]}}, ("outcome", "severity"), id="severity"
        ),
        pytest.param(
            {"seriousness": {"coding": [{"code": "SeriousResultsInDeath"}]}},
            ("outcome", "seriousness"),
            id="serious",
        ),
        pytest.param({"event": {"text": "fever"}}, ("words", "text"), id="another-reaction"),
    ],
)
def test_a_change(
    change: dict[str, Any], finding: tuple[str, str], bundle: Any, found: Found
) -> None:
    """What the words on the reaction do not tell is found."""
    event_of(bundle).update(change)
    assert found(bundle) == [finding]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"outcome": {"coding": [{"code": "unknown"}]}}, id="untold-outcome"),
        pytest.param({"outcome": {"coding": [{"code": ["fatal"]}]}}, id="no-code"),
        pytest.param({"suspectEntity": [{"instance": {"display": "x"}}, 7, {}]}, id="no-reference"),
        pytest.param({"suspectEntity": [{"instance": {"reference": "urn:uuid:1"}}]}, id="dangling"),
        pytest.param({"seriousness": {"coding": [{"code": "Serious"}]}}, id="serious-without-why"),
    ],
)
def test_nothing_to_judge_by(change: dict[str, Any], bundle: Any, found: Found) -> None:
    """What holds no claim that the text could deny is passed over."""
    event_of(bundle).update(change)
    assert found(bundle) == []


def test_when_is_told_of_the_condition(
    make: Callable[..., Any], ground: Callable[..., Any], found: Found
) -> None:
    """The time of a reaction may stand with the condition that it is."""
    offset = {"value": 3, "unit": "days", "system": "http://unitsofmeasure.org", "code": "d"}
    relative = {
        "url": "http://hl7.org/fhir/StructureDefinition/cqf-relativeDateTime",
        "extension": [
            {"url": "relationship", "valueCode": "after"},
            {"url": "offset", "valueDuration": offset},
        ],
    }
    condition = {"resourceType": "Condition", "extension": ground(TEXT, "3 days later")}
    event = {
        "resourceType": "AdverseEvent",
        "extension": ground(TEXT, "rash"),
        "_date": {"extension": [relative]},
        "resultingCondition": [{"reference": IBUPROFEN}],
    }
    assert found(make(TEXT, condition, event)) == []
    offset["value"] = 0
    assert found(make(TEXT, condition, event)) == [("number", "value")]
    relative["extension"][0]["valueCode"] = "concurrent"  # type: ignore[index]
    assert found(make(TEXT, condition, event)) == []
