from __future__ import annotations

import importlib
import json
import re
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import respx

from fhirkit.cli.main import main
from fhirkit.issues import Issue, Severity

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]
GOOD = '{"resourceType": "Patient", "gender": "female"}'
BAD = '{"resourceType": "Patient", "id": "p1", "gender": 3, "sex": "Anna Muster"}'


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
        "    1:41  error  gender: a string was expected (found a number) [kind]",
        "    1:54  error  sex: R4 has no such element here [unknown-element]",
        "1 bundle checked: 2 errors",
    ]


def test_syntax_is_told_by_line_and_column(run: Run, tmp_path: Path) -> None:
    """Where an editor can go to."""
    (tmp_path / "a.json").write_text('{"resourceType": "Patient",\n  "gender": }', "utf-8")
    done = run("validate", "a.json")
    assert done.returncode == 1
    assert b"2:13  fatal  not JSON" in done.stdout


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
        pytest.param(b'{"a":' * 100_000, "nested", id="deep"),
        pytest.param(b'{"a": 1}', "resourceType", id="other-json"),
    ],
)
def test_what_is_no_fhir_is_one_finding(run: Run, tmp_path: Path, data: bytes, words: str) -> None:
    """A file that holds no FHIR is a finding about it, with code 1."""
    (tmp_path / "a.json").write_bytes(data)
    done = run("validate", "a.json")
    assert done.returncode == 1
    assert words in done.stdout.decode()
    assert re.search(rb"1 bundle checked: 1 (fatal|error)\n", done.stdout)
    assert b"Anna" not in done.stdout


@pytest.mark.parametrize("name", ["none.json", "."])
def test_what_is_no_input_is_code_2(run: Run, name: str) -> None:
    """A missing file or a folder without JSON: nothing was checked."""
    done = run("validate", name)
    assert (done.returncode, done.stdout) == (2, b"")


def test_an_empty_ndjson_file_is_a_finding(run: Run, tmp_path: Path) -> None:
    """Like any empty file: nothing in it is no success."""
    (tmp_path / "a.ndjson").write_bytes(b"\n")
    done = run("validate", "a.ndjson")
    assert done.returncode == 1
    assert b"a.ndjson: 1 fatal" in done.stdout


def test_a_folder_is_checked_file_by_file(run: Run, tmp_path: Path) -> None:
    """In the order of the names."""
    for name in ("b.json", "a.json", "c/d.json"):
        (tmp_path / "all" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "all" / name).write_text(GOOD, "utf-8")
    done = run("validate", "all")
    lines = done.stdout.decode().replace("\\", "/").splitlines()
    assert [line.partition(":")[0] for line in lines[:-1]] == [
        "all/a.json",
        "all/b.json",
        "all/c/d.json",
    ]
    assert lines[-1] == "3 bundles checked: no findings"


@pytest.mark.parametrize("form", ["text", "json", "ndjson", "operationoutcome", "sarif", "github"])
def test_a_folder_of_which_one_file_is_a_broken_link(run: Run, tmp_path: Path, form: str) -> None:
    """Unreadable for everybody: code 2, and the good file is checked."""
    (tmp_path / "all").mkdir()
    (tmp_path / "all" / "a.json").symlink_to(tmp_path / "nowhere")
    (tmp_path / "all" / "b.json").write_text(BAD, "utf-8")
    done = run("validate", "all", "--format", form)
    assert done.returncode == 2
    assert b"No such file" in done.stdout
    assert b"unknown-element" in done.stdout


@pytest.mark.parametrize(
    ("severity", "threshold", "code"),
    [
        pytest.param(None, "warning", 0, id="nothing"),
        pytest.param(Severity.INFORMATION, "warning", 0, id="information-for-warning"),
        pytest.param(Severity.WARNING, "error", 0, id="warning-for-error"),
        pytest.param(Severity.WARNING, "warning", 1, id="warning-for-warning"),
        pytest.param(Severity.ERROR, "error", 1, id="error-for-error"),
        pytest.param(Severity.ERROR, "warning", 1, id="error-for-warning"),
        pytest.param(Severity.FATAL, "error", 1, id="fatal-for-error"),
    ],
)
def test_fail_on_says_what_is_bad_enough(
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    tmp_path: Path,
    severity: Severity | None,
    threshold: str,
    code: int,
) -> None:
    """The findings are told either way."""
    (tmp_path / "a.json").write_text(GOOD, "utf-8")
    found = [Issue(severity=severity, code="value", message="is odd")] if severity else []
    module = importlib.import_module("fhirkit.validate")
    monkeypatch.setattr(module, "validate", lambda _data, **_options: found)
    assert main(["validate", str(tmp_path / "a.json"), "--fail-on", threshold]) == code
    assert ("is odd" in capfd.readouterr().out) is (severity is not None)


def test_an_ignore_file_takes_findings_away_and_counts_them(run: Run, tmp_path: Path) -> None:
    """Without them the exit code is 0; the line that was of no use is told."""
    (tmp_path / "a.json").write_text(BAD, "utf-8")
    (tmp_path / "known").write_text(
        "kind  # numbers, ticket 1\nunknown-element for Patient/p1  # ours\nodd  # gone?\n", "utf-8"
    )
    done = run("validate", "a.json", "--ignore", "known")
    assert done.returncode == 0
    assert done.stdout.decode().splitlines() == [
        "a.json: no findings, 2 ignored",
        "1 bundle checked: no findings; 2 ignored (kind 1, unknown-element 1)",
    ]
    assert done.stderr.decode().splitlines() == [
        "fhirkit: notice: known line 3: no odd was found where it applies"
    ]


def test_an_unreadable_file_cannot_be_ignored(run: Run, tmp_path: Path) -> None:
    """It was not checked, whatever is known of it."""
    (tmp_path / "all").mkdir()
    (tmp_path / "all" / "a.json").symlink_to(tmp_path / "nowhere")
    (tmp_path / "known").write_text("input-unreadable  # so what\n", "utf-8")
    assert run("validate", "all", "--ignore", "known").returncode == 2


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_strict_is_stricter(run: Run, jobs: str) -> None:
    """An extension that nobody has defined is a warning, or an error."""
    extension = {"url": "https://nobody.example/extension", "valueString": "x"}
    data = json.dumps({"resourceType": "Patient", "extension": [extension]}).encode()
    plain = run("validate", "-", "--jobs", jobs, stdin=data)
    assert (plain.returncode, b"1 warning" in plain.stdout) == (0, True)
    strict = run("validate", "-", "--jobs", jobs, "--strict", stdin=data)
    assert (strict.returncode, b"1 error" in strict.stdout) == (1, True)


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_the_profiles_of_several_packages_are_known(run: Run, tmp_path: Path, jobs: str) -> None:
    """A profile of a package that was not given is unknown; of one that was, checked."""
    for name in ("one", "two"):
        put_profile(tmp_path / name, f"https://guide.example/{name}")
    patients = [
        {"resourceType": "Patient", "meta": {"profile": [f"https://guide.example/{name}"]}}
        for name in ("one", "two", "three")
    ]
    data = "\n".join(map(json.dumps, patients)).encode()
    done = run(
        "validate", "-", "--ig", "one", "--ig", "two", "--jobs", jobs, "--format", "ndjson",
        stdin=data,
    )  # fmt: skip
    issues = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(issue["line"], issue["expression"]) for issue in issues] == [
        (1, "Patient.gender"),
        (2, "Patient.gender"),
        (3, "Patient.meta.profile[0]"),
    ]


def put_profile(folder: Path, url: str) -> None:
    """A package whose one profile wants the patient's gender to be there."""
    elements = [
        {"id": "Patient", "path": "Patient", "min": 0, "max": "*"},
        {
            "id": "Patient.gender",
            "path": "Patient.gender",
            "min": 1,
            "max": "1",
            "base": {"path": "Patient.gender", "min": 0, "max": "1"},
            "type": [{"code": "code"}],
        },
    ]
    profile = {
        "resourceType": "StructureDefinition",
        "url": url,
        "name": "Gendered",
        "status": "active",
        "kind": "resource",
        "abstract": False,
        "type": "Patient",
        "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Patient",
        "derivation": "constraint",
        "snapshot": {"element": elements},
    }
    folder.mkdir()
    (folder / "StructureDefinition-gendered.json").write_text(json.dumps(profile), "utf-8")


def test_several_jobs_say_what_one_says(run: Run, tmp_path: Path) -> None:
    """Byte for byte."""
    lines = "\n".join([GOOD, BAD, BAD] * 70)
    (tmp_path / "a.ndjson").write_text(lines, "utf-8")
    alone = run("validate", "a.ndjson")
    several = run("validate", "a.ndjson", "--jobs", "2")
    assert (several.returncode, several.stdout) == (alone.returncode, alone.stdout)
    assert alone.returncode == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(["--jobs", "0"], "whole number", id="no-jobs"),
        pytest.param(["--jobs", "many"], "whole number", id="jobs-in-words"),
        pytest.param(["--jobs", "1000000000000"], "whole number", id="too-many-jobs"),
        pytest.param(["--fail-on", "fatal"], "--fail-on", id="fail-on"),
        pytest.param(["--format", "xml"], "--format", id="format"),
        pytest.param(["--ignore", "none"], "--ignore none", id="no-ignore-file"),
        pytest.param(["--ig", "none.tgz"], "none.tgz", id="no-package"),
        pytest.param(["--ig", "none.tgz", "--jobs", "2"], "none.tgz", id="no-package-jobs"),
        pytest.param(["--server", "host/fhir"], "address", id="server"),
        pytest.param(["--server", "https://a:geheim@host/fhir"], "credentials", id="secret"),
    ],
)
def test_wrong_options_are_code_2(run: Run, arguments: list[str], words: str) -> None:
    """One line, nothing checked, no secret repeated."""
    done = run("validate", "-", *arguments, stdin=GOOD.encode())
    assert (done.returncode, done.stdout) == (2, b"")
    (line,) = done.stderr.decode().splitlines()
    assert words in line
    assert "geheim" not in line


def test_a_server_out_of_reach_is_code_1(run: Run) -> None:
    """Its judgement was asked for and did not come."""
    done = run("validate", "-", "--server", "http://127.0.0.1:9/fhir", stdin=GOOD.encode())
    assert (done.returncode, done.stdout) == (1, b"")
    assert b"cannot be reached" in done.stderr


def test_what_is_no_fhir_is_not_sent(run: Run) -> None:
    """A fatal finding leaves nothing to ask a server about."""
    done = run("validate", "-", "--server", "http://127.0.0.1:9/fhir", stdin=b"Anna had fever.")
    assert done.returncode == 1
    assert b"1 fatal" in done.stdout


@respx.mock
def test_the_servers_findings_stand_beside_ours(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """Under the same resource, marked by their key; its errors are errors."""
    (tmp_path / "a.json").write_text(GOOD, "utf-8")
    issue = {"severity": "error", "code": "invalid", "diagnostics": "is wrong"}
    respx.post("http://127.0.0.1:9/fhir/Patient/$validate").respond(
        json={"resourceType": "OperationOutcome", "issue": [issue]}
    )
    arguments = ["validate", str(tmp_path / "a.json"), "--server", "http://127.0.0.1:9/fhir"]
    assert main(arguments) == 1
    written, said = capfdbinary.readouterr()
    assert b"the server says: is wrong [server:invalid]" in written
    assert said == b""


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A patient and twenty results, in a transaction."""
    patient = "urn:uuid:5b7e0b1c-52c8-4a8e-9d7a-0d2f6f0c7a00"
    result = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "718-7"}]},
        "subject": {"reference": patient},
        "effectiveDateTime": "2020-02-29",
        "valueQuantity": {"value": 2.4, "system": "http://unitsofmeasure.org", "code": "g/dL"},
    }
    entries = [entry(patient, {"resourceType": "Patient", "gender": "female"})] + [
        entry(f"urn:uuid:5b7e0b1c-52c8-4a8e-9d7a-0d2f6f0c7a{n:02}", result) for n in range(1, 21)
    ]
    path = tmp_path / "bundle.json"
    made = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
    path.write_text(json.dumps(made, indent=2), "utf-8")
    return path


def entry(url: str, resource: dict[str, Any]) -> dict[str, Any]:
    """An entry that creates a resource."""
    request = {"method": "POST", "url": resource["resourceType"]}
    return {"fullUrl": url, "resource": resource, "request": request}


def test_little_is_loaded_to_check_a_file(command: list[str], bundle: Path) -> None:
    """Neither models nor network nor processes: the command is as quick as its start."""
    heavy = {
        "fhir", "pydantic", "httpx", "multiprocessing", "concurrent.futures", "asyncio", "ssl",
        "tomllib", "logging", "email", "importlib.metadata", "fhirpathpy", "tarfile",
        "fhirkit.push", "fhirkit.facts", "fhirkit.cli.ignores", "fhirkit.cli.formats.sarif",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *command[1:], "validate", bundle],
        capture_output=True, check=True, text=True,
    )  # fmt: skip
    imported = {line.rsplit("|", 1)[-1].strip() for line in done.stderr.splitlines()}
    assert "fhirkit.validate" in imported
    assert imported & heavy == set()


@pytest.mark.skipif(sys.platform == "win32", reason="no times of other processes there")
def test_a_file_is_checked_at_once(command: list[str], bundle: Path) -> None:
    """Under 0.2 s of work as a whole process, whatever else the machine does; the best of five."""
    taken = []
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([*command, "validate", bundle], stdout=subprocess.DEVNULL, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        taken.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(taken) < 0.2
