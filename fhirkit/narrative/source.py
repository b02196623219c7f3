"""Narratives from files, standard input and NDJSON, as exactly the text they hold.

Offsets of facts count the characters of ``Source.text``: nothing is repaired on the way, and
what would have to be guessed is refused with advice.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from fhirkit.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_CHARACTERS = 5_000_000
_MAX_BYTES = 4 * MAX_CHARACTERS + 3  # the longest UTF-8 of that many characters, with a BOM
_MAX_LINE = 8 * MAX_CHARACTERS  # JSON may spell a character as six
STDIN = "-"

_BOM = b"\xef\xbb\xbf"
_SIGNS = (
    (b"%PDF-", "a PDF: take its text out first, e.g. pdftotext FILE.pdf FILE.txt"),
    (b"PK\x03\x04", "a zip or office document: save it as plain text in UTF-8"),
    (b"\xd0\xcf\x11\xe0", "an office document: save it as plain text in UTF-8"),
    (b"{\\rtf", "RTF: save it as plain text in UTF-8"),
    (b"\x1f\x8b", "compressed: unpack it first, e.g. gunzip FILE.gz"),
    (b"\xff\xfe", "UTF-16: convert it with  iconv -f UTF-16 -t UTF-8 FILE"),
    (b"\xfe\xff", "UTF-16: convert it with  iconv -f UTF-16 -t UTF-8 FILE"),
)
# Tab, line ends, vertical tab and form feed stand in texts; the rest of the control characters
# do not.
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f]")


@dataclass(frozen=True, slots=True)
class Source:
    """One narrative to read.

    ``name`` is the file's stem or the record's id, ``origin`` says in messages where the text
    is from.
    """

    name: str
    text: str
    origin: str


def decode(data: bytes, where: str) -> str:
    """The text of a document in UTF-8, without a byte order mark at its start.

    Everything else stays, line ends of Windows and marks of direction included. Raises
    InputError, with ``where`` in it, for what is empty, too long or no text in UTF-8.
    """
    if len(data) > _MAX_BYTES:
        raise _too_long(where)
    for sign, advice in _SIGNS:
        if data.startswith(sign):
            raise InputError(f"{where}: this is {advice}")
    data = data.removeprefix(_BOM)
    if b"\0" in data:
        raise InputError(f"{where}: byte {data.index(0) + 1} is NUL: this is not plain text")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _not_utf8(data, error.start, where) from None
    return _checked(text, where)


def read_documents(paths: Iterable[str], stdin: BinaryIO | None) -> Iterator[Source]:
    """Reads text files, ``-`` for standard input, and ``.ndjson`` files with id and text.

    One document is held at a time. Raises InputError for the first that cannot be read, and
    for a second NDJSON record of one file with the same id.
    """
    for path in paths:
        if path == STDIN:
            yield _from_stdin(stdin)
        elif path.lower().endswith(".ndjson"):
            yield from _records(path)
        else:
            data = _bytes(path)
            yield Source(Path(path).stem, decode(data, path), path)


def check_paths(paths: Iterable[str]) -> None:
    """Raises InputError for the first path that is missing or no file, without reading any."""
    for path in paths:
        if path == STDIN:
            continue
        found = Path(path)
        if found.is_dir():
            raise InputError(f"{path} is a folder: name the files in it, e.g. {found / '*.txt'}")
        if not found.exists():
            raise InputError(f"{path}: no such file")


def _from_stdin(stdin: BinaryIO | None) -> Source:
    if stdin is None:
        raise InputError("standard input is closed")
    return Source("stdin", decode(stdin.read(_MAX_BYTES + 1), "standard input"), "standard input")


def _bytes(path: str) -> bytes:
    check_paths([path])
    try:
        with Path(path).open("rb") as file:
            return file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None


def _records(path: str) -> Iterator[Source]:
    check_paths([path])
    seen: set[str] = set()
    try:
        with Path(path).open("rb") as file:
            for number, line in enumerate(iter(lambda: file.readline(_MAX_LINE + 1), b""), 1):
                if not line.strip():
                    continue
                source = record(line, f"{path} line {number}")
                if source.name in seen:
                    raise InputError(f"{source.origin}: this id stands on an earlier line")
                seen.add(source.name)
                yield source
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None
    if not seen:
        raise InputError(f"{path}: the file is empty")


def record(line: bytes, where: str) -> Source:
    """The narrative on a line of NDJSON; InputError, with ``where`` in it, if it has none."""
    if len(line) > _MAX_LINE:
        raise _too_long(where)
    try:
        record = json.loads(line.removeprefix(_BOM).decode("utf-8"))
    except UnicodeDecodeError:
        raise InputError(f"{where}: not valid UTF-8") from None
    except json.JSONDecodeError as error:
        raise InputError(f"{where}: not JSON: {error.msg} (column {error.colno})") from None
    except (ValueError, RecursionError):
        raise InputError(f"{where}: not JSON that can be read") from None
    if not isinstance(record, dict):
        raise InputError(f'{where}: a JSON object with "id" and "text" was expected')
    identity, text = _string(record, "id", where), _string(record, "text", where)
    if not identity.strip():
        raise InputError(f'{where}: "id" is empty')
    return Source(identity, _checked(text, where), where)


def _string(record: dict[str, object], name: str, where: str) -> str:
    value = record.get(name)
    if name == "id" and type(value) is int:
        return str(value)
    if not isinstance(value, str):
        raise InputError(f'{where}: "{name}" must be a string')
    return value


def _checked(text: str, where: str) -> str:
    """``text``, if it is one a narrative can be."""
    if len(text) > MAX_CHARACTERS:
        raise _too_long(where)
    if not text.strip():
        raise InputError(f"{where}: the text is empty")
    if "\0" in text:
        raise InputError(f"{where}: character {text.index(chr(0)) + 1} is NUL: not plain text")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        place = error.start + 1
        raise InputError(f"{where}: character {place} is half of a surrogate pair") from None
    return text


def _not_utf8(data: bytes, position: int, where: str) -> InputError:
    """What a person can do about it, as far as the bytes tell."""
    sample = data[:100_000]
    if len(_CONTROL.findall(sample)) * 100 > len(sample):
        return InputError(f"{where}: this is a binary file, not a text")
    # Windows-1252 uses 0x80-0x9f for quotation marks and dashes, Latin-1 for nothing.
    name = "WINDOWS-1252" if re.search(rb"[\x80-\x9f]", sample) else "ISO-8859-1"
    line = data.count(b"\n", 0, position) + 1
    return InputError(
        f"{where}: not UTF-8 (line {line}); if it is {name}, convert it with  "
        f"iconv -f {name} -t UTF-8 FILE > NEW"
    )


def _too_long(where: str) -> InputError:
    return InputError(f"{where}: longer than {MAX_CHARACTERS:,} characters: split it into cases")
