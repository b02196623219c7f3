from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest

import fhirkit
from fhirkit.cli import main as cli

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]
VERBS = ("extract", "convert", "validate", "push", "serve", "demo")


def test_help_names_every_verb(run: Run) -> None:
    """One line a verb, and exit code 0."""
    done = run("--help")
    assert done.returncode == 0
    for verb in VERBS:
        assert f"\n    {verb} " in done.stdout.decode()


def test_version(run: Run) -> None:
    """The package's version and nothing else."""
    assert run("--version").stdout == f"fhirkit {fhirkit.__version__}\n".encode()


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["convert", "--help"]])
def test_help_is_there_at_once(command: list[str], arguments: list[str]) -> None:
    """Under 0.15 s as a whole process; the best of several, so that a busy machine may pass."""
    taken = []
    for _ in range(5):
        start = perf_counter()
        subprocess.run([*command, *arguments], stdout=subprocess.DEVNULL, check=True)
        taken.append(perf_counter() - start)
    assert min(taken) < 0.15


def test_nothing_heavy_is_imported_for_help(command: list[str]) -> None:
    """Neither models nor network nor server, for any verb's help."""
    heavy = {"fhir", "pydantic", "httpx", "sekmet", "uvicorn", "importlib.metadata", "asyncio"}
    for verb in VERBS:
        done = subprocess.run(
            [sys.executable, "-X", "importtime", *command[1:], verb, "--help"],
            capture_output=True, check=True, text=True,
        )  # fmt: skip
        imported = {line.rsplit("|", 1)[-1].strip() for line in done.stderr.splitlines()}
        assert imported & heavy == set(), verb


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param([], "COMMAND", id="nothing"),
        pytest.param(["translate"], "translate", id="unknown-verb"),
        pytest.param(["extract"], "FILE", id="extract-nothing"),
        pytest.param(["convert"], "FILE", id="convert-nothing"),
        pytest.param(["validate"], "FILE", id="validate-nothing"),
        pytest.param(["push", "x.json"], "--to", id="push-nowhere"),
        pytest.param(["convert", "x.txt", "--type", "document"], "document", id="wrong-choice"),
        pytest.param(["convert", "x.txt", "--typ", "batch"], "--typ", id="abbreviated-flag"),
        pytest.param(["serve", "--port", "70000"], "port", id="wrong-port"),
        pytest.param(["serve", "--port", "many"], "port", id="no-port"),
        pytest.param(["push", "x", "--to", "http://h", "--timeout", "0"], "seconds", id="timeout"),
    ],
)
def test_wrong_usage_is_one_line_and_code_2(run: Run, arguments: list[str], words: str) -> None:
    """The line says what was wrong and where help is."""
    done = run(*arguments)
    assert done.returncode == 2
    assert done.stdout == b""
    (line,) = done.stderr.decode().splitlines()
    assert words in line


def test_a_fault_of_ours_is_one_line_without_its_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An unforeseen exception may quote a patient: its kind and place are told, not its words."""

    def broken(_arguments: Any) -> int:
        raise KeyError("Anna Muster")

    monkeypatch.setattr(cli, "_dispatch", broken)
    assert cli.main([]) == 1
    said = capsys.readouterr().err
    assert "KeyError at test_main.py:" in said
    assert "Anna" not in said
    assert len(said.splitlines()) == 1


def test_debug_shows_where_an_error_arose(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """FHIRKIT_DEBUG=1 adds the traceback."""
    monkeypatch.setenv("FHIRKIT_DEBUG", "1")
    assert cli.main(["extract", str(tmp_path / "none.txt")]) == 2
    said = capsys.readouterr().err
    assert "Traceback" in said
    assert said.splitlines()[-1].startswith("fhirkit: error: ")


def test_ctrl_c_is_quiet(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Code 130 and not a word."""

    def interrupted(_arguments: Any) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "_dispatch", interrupted)
    monkeypatch.setattr(cli, "_give_up", lambda _stream: None)
    assert cli.main([]) == 130
    assert capsys.readouterr().err == ""


def test_a_name_with_a_line_end_stays_on_one_line(run: Run) -> None:
    """Whatever a file is called, an error is one line."""
    done = run("extract", "a\nb.txt")
    assert len(done.stderr.splitlines()) == 1
