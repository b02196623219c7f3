"""Invariants of guides, measures, messages, requests, maps and the data these ask for."""

from __future__ import annotations

import pytest

from invariant_builder import Cases, Node, faults, rows

ONE_WAY: tuple[list[Node], list[Node]] = (
    [{}, {"path": "code", "searchParam": "code"}, {"valueSet": "http://e.org/vs"}],
    [{"path": "code"}, {"searchParam": "code"}],
)

CASES: Cases = {
    "drq-1": ONE_WAY,
    "drq-2": ONE_WAY,
    "rqg-1": (
        [{}, {"resource": {"reference": "Task/1"}, "action": [{}]}],
        [{"resource": {"reference": "Task/1"}}, {"action": [{}]}],
    ),
    "smp-1": (
        [{"element": "name"}],
        [{"element": "name", "context": "tgt"}, {"context": "tgt"}, {}],
    ),
    "smp-2": (
        [{"context": "tgt"}],
        [{"context": "tgt", "contextType": "variable"}, {"contextType": "variable"}, {}],
    ),
}


@pytest.mark.parametrize(("key", "node", "holds"), rows(CASES))
def test_element(key: str, node: Node, holds: bool) -> None:
    """An element that breaks a rule is at fault itself; a near miss is not."""
    assert faults(key, node) == ([] if holds else [(node, None)])


@pytest.mark.parametrize(
    ("most", "holds"),
    [
        pytest.param("0", False, id="zero"),
        pytest.param("-1", False, id="negative"),
        pytest.param("1.5", False, id="decimal"),
        pytest.param("many", False, id="word"),
        pytest.param("1 ", False, id="blank"),
        pytest.param("*", True, id="any"),
        pytest.param("1", True, id="one"),
        pytest.param("10", True, id="ten"),
        pytest.param(1, True, id="wrong-type"),
    ],
)
def test_most_of_a_focus(most: object, holds: bool) -> None:
    """The most a message has of a focus is a positive number or * (md-1), if it is told."""
    focus: Node = {"code": "Patient", "min": 0, "max": most}
    assert faults("md-1", focus) == ([] if holds else [(focus, "max")])
    assert faults("md-1", {"code": "Patient", "min": 0}) == []


def test_groupings_of_a_guide_are_defined() -> None:
    """A resource of a grouping that the guide does not define is at fault (ig-1)."""
    known: Node = {"groupingId": "a"}
    unknown: Node = {"groupingId": "b"}
    groupings: list[object] = [{"id": "a", "name": "A"}, "b"]
    definition = {"grouping": groupings, "resource": [known, unknown, {}, {"groupingId": 1}]}
    assert faults("ig-1", definition) == [(unknown, "groupingId")]
    assert faults("ig-1", {"grouping": groupings, "resource": [known]}) == []
    assert faults("ig-1", {"resource": "none"}) == []


def test_versions_of_a_guide_are_its_own() -> None:
    """A FHIR version of a resource that the guide does not have is at fault (ig-2)."""
    resource: Node = {"fhirVersion": ["4.0.1", "3.0.2", 4]}
    guide = {"fhirVersion": ["4.0.1"], "definition": {"resource": [resource, {}]}}
    assert faults("ig-2", guide) == [(resource["fhirVersion"], 1)]
    assert faults("ig-2", guide | {"fhirVersion": ["4.0.1", "3.0.2"]}) == []
    assert faults("ig-2", {"fhirVersion": ["4.0.1"], "definition": []}) == []


@pytest.mark.parametrize(
    ("stratifier", "holds"),
    [
        pytest.param({}, False, id="neither"),
        pytest.param({"code": {"text": "sex"}, "component": [{}]}, False, id="both"),
        pytest.param({"criteria": {}, "component": [{}]}, False, id="both-criteria"),
        pytest.param({"component": [{}]}, True, id="components"),
        pytest.param({"code": {"text": "sex"}}, True, id="code"),
        pytest.param({"description": "by sex"}, True, id="description"),
        pytest.param({"description": "by sex", "criteria": {}}, True, id="single"),
    ],
)
def test_a_stratifier_is_single_or_of_components(stratifier: Node, holds: bool) -> None:
    """A stratifier that is both or neither is at fault (mea-1)."""
    measure = {"group": [{"stratifier": [{"component": [{}]}, stratifier]}]}
    assert faults("mea-1", measure) == ([] if holds else [(stratifier, None)])
    assert faults("mea-1", {"group": [{"stratifier": "none"}, "none"]}) == []
