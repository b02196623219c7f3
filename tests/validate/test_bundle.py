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
    assert (issue.key, issue.expression) == ("bdl-3", "Bundle.entry[0]")


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
    assert keys <= {"kind", "required", "empty"}
    assert keys


@pytest.mark.parametrize(
    ("request_", "key", "element"),
    [
        pytest.param(
            {"method": "POST", "url": "Patient/1"}, "request-url", "url", id="post-with-id"
        ),
        pytest.param({"method": "PUT", "url": "Patient"}, "request-url", "url", id="put-to-type"),
        pytest.param({"method": "PUT", "url": "Patient/2"}, "request-id", "url", id="other-id"),
        pytest.param(
            {"method": "PUT", "url": "Patient/1", "ifNoneExist": "identifier=a|1"},
            "request-condition",
            "ifNoneExist",
            id="condition-of-post",
        ),
    ],
)
def test_a_request_that_cannot_be_meant_is_told(
    bundle: dict[str, Any], request_: dict[str, str], key: str, element: str
) -> None:
    """Method, url, condition and resource say the same thing."""
    bundle["entry"][0]["resource"]["id"] = "1"
    bundle["entry"][0]["request"] = request_
    (issue,) = validate(bundle)
    assert (issue.key, issue.expression) == (key, f"Bundle.entry[0].request.{element}")


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param({"method": "PUT", "url": "Patient/1"}, id="put"),
        pytest.param({"method": "PUT", "url": "Patient?identifier=a|1"}, id="conditional"),
        pytest.param({"method": "PUT", "url": "Patient/1", "ifMatch": 'W/"2"'}, id="if-match"),
        pytest.param({"method": "POST", "url": "Patient"}, id="post"),
        pytest.param({"method": "POST", "url": "Patient/$match"}, id="operation"),
        pytest.param({"method": "POST", "url": "https://a.example/fhir/Patient"}, id="absolute"),
    ],
)
def test_requests_as_fhir_has_them_are_fine(
    bundle: dict[str, Any], request_: dict[str, str]
) -> None:
    """No finding where a server knows what to do."""
    bundle["entry"][0]["resource"]["id"] = "1"
    bundle["entry"][0]["request"] = request_
    assert validate(bundle) == []


@pytest.mark.parametrize(
    ("url", "key"),
    [
        pytest.param("https://a.example/fhir/Patient/2", "fullurl-id", id="other-id"),
        pytest.param("https://a.example/fhir/Group/1", "fullurl-id", id="other-type"),
        pytest.param("https://a.example/fhir/Patient/1/_history/2", "bdl-8", id="version"),
        pytest.param("https://a.example/fhir/Patient/1", None, id="right"),
        pytest.param("https://a.example/documents?id=7", None, id="no-rest"),
    ],
)
def test_full_url_and_resource_name_one_thing(
    bundle: dict[str, Any], url: str, key: str | None
) -> None:
    """A RESTful fullUrl ends with the type and the id of its resource, without a version."""
    bundle["entry"][0]["resource"]["id"] = "1"
    bundle["entry"][0]["fullUrl"] = url
    bundle["entry"][1]["resource"]["subject"] = {"display": "x"}
    assert [issue.key for issue in validate(bundle)] == ([key] if key else [])


@pytest.mark.parametrize(
    ("kind", "key"), [("collection", "fullurl-missing"), ("transaction", None)]
)
def test_an_entry_without_full_url(kind: str, key: str | None) -> None:
    """Only what is sent or answered may go without a name in the bundle."""
    entry: dict[str, Any] = {"resource": {"resourceType": "Patient"}}
    if kind == "transaction":
        entry["request"] = {"method": "POST", "url": "Patient"}
    issues = validate({"resourceType": "Bundle", "type": kind, "entry": [entry]})
    assert [issue.key for issue in issues] == ([key] if key else [])


def test_what_a_search_finds_has_an_id() -> None:
    """A found resource came from a server, which gave it an id; an outcome did not."""
    entries = [
        {"fullUrl": "urn:uuid:5b7e0b1c-52c8-4a8e-9d7a-0d2f6f0c7a01", "resource": resource}
        for resource in (
            {"resourceType": "Patient"},
            {
                "resourceType": "OperationOutcome",
                "issue": [{"severity": "warning", "code": "login"}],
            },
        )
    ]
    entries[1]["fullUrl"] = "urn:uuid:5b7e0b1c-52c8-4a8e-9d7a-0d2f6f0c7a02"
    issues = validate({"resourceType": "Bundle", "type": "searchset", "entry": entries})
    assert [(issue.key, issue.expression) for issue in issues] == [
        ("search-id", "Bundle.entry[0].resource.id")
    ]


@pytest.mark.parametrize(
    ("url", "mode", "keys"),
    [
        pytest.param("https://a.example/Observation?code=x", "match", ["search-type"], id="other"),
        pytest.param("https://a.example/Observation?code=x", "include", [], id="included"),
        pytest.param("https://a.example/Patient?name=x", "match", [], id="asked-for"),
        pytest.param("https://a.example/?name=x", "match", [], id="any-type"),
    ],
)
def test_a_match_is_of_the_type_searched_for(url: str, mode: str, keys: list[str]) -> None:
    """What is included may be of any type, what matched is of the one in the url."""
    bundle = {
        "resourceType": "Bundle",
        "type": "searchset",
        "link": [{"relation": "self", "url": url}],
        "entry": [
            {
                "fullUrl": "https://a.example/Patient/1",
                "resource": {"resourceType": "Patient", "id": "1"},
                "search": {"mode": mode},
            }
        ],
    }
    assert [issue.key for issue in validate(bundle)] == keys
