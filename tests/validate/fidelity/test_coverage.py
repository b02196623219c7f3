"""Resources without words of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

TEXT = "He had fever, cough, rash, pain and chills."


@pytest.mark.parametrize(
    ("ours", "grounded", "bare", "findings"),
    [
        pytest.param(True, 5, 0, 0, id="all-have-words"),
        pytest.param(True, 2, 1, 1, id="one-has-none"),
        pytest.param(True, 1, 2, 2, id="ours-always-have"),
        pytest.param(False, 4, 1, 1, id="one-of-five"),
        pytest.param(False, 2, 1, 0, id="others-habit"),
        pytest.param(False, 0, 3, 0, id="nobody-has"),
    ],
)
def test_who_has_none(
    ours: bool,
    grounded: int,
    bare: int,
    findings: int,
    make: Callable[..., Any],
    ground: Callable[..., Any],
    found: Callable[..., Any],
) -> None:
    """Few without words among many with are found; many are a habit of who made the bundle."""
    words = ["fever", "cough", "rash", "pain", "chills"][:grounded]
    made = [{"resourceType": "Condition", "extension": ground(TEXT, word)} for word in words]
    made += [{"resourceType": "Condition"} for _ in range(bare)]
    others = [{"resourceType": "Device"}, {"resourceType": "Practitioner"}]
    assert found(make(TEXT, *made, *others, ours=ours)) == [("ungrounded", "extension")] * findings
