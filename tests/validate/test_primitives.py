from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhirkit.validate.primitives import PRIMITIVES, fault

RIGHT = {
    "base64Binary": ["YQ==", "YWJj", "YW Jj\n", "YWJj" * 1000],
    "boolean": [True, False],
    "canonical": ["http://a.example/x|1.0", "#p", "urn:oid:1.2"],
    "code": ["final", "not done", "a-b_c.d/e", "ä"],
    "date": ["2020", "2020-02", "2020-02-29", "0001-01-01", "9999-12-31"],
    "dateTime": [
        "2020",
        "2020-12",
        "2024-02-29",
        "2020-02-01T00:00:00Z",
        "2016-12-31T23:59:60+14:00",
        "2020-02-01T23:59:59.1234567-13:30",
    ],
    "decimal": [Decimal("0.8500"), Decimal("1E+3"), 3, 0.5, Decimal("-0.0")],
    "id": ["a", "A-1.b", "x" * 64],
    "instant": ["2020-02-29T12:00:00Z", "2020-02-01T00:00:00.000+01:00"],
    "integer": [0, -(2**31), 2**31 - 1],
    "markdown": ["a\nb", "# x"],
    "oid": ["urn:oid:1.2.0.3", "urn:oid:2.16.840"],
    "positiveInt": [1, 2**31 - 1],
    "string": ["a", " a ", "a\tb\r\nc", "x" * 1024 * 1024, "\U0001f600"],
    "time": ["00:00:00", "23:59:59.5", "12:00:60"],
    "unsignedInt": [0, 7],
    "uri": ["http://a.example", "urn:x", "a/b", "#"],
    "url": ["mailto:a@b.example"],
    "uuid": ["urn:uuid:5b7e0b1c-52c8-4a8e-9d7a-0d2f6f0c7a01"],
}
WRONG = {
    "base64Binary": ["YQ=", "Y", "YQ==YQ==", "%%%", "YW-_", "="],
    "boolean": ["true", 0, 1, Decimal(1)],
    "canonical": ["a b", ""],
    "code": [" a", "a ", "a  b", "a\n\nb", "", " "],
    "date": [
        "2020-13",
        "2020-00",
        "2020-2",
        "2020-02-30",
        "2021-02-29",
        "2020-04-31",
        "2020/02/01",
        "20200201",
        "0000",
        "20",
        "2020-02-01T00:00:00Z",
        "2020-02-",
        "२०२०",
    ],
    "dateTime": [
        "2020-02-01T12:00Z",
        "2020-02-01T12:00:00",
        "2020-02-01T24:00:00Z",
        "2020-02-01T12:60:00Z",
        "2020-02-01T12:00:61Z",
        "2020-02-01 12:00:00Z",
        "2020-02-01T12:00:00+14:30",
        "2020-02-01T12:00:00+0100",
        "2020-02-30T12:00:00Z",
        "2020-02-01T12Z",
        "2020-02-01T12:00:00.Z",
        "2020-02-01T12:00:00z",
        "2020-02-01T",
    ],
    "decimal": ["1", True],
    "id": ["", "a b", "a_b", "x" * 65, "ä", "a/b", "a\n"],
    "instant": ["2020", "2020-02-01", "2020-02-01T12:00:00", "2021-02-29T12:00:00Z"],
    "integer": ["1", 2**31, -(2**31) - 1, Decimal("1.0"), Decimal("1.5"), True],
    "markdown": ["", "a\x00b"],
    "oid": ["1.2.3", "urn:oid:3.1", "urn:oid:1.02", "urn:oid:1", "urn:oid:1.2."],
    "positiveInt": [0, -1, 2**31, Decimal("1.0")],
    "string": ["", " ", "\n\t", "a\x07", "x" * (1024 * 1024 + 1), 3, True],
    "time": ["24:00:00", "12:00", "12:00:00Z", "1:00:00", "12:61:00", "25:00:00"],
    "unsignedInt": [-1, 2**31, Decimal("0.5")],
    "uri": ["a b", "", "\n", "http://a.example/ "],
    "url": ["http://a b"],
    "uuid": [
        "5b7e0b1c-52c8-4a8e-9d7a-0d2f6f0c7a01",
        "urn:uuid:5B7E0B1C-52C8-4A8E-9D7A-0D2F6F0C7A01",
        "urn:uuid:5b7e0b1c52c84a8e9d7a0d2f6f0c7a01",
    ],
}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in RIGHT.items() for value in values]
)
def test_right_values_have_no_fault(name: str, value: object) -> None:
    """What the specification allows is passed."""
    assert fault(PRIMITIVES[name], value) is None


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in WRONG.items() for value in values]
)
def test_wrong_values_have_one(name: str, value: object) -> None:
    """What the specification does not allow is refused, with what was expected."""
    found = fault(PRIMITIVES[name], value)
    assert found is not None
    assert found.message
    assert found.expected


@pytest.mark.parametrize(
    ("name", "value", "key"),
    [
        ("date", "2020-02-30", "date"),
        ("date", "2020/02/30", "form"),
        ("string", "  ", "blank"),
        ("string", "a\x01", "control"),
        ("string", "", "empty"),
        ("string", 1, "kind"),
        ("markdown", "x" * 1_100_000, "length"),
    ],
)
def test_faults_are_told_apart(name: str, value: object, key: str) -> None:
    """A day that does not exist is another mistake than slashes in a date."""
    found = fault(PRIMITIVES[name], value)
    assert found is not None
    assert found.key == key


@given(st.sampled_from(sorted(PRIMITIVES)), st.text() | st.integers() | st.booleans())
def test_the_quick_test_is_never_milder(name: str, value: object) -> None:
    """What the quick test passes, the whole test passes."""
    primitive = PRIMITIVES[name]
    if primitive.quick is None or value.__class__ is not primitive.json or name == "xhtml":
        return
    if primitive.quick(value):  # type: ignore[arg-type]
        assert fault(primitive, value) is None


@given(
    st.sampled_from(sorted(PRIMITIVES)), st.none() | st.text() | st.floats() | st.lists(st.none())
)
def test_no_value_is_an_exception(name: str, value: object) -> None:
    """Whatever stands in the place of a value, there is an answer."""
    fault(PRIMITIVES[name], value)


def test_right_values_pass_the_quick_test() -> None:
    """The usual forms never need the slow way."""
    usual = {"date": "2020-02-01", "dateTime": "2020-02-01", "code": "final", "id": "a1"}
    usual |= {"instant": "2020-02-01T10:00:00Z", "uri": "http://a.example", "string": "a b"}
    for name, value in usual.items():
        quick = PRIMITIVES[name].quick
        assert quick is not None
        assert quick(value)
