"""``--decisions`` of ``convert`` and ``extract``."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deciding import Node, addition, correction, decision, file_of, on
from fhirkit import extract
from fhirkit.facts.case import Case

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]
VERBS = pytest.mark.parametrize("verb", ["convert", "extract"])
OTHER = "A 50-year-old man with asthma was given 5 mg of prednisone. He had a fever."


@pytest.fixture
def read(case: str, tmp_path: Path) -> Case:
    """The short narrative read, and in the folder as case.txt."""
    (tmp_path / "case.txt").write_text(case, "utf-8", newline="")
    (tmp_path / "other.txt").write_text(OTHER, "utf-8")
    return extract(case)


@pytest.fixture
def save(tmp_path: Path, read: Case) -> Callable[..., Path]:
    """Writes a file of decisions."""

    def call(*decisions: Node, name: str = "d.decisions.json", text: str = "", **more: Any) -> Path:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(file_of(text or read.text, decisions, **more))
        return path

    return call


Save = Callable[..., Path]


def first(case: Case, kind: str) -> str:
    """The id of the first fact of a kind."""
    return next(fact.id for fact in case.facts if fact.id.startswith(kind))


def resources(data: bytes) -> list[Node]:
    """The resources of a bundle."""
    return [entry["resource"] for entry in json.loads(data)["entry"]]


def errors(done: subprocess.CompletedProcess[bytes]) -> str:
    """What was said of why nothing was done."""
    assert (done.returncode, done.stdout) == (2, b"")
    said = done.stderr.decode()
    assert said.startswith("fhirkit: error: ")
    assert said.count("\n") == 1
    return said


def test_a_bundle_as_it_was_decided(run: Run, read: Case, save: Save) -> None:
    """Accepted, corrected, added: with a Provenance each."""
    save(
        on(read, first(read, "condition"), "accept"),
        correction(read, first(read, "observation"), value="24"),
        addition(read, "symptom", "woman"),
    )
    done = run("convert", "case.txt", "--decisions", "d.decisions.json")
    assert done.returncode == 0
    made = resources(done.stdout)
    assert 24 in [r.get("valueQuantity", {}).get("value") for r in made]
    assert len([r for r in made if r["resourceType"] == "Provenance"]) == 4
    assert b"1 bundle validated: 1 information" in done.stderr


def test_a_second_conversion_gives_the_same_bytes(run: Run, read: Case, save: Save) -> None:
    """Neither clock nor chance has a part."""
    save(*(decision(fact, "accept") for fact in read.facts))
    arguments = ("convert", "case.txt", "--decisions", "d.decisions.json")
    assert run(*arguments).stdout == run(*arguments).stdout


def test_facts_as_they_were_decided(run: Run, read: Case, save: Save) -> None:
    """Rejected ones are gone, and who decided is told."""
    name = first(read, "observation")
    save(on(read, name, "reject"))
    done = run("extract", "case.txt", "--decisions", "d.decisions.json")
    facts = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (0, b"")
    assert name not in [fact["id"] for fact in facts["facts"]]
    assert facts["reviews"][0]["verdict"] == "reject"


@VERBS
def test_a_fact_that_reads_otherwise_is_told(run: Run, read: Case, save: Save, verb: str) -> None:
    """The decision is not applied, all others are, and the exit code is 1."""
    name, kept = first(read, "observation"), first(read, "condition")
    save(on(read, name, "reject", seen="0" * 16), on(read, kept, "reject"))
    done = run(verb, "case.txt", "--decisions", "d.decisions.json")
    said = done.stderr.decode()
    assert done.returncode == 1
    assert f"case.txt: {name}: reject was not applied: " in said
    facts = done.stdout.partition(b'"reviews"')[0].decode()
    assert f'{name}"' in facts
    assert f'{kept}"' not in facts


@VERBS
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({"text": OTHER}, "none of the texts given", id="other-text"),
        pytest.param({"format": "x"}, "d.decisions.json: decisions: format ", id="other-format"),
        pytest.param({"decisions": [{}]}, "decisions[0].verdict ", id="no-decision"),
    ],
)
def test_a_file_that_cannot_be_applied(
    run: Run, save: Save, verb: str, changes: dict[str, Any], said: str
) -> None:
    """Exit code 2, one line, and nothing is written."""
    save(**changes)
    assert said in errors(run(verb, "case.txt", "--decisions", "d.decisions.json"))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        pytest.param(b"{", "not JSON", id="no-json"),
        pytest.param(b"\xff\xfe", "not JSON", id="binary"),
        pytest.param(None, "No such file", id="missing"),
    ],
)
def test_what_is_no_file_of_decisions(
    run: Run, read: Case, tmp_path: Path, data: bytes | None, said: str
) -> None:
    """The error names it."""
    if data is not None:
        (tmp_path / "d.json").write_bytes(data)
    told = errors(run("convert", "case.txt", "--decisions", "d.json"))
    assert "d.json" in told
    assert said in told


def test_a_change_that_a_fact_cannot_take(run: Run, read: Case, save: Save) -> None:
    """The error names file and place."""
    save(correction(read, first(read, "symptom"), value="39"))
    said = errors(run("convert", "case.txt", "--decisions", "d.decisions.json"))
    assert "d.decisions.json: decisions: decisions[0].changes.value " in said


def test_several_texts_each_have_their_own(run: Run, read: Case, save: Save) -> None:
    """By the text, not by the name of the file; a text without a file stays as it is."""
    other = extract(OTHER)
    save(on(read, first(read, "observation"), "reject"), name="z.json")
    save(on(other, first(other, "symptom"), "reject"), name="a.json", text=OTHER)
    done = run(
        "convert", "case.txt", "other.txt", "-o", "out", "--decisions", "z.json",
        "--decisions", "a.json",
    )  # fmt: skip
    assert done.returncode == 0
    alone = run("convert", "case.txt", "other.txt", "-o", "out2", "--decisions", "a.json")
    assert alone.returncode == 0


def test_a_folder_of_decisions(run: Run, read: Case, save: Save, tmp_path: Path) -> None:
    """All of its *.decisions.json, and nothing else in it."""
    name = first(read, "observation")
    save(on(read, name, "reject"), name="reviewed/case.decisions.json")
    (tmp_path / "reviewed" / "README.json").write_text("{}")
    done = run("extract", "case.txt", "--decisions", "reviewed")
    assert done.returncode == 0
    assert name.encode() not in done.stdout.partition(b'"reviews"')[0]


def test_a_folder_without_decisions(run: Run, read: Case, tmp_path: Path) -> None:
    """It may be the wrong one."""
    (tmp_path / "reviewed").mkdir()
    assert "no *.decisions.json" in errors(run("convert", "case.txt", "--decisions", "reviewed"))


def test_two_files_on_one_text(run: Run, save: Save) -> None:
    """Which of them counts is not for us to say."""
    save(name="a.json")
    save(name="b.json")
    said = errors(run("convert", "case.txt", "--decisions", "a.json", "--decisions", "b.json"))
    assert "a.json and b.json are decisions on one text" in said


def test_one_file_that_fits_none_of_several(run: Run, save: Save, tmp_path: Path) -> None:
    """It is told before any file is written."""
    save(name="a.json")
    save(name="b.json", text="Another.")
    files = ("case.txt", "other.txt", "-o", "out")
    said = errors(run("convert", *files, "--decisions", "a.json", "--decisions", "b.json"))
    assert said.startswith("fhirkit: error: b.json: ")
    assert not (tmp_path / "out").exists()


def test_a_text_from_standard_input(run: Run, read: Case, save: Save) -> None:
    """Can be decided on, too."""
    save(on(read, first(read, "observation"), "reject"))
    done = run("extract", "-", "--decisions", "d.decisions.json", stdin=read.text.encode())
    assert done.returncode == 0
    assert b'"reviews"' in done.stdout


def test_standard_input_of_another_text(run: Run, save: Save) -> None:
    """Nothing is written."""
    save()
    done = run("extract", "-", "--decisions", "d.decisions.json", stdin=OTHER.encode())
    assert "none of the texts given" in errors(done)


def test_standard_input_beside_others(run: Run, save: Save) -> None:
    """Whether a file was of it is only known at the end: the exit code says so."""
    save()
    done = run("extract", "-", "other.txt", "--decisions", "d.decisions.json", stdin=b"A dog.")
    assert done.returncode == 2
    assert b"none of the texts given" in done.stderr


def test_a_document_of_windows_keeps_its_bytes(run: Run, tmp_path: Path) -> None:
    """Line ends count: the digest is that of the text as given."""
    text = OTHER.replace(". ", ".\r\n")
    (tmp_path / "w.txt").write_bytes(text.encode())
    read = extract(text)
    (tmp_path / "d.json").write_bytes(file_of(text, [decision(read.facts[0], "accept")]))
    assert run("extract", "w.txt", "--decisions", "d.json").returncode == 0


def test_one_patient_of_several(run: Run, tmp_path: Path) -> None:
    """Decisions on the others do not show, nor are they told."""
    text = (
        "Patient 1 was a 40-year-old man who took 20 mg of prednisone daily. He had a fever. "
        "Patient 2 was a 50-year-old woman with asthma who took ibuprofen."
    )
    (tmp_path / "two.txt").write_text(text)
    facts = extract(text).facts
    assert {fact.patient for fact in facts} == {1, 2}
    (tmp_path / "d.json").write_bytes(file_of(text, [decision(f, "accept") for f in facts]))
    done = run("extract", "two.txt", "--patient", "2", "--decisions", "d.json")
    reviews = json.loads(done.stdout)["reviews"]
    assert (done.returncode, b"not applied" in done.stderr) == (0, False)
    assert {review["patient"] for review in reviews} == {2}
