from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]
PASTED = re.compile(r"<!-- fhirkit (.*?)--help -->\n```text\n(.*?)```", re.DOTALL)
VERBS = (
    "extract",
    "convert",
    "validate",
    "report",
    "plot",
    "push",
    "runs",
    "undo",
    "check-server",
    "serve",
    "demo",
)


@pytest.fixture(scope="module")
def pasted(checkout: Path) -> dict[str, str]:
    """The help texts in docs/commands.md by their verb, the empty one for the command's own."""
    page = (checkout / "docs" / "commands.md").read_text("utf-8")
    return {verb.strip(): text for verb, text in PASTED.findall(page)}


@pytest.mark.parametrize("verb", ["", *VERBS])
def test_the_page_shows_the_help_of_today(run: Run, pasted: dict[str, str], verb: str) -> None:
    """What is pasted is what the program prints: paste it anew when it changes."""
    assert pasted[verb] == run(*verb.split(), "--help").stdout.decode()


def test_every_verb_has_its_section(pasted: dict[str, str], checkout: Path) -> None:
    """No command without a section, no section without a command."""
    page = (checkout / "docs" / "commands.md").read_text("utf-8")
    headings = re.findall(r"^## ([\w-]+)$", page, re.MULTILINE)
    assert tuple(headings) == VERBS
    assert set(pasted) == {"", *VERBS}
