from __future__ import annotations

from typing import Any

import pytest

from fhirkit.issues import Severity
from fhirkit.validate import validate


def photo(**attachment: object) -> dict[str, Any]:
    """A patient with a photograph."""
    return {"resourceType": "Patient", "photo": [attachment]}


@pytest.mark.parametrize(
    ("attachment", "expression"),
    [
        pytest.param({"size": 4}, "Patient.photo[0].size", id="size"),
        pytest.param({"hash": "AAAA"}, "Patient.photo[0].hash", id="hash"),
        pytest.param({"size": 3}, None, id="right-size"),
        pytest.param({"hash": "qZk+NkcGgWq6PiVxeFDCbJzQ2J0="}, None, id="right-hash"),
    ],
)
def test_size_and_hash_are_those_of_the_data(
    attachment: dict[str, object], expression: str | None
) -> None:
    """The bytes themselves say how many they are and what their SHA-1 is."""
    issues = validate(photo(contentType="text/plain", data="YWJj", **attachment))
    assert [issue.expression for issue in issues] == ([expression] if expression else [])


def test_size_without_data_is_not_judged() -> None:
    """What lies behind a url is not fetched."""
    assert validate(photo(contentType="text/plain", url="http://a.example/1", size=4)) == []


@pytest.mark.parametrize(
    ("start", "end", "strict", "severity"),
    [
        pytest.param("2023-06-21", "2023-06-21T06:20:00Z", False, Severity.WARNING, id="mild"),
        pytest.param("2023-06-21", "2023-06-21T06:20:00Z", True, Severity.ERROR, id="strict"),
        pytest.param("2023", "2023-06", False, Severity.WARNING, id="year-and-month"),
    ],
)
def test_a_period_whose_order_is_open(
    start: str, end: str, strict: bool, severity: Severity
) -> None:
    """People write such periods, and FHIRPath cannot judge them."""
    resource = {
        "resourceType": "Patient",
        "name": [{"text": "x", "period": {"start": start, "end": end}}],
    }
    told = [(issue.key, issue.severity) for issue in validate(resource, strict=strict)]
    assert ("period-precision", severity) in told


@pytest.mark.parametrize(
    ("start", "end", "keys"),
    [
        pytest.param("2023-06-20", "2023-06-21T06:20:00Z", [], id="earlier-day"),
        pytest.param("2022", "2023-06", [], id="earlier-year"),
        pytest.param("2023-06-21", "2023-06-21", [], id="one-day"),
        pytest.param("2023-06-21T06:20:00Z", "2023-06-21T06:20:00.5Z", [], id="part-of-a-second"),
        pytest.param("2023-06-22", "2023-06-21T06:20:00Z", ["per-1"], id="later"),
    ],
)
def test_a_period_whose_order_is_certain(start: str, end: str, keys: list[str]) -> None:
    """Where what both tell differs, that decides."""
    resource = {
        "resourceType": "Patient",
        "name": [{"text": "x", "period": {"start": start, "end": end}}],
    }
    assert [issue.key for issue in validate(resource)] == keys
