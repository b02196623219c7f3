"""The official engine, built once for all tests that ask it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from oracle import engine

Require = Callable[[str], None]


@pytest.fixture(scope="session")
def official(require: Require, checkout: Path) -> Path:
    """The folder of the official engine; the test is skipped where it cannot be built."""
    missing = engine.missing_tools()
    if missing:
        require(f"the official engine needs {' and '.join(missing)}")
    try:
        return engine.build(checkout / ".venv" / "oracle")
    except engine.EngineFailed as failed:
        require(f"the official engine cannot be built: {failed}")
        raise
