"""The embedded servers, started once for all cases: it takes a second each time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

import pytest

from fhirkit.serve import INSTALL
from servers.server import Server

Start = Callable[[Path], AbstractContextManager[Server]]


@pytest.fixture(scope="module")
def sekmet(
    require: Callable[[str], NoReturn], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """The embedded server, with what earlier cases left."""
    from servers.sekmet import started

    yield from _kept(started, require, tmp_path_factory.mktemp("sekmet"))


@pytest.fixture(scope="module")
def sekmet_smart(
    require: Callable[[str], NoReturn], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """The same for one client that signs in with its key."""
    from servers.sekmet import started_smart

    yield from _kept(started_smart, require, tmp_path_factory.mktemp("smart"))


def _kept(start: Start, require: Callable[[str], NoReturn], folder: Path) -> Iterator[Server]:
    if find_spec("sekmet") is None:
        require(f"no embedded server: {INSTALL}")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        with start(folder) as server:
            yield replace(server, fresh=False)
