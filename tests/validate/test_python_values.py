from __future__ import annotations

import datetime
import enum
import uuid
from collections import OrderedDict
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhirkit.validate import python_values
from fhirkit.validate.syntax import parse_object


class Gender(enum.StrEnum):
    OTHER = "other"


class Rank(enum.IntEnum):
    FIRST = 1


@pytest.mark.parametrize(
    ("value", "found"),
    [
        pytest.param(None, "null", id="none"),
        pytest.param(3, "a number", id="number"),
        pytest.param("Patient", "a string", id="string"),
        pytest.param([{}], "an array", id="list"),
        pytest.param(({},), "an array", id="tuple"),
        pytest.param({"a"}, "set", id="set"),
        pytest.param(object(), "object", id="object"),
    ],
)
def test_only_a_dict_is_a_resource(value: object, found: str) -> None:
    """Anything else is told as what it is, and nothing more is said."""
    parsed = parse_object(value)
    assert parsed.resource is None
    assert parsed.fatal is not None
    assert parsed.fatal.key == "json-object"
    assert parsed.fatal.message.endswith(f"not {found}")
    assert parsed.fatal.line is None


@pytest.mark.parametrize(
    ("value", "key", "found"),
    [
        pytest.param(datetime.date(2020, 2, 1), "json-value", "date", id="date"),
        pytest.param(b"abc", "json-value", "bytes", id="bytes"),
        pytest.param({1, 2}, "json-value", "set", id="set"),
        pytest.param(uuid.UUID(int=0), "json-value", "UUID", id="uuid"),
        pytest.param(1j, "json-value", "complex", id="complex"),
        pytest.param(float("nan"), "json-value", "not a finite number", id="nan"),
        pytest.param(float("-inf"), "json-value", "not a finite number", id="infinity"),
        pytest.param(Decimal("sNaN"), "json-value", "not a finite number", id="decimal-nan"),
        pytest.param(Decimal("1e99999"), "json-number", None, id="exponent"),
        pytest.param(10**4300, "json-number", None, id="digits"),
        pytest.param("a\ud800", "json-surrogate", None, id="surrogate"),
    ],
)
@pytest.mark.parametrize("name", ["a", 0])
def test_what_json_has_no_form_for_is_found(
    value: object, key: str, found: str | None, name: str | int
) -> None:
    """The finding stands at the value, in the copy; the element is kept, without it."""
    given: dict[str, Any] = {"x": {"a": value} if name == "a" else [value]}
    parsed = parse_object(given)
    assert parsed.fatal is None
    assert parsed.resource is not None
    (finding,) = parsed.findings.made
    assert (finding.rule.key, finding.name, finding.found) == (key, name, found)
    assert finding.owner is parsed.resource["x"]
    assert parsed.resource["x"][name] in (None, "a\ufffd")


def test_a_name_that_is_no_string_is_found() -> None:
    """``json`` would write 1 as "1" and lose one of two; here it is told."""
    parsed = parse_object({"a": {1: "x", None: "y", "b": 0}})
    assert parsed.resource == {"a": {"b": 0}}
    assert [(made.rule.key, made.found) for made in parsed.findings.made] == [
        ("json-name", "int"),
        ("json-name", "NoneType"),
    ]


def test_a_name_with_half_a_surrogate_pair_is_found() -> None:
    """It cannot be sent as UTF-8, nor printed."""
    parsed = parse_object({"a\udc00": 1})
    assert parsed.resource == {"a\ufffd": 1}
    assert [made.rule.key for made in parsed.findings.made] == ["json-surrogate"]


def test_kinds_of_values_that_json_writes_become_plain() -> None:
    """Enumerations, ordered dicts and tuples are what most programs build resources from."""
    value = OrderedDict(a=Gender.OTHER, b=Rank.FIRST, c=(1, 2.5), d=Decimal("0.50"), e=None, f=True)
    parsed = parse_object(value)
    assert parsed.findings.made == []
    assert parsed.resource == {
        "a": "other",
        "b": 1,
        "c": [1, 2.5],
        "d": Decimal("0.50"),
        "e": None,
        "f": True,
    }
    kinds = [type(kept) for kept in parsed.resource.values()]
    assert kinds == [str, int, list, Decimal, type(None), bool]
    assert type(parsed.resource) is dict


def test_what_is_shared_is_copied_each_time() -> None:
    """Findings are placed by identity: two elements must not be one object."""
    coding = {"code": "x"}
    given = {"a": coding, "b": [coding, coding]}
    parsed = parse_object(given)
    assert parsed.resource == given
    places = [parsed.resource["a"], *parsed.resource["b"], coding]
    assert len({id(place) for place in places}) == 4


def test_a_circle_is_nested_too_deeply() -> None:
    """A resource that holds itself has no JSON."""
    circle: dict[str, Any] = {}
    circle["contained"] = [circle, circle]
    parsed = parse_object(circle)
    assert parsed.resource is None
    assert parsed.fatal is not None
    assert parsed.fatal.key == "json-depth"


def test_sharing_does_not_multiply_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sixty lists are enough to mean 100 ** 60 values."""
    monkeypatch.setattr(python_values, "MAX_VALUES", 10_000)
    shared: list[Any] = []
    for _ in range(60):
        shared = [shared] * 100
    parsed = parse_object({"a": shared})
    assert parsed.fatal is not None
    assert parsed.fatal.key == "json-size"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.floats() | st.dates(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner)
        | st.dictionaries(st.text(max_size=4) | st.integers(), inner, max_size=4)
    ),
    max_leaves=25,
)


@given(st.dictionaries(st.text(max_size=4), VALUES, max_size=4) | VALUES)
def test_no_value_raises(value: object) -> None:
    """Whatever is given: a tree of plain values, or one issue."""
    parsed = parse_object(value)
    assert (parsed.resource is None) == (parsed.fatal is not None)
    assert parsed.text == ""
