from __future__ import annotations

from decimal import Decimal

import pytest

from fhirkit.issues import Severity
from fhirkit.validate.syntax import check_object, parse


@pytest.mark.parametrize(
    ("data", "key", "line", "column"),
    [
        pytest.param(b"", "json-empty", None, None, id="empty"),
        pytest.param(b" \n\t", "json-empty", None, None, id="white-space"),
        pytest.param(b'{"a":\n "\xe4"}', "json-utf8", 2, 3, id="latin-1"),
        pytest.param(b"plain words", "json-syntax", 1, 1, id="text"),
        pytest.param(b'{"a": 1 "b": 2}', "json-syntax", 1, 9, id="missing-comma"),
        pytest.param(b'{"a": 1} // so', "json-syntax", 1, 10, id="trailing-comment"),
        pytest.param(b"[" * 100_000, "json-depth", None, None, id="deep"),
        pytest.param(b'{"a": %s}' % (b"7" * 5000), "json-number", None, None, id="endless-number"),
        pytest.param(b"[]", "json-object", None, None, id="array"),
        pytest.param(b'"Patient"', "json-object", None, None, id="string"),
        pytest.param(b"{}", "resource-type", None, None, id="no-resource-type"),
        pytest.param(b'{"resourceType": 3}', "resource-type", None, None, id="number-as-type"),
    ],
)
def test_unreadable_input_is_one_fatal_issue(
    data: bytes, key: str, line: int | None, column: int | None
) -> None:
    """What is no JSON object with a resourceType is told once, with its place if there is one."""
    parsed = parse(data)
    assert parsed.resource is None
    (issue,) = parsed.issues
    assert (issue.severity, issue.key) == (Severity.FATAL, key)
    assert (issue.line, issue.column) == (line, column)


def test_duplicate_name_is_an_error_at_its_element() -> None:
    """JSON parsers keep one of two values without a word: both the name and the place are told."""
    data = '{"resourceType":"Patient","contact":[{"gender":"male","gender":"female"}]}'
    parsed = parse(data)
    (issue,) = parsed.issues
    assert (issue.severity, issue.key) == (Severity.ERROR, "json-duplicate")
    assert issue.expression == "Patient.contact[0].gender"
    assert parsed.resource is not None


def test_the_same_name_in_two_objects_is_no_duplicate() -> None:
    """Only names of one object must differ."""
    data = '{"resourceType":"Patient","contact":[{"gender":"male"},{"gender":"male"}]}'
    assert parse(data).issues == ()


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
def test_numbers_json_does_not_know_are_fatal(word: str) -> None:
    """Python writes NaN into JSON; no FHIR server takes it."""
    parsed = parse(f'{{"resourceType":"Observation","valueQuantity":{{"value":{word}}}}}')
    (issue,) = parsed.issues
    assert parsed.resource is None
    assert issue.expression == "Observation.valueQuantity.value"
    assert word in issue.message


def test_decimals_keep_their_digits() -> None:
    """0.8500 is another statement than 0.85."""
    parsed = parse('{"resourceType":"Observation","valueQuantity":{"value":0.8500}}')
    assert parsed.resource is not None
    value = parsed.resource["valueQuantity"]["value"]
    assert isinstance(value, Decimal)
    assert str(value) == "0.8500"


def test_byte_order_mark_is_passed_over() -> None:
    """A file saved by a Windows editor is as good as any."""
    assert parse(b'\xef\xbb\xbf{"resourceType":"Patient"}').issues == ()


@pytest.mark.parametrize(
    "value", [None, 3, [], {"resourceType": ""}, {"type": "transaction"}], ids=repr
)
def test_an_object_that_is_no_resource_is_fatal(value: object) -> None:
    """Values given as Python objects meet the same first question."""
    assert check_object(value).resource is None


def test_no_message_repeats_the_input() -> None:
    """What cannot be parsed may be a patient's letter."""
    (issue,) = parse("Anna Muster, born in 1980").issues
    assert "Anna" not in str(issue.to_dict())
