from __future__ import annotations

import copy
import json
import pickle

import pytest

from fhirkit.errors import InputError
from fhirkit.mappers.quantity import Digits, number


@pytest.mark.parametrize(
    ("digits", "expected", "kind"),
    [
        pytest.param("12", 12, int, id="whole"),
        pytest.param("2.4", 2.4, float, id="float has the same digits"),
        pytest.param("0.40", 0.4, Digits, id="trailing zero"),
        pytest.param("7.00", 7.0, Digits, id="two zeros"),
        pytest.param("0.00001", 0.00001, Digits, id="float would use an exponent"),
        pytest.param("-3", -3, Digits, id="negative"),
        pytest.param("007", 7, int, id="leading zeros are no JSON"),
        pytest.param("07.5", 7.5, float, id="leading zero with a fraction"),
        pytest.param("1e3", 1000, Digits, id="exponent"),
    ],
)
def test_number_of_digits(digits: str, expected: float, kind: type) -> None:
    """A plain number where it keeps the digits, Digits where a float would lose some."""
    made = number(digits)
    assert made == expected
    assert type(made) is kind


@pytest.mark.parametrize("digits", ["", "x", "1,5", "nan", "1e999", ".5", "1_0", "12 "])
def test_digits_that_are_no_number_are_refused(digits: str) -> None:
    """The message does not repeat them."""
    with pytest.raises(InputError) as caught:
        number(digits)
    assert caught.value.detail == digits


def test_digits_survive_copying() -> None:
    """A copied bundle has the same bytes."""
    value = Digits("0.40")
    for copied in (copy.deepcopy(value), pickle.loads(pickle.dumps(value))):  # noqa: S301
        assert str(copied) == "0.40"
        assert copied == 0.4


def test_digits_are_a_float_to_everyone_else() -> None:
    """Library users may call json.dumps as ever."""
    assert json.dumps({"value": Digits("0.40")}) == '{"value": 0.4}'
