"""The specification's own words of each invariant."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

OFFICIAL = Path(__file__).resolve().parents[2] / "data" / "invariants.json"
"""Out of the package hl7.fhir.r4.core 4.0.1 (CC0): severity, human, expression and paths by key."""


@pytest.fixture(scope="session")
def expressions() -> dict[str, dict[str, Any]]:
    """Every invariant as the specification words it, by the name it is registered under."""
    loaded: dict[str, dict[str, Any]] = json.loads(OFFICIAL.read_text(encoding="utf-8"))
    return loaded
