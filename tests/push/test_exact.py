"""Tests of fhirkit.push.exact."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhirkit.push.exact import read_exact, write_exact


@pytest.mark.parametrize(
    "text",
    [
        "0.8500",
        "1.0",
        "-0.0",
        "5.0E+2",
        "1e-7",
        "1E400",
        "3.14159265358979323846264338327950288",
        "42",
        "123456789012345678901234567890",
        '{"a":[0.10,{"b":2.50}],"c":"0.10"}',
        '"ü \\" \\\\ \\n"',
        "null",
        "[]",
    ],
)
def test_what_is_written_is_what_was_read(text: str) -> None:
    """Digit by digit."""
    assert write_exact(read_exact(text)) == text.encode()


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=10,
)


@given(JSON)
def test_no_value_is_lost(value: Any) -> None:
    """Numbers as they were written, words as they are."""
    text = write_exact(_marked(value))
    assert json.loads(text, parse_float=Decimal) == value
    assert write_exact(read_exact(text)) == text


def _marked(value: Any) -> Any:
    if isinstance(value, Decimal):
        return read_exact(_spelt(value))
    if isinstance(value, list):
        return [_marked(item) for item in value]
    if isinstance(value, dict):
        return {name: _marked(item) for name, item in value.items()}
    return value


def _spelt(value: Decimal) -> str:
    """A decimal as JSON has it: with a point or an exponent."""
    text = str(value)
    return text if "." in text or "E" in text else f"{text}.0"


def test_a_byte_order_mark_is_no_fault() -> None:
    """Windows programs write one."""
    assert read_exact(b'\xef\xbb\xbf{"a":1.50}') == read_exact('{"a":1.50}')


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param(b"{", "Expecting", id="half"),
        pytest.param(b"", "Expecting", id="nothing"),
        pytest.param(b"\xff", "utf-8", id="no-utf8"),
        pytest.param(b"[" * 100_000 + b"]" * 100_000, "nested too deeply", id="too-deep"),
        pytest.param(b"9" * 5_000, "limit", id="too-long-a-number"),
    ],
)
def test_what_is_no_json(text: bytes, words: str) -> None:
    """One kind of exception, whatever is wrong."""
    with pytest.raises(ValueError, match=words):
        read_exact(text)


def _deep() -> Any:
    value: list[Any] = []
    for _ in range(100_000):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "words"),
    [
        pytest.param(float("nan"), "not JSON compliant", id="nan"),
        pytest.param(float("inf"), "not JSON compliant", id="infinity"),
        pytest.param("\ud800", "surrogates", id="half-a-character"),
        pytest.param(_deep(), "nested too deeply", id="too-deep"),
    ],
)
def test_what_has_no_text(value: Any, words: str) -> None:
    """Neither a server nor a file could hold it."""
    with pytest.raises(ValueError, match=words):
        write_exact(value)


def test_words_like_the_mark_stay_words() -> None:
    """Only half a character marks digits, and no text from outside holds one that is written."""
    assert write_exact(read_exact('"digits:1.5"')) == b'"digits:1.5"'
    with pytest.raises(ValueError, match="surrogates"):
        write_exact(read_exact('"\\udc00digits:x"'))
