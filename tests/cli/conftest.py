"""The command as a user runs it: a process of its own in an empty folder."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

CASE = (
    "A 40-year-old woman with multiple sclerosis was given 12 mg of alemtuzumab for five days. "
    "Hemoglobin was 2.4 g/dl. She had no fever. Eight months later she developed autoimmune "
    "hemolytic anemia.\n"
)

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]


@pytest.fixture
def case() -> str:
    """A short narrative with a patient, a drug, a value and a reaction."""
    return CASE


@pytest.fixture
def command() -> list[str]:
    """How the command is called, for tests that need the process itself."""
    return [sys.executable, "-m", "fhirkit"]


@pytest.fixture
def run(tmp_path: Path, command: list[str]) -> Run:
    """Runs the command in an empty folder and looks at what must hold for every run.

    There is never a traceback, and what goes to standard error is lines of ours.
    """

    def call(
        *arguments: str | Path, stdin: bytes | None = b"", **environment: str
    ) -> subprocess.CompletedProcess[bytes]:
        done = subprocess.run(
            [*command, *map(str, arguments)],
            input=stdin,
            capture_output=True,
            cwd=tmp_path,
            # Pushes are noted in a journal of the test's own.
            env={**os.environ, "XDG_STATE_HOME": f"{tmp_path}-state", **environment},
            timeout=120,
            check=False,
        )
        said = done.stderr.decode("utf-8")
        assert "Traceback" not in said
        assert "fault in fhirkit" not in said
        for line in said.splitlines():
            assert line.startswith(("fhirkit: error: ", "fhirkit: notice: ")), line
        assert done.returncode in (0, 1, 2)
        return done

    return call
