from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhirkit.push.answer import (
    Answer,
    Fate,
    Reply,
    complains_of_size,
    doubtful,
    outcome_issues,
    outcome_words,
    place_of,
    read_answer,
    read_single,
    status_of,
    unanswered,
    version_of,
)
from fhirkit.push.options import OnExisting
from fhirkit.push.report import EntryOutcome, Outcome
from pushing import asked, json_reply, operation_outcome, responses

PATIENT = asked("Patient", 0)
OBSERVATION = asked("Observation", 1)
HAPI = "https://hapifhir.io/fhir/CodeSystem/hapi-fhir-storage-response-code"


def hapi_code(code: str) -> dict[str, Any]:
    """How HAPI says what it did."""
    coding = {"system": HAPI, "code": code}
    issue = {"severity": "information", "code": "informational", "details": {"coding": [coding]}}
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def one(response: dict[str, Any], on_existing: OnExisting = "keep") -> EntryOutcome:
    """What an answer to a bundle of one entry says of it."""
    (entry,) = read_answer(json_reply(200, responses(response)), [PATIENT], on_existing).entries
    return entry


def refused(status: int, body: Any = None) -> Answer:
    """An answer to a bundle of two entries."""
    return read_answer(json_reply(status, body), [PATIENT, OBSERVATION], "keep")


@pytest.mark.parametrize(
    ("on_existing", "response", "expected"),
    [
        pytest.param("keep", {"status": "201 Created"}, Outcome.CREATED, id="created"),
        pytest.param("keep", {"status": "201"}, Outcome.CREATED, id="created-number-only"),
        pytest.param("keep", {"status": "200 OK"}, Outcome.EXISTED, id="existed"),
        pytest.param("update", {"status": "200 OK"}, Outcome.UPDATED, id="updated"),
        pytest.param("update", {"status": "201 Created"}, Outcome.CREATED, id="update-as-create"),
        pytest.param("update", {"status": "204 No Content"}, Outcome.UPDATED, id="no-content"),
        pytest.param("update", {"status": "304 Not Modified"}, Outcome.EXISTED, id="304"),
        pytest.param(
            "update",
            {"status": "200 OK", "outcome": hapi_code("SUCCESSFUL_UPDATE_NO_CHANGE")},
            Outcome.EXISTED,
            id="hapi-unchanged",
        ),
        pytest.param(
            "update",
            {"status": "200 OK", "outcome": hapi_code("SUCCESSFUL_UPDATE")},
            Outcome.UPDATED,
            id="hapi-changed",
        ),
        pytest.param("keep", {"status": "412 Precondition Failed"}, Outcome.REFUSED, id="412"),
        pytest.param("keep", {"status": "422"}, Outcome.REFUSED, id="422"),
        pytest.param("keep", {"status": "501"}, Outcome.REFUSED, id="501"),
        pytest.param("keep", {"status": "500"}, Outcome.IN_DOUBT, id="500"),
        pytest.param("keep", {"status": "503 Busy"}, Outcome.IN_DOUBT, id="503"),
        pytest.param("keep", {"status": "OK"}, Outcome.IN_DOUBT, id="no-number"),
        pytest.param("keep", {"status": 201}, Outcome.IN_DOUBT, id="number-for-string"),
        pytest.param("keep", {}, Outcome.IN_DOUBT, id="no-status"),
        pytest.param("keep", {"status": "302 Found"}, Outcome.IN_DOUBT, id="redirect"),
        pytest.param("keep", {"status": "2٠0"}, Outcome.IN_DOUBT, id="other-digits"),
    ],
)
def test_an_entrys_status_becomes_an_outcome(
    on_existing: OnExisting, response: dict[str, Any], expected: Outcome
) -> None:
    """200 means another thing for a conditional create than for an update."""
    assert one(response, on_existing).outcome is expected


@pytest.mark.parametrize("status", ["201 Created", "200 OK"])
@pytest.mark.parametrize(
    ("response", "location", "version"),
    [
        pytest.param({"location": "Patient/7/_history/3"}, "Patient/7", "3", id="relative"),
        pytest.param(
            {"location": "https://host/fhir/Patient/7/_history/3"}, "Patient/7", "3", id="absolute"
        ),
        pytest.param(
            {"location": "https://host/Fhir/Patient/7"}, "Patient/7", None, id="no-history"
        ),
        pytest.param({"location": "Patient/7", "etag": 'W/"2"'}, "Patient/7", "2", id="weak-etag"),
        pytest.param({"location": "Patient/7", "etag": "1"}, "Patient/7", "1", id="bare-etag"),
        pytest.param({"location": "Patient/7", "etag": 7}, "Patient/7", None, id="odd-etag"),
        pytest.param({"location": "https://host/somewhere"}, None, None, id="elsewhere"),
        pytest.param({"location": 7}, None, None, id="number"),
        pytest.param({}, None, None, id="none"),
    ],
)
def test_the_location_is_type_and_id(
    status: str, response: dict[str, Any], location: str | None, version: str | None
) -> None:
    """Servers spell a location in several ways; all at a glance or one by one, it is the same."""
    entry = one({"status": status, **response})
    assert (entry.location, entry.version) == (location, version)


def test_a_server_may_give_the_place_in_the_full_url() -> None:
    """Where it found a resource and says nothing of its location."""
    body = {
        "resourceType": "Bundle",
        "entry": [{"fullUrl": "https://host/fhir/Patient/7", "response": {"status": "200"}}],
    }
    (entry,) = read_answer(json_reply(200, body), [PATIENT], "keep").entries
    assert entry.location == "Patient/7"


def test_the_servers_time_of_a_resource_is_kept() -> None:
    """It tells what an attempt created from what was there."""
    said = {"status": "201", "location": "Patient/7", "lastModified": "2026-01-02T03:04:05Z"}
    assert one(said).modified == "2026-01-02T03:04:05Z"
    assert one({**said, "lastModified": 7}).modified is None


def test_positions_are_those_of_the_bundle_that_was_given() -> None:
    """A request may hold some of its entries."""
    later = [asked("Patient", 4), asked("Observation", 9)]
    reply = json_reply(200, responses({"status": "201"}, {"status": "422"}))
    assert [entry.position for entry in read_answer(reply, later, "keep").entries] == [4, 9]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"<html>Welcome</html>", id="html"),
        pytest.param(b'{"resourceType": "Bundle", "ent', id="half"),
        pytest.param(b"[]", id="array"),
        pytest.param(b'{"resourceType": "Patient"}', id="patient"),
        pytest.param(json.dumps(operation_outcome("no")).encode(), id="outcome"),
        pytest.param(b'{"resourceType": "Bundle", "entry": 3}', id="odd-entries"),
        pytest.param(b'{"resourceType": "Bundle"}', id="no-entries"),
        pytest.param(b'{"resourceType": "Bundle", "entry": [{}]}', id="fewer"),
        pytest.param(b'{"resourceType": "Bundle", "entry": [{}, {}, {}]}', id="more"),
        pytest.param(b"[" * 100_000, id="deep"),
    ],
)
def test_a_200_that_is_no_full_answer_leaves_doubt(body: bytes) -> None:
    """A server may say 200 and have stored nothing, or merged two entries without a word."""
    answer = read_answer(Reply(200, {}, body), [PATIENT, OBSERVATION], "keep")
    assert answer.fate is Fate.IN_DOUBT
    assert [entry.outcome for entry in answer.entries] == [Outcome.IN_DOUBT] * 2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 412, 413, 415, 422, 429])
def test_a_4xx_stored_nothing(status: int) -> None:
    """The server looked at the request and said no; why stands in detail, not in message."""
    answer = refused(status, operation_outcome("Anna Muster has no gender", "invalid"))
    assert answer.fate is Fate.REFUSED
    assert (answer.entries[0].outcome, answer.status) == (Outcome.REFUSED, status)
    assert "Anna" in answer.detail
    assert "Anna" not in answer.message
    assert f"HTTP {status}" in answer.message
    assert "invalid" in answer.message


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504, 599])
def test_a_5xx_may_have_stored_it(status: int) -> None:
    """Servers were seen to commit and then answer 503."""
    answer = refused(status)
    assert (answer.fate, answer.entries[0].outcome) == (Fate.IN_DOUBT, Outcome.IN_DOUBT)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    """The address it names may be another host's."""
    answer = refused(status)
    assert answer.fate is Fate.REFUSED
    assert "elsewhere" in answer.message


def test_no_answer_leaves_doubt() -> None:
    """It was sent all the same."""
    answer = unanswered([PATIENT], "no answer")
    assert (answer.fate, answer.message, answer.status) == (Fate.IN_DOUBT, "no answer", None)


def test_a_refusal_after_a_doubtful_attempt_is_doubtful() -> None:
    """The attempt before may have been stored; the server's words stay."""
    answer = doubtful(refused(422, operation_outcome("no", "invalid")))
    assert answer.fate is Fate.IN_DOUBT
    assert {entry.outcome for entry in answer.entries} == {Outcome.IN_DOUBT}
    assert (answer.status, answer.detail) == (422, "no")
    assert "nothing was stored" not in answer.message


def test_the_entry_to_blame_gets_the_servers_words() -> None:
    """Where an OperationOutcome names an entry, its words stand there."""
    body = operation_outcome("no such code", "invalid", "Bundle.entry[1].resource.status")
    assert [entry.detail for entry in refused(422, body).entries] == ["", "no such code"]


def test_a_page_instead_of_fhir_is_shown_without_its_tags() -> None:
    """A proxy's error page says more than nothing."""
    page = Reply(502, {}, b"<html><h1>Bad  Gateway</h1></html>")
    assert read_answer(page, [PATIENT], "keep").detail == "Bad Gateway"


def test_details_text_is_read_where_there_are_no_diagnostics() -> None:
    """Servers put their words in either place."""
    issue = {"severity": "error", "code": "conflict", "details": {"text": "in use"}}
    assert refused(409, {"resourceType": "OperationOutcome", "issue": [issue]}).detail == "in use"


# A single request


def single(status: int, body: bytes = b"", **headers: str) -> Answer:
    """What an answer to one request says."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return read_single(Reply(status, named, body), OBSERVATION, "keep")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        pytest.param(
            single(201, location="https://h/fhir/Observation/5/_history/1"),
            (Outcome.CREATED, "Observation/5", "1"),
            id="location",
        ),
        pytest.param(
            single(201, location="Observation/5", etag='W/"3"'),
            (Outcome.CREATED, "Observation/5", "3"),
            id="etag",
        ),
        pytest.param(
            single(200, content_location="Observation/5"),
            (Outcome.EXISTED, "Observation/5", None),
            id="content-location",
        ),
        pytest.param(
            single(200, b'{"resourceType":"Observation","id":"5","meta":{"versionId":"2"}}'),
            (Outcome.EXISTED, "Observation/5", "2"),
            id="body",
        ),
        pytest.param(
            single(304, location="Observation/5"),
            (Outcome.EXISTED, "Observation/5", None),
            id="304",
        ),
    ],
)
def test_a_single_request_is_read_from_headers_or_body(
    answer: Answer, expected: tuple[Outcome, str, str | None]
) -> None:
    """Wherever the server says where it is."""
    (entry,) = answer.entries
    assert (entry.outcome, entry.location, entry.version) == expected
    assert entry.position == 1


@pytest.mark.parametrize(
    ("answer", "fate"),
    [
        pytest.param(single(201), Fate.IN_DOUBT, id="created-nowhere"),
        pytest.param(single(200, b"<html>"), Fate.IN_DOUBT, id="page"),
        pytest.param(
            single(200, json.dumps(operation_outcome("no")).encode()), Fate.IN_DOUBT, id="outcome"
        ),
        pytest.param(single(422), Fate.REFUSED, id="422"),
        pytest.param(single(503), Fate.IN_DOUBT, id="503"),
        pytest.param(single(307), Fate.REFUSED, id="redirect"),
    ],
)
def test_a_single_request_without_a_place_has_not_landed(answer: Answer, fate: Fate) -> None:
    """A yes that names no resource is none."""
    assert answer.fate is fate
    assert answer.entries[0].outcome is (
        Outcome.REFUSED if fate is Fate.REFUSED else Outcome.IN_DOUBT
    )


# What is asked of an answer


@pytest.mark.parametrize(
    ("status", "text", "expected"),
    [
        pytest.param(413, "", True, id="413"),
        pytest.param(400, "Bundle has too many entries (500 > 200)", True, id="too-many"),
        pytest.param(422, "Transaction exceeds the limit of 100 resources", True, id="limit"),
        pytest.param(403, "at most 50 entries in a bundle", True, id="at-most"),
        pytest.param(400, "Observation.status: too many values", False, id="of-an-element"),
        pytest.param(400, "the bundle has no type", False, id="other"),
        pytest.param(404, "bundle too large", False, id="404"),
        pytest.param(503, "bundle too large", False, id="503"),
        pytest.param(200, "bundle too large", False, id="200"),
    ],
)
def test_a_complaint_of_size_is_told_from_others(status: int, text: str, expected: bool) -> None:
    """By 413, or by words that name a bundle and a limit."""
    assert complains_of_size(refused(status, operation_outcome(text))) is expected


@pytest.mark.parametrize(
    ("status", "expected"),
    [("201 Created", 201), (" 404", 404), ("4040", 0), ("", 0), (None, 0), ("OK", 0)],
)
def test_an_entrys_status_is_a_number(status: str | None, expected: int) -> None:
    """Or nought, where it says none."""
    assert status_of(EntryOutcome(0, Outcome.CREATED, status=status)) == expected


@pytest.mark.parametrize(
    ("etag", "version"),
    [
        ('W/"1"', "1"), ('"1"', "1"), ("1", "1"), ("abc-2", "abc-2"), ("", None), ('""', None),
        (None, None), (7, None), ('W/"a\tb"', None), ("1\n2", None), ("x" * 300, None),
    ],
)  # fmt: skip
def test_a_version_is_one_word(etag: object, version: str | None) -> None:
    """Whatever else an etag may hold would break the lines of a journal."""
    assert version_of(etag) == version


def test_places_are_addresses_of_resources() -> None:
    """Nothing else is one."""
    assert place_of("Patient/7/_history/2") == ("Patient", "Patient/7", "2")
    assert place_of("urn:uuid:1") is None
    assert place_of(["Patient/7"]) is None


def test_the_words_of_an_outcome_are_found() -> None:
    """The worst issue's code, all issues' words; a bounded part of them."""
    issues = [
        {"severity": "warning", "code": "informational", "diagnostics": "first"},
        {"severity": "fatal", "code": "exception", "diagnostics": "x" * 9_000},
        "odd",
    ]
    body = json.dumps({"resourceType": "OperationOutcome", "issue": issues}).encode()
    code, words = outcome_words(body)
    assert code == "exception"
    assert words.startswith("first\nxxx")
    assert len(words) == 2_000


def test_an_outcome_in_parameters_is_found() -> None:
    """As the result of an operation may come."""
    inside = {"name": "return", "resource": operation_outcome("no")}
    body = {"resourceType": "Parameters", "parameter": [inside, 7]}
    assert [one["code"] for one in outcome_issues(json.dumps(body).encode())] == ["processing"]


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


@given(
    st.integers(200, 599),
    JSONISH | st.binary(max_size=30),
    st.sampled_from(["keep", "update"]),
)
def test_no_answer_is_an_exception(status: int, body: object, on_existing: OnExisting) -> None:
    """Whatever a server says, each entry has an outcome."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    reply = Reply(status, {}, data)
    answer = read_answer(reply, [PATIENT, OBSERVATION], on_existing)
    assert [entry.position for entry in answer.entries] == [0, 1]
    alone = read_single(reply, PATIENT, on_existing)
    assert len(alone.entries) == 1
    json.dumps([entry.to_dict() for entry in (*answer.entries, *alone.entries)])
