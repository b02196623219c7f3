from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from pushing import case as bundle_of
from pushing import data
from servers.faults import Faults
from servers.faulty import Faulty
from servers.server import Server

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]
Start = Callable[..., Faulty]
JOURNAL = ("--journal", "j.db")


def pushed(run: Run, folder: Path, base: str, *numbers: int) -> None:
    """Bundles with keys of their own, pushed as one run."""
    (folder / "b.ndjson").write_bytes(b"".join(data(bundle_of(n)) + b"\n" for n in numbers))
    done = run("push", "b.ndjson", "--to", base, "--no-validate", *JOURNAL)
    assert done.returncode == 0


@pytest.mark.server
def test_a_push_is_taken_back(run: Run, tmp_path: Path, sekmet: Server) -> None:
    """A dry run says so and deletes nothing; then it is gone, and stays gone."""
    pushed(run, tmp_path, sekmet.base, 1, 2)
    dry = run("undo", "1", "--dry-run", *JOURNAL)
    assert dry.returncode == 0
    assert b"to be deleted" in dry.stdout.splitlines()[-1]
    done = run("undo", "1", *JOURNAL)
    assert done.returncode == 0
    number = int(done.stdout.split()[0])
    assert done.stdout.decode() == f"{number} deleted\n"
    assert number > 2
    again = run("undo", "1", *JOURNAL)
    assert (again.returncode, again.stdout.decode()) == (0, f"{number} gone already\n")
    assert b"undone" in run("runs", *JOURNAL).stdout


@pytest.mark.server
def test_what_was_edited_stays(run: Run, tmp_path: Path, sekmet: Server) -> None:
    """And it is told, in text and as JSON."""
    pushed(run, tmp_path, sekmet.base, 1)
    found = httpx.get(f"{sekmet.base}/Patient", trust_env=False).json()["entry"][0]["resource"]
    place = f"{sekmet.base}/Patient/{found['id']}"
    httpx.put(place, json={**found, "active": True}, trust_env=False).raise_for_status()
    dry = run("undo", "1", "--dry-run", "--format", "json", *JOURNAL)
    assert json.loads(dry.stdout)["counts"]["edited since"] == 1
    done = run("undo", "1", *JOURNAL)
    assert done.returncode == 0
    assert f"Patient/{found['id']}: edited since" in done.stdout.decode()
    assert httpx.get(place, trust_env=False).json()["active"] is True


@pytest.mark.server
def test_what_could_not_be_deleted_is_code_1(run: Run, tmp_path: Path, faulty: Start) -> None:
    """The same command again tries the rest."""
    server = faulty()
    pushed(run, tmp_path, server.base, 1)
    server.change(Faults(unavailable=1.0, reads=1))
    done = run("undo", "1", "--patience", "0", *JOURNAL)
    assert done.returncode == 1
    server.change(Faults())
    assert run("undo", "1", *JOURNAL).returncode == 0
    assert server.state()["resources"] == 0


@pytest.mark.server
def test_another_server_than_the_runs_is_wrong_usage(
    run: Run, tmp_path: Path, faulty: Start
) -> None:
    """What one server created is not deleted on another."""
    server = faulty()
    pushed(run, tmp_path, server.base, 1)
    done = run("undo", "1", "--to", "http://127.0.0.1:9/fhir", *JOURNAL)
    assert done.returncode == 2
    assert b"this run was a push to" in done.stderr
    assert server.state()["resources"] > 0


@pytest.mark.server
def test_a_named_server_is_undone_by_its_name(run: Run, tmp_path: Path, faulty: Start) -> None:
    """Its address and its journal stand in the file of servers."""
    server = faulty()
    config = tmp_path / "servers.toml"
    config.write_text(f'[ward7]\nurl = "{server.base}"\njournal = "ward7.db"\n', "utf-8")
    config.chmod(0o600)
    (tmp_path / "a.json").write_bytes(data(bundle_of(1)))
    named = ("--to", "ward7", "--config", "servers.toml")
    assert run("push", "a.json", "--no-validate", *named).returncode == 0
    made = server.state()["resources"]
    done = run("undo", "1", "--format", "json", *named)
    assert done.returncode == 0
    assert json.loads(done.stdout)["counts"] == {"deleted": made}
    assert server.state()["resources"] == 0


def test_unknown_runs_and_journals_are_told(run: Run, tmp_path: Path) -> None:
    """Code 2: there is nothing to take back."""
    none = run("undo", "1", *JOURNAL)
    assert none.returncode == 2
    assert b"there is no journal at j.db" in none.stderr
    assert not (tmp_path / "j.db").exists()
    assert run("undo", "zero", *JOURNAL).returncode == 2


@pytest.mark.server
def test_a_run_that_is_not_in_the_journal_is_told(run: Run, tmp_path: Path, faulty: Start) -> None:
    """By its number, and how to find the right one."""
    pushed(run, tmp_path, faulty().base, 1)
    done = run("undo", "7", *JOURNAL)
    assert done.returncode == 2
    assert b"there is no run 7" in done.stderr
    assert b"fhirkit runs" in done.stderr
