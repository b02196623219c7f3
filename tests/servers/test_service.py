"""The FHIR server in memory keeps FHIR's rules."""

from __future__ import annotations

import json
from typing import Any

import pytest

from servers.service import Profile, Reply, Request, Service

PATIENT = {"resourceType": "Patient", "identifier": [{"system": "urn:x", "value": "1"}]}
ONE = {"if-none-exist": "identifier=urn:x|1"}


@pytest.fixture
def service() -> Service:
    """A server that can do everything, and is empty."""
    return Service(Profile(name="all", holds_references=True), "https://fhir.example")


def ask(
    service: Service, method: str, url: str, document: Any = None, **headers: str
) -> tuple[int, Any, Reply]:
    """Status, document and the whole reply."""
    path, _, query = url.partition("?")
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = b"" if document is None else json.dumps(document).encode()
    reply = service.answer(Request(method, path, query, named, body))
    return reply.status, json.loads(reply.body or b"null"), reply


def entry(resource: dict[str, Any], number: int, **request: str) -> dict[str, Any]:
    """An entry of a bundle."""
    full = f"urn:uuid:00000000-0000-4000-8000-{number:012}"
    return {"fullUrl": full, "resource": resource, "request": request}


def transaction(*entries: dict[str, Any], kind: str = "transaction") -> dict[str, Any]:
    """A bundle of these entries."""
    return {"resourceType": "Bundle", "type": kind, "entry": list(entries)}


def test_a_version_for_each_change(service: Service) -> None:
    """Create, update, delete: three versions, and history has them all, newest first."""
    status, made, reply = ask(service, "POST", "Patient", PATIENT)
    place = f"Patient/{made['id']}"
    assert (status, reply.headers["ETag"], made["meta"]["versionId"]) == (201, 'W/"1"', "1")
    assert reply.headers["Location"] == f"https://fhir.example/{place}/_history/1"
    changed = {**made, "active": True}
    assert ask(service, "PUT", place, changed, if_match='W/"1"')[0] == 200
    assert ask(service, "DELETE", place)[0] == 204
    assert ask(service, "GET", place)[0] == 410
    listed = ask(service, "GET", f"{place}/_history")[1]
    methods = [one["request"]["method"] for one in listed["entry"]]
    assert methods == ["DELETE", "PUT", "POST"]
    assert "active" not in ask(service, "GET", f"{place}/_history/1")[1]


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_a_stale_version_is_refused(service: Service, method: str) -> None:
    """If-Match with another version than the current one: 412."""
    made = ask(service, "POST", "Patient", PATIENT)[1]
    place = f"Patient/{made['id']}"
    assert ask(service, "PUT", place, made)[0] == 200
    assert ask(service, method, place, made, if_match='W/"1"')[0] == 412
    assert ask(service, method, place, made, if_match='W/"2"')[0] in {200, 204}


def test_a_condition_is_heeded(service: Service) -> None:
    """Created once; what does not meet its own condition is refused; two matches are, too."""
    assert ask(service, "POST", "Patient", PATIENT, if_none_exist="identifier=urn:x|1")[0] == 201
    assert ask(service, "POST", "Patient", PATIENT, if_none_exist="identifier=urn:x%7C1")[0] == 200
    assert ask(service, "POST", "Patient", PATIENT, if_none_exist="identifier=urn:x|2")[0] == 412
    ask(service, "POST", "Patient", PATIENT)
    assert ask(service, "PUT", "Patient?identifier=urn:x|1", PATIENT)[0] == 412


def test_adverse_events_have_no_identifier_to_search_for(service: Service) -> None:
    """R4 has no such parameter; a tag does."""
    event = {"resourceType": "AdverseEvent", "meta": {"tag": [{"system": "urn:t", "code": "a"}]}}
    assert ask(service, "GET", "AdverseEvent?identifier=a")[0] == 400
    assert ask(service, "POST", "AdverseEvent", event, if_none_exist="_tag=urn:t|a")[0] == 201
    assert ask(service, "POST", "AdverseEvent", event, if_none_exist="_tag=urn:t|a")[0] == 200


def test_a_value_with_a_comma(service: Service) -> None:
    """A backslash makes it plain; without one it parts two values."""
    odd = {"resourceType": "Patient", "identifier": [{"system": "urn:x", "value": "a,b"}]}
    ask(service, "POST", "Patient", odd)
    assert ask(service, "GET", r"Patient?identifier=urn:x|a\,b")[1]["total"] == 1
    assert ask(service, "GET", "Patient?identifier=urn:x|a,b")[1]["total"] == 0


def test_a_transaction_is_all_or_nothing(service: Service) -> None:
    """One entry that cannot be done, and none is."""
    good = entry(PATIENT, 1, method="POST", url="Patient")
    bad = entry({"resourceType": "Patient"}, 2, method="PUT", url="Patient/12")
    assert ask(service, "POST", "", transaction(good, bad))[0] == 400
    assert ask(service, "GET", "Patient")[1]["total"] == 0


def test_a_transaction_with_one_resource_twice(service: Service) -> None:
    """Refused: which of the two would count?"""
    twice = [entry(PATIENT, number, method="POST", url="Patient") for number in (1, 2)]
    status, said, _ = ask(service, "POST", "", transaction(*twice))
    assert (status, said["issue"][0]["code"]) == (400, "duplicate")


def test_references_within_a_bundle(service: Service) -> None:
    """A transaction puts places in; where there is none, it is refused. A batch stores them."""
    subject = {"reference": "urn:uuid:00000000-0000-4000-8000-000000000001"}
    patient = entry(PATIENT, 1, method="POST", url="Patient")
    other = entry(
        {"resourceType": "Condition", "subject": subject}, 2, method="POST", url="Condition"
    )
    assert ask(service, "POST", "", transaction(other))[0] == 400
    answer = ask(service, "POST", "", transaction(other, patient))[1]
    condition, made = (one["response"]["location"][:-11] for one in answer["entry"])
    assert ask(service, "GET", condition)[1]["subject"]["reference"] == made
    answer = ask(service, "POST", "", transaction(other, kind="batch"))[1]
    loose = answer["entry"][0]["response"]["location"][:-11]
    assert ask(service, "GET", loose)[1]["subject"] == subject


def test_what_is_referred_to_stays(service: Service) -> None:
    """409 until the referrer is gone."""
    made = ask(service, "POST", "Patient", PATIENT)[1]
    subject = {"reference": f"Patient/{made['id']}"}
    other = ask(service, "POST", "Condition", {"resourceType": "Condition", "subject": subject})[1]
    assert ask(service, "DELETE", f"Patient/{made['id']}")[0] == 409
    assert ask(service, "DELETE", f"Condition/{other['id']}")[0] == 204
    assert ask(service, "DELETE", f"Patient/{made['id']}")[0] == 204


def test_pages_of_a_search(service: Service) -> None:
    """Each page leads to the next, the last one to none."""
    for _ in range(5):
        ask(service, "POST", "Patient", {"resourceType": "Patient"})
    url, seen = "Patient?_count=2", 0
    while url:
        page = ask(service, "GET", url)[1]
        seen += len(page["entry"])
        links = {link["relation"]: link["url"] for link in page["link"]}
        url = links.get("next", "").removeprefix("https://fhir.example/")
    assert seen == 5


@pytest.mark.parametrize(
    ("method", "url", "document", "status"),
    [
        pytest.param("GET", "Patient/nobody", None, 404, id="unknown"),
        pytest.param("DELETE", "Patient/nobody", None, 404, id="delete-unknown"),
        pytest.param("GET", "Starship/1", None, 404, id="no-type"),
        pytest.param("GET", "Patient?mood=good", None, 400, id="no-parameter"),
        pytest.param("PATCH", "Patient/1", {}, 405, id="patch"),
        pytest.param("POST", "Patient", {"resourceType": "Device"}, 400, id="other-type"),
        pytest.param("PUT", "Patient", PATIENT, 400, id="update-of-nothing"),
        pytest.param("POST", "Patient/$validate", PATIENT, 404, id="operation"),
        pytest.param("POST", "", {"type": "transaction", "entry": [{}]}, 400, id="no-request"),
        pytest.param("POST", "", {"type": "message"}, 400, id="other-bundle"),
        pytest.param("POST", "", [], 400, id="no-bundle"),
        pytest.param("GET", "", None, 400, id="base"),
    ],
)
def test_what_is_refused(
    service: Service, method: str, url: str, document: Any, status: int
) -> None:
    """Each with an OperationOutcome."""
    seen, said, _ = ask(service, method, url, document)
    assert (seen, said["resourceType"]) == (status, "OperationOutcome")


def test_minimal_answers(service: Service) -> None:
    """Prefer: return=minimal has no body, and the location all the same."""
    status, document, reply = ask(service, "POST", "Patient", PATIENT, prefer="return=minimal")
    assert (status, document) == (201, None)
    assert "Location" in reply.headers
