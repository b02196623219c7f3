from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

import httpx
import pytest
import respx

import fhirkit
from fhirkit.errors import Refused, SettingsError, Unreachable
from fhirkit.push import count, deliver, deliver_each, push
from fhirkit.push.report import Outcome, State

Answer = Callable[..., dict[str, Any]]
CREATED = {"status": "201 Created", "location": "Patient/7/_history/1"}


@pytest.fixture
def landed(answer: Answer) -> httpx.Response:
    """An answer that takes both entries of the bundle."""
    return httpx.Response(200, json=answer(CREATED, {"status": "200 OK"}))


@respx.mock
def test_bytes_are_sent_as_they_are(
    base: str, bundle: dict[str, Any], landed: httpx.Response
) -> None:
    """Nothing is parsed and written anew on the way: digits and order stay."""
    route = respx.post(base).mock(return_value=landed)
    data = json.dumps(bundle, indent=3).encode()
    report = push([data], base)
    request = route.calls.last.request
    assert request.content == data
    assert request.headers["content-type"] == "application/fhir+json"
    assert request.headers["accept"] == "application/fhir+json"
    assert "authorization" not in request.headers
    assert report.landed


@respx.mock
def test_objects_and_text_are_sent_too(
    base: str, bundle: dict[str, Any], landed: httpx.Response
) -> None:
    """A library user has dicts, a shell user has text."""
    route = respx.post(base).mock(return_value=landed)
    push([bundle, json.dumps(bundle)], base)
    assert [json.loads(call.request.content) for call in route.calls] == [bundle, bundle]


@respx.mock
@pytest.mark.parametrize("form", [lambda b: b, json.dumps, lambda b: json.dumps(b).encode()])
def test_a_single_bundle_needs_no_list(
    base: str, bundle: dict[str, Any], landed: httpx.Response, form: Any
) -> None:
    """The one mistake everybody makes does what was meant."""
    route = respx.post(base).mock(return_value=landed)
    assert fhirkit.push(form(bundle), base).landed
    assert route.call_count == 1


@respx.mock
def test_the_report_tells_each_entry(
    base: str, bundle: dict[str, Any], landed: httpx.Response
) -> None:
    """Outcome and location for every entry, in the order of the bundle."""
    respx.post(base).mock(return_value=landed)
    (report,) = deliver([("a.json", bundle)], base + "/").bundles
    assert report.name == "a.json"
    assert [(entry.outcome, entry.location) for entry in report.entries] == [
        (Outcome.CREATED, "Patient/7"),
        (Outcome.UPDATED, None),
    ]


@respx.mock
@pytest.mark.parametrize(
    "error",
    [httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError],
    ids=lambda error: error.__name__,
)
def test_a_server_out_of_reach_got_nothing(
    base: str, bundle: dict[str, Any], error: type[httpx.TransportError]
) -> None:
    """Before a connection stands nothing is sent: Unreachable, and nothing is tried again."""
    route = respx.post(base).mock(side_effect=error("no way"))
    with pytest.raises(Unreachable, match="cannot be reached"):
        push([bundle, bundle], base)
    assert route.call_count == 1


@respx.mock
@pytest.mark.parametrize(
    "error",
    [
        httpx.ReadTimeout,
        httpx.WriteTimeout,
        httpx.ReadError,
        httpx.WriteError,
        httpx.RemoteProtocolError,
        httpx.DecodingError,
    ],
    ids=lambda error: error.__name__,
)
def test_a_cut_connection_leaves_the_bundle_in_doubt(
    base: str, bundle: dict[str, Any], landed: httpx.Response, error: type[httpx.RequestError]
) -> None:
    """Sent and unanswered is neither landed nor refused; the next bundle is tried all the same."""
    respx.post(base).mock(side_effect=[error("cut"), landed])
    first, second = push([bundle, bundle], base).bundles
    assert (first.state, second.state) == (State.IN_DOUBT, State.LANDED)
    assert {entry.outcome for entry in first.entries} == {Outcome.UNKNOWN}


@respx.mock
def test_a_server_that_goes_away_leaves_the_rest_unsent(
    base: str, bundle: dict[str, Any], landed: httpx.Response
) -> None:
    """After something was sent there is a report, and it says of the rest: not sent."""
    route = respx.post(base).mock(side_effect=[landed, httpx.ConnectError("gone")])
    report = push([bundle, bundle, bundle], base)
    states = [bundle.state for bundle in report.bundles]
    assert states == [State.LANDED, State.NOT_SENT, State.NOT_SENT]
    assert route.call_count == 2


@respx.mock
def test_a_redirect_is_not_followed(base: str, bundle: dict[str, Any]) -> None:
    """Patient data and credentials go to the address that was given and nowhere else."""
    respx.post(base).mock(
        return_value=httpx.Response(307, headers={"location": "https://elsewhere.example/fhir"})
    )
    elsewhere = respx.post("https://elsewhere.example/fhir")
    with httpx.Client(follow_redirects=True) as client:
        (report,) = push([bundle], base, client=client).bundles
    assert report.state is State.REFUSED
    assert not elsewhere.called


@respx.mock
@pytest.mark.parametrize(
    "given",
    [
        pytest.param(b"not JSON", id="words"),
        pytest.param(b"\xff", id="bytes"),
        pytest.param(b"[]", id="array"),
        pytest.param({"resourceType": "Patient"}, id="resource"),
        pytest.param({"resourceType": "Bundle", "type": "collection"}, id="collection"),
        pytest.param("\ud800", id="half-a-surrogate-pair"),
    ],
)
def test_what_is_no_bundle_to_push_is_not_sent(base: str, given: Any) -> None:
    """Only transactions and batches ask a server to do something."""
    route = respx.post(base)
    (report,) = deliver([("a.json", given)], base).bundles
    assert report.state is State.NOT_SENT
    assert not route.called


@respx.mock
def test_bundles_are_taken_one_at_a_time(
    base: str, bundle: dict[str, Any], landed: httpx.Response
) -> None:
    """A generator of many bundles is never held whole."""
    taken = 0

    def many() -> Any:
        nonlocal taken
        for _ in range(3):
            taken += 1
            yield bundle

    def answer_one(_request: httpx.Request) -> httpx.Response:
        assert taken == route.call_count + 1
        return landed

    route = respx.post(base).mock(side_effect=answer_one)
    assert len(push(many(), base).bundles) == 3


@respx.mock
def test_a_report_is_there_before_the_next_bundle_is_sent(
    base: str, bundle: dict[str, Any], landed: httpx.Response
) -> None:
    """Who stops in the middle knows what has landed."""
    route = respx.post(base).mock(return_value=landed)
    reports = deliver_each([("a", bundle), ("b", bundle)], base)
    assert next(reports).name == "a"
    assert route.call_count == 1
    assert next(reports).name == "b"


@respx.mock
def test_a_batch_with_references_says_what_may_be_wrong(
    base: str, bundle: dict[str, Any], answer: Answer
) -> None:
    """Servers store urn:uuid references of a batch as they are, and answer 201."""
    bundle["type"] = "batch"
    response = httpx.Response(200, json=answer(CREATED, CREATED))
    respx.post(base).mock(return_value=response)
    (report,) = push([bundle], base).bundles
    assert report.state is State.LANDED
    assert "transaction" in report.message


@respx.mock
def test_credentials_come_from_the_environment(
    bundle: dict[str, Any], landed: httpx.Response, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A token in the environment is sent over https."""
    monkeypatch.setenv("FHIRKIT_TOKEN", "abc")
    route = respx.post("https://host.example/fhir").mock(return_value=landed)
    push([bundle], "https://host.example/fhir")
    assert route.calls.last.request.headers["authorization"] == "Bearer abc"


@respx.mock
def test_credentials_stay_at_home_over_plain_http(
    bundle: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is sent at all: the user learns of it before the network does."""
    monkeypatch.setenv("FHIRKIT_TOKEN", "abc")
    route = respx.post("http://host.example/fhir")
    with pytest.raises(SettingsError, match="plain http"):
        push([bundle], "http://host.example/fhir")
    assert not route.called


@respx.mock
def test_the_callers_client_keeps_its_own_credentials(
    base: str, bundle: dict[str, Any], landed: httpx.Response, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client that is given is used as it is and stays open."""
    monkeypatch.setenv("FHIRKIT_TOKEN", "abc")
    route = respx.post(base).mock(return_value=landed)
    with httpx.Client(headers={"Authorization": "Bearer mine"}) as client:
        push([bundle], base, client=client)
        assert not client.is_closed
    assert route.calls.last.request.headers["authorization"] == "Bearer mine"


@pytest.mark.parametrize("url", ["", "host", "ftp://host", "https://a..b/fhir"])
def test_a_wrong_address_is_a_setting(bundle: dict[str, Any], url: str) -> None:
    """No exception of httpx's leaves the package, whatever it stumbles over."""
    with pytest.raises(SettingsError):
        push([bundle], url)


@respx.mock
def test_counting_asks_past_every_cache(base: str) -> None:
    """HAPI keeps counts for a minute unless told not to."""
    route = respx.get(f"{base}/Patient", params={"_summary": "count"}).mock(
        return_value=httpx.Response(200, json={"resourceType": "Bundle", "total": 4})
    )
    assert count(base, ["Patient"]) == {"Patient": 4}
    assert route.calls.last.request.headers["cache-control"] == "no-cache"


@respx.mock
@pytest.mark.parametrize(
    ("response", "kind"),
    [
        pytest.param(httpx.Response(404, json={}), Refused, id="404"),
        pytest.param(httpx.Response(500), Refused, id="500"),
        pytest.param(httpx.Response(200, json={"total": "many"}), Refused, id="no-number"),
        pytest.param(httpx.Response(200, json=[]), Refused, id="array"),
        pytest.param(httpx.Response(200, text="<html>"), Refused, id="html"),
        pytest.param(httpx.ConnectError("x"), Unreachable, id="unreachable"),
        pytest.param(httpx.ReadTimeout("x"), Unreachable, id="timeout"),
    ],
)
def test_a_count_that_fails_is_one_of_our_errors(
    base: str, response: httpx.Response | Exception, kind: type[Exception]
) -> None:
    """Reading stores nothing, so a lost answer is no doubt."""
    mocked = respx.get(f"{base}/Patient")
    if isinstance(response, Exception):
        mocked.mock(side_effect=response)
    else:
        mocked.mock(return_value=response)
    with pytest.raises(kind):
        count(base, ["Patient"])


@respx.mock
def test_no_search_value_reaches_the_logs(
    base: str, bundle: dict[str, Any], landed: httpx.Response, caplog: pytest.LogCaptureFixture
) -> None:
    """An address is never logged: addresses hold search values, and those are patients'."""
    respx.post(base).mock(return_value=landed)
    respx.get(f"{base}/Patient").mock(return_value=httpx.Response(200, json={"total": 1}))
    with caplog.at_level(logging.DEBUG):
        push([bundle], base)
        count(base, ["Patient"])
    assert [record for record in caplog.records if record.name.startswith("http")] == []
