from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhirkit.errors import InputError
from fhirkit.narrative.source import MAX_CHARACTERS, Source, check_paths, decode, read_documents

LETTER = "Müller's patient, a 40-year-old woman, had “migraine” – often."


def write(path: Path, data: bytes | str) -> str:
    """Writes a file and gives its name."""
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return str(path)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        pytest.param(LETTER.encode(), LETTER, id="plain"),
        pytest.param(b"\xef\xbb\xbf" + LETTER.encode(), LETTER, id="byte-order-mark"),
        pytest.param(b"a\r\nb\rc\n", "a\r\nb\rc\n", id="line-ends"),
        pytest.param("a\u200fb\u202ec\u2066".encode(), "a\u200fb\u202ec\u2066", id="direction"),
        pytest.param("a\ufeffb".encode(), "a\ufeffb", id="mark-inside"),
        pytest.param(b"  a\t\x0c\x0b\n", "  a\t\x0c\x0b\n", id="white-space"),
        pytest.param("𝒂🙂e\u0301".encode(), "𝒂🙂e\u0301", id="beyond-the-first-plane"),
    ],
)
def test_text_is_kept_as_it_is(data: bytes, text: str) -> None:
    """Every character counts for the offsets; only a byte order mark at the start is none."""
    assert decode(data, "a.txt") == text


@given(st.text(min_size=1).filter(lambda t: t.strip() and "\0" not in t and t[0] != "\ufeff"))
def test_any_text_survives(text: str) -> None:
    """What is encoded as UTF-8 is decoded to the same, unless it begins like another format."""
    data = text.encode()
    if not data.startswith((b"%PDF-", b"PK\x03\x04", b"{\\rtf")):
        assert decode(data, "a.txt") == text


@pytest.mark.parametrize(
    ("data", "words"),
    [
        pytest.param(b"", "empty", id="empty"),
        pytest.param(b" \r\n\t", "empty", id="white-space"),
        pytest.param(b"\xef\xbb\xbf", "empty", id="only-a-mark"),
        pytest.param(b"a\0b", "byte 2 is NUL", id="nul"),
        pytest.param(LETTER.encode("windows-1252"), "iconv -f WINDOWS-1252 -t UTF-8", id="1252"),
        pytest.param("Müller".encode("latin-1"), "iconv -f ISO-8859-1 -t UTF-8", id="latin-1"),
        pytest.param(LETTER.encode("utf-16"), "iconv -f UTF-16", id="utf-16"),
        pytest.param(b"%PDF-1.7\n%\xe2\xe3", "pdftotext", id="pdf"),
        pytest.param(b"PK\x03\x04\x14\x00", "plain text", id="docx"),
        pytest.param(b"{\\rtf1 Hello}", "RTF", id="rtf"),
        pytest.param(b"\x1f\x8b\x08\x00", "gunzip", id="gzip"),
        pytest.param(bytes(range(1, 256)), "binary", id="binary"),
        pytest.param(b"\xed\xa0\x80 half a pair", "UTF-8", id="surrogate"),
    ],
)
def test_what_is_no_utf8_text_is_refused_with_advice(data: bytes, words: str) -> None:
    """The message names the input and what to do; it never repeats the text."""
    with pytest.raises(InputError, match=r"notes/a\.txt: ") as caught:
        decode(data, "notes/a.txt")
    assert words in str(caught.value)
    assert "ller" not in str(caught.value)


def test_the_line_that_is_not_utf8_is_named() -> None:
    """In a long file the one stray byte is hard to find."""
    with pytest.raises(InputError, match="line 3"):
        decode(b"one\ntwo\nthr\xe9e\n", "a.txt")


@pytest.mark.parametrize(
    ("size", "good"),
    [
        pytest.param(MAX_CHARACTERS, True, id="longest"),
        pytest.param(MAX_CHARACTERS + 1, False, id="longer"),
    ],
)
def test_texts_have_a_longest_length(size: int, good: bool) -> None:
    """Five million characters are a library, not a case."""
    data = "ä".encode() * size
    if good:
        assert len(decode(data, "a.txt")) == size
    else:
        with pytest.raises(InputError, match="5,000,000"):
            decode(data, "a.txt")


def test_files_standard_input_and_records_come_in_order(tmp_path: Path) -> None:
    """Names are stems and ids; the origin says where a text is from."""
    text = write(tmp_path / "one.case.txt", "One.")
    records = write(
        tmp_path / "more.ndjson",
        '{"id": "b", "text": "Two.\\r\\n"}\n\n{"id": 3, "text": "Three.", "source": "x"}\r\n',
    )
    found = list(read_documents([text, "-", records], io.BytesIO(b"Four.")))
    assert found == [
        Source("one.case", "One.", text),
        Source("stdin", "Four.", "standard input"),
        Source("b", "Two.\r\n", f"{records} line 1"),
        Source("3", "Three.", f"{records} line 3"),
    ]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        pytest.param("{", "not JSON", id="half"),
        pytest.param("[1]", "JSON object", id="array"),
        pytest.param('{"text": "x"}', '"id" must be a string', id="no-id"),
        pytest.param('{"id": true, "text": "x"}', '"id" must be a string', id="true-id"),
        pytest.param('{"id": " ", "text": "x"}', '"id" is empty', id="blank-id"),
        pytest.param('{"id": "b"}', '"text" must be a string', id="no-text"),
        pytest.param('{"id": "b", "text": 7}', '"text" must be a string', id="number"),
        pytest.param('{"id": "b", "text": "  "}', "empty", id="empty-text"),
        pytest.param('{"id": "b", "text": "a\\u0000b"}', "NUL", id="nul"),
        pytest.param('{"id": "b", "text": "a\\ud800b"}', "surrogate", id="surrogate"),
        pytest.param('{"id": "a", "text": "x"}', "earlier line", id="id-twice"),
        pytest.param(b'{"id": "b", "text": "\xe4"}', "UTF-8", id="latin-1"),
        pytest.param("[" * 100_000, "JSON", id="deep"),
        pytest.param('{"id": %s, "text": "x"}' % ("9" * 5000), "JSON", id="endless-number"),
    ],
)
def test_a_wrong_record_is_told_by_its_line(tmp_path: Path, line: str | bytes, words: str) -> None:
    """The first record is read, the wrong one named by file and line."""
    data = b'{"id": "a", "text": "Fine."}\n' + (line if isinstance(line, bytes) else line.encode())
    path = write(tmp_path / "x.ndjson", data)
    documents = read_documents([path], None)
    assert next(documents).name == "a"
    with pytest.raises(InputError, match="line 2: ") as caught:
        next(documents)
    assert words in str(caught.value)


def test_records_are_read_one_at_a_time(tmp_path: Path) -> None:
    """A file of a million records is never held whole: the first comes before the last is read."""
    lines = "".join(json.dumps({"id": str(n), "text": "x" * 500}) + "\n" for n in range(100))
    documents = read_documents([write(tmp_path / "x.ndjson", lines + "{")], None)
    assert next(documents).name == "0"


def test_an_empty_ndjson_file_is_told(tmp_path: Path) -> None:
    """No record at all is an error, not a silent nothing."""
    with pytest.raises(InputError, match="empty"):
        list(read_documents([write(tmp_path / "x.ndjson", "\n\n")], None))


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    """The message says how to name the files in it."""
    with pytest.raises(InputError, match=r"folder.*\*\.txt"):
        check_paths([str(tmp_path)])


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    """By the name it was given."""
    with pytest.raises(InputError, match=r"nothing\.txt: no such file"):
        check_paths(["-", str(tmp_path / "nothing.txt")])


def test_a_closed_standard_input_is_told() -> None:
    """A service may run without one."""
    with pytest.raises(InputError, match="closed"):
        list(read_documents(["-"], None))


def test_no_more_is_read_than_a_text_can_have(tmp_path: Path) -> None:
    """An endless standard input ends in an error, not in memory."""

    class Endless(io.RawIOBase):
        def read(self, size: int = -1) -> Any:
            assert size > 0
            return b"x" * size

    with pytest.raises(InputError, match="5,000,000"):
        list(read_documents(["-"], Endless()))  # type: ignore[list-item]
