"""What the tests of the embedded server need."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

from fhirkit.serve import INSTALL


@pytest.fixture
def database(
    tmp_path: Path, require: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> Path:
    """The path of a database that is not there yet; the working folder is empty too."""
    if find_spec("sekmet") is None:
        require(f"no embedded server: {INSTALL}")
    folder = tmp_path / "data"
    folder.mkdir()
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.chdir(empty)
    return folder / "server.db"
