"""What is certain of how two times or two quantities compare."""

from __future__ import annotations

from typing import Any

import pytest

from fhirkit.validate.invariants.comparing import certainly_before, certainly_greater


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("2019", "2020", id="years"),
        pytest.param("2020-05", "2020-06-01", id="month-and-day"),
        pytest.param("2020-05-01", "2020-05-02", id="days"),
        pytest.param("2020-05-01", "2020-05-02T00:00:00Z", id="day-and-time"),
        pytest.param("2020-05-01T10:00:00Z", "2020-05-01T10:00:00.1Z", id="fraction"),
        pytest.param("2020-05-01T10:00:00+02:00", "2020-05-01T09:00:00Z", id="zones"),
        pytest.param("2020-05-02T00:30:00+14:00", "2020-05-01T23:00:00-05:00", id="zones-and-days"),
    ],
)
def test_certainly_before(one: str, other: str) -> None:
    """What is earlier in all that both tell is before, and the other way round is not."""
    assert certainly_before(one, other)
    assert not certainly_before(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("2020", "2020-05", id="year-and-month-in-it"),
        pytest.param("2020-05-01", "2020-05-01T10:00:00Z", id="day-and-time-in-it"),
        pytest.param("2020-05-01T10:00:00Z", "2020-05-01T12:00:00+02:00", id="same-instant"),
        pytest.param("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z", id="leap-second"),
        pytest.param("2020-02-30T10:00:00Z", "2020-03-01T10:00:00Z", id="no-such-day"),
        pytest.param("2020-05-01T10:00", "2020-05-02T10:00", id="not-fhir"),
        pytest.param("last year", "today", id="words"),
        pytest.param("", "2020", id="empty"),
        pytest.param(2019, 2020, id="numbers"),
        pytest.param(None, "2020", id="absent"),
        pytest.param(["2019"], ["2020"], id="arrays"),
        pytest.param("0000-01-01T00:00:00Z", "2020-01-01T00:00:00Z", id="year-zero"),
    ],
)
def test_neither_is_before(one: object, other: object) -> None:
    """Where precision or form leaves it open, neither is before the other."""
    assert not certainly_before(one, other)
    assert not certainly_before(other, one)


MG = {"unit": "mg", "system": "http://unitsofmeasure.org", "code": "mg"}


@pytest.mark.parametrize(
    ("one", "other", "greater"),
    [
        pytest.param({"value": 2, **MG}, {"value": 1, **MG}, True, id="same-code"),
        pytest.param(
            {"value": 2, **MG, "unit": "mg."}, {"value": 1, **MG}, True, id="code-decides"
        ),
        pytest.param({"value": 2}, {"value": 1.5}, True, id="no-unit"),
        pytest.param({"value": 2, "unit": "mg"}, {"value": 1, "unit": "mg"}, True, id="unit-only"),
        pytest.param({"value": 1, **MG}, {"value": 1, **MG}, False, id="equal"),
        pytest.param({"value": 1, **MG}, {"value": 2, **MG}, False, id="less"),
        pytest.param({"value": 2, **MG}, {"value": 1, **MG, "code": "g"}, False, id="other-code"),
        pytest.param({"value": 2, **MG}, {"value": 1, "unit": "mg"}, False, id="code-and-unit"),
        pytest.param({"value": 2, "unit": "mg"}, {"value": 1, "unit": "g"}, False, id="other-unit"),
        pytest.param({"value": 2, "comparator": "<"}, {"value": 1}, False, id="comparator"),
        pytest.param({"value": "2"}, {"value": 1}, False, id="string"),
        pytest.param({}, {"value": 1}, False, id="no-value"),
        pytest.param([], None, False, id="no-quantities"),
    ],
)
def test_certainly_greater(one: Any, other: Any, greater: bool) -> None:
    """Only quantities of one unit compare."""
    assert certainly_greater(one, other) is greater
