"""Invariants of insurance."""

from __future__ import annotations

import pytest

from invariant_builder import Cases, Node, faults, rows

CASES: Cases = {
    "ces-1": (
        [{}, {"category": {"text": "dental"}, "productOrService": {"text": "crown"}}],
        [{"category": {"text": "dental"}}, {"productOrService": {"text": "crown"}}],
    ),
    "ipn-1": (
        [{}, {"status": "active"}],
        [{"name": "Gold"}, {"identifier": [{"value": "1"}]}, {"name": "Gold", "identifier": [{}]}],
    ),
}


@pytest.mark.parametrize(("key", "node", "holds"), rows(CASES))
def test_element(key: str, node: Node, holds: bool) -> None:
    """An element that breaks a rule is at fault itself; a near miss is not."""
    assert faults(key, node) == ([] if holds else [(node, None)])
