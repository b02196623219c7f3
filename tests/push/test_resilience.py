"""What a push is for: 10,000 resources over a link that fails, none lost and none doubled.

The servers measured before lost 1,140 or doubled 1,400 of them to other clients.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from fhirkit.push.journal import Journal
from pushing import case, data
from servers.faults import Faults
from servers.faulty import Faulty

Start = Callable[..., Faulty]

BUNDLES, ENTRIES = 500, 20
ALL = BUNDLES * ENTRIES
BAD = {"too_many": 0.1, "commit_then_503": 0.1, "cut": 0.01}
KILLS = 20

pytestmark = [pytest.mark.server, pytest.mark.slow]


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """500 bundles of 20 entries, each entry with a key of its own."""
    path = tmp_path_factory.mktemp("bundles") / "bundles.ndjson"
    with path.open("wb") as file:
        for number in range(BUNDLES):
            file.write(data(case(number, ENTRIES)) + b"\n")
    return path


def command(bundles: Path, server: Faulty, journal: Path) -> list[str]:
    """A push as a user calls it, with eight workers."""
    return [
        *(sys.executable, "-m", "fhirkit", "push", str(bundles), "--to", server.base),
        *("--workers", "8", "--no-validate", "--journal", str(journal)),
    ]


def begun(arguments: Sequence[str], folder: Path) -> subprocess.Popen[str]:
    """The same beside the test."""
    return subprocess.Popen(
        arguments,
        cwd=folder,
        env={**os.environ, "XDG_STATE_HOME": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def assert_exact(server: Faulty) -> None:
    """All is there, once, and no two requests about one key were ever under way together."""
    state = server.state()
    assert state["resources"] == ALL
    assert state["doubled"] == {}
    assert state["made_again"] == {}
    assert state["clashes"] == []


def assert_undone(server: Faulty, journal: Path, folder: Path) -> None:
    """The journal knows all of it as created, and undo takes it back."""
    server.change(Faults())
    arguments = [sys.executable, "-m", "fhirkit", "undo", "1", "--journal", str(journal)]
    out, err = begun(arguments, folder).communicate(timeout=120)
    assert (out, err) == (f"{ALL} deleted\n", "")
    assert server.state()["resources"] == 0


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nothing_is_lost_and_nothing_doubled(
    tmp_path: Path, bundles: Path, faulty: Start, seed: int
) -> None:
    """10 % are told to wait, 10 % are committed and refused, 1 % are cut off."""
    server = faulty(Faults(seed=seed, **BAD), own_process=True)
    journal = tmp_path / "j.db"
    process = begun(command(bundles, server, journal), tmp_path)
    out, err = process.communicate(timeout=180)
    assert (process.returncode, err) == (0, "")
    assert f"entries   {ALL:,} created" in out
    assert_exact(server)
    faults = server.state()["faults"]
    assert min(faults["too_many"], faults["commit_then_503"]) > 20
    assert_undone(server, journal, tmp_path)


def test_a_push_that_is_killed_again_and_again_is_exact(
    tmp_path: Path, bundles: Path, faulty: Start
) -> None:
    """Twenty times with kill -9 at any moment; then the same command lands the rest."""
    server = faulty(Faults(seed=4, **BAD), own_process=True)
    journal = tmp_path / "j.db"
    chance = random.Random(4)
    for _ in range(KILLS):
        process = begun(command(bundles, server, journal), tmp_path)
        time.sleep(0.5 + chance.random() * 0.7)
        process.kill()
        process.communicate()
    process = begun(command(bundles, server, journal), tmp_path)
    _, err = process.communicate(timeout=180)
    assert process.returncode == 0
    assert err.startswith("fhirkit: notice: going on with run 1: ")
    assert_exact(server)
    assert_undone(server, journal, tmp_path)


def test_two_pushes_at_once_do_not_both_send(tmp_path: Path, bundles: Path, faulty: Start) -> None:
    """On one journal the second waits, and then finds everything landed."""
    server = faulty(Faults(seed=5, **BAD), own_process=True)
    journal = tmp_path / "j.db"
    both = [begun(command(bundles, server, journal), tmp_path) for _ in range(2)]
    said = [process.communicate(timeout=240) for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sum("another push to this server is at work" in err for _, err in said) == 1
    assert_exact(server)
    notes = Journal(journal)
    runs = notes.runs()
    notes.close()
    # The second took up the first one's run, and had nothing to send.
    assert [(run.bundles, run.landed, run.state) for run in runs] == [(BUNDLES, BUNDLES, "done")]
    assert sum(f"{BUNDLES} of its bundles landed before" in err for _, err in said) == 1
    assert min(int(_requests(out)) for out, _ in said) < 10


def _requests(out: str) -> str:
    """How many requests a push says it sent."""
    (line,) = (line for line in out.splitlines() if line.startswith("requests"))
    return line.split()[1].rstrip(",")
