"""Bad input, as users bring it: a clear line, the right code, nothing half-written."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]
VALIDATED = b"fhirkit: notice: 60 bundles validated: no findings\n"
VERBS = pytest.mark.parametrize("verb", ["extract", "convert"])


@VERBS
@pytest.mark.parametrize(
    ("data", "words"),
    [
        pytest.param(b"", "empty", id="empty"),
        pytest.param(b"\n \r\n", "empty", id="white-space"),
        pytest.param(b"\x7fELF\x02\x01\x01\0\0\0\xff\xfe", "NUL", id="binary"),
        pytest.param("Frau Müller hatte Fieber".encode("latin-1"), "iconv -f ISO", id="latin-1"),
        pytest.param("“Fieber”, sagte Müller".encode("cp1252"), "iconv -f WINDOWS", id="cp1252"),
        pytest.param("Müller".encode("utf-16"), "iconv -f UTF-16", id="utf-16"),
        pytest.param(b"Anna had\0 fever.", "NUL", id="nul"),
        pytest.param(b"Anna was ill. " * 1_500_000, "5,000,000 characters", id="20-mb"),
        pytest.param(b"%PDF-1.4\n", "PDF", id="pdf"),
    ],
)
def test_unreadable_files_are_refused(
    run: Run, tmp_path: Path, verb: str, data: bytes, words: str
) -> None:
    """Code 2, one line with the file's name and advice, no output, none of the text."""
    (tmp_path / "note.txt").write_bytes(data)
    done = run(verb, "note.txt")
    assert done.returncode == 2
    assert done.stdout == b""
    (line,) = done.stderr.decode().splitlines()
    assert line.startswith("fhirkit: error: note.txt: ")
    assert words in line
    for private in ("Anna", "Müller", "Fieber"):
        assert private not in line


@VERBS
def test_a_folder_is_refused(run: Run, tmp_path: Path, verb: str) -> None:
    """The line says how to name the files in it."""
    (tmp_path / "notes").mkdir()
    done = run(verb, "notes")
    assert done.returncode == 2
    assert b"notes is a folder" in done.stderr


@VERBS
def test_a_missing_file_is_refused_before_anything_is_written(
    run: Run, tmp_path: Path, case: str, verb: str
) -> None:
    """The first, good file of the list is not converted either."""
    (tmp_path / "a.txt").write_text(case, "utf-8")
    done = run(verb, "a.txt", "b.txt", "-o", "out")
    assert done.returncode == 2
    assert b"b.txt: no such file" in done.stderr
    assert not (tmp_path / "out").exists()


@VERBS
def test_standard_input_twice_is_refused(run: Run, case: str, verb: str) -> None:
    """It can be read only once."""
    done = run(verb, "-", "-", stdin=case.encode())
    assert done.returncode == 2
    assert b"once" in done.stderr


def test_a_text_without_a_case_gives_the_document_and_a_notice(run: Run, tmp_path: Path) -> None:
    """A bundle all the same, and a line on standard error that says what it lacks."""
    (tmp_path / "weather.txt").write_text("It rained, and the roads were wet.\n", "utf-8")
    done = run("convert", "weather.txt")
    assert done.returncode == 0
    types = [e["resource"]["resourceType"] for e in json.loads(done.stdout)["entry"]]
    assert sorted(types) == ["Device", "DocumentReference", "Provenance"]
    line, validated = done.stderr.decode().splitlines()
    assert validated == "fhirkit: notice: 1 bundle validated: no findings"
    assert line.startswith("fhirkit: notice: weather.txt: ")
    assert "only the document" in line
    assert "rained" not in line


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda text: text.replace(". ", ".\r\n"), id="windows-line-ends"),
        pytest.param(
            lambda text: "\u200f" + text.replace("fever", "\u202bfever\u202c"), id="marks"
        ),
        pytest.param(lambda text: text.replace(". ", ".\u2028"), id="line-separators"),
        pytest.param(lambda text: "𝒂🙂 " + text, id="beyond-the-first-plane"),
    ],
)
def test_offsets_count_the_text_as_given(run: Run, case: str, change: Callable[[str], str]) -> None:
    """Every span says what the text says at its place, whatever characters are in between."""
    text = change(case)
    done = run("extract", "-", stdin=text.encode())
    assert done.returncode == 0
    read = json.loads(done.stdout)
    assert read["facts"]
    for fact in read["facts"]:
        for span in fact["spans"]:
            assert text[span["start"] : span["end"]] == span["text"]


def test_a_byte_order_mark_is_not_part_of_the_text(run: Run, case: str) -> None:
    """The same facts at the same places as without it."""
    with_mark = run("extract", "-", stdin=b"\xef\xbb\xbf" + case.encode())
    assert with_mark.stdout == run("extract", "-", stdin=case.encode()).stdout


@VERBS
@pytest.mark.parametrize(
    ("folder", "words"),
    [
        pytest.param("taken", "is a file", id="a-file"),
        pytest.param("taken/deeper", "taken/deeper", id="below-a-file"),
    ],
)
def test_a_folder_that_cannot_be_is_told(
    run: Run, tmp_path: Path, case: str, verb: str, folder: str, words: str
) -> None:
    """-o names a folder; where none can be, nothing is written."""
    (tmp_path / "taken").write_text("a file", "utf-8")
    done = run(verb, "-", "-o", folder, stdin=case.encode())
    assert done.returncode == 1
    assert words in done.stderr.decode()


@VERBS
def test_an_unwritable_output_leaves_nothing_behind(
    run: Run, tmp_path: Path, case: str, verb: str
) -> None:
    """Where the file cannot be put, no part of it stays."""
    (tmp_path / "out" / "stdin.json" / "in the way").mkdir(parents=True)
    done = run(verb, "-", "-o", "out", stdin=case.encode())
    assert done.returncode == 1
    assert "stdin.json" in done.stderr.decode()
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["stdin.json"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("arguments", [["extract", "-"], ["convert", "-"], ["validate", "-"]])
def test_a_full_disk_is_told(command: list[str], case: str, arguments: list[str]) -> None:
    """Output that could not be written is a failure, not a silent loss."""
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*command, *arguments], input=case.encode(), stdout=full, stderr=subprocess.PIPE,
            check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith(b"fhirkit: error: standard output: ")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="pipes end another way there")
@pytest.mark.parametrize(
    "arguments",
    [
        ["extract"],
        ["convert"],
        ["extract", "--format", "text"],
        ["validate"],
        ["validate", "--jobs", "2"],
        ["validate", "--format", "sarif"],
    ],
)
def test_a_closed_pipe_is_quiet(
    tmp_path: Path, command: list[str], case: str, arguments: list[str]
) -> None:
    """``| head`` has enough after a few lines; that is no error to tell."""
    names = [str(tmp_path / f"{number}.txt") for number in range(60)]
    for name in names:
        Path(name).write_text(case, "utf-8")
    process = subprocess.Popen(
        [*command, *arguments, *names], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    said = process.stderr.read()
    process.stderr.close()
    assert process.wait(60) in (0, 1)
    assert said == (VALIDATED if arguments == ["convert"] and process.returncode == 0 else b"")


@pytest.mark.skipif(sys.platform == "win32", reason="descriptors are closed another way there")
@pytest.mark.parametrize("verb", ["extract", "convert", "validate"])
def test_a_closed_standard_output_is_told(command: list[str], case: str, verb: str) -> None:
    """A service may be started without one."""
    shell = " ".join([*(f"'{part}'" for part in command), verb, "-", ">&-"])
    done = subprocess.run(
        ["sh", "-c", shell], input=case.encode(), capture_output=True, check=False
    )
    assert done.returncode == 1
    assert b"standard output is closed" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent another way there")
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_ctrl_c_while_validating_is_quiet(command: list[str], tmp_path: Path, jobs: str) -> None:
    """To the whole group, as a terminal sends it: code 130, not a word, no process left."""
    # A shell's background job ignores the signal, and whatever it starts inherits that.
    heard = "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); "
    heard += "os.execv(sys.argv[1], sys.argv[1:])"
    process = subprocess.Popen(
        [sys.executable, "-c", heard, *command, "validate", "-", "--jobs", jobs],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        start_new_session=True,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    line = b'{"resourceType": "Patient"}\n'
    process.stdin.write(line * 2_000)
    process.stdin.flush()
    process.stdout.readline()
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(60) == 130
    assert process.stderr.read() == b""
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
    for stream in (process.stdin, process.stdout, process.stderr):
        with contextlib.suppress(BrokenPipeError):
            stream.close()


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-16"])
def test_output_is_utf8_whatever_the_environment_says(run: Run, case: str, encoding: str) -> None:
    """JSON is UTF-8, and so is the table."""
    text = case.replace("A 40", "Mrs Möller, a 40")
    for form in ("json", "text"):
        plain = run("extract", "-", "--format", form, stdin=text.encode())
        other = run(
            "extract", "-", "--format", form, stdin=text.encode(), PYTHONIOENCODING=encoding,
            LC_ALL="C",
        )  # fmt: skip
        assert plain.stdout == other.stdout
        other.stdout.decode("utf-8")


@pytest.mark.skipif(sys.platform != "linux", reason="names are bytes on Linux only")
def test_a_file_name_that_is_no_text_can_be_told(run: Run, tmp_path: Path) -> None:
    """A message can be written whatever the file is called."""
    name = os.fsdecode(b"m\xfcller.txt")
    (tmp_path / name).write_bytes(b"")
    done = run("extract", name)
    assert done.returncode == 2
    assert b"ller.txt" in done.stderr
