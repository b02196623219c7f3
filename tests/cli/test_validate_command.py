from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]
GOOD = '{"resourceType": "Patient", "gender": "female"}'
BAD = '{"resourceType": "Patient", "id": "p1", "gender": 3, "sex": "Anna Muster"}'
WARNED = '{"resourceType": "Provenance", "target": [{"reference": "Patient/1"}], "recorded": "2020-01-01T00:00:00Z", "agent": [{"who": {"display": "x"}}]}'


def test_no_findings_is_code_0(run: Run, tmp_path: Path) -> None:
    """A line a file and a sum."""
    (tmp_path / "a.json").write_text(GOOD, "utf-8")
    done = run("validate", "a.json")
    assert done.returncode == 0
    assert done.stdout.decode().splitlines() == [
        "a.json: no findings",
        "1 bundle checked: no findings",
    ]


def test_errors_are_grouped_by_resource(run: Run, tmp_path: Path) -> None:
    """As a person would mend them; the values are not repeated."""
    (tmp_path / "a.json").write_text(BAD, "utf-8")
    done = run("validate", "a.json")
    assert done.returncode == 1
    assert done.stdout.decode().splitlines() == [
        "a.json: 2 errors",
        "  Patient p1",
        "    error    gender: a string was expected (found a number) [kind]",
        "    error    sex: R4 has no such element here [unknown-element]",
        "1 bundle checked: 2 errors",
    ]


def test_warnings_alone_are_code_0(run: Run) -> None:
    """A warning does not keep a bundle from being used."""
    done = run("validate", "-", stdin=WARNED.encode())
    assert done.returncode == 0
    assert b"1 warning" in done.stdout


def test_syntax_is_told_by_line_and_column(run: Run, tmp_path: Path) -> None:
    """Where an editor can go to."""
    (tmp_path / "a.json").write_text('{"resourceType": "Patient",\n  "gender": }', "utf-8")
    done = run("validate", "a.json")
    assert done.returncode == 1
    assert b"line 2, column 13: not JSON" in done.stdout


def test_json_form(run: Run, tmp_path: Path) -> None:
    """All issues in one document."""
    (tmp_path / "a.json").write_text(BAD, "utf-8")
    (tmp_path / "b.json").write_text(GOOD, "utf-8")
    done = run("validate", "a.json", "b.json", "--format", "json")
    read = json.loads(done.stdout)
    assert (read["files"], read["filesWithErrors"], len(read["issues"])) == (2, 1, 2)
    assert read["issues"][0]["file"] == "a.json"
    assert read["issues"][0]["expression"] == "Patient.gender"


def test_ndjson_form(run: Run, tmp_path: Path) -> None:
    """One issue a line, nothing else."""
    (tmp_path / "a.json").write_text(BAD, "utf-8")
    done = run("validate", "a.json", "--format", "ndjson")
    keys = [json.loads(line)["key"] for line in done.stdout.splitlines()]
    assert keys == ["kind", "unknown-element"]


@pytest.mark.parametrize("from_file", [True, False], ids=["file", "standard-input"])
def test_ndjson_of_bundles_is_read_line_by_line(run: Run, tmp_path: Path, from_file: bool) -> None:
    """Each line is a bundle of its own and named by its number."""
    data = f"{GOOD}\n\n{BAD}\n"
    (tmp_path / "a.ndjson").write_text(data, "utf-8")
    done = run("validate", "a.ndjson" if from_file else "-", stdin=data.encode())
    assert done.returncode == 1
    name = "a.ndjson" if from_file else "standard input"
    assert f"{name} line 1: no findings" in done.stdout.decode()
    assert f"{name} line 3: 2 errors" in done.stdout.decode()


def test_a_document_over_several_lines_is_one_document(run: Run) -> None:
    """Standard input is NDJSON only if its first line is a document."""
    pretty = json.dumps(json.loads(GOOD), indent=2)
    assert b"1 bundle checked" in run("validate", "-", stdin=pretty.encode()).stdout


@pytest.mark.parametrize(
    ("data", "words"),
    [
        pytest.param(b"", "empty", id="empty"),
        pytest.param(b"\xff\xfe\x00", "UTF-8", id="binary"),
        pytest.param("Frau Müller".encode("latin-1"), "UTF-8", id="latin-1"),
        pytest.param(b"Anna had fever.", "not JSON", id="narrative"),
        pytest.param(b"[" * 100_000, "nested", id="deep"),
        pytest.param(b'{"a": 1}', "resourceType", id="other-json"),
    ],
)
def test_what_is_no_fhir_is_one_finding(run: Run, tmp_path: Path, data: bytes, words: str) -> None:
    """A file that holds no FHIR is a finding about it, with code 1."""
    (tmp_path / "a.json").write_bytes(data)
    done = run("validate", "a.json")
    assert done.returncode == 1
    assert words in done.stdout.decode()
    assert b"1 fatal" in done.stdout
    assert b"Anna" not in done.stdout


@pytest.mark.parametrize("name", ["none.json", "."])
def test_what_is_no_file_is_code_2(run: Run, name: str) -> None:
    """Nothing was checked."""
    done = run("validate", name)
    assert (done.returncode, done.stdout) == (2, b"")


def test_an_empty_ndjson_file_is_told(run: Run, tmp_path: Path) -> None:
    """Nothing in it is no success."""
    (tmp_path / "a.ndjson").write_bytes(b"\n")
    assert run("validate", "a.ndjson").returncode == 2
