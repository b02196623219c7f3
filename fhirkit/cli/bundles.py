"""Bundles from files, folders, NDJSON and standard input, as the bytes they are."""

from __future__ import annotations

import json
import os
import stat
import sys
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from fhirkit.errors import InputError
from fhirkit.issues import Issue, Severity
from fhirkit.narrative.source import STDIN, check_paths

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

MAX_BYTES = 100_000_000
"""The longest document that is read; a line of NDJSON is a document of its own."""

UNREADABLE = "input-unreadable"
"""The key of what could not be looked at: no finding about FHIR, and exit code 2."""

_NDJSON = ".ndjson"
_QUICKLY_COUNTED = 1_000_000_000  # bytes
_SUFFIXES = (".json", _NDJSON)
_COMPRESSED = (b"\x1f\x8b", b"PK\x03\x04", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")


@dataclass(frozen=True, slots=True)
class Input:
    """One JSON document: its bytes, or the one thing to say about it instead."""

    file: str
    line: int | None = None  # in a file of NDJSON
    data: bytes = b""
    problem: Issue | None = None

    @property
    def name(self) -> str:
        """What it is called in messages."""
        return self.file if self.line is None else f"{self.file} line {self.line}"

    def placed(self, issues: list[Issue]) -> list[Issue]:
        """The issues as those of this file, at the line of it that the document is on."""
        if self.line is None:
            return [replace(issue, file=self.file) for issue in issues]
        return [replace(issue, file=self.file, line=self.line) for issue in issues]


def add_bundles(parser: argparse.ArgumentParser, *, folders: bool = False) -> None:
    """The argument that says what to read."""
    in_folders = "; a folder for every .json and .ndjson file below it" if folders else ""
    parser.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="a bundle as JSON; a .ndjson file with one on each line; '-' for standard "
        f"input with either{in_folders}",
    )


def read_bundles(files: list[str]) -> Iterator[tuple[str, bytes]]:
    """Every bundle with the name it has in messages. Raises InputError for what is no file."""
    _once(files)
    check_paths(files)
    for path in files:
        for given in _read(path, MAX_BYTES):
            if given.problem is not None:
                raise InputError(f"{given.name}: {given.problem.message}")
            yield given.name, given.data


def read_inputs(paths: list[str], *, limit: int = MAX_BYTES) -> Iterator[Input]:
    """Every document of files and folders, one at a time and in the order given.

    What cannot be read, is compressed or has more than ``limit`` bytes comes with its problem,
    and the next one follows. Raises InputError, before anything is read, for a path that leads
    nowhere, a folder without JSON in it, and standard input given twice.
    """
    _once(paths)
    for path in paths:
        if Path(path).is_dir():
            if next(files_below(path), None) is None:
                raise InputError(f"{path}: no .json or .ndjson file in this folder")
        else:
            check_paths([path])
    for path in paths:
        for found in files_below(path) if Path(path).is_dir() else (path,):
            if isinstance(found, Input):
                yield found
            else:
                yield from _read(found, limit)


def count_inputs(paths: list[str]) -> int | None:
    """How many documents these paths hold, None where only reading all of them would tell."""
    total = 0
    for path in paths:
        for found in files_below(path) if Path(path).is_dir() else (path,):
            number = 1 if isinstance(found, Input) else _count(found)
            if number is None:
                return None
            total += number
    return total


def _count(path: str) -> int | None:
    if path == STDIN:
        return None
    if not path.lower().endswith(_NDJSON):
        return 1
    try:
        if Path(path).stat().st_size > _QUICKLY_COUNTED:
            return None
        with Path(path).open("rb") as file:
            return sum(bool(line.strip()) for line in file)
    except OSError:
        return 1  # what is said of it


def _once(paths: list[str]) -> None:
    if paths.count(STDIN) > 1:
        raise InputError("'-' can be given once: standard input is read once")


def files_below(folder: str, suffixes: tuple[str, ...] = _SUFFIXES) -> Iterator[str | Input]:
    """The files below a folder by their names, hidden ones and links to folders left out."""
    try:
        with os.scandir(folder) as entries:
            inside = sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        yield Input(folder, problem=_unreadable(error))
        return
    for entry in inside:
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from files_below(entry.path, suffixes)
        elif entry.name.lower().endswith(suffixes) and not entry.is_dir():
            yield entry.path


def _read(path: str, limit: int) -> Iterator[Input]:
    try:
        if path == STDIN:
            if sys.stdin is None:
                raise InputError("standard input is closed")
            yield from _stream(sys.stdin.buffer, "standard input", limit)
            return
        with Path(path).open("rb") as file:
            if path.lower().endswith(_NDJSON):
                yield from _some(path, _lines(_pieces(file, limit), path, limit))
            else:
                yield _whole(file, path, limit)
    except OSError as error:
        yield Input(path, problem=_unreadable(error))


def _whole(file: BinaryIO, path: str, limit: int) -> Input:
    status = os.fstat(file.fileno())
    if not stat.S_ISREG(status.st_mode):
        return _document(path, file.read(limit + 1), limit)
    if status.st_size > limit:
        return Input(path, problem=_too_long(limit))
    return _document(path, file.read(), limit)


def _stream(stream: BinaryIO, name: str, limit: int) -> Iterator[Input]:
    """One document, or NDJSON where the first line is a document and others follow."""
    first = stream.readline(limit + 1)
    second = stream.readline(limit + 1) if len(first) <= limit else b""
    if not second or not _is_object(first):
        room = max(0, limit + 1 - len(first) - len(second))
        yield _document(name, first + second + (stream.read(room) if room else b""), limit)
        return
    others = _lines(chain([second], _pieces(stream, limit)), name, limit, start=2)
    another = next(others, None)
    if another is None:
        yield _document(name, first, limit)
        return
    yield Input(name, 1, first)
    yield another
    yield from others


def _pieces(stream: BinaryIO, limit: int) -> Iterator[bytes]:
    """The lines of a stream; one over the limit comes in pieces, none of which is longer."""
    return iter(lambda: stream.readline(limit + 1), b"")


def _lines(pieces: Iterator[bytes], name: str, limit: int, *, start: int = 1) -> Iterator[Input]:
    """The documents of NDJSON, one a line; blank lines only count."""
    for number, line in enumerate(pieces, start):
        if number == 1 and line.startswith(_COMPRESSED):
            yield Input(name, problem=_compressed())
            return
        if len(line) > limit:
            yield Input(name, number, problem=_too_long(limit))
            while line and not line.endswith(b"\n"):
                line = next(pieces, b"")
        elif line.strip():
            yield Input(name, number, line)


def _some(name: str, inputs: Iterator[Input]) -> Iterator[Input]:
    """The inputs, or the finding that there is none."""
    first = next(inputs, None)
    if first is None:
        yield Input(name, problem=_problem("json-empty", "structure", "the file is empty"))
    else:
        yield first
        yield from inputs


def _document(name: str, data: bytes, limit: int) -> Input:
    if len(data) > limit:
        return Input(name, problem=_too_long(limit))
    if data.startswith(_COMPRESSED):
        return Input(name, problem=_compressed())
    return Input(name, data=data)


def _is_object(line: bytes) -> bool:
    """Whether a line is a JSON document of its own."""
    if not line.rstrip().endswith(b"}"):
        return False
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _unreadable(error: OSError) -> Issue:
    return _problem(UNREADABLE, "exception", error.strerror or "cannot be read")


def _too_long(limit: int) -> Issue:
    return _problem(
        "json-size", "too-long", f"more than {limit // 1_000_000} MB: split it, or use NDJSON"
    )


def _compressed() -> Issue:
    return _problem(
        "json-compressed",
        "structure",
        "compressed: unpack it first, as in gunzip -c FILE.gz | fhirkit validate -",
    )


def _problem(key: str, code: str, message: str) -> Issue:
    return Issue(severity=Severity.FATAL, code=code, key=key, message=message)
