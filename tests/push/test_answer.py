from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhirkit.push.answer import Sent, read_answer, sent
from fhirkit.push.report import Outcome, State

CREATE = Sent("POST", "Patient", conditional=True)
PLAIN = Sent("POST", "Patient", conditional=False)
UPDATE = Sent("PUT", "Observation", conditional=True)
HAPI = "https://hapifhir.io/fhir/CodeSystem/hapi-fhir-storage-response-code"

Answer = Callable[..., dict[str, Any]]


def outcome(code: str, words: str, expression: str | None = None) -> dict[str, Any]:
    """An OperationOutcome with one issue."""
    issue: dict[str, Any] = {"severity": "error", "code": code, "diagnostics": words}
    if expression:
        issue["expression"] = [expression]
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def hapi_code(code: str) -> dict[str, Any]:
    """How HAPI says what it did."""
    coding = {"system": HAPI, "code": code}
    issue = {"severity": "information", "code": "informational", "details": {"coding": [coding]}}
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def test_what_was_sent_is_read_from_the_bundle(bundle: dict[str, Any]) -> None:
    """Method, type and condition of each entry are what an answer is read against."""
    bundle["entry"] += [{}, 3, {"request": {"method": "POST", "url": "Patient"}}]
    assert sent(bundle) == (
        Sent("POST", "Patient", conditional=True),
        Sent("PUT", "Observation", conditional=True),
        Sent("", None, conditional=False),
        Sent("", None, conditional=False),
        Sent("POST", None, conditional=False),
    )


@pytest.mark.parametrize(
    ("asked", "response", "expected"),
    [
        pytest.param(CREATE, {"status": "201 Created"}, Outcome.CREATED, id="created"),
        pytest.param(CREATE, {"status": "201"}, Outcome.CREATED, id="created-number-only"),
        pytest.param(CREATE, {"status": "200 OK"}, Outcome.EXISTED, id="existed"),
        pytest.param(PLAIN, {"status": "200 OK"}, Outcome.CREATED, id="created-with-200"),
        pytest.param(UPDATE, {"status": "200 OK"}, Outcome.UPDATED, id="updated"),
        pytest.param(UPDATE, {"status": "201 Created"}, Outcome.CREATED, id="update-as-create"),
        pytest.param(UPDATE, {"status": "204 No Content"}, Outcome.UPDATED, id="no-content"),
        pytest.param(UPDATE, {"status": "304 Not Modified"}, Outcome.EXISTED, id="not-modified"),
        pytest.param(
            UPDATE,
            {"status": "200 OK", "outcome": hapi_code("SUCCESSFUL_UPDATE_NO_CHANGE")},
            Outcome.EXISTED,
            id="hapi-unchanged",
        ),
        pytest.param(
            UPDATE,
            {"status": "200 OK", "outcome": hapi_code("SUCCESSFUL_UPDATE")},
            Outcome.UPDATED,
            id="hapi-changed",
        ),
        pytest.param(CREATE, {"status": "412 Precondition Failed"}, Outcome.REFUSED, id="412"),
        pytest.param(CREATE, {"status": "500"}, Outcome.REFUSED, id="500"),
        pytest.param(CREATE, {"status": "OK"}, Outcome.UNKNOWN, id="no-number"),
        pytest.param(CREATE, {"status": 201}, Outcome.UNKNOWN, id="number-for-string"),
        pytest.param(CREATE, {}, Outcome.UNKNOWN, id="no-status"),
        pytest.param(CREATE, {"status": "302 Found"}, Outcome.UNKNOWN, id="redirect"),
    ],
)
def test_an_entrys_status_becomes_an_outcome(
    answer: Answer, asked: Sent, response: dict[str, Any], expected: Outcome
) -> None:
    """200 means another thing for a conditional create than for an update."""
    report = read_answer("a", 200, json.dumps(answer(response)).encode(), [asked])
    assert [entry.outcome for entry in report.entries] == [expected]


@pytest.mark.parametrize(
    ("response", "location", "version"),
    [
        pytest.param({"location": "Patient/7/_history/3"}, "Patient/7", "3", id="relative"),
        pytest.param(
            {"location": "https://host/fhir/Patient/7/_history/3"}, "Patient/7", "3", id="absolute"
        ),
        pytest.param({"location": "Patient/7", "etag": 'W/"2"'}, "Patient/7", "2", id="weak-etag"),
        pytest.param({"location": "Patient/7", "etag": "1"}, "Patient/7", "1", id="bare-etag"),
        pytest.param({"location": "https://host/somewhere"}, None, None, id="elsewhere"),
        pytest.param({"location": 7}, None, None, id="number"),
        pytest.param({}, None, None, id="none"),
    ],
)
def test_the_location_is_type_and_id(
    answer: Answer, response: dict[str, Any], location: str | None, version: str | None
) -> None:
    """Servers spell a location in several ways."""
    body = json.dumps(answer({"status": "201 Created", **response})).encode()
    (entry,) = read_answer("a", 200, body, [CREATE]).entries
    assert (entry.location, entry.version) == (location, version)


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        pytest.param(["201", "200"], State.LANDED, id="all"),
        pytest.param(["201", "422"], State.PARTLY, id="some"),
        pytest.param(["400", "422"], State.REFUSED, id="none"),
        pytest.param(["201", ""], State.IN_DOUBT, id="one-unknown"),
        pytest.param([], State.LANDED, id="empty"),
    ],
)
def test_a_bundle_has_landed_when_every_entry_has(
    answer: Answer, statuses: list[str], expected: State
) -> None:
    """In a batch some entries may be refused; one unknown entry leaves the whole in doubt."""
    body = json.dumps(answer(*({"status": status} for status in statuses))).encode()
    assert read_answer("a", 200, body, [CREATE] * len(statuses)).state is expected


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"<html>Welcome</html>", id="html"),
        pytest.param(b'{"resourceType": "Bundle", "ent', id="half"),
        pytest.param(b"[]", id="array"),
        pytest.param(b'{"resourceType": "Patient"}', id="patient"),
        pytest.param(json.dumps(outcome("processing", "no")).encode(), id="outcome"),
        pytest.param(b'{"resourceType": "Bundle", "entry": 3}', id="odd-entries"),
        pytest.param(b'{"resourceType": "Bundle", "entry": [{}]}', id="fewer"),
        pytest.param(b'{"resourceType": "Bundle", "entry": [{}, {}, {}]}', id="more"),
        pytest.param(b"[" * 100_000, id="deep"),
    ],
)
def test_a_200_that_is_no_full_answer_leaves_doubt(body: bytes) -> None:
    """A server may say 200 and have stored nothing, or merged two entries without a word."""
    report = read_answer("a", 200, body, [CREATE, UPDATE])
    assert report.state is State.IN_DOUBT
    assert [entry.outcome for entry in report.entries] == [Outcome.UNKNOWN] * 2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 412, 413, 415, 422, 429])
def test_a_4xx_stored_nothing(status: int) -> None:
    """The server looked at the request and said no; why stands in detail, not in message."""
    body = json.dumps(outcome("invalid", "Anna Muster has no gender")).encode()
    report = read_answer("a", status, body, [CREATE])
    assert report.state is State.REFUSED
    assert (report.entries[0].outcome, report.status) == (Outcome.REFUSED, status)
    assert "Anna" in report.detail
    assert "Anna" not in report.message
    assert f"HTTP {status}" in report.message
    assert "invalid" in report.message


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504, 599])
def test_a_5xx_may_have_stored_it(status: int) -> None:
    """Servers were seen to commit and then answer 503."""
    report = read_answer("a", status, b"", [CREATE])
    assert (report.state, report.entries[0].outcome) == (State.IN_DOUBT, Outcome.UNKNOWN)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    """The address it names may be another host's."""
    report = read_answer("a", status, b"", [CREATE])
    assert report.state is State.REFUSED
    assert "elsewhere" in report.message


def test_the_entry_to_blame_gets_the_servers_words() -> None:
    """Where an OperationOutcome names an entry, its words stand there."""
    body = outcome("invalid", "no such code", "Bundle.entry[1].resource.status")
    report = read_answer("a", 422, json.dumps(body).encode(), [CREATE, UPDATE])
    assert [entry.detail for entry in report.entries] == ["", "no such code"]


def test_a_page_instead_of_fhir_is_shown_without_its_tags() -> None:
    """A proxy's error page says more than nothing."""
    report = read_answer("a", 502, b"<html><h1>Bad  Gateway</h1></html>", [CREATE])
    assert report.detail == "Bad Gateway"


def test_details_text_is_read_where_there_are_no_diagnostics() -> None:
    """Servers put their words in either place."""
    issue = {"severity": "error", "code": "conflict", "details": {"text": "in use"}}
    body = json.dumps({"resourceType": "OperationOutcome", "issue": [issue]}).encode()
    assert read_answer("a", 409, body, [CREATE]).detail == "in use"


JSONISH: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["resourceType", "entry", "response", "status", "location", "outcome", "issue",
             "details", "coding", "etag", "diagnostics", "expression"]
        ),
        inner | st.sampled_from(["Bundle", "OperationOutcome", "201"]),
        max_size=4,
    ),
    max_leaves=15,
)  # fmt: skip


@given(st.integers(200, 599), JSONISH | st.binary(max_size=30))
def test_no_answer_is_an_exception(status: int, body: object) -> None:
    """Whatever a server says, each entry has an outcome."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    report = read_answer("a", status, data, [CREATE, UPDATE])
    assert len(report.entries) == 2
    json.dumps(report.to_dict())
