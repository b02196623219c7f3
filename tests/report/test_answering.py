"""Who answers for the resources of a bundle, by its Provenance."""

from __future__ import annotations

import pytest

from fhirkit.report.answering import answering
from fhirkit.report.resources import placed

PERSON = [{"who": {"display": "A. Reviewer"}}]


def told(**provenance: object) -> dict[str, str]:
    """What one Provenance tells."""
    resource = {
        "resourceType": "Provenance",
        "target": [{"reference": "urn:uuid:1"}],
        "agent": PERSON,
        **provenance,
    }
    return answering(placed({"entry": [{"resource": resource}]}))


def activity(code: str) -> dict[str, object]:
    """An activity with this code."""
    return {"coding": [{"code": code}]}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"activity": activity("CREATE")}, "added by A. Reviewer"),
        ({"activity": activity("UPDATE")}, "corrected by A. Reviewer"),
        ({}, "found right by A. Reviewer"),
    ],
)
def test_a_person_answers_by_name(given: dict[str, object], words: str) -> None:
    """The activity says what was done."""
    assert told(**given) == {"urn:uuid:1": words}


@pytest.mark.parametrize(
    "agent",
    [
        [{"who": {"reference": "urn:uuid:9", "display": "fhirkit"}}],
        [{"who": {"identifier": {"value": "x"}, "display": "fhirkit"}}],
        [{"who": {}}],
        [{}],
        "x",
        None,
    ],
)
def test_a_device_is_nobody(agent: object) -> None:
    """What is a resource may be software: only a name by itself is a person's."""
    assert told(agent=agent) == {}


def test_a_target_may_be_named_by_its_identifier() -> None:
    """In a batch nothing else is there to name it by."""
    target = [{"type": "Condition", "identifier": {"value": "key-1"}}, None, {}]
    assert told(target=target) == {"key-1": "found right by A. Reviewer"}


def test_a_person_is_told_once() -> None:
    """Two Provenances that say the same say it once."""
    one = {"resourceType": "Provenance", "target": [{"reference": "u"}], "agent": PERSON}
    bundle = {"entry": [{"resource": one}, {"resource": one}]}
    assert answering(placed(bundle)) == {"u": "found right by A. Reviewer"}
