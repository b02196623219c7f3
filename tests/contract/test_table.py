"""The table of docs/servers.md is what the suite expects; scripts/server-table writes both."""

from __future__ import annotations

from pathlib import Path

import pytest

from contract.cases import CASES
from contract.table import BEGIN, END, EXPECTED, PAGE, SERVERS, as_csv, expected, page_with


@pytest.fixture(autouse=True)
def _page(checkout: Path) -> None:
    """Its files are those of the checkout."""


def test_every_case_has_words_for_every_server() -> None:
    """None is left out, and none stands there that is no case."""
    assert list(expected()) == [(case.name, server) for case in CASES for server in SERVERS]
    assert all(expected().values())


def test_the_expectations_are_as_the_script_writes_them() -> None:
    """Nobody need wonder what a difference comes from."""
    assert EXPECTED.read_text(encoding="utf-8") == as_csv(expected())


def test_the_page_has_the_table() -> None:
    """As it is written, and once."""
    page = PAGE.read_text(encoding="utf-8")
    assert page.count(BEGIN) == page.count(END) == 1
    assert page == page_with(page, expected())
