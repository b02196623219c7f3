"""Cases to show, from files, folders, NDJSON and standard input: narratives, facts, bundles."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fhirkit.cli.bundles import MAX_BYTES, Input, files_below
from fhirkit.errors import InputError
from fhirkit.narrative.source import STDIN, record

if TYPE_CHECKING:
    from collections.abc import Iterator

_NDJSON = ".ndjson"
_SUFFIXES = (".txt", ".json", _NDJSON)


@dataclass(frozen=True, slots=True)
class Given:
    """One document: its content, or why it cannot be read.

    ``name`` is the document's, ``stem`` what its page is named after, ``origin`` says in messages
    where it is from. ``content`` is a narrative, or bytes that are still to be judged.
    """

    name: str
    stem: str
    origin: str
    content: bytes | str = b""
    problem: InputError | None = None
    is_found: bool = False
    """Whether nobody named it: it lay in a folder."""


def is_one(paths: list[str]) -> bool:
    """Whether the paths can hold but one document."""
    return len(paths) == 1 and not (
        paths[0].lower().endswith(_NDJSON) or (paths[0] != STDIN and Path(paths[0]).is_dir())
    )


def each_case(paths: list[str]) -> Iterator[Given]:
    """Every document of files and folders, one at a time and in the order given.

    What cannot be read comes with its problem, and the next one follows. Raises InputError, before
    anything is read, for a path that leads nowhere, a folder without documents, and standard input
    given twice.
    """
    if paths.count(STDIN) > 1:
        raise InputError("'-' can be given once: standard input is read once")
    for path in paths:
        if path != STDIN and not Path(path).exists():
            raise InputError(f"{path}: no such file")
        if path != STDIN and Path(path).is_dir() and next(_below(path), None) is None:
            raise InputError(f"{path}: no .txt, .json or .ndjson file in this folder")
    for path in paths:
        if path == STDIN:
            yield _stdin()
        elif Path(path).is_dir():
            for found in _below(path):
                if isinstance(found, Input):
                    message = found.problem.message if found.problem else "cannot be read"
                    yield Given(path, path, found.name, problem=InputError(f"{path}: {message}"))
                else:
                    yield from _file(found, is_found=True)
        else:
            yield from _file(path)


def _below(folder: str) -> Iterator[str | Input]:
    return files_below(folder, _SUFFIXES)


def _stdin() -> Given:
    if sys.stdin is None:
        raise InputError("standard input is closed")
    data = sys.stdin.buffer.read(MAX_BYTES + 1)
    return _checked(Given("standard input", "stdin", "standard input", data))


def _file(path: str, *, is_found: bool = False) -> Iterator[Given]:
    name, stem = Path(path).name, Path(path).stem
    try:
        with Path(path).open("rb") as file:
            if not path.lower().endswith(_NDJSON):
                content = file.read(MAX_BYTES + 1)
                yield _checked(Given(name, stem, path, content, is_found=is_found))
                return
            number = 0
            for number, line in enumerate(iter(lambda: file.readline(MAX_BYTES + 1), b""), 1):
                if line.strip():
                    yield _line(stem, line, number, path)
                if len(line) > MAX_BYTES:  # the rest of it would be read as lines of its own
                    return
            if not number:
                yield Given(name, stem, path, problem=InputError(f"{path}: the file is empty"))
    except OSError as error:
        problem = InputError(f"{path}: {error.strerror}")
        yield Given(name, stem, path, problem=problem, is_found=is_found)


def _line(stem: str, line: bytes, number: int, path: str) -> Given:
    """A line of NDJSON: facts, a bundle, or a narrative with its id."""
    origin, name = f"{path} line {number}", f"{stem}-{number}"
    if len(line) > MAX_BYTES or _is_document(line):
        return _checked(Given(name, name, origin, line))
    try:
        source = record(line, origin)
    except InputError as error:
        return Given(name, name, origin, problem=error)
    return Given(source.name, source.name, origin, source.text)


def _is_document(line: bytes) -> bool:
    """Whether a line says itself what it is."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict) and not {"format", "resourceType"}.isdisjoint(found)


def _checked(given: Given) -> Given:
    if len(given.content) <= MAX_BYTES:
        return given
    problem = InputError(f"{given.origin}: more than {MAX_BYTES // 1_000_000} MB: split it")
    return Given(given.name, given.stem, given.origin, problem=problem, is_found=given.is_found)
