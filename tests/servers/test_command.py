"""Each server of the tests can be started by hand."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from servers.process import start

pytestmark = pytest.mark.server


@pytest.mark.parametrize(
    ("arguments", "software"),
    [
        pytest.param(["sekmet"], "fhirkit's embedded FHIR R4 server (sekmet-fhir)", id="sekmet"),
        pytest.param(["epic"], "epic", id="epic"),
        pytest.param(["faulty", "--too-many", "1", "--reads", "0"], "faulty", id="faulty"),
        pytest.param(["medplum"], "medplum", id="medplum", marks=pytest.mark.slow),
    ],
)
def test_it_runs_until_it_is_stopped(
    checkout: Path, tmp_path: Path, arguments: list[str], software: str
) -> None:
    """It says where it is, answers there, and ends with Ctrl-C without a word of complaint."""
    script = [sys.executable, str(checkout / "scripts" / "test-servers"), *arguments]
    started = start(script, tmp_path / "log")
    try:
        statement = httpx.get(f"{started.base(60)}/metadata", trust_env=False).json()
        assert statement["software"]["name"] == software
        started.program.send_signal(signal.SIGINT)
        started.program.wait(20)
    finally:
        started.stop()
    assert "Traceback" not in started.last_words()


def test_the_help_names_every_server(checkout: Path) -> None:
    """One line for each."""
    script = [sys.executable, str(checkout / "scripts" / "test-servers"), "--help"]
    told = subprocess.run(script, check=True, capture_output=True, text=True).stdout
    for name in ("sekmet", "sekmet-smart", "hapi", "medplum", "epic", "oracle", "faulty"):
        assert f"scripts/test-servers {name} " in told
