"""Invariants of MolecularSequence."""

from __future__ import annotations

from decimal import Decimal

import pytest

from invariant_builder import Cases, Node, faults, rows

CHROMOSOME: Node = {"text": "chromosome 1"}

CASES: Cases = {
    "msq-5": (
        [{"genomeBuild": "GRCh 37"}, {"chromosome": CHROMOSOME}],
        [{"genomeBuild": "GRCh 37", "chromosome": CHROMOSOME}, {"referenceSeqString": "A"}],
    ),
    "msq-6": (
        [
            {},
            {"genomeBuild": "GRCh 37", "referenceSeqString": "A"},
            {"referenceSeqId": {"text": "NC_000009.11"}, "referenceSeqPointer": {"display": "x"}},
        ],
        [
            {"genomeBuild": "GRCh 37", "chromosome": CHROMOSOME},
            {"referenceSeqId": {"text": "NC_000009.11"}},
            {"referenceSeqPointer": {"display": "x"}},
            {"referenceSeqString": "A", "windowStart": 1},
        ],
    ),
}


@pytest.mark.parametrize(("key", "node", "holds"), rows(CASES))
def test_element(key: str, node: Node, holds: bool) -> None:
    """An element that breaks a rule is at fault itself; a near miss is not."""
    assert faults(key, node) == ([] if holds else [(node, None)])


@pytest.mark.parametrize(
    ("start", "holds"),
    [
        pytest.param(2, False, id="two"),
        pytest.param(-1, False, id="negative"),
        pytest.param(Decimal("0.5"), False, id="between"),
        pytest.param(0, True, id="zero"),
        pytest.param(1, True, id="one"),
        pytest.param("2", True, id="wrong-type"),
        pytest.param(True, True, id="boolean"),
    ],
)
def test_sequences_count_from_nought_or_one(start: object, holds: bool) -> None:
    """Any other start of the coordinates is at fault (msq-3)."""
    sequence: Node = {"coordinateSystem": start}
    assert faults("msq-3", sequence) == ([] if holds else [(sequence, "coordinateSystem")])
    assert faults("msq-3", {}) == []
