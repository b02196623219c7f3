from __future__ import annotations

import os
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fhirkit.errors import FhirkitError, InputError, OutputError
from fhirkit.push.journal import Claim, Journal, Landed, default_path
from fhirkit.push.report import EntryOutcome, Outcome, State

SERVER = "https://host.example/fhir"
ONE, TWO = b"1" * 16, b"2" * 16
MADE = EntryOutcome(0, Outcome.CREATED, "Patient", "Patient/7", "1", "201 Created", "words")
FOUND = EntryOutcome(1, Outcome.EXISTED, "Device", "Device/8", "3")
NOT_SENT = EntryOutcome(2, Outcome.NOT_SENT, "Observation")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a journal may be."""
    return tmp_path / "journal.db"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    """A new one."""
    opened = Journal(path)
    yield opened
    opened.close()


def begun(
    journal: Journal, command: str = "c", server: str = SERVER, *, fresh: bool = False
) -> int:
    """The number of a run."""
    return journal.begin(server, command, "files", 100.0, fresh=fresh)


def claimed(journal: Journal, run: int, digest: bytes = ONE, since: float = 50.0) -> Claim | Landed:
    """What became of a bundle so far."""
    return journal.claim(
        run, digest, "a.json", since, ["Patient?identifier=a|1", "Device?_tag=b|2"]
    )


# Runs


def test_a_run_that_was_not_finished_is_taken_up_again(journal: Journal) -> None:
    """By the same command to the same server; done, it is followed by another."""
    first = begun(journal)
    assert begun(journal) == first
    journal.end(first, 200.0, complete=False)
    assert begun(journal) == first
    journal.end(first, 201.0, complete=True)
    assert begun(journal) != first


def test_who_waited_takes_up_the_run_that_ended_meanwhile(journal: Journal) -> None:
    """Both were asked for the same; what had landed before they were is another matter."""
    first = begun(journal)
    journal.end(first, 200.0, complete=True)
    arguments = (SERVER, "c", "files", 300.0)
    assert journal.begin(*arguments, fresh=False, waiting_since=150.0) == first
    assert journal.begin(*arguments, fresh=False, waiting_since=250.0) != first
    assert journal.begin(*arguments, fresh=True, waiting_since=150.0) != first


def test_another_command_or_server_is_another_run(journal: Journal) -> None:
    """And one that asks for it."""
    first = begun(journal)
    others = [
        begun(journal, "other"),
        begun(journal, server="https://other.example"),
        begun(journal, fresh=True),
    ]
    assert len({first, *others}) == 4


def test_runs_are_listed_with_their_counts(journal: Journal) -> None:
    """The oldest first; what is being sent counts as doubtful."""
    first, second = begun(journal), begun(journal, "other")
    claimed(journal, first, ONE)
    claimed(journal, first, TWO)
    journal.record(first, ONE, State.LANDED, [MADE])
    journal.end(first, 200.0, complete=False)
    one, two = journal.runs()
    assert (one.id, one.server, one.inputs, one.started, one.ended) == (
        first, SERVER, "files", 100.0, 200.0,
    )  # fmt: skip
    assert (one.state, one.bundles, one.landed, one.doubtful) == ("open", 2, 1, 1)
    assert (two.id, two.bundles, two.landed, two.doubtful, two.ended) == (second, 0, 0, 0, None)
    assert journal.find(second) == two
    journal.undone(first, 300.0)
    assert journal.find(first).state == "undone"


def test_a_run_that_is_not_there_is_said_so(journal: Journal) -> None:
    """With how to see those that are."""
    with pytest.raises(InputError, match="no run 4"):
        journal.find(4)
    with pytest.raises(InputError, match="no run 4"):
        Journal().find(4)


# Bundles


def test_a_bundle_that_landed_is_not_sent_again(journal: Journal) -> None:
    """What it became stands there: kinds, places and versions."""
    run = begun(journal)
    assert claimed(journal, run) == Claim(0, 50.0)
    journal.record(run, ONE, State.LANDED, [MADE, FOUND])
    landed = claimed(journal, run, since=70.0)
    assert landed == Landed(
        (
            EntryOutcome(0, Outcome.CREATED, "Patient", "Patient/7", "1"),
            EntryOutcome(1, Outcome.EXISTED, "Device", "Device/8", "3"),
        )
    )


def test_the_same_bytes_in_another_run_are_another_matter(journal: Journal) -> None:
    """Who says fresh means it."""
    run = begun(journal)
    claimed(journal, run)
    journal.record(run, ONE, State.LANDED, [MADE])
    assert claimed(journal, begun(journal, fresh=True)) == Claim(0, 50.0)


@pytest.mark.parametrize("state", [None, State.IN_DOUBT, State.PARTLY, State.ALTERED])
def test_what_may_have_landed_is_an_attempt(journal: Journal, state: State | None) -> None:
    """Since the first of them."""
    run = begun(journal)
    claimed(journal, run)
    if state is not None:
        journal.record(run, ONE, state, [MADE, NOT_SENT])
    assert claimed(journal, run, since=70.0) == Claim(1, 50.0)
    assert claimed(journal, run, since=80.0) == Claim(2, 50.0)


@pytest.mark.parametrize("state", [State.NOT_SENT, State.REFUSED])
def test_what_surely_left_nothing_is_no_attempt(journal: Journal, state: State) -> None:
    """Else what others make until the next one would be taken for ours."""
    run = begun(journal)
    claimed(journal, run)
    journal.record(run, ONE, state, [NOT_SENT])
    assert claimed(journal, run, since=70.0) == Claim(0, 70.0)
    assert claimed(journal, run, since=80.0) == Claim(1, 70.0)


def test_what_landed_of_a_bundle_is_known_while_it_is_sent(journal: Journal) -> None:
    """A process that is killed in between leaves it."""
    run = begun(journal)
    claimed(journal, run)
    assert journal.before(run, ONE) == ()
    assert journal.before(run, TWO) == ()
    journal.progress(run, ONE, [MADE, NOT_SENT])
    again = journal.before(run, ONE)
    assert [(one.outcome, one.resource_type, one.location) for one in again] == [
        (Outcome.CREATED, "Patient", "Patient/7"),
        (Outcome.NOT_SENT, "Observation", None),
    ]


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_is_kept(journal: Journal, outcome: Outcome) -> None:
    """Each by letters of its own."""
    run = begun(journal)
    claimed(journal, run)
    journal.record(run, ONE, State.PARTLY, [EntryOutcome(0, outcome)])
    assert journal.before(run, ONE) == (EntryOutcome(0, outcome),)


def test_traces_tell_what_undoing_needs(journal: Journal) -> None:
    """Keys where the fate is unknown, places where it is known."""
    run = begun(journal)
    claimed(journal, run, ONE, since=50.0)
    claimed(journal, run, TWO, since=60.0)
    journal.record(run, ONE, State.LANDED, [MADE])
    first, second = journal.traces(run)
    assert (first.state, first.keys) == ("landed", ())
    assert [one.location for one in first.entries] == ["Patient/7"]
    assert (second.state, second.since) == ("sending", 60.0)
    assert second.keys == ("Patient?identifier=a|1", "Device?_tag=b|2")
    journal.record(run, TWO, State.IN_DOUBT, [])
    assert len(journal.traces(run)[1].keys) == 2


def test_keys_may_hold_odd_line_ends(journal: Journal) -> None:
    """Only our own part them."""
    run = begun(journal)
    keys = ["Patient?identifier=a|1\u2028b\x85", "Device?_tag=b|2"]
    journal.claim(run, ONE, "a", 1.0, keys)
    assert journal.traces(run)[0].keys == tuple(keys)


def test_what_others_use_is_known(journal: Journal) -> None:
    """What other bundles found or updated on the server, unless their run was undone."""
    first, second, third = (
        begun(journal),
        begun(journal, "b"),
        begun(journal, "c", "https://x.example"),
    )
    landed(journal, first, ONE, FOUND._replace(location="Device/1"))
    landed(journal, second, TWO, MADE, FOUND._replace(location="Device/2"))
    landed(journal, third, TWO, FOUND._replace(location="Device/3"))
    assert journal.in_use(first, SERVER) == {"Device/2"}
    journal.undone(second, 1.0)
    assert journal.in_use(first, SERVER) == set()


def test_a_bundle_pushed_again_is_no_other_use(journal: Journal) -> None:
    """The second push of the same bundle found what the first had created."""
    first, second = begun(journal), begun(journal, "b")
    landed(journal, first, ONE, MADE._replace(location="Device/1"))
    landed(journal, second, ONE, FOUND._replace(location="Device/1"))
    assert journal.in_use(first, SERVER) == set()


def landed(journal: Journal, run: int, digest: bytes, *entries: EntryOutcome) -> None:
    """A bundle of a run, with what became of its entries."""
    journal.claim(run, digest, "a", 0.0, ["Device?identifier=s|1"])
    journal.record(run, digest, State.LANDED, entries)


def test_who_created_a_resource_is_known(journal: Journal) -> None:
    """Another run to the same server, and exactly that place."""
    first, second = begun(journal), begun(journal, "b")
    claimed(journal, first)
    journal.record(first, ONE, State.LANDED, [MADE._replace(location="Patient/77"), FOUND])
    assert journal.created_elsewhere(second, SERVER, "Patient/77")
    assert not journal.created_elsewhere(second, SERVER, "Patient/7")
    assert not journal.created_elsewhere(second, SERVER, "Device/8")
    assert not journal.created_elsewhere(first, SERVER, "Patient/77")
    assert not journal.created_elsewhere(second, "https://x.example", "Patient/77")


# The file


def test_the_journal_outlives_its_process(path: Path) -> None:
    """Closed and opened again, it says the same."""
    first = Journal(path)
    run = begun(first)
    claimed(first, run)
    first.record(run, ONE, State.LANDED, [MADE])
    first.close()
    again = Journal(path)
    assert begun(again) == run
    assert isinstance(claimed(again, run), Landed)
    again.close()


@pytest.mark.skipif(os.name == "nt", reason="there are no such permissions")
def test_only_its_owner_reads_it(tmp_path: Path) -> None:
    """It says which patients went where; so do the files SQLite keeps beside it."""
    path = tmp_path / "new" / "folder" / "journal.db"
    journal = Journal(path)
    begun(journal)
    for file in path.parent.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file.name
    journal.close()


def test_a_journal_in_memory_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And keeps nobody waiting."""
    monkeypatch.chdir(tmp_path)
    journal = Journal()
    with journal.alone(SERVER, pytest.fail):
        run = begun(journal)
        claimed(journal, run)
    journal.close()
    assert list(tmp_path.iterdir()) == []


def no_database(path: Path) -> None:
    """A file of another kind."""
    path.write_bytes(b"This is a letter to Anna Muster." * 100)


def another_version(path: Path) -> None:
    """A journal of the future."""
    with sqlite3.connect(path) as base:
        base.execute("PRAGMA user_version = 9")
    base.close()


def another_programs(path: Path) -> None:
    """A database with tables of its own."""
    with sqlite3.connect(path) as base:
        base.execute("CREATE TABLE letter (text TEXT)")
    base.close()


@pytest.mark.parametrize("make", [no_database, another_version, another_programs, Path.mkdir])
def test_a_file_that_is_no_journal_is_left_alone(path: Path, make: Any) -> None:
    """It is said so, and nothing is written into it."""
    make(path)
    before = path.read_bytes() if path.is_file() else b""
    with pytest.raises(OutputError, match=r"journal\.db") as caught:
        Journal(path)
    assert "Anna" not in str(caught.value)
    if before:
        tables = b"CREATE TABLE run"
        assert tables not in path.read_bytes()


def test_a_folder_that_cannot_be_made_is_said_so(tmp_path: Path) -> None:
    """Before anything is sent."""
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError):
        Journal(tmp_path / "file" / "journal.db")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_said_so(tmp_path: Path) -> None:
    """Also for one that another user made."""
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(OutputError):
            Journal(tmp_path / "journal.db")
    finally:
        tmp_path.chmod(0o700)


def test_a_full_disk_ends_it_and_loses_nothing(path: Path) -> None:
    """What was noted before stays; room again, it goes on."""
    journal = Journal(path)
    run = begun(journal)
    claimed(journal, run)
    journal.record(run, ONE, State.LANDED, [MADE])
    (pages,) = journal._base.execute("PRAGMA page_count").fetchone()
    journal._base.execute(f"PRAGMA max_page_count = {pages}")

    def fill() -> None:
        for number in range(1_000):
            journal.claim(run, number.to_bytes(16), "a" * 500, 1.0, ["key" * 100])

    with pytest.raises(OutputError, match="full"):
        fill()
    with pytest.raises(OutputError, match="full"):
        journal.begin("x" * 5_000, "c" * 5_000, "i" * 5_000, 1.0, fresh=True)
    journal._base.execute("PRAGMA max_page_count = 100000")
    assert isinstance(claimed(journal, run), Landed)
    assert claimed(journal, run, TWO) == Claim(0, 50.0)
    journal.close()


def test_threads_share_a_journal(journal: Journal) -> None:
    """Each bundle is claimed once."""
    run = begun(journal)
    claims: list[Claim | Landed] = []

    def go(first: int) -> None:
        for number in range(50):
            claims.append(claimed(journal, run, (first * 1_000 + number).to_bytes(16)))
            journal.record(run, (first * 1_000 + number).to_bytes(16), State.LANDED, [MADE])

    threads = [threading.Thread(target=go, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert claims == [Claim(0, 50.0)] * 200
    assert journal.runs()[0].landed == 200


def test_an_error_in_the_middle_leaves_nothing_of_it(journal: Journal) -> None:
    """The next statement finds the journal as it was."""

    def half() -> None:
        with journal._writing() as base:
            base.execute("INSERT INTO run VALUES (1, '', '', '', 0, 0, '')")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()
    assert journal.runs() == []
    begun(journal)


# Other processes

OPENING = """
import sys, time
from fhirkit.push.journal import Journal
time.sleep(max(0.0, float(sys.argv[2]) - time.time()))
journal = Journal(sys.argv[1])
run = journal.begin("https://host", sys.argv[3], "", 1.0, fresh=False)
journal.claim(run, b"1" * 16, "a", 1.0, ["k"])
journal.close()
"""


def start(program: str, *arguments: object) -> subprocess.Popen[bytes]:
    """A process of its own."""
    command = [sys.executable, "-c", program, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def test_processes_may_open_a_new_journal_at_one_time(path: Path) -> None:
    """None of them fails, and none of their runs is lost."""
    moment = time.time() + 0.5
    started = [start(OPENING, path, moment, number) for number in range(6)]
    for process in started:
        _, errors = process.communicate(timeout=30)
        assert (process.returncode, errors) == (0, b"")
    journal = Journal(path)
    assert len(journal.runs()) == 6
    journal.close()


HOLDING = """
import sys
from fhirkit.push.journal import Journal
journal = Journal(sys.argv[1])
with journal.alone("https://host.example/fhir", lambda: print("waiting", flush=True)):
    print("mine", flush=True)
    sys.stdin.read()
"""


def test_one_process_at_a_time_pushes_to_a_server(path: Path, journal: Journal) -> None:
    """The second is told once, and goes on when the first has ended, however it ended."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDING, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == b"mine"
        told: list[str] = []
        entered = threading.Event()

        def wait() -> None:
            with journal.alone(SERVER, lambda: told.append("wait")):
                entered.set()

        waiting = threading.Thread(target=wait)
        waiting.start()
        assert not entered.wait(0.3)
        assert told == ["wait"]
        with journal.alone("https://other.example/fhir", pytest.fail):
            pass
        holder.kill()
        assert entered.wait(5)
        waiting.join()


WRITING = """
import sys
from fhirkit.push.journal import Journal
from fhirkit.push.report import EntryOutcome, Outcome, State
steps, limit = 0, int(sys.argv[2])
def counted(statement):
    global steps
    steps += 1
    if steps == limit:
        import os, signal
        os.kill(os.getpid(), signal.SIGKILL)
prepare = Journal._prepare
def early(self):
    self._base.set_trace_callback(counted)
    prepare(self)
Journal._prepare = early
journal = Journal(sys.argv[1])
run = journal.begin("https://host.example/fhir", "c", "", 1.0, fresh=False)
for number in range(2):
    digest = str(number).encode() * 16
    journal.claim(run, digest, "a", 1.0, ["Patient?identifier=a|1"])
    journal.progress(run, digest, [EntryOutcome(0, Outcome.CREATED, "Patient", "Patient/7", "1")])
    journal.record(run, digest, State.LANDED, [EntryOutcome(0, Outcome.CREATED, "Patient", "Patient/7", "1")])
journal.end(run, 2.0, complete=True)
print(steps)
"""


def steps_in(path: Path) -> int:
    """How many statements the whole of it takes."""
    process = start(WRITING, path, 0)
    told, errors = process.communicate(timeout=30)
    assert errors == b""
    return int(told)


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="there is no such signal")
def test_a_kill_between_any_two_statements_leaves_a_journal(tmp_path: Path) -> None:
    """Each bundle is unknown, on its way or landed; the next process takes up the run."""
    whole = steps_in(tmp_path / "whole.db")
    assert whole > 12
    for limit in range(1, whole + 1):
        path = tmp_path / f"{limit}.db"
        process = start(WRITING, path, limit)
        process.communicate(timeout=30)
        assert process.returncode == -signal.SIGKILL
        journal = Journal(path)
        runs = journal.runs()
        assert len(runs) <= 1
        for run in runs:
            assert run.state in ("open", "done")
            traces = journal.traces(run.id)
            assert {one.state for one in traces} <= {"sending", "landed"}
            assert all(one.keys for one in traces if one.state == "sending")
            assert all(one.entries for one in traces if one.state == "landed")
        journal.close()
        process = start(WRITING, path, 0)
        _, errors = process.communicate(timeout=30)
        assert errors == b""
        journal = Journal(path)
        assert [run.state for run in journal.runs()][-1] == "done"
        assert journal.runs()[-1].landed == 2
        journal.close()


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        pytest.param({"XDG_STATE_HOME": "/s"}, Path("/s/fhirkit/journal.db"), id="xdg"),
        pytest.param({"XDG_STATE_HOME": ""}, None, id="home"),
    ],
)
@pytest.mark.skipif(os.name == "nt", reason="it is elsewhere there")
def test_it_has_a_place_of_its_own(environment: dict[str, str], expected: Path | None) -> None:
    """Where programs of this user keep what they were doing."""
    home = Path.home() / ".local" / "state" / "fhirkit" / "journal.db"
    assert default_path(environment) == (expected or home)


def test_its_errors_are_ours(path: Path) -> None:
    """Also of one that was closed."""
    journal = Journal(path)
    journal.close()
    with pytest.raises(FhirkitError):
        journal.runs()
    with pytest.raises(FhirkitError):
        claimed(journal, 1)
