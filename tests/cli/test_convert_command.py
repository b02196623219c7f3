from __future__ import annotations

import importlib
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import fhirkit
from fhirkit.cli.main import main
from fhirkit.issues import Issue, Severity

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]
VALID = b"fhirkit: notice: 1 bundle validated: no findings\n"


@pytest.fixture
def convert(run: Run, case: str) -> Callable[..., dict[str, Any]]:
    """Converts the short narrative with these arguments."""

    def call(*arguments: str) -> dict[str, Any]:
        done = run("convert", "-", *arguments, stdin=case.encode())
        assert (done.returncode, done.stderr) == (0, VALID)
        bundle: dict[str, Any] = json.loads(done.stdout)
        return bundle

    return call


Convert = Callable[..., dict[str, Any]]


@pytest.mark.parametrize("kind", ["transaction", "batch", "collection"])
def test_the_type_can_be_chosen(convert: Convert, kind: str) -> None:
    """A collection asks a server for nothing."""
    bundle = convert("--type", kind)
    assert bundle["type"] == kind
    assert all(("request" in entry) == (kind != "collection") for entry in bundle["entry"])


def test_flags_reach_the_bundle(convert: Convert) -> None:
    """Identifier system, source, test label, and what happens on a second push."""
    bundle = convert(
        "--identifier-system", "https://hospital.example/facts",
        "--source-url", "https://doi.org/10.1000/182",
        "--test-data", "--on-repeat", "update", "--recorded", "2026-03-01T12:00:00Z",
    )  # fmt: skip
    text = json.dumps(bundle)
    assert "https://hospital.example/facts" in text
    assert "https://doi.org/10.1000/182" in text
    assert "2026-03-01T12:00:00Z" in text
    for entry in bundle["entry"]:
        codes = {label["code"] for label in entry["resource"]["meta"]["security"]}
        assert {"HTEST", "DEVAST"} <= codes
        assert entry["request"]["method"] == "PUT"


def test_a_file_says_the_same_as_flags(convert: Convert, tmp_path: Path) -> None:
    """The keys are the flags; a flag given too comes first."""
    (tmp_path / "site.toml").write_text(
        'identifier-system = "https://hospital.example/facts"\ntest-data = true\ntype = "batch"\n',
        "utf-8",
    )
    by_file = convert("--config", "site.toml")
    by_flags = convert(
        "--identifier-system", "https://hospital.example/facts", "--test-data", "--type", "batch"
    )
    assert by_file == by_flags
    assert convert("--config", "site.toml", "--type", "collection")["type"] == "collection"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param("tset-data = true", "tset-data", id="unknown-key"),
        pytest.param('test-data = "yes"', "true or false", id="wrong-kind"),
        pytest.param('seriousness = "r6"', "r4, tho, both", id="wrong-choice"),
        pytest.param('identifier-system = "no uri"', "identifier_system", id="no-uri"),
        pytest.param("mappings = 3", "mappings", id="mappings-number"),
        pytest.param('mappings = "nowhere"', "no such folder", id="mappings-missing"),
        pytest.param("a = = b", "not TOML", id="no-toml"),
        pytest.param(b"\xff", "not TOML", id="no-text"),
    ],
)
def test_a_wrong_file_is_told(
    run: Run, tmp_path: Path, case: str, content: str | bytes, words: str
) -> None:
    """Code 2, and the key or the file is named."""
    data = content if isinstance(content, bytes) else content.encode()
    (tmp_path / "site.toml").write_bytes(data)
    done = run("convert", "-", "--config", "site.toml", stdin=case.encode())
    assert done.returncode == 2
    assert words in done.stderr.decode()


def test_a_missing_file_is_told(run: Run, case: str) -> None:
    """By its name."""
    done = run("convert", "-", "--config", "none.toml", stdin=case.encode())
    assert done.returncode == 2
    assert b"none.toml" in done.stderr


def test_what_convert_makes_is_valid(run: Run, case: str) -> None:
    """One command's output is the next one's input, also as a stream of several."""
    made = run("convert", "-", stdin=case.encode()).stdout
    done = run("validate", "-", stdin=made)
    assert (done.returncode, b"no findings" in done.stdout) == (0, True)


def test_each_bundle_is_validated(run: Run, tmp_path: Path, case: str) -> None:
    """One line on standard error, for all of them together."""
    (tmp_path / "a.txt").write_text(case, "utf-8")
    done = run("convert", "a.txt", "-", "-o", "out", stdin=case.encode())
    assert (done.returncode, done.stdout) == (0, b"")
    assert done.stderr == b"fhirkit: notice: 2 bundles validated: no findings\n"


@pytest.mark.parametrize(
    ("severity", "code"),
    [
        pytest.param(Severity.FATAL, 1, id="fatal"),
        pytest.param(Severity.ERROR, 1, id="error"),
        pytest.param(Severity.WARNING, 0, id="warning"),
        pytest.param(Severity.INFORMATION, 0, id="information"),
    ],
)
def test_what_is_found_is_told_and_the_bundle_is_written(
    monkeypatch: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
    tmp_path: Path,
    case: str,
    severity: Severity,
    code: int,
) -> None:
    """Nothing is lost, every finding is named, and errors are code 1."""
    (tmp_path / "a.txt").write_text(case, "utf-8")
    issue = Issue(
        severity=severity, code="value", key="odd", where="Patient p, gender", message="is odd"
    )
    monkeypatch.setattr(importlib.import_module("fhirkit.validate"), "validate", lambda _: [issue])
    assert main(["convert", str(tmp_path / "a.txt")]) == code
    made, said = capfdbinary.readouterr()
    assert json.loads(made)["resourceType"] == "Bundle"
    finding, sums = said.decode().splitlines()
    assert finding.endswith(f"a.txt: {severity}: Patient p, gender: is odd [odd]")
    assert sums == f"fhirkit: notice: 1 bundle validated: 1 {severity}"


def test_to_bundle_itself_validates_nothing(monkeypatch: pytest.MonkeyPatch, case: str) -> None:
    """Making and judging are two functions; only the command joins them."""

    def never(_: object) -> list[Issue]:
        raise AssertionError

    monkeypatch.setattr(importlib.import_module("fhirkit.validate"), "validate", never)
    assert fhirkit.to_bundle(fhirkit.extract(case))["entry"]
