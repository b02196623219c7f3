from __future__ import annotations

from typing import Any

import pytest

from fhirkit.validate import validate


@pytest.mark.parametrize("kind", ["transaction", "batch"])
def test_an_entry_to_be_sent_needs_a_request(bundle: dict[str, Any], kind: str) -> None:
    """bdl-3: without a request a server does not know what to do."""
    bundle["type"] = kind
    del bundle["entry"][0]["request"], bundle["entry"][1]["resource"]["subject"]
    (issue,) = validate(bundle)
    assert (issue.key, issue.expression) == ("bdl-3", "Bundle.entry[0].request")


def test_a_collection_has_no_requests(bundle: dict[str, Any]) -> None:
    """bdl-3, the other way round: once for each entry that has one."""
    bundle["type"] = "collection"
    assert [issue.key for issue in validate(bundle)] == ["bdl-3", "bdl-3"]
    for entry in bundle["entry"]:
        del entry["request"]
    assert validate(bundle) == []


@pytest.mark.parametrize(
    ("first", "second", "element"),
    [
        pytest.param(
            {"method": "PUT", "url": "Observation?identifier=a|2"},
            {"method": "PUT", "url": "Observation?identifier=a|2"},
            "url",
            id="conditional-update",
        ),
        pytest.param(
            {"method": "POST", "url": "Observation", "ifNoneExist": "identifier=a|2"},
            {"method": "POST", "url": "Observation", "ifNoneExist": "identifier=a|2"},
            "ifNoneExist",
            id="conditional-create",
        ),
        pytest.param(
            {"method": "PUT", "url": "Observation?identifier=a|2"},
            {"method": "POST", "url": "Observation", "ifNoneExist": "identifier=a|2"},
            "ifNoneExist",
            id="create-and-update",
        ),
        pytest.param(
            {"method": "PUT", "url": "Observation/2"},
            {"method": "PUT", "url": "Observation/2"},
            "url",
            id="same-id",
        ),
    ],
)
def test_one_key_for_two_entries_is_an_error(
    bundle: dict[str, Any], first: dict[str, str], second: dict[str, str], element: str
) -> None:
    """Some servers merge the two without a word, and one resource is lost."""
    one, other = bundle["entry"][1], {**bundle["entry"][1]}
    del other["fullUrl"]
    one["request"], other["request"] = first, second
    bundle["entry"].append(other)
    (issue,) = validate(bundle)
    assert (issue.key, issue.expression) == ("request-twice", f"Bundle.entry[2].request.{element}")


def test_one_key_for_two_types_is_fine(bundle: dict[str, Any]) -> None:
    """A key is looked up within a resource type."""
    bundle["entry"][0]["request"]["ifNoneExist"] = "identifier=a|2"
    assert validate(bundle) == []


def test_two_plain_creates_are_fine(bundle: dict[str, Any]) -> None:
    """POST without a condition makes a new resource each time."""
    entry = {
        "resource": {"resourceType": "Patient"},
        "request": {"method": "POST", "url": "Patient"},
    }
    bundle["entry"] += [entry, entry]
    assert validate(bundle) == []


@pytest.mark.parametrize("url", ["Condition", "Condition?identifier=a|2", "Condition/2"])
def test_the_url_names_the_type_of_the_resource(bundle: dict[str, Any], url: str) -> None:
    """An Observation cannot be put at the address of a Condition."""
    bundle["entry"][1]["request"]["url"] = url
    (issue,) = validate(bundle)
    assert (issue.key, issue.found, issue.expected) == ("request-type", "Condition", "Observation")


def test_an_operation_is_no_resource_type(bundle: dict[str, Any]) -> None:
    """POST to an operation is none of our business."""
    bundle["entry"][0]["request"] = {"method": "POST", "url": "$process"}
    assert validate(bundle) == []


def test_post_needs_a_body(bundle: dict[str, Any]) -> None:
    """A create without a resource creates nothing."""
    bundle["entry"].append({"request": {"method": "POST", "url": "Patient"}})
    (issue,) = validate(bundle)
    assert (issue.key, issue.expression) == ("no-body", "Bundle.entry[2].resource")


def test_delete_needs_none(bundle: dict[str, Any]) -> None:
    """Deleting by key has a url only."""
    bundle["entry"].append({"request": {"method": "DELETE", "url": "Patient?identifier=a|9"}})
    assert validate(bundle) == []


@pytest.mark.parametrize("request_", [3, {}, {"method": "POST"}, {"method": 3, "url": 4}], ids=repr)
def test_a_request_of_another_shape_is_told_once(bundle: dict[str, Any], request_: object) -> None:
    """Structure has said it: no second finding, and no exception."""
    bundle["entry"][0]["request"] = request_
    keys = {issue.key for issue in validate(bundle)}
    assert keys <= {"kind", "required"}
    assert keys
