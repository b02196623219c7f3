"""Invariants of TestScript and of the TestReport on it."""

from __future__ import annotations

import pytest

from invariant_builder import Cases, Node, faults, rows

ONE_THING: tuple[list[Node], list[Node]] = (
    [{}, {"operation": {}, "assert": {}}],
    [{"operation": {}}, {"assert": {}}],
)
TARGET: tuple[list[Node], list[Node]] = (
    [
        {},
        {"type": {"code": "read"}},
        {"targetId": "a", "url": "Patient/1"},
        {"targetId": "a", "params": "/1", "url": "Patient/1"},
        {"type": {"code": ["search"]}},
        {"type": "search"},
    ],
    [
        {"sourceId": "a"},
        {"targetId": "a"},
        {"url": "Patient/1"},
        {"params": "/1"},
        {"type": {"code": "capabilities"}},
        {"type": {"code": "search"}},
        {"type": {"code": "history"}},
        {"type": {"code": "transaction"}, "targetId": "a", "url": "Patient/1"},
    ],
)
ONE_ASSERTION: tuple[list[Node], list[Node]] = (
    [
        {"contentType": "json", "path": "a"},
        {"expression": "a", "headerField": "b"},
        {"minimumId": "a", "navigationLinks": True},
        {"requestMethod": "get", "resource": "Patient"},
        {"response": "okay", "responseCode": "200"},
        {"validateProfileId": "a", "response": "okay"},
    ],
    [
        {"response": "okay", "direction": "response", "operator": "equals"},
        {"label": "a"},
        {"extension": [{"url": "http://e.org/x"}], "response": "okay", "responseCode": "200"},
    ],
)
COMPARISON: tuple[list[Node], list[Node]] = (
    [
        {"compareToSourceId": "a"},
        {"compareToSourceExpression": "b"},
        {"compareToSourcePath": "c"},
    ],
    [
        {"compareToSourceId": "a", "compareToSourceExpression": "b"},
        {"compareToSourceId": "a", "compareToSourcePath": "c"},
        {},
    ],
)
OF_REQUEST: tuple[list[Node], list[Node]] = (
    [
        {"direction": "request", "response": "okay"},
        {"direction": "request", "responseCode": "200"},
    ],
    [
        {"direction": "request", "requestMethod": "get"},
        {"direction": "response", "response": "okay"},
        {"responseCode": "200"},
        {"direction": ["request"], "responseCode": "200"},
    ],
)

CASES: Cases = {
    "tst-1": ONE_THING,
    "tst-2": ONE_THING,
    "inv-1-setup": ONE_THING,
    "inv-2-test": ONE_THING,
    "tst-3": (
        [{"expression": "a", "headerField": "b", "path": "c"}],
        [{"expression": "a"}, {"headerField": "b"}, {"path": "c"}, {"defaultValue": "d"}],
    ),
    "tst-4": (
        [{"capability": [{"description": "x"}]}],
        [
            {"capability": [{"required": False}]},
            {"capability": [{"validated": True}]},
            {"capability": "x"},
            {},
        ],
    ),
    "tst-5": ONE_ASSERTION,
    "tst-6": ONE_ASSERTION,
    "tst-7": TARGET,
    "tst-8": TARGET,
    "tst-9": TARGET,
    "tst-10": COMPARISON,
    "tst-11": COMPARISON,
    "tst-12": OF_REQUEST,
    "tst-13": OF_REQUEST,
}


@pytest.mark.parametrize(("key", "node", "holds"), rows(CASES))
def test_element(key: str, node: Node, holds: bool) -> None:
    """An element that breaks a rule is at fault itself; a near miss is not."""
    assert faults(key, node) == ([] if holds else [(node, None)])
