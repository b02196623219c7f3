"""Where results go: standard output, or a folder with one whole file per input."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from fhirkit.errors import InputError, OutputError, SettingsError
from fhirkit.narrative.source import STDIN, read_documents

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_LONGEST_NAME = 200  # bytes; file systems take 255, and a suffix and a prefix come on top


def write_out(data: bytes) -> None:
    """Writes to standard output, at once. Raises OutputError if it cannot take it."""
    if sys.stdout is None:
        raise OutputError("standard output is closed")
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise  # the reader has enough, which is no error to tell
    except OSError as error:
        raise OutputError(f"standard output: {error.strerror}") from None


def say(line: str) -> None:
    """Writes a line of text to standard output, like :func:`write_out`."""
    write_out((line + "\n").encode("utf-8", "backslashreplace"))


def notice(origin: str, message: str) -> None:
    """Tells on standard error something the user should know about one input."""
    remark(f"{origin}: {message}")


def remark(message: str) -> None:
    """The same about the whole run."""
    if sys.stderr is not None:
        print(f"fhirkit: notice: {' '.join(message.split())}", file=sys.stderr)


def complain(message: str) -> None:
    """Tells on standard error what went wrong, in one line."""
    if sys.stderr is not None:
        print(f"fhirkit: error: {' '.join(message.split())}", file=sys.stderr)


def write_file(path: Path, data: bytes) -> None:
    """Puts a file in place whole or not at all, over one of the same name.

    Raises OutputError if that is not possible.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        try:
            beside.write_bytes(data)
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(f"{path}: {error.strerror}") from None


def make_folder(folder: str) -> Path:
    """The folder for the output, made if it is missing. Raises OutputError if it cannot be."""
    path = Path(folder)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise OutputError(f"{folder} is a file: -o takes a folder") from None
    except OSError as error:
        raise OutputError(f"{folder}: {error.strerror}") from None
    return path


def file_name(name: str, suffix: str, origin: str) -> str:
    """The name of the file for an input. Raises InputError for an id that can be none."""
    if not name.isprintable() or "/" in name or "\\" in name:
        raise InputError(f"{origin}: its id cannot be the name of a file in -o DIR")
    if len(name.encode("utf-8", "surrogateescape")) > _LONGEST_NAME:
        raise InputError(f"{origin}: its id is too long for the name of a file in -o DIR")
    return name + suffix


def check_names(paths: Sequence[str], folder: str, suffix: str) -> dict[str, str]:
    """The input of each file to be written, by the file's name.

    Raises InputError or SettingsError if two inputs, or input and output, would meet. To be
    called before anything is written; NDJSON files are read once for it.
    """
    taken: dict[str, str] = {}
    for name, origin in _names(paths):
        target = file_name(name, suffix, origin)
        if target in taken:
            raise _meeting(taken[target], origin, Path(folder, target))
        claim(taken, target, origin, folder)
    return taken


def claim(taken: dict[str, str], target: str, origin: str, folder: str) -> None:
    """Notes in ``taken`` that the file ``target`` is of the input ``origin``.

    Raises SettingsError if it is another's, or the input itself.
    """
    written = Path(folder, target)
    owner = taken.setdefault(target, origin)
    if owner != origin:
        raise _meeting(owner, origin, written)
    if written.exists() and Path(origin).exists() and written.samefile(origin):
        raise SettingsError(f"{origin} would be overwritten by its own output")


def _meeting(one: str, other: str, written: Path) -> SettingsError:
    return SettingsError(f"{one} and {other} would both become {written}")


def _names(paths: Iterable[str]) -> Iterable[tuple[str, str]]:
    for path in paths:
        if path == STDIN:
            yield "stdin", "standard input"
        elif path.lower().endswith(".ndjson") and Path(path).is_file():
            yield from ((source.name, source.origin) for source in read_documents([path], None))
        else:
            yield Path(path).stem, path
