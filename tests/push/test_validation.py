from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

import httpx
import pytest
import respx

from fhirkit.errors import Refused, SettingsError, Unreachable
from fhirkit.issues import Issue, Severity
from fhirkit.push.judgement import NO_ANSWER, element_steps
from fhirkit.push.validation import server_validator
from fhirkit.serve import Embedded

PATIENT: dict[str, Any] = {"resourceType": "Patient", "id": "p1", "gender": "female"}


def outcome(*issues: dict[str, Any]) -> dict[str, Any]:
    """An OperationOutcome with these issues."""
    return {"resourceType": "OperationOutcome", "issue": list(issues)}


def said(**values: Any) -> dict[str, Any]:
    """One issue of an OperationOutcome."""
    return {"severity": "error", "code": "invalid", "diagnostics": "is wrong", **values}


@pytest.fixture
def ask(base: str) -> Callable[[object], list[Issue]]:
    """Asks the server about a resource, given as an object or as bytes."""

    def call(resource: object) -> list[Issue]:
        data = resource if isinstance(resource, bytes) else json.dumps(resource).encode()
        with server_validator(base) as validator:
            return validator(data)

    return call


Ask = Callable[[object], list[Issue]]


@respx.mock
def test_each_resource_of_a_bundle_is_asked_about(
    ask: Ask, base: str, bundle: dict[str, Any]
) -> None:
    """At $validate of its type, in the order of the bundle; the bundle itself is not sent."""
    patient = respx.post(f"{base}/Patient/$validate").respond(json=outcome(said()))
    observation = respx.post(f"{base}/Observation/$validate").respond(json=outcome(said()))
    issues = ask(bundle)
    assert [issue.expression for issue in issues] == [
        "Bundle.entry[0].resource",
        "Bundle.entry[1].resource",
    ]
    entries = [json.loads(route.calls.last.request.content) for route in (patient, observation)]
    assert entries == [entry["resource"] for entry in bundle["entry"]]
    assert patient.calls.last.request.headers["content-type"] == "application/fhir+json"


@respx.mock
def test_the_servers_words_are_marked_as_such(ask: Ask, base: str) -> None:
    """Key, place and text, with the element where the server names one."""
    route = respx.post(f"{base}/Patient/$validate")
    route.respond(
        412, json=outcome(said(code="code-invalid", expression=["Patient.name[0].family"]))
    )
    (issue,) = ask(PATIENT)
    assert (issue.severity, issue.code, issue.key) == (
        Severity.ERROR,
        "code-invalid",
        "server:code-invalid",
    )
    assert issue.expression == "Patient.name[0].family"
    assert issue.where == "Patient p1, name[0].family"
    assert issue.message == "the server says: is wrong"


@respx.mock
def test_numbers_are_sent_as_they_are_written(ask: Ask, base: str) -> None:
    """0.8500 is not 0.85, nor is 1e2 100."""
    route = respx.post(f"{base}/Observation/$validate").respond(json=outcome(said()))
    ask(b'{"resourceType":"Observation","valueQuantity":{"value":0.8500,"x":[1E+2,7,-0.0]}}')
    content = route.calls.last.request.content
    assert b"0.8500" in content
    assert json.loads(content)["valueQuantity"]["x"] == [100, 7, 0]
    assert b"1E+2,7,-0.0" in content


@respx.mock
@pytest.mark.parametrize("status", [200, 201, 400, 409, 412, 422])
def test_servers_say_invalid_by_many_codes(ask: Ask, base: str, status: int) -> None:
    """The outcome counts."""
    respx.post(f"{base}/Patient/$validate").respond(status, json=outcome(said()))
    assert [issue.key for issue in ask(PATIENT)] == ["server:invalid"]


@respx.mock
@pytest.mark.parametrize(
    "issue",
    [
        {"severity": "information", "code": "informational", "diagnostics": "No issues detected"},
        {"severity": "information", "code": "informational", "details": {"text": "All OK"}},
    ],
)
def test_all_well_is_no_finding(ask: Ask, base: str, issue: dict[str, Any]) -> None:
    """An outcome needs an issue, also where there is none."""
    respx.post(f"{base}/Patient/$validate").respond(json=outcome(issue))
    assert ask(PATIENT) == []


@respx.mock
def test_an_answer_in_parameters_is_read(ask: Ask, base: str) -> None:
    """As an operation's result may come."""
    inside = {"parameter": [{"name": "return", "resource": outcome(said())}, 7]}
    respx.post(f"{base}/Patient/$validate").respond(json={"resourceType": "Parameters", **inside})
    assert [issue.key for issue in ask(PATIENT)] == ["server:invalid"]


@respx.mock
@pytest.mark.parametrize(
    ("issue", "expected"),
    [
        pytest.param({"expression": ["Patient.gender"]}, "Patient.gender", id="expression"),
        pytest.param(
            {"location": ["Patient.gender", "Line[1] Col[2]"]}, "Patient.gender", id="loc"
        ),
        pytest.param({"location": ["Line[1] Col[2]"]}, "Patient", id="line-only"),
        pytest.param({"expression": ["Patient"]}, "Patient", id="whole"),
        pytest.param(
            {"expression": ["Patient.extension[0].value.ofType(Quantity).code"]},
            "Patient.extension[0].value.ofType(Quantity).code",
            id="of-type",
        ),
        pytest.param({"expression": ["Patient.name.where(x='Anna')"]}, "Patient", id="values"),
        pytest.param({"expression": "Patient.gender"}, "Patient", id="no-list"),
        pytest.param({"expression": [7, None]}, "Patient", id="no-text"),
    ],
)
def test_places_are_taken_over_if_they_are_plain(
    ask: Ask, base: str, issue: dict[str, Any], expected: str
) -> None:
    """Element names and positions; anything else could hold values."""
    respx.post(f"{base}/Patient/$validate").respond(json=outcome(said(**issue)))
    assert [found.expression for found in ask(PATIENT)] == [expected]


@respx.mock
@pytest.mark.parametrize(
    ("issue", "severity", "key"),
    [
        pytest.param({"severity": "warning"}, Severity.WARNING, "server:invalid", id="warning"),
        pytest.param({"severity": "fatal"}, Severity.FATAL, "server:invalid", id="fatal"),
        pytest.param({"severity": "worse"}, Severity.ERROR, "server:invalid", id="unknown"),
        pytest.param({"severity": ["error"]}, Severity.ERROR, "server:invalid", id="list"),
        pytest.param({"code": "Anna Muster"}, Severity.ERROR, "server:processing", id="no-code"),
        pytest.param({"code": "odd"}, Severity.ERROR, "server:processing", id="unknown-code"),
        pytest.param({"code": {}}, Severity.ERROR, "server:processing", id="object"),
    ],
)
def test_odd_answers_are_findings_all_the_same(
    ask: Ask, base: str, issue: dict[str, Any], severity: Severity, key: str
) -> None:
    """What a server sends may have any form."""
    respx.post(f"{base}/Patient/$validate").respond(json=outcome(said(**issue)))
    (found,) = ask(PATIENT)
    assert (found.severity, found.key) == (severity, key)


@respx.mock
@pytest.mark.parametrize(
    ("code", "key"),
    [
        pytest.param("All_observations_should_have_a_subject", None, id="hapi"),
        pytest.param(
            "http://hl7.org/fhir/StructureDefinition/DomainResource#dom-6", "dom-6", id="url"
        ),
        pytest.param("Anna Muster", "invalid", id="words"),
        pytest.param("x" * 200, "invalid", id="long"),
        pytest.param(["dom-6"], "invalid", id="array"),
    ],
)
def test_a_servers_own_name_of_the_fault_is_the_key(
    ask: Ask, base: str, code: Any, key: str | None
) -> None:
    """Where it gives one: one kind of finding can then be ignored and the others not."""
    issue = said(details={"coding": [{"system": "http://x.example", "code": code}]})
    respx.post(f"{base}/Patient/$validate").respond(json=outcome(issue))
    (found,) = ask(PATIENT)
    assert (found.key, found.code) == (f"server:{key or code}", "invalid")


@respx.mock
@pytest.mark.parametrize(
    ("expression", "line", "column"),
    [
        pytest.param("Observation.status", 7, 5, id="element"),
        pytest.param("Observation.value.ofType(Quantity).code", 8, 35, id="of-type"),
        pytest.param("Observation.valueQuantity.code", 8, 35, id="json-name"),
        pytest.param("Observation.code", 5, 5, id="missing"),
        pytest.param("Observation", 5, 5, id="resource"),
    ],
)
def test_findings_have_the_line_of_the_file(
    ask: Ask, base: str, expression: str, line: int, column: int
) -> None:
    """The server saw one resource on one line; the user has a bundle of many."""
    text = """\ufeff{
  "resourceType": "Bundle",
  "entry": [{
    "fullUrl": "urn:uuid:5b7e0b1c-52c8-4a8e-9d7a-0d2f6f0c7a01",
    "resource": {
    "resourceType": "Observation",
    "status": "final",
    "valueQuantity": {"value": 1, "code": "%"}
  }}]
}"""
    respx.post(f"{base}/Observation/$validate").respond(json=outcome(said(expression=[expression])))
    (found,) = ask(text.encode())
    assert (found.line, found.column) == (line, column)


@pytest.mark.parametrize(
    ("path", "steps"),
    [
        ("Patient", ()),
        ("Patient.name[0].given[1]", ("name", 0, "given", 1)),
        ("Observation.value.ofType(dateTime)", ("valueDateTime",)),
        ("Bundle.entry[4].resource.status", ("entry", 4, "resource", "status")),
        ("", ()),
    ],
)
def test_fhirpath_leads_through_json(path: str, steps: tuple[str | int, ...]) -> None:
    """A choice has its type in its name there."""
    assert element_steps(path) == steps


@respx.mock
def test_a_repeated_issue_is_one_finding(ask: Ask, base: str) -> None:
    """Servers that check in several ways say it several times."""
    respx.post(f"{base}/Patient/$validate").respond(
        json=outcome(said(), said(), said(code="conflict"))
    )
    assert [issue.key for issue in ask(PATIENT)] == ["server:invalid", "server:conflict"]


@respx.mock
@pytest.mark.parametrize("diagnostics", ["x" * 9_000, "a\r\n\tb", "", None, 7])
def test_words_are_one_line_of_bounded_length(ask: Ask, base: str, diagnostics: object) -> None:
    """Or said to be missing."""
    respx.post(f"{base}/Patient/$validate").respond(json=outcome(said(diagnostics=diagnostics)))
    (issue,) = ask(PATIENT)
    assert issue.message.startswith("the server ")
    assert len(issue.message) < 1_100
    assert "\n" not in issue.message


@respx.mock
@pytest.mark.parametrize("status", [301, 401, 403, 404, 405, 406, 501])
def test_a_server_that_does_not_validate_is_refused(ask: Ask, base: str, status: int) -> None:
    """The first answer ends it: the others would be the same. The words stay in the detail."""
    respx.post(f"{base}/Patient/$validate").respond(
        status, json=outcome(said(diagnostics="Anna Muster"))
    )
    with pytest.raises(Refused) as caught:
        ask(PATIENT)
    assert f"HTTP {status}" in str(caught.value)
    assert "Anna" not in str(caught.value)
    assert "Anna" in caught.value.detail


@respx.mock
@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"resourceType": "Patient"}'])
def test_an_answer_without_an_outcome_is_no_judgement(ask: Ask, base: str, body: bytes) -> None:
    """200 alone does not say that all is well."""
    respx.post(f"{base}/Patient/$validate").respond(200, content=body)
    with pytest.raises(Refused, match="HTTP 200"):
        ask(PATIENT)


@respx.mock
@pytest.mark.parametrize("status", [408, 429, 500, 502, 503])
def test_a_server_in_trouble_leaves_a_finding(
    ask: Ask, base: str, bundle: dict[str, Any], status: int
) -> None:
    """What was to be judged and was not is no success; the next resource is asked about."""
    respx.post(f"{base}/Patient/$validate").respond(status)
    respx.post(f"{base}/Observation/$validate").respond(json=outcome(said()))
    first, second = ask(bundle)
    assert (first.key, first.severity) == (NO_ANSWER, Severity.ERROR)
    assert f"HTTP {status}" in first.message
    assert second.key == "server:invalid"


@respx.mock
def test_an_answer_that_does_not_come_is_a_finding(ask: Ask, base: str) -> None:
    """As with a server in trouble."""
    respx.post(f"{base}/Patient/$validate").mock(side_effect=httpx.ReadTimeout("x"))
    assert [issue.key for issue in ask(PATIENT)] == [NO_ANSWER]


@respx.mock
def test_a_server_out_of_reach_ends_it(ask: Ask, base: str) -> None:
    """Nothing was sent."""
    respx.post(f"{base}/Patient/$validate").mock(side_effect=httpx.ConnectError("x"))
    with pytest.raises(Unreachable):
        ask(PATIENT)


@respx.mock
@pytest.mark.parametrize(
    "given",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"[1]", id="array"),
        pytest.param(b"{" * 100_000, id="deep"),
        pytest.param({"id": "x"}, id="no-type"),
        pytest.param({"resourceType": "../admin"}, id="no-name"),
        pytest.param({"resourceType": ["Patient"]}, id="type-array"),
        pytest.param(b'{"resourceType": "Patient", "id": NaN}', id="nan"),
        pytest.param(b'{"resourceType": "Patient", "id": "\\ud800"}', id="half-a-pair"),
        pytest.param({"resourceType": "Bundle", "entry": {"resource": PATIENT}}, id="entry"),
        pytest.param({"resourceType": "Bundle", "entry": [7, {"resource": []}]}, id="entries"),
    ],
)
def test_what_is_no_resource_is_not_sent(ask: Ask, given: object) -> None:
    """The server could say no more than has been said."""
    assert ask(given) == []
    assert not respx.calls


@respx.mock
def test_redirects_are_not_followed(ask: Ask, base: str) -> None:
    """Patient data go to the address given and nowhere else."""
    respx.post(f"{base}/Patient/$validate").respond(
        307, headers={"location": "https://elsewhere.example/"}
    )
    elsewhere = respx.post("https://elsewhere.example/")
    with pytest.raises(Refused):
        ask(PATIENT)
    assert not elsewhere.called


@respx.mock
def test_credentials_go_as_with_push(monkeypatch: pytest.MonkeyPatch) -> None:
    """From the environment over https, and never over plain http to another machine."""
    monkeypatch.setenv("FHIRKIT_TOKEN", "abc")
    route = respx.post("https://host.example/fhir/Patient/$validate").respond(json=outcome(said()))
    with server_validator("https://host.example/fhir/") as validator:
        validator(json.dumps(PATIENT).encode())
    assert route.calls.last.request.headers["authorization"] == "Bearer abc"
    with (
        pytest.raises(SettingsError, match="plain http"),
        server_validator("http://host.example/fhir"),
    ):
        pass


@respx.mock
def test_nothing_reaches_the_logs(ask: Ask, base: str, caplog: pytest.LogCaptureFixture) -> None:
    """Neither addresses nor the server's words."""
    respx.post(f"{base}/Patient/$validate").respond(json=outcome(said()))
    with caplog.at_level(logging.DEBUG):
        ask(PATIENT)
    assert [record for record in caplog.records if record.name.startswith("http")] == []


@pytest.mark.server
def test_a_real_server_is_understood(server: Embedded) -> None:
    """A good resource has no findings, a missing element has one at its place."""
    with server_validator(server.base) as validator:
        assert validator(json.dumps(PATIENT).encode()) == []
        (issue,) = validator(b'{"resourceType": "Observation", "code": {"text": "Sodium"}}')
    assert (issue.expression, issue.severity) == ("Observation.status", Severity.ERROR)
    assert (issue.line, issue.column) == (1, 1)
