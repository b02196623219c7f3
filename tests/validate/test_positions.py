from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhirkit.validate.place import Steps
from fhirkit.validate.positions import place, positions, steps_before
from json_tree import walk

TEXT = """{
  "resourceType": "Patient",
  "name": [
    {"family": "A \\"quoted\\" ], name", "given": ["é𝒳", "b"]},
    null
  ], "active"
    : true
}
"""

GIVEN = ("name", 0, "given")


@pytest.mark.parametrize(
    ("steps", "line", "column"),
    [
        pytest.param((), 1, 1, id="document"),
        pytest.param(("resourceType",), 2, 3, id="property-at-its-name"),
        pytest.param(("name",), 3, 3, id="array-at-its-name"),
        pytest.param(("name", 0), 4, 5, id="item-at-its-value"),
        pytest.param(GIVEN, 4, 40, id="after-quotes-and-brackets-in-a-string"),
        pytest.param((*GIVEN, 0), 4, 50, id="first-item"),
        pytest.param((*GIVEN, 1), 4, 56, id="columns-are-characters"),
        pytest.param(("name", 1), 5, 5, id="null"),
        pytest.param(("active",), 6, 6, id="value-on-another-line"),
    ],
)
def test_a_place_for_what_is_there(steps: Steps, line: int, column: int) -> None:
    """A property stands at its name, an item at its value, counted in characters from 1."""
    assert positions(TEXT, [steps]) == {steps: (line, column)}


@pytest.mark.parametrize(
    ("steps", "around"),
    [
        pytest.param(("gender",), (), id="property-of-the-root"),
        pytest.param(("name", 2), ("name",), id="item-beyond-the-end"),
        pytest.param(("name", -1), ("name",), id="no-position"),
        pytest.param((*GIVEN, 0, "value"), (*GIVEN, 0), id="below-a-string"),
        pytest.param(("name", 1, "family"), ("name", 1), id="below-null"),
        pytest.param(("name", "family"), ("name",), id="name-in-an-array"),
        pytest.param(("resourceType", 0, "a", 1), ("resourceType",), id="far-below"),
    ],
)
def test_what_is_missing_stands_at_what_is_around(steps: Steps, around: Steps) -> None:
    """A person looks where the element would have to be."""
    places = positions(TEXT, [steps, around])
    assert places[steps] == places[around]


def test_many_places_come_from_one_pass() -> None:
    """Every element asked for gets its own place, whatever the order of asking."""
    wanted = [steps for steps, _ in walk(json.loads(TEXT))]
    together = positions(TEXT, reversed(wanted))
    assert together == {steps: positions(TEXT, [steps])[steps] for steps in wanted}
    assert len(set(together.values())) == len(wanted)


def test_a_name_that_stands_twice_is_placed_at_the_second() -> None:
    """The first is as it should be; the second is one too many."""
    assert positions('{"a": 1,\n "a": 2,\n "a": 3}', [("a",)]) == {("a",): (2, 2)}


def test_elements_below_a_repeated_name_are_those_of_the_last_value() -> None:
    """The last value is the one in the tree; what only an earlier one had is missing."""
    text = '{"a": {"b": 1, "c": 2},\n "a": {"b": 3},\n "x": 0}'
    places = positions(text, [("a", "b"), ("a", "c"), ("a",)])
    assert places == {("a", "b"): (2, 8), ("a", "c"): (2, 2), ("a",): (2, 2)}


def test_a_repeated_name_that_ends_as_a_string_has_nothing_below() -> None:
    """Elements of a value that was replaced are no longer there."""
    assert positions('{"a": {"b": 1},\n "a": "x"}', [("a", "b")]) == {("a", "b"): (2, 2)}


@pytest.mark.parametrize("text", ["", "  ", "\n"], ids=repr)
def test_no_text_has_no_places(text: str) -> None:
    """Values given as Python objects have no lines."""
    assert positions(text, [(), ("a",)]) == {}


@pytest.mark.parametrize(
    "text", ["{", '{"a"', '{"a": [1, ', '{"a": nonsense, "b": 1}', '{"a": "x', "[}", "]"], ids=repr
)
def test_broken_text_is_read_as_far_as_it_goes(text: str) -> None:
    """Places are a courtesy: no text makes them raise."""
    places = positions(text, [(), ("a", 5, "c"), ("b",)])
    assert places[()] == (1, 1)
    assert set(places) == {(), ("a", 5, "c"), ("b",)}


def test_numbers_of_any_length_are_passed_over() -> None:
    """Python's limit for integers is no concern of the place after one."""
    text = '{"a": %s, "b": 1e999999999999999999999, "c": 0}' % ("7" * 5_000)
    assert positions(text, [("c",)]) == {("c",): (1, text.index('"c"') + 1)}


def test_escaped_names_are_the_names_they_mean() -> None:
    r"""``"\u0061"`` is the name a."""
    assert positions(r'{"x": 0, "\u0061": 1}', [("a",)]) == {("a",): (1, 10)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param('{"resourceType": "Patient", "name": [{}, {"given": [1, #',
                     ("Patient", ("name", 1, "given", 1)), id="deep"),
        pytest.param('{"name": #, "resourceType": "Patient"}', (None, ("name",)), id="type-later"),
        pytest.param('{"resourceType": "A", "b": {"resourceType": "C"}, #', ("A", ("b",)), id="inner"),
        pytest.param('{"a": "resourceType", "b": "X", "c": #', (None, ("c",)), id="type-as-value"),
        pytest.param('{"a, \\"b": {"[{": #', (None, ('a, \\"b', "[{")), id="signs-in-names"),
        pytest.param("]]}#", (None, ()), id="closed-too-often"),
        pytest.param("#", (None, ()), id="nothing-before"),
        pytest.param('{"a": "x#', (None, ("a",)), id="in-a-string"),
    ],
)  # fmt: skip
def test_the_way_to_a_break(text: str, expected: tuple[str | None, Steps]) -> None:
    """What comes before the break tells the element it is in."""
    assert steps_before(text, text.index("#")) == expected


def test_strings_without_an_end_take_linear_time() -> None:
    """A million escaped quotes are one string, not a million attempts to find one."""
    text = '{"a": "' + '\\"' * 1_000_000
    assert steps_before(text, len(text)) == (None, ("a",))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=25,
)  # fmt: skip


def _written(value: object, gaps: str, offset: int, steps: Steps, found: dict[Steps, int]) -> str:
    """JSON as a naive writer makes it that notes where it puts what."""
    text = ""

    def at() -> int:
        return offset + len(text)

    if not isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    text += "{" if isinstance(value, dict) else "["
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for number, (step, child) in enumerate(pairs):
        text += ("," if number else "") + gaps
        found[(*steps, step)] = at()
        if isinstance(value, dict):
            text += json.dumps(step) + gaps + ":" + gaps
        text += _written(child, gaps, at(), (*steps, step), found)
    return text + gaps + ("}" if isinstance(value, dict) else "]")


@given(value=JSON, gaps=st.sampled_from(["", " ", "\n", "\r\n\t "]), data=st.data())
def test_places_agree_with_those_of_a_writer(value: object, gaps: str, data: st.DataObject) -> None:
    """Whoever wrote the text knows where each element went."""
    found: dict[Steps, int] = {(): len(gaps)}
    text = gaps + _written(value, gaps, len(gaps), (), found)
    assert json.loads(text) == value
    wanted = data.draw(st.sets(st.sampled_from(sorted(found, key=repr))))
    assert positions(text, wanted) == {steps: place(text, found[steps]) for steps in wanted}


@given(text=st.text(st.sampled_from('{}[]",:\\a1 \n'), max_size=60))
def test_no_text_raises(text: str) -> None:
    """Not every text is JSON; every place is within it."""
    for line, column in positions(text, [(), ("a",), ("a", 0, "a"), (1, "a")]).values():
        assert 1 <= column <= len(text.split("\n")[line - 1])
    steps_before(text, len(text) // 2)
