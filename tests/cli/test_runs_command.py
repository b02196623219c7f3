from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from pushing import case as bundle_of
from pushing import data
from servers.faulty import Faulty

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]
Start = Callable[..., Faulty]


def test_no_pushes_are_no_error(run: Run) -> None:
    """It says where it looked, and makes no file there."""
    done = run("runs", "--journal", "j.db")
    assert (done.returncode, done.stdout) == (0, b"no pushes in j.db\n")
    assert json.loads(run("runs", "--journal", "j.db", "--format", "json").stdout) == []


def test_what_is_no_journal_is_told(run: Run, tmp_path: Path) -> None:
    """Another file of that name is left alone."""
    (tmp_path / "j.db").write_bytes(b"Anna had fever. " * 100)
    done = run("runs", "--journal", "j.db")
    assert done.returncode == 1
    assert b"the journal j.db cannot be used" in done.stderr
    assert (tmp_path / "j.db").read_bytes().startswith(b"Anna")


@pytest.mark.server
def test_each_push_has_its_line(run: Run, tmp_path: Path, faulty: Start) -> None:
    """Number, time, state, counts, server and what was pushed."""
    server = faulty()
    (tmp_path / "a.json").write_bytes(data(bundle_of(1)))
    (tmp_path / "b.json").write_bytes(b"{}")
    arguments = ("--to", server.base, "--no-validate", "--journal", "j.db")
    run("push", "a.json", *arguments)
    run("push", "a.json", "b.json", *arguments)
    head, first, second = run("runs", "--journal", "j.db").stdout.decode().splitlines()
    assert head.split()[:3] == ["run", "began", "state"]
    assert first.split()[3:6] == ["done", "1", "1"]
    assert second.split()[3:6] == ["open", "1", "1"]
    assert second.endswith("and 1 more")
    told = json.loads(run("runs", "--journal", "j.db", "--format", "json").stdout)
    assert [one["run"] for one in told] == [1, 2]
    assert told[1]["inputs"] == [str(tmp_path / "a.json"), str(tmp_path / "b.json")]
