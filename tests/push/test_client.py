from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx

import fhirkit
from fhirkit.errors import InputError, Refused, SettingsError, Unreachable
from fhirkit.push import Client, PushOptions, push
from fhirkit.push.report import State
from pushing import HASTY, case, data, outcomes
from servers.faults import Faults
from servers.faulty import Faulty

Start = Callable[..., Faulty]
HOST = "https://host.example/fhir"
STATEMENT = {
    "resourceType": "CapabilityStatement",
    "fhirVersion": "4.0.1",
    "rest": [{"mode": "server", "interaction": [{"code": "transaction"}]}],
}


def client(server: Faulty | str, journal: Path | None = None, **options: Any) -> Client:
    """A client that pauses no longer than it must."""
    url = server if isinstance(server, str) else server.base
    asked = PushOptions(**{"patience": 1.0, **options})
    return Client(url, options=asked, clock=HASTY, journal=journal)


@pytest.fixture
def nowhere() -> str:
    """An address of the loopback interface where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}/fhir"


# Pushing


@pytest.mark.server
@pytest.mark.parametrize(
    "form",
    [
        pytest.param(lambda one: one, id="object"),
        pytest.param(json.dumps, id="text"),
        pytest.param(data, id="bytes"),
        pytest.param(lambda one: [one], id="list"),
        pytest.param(lambda one: iter([data(one)]), id="iterator"),
    ],
)
def test_a_bundle_is_given_in_any_form(faulty: Start, form: Any) -> None:
    """A library user has objects, a shell user has text; one needs no list."""
    server = faulty()
    report = fhirkit.push(form(case(1)), server.base)
    assert report.landed
    assert report.server == server.base
    assert [(one.name, one.number) for one in report.bundles] == [("bundle 1", 1)]
    assert server.state()["resources"] == 3


@pytest.mark.server
def test_reports_are_in_the_order_of_the_bundles(faulty: Start) -> None:
    """However they landed."""
    with client(faulty(Faults(latency=0.005)), workers=8) as pushing:
        report = pushing.push([case(number) for number in range(30)])
    assert [one.number for one in report.bundles] == list(range(1, 31))
    assert report.run is not None


@pytest.mark.server
def test_nothing_to_push_is_nothing_wrong(faulty: Start) -> None:
    """No bundles, no failure."""
    assert push([], faulty().base).landed


def test_a_server_out_of_reach_got_nothing(nowhere: str) -> None:
    """One exception for all, not a report for each."""
    with pytest.raises(Unreachable, match="cannot be reached"):
        push([case(1)], nowhere, options=PushOptions(patience=0.1))


@pytest.mark.server
def test_a_server_that_is_back_is_pushed_to(faulty: Start) -> None:
    """That it was given up once is not held against it."""
    server = faulty()
    with client(server, patience=0.2) as pushing:
        pushing.capabilities()
        server.change(Faults(cut_before=1.0, reads=1))
        assert pushing.push(case(1)).bundles[0].state is not State.LANDED
        with pytest.raises(Exception, match=r"no answer|not done anything"):
            pushing.count(["Patient"])
        server.change(Faults())
        assert pushing.push(case(1)).landed
        assert pushing.count(["Patient"]) == {"Patient": 1}


@pytest.mark.server
def test_many_threads_may_use_one_client(faulty: Start) -> None:
    """Each with its own bundles, all at one time."""
    server = faulty()
    landed: list[bool] = []
    with client(server) as pushing:

        def go(first: int) -> None:
            landed.append(pushing.push([case(first * 100 + n) for n in range(5)]).landed)

        threads = [threading.Thread(target=go, args=(number,)) for number in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert landed == [True] * 5
    assert server.state()["resources"] == 75


@pytest.mark.server
def test_pushing_again_and_again_opens_no_more_connections(faulty: Start) -> None:
    """A service pushes as long as it runs."""
    with client(faulty(), workers=2) as pushing:
        for number in range(20):
            pushing.push(case(number))
        assert len(pushing._connection._idle) <= 3


@pytest.mark.server
def test_a_client_of_ones_own_is_used_and_stays_open(faulty: Start) -> None:
    """With its headers and credentials."""
    server = faulty()
    with httpx.Client(headers={"Authorization": "Bearer mine"}, trust_env=False) as http:
        assert push(case(1), server.base, http=http).landed
        assert not http.is_closed
    assert server.state()["authorized"] == server.state()["requests"]


# Resuming


@pytest.mark.server
def test_an_unfinished_push_is_resumed(faulty: Start, tmp_path: Path) -> None:
    """What landed is not sent again; what did not, is."""
    server = faulty()
    bundles = [case(1), case(2), case(3)]
    broken = json.loads(json.dumps(case(2)))
    broken["entry"][1]["request"]["ifNoneExist"] += "x"
    with client(server, tmp_path / "j.db") as pushing:
        first = pushing.push([bundles[0], broken, bundles[2]])
    sent = server.state()["bundles"]
    with client(server, tmp_path / "j.db") as pushing:
        second = pushing.push(bundles)
        third = pushing.push(bundles)
    assert (second.run, second.landed) == (first.run, True)
    assert server.state()["bundles"] == sent + 1 + 3  # the third is another run
    assert third.run != first.run
    assert outcomes(second.bundles[0]) == ["created"] * 3
    assert outcomes(third.bundles[0]) == ["existed"] * 3


@pytest.mark.server
def test_a_fresh_push_sends_all(faulty: Start, tmp_path: Path) -> None:
    """As another run."""
    server = faulty()
    with client(server, tmp_path / "j.db") as pushing:
        reports = pushing.deliver([("a", data(case(1))), ("b", data(case(2)))])
        next(reports)
        reports.close()  # type: ignore[attr-defined]
        before = server.state()["bundles"]
        report = pushing.push([case(1), case(2)], fresh=True)
    assert report.landed
    assert report.run == 2
    assert server.state()["bundles"] == before + 2


@pytest.mark.server
def test_what_the_killed_attempt_created_is_ours(faulty: Start, tmp_path: Path) -> None:
    """It was noted before it was sent; what it finds was made since then."""
    server = faulty()
    path = tmp_path / "j.db"

    class Killed(BaseException):
        """In place of a kill, after the server has answered."""

    with client(server, path, workers=1) as pushing:

        def dying(*_: Any) -> None:
            raise Killed

        pushing.journal.record = dying  # type: ignore[method-assign]
        with pytest.raises(Killed):
            pushing.push(case(1))
    assert server.state()["resources"] == 3
    with client(server, path) as pushing:
        report = pushing.push(case(1))
        assert outcomes(report.bundles[0]) == ["created"] * 3
        assert report.run is not None
        assert pushing.undo(report.run).complete
    assert server.state()["resources"] == 0


@pytest.mark.server
def test_the_servers_clock_decides_what_is_ours(faulty: Start) -> None:
    """Ours may be hours off, in either direction, from the first bundle on."""
    from fhirkit.push.gate import Clock
    from pushing import Hasty

    for hours in (-3, 3):
        server = faulty(Faults(attempts=1, commit_then_503=1.0))

        def skewed(hours: int = hours) -> float:
            import time

            return time.time() + hours * 3600

        clock = Clock(now=skewed, random=Hasty())
        with Client(server.base, clock=clock) as pushing:
            assert outcomes(pushing.push(case(1)).bundles[0]) == ["created"] * 3


# What the server can do


@respx.mock
def test_the_statement_is_asked_for_once() -> None:
    """By every thread."""
    route = respx.get(f"{HOST}/metadata").respond(json=STATEMENT)
    with client(HOST) as pushing:
        assert pushing.capabilities() is pushing.capabilities()
    assert route.call_count == 1


@respx.mock
@pytest.mark.parametrize("status", [401, 403, 404, 500])
def test_a_server_without_a_statement_is_refused(status: int) -> None:
    """With what to do about it."""
    respx.get(f"{HOST}/metadata").respond(status, text="Anna Muster")
    with client(HOST, patience=0.0) as pushing, pytest.raises(Refused) as caught:
        pushing.capabilities()
    assert f"HTTP {status}" in str(caught.value)
    assert "Anna" not in str(caught.value)


@respx.mock
def test_a_mode_that_is_named_needs_no_statement() -> None:
    """You know what the server takes."""
    respx.get(f"{HOST}/metadata").respond(404)
    with client(HOST, mode="single") as pushing:
        assert pushing.plan().mode == "single"


@pytest.mark.server
def test_a_plan_counts_and_stores_nothing(faulty: Start) -> None:
    """Bundles that could not be sent are told."""
    server = faulty()
    with client(server, max_entries=2) as pushing:
        plan = pushing.plan([case(1), case(2), b"no JSON"])
    assert (plan.bundles, plan.entries) == (3, 6)
    assert plan.requests > 2
    assert plan.problems == ("bundle 3: this is not JSON",)
    assert server.state()["resources"] == 0


# Reading


@pytest.mark.server
def test_what_was_pushed_can_be_read(faulty: Start) -> None:
    """By its place, by a search over many pages, with its history, counted."""
    server = faulty()
    with client(server) as pushing:
        report = pushing.push([case(number, size=5) for number in range(8)])
        place = report.bundles[0].entries[0].location
        assert place is not None
        read = pushing.read(place)
        assert read is not None
        assert f"Patient/{read['id']}" == place
        assert len(list(pushing.search("Observation", {"_count": "5"}))) == 32
        assert [one["id"] for one in pushing.history(place)] == [read["id"]]
        assert pushing.count(["Patient", "Observation"]) == {"Patient": 8, "Observation": 32}
        assert pushing.read("Patient/none") is None


@respx.mock
def test_reading_asks_once() -> None:
    """Past every cache, with each digit."""
    route = respx.get(f"{HOST}/Observation/1").respond(
        content=b'{"resourceType":"Observation","valueQuantity":{"value":1.500}}'
    )
    with client(HOST) as pushing:
        read = pushing.read("Observation/1")
    assert read is not None
    assert str(read["valueQuantity"]["value"]) == "1.500"
    assert route.call_count == 1
    assert route.calls.last.request.headers["cache-control"] == "no-cache"


@respx.mock
@pytest.mark.parametrize("status", [404, 410])
def test_what_is_not_there_is_none(status: int) -> None:
    """Never, or no more."""
    respx.get(f"{HOST}/Patient/1").respond(status)
    with client(HOST) as pushing:
        assert pushing.read("Patient/1") is None


@respx.mock
@pytest.mark.parametrize(
    "page",
    [
        pytest.param({"entry": None, "link": None}, id="null"),
        pytest.param({"entry": {}, "link": "x"}, id="no-lists"),
        pytest.param({"entry": [7, {}, {"resource": 3}], "link": [7, {}]}, id="odd-items"),
        pytest.param({}, id="empty"),
    ],
)
def test_an_odd_page_has_no_resources(page: dict[str, Any]) -> None:
    """Whatever a server sends, no other exception leaves."""
    respx.get(f"{HOST}/Patient").respond(json={"resourceType": "Bundle", **page})
    with client(HOST) as pushing:
        assert list(pushing.search("Patient", {"name": "x"})) == []


@respx.mock
@pytest.mark.parametrize(
    "url",
    ["https://elsewhere.example/fhir?p=2", "https://host.example/other", "//elsewhere.example"],
)
def test_a_next_page_elsewhere_is_not_followed(url: str) -> None:
    """Patients' data and credentials stay with this server."""
    respx.get(f"{HOST}/Patient").respond(
        json={"resourceType": "Bundle", "link": [{"relation": "next", "url": url}]}
    )
    elsewhere = respx.get(url__startswith="https://elsewhere.example")
    with client(HOST) as pushing, pytest.raises(Refused, match="another server"):
        list(pushing.search("Patient", {}))
    assert not elsewhere.called


@respx.mock
@pytest.mark.parametrize("url", [f"{HOST}?page=2", f"{HOST}/Patient?page=2", "Patient?page=2"])
def test_a_next_page_here_is_followed(url: str) -> None:
    """However its address is written."""
    first = {"resourceType": "Bundle", "link": [{"relation": "next", "url": url}]}
    second = {"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Patient"}}]}
    respx.get(url__regex=".*page=2").respond(json=second)
    respx.get(f"{HOST}/Patient").respond(json=first)
    with client(HOST) as pushing:
        assert len(list(pushing.search("Patient", {}))) == 1


@respx.mock
@pytest.mark.parametrize(
    "response",
    [
        pytest.param(httpx.Response(404, json={}), id="404"),
        pytest.param(httpx.Response(200, json={"total": "many"}), id="no-number"),
        pytest.param(httpx.Response(200, json=[]), id="array"),
        pytest.param(httpx.Response(200, text="<html>"), id="html"),
    ],
)
def test_a_count_that_fails_is_one_of_our_errors(response: httpx.Response) -> None:
    """The server's no, or what is no number."""
    respx.get(f"{HOST}/Patient").mock(return_value=response)
    with client(HOST) as pushing, pytest.raises(Refused):
        pushing.count(["Patient"])


# Taking back


@pytest.mark.server
def test_a_push_is_taken_back_by_its_report(faulty: Start) -> None:
    """First only told, then done."""
    server = faulty()
    with client(server) as pushing:
        report = pushing.push([case(1)])
        assert pushing.undo(report, dry_run=True).counts == {"to be deleted": 3}
        assert server.state()["resources"] == 3
        assert pushing.undo(report).counts == {"deleted": 3}
    assert server.state()["resources"] == 0


@pytest.mark.server
def test_a_run_of_another_server_is_not_taken_back_here(faulty: Start, tmp_path: Path) -> None:
    """Its places mean other resources here."""
    one, other = faulty(), faulty()
    with client(one, tmp_path / "j.db") as pushing:
        run = pushing.push(case(1)).run
    assert run is not None
    with client(other, tmp_path / "j.db") as pushing, pytest.raises(InputError, match="a push to"):
        pushing.undo(run)


# Settings


@pytest.mark.parametrize("url", ["", "host", "ftp://host", "https://a..b/fhir"])
def test_a_wrong_address_is_a_setting(url: str) -> None:
    """No exception of httpx's leaves the package, whatever it stumbles over."""
    with pytest.raises(SettingsError):
        Client(url)


def test_credentials_stay_at_home_over_plain_http(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is sent at all: the user learns of it before the network does."""
    monkeypatch.setenv("FHIRKIT_TOKEN", "abc")
    with pytest.raises(SettingsError, match="plain http"):
        Client("http://host.example/fhir")
