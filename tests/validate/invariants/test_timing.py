"""Invariants of Timing.repeat."""

from __future__ import annotations

from decimal import Decimal

import pytest

from invariant_builder import Cases, Node, faults, rows

NOTE: Node = {"extension": [{"url": "http://e.org/x", "valueString": "y"}]}

CASES: Cases = {
    "tim-1": ([{"duration": 1}], [{"duration": 1, "durationUnit": "h"}, {"durationMax": 1}]),
    "tim-2": ([{"period": 1}], [{"period": 1, "_periodUnit": NOTE}, {"periodMax": 1}]),
    "tim-4": (
        [{"duration": -1}, {"duration": Decimal("-0.1")}],
        [{"duration": 0}, {"duration": "-1"}, {"_duration": NOTE}, {}],
    ),
    "tim-5": ([{"period": -1}], [{"period": 0}, {"period": [-1]}, {}]),
    "tim-6": ([{"periodMax": 2}], [{"periodMax": 2, "period": 1}, {"period": 1}]),
    "tim-7": ([{"durationMax": 2}], [{"durationMax": 2, "_duration": NOTE}, {"duration": 1}]),
    "tim-8": ([{"countMax": 2}], [{"countMax": 2, "count": 1}, {"count": 1}]),
    "tim-9": (
        [{"offset": 5}, {"offset": 5, "when": ["C"]}, {"offset": 5, "when": ["AC", "CV"]}],
        [{"offset": 5, "when": ["AC"]}, {"when": ["C"]}, {"offset": 5, "when": [["C"], None]}],
    ),
    "tim-10": (
        [{"timeOfDay": ["10:00:00"], "when": ["AC"]}],
        [{"timeOfDay": ["10:00:00"]}, {"when": ["AC"]}, {}],
    ),
}


@pytest.mark.parametrize(("key", "node", "holds"), rows(CASES))
def test_invariant(key: str, node: Node, holds: bool) -> None:
    """What breaks an invariant is at fault itself; a near miss is not."""
    assert faults(key, node) == ([] if holds else [(node, None)])
