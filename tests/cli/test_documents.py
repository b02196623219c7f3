"""What ``extract`` and ``convert`` read and where they write."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]
SAID = {"extract": b"", "convert": b"fhirkit: notice: %s validated: no findings\n"}
VERBS = pytest.mark.parametrize("verb", ["extract", "convert"])


@VERBS
def test_one_input_gives_one_document(run: Run, tmp_path: Path, case: str, verb: str) -> None:
    """From a file or from standard input, the same bytes."""
    (tmp_path / "a.txt").write_text(case, "utf-8")
    done = run(verb, "a.txt")
    assert done.returncode == 0
    assert done.stderr == SAID[verb].replace(b"%s", b"1 bundle")
    assert isinstance(json.loads(done.stdout), dict)
    assert run(verb, "-", stdin=case.encode()).stdout == done.stdout


@VERBS
def test_several_inputs_give_one_line_each(run: Run, tmp_path: Path, case: str, verb: str) -> None:
    """NDJSON, in the order of the inputs, each line what the input alone gives."""
    (tmp_path / "a.txt").write_text(case, "utf-8")
    (tmp_path / "b.txt").write_text(case.replace("40", "50"), "utf-8")
    lines = run(verb, "b.txt", "a.txt").stdout.splitlines()
    alone = [json.loads(run(verb, name).stdout) for name in ("b.txt", "a.txt")]
    assert [json.loads(line) for line in lines] == alone


@VERBS
def test_ndjson_in_ndjson_out(run: Run, tmp_path: Path, case: str, verb: str) -> None:
    """A file with one record is still a stream."""
    (tmp_path / "a.ndjson").write_text(json.dumps({"id": "x", "text": case}) + "\n", "utf-8")
    done = run(verb, "a.ndjson")
    (line,) = done.stdout.splitlines()
    assert json.loads(line) == json.loads(run(verb, "-", stdin=case.encode()).stdout)


@VERBS
def test_a_folder_gets_one_file_per_input(run: Run, tmp_path: Path, case: str, verb: str) -> None:
    """Named after the stem or the id; made with its parents; nothing else in it."""
    (tmp_path / "a.case.txt").write_text(case, "utf-8")
    record = json.dumps({"id": "PMC:17", "text": case})
    (tmp_path / "b.ndjson").write_text(record + "\n", "utf-8")
    done = run(verb, "a.case.txt", "b.ndjson", "-", "-o", "deep/out", stdin=case.encode())
    assert (done.returncode, done.stdout) == (0, b"")
    assert done.stderr == SAID[verb].replace(b"%s", b"3 bundles")
    found = {path.name: path.read_bytes() for path in (tmp_path / "deep" / "out").iterdir()}
    assert sorted(found) == ["PMC:17.json", "a.case.json", "stdin.json"]
    assert set(found.values()) == {run(verb, "a.case.txt").stdout}


@VERBS
def test_a_second_run_replaces_the_files(run: Run, tmp_path: Path, case: str, verb: str) -> None:
    """The same name, the new content, no leftovers."""
    (tmp_path / "a.txt").write_text(case, "utf-8")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a.json").write_text("old", "utf-8")
    assert run(verb, "a.txt", "-o", "out").returncode == 0
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a.json"]
    json.loads((tmp_path / "out" / "a.json").read_bytes())


@VERBS
def test_two_inputs_with_one_stem_are_refused(
    run: Run, tmp_path: Path, case: str, verb: str
) -> None:
    """Before anything is written: one would overwrite the other."""
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "text.txt").write_text(case, "utf-8")
    done = run(verb, "one/text.txt", "two/text.txt", "-o", "out")
    assert done.returncode == 2
    assert b"one/text.txt and two/text.txt would both become out/text.json" in done.stderr
    assert not (tmp_path / "out").exists()


def test_an_id_and_a_stem_may_not_meet_either(run: Run, tmp_path: Path, case: str) -> None:
    """Ids of NDJSON are looked at before the first file is written."""
    (tmp_path / "x.txt").write_text(case, "utf-8")
    (tmp_path / "a.ndjson").write_text(json.dumps({"id": "x", "text": case}) + "\n", "utf-8")
    done = run("extract", "x.txt", "a.ndjson", "-o", "out")
    assert done.returncode == 2
    assert b"a.ndjson line 1" in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["../x", "a/b", "a\\b", "a\tb", "a\u202eb", "x" * 300])
def test_an_id_that_is_no_file_name_is_refused(
    run: Run, tmp_path: Path, case: str, name: str
) -> None:
    """With -o an id becomes a name; it cannot lead out of the folder."""
    (tmp_path / "a.ndjson").write_text(json.dumps({"id": name, "text": case}) + "\n", "utf-8")
    done = run("extract", "a.ndjson", "-o", "out")
    assert done.returncode == 2
    assert b"line 1: its id" in done.stderr
    assert not (tmp_path / "out").exists()
    assert run("extract", "a.ndjson").returncode == 0


def test_an_output_never_replaces_its_input(run: Run, tmp_path: Path, case: str) -> None:
    """A narrative in a file called x.json stays."""
    (tmp_path / "x.json").write_text(case, "utf-8")
    done = run("extract", "x.json", "-o", ".")
    assert done.returncode == 2
    assert (tmp_path / "x.json").read_text("utf-8") == case


def test_a_wrong_record_is_found_before_anything_is_written(
    run: Run, tmp_path: Path, case: str
) -> None:
    """With -o the whole NDJSON file is looked at first."""
    (tmp_path / "a.ndjson").write_text(json.dumps({"id": "x", "text": case}) + "\n{\n", "utf-8")
    done = run("extract", "a.ndjson", "-o", "out")
    assert done.returncode == 2
    assert b"a.ndjson line 2" in done.stderr
    assert not (tmp_path / "out").exists()


def test_the_same_bytes_whatever_the_hash_seed(run: Run, case: str) -> None:
    """Two runs of any machine give the same document."""
    first = run("convert", "-", stdin=case.encode(), PYTHONHASHSEED="1")
    assert first.stdout == run("convert", "-", stdin=case.encode(), PYTHONHASHSEED="2").stdout


def test_a_table_for_people(run: Run, tmp_path: Path, case: str) -> None:
    """--format text shows facts with their words; several inputs are told apart."""
    (tmp_path / "a.txt").write_text(case, "utf-8")
    table = run("extract", "a.txt", "--format", "text").stdout.decode()
    assert "alemtuzumab" in table
    assert "Hemoglobin was 2.4 g/dl" in table
    both = run("extract", "a.txt", "a.txt", "--format", "text").stdout.decode()
    assert both.count("== a.txt") == 2
    run("extract", "a.txt", "--format", "text", "-o", "out")
    assert (tmp_path / "out" / "a.txt").read_text("utf-8") == table


def test_the_schema_describes_the_output(run: Run, case: str) -> None:
    """--schema prints the JSON Schema of what extract writes, without any input."""
    schema = json.loads(run("extract", "--schema").stdout)
    assert schema["$schema"].startswith("https://json-schema.org/")
    read = json.loads(run("extract", "-", stdin=case.encode()).stdout)
    assert set(schema["required"]) <= set(read)


@pytest.mark.parametrize("verb", ["extract", "convert"])
def test_a_wrong_mapping_names_file_and_row(run: Run, tmp_path: Path, case: str, verb: str) -> None:
    """--mappings lays a site's rows over ours; a wrong one is told by its place."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "drugs.csv").write_text("# fhirkit-mapping 1\nname\n\n", "utf-8")
    done = run(verb, "-", "--mappings", "site", stdin=case.encode())
    assert done.returncode == 2
    assert b"drugs.csv" in done.stderr
    assert run(verb, "-", "--mappings", "none", stdin=case.encode()).returncode == 2


SERIES = (
    "Case 1: A 45-year-old man had gout. Case 2: A 60-year-old woman had asthma. "
    "Case 4: A 7-year-old girl had epilepsy.\n"
)


def test_each_patient_of_a_text_gets_a_bundle(run: Run, tmp_path: Path) -> None:
    """A line each on standard output, a file each in a folder, named by the patient's number."""
    (tmp_path / "a.txt").write_text(SERIES, "utf-8")
    done = run("convert", "a.txt")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.returncode, len(lines)) == (0, 3)
    assert b"3 patients are told apart (1, 2, 4)" in done.stderr
    assert run("validate", "-", stdin=done.stdout).returncode == 0
    assert run("convert", "a.txt", "-o", "out").returncode == 0
    files = sorted((tmp_path / "out").iterdir())
    assert [path.name for path in files] == ["a-1.json", "a-2.json", "a-4.json"]
    assert [json.loads(path.read_bytes()) for path in files] == lines


@VERBS
def test_one_patient_can_be_asked_for(run: Run, tmp_path: Path, verb: str) -> None:
    """By number: one document, and the file has the number in its name."""
    (tmp_path / "a.txt").write_text(SERIES, "utf-8")
    done = run(verb, "a.txt", "--patient", "4")
    assert done.returncode == 0
    assert ("epilepsy" in done.stdout.decode(), "asthma" in _facts(done.stdout)) == (True, False)
    assert run(verb, "a.txt", "--patient", "4", "-o", "out").returncode == 0
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a-4.json"]
    assert (tmp_path / "out" / "a-4.json").read_bytes() == done.stdout


def _facts(data: bytes) -> str:
    made = json.loads(data)
    return json.dumps(made.get("facts") or [e["resource"].get("code") for e in made["entry"]])


@VERBS
def test_the_only_patient_is_the_first(run: Run, case: str, verb: str) -> None:
    """--patient 1 changes nothing for a text of one patient."""
    asked = run(verb, "-", "--patient", "1", stdin=case.encode())
    assert asked.stdout == run(verb, "-", stdin=case.encode()).stdout


@VERBS
@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("3", "standard input: has no patient 3 (patients told of: 1, 2, 4)"),
        ("0", "must be a whole number from 1"),
        ("two", "must be a whole number from 1"),
    ],
)
def test_a_patient_who_is_not_there_is_an_error(
    run: Run, verb: str, number: str, words: str
) -> None:
    """Code 2, one line that says which there are, nothing written."""
    done = run(verb, "-", "--patient", number, stdin=SERIES.encode())
    assert (done.returncode, done.stdout) == (2, b"")
    assert words in done.stderr.decode().splitlines()[-1]


def test_nobody_has_no_number(run: Run) -> None:
    """A text without a patient has no patient 1."""
    done = run("convert", "-", "--patient", "1", stdin=b"Gout is a common disease.\n")
    assert done.returncode == 2
    assert b"patients told of: none" in done.stderr


def test_a_patients_file_may_not_meet_another_input(run: Run, tmp_path: Path, case: str) -> None:
    """The second patient of a.txt and the one of a-2.txt would be one file."""
    (tmp_path / "a.txt").write_text(SERIES, "utf-8")
    (tmp_path / "a-2.txt").write_text(case, "utf-8")
    done = run("convert", "a.txt", "a-2.txt", "-o", "out")
    assert done.returncode == 2
    assert b"a-2.txt and a.txt would both become out/a-2.json" in done.stderr


def test_extract_gives_all_patients_in_one_document(run: Run) -> None:
    """Each fact says whose it is, in the table too."""
    facts = json.loads(run("extract", "-", stdin=SERIES.encode()).stdout)["facts"]
    assert {fact["patient"] for fact in facts} == {1, 2, 4}
    table = run("extract", "-", "--format", "text", stdin=SERIES.encode()).stdout.decode()
    assert [line for line in table.splitlines() if line.startswith("==")] == [
        "== patient 1",
        "== patient 2",
        "== patient 4",
    ]
