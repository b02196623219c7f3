from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from fhirkit.push.journal import Journal
from pushing import case as bundle_of
from pushing import data, entry
from servers.faults import Faults
from servers.faulty import Faulty
from servers.server import Server

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]
Start = Callable[..., Faulty]
NOWHERE = "http://127.0.0.1:9/fhir"


@pytest.fixture
def made(run: Run, case: str) -> bytes:
    """The bundle of a short narrative."""
    return run("convert", "-", stdin=case.encode()).stdout


def ndjson(path: Path, number: int) -> Path:
    """A file with so many small bundles, each with keys of its own."""
    path.write_bytes(b"".join(data(bundle_of(n)) + b"\n" for n in range(number)))
    return path


# Landing


@pytest.mark.server
def test_converted_narratives_land_and_land_again(run: Run, made: bytes, sekmet: Server) -> None:
    """Straight from convert; the second push creates nothing."""
    first = run("push", "-", "--to", sekmet.base, "--verbose", stdin=made)
    assert (first.returncode, first.stderr) == (0, b"")
    assert b"standard input: landed" in first.stdout
    assert b"1, 100 % landed" in first.stdout
    second = run("push", "-", "--to", sekmet.base, "--format", "json", stdin=made)
    read = json.loads(second.stdout)
    assert read["landed"] is True
    assert set(read["counts"]) == {"existed"}


@pytest.mark.server
def test_what_landed_is_only_counted(run: Run, made: bytes, sekmet: Server) -> None:
    """Ten thousand lines would hide the one that matters."""
    done = run("push", "-", "--to", sekmet.base, stdin=made)
    assert b"standard input" not in done.stdout
    assert done.stdout.startswith(b"run       1\n")


@pytest.mark.server
def test_a_stream_is_pushed_bundle_by_bundle(
    run: Run, tmp_path: Path, case: str, sekmet: Server
) -> None:
    """Two narratives in, two bundles told by their line."""
    records = "".join(
        json.dumps({"id": age, "text": case.replace("40", age)}) + "\n" for age in ("50", "60")
    )
    (tmp_path / "two.ndjson").write_text(records, "utf-8")
    made = run("convert", "two.ndjson").stdout
    done = run("push", "-", "--to", sekmet.base, "--verbose", stdin=made)
    assert done.returncode == 0
    assert b"standard input line 2: landed" in done.stdout
    assert b"2, 100 % landed (2 landed)" in done.stdout


@pytest.mark.server
def test_folders_are_read_through(run: Run, tmp_path: Path, made: bytes, sekmet: Server) -> None:
    """Every JSON and NDJSON file below a folder."""
    (tmp_path / "cases" / "old").mkdir(parents=True)
    (tmp_path / "cases" / "a.json").write_bytes(made)
    ndjson(tmp_path / "cases" / "old" / "more.ndjson", 3)
    done = run("push", "cases", "--to", sekmet.base, "--no-validate")
    assert done.returncode == 0
    assert b"4, 100 % landed" in done.stdout


@pytest.mark.server
def test_what_landed_is_read_back(run: Run, made: bytes, faulty: Start) -> None:
    """A server that drops elements is found out by --verify, and by nothing else."""
    server = faulty(Faults(loses="status"))
    blind = run("push", "-", "--to", server.base, stdin=made)
    assert blind.returncode == 0
    other = run("convert", "-", stdin=b"A 41-year-old man was given 3 mg of alemtuzumab.").stdout
    told = run("push", "-", "--to", server.base, "--verify", stdin=other)
    assert told.returncode == 1
    assert b"standard input: altered" in told.stdout
    assert b"status: missing" in told.stdout
    assert b"1 of 1 bundles did not land as they were sent" in told.stderr


# What does not land


@pytest.mark.server
def test_an_invalid_bundle_is_not_sent(
    run: Run, tmp_path: Path, made: bytes, faulty: Start
) -> None:
    """The others are; nothing of the wrong one goes out."""
    wrong = json.loads(made)
    wrong["entry"][2]["resource"]["gender"] = "Zwetschgen"
    (tmp_path / "a.json").write_text(json.dumps(wrong), "utf-8")
    (tmp_path / "b.json").write_bytes(data(bundle_of(1)))
    server = faulty()
    done = run("push", "a.json", "b.json", "--to", server.base)
    assert done.returncode == 1
    assert b"a.json: not sent" in done.stdout
    assert b"1 of 2 bundles did not land" in done.stderr
    assert server.state()["bundles"] == 1
    assert b"Zwetschgen" not in done.stderr


@pytest.mark.server
def test_a_refusal_is_code_1_and_keeps_to_itself(run: Run, made: bytes, sekmet: Server) -> None:
    """The server's words stand in the report; standard error has only the sum."""
    bundle = json.loads(made)
    bundle["entry"][2]["resource"]["severity"] = "Anna Muster"
    done = run("push", "-", "--to", sekmet.base, "--no-validate", stdin=json.dumps(bundle).encode())
    assert done.returncode == 1
    assert b"refused: HTTP 400" in done.stdout
    (line,) = done.stderr.decode().splitlines()
    assert line.startswith(f"fhirkit: notice: {sekmet.base}: 1 of 1 bundles did not land")
    assert "Anna" not in line


@pytest.mark.server
def test_broken_inputs_are_told_and_the_rest_goes_on(
    run: Run, tmp_path: Path, made: bytes, faulty: Start
) -> None:
    """What is no JSON, empty or no bundle is not sent; the others are."""
    (tmp_path / "a.json").write_bytes(b"Anna had fever.")
    (tmp_path / "b.ndjson").write_bytes(b"\n")
    (tmp_path / "c.json").write_bytes(b'{"resourceType": "Patient"}')
    (tmp_path / "d.json").write_bytes(made)
    server = faulty()
    done = run("push", "a.json", "b.ndjson", "c.json", "d.json", "--to", server.base)
    assert done.returncode == 1
    lines = done.stdout.decode().splitlines()
    for name in ("a.json", "b.ndjson", "c.json"):
        assert any(line.startswith(f"{name}: not sent") for line in lines), name
    assert b"Anna" not in done.stdout + done.stderr
    assert server.state()["bundles"] == 1


@pytest.mark.server
@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_a_file_that_cannot_be_read_is_code_2(
    run: Run, tmp_path: Path, made: bytes, faulty: Start
) -> None:
    """It is told by its name, and what comes after it is sent."""
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / "a.json").symlink_to("gone.json")
    (tmp_path / "cases" / "b.json").write_bytes(made)
    server = faulty()
    done = run("push", "cases", "--to", server.base)
    assert done.returncode == 2
    name = os.path.join("cases", "a.json")  # noqa: PTH118 - as it is told
    assert f"{name}: not sent" in done.stdout.decode()
    assert server.state()["bundles"] == 1
    dry = run("push", "cases", "--to", server.base, "--dry-run")
    assert dry.returncode == 2


@pytest.mark.server
def test_without_validation_the_server_judges(run: Run, made: bytes, faulty: Start) -> None:
    """By the flag, or by what the server's table says."""
    bundle = json.loads(made)
    bundle["entry"][2]["resource"]["gender"] = "Zwetschgen"
    wrong = json.dumps(bundle).encode()
    server = faulty()
    assert run("push", "-", "--to", server.base, stdin=wrong).returncode == 1
    assert server.state()["bundles"] == 0
    assert run("push", "-", "--to", server.base, "--no-validate", stdin=wrong).returncode == 0
    assert server.state()["bundles"] == 1


@pytest.mark.server
@pytest.mark.parametrize(
    ("choice", "code", "said"),
    [
        pytest.param("refuse", 1, "not sent", id="refuse"),
        pytest.param("skip", 0, "skipped", id="skip"),
    ],
)
def test_what_a_server_does_not_take_is_as_was_asked(
    run: Run, tmp_path: Path, sekmet: Server, choice: str, code: int, said: str
) -> None:
    """The bundle stays here, or goes without."""
    bundle = bundle_of(1)
    bundle["entry"].append(
        entry("urn:uuid:4fd1b9b4-6a0c-4c39-8d9c-1d1f3c5b7a10", "Unheard", "9", {})
    )
    (tmp_path / "a.json").write_bytes(data(bundle))
    arguments = ("--no-validate", "--unsupported", choice, "--format", "json")
    done = run("push", "a.json", "--to", sekmet.base, *arguments)
    assert done.returncode == code
    assert said in json.loads(done.stdout)["counts"]


def test_a_path_that_leads_nowhere_is_told_before_anything_is_asked(run: Run) -> None:
    """Wrong usage, whatever the server."""
    done = run("push", "nothing.json", "--to", NOWHERE)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"nothing.json" in done.stderr


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_server_out_of_reach_is_code_1(run: Run, made: bytes, form: str) -> None:
    """The line names the address; nothing was sent, and there is no half report."""
    arguments = ("--to", NOWHERE, "--patience", "0", "--format", form)
    done = run("push", "-", *arguments, stdin=made)
    assert (done.returncode, done.stdout) == (1, b"")
    assert NOWHERE in done.stderr.decode()


@pytest.mark.parametrize("url", ["host/fhir", "ftp://host/fhir", "https://a:geheim@host/fhir"])
def test_a_wrong_address_is_code_2(run: Run, url: str) -> None:
    """And a password in it is not repeated."""
    done = run("push", "-", "--to", url, stdin=b"{}")
    assert done.returncode == 2
    assert b"geheim" not in done.stderr


def test_credentials_never_go_over_plain_http(run: Run) -> None:
    """Code 2 before a connection is tried."""
    secret = {"FHIRKIT_TOKEN": "geheim"}
    done = run("push", "-", "--to", "http://host.example/fhir", stdin=b"{}", **secret)
    assert done.returncode == 2
    assert b"plain http" in done.stderr
    assert b"geheim" not in done.stderr


# The plan


@pytest.mark.server
@pytest.mark.parametrize("form", ["text", "json"])
def test_a_dry_run_sends_nothing(run: Run, made: bytes, faulty: Start, form: str) -> None:
    """It says how it would be done."""
    server = faulty()
    done = run("push", "-", "--to", server.base, "--dry-run", "--format", form, stdin=made)
    assert done.returncode == 0
    assert server.state()["methods"] == {"GET": server.state()["requests"]}
    if form == "json":
        plan = json.loads(done.stdout)
        assert (plan["mode"], plan["bundles"], plan["requests"]) == ("transaction", 1, 1)
    else:
        assert b"mode      transaction" in done.stdout
        assert b"Nothing was sent" in done.stdout


@pytest.mark.server
def test_flags_come_before_what_the_servers_name_stands_for(
    run: Run, tmp_path: Path, made: bytes, faulty: Start
) -> None:
    """A named server has its address, options and journal; a flag overrides them."""
    server = faulty()
    config = tmp_path / "servers.toml"
    config.write_text(
        f'[ward7]\nurl = "{server.base}"\nmode = "batch"\njournal = "ward7.db"\nworkers = 2\n',
        "utf-8",
    )
    config.chmod(0o600)
    arguments = ("push", "-", "--to", "ward7", "--config", "servers.toml")
    plan = json.loads(run(*arguments, "--dry-run", "--format", "json", stdin=made).stdout)
    assert plan["mode"] == "batch"
    assert run(*arguments, "--mode", "single", stdin=made).returncode == 0
    assert (tmp_path / "ward7.db").is_file()
    assert server.state()["bundles"] == 0  # one request an entry
    unknown = run("push", "-", "--to", "ward8", "--config", "servers.toml", stdin=made)
    assert unknown.returncode == 2
    assert b"ward7" in unknown.stderr


@pytest.mark.server
def test_flags_turn_off_what_the_servers_name_turns_on(
    run: Run, tmp_path: Path, faulty: Start
) -> None:
    """And on what it turns off."""
    server = faulty(Faults(loses="status"))
    config = tmp_path / "servers.toml"
    config.write_text(f'[ward7]\nurl = "{server.base}"\nverify = true\nvalidate = false\n', "utf-8")
    config.chmod(0o600)
    arguments = ("push", "-", "--to", "ward7", "--config", "servers.toml")
    wrong = bundle_of(1)
    wrong["entry"][0]["resource"]["gender"] = "unheard of"
    kept = run(*arguments, "--validate", stdin=data(wrong))
    assert b"standard input: not sent" in kept.stdout
    assert b"standard input: altered" in run(*arguments, stdin=data(wrong)).stdout
    assert run(*arguments, "--no-verify", "--fresh", stdin=data(bundle_of(2))).returncode == 0


# Stopped and gone on with


@pytest.mark.server
def test_the_report_of_many_bundles_is_one_object(run: Run, tmp_path: Path, faulty: Start) -> None:
    """JSON, also where some bundles did not land, and with none at all."""
    server = faulty(Faults(seed=3, too_many=0.1, retry_after="seconds"))
    path = ndjson(tmp_path / "many.ndjson", 60)
    path.write_bytes(path.read_bytes() + b'{"resourceType": "Patient"}\n')
    done = run("push", path, "--to", server.base, "--no-validate", "--format", "json")
    read = json.loads(done.stdout)
    assert done.returncode == 1
    assert len(read["bundles"]) == 61
    assert sorted({bundle["state"] for bundle in read["bundles"]}) == ["landed", "not sent"]
    assert read["statistics"]["requests"] > 60
    empty = tmp_path / "empty.json"
    empty.write_bytes(b"")
    none = run("push", empty, "--to", server.base, "--format", "json")
    assert json.loads(none.stdout)["bundles"][0]["state"] == "not sent"


def started(command: list[str], folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """A push that runs beside the test."""
    return subprocess.Popen(
        [*command, "push", *arguments],
        cwd=folder,
        env={**os.environ, "XDG_STATE_HOME": f"{folder}-state"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for(journal: Path, landed: int) -> None:
    """Returns when so many bundles have landed."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if journal.exists():
            notes = Journal(journal)
            runs = notes.runs()
            notes.close()
            if runs and runs[0].landed >= landed:
                return
        time.sleep(0.02)
    raise AssertionError("nothing landed")


@pytest.mark.server
@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent another way there")
@pytest.mark.parametrize("number", ["SIGINT", "SIGKILL"])
def test_a_stopped_push_is_gone_on_with(
    run: Run, tmp_path: Path, command: list[str], faulty: Start, number: str
) -> None:
    """The same command again lands the rest; nothing is there twice, and undo takes all of it."""
    server = faulty(Faults(latency=0.05))
    path = ndjson(tmp_path / "many.ndjson", 80)
    journal = tmp_path / "j.db"
    arguments = (str(path), "--to", server.base, "--no-validate", "--journal", str(journal))
    process = started(command, tmp_path, *arguments)
    wait_for(journal, 3)
    process.send_signal(getattr(signal, number))
    _, err = process.communicate(timeout=30)
    if number == "SIGINT":
        assert process.returncode == 130
        (line,) = err.splitlines()
        assert "fhirkit: notice: stopped after" in line
        assert re.search(r"of run 1, \d+ landed and 0 are in doubt", line)
        assert "fhirkit undo 1" in line
    server.change(Faults())
    done = run("push", *arguments)
    assert done.returncode == 0
    assert b"going on with run 1" in done.stderr
    state = server.state()
    made = state["resources"]
    assert state["doubled"] == {}
    undone = run("undo", "1", "--journal", str(journal))
    assert undone.returncode == 0
    assert undone.stdout.decode() == f"{made} deleted\n"
    assert server.state()["resources"] == 0


@pytest.mark.server
@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent another way there")
def test_a_stopped_push_leaves_a_whole_report(
    tmp_path: Path, command: list[str], faulty: Start
) -> None:
    """A program that reads the JSON sees that there was more."""
    server = faulty(Faults(latency=0.05))
    path = ndjson(tmp_path / "many.ndjson", 80)
    journal = tmp_path / "j.db"
    arguments = (str(path), "--to", server.base, "--no-validate", "--journal", str(journal))
    process = started(command, tmp_path, *arguments, "--format", "json")
    wait_for(journal, 3)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=30)
    assert process.returncode == 130
    read = json.loads(out)
    assert (read["landed"], read["stopped"]) == (False, True)
    assert 0 < len(read["bundles"]) < 80


@pytest.mark.server
def test_a_push_that_landed_is_not_gone_on_with(run: Run, made: bytes, sekmet: Server) -> None:
    """It is made anew, and finds what is there now."""
    for number in (1, 2):
        done = run("push", "-", "--to", sekmet.base, stdin=made)
        assert f"run       {number}".encode() in done.stdout
        assert done.stderr == b""


@pytest.mark.server
def test_progress_is_for_terminals_only(run: Run, tmp_path: Path, faulty: Start) -> None:
    """Nothing of it gets into a file."""
    server = faulty(Faults(latency=0.02))
    path = ndjson(tmp_path / "many.ndjson", 20)
    done = run("push", path, "--to", server.base, "--no-validate")
    assert done.stderr == b""


@pytest.mark.server
@pytest.mark.skipif(sys.platform == "win32", reason="there are no such terminals there")
@pytest.mark.parametrize("quiet", [False, True])
def test_a_terminal_shows_how_far_it_is(
    tmp_path: Path, command: list[str], faulty: Start, *, quiet: bool
) -> None:
    """The line goes away at the end; --quiet means none at all."""
    server = faulty(Faults(latency=0.02))
    path = ndjson(tmp_path / "many.ndjson", 60)
    arguments = [str(path), "--to", server.base, "--no-validate", *["--quiet"] * quiet]
    shown = on_terminal(command, tmp_path, arguments)
    assert ("/60 bundles" in shown) is not quiet
    assert shown == "" if quiet else shown.endswith("\r")


def on_terminal(command: list[str], folder: Path, arguments: list[str]) -> str:
    """What a push that ends well writes to a terminal that is its standard error."""
    import pty

    screen, writing = pty.openpty()
    process = subprocess.Popen(
        [*command, "push", *arguments],
        cwd=folder,
        env={**os.environ, "XDG_STATE_HOME": f"{folder}-state"},
        stdout=subprocess.DEVNULL,
        stderr=writing,
    )
    os.close(writing)
    shown = b""
    try:
        while piece := os.read(screen, 65_536):
            shown += piece
    except OSError:  # how Linux says that the other end is closed
        pass
    finally:
        os.close(screen)
    assert process.wait(timeout=30) == 0
    return shown.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(["--workers", "0"], id="workers"),
        pytest.param(["--takes", "adverse"], id="type"),
        pytest.param(["--rate", "0"], id="rate"),
        pytest.param(["--max-entries", "many"], id="entries"),
        pytest.param(["--patience", "-1"], id="patience"),
        pytest.param(["--mode", "letters"], id="mode"),
    ],
)
def test_wrong_values_are_wrong_usage(run: Run, wrong: list[str]) -> None:
    """One line, code 2, nothing asked."""
    done = run("push", "-", "--to", NOWHERE, *wrong, stdin=b"{}")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
