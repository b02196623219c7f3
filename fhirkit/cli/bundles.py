"""Bundles from files, NDJSON and standard input, as the bytes they are."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from fhirkit.errors import InputError
from fhirkit.narrative.source import STDIN, check_paths

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator


def add_bundles(parser: argparse.ArgumentParser) -> None:
    """The argument that says what to read."""
    parser.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="a bundle as JSON; a .ndjson file with one on each line; '-' for standard "
        "input with either",
    )


def read_bundles(files: list[str]) -> Iterator[tuple[str, bytes]]:
    """Every bundle with the name it has in messages. Raises InputError for what is no file."""
    if files.count(STDIN) > 1:
        raise InputError("'-' can be given once: standard input is read once")
    check_paths(files)
    for path in files:
        try:
            yield from _read(path)
        except OSError as error:
            raise InputError(f"{path}: {error.strerror}") from None


def _read(path: str) -> Iterator[tuple[str, bytes]]:
    if path == STDIN:
        if sys.stdin is None:
            raise InputError("standard input is closed")
        data = sys.stdin.buffer.read()
        if _is_ndjson(data):
            yield from _lines("standard input", data.splitlines())
        else:
            yield "standard input", data
    elif path.lower().endswith(".ndjson"):
        with Path(path).open("rb") as file:
            yield from _lines(path, file)
    else:
        yield path, Path(path).read_bytes()


def _is_ndjson(data: bytes) -> bool:
    """Whether the first line is a JSON document of its own and others follow."""
    first, _, rest = data.strip().partition(b"\n")
    if not rest:
        return False
    try:
        return isinstance(json.loads(first), dict)
    except (ValueError, RecursionError):
        return False


def _lines(name: str, lines: Iterable[bytes]) -> Iterator[tuple[str, bytes]]:
    found = False
    for number, line in enumerate(lines, 1):
        if line.strip():
            found = True
            yield f"{name} line {number}", line
    if not found:
        raise InputError(f"{name}: the file is empty")
