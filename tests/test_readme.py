"""The README's examples, run as they stand there."""

from __future__ import annotations

import doctest
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

FENCE = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)
FLEXIBLE = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


@pytest.fixture(scope="module")
def blocks(checkout: Path) -> dict[str, str]:
    """The README's fenced blocks by their language, one of each."""
    return dict(FENCE.findall((checkout / "README.md").read_text("utf-8")))


def test_shell_example(blocks: dict[str, str], tmp_path: Path) -> None:
    """The commands, typed in a folder with the case, print what the README shows."""
    (tmp_path / "case.txt").write_text(blocks["text"], encoding="utf-8")
    here = str(Path(sys.executable).parent)
    environment = {**os.environ, "PATH": os.pathsep.join([here, os.environ["PATH"]])}
    steps = re.findall(r"^\$ (.+)\n((?:(?!\$ ).*\n)*)", blocks["console"], re.MULTILINE)
    assert len(steps) == 3
    for command, shown in steps:
        done = subprocess.run(
            ["sh", "-c", command],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert doctest.OutputChecker().check_output(shown, done.stdout, FLEXIBLE), done.stdout


def test_python_example(blocks: dict[str, str]) -> None:
    """The session, typed at a prompt, answers what the README shows."""
    session = doctest.DocTestParser().get_doctest(blocks["pycon"], {}, "README.md", None, 0)
    output: list[str] = []
    assert doctest.DocTestRunner().run(session, out=output.append).failed == 0, "".join(output)
