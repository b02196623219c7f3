from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from fhirkit.push.capabilities import TYPES
from servers.faults import Faults
from servers.faulty import Faulty
from servers.fixtures import REAL
from servers.server import Server

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]
PLAIN = [case for case in REAL if case.id != "sekmet_smart"]


@pytest.mark.server
def test_what_a_server_says_is_printed(run: Run, sekmet: Server) -> None:
    """Software, types, and how bundles would go there; nothing is stored."""
    done = run("check-server", sekmet.base)
    assert done.returncode == 0
    assert b"sekmet-fhir" in done.stdout
    assert b"mode      transaction" in done.stdout
    assert b"tried" not in done.stdout


@pytest.mark.parametrize("name", PLAIN)
def test_what_is_left_out_is_tried_and_cleaned_up(
    run: Run, request: pytest.FixtureRequest, name: str
) -> None:
    """Each type is made once and found again; nothing of it stays."""
    server: Server = request.getfixturevalue(name)
    done = run("check-server", server.base, "--probe", "--format", "json")
    assert done.returncode == 0
    read = json.loads(done.stdout)
    assert read["probe"]["clean"] is True
    found = {trial["name"]: trial["found"] for trial in read["probe"]["trials"]}
    for kind in TYPES:
        assert found[kind] == "yes, by condition yes", kind
    assert found["transaction"] == "yes"
    assert found["batch"] == "yes"
    assert left(server) == 0


def left(server: Server) -> int:
    """How many Patients of a probe the server still has."""
    headers = {"Cache-Control": "no-cache"}
    url = f"{server.base}/Patient?_count=1000"
    answer: Any = httpx.get(url, headers=headers, trust_env=False, timeout=60).json()
    patients = [entry["resource"] for entry in answer.get("entry", ())]
    values = [one.get("identifier", [{}])[0].get("value", "") for one in patients]
    return sum(value.startswith("fhirkit-probe") for value in values)


def test_a_server_out_of_reach_is_code_1(run: Run) -> None:
    """One line that names it."""
    done = run("check-server", "http://127.0.0.1:9/fhir")
    assert (done.returncode, done.stdout) == (1, b"")
    assert b"127.0.0.1:9" in done.stderr


@pytest.mark.server
def test_what_is_no_fhir_server_is_code_1(run: Run, sekmet: Server) -> None:
    """A page of the same host."""
    done = run("check-server", sekmet.base.removesuffix("/fhir") + "/ui")
    assert (done.returncode, done.stdout) == (1, b"")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.server
@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent another way there")
def test_a_probe_that_is_stopped_cleans_up(
    tmp_path: Path, command: list[str], faulty: Callable[..., Faulty]
) -> None:
    """Ctrl-C in the middle: what was made is deleted before the program ends."""
    server = faulty(Faults(latency=0.05))
    process = subprocess.Popen(
        [*command, "check-server", server.base, "--probe"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 30
    while server.state()["resources"] < 3 and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert [line.partition(": ")[2].partition(": ")[2] for line in err.splitlines()][1:] == [
        "Nothing that was made for this is left."
    ]
    assert server.state()["resources"] == 0


@pytest.mark.server
def test_what_the_statement_gets_wrong_is_seen(run: Run, faulty: Callable[..., Faulty]) -> None:
    """Declared stands beside found."""
    server = faulty(Faults(refuse_transaction=405))
    done = run("check-server", server.base, "--probe")
    assert done.returncode == 0
    (line,) = [one for one in done.stdout.decode().splitlines() if one.startswith("transaction ")]
    assert line.split() == ["transaction", "yes", "no", "HTTP", "405"]
