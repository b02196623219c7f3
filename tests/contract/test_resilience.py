"""10,000 resources over a link on which one request in five goes wrong: none lost, none doubled."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from fhirkit.push import Client, PushOptions
from fhirkit.push.report import State
from pushing import HASTY, case, data
from servers.faults import Faults
from servers.faulty import Faulty

pytestmark = [pytest.mark.server, pytest.mark.slow]
Start = Callable[..., Faulty]

BUNDLES, ENTRIES, WORKERS = 500, 20, 8
KILLS = 20
PUSHER = Path(__file__).with_name("pusher.py")


def faults(seed: int) -> Faults:
    """Of a hundred requests ten are told to wait, ten are done and denied, one is cut off."""
    return Faults(
        seed=seed, too_many=0.1, commit_then_503=0.1, cut=0.01, retry_after="seconds", retry_in=0
    )


@pytest.fixture
def bundles(tmp_path: Path) -> Path:
    """A file with a bundle on each line."""
    path = tmp_path / "bundles.ndjson"
    lines = (data(case(number, ENTRIES)) for number in range(1, BUNDLES + 1))
    path.write_bytes(b"\n".join(lines) + b"\n")
    return path


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nothing_is_lost_and_nothing_doubled(faulty: Start, bundles: Path, seed: int) -> None:
    """Every bundle lands, and is told to be created, whatever became of its answers."""
    server = faulty(faults(seed), own_process=True)
    given = [(f"{n}", line) for n, line in enumerate(bundles.read_bytes().splitlines())]
    options = PushOptions(workers=WORKERS)
    with Client(server.base, options=options, clock=HASTY) as client:
        reports = list(client.deliver(iter(given)))
    assert len(reports) == BUNDLES
    assert all(report.state is State.LANDED for report in reports)
    assert sum(report.counts["created"] for report in reports) == BUNDLES * ENTRIES
    whole(server)
    state = server.state()
    assert {"too_many", "commit_then_503", "cut"} <= state["faults"].keys()


def test_killed_again_and_again(faulty: Start, bundles: Path, tmp_path: Path) -> None:
    """At twenty moments the process is killed; the same command goes on, and undo knows it all."""
    server = faulty(faults(4), own_process=True)
    journal = tmp_path / "journal.db"
    chance = random.Random(4)
    killed = 0
    while killed < KILLS:
        process = started(server, bundles, journal)
        # Each of them gets a part of what is left, begun by its first request.
        before = server.state()["requests"]
        further = before + chance.randrange(2, 25)
        while server.state()["requests"] < further and process.poll() is None:
            time.sleep(chance.uniform(0, 0.01))
        assert process.poll() is None, "all was sent before it could be killed"
        process.send_signal(signal.SIGKILL)
        process.communicate()
        killed += 1
    last = started(server, bundles, journal)
    said, errors = last.communicate(timeout=120)
    assert (last.returncode, errors) == (0, b""), errors
    assert b"500 landed" in said
    whole(server)
    with Client(server.base, options=PushOptions(), journal=journal, clock=HASTY) as client:
        (run,) = client.journal.runs()
        server.change(Faults())
        taken = client.undo(run.id)
    assert taken.counts == {"deleted": BUNDLES * ENTRIES}
    assert server.state()["resources"] == 0


def test_two_at_once_share_a_journal(faulty: Start, bundles: Path, tmp_path: Path) -> None:
    """One sends, the other waits and then finds that all has landed: both end well."""
    server = faulty(faults(5), own_process=True)
    journal = tmp_path / "journal.db"
    both = [started(server, bundles, journal) for _ in range(2)]
    for process in both:
        said, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
        assert b"500 landed" in said
    whole(server)
    state = server.state()
    # Of each bundle what went wrong, and once what went well.
    assert state["bundles"] == BUNDLES + sum(state["faults"].values())


def whole(server: Faulty) -> None:
    """Fails unless each resource is there, and was made, once."""
    state = server.state()
    assert state["resources"] == BUNDLES * ENTRIES
    assert state["doubled"] == {}
    assert state["made_again"] == {}
    assert state["unresolved"] == 0


def started(server: Faulty, bundles: Path, journal: Path) -> subprocess.Popen[bytes]:
    """A process that pushes."""
    command = [sys.executable, str(PUSHER), server.base, str(bundles), str(journal), str(WORKERS)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
