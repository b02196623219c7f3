from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhirkit.bundle import to_bundle, to_json
from fhirkit.mappers.quantity import Digits
from rich_case import CASE
from small_mappings import MAPPINGS


def test_json_is_one_line_of_utf8() -> None:
    """With the letters of the text, ready for NDJSON."""
    text = to_json({"resourceType": "Patient", "x": "Brück 🤒\n"})
    assert text == '{"resourceType":"Patient","x":"Brück 🤒\\n"}\n'


def test_digits_are_those_of_the_text() -> None:
    """Anywhere in a resource, and without touching it."""
    value = {"a": Digits("0.40"), "b": [{"value": Digits("7.00")}, Digits("1.0")], "c": 2.4}
    assert to_json(value) == '{"a":0.40,"b":[{"value":7.00},1.0],"c":2.4}\n'
    assert type(value["a"]) is Digits


def test_digits_of_a_case() -> None:
    """A bundle has the digits its narrative has."""
    text = to_json(to_bundle(CASE, mappings=MAPPINGS))
    assert '"value":7.00,' in text
    assert '"value":0.40,' in text
    assert "digits:" not in text


def test_indented_json_holds_the_same() -> None:
    """For people who compare files."""
    bundle = to_bundle(CASE, mappings=MAPPINGS)
    indented = to_json(bundle, indent=1)
    assert "\n " in indented
    assert '"value": 7.00,' in indented
    assert json.loads(indented) == json.loads(to_json(bundle))


@pytest.mark.parametrize("text", ["digits:1", '"digits:1"', "\\udc00digits:1", "0.40"])
def test_text_that_looks_like_our_mark_stays(text: str) -> None:
    """The mark has half a surrogate pair, which no text with a UTF-8 form can hold."""
    value = {"a": Digits("0.40"), "b": text}
    assert json.loads(to_json(value)) == {"a": 0.4, "b": text}


LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
TREES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.text(), TREES, max_size=5))
def test_any_tree_comes_back(tree: dict[str, Any]) -> None:
    """What json can write is written as json writes it."""
    assert json.loads(to_json(tree)) == json.loads(json.dumps(tree))
