"""Every case on every server: docs/servers.md has what came of it, as a table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from contract.cases import CASES, Case
from contract.ground import Ground
from contract.table import expected
from servers.fixtures import EVERY
from servers.server import Server

Note = Callable[[str, object], None]


@pytest.fixture(scope="session", autouse=True)
def _with_cases(checkout: Path) -> None:
    """The cases and what is expected of them are files of the checkout."""


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_does_what_is_expected(
    case: Case,
    name: str,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    record_property: Note,
) -> None:
    """What the case asserts holds on every server; what servers differ in is as it is written."""
    server: Server = request.getfixturevalue(name)
    with Ground(server, tmp_path, case.name) as ground:
        words = case.run(ground)
    record_property("words", (case.name, name, words))
    assert words == expected().get((case.name, name), "nothing is written")
