from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from fhirkit.cli.bundles import MAX_BYTES, UNREADABLE, Input, read_bundles, read_inputs
from fhirkit.errors import InputError
from fhirkit.issues import Issue, Severity
from fhirkit.validate import syntax


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to be in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def put(folder: Path, *names: str, data: bytes = b"{}") -> None:
    """Files of these names."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


def told(*paths: str, limit: int = 1000) -> list[tuple[str, bytes | str | None]]:
    """Name, and data or the key of the problem, of every input."""
    inputs = read_inputs(list(paths), limit=limit)
    return [(i.name, i.data if i.problem is None else i.problem.key) for i in inputs]


def names(*paths: str) -> list[str]:
    """The names of every input."""
    return [name for name, _ in told(*paths)]


def test_a_folder_is_every_json_file_below_it(folder: Path) -> None:
    """By name, whatever order the file system has; other files and hidden ones are left out."""
    put(folder, "d/b.json", "d/a.json", "d/c/z.JSON", "d/a.txt", "d/.git/x.json", "d/.y.json")
    put(folder, "d/b.ndjson", data=b'{"a":1}\n{"b":2}\n')
    expected = ["d/a.json", "d/b.json", "d/b.ndjson line 1", "d/b.ndjson line 2", "d/c/z.JSON"]
    assert [name.replace(os.sep, "/") for name in names("d")] == expected


def test_what_is_named_is_read_whatever_it_is_called(folder: Path) -> None:
    """A suffix chooses only within folders."""
    put(folder, "bundle", ".hidden.json")
    assert names("bundle", ".hidden.json") == ["bundle", ".hidden.json"]


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_links_to_folders_are_not_followed(folder: Path) -> None:
    """Or a link upwards would never end; links to files are."""
    put(folder, "d/a.json", "other/b.json")
    (folder / "d" / "up").symlink_to(folder / "d")
    (folder / "d" / "up.json").symlink_to(folder / "other")
    (folder / "d" / "link.json").symlink_to(folder / "other" / "b.json")
    assert names("d") == ["d/a.json", "d/link.json"]


@pytest.mark.parametrize(
    ("paths", "words"),
    [
        pytest.param(["none.json"], "none.json: no such file", id="missing"),
        pytest.param(["a.json", "none.json"], "none.json: no such file", id="second-missing"),
        pytest.param(["empty"], "empty: no .json or .ndjson file", id="nothing-in-the-folder"),
        pytest.param(["-", "-"], "once", id="standard-input-twice"),
    ],
)
def test_wrong_names_are_told_before_anything_is_read(
    folder: Path, paths: list[str], words: str
) -> None:
    """Not even the first, good file is given."""
    put(folder, "a.json", "empty/a.txt")
    with pytest.raises(InputError, match=words):
        next(read_inputs(paths))


def test_a_file_that_goes_away_is_a_problem_of_its_own(folder: Path) -> None:
    """Between the look at the names and the reading."""
    put(folder, "a.json", "b.json", "c.json")
    inputs = read_inputs(["a.json", "b.json", "c.json"])
    next(inputs)
    (folder / "b.json").unlink()
    gone, there = inputs
    assert gone.problem is not None
    assert (gone.problem.key, gone.problem.severity) == (UNREADABLE, Severity.FATAL)
    assert there.data == b"{}"


@pytest.mark.parametrize("name", ["a.json", "a.ndjson"])
@pytest.mark.parametrize("data", [b"\x1f\x8b\x08\0\n\n", b"PK\x03\x04\n\n"], ids=["gzip", "zip"])
def test_compressed_files_are_told_once(folder: Path, name: str, data: bytes) -> None:
    """With what to do, and not line by line."""
    put(folder, name, data=data)
    assert told(name) == [(name, "json-compressed")]


@pytest.mark.parametrize(("size", "refused"), [(1000, False), (1001, True)])
def test_a_document_may_have_so_many_bytes(folder: Path, size: int, refused: bool) -> None:
    """One more, and it is not read."""
    put(folder, "a.json", data=b"{" + b" " * (size - 2) + b"}")
    ((_, data),) = told("a.json")
    assert (data == "json-size") is refused


def test_the_reader_and_the_validator_have_one_limit() -> None:
    """The command does not load the validator to know it."""
    assert MAX_BYTES == syntax.MAX_BYTES


def test_a_huge_line_is_skipped_and_the_next_is_read(folder: Path) -> None:
    """Lines keep their numbers."""
    put(folder, "a.ndjson", data=b'{"a":1}\n' + b"x" * 5000 + b'\n\n{"b":2}')
    assert told("a.ndjson") == [
        ("a.ndjson line 1", b'{"a":1}\n'),
        ("a.ndjson line 2", "json-size"),
        ("a.ndjson line 4", b'{"b":2}'),
    ]


@pytest.mark.parametrize("size", [1000, 1001, 1002, 2002, 2003])
def test_a_line_of_any_length_is_one_line(folder: Path, size: int) -> None:
    """Whatever part of it is read at a time."""
    put(folder, "a.ndjson", data=b"x" * size + b"\n{}\n")
    first, last = told("a.ndjson")
    assert first[0] == "a.ndjson line 1"
    assert (first[1] == "json-size") is (size + 1 > 1000)
    assert last == ("a.ndjson line 2", b"{}\n")


@pytest.mark.parametrize("name", ["a.ndjson"])
def test_an_empty_ndjson_file_has_no_document(folder: Path, name: str) -> None:
    """One finding instead of none: nothing in it is no success."""
    put(folder, name, data=b"\n \n")
    assert told(name) == [(name, "json-empty")]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(b"", [("standard input", b"")], id="empty"),
        pytest.param(b'{"a":1}', [("standard input", b'{"a":1}')], id="one-line"),
        pytest.param(b'{"a":1}\n\n', [("standard input", b'{"a":1}\n')], id="blank-after"),
        pytest.param(b'{\n"a":1}\n', [("standard input", b'{\n"a":1}\n')], id="over-lines"),
        pytest.param(b"[1]\n[2]\n", [("standard input", b"[1]\n[2]\n")], id="arrays"),
        pytest.param(b"{}}\n{}\n", [("standard input", b"{}}\n{}\n")], id="no-json"),
        pytest.param(
            b'{"a":1}\n\n{"b":2}',
            [("standard input line 1", b'{"a":1}\n'), ("standard input line 3", b'{"b":2}')],
            id="ndjson",
        ),
        pytest.param(b" " * 1001, [("standard input", "json-size")], id="long"),
        pytest.param(b"{\n" + b" " * 999, [("standard input", "json-size")], id="long-lines"),
        pytest.param(
            b"{}\n" + b" " * 1001 + b"\n{}",
            [
                ("standard input line 1", b"{}\n"),
                ("standard input line 2", "json-size"),
                ("standard input line 3", b"{}"),
            ],
            id="long-line",
        ),
        pytest.param(b"\x1f\x8b\n\n", [("standard input", "json-compressed")], id="gzip"),
    ],
)
def test_standard_input_is_a_document_or_ndjson(
    monkeypatch: pytest.MonkeyPatch, data: bytes, expected: list[tuple[str, bytes]]
) -> None:
    """NDJSON if the first line is a document and another line follows."""
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(data)))
    assert told("-") == expected


def test_standard_input_is_read_line_by_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stream without end is never held whole."""

    class Endless(io.RawIOBase):
        given = 0

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
            self.given += 1
            buffer[:3] = b"{}\n"
            return 3

    endless = Endless()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BufferedReader(endless)))
    inputs = read_inputs(["-"])
    assert [next(inputs).line for _ in range(3)] == [1, 2, 3]
    assert endless.given < 10


def test_a_closed_standard_input_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A service may be started without one."""
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(InputError, match="closed"):
        list(read_inputs(["-"]))


def test_findings_of_a_line_are_at_that_line_of_the_file() -> None:
    """Within the document it was line 1."""
    found = Issue(severity=Severity.ERROR, code="value", line=1, column=7, message="x")
    (issue,) = Input("a.ndjson", 12).placed([found])
    assert (issue.file, issue.line, issue.column) == ("a.ndjson", 12, 7)
    (issue,) = Input("a.json").placed([found])
    assert (issue.file, issue.line, issue.column) == ("a.json", 1, 7)


@pytest.mark.parametrize(
    ("data", "words"),
    [(b"\n", "the file is empty"), (b"\x1f\x8b\n", "compressed")],
)
def test_what_push_cannot_use_is_an_error(folder: Path, data: bytes, words: str) -> None:
    """It has no findings to tell it by."""
    put(folder, "a.ndjson", data=data)
    with pytest.raises(InputError, match=f"a.ndjson: {words}"):
        list(read_bundles(["a.ndjson"]))
