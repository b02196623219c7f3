"""Tests of fhirkit.push.probe."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace

import httpx
import pytest

from fhirkit.errors import InDoubt, Unreachable
from fhirkit.push import Client, PushOptions
from fhirkit.push.answer import Reply
from fhirkit.push.capabilities import TYPES, Capabilities, read_capabilities
from fhirkit.push.probe import probe
from fhirkit.push.trials import ProbeReport
from pushing import Direct, calling, json_reply, operation_outcome
from servers.faults import Faults
from servers.faulty import Faulty
from servers.fixtures import REAL
from servers.server import Server
from servers.service import EVERYTHING, Profile

WELL = Profile(name="direct")
NO_DELETE = EVERYTHING - {"delete"}
OURS = "fhirkit-probe-"

Send = Callable[[str, str, bytes | None], Reply | None]


class Odd(Direct):
    """A server in memory that answers some requests in its own way: where ``oddly`` gives one."""

    def __init__(self, oddly: Send, profile: Profile = WELL) -> None:
        super().__init__(profile)
        self.oddly = oddly

    def send(
        self,
        method: str,
        address: str,
        *,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """The odd answer, if there is one to this."""
        path = address.removeprefix(self.base).strip("/")
        odd = self.oddly(method, path, content)
        if odd is not None:
            return odd
        return super().send(method, address, content=content, headers=headers)


def said(server: Direct) -> Capabilities:
    """What the server says of itself."""
    return read_capabilities(server.send("GET", f"{server.base}/metadata").body)


def probed(server: Direct, told: list[str] | None = None) -> ProbeReport:
    """What a probe finds there."""
    told = [] if told is None else told
    return probe(calling(server), said(server), told.append)


def found(report: ProbeReport) -> dict[str, str]:
    """What came of each trial."""
    return {trial.name: trial.found for trial in report.trials}


def posts(server: Direct) -> list[str]:
    """What was asked to be made."""
    return [path for method, path in server.sent if method == "POST"]


# Real servers


@pytest.mark.parametrize("name", [case for case in REAL if case.id != "sekmet_smart"])
def test_real_servers_are_tried_and_left_as_they_were(
    name: str, request: pytest.FixtureRequest
) -> None:
    """All types are taken, again and again; of each nothing is found afterwards."""
    server: Server = request.getfixturevalue(name)
    with Client(server.base) as client:
        report = client.probe()
    results = found(report)
    assert {results[kind] for kind in TYPES} == {"yes, by condition yes"}
    assert [results[each] for each in ("delete", "transaction", "batch")] == ["yes"] * 3
    assert results["conditional update"] == "yes"
    assert results["If-Match"] == ("ignored" if name == "sekmet" else "yes")
    unknown = {"hapi": "dropped", "sekmet": "refused", "hapi_strict": "refused"}
    assert results["unknown elements"] == unknown.get(name, "refused")
    assert report.clean
    assert [kind for kind in TYPES if probes_left(server.base, kind)] == []


def probes_left(base: str, kind: str) -> bool:
    """Whether a server still shows something of a probe."""
    page = httpx.get(
        f"{base}/{kind}?_count=1000",
        headers={"Cache-Control": "no-cache"},
        trust_env=False,
        timeout=60,
    ).text
    return OURS in page


@pytest.mark.server
@pytest.mark.parametrize("name", ["epic", "oracle"])
def test_nothing_is_made_where_nothing_is_deleted(
    name: str, request: pytest.FixtureRequest
) -> None:
    """A test resource would stand among patients for ever."""
    server: Server = request.getfixturevalue(name)
    with Client(server.base) as client:
        report = client.probe()
        assert list(client.search("Patient", {"identifier": "x|y"})) == []
    (trial,) = report.trials
    assert (trial.name, trial.declared, trial.found) == ("delete", "no", "not tried")
    assert report.clean


@pytest.mark.server
def test_a_failing_server_is_left_clean(faulty: Callable[..., Faulty]) -> None:
    """Answers are lost after what was asked had been done: it is looked for by its key."""
    server = faulty(Faults(seed=4, commit_then_503=0.3, cut=0.2))
    with Client(server.base, options=PushOptions(patience=20)) as client:
        report = client.probe()
    assert report.clean
    assert server.state()["resources"] == 0


# Caution


def test_a_server_that_does_not_delete_is_left_at_once() -> None:
    """Its statement was wrong: one resource stays, and is named."""

    def oddly(method: str, *_: object) -> Reply | None:
        return json_reply(405, operation_outcome("no")) if method == "DELETE" else None

    server = Odd(oddly)
    report = probed(server)
    assert found(report) == {"delete": "no"}
    assert report.left == list(server.places)
    assert len(posts(server)) == 1


def test_nothing_can_be_made_at_all() -> None:
    """Then there is nothing more to try."""
    server = Direct(replace(WELL, types=dict.fromkeys(WELL.types, EVERYTHING - {"create"})))
    report = probed(server)
    (trial,) = report.trials
    assert trial.how == "nothing could be made, so nothing else was tried"
    assert report.clean


def test_types_that_stay_for_ever_are_left_out() -> None:
    """And so is what would need them."""
    server = Direct(replace(WELL, types={**WELL.types, "Patient": NO_DELETE}))
    report = probed(server)
    results = found(report)
    assert results["Device"] == "yes, by condition yes"
    for name in ("Patient", "Condition", "transaction", "conditional update", "unknown elements"):
        assert results[name] == "not tried", name
    assert not server.places


def test_what_is_refused_is_told() -> None:
    """And what would have to point at it is not tried."""
    results = found(probed(Direct(replace(WELL, types={"Observation": EVERYTHING}))))
    assert results["delete"] == "yes"
    assert results["Observation"] == "yes, by condition yes"
    assert results["Patient"] == "no"
    for name in ("Condition", "Provenance", "conditional update", "If-Match"):
        assert results[name] == "not tried", name


def test_all_that_is_made_is_labelled_as_test_data() -> None:
    """Should some of it stay, everybody sees what it is."""
    server = Direct()
    assert probed(server).clean
    made = [one.shown() for one in server.service.store.log if one.resource is not None]
    assert len(made) > len(TYPES)
    for resource in made:
        assert resource["meta"]["security"][0]["code"] == "HTEST", resource["resourceType"]
        assert resource["meta"]["tag"][0]["code"].startswith(OURS)


def test_nobody_elses_resource_is_touched() -> None:
    """A server that ignores the condition's key answers with the one Patient it has."""
    server = Direct()
    place, version = server.put("Patient", active=True)

    def oddly(method: str, path: str, _: bytes | None) -> Reply | None:
        if method == "POST" and path == "Patient":
            return Reply(200, {"location": f"{server.base}/{place}"}, b"")
        return None

    odd = Odd(oddly)
    odd.service = server.service
    report = probed(odd)
    assert found(report)["Patient"] == "no"
    assert found(report)["conditional update"] == "not tried"
    assert server.places == {place}
    kept = json.loads(server.send("GET", f"{server.base}/{place}").body)
    assert (kept["meta"]["versionId"], kept["active"]) == (version, True)


def test_a_condition_that_finds_nothing_is_not_updated_by() -> None:
    """It might lead to somebody else's record."""
    server = Direct(replace(WELL, parameters=frozenset({"_id"})))
    report = probed(server)
    assert found(report)["conditional update"] == "not tried"
    assert not server.places
    assert not [method for method, _ in server.sent if method == "PUT"]


# What is found


def test_ignored_conditions_are_seen() -> None:
    """Made twice, deleted twice."""
    server = Direct(replace(WELL, conditions=False))
    report = probed(server)
    assert found(report)["Patient"] == "yes, condition ignored"
    assert report.clean
    assert not server.places


def test_dropped_elements_are_seen() -> None:
    """By reading back."""
    server = Direct(replace(WELL, loses=frozenset({"fhirkitProbe"})))
    assert found(probed(server))["unknown elements"] == "dropped"
    assert found(probed(Direct()))["unknown elements"] == "kept"


def test_answers_without_a_body_or_version_will_do() -> None:
    """The address is enough."""
    server = Direct(replace(WELL, shows_created=False))
    report = probed(server)
    assert found(report)["Patient"] == "yes, by condition yes"
    assert not server.places


@pytest.mark.parametrize("mode", ["transaction", "batch"])
def test_refused_bundles_are_seen(mode: str) -> None:
    """Whatever the statement says."""
    report = probed(Direct(replace(WELL, refused={mode: 405})))
    (trial,) = [trial for trial in report.trials if trial.name == mode]
    assert (trial.declared, trial.found, trial.how) == ("yes", "no", "HTTP 405")


def test_references_that_are_not_resolved_are_seen() -> None:
    """A transaction that stores urn:uuid as it is."""
    server = Direct()

    def oddly(method: str, path: str, content: bytes | None) -> Reply | None:
        if method != "POST" or path:
            return None
        batch = json.loads(content or b"") | {"type": "batch"}
        return server.send("POST", server.base, content=json.dumps(batch).encode())

    odd = Odd(oddly)
    odd.service = server.service
    assert found(probed(odd))["transaction"] == "yes, references lost"
    assert not server.places


@pytest.mark.parametrize(
    ("status", "expected"), [(500, "not known"), (412, "yes"), (204, "not known")]
)
def test_a_stale_delete(status: int, expected: str) -> None:
    """Refused as stale, or otherwise."""

    class Stale(Direct):
        def send(self, method: str, address: str, **more: object) -> Reply:
            headers = more.get("headers")
            if method == "DELETE" and isinstance(headers, dict) and "If-Match" in headers:
                return Reply(status, {}, b"")
            return super().send(method, address, **more)  # type: ignore[arg-type]

    assert found(probed(Stale()))["If-Match"] == expected


def test_a_version_that_is_not_minded_is_seen() -> None:
    """The resource is gone."""

    class Careless(Direct):
        def send(self, method: str, address: str, **more: object) -> Reply:
            if method == "DELETE":
                more["headers"] = {}
            return super().send(method, address, **more)  # type: ignore[arg-type]

    report = probed(Careless())
    assert found(report)["If-Match"] == "ignored"
    assert report.clean


# Stopped


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError])
def test_what_was_made_goes_also_when_it_is_stopped(error: type[BaseException]) -> None:
    """At any point, even where the answer was not read any more; and that is told."""
    for last in (1, 4, 9, 20, 33):
        server = Direct()
        report: list[str] = []
        stopped = Stopping(server, last, error)
        with pytest.raises(error):
            probe(calling(stopped), said(server), report.append)
        assert not server.places, last
        assert report[0].startswith("stopped: cleaning up what has a key ")
        assert report[1] == "Nothing that was made for this is left."


class Stopping(Direct):
    """The same server, where something happens as the answer to a write should be read."""

    def __init__(
        self, server: Direct, last: int, error: type[BaseException], *, times: int = 1
    ) -> None:
        super().__init__()
        self.until = last + times
        self.service = server.service
        self.writes = 0
        self.last = last
        self.error = error

    def send(self, method: str, address: str, **more: object) -> Reply:
        reply = super().send(method, address, **more)  # type: ignore[arg-type]
        self.writes += method != "GET"
        if method != "GET" and self.last <= self.writes < self.until:
            raise self.error
        return reply


def test_what_may_be_there_is_told() -> None:
    """No answer, and none to the search for it either."""
    lost = []

    def oddly(method: str, path: str, _: bytes | None) -> Reply | None:
        if method == "POST" and path == "Specimen":
            lost.append(path)
        if lost and (path.startswith("Specimen")):
            raise InDoubt("the connection broke")
        return None

    report = probed(Odd(oddly))
    assert found(report)["Specimen"] == "not known"
    (left,) = report.left
    assert left.startswith("Specimen?identifier=")
    assert left.endswith("(no clear answer came)")


def test_a_server_that_goes_away_leaves_a_list() -> None:
    """What was made until then is named, and why there is no more."""
    report = probed(Odd(away_from("Encounter")))
    assert report.stopped == "nobody is there"
    assert sorted(place.partition("/")[0] for place in report.left) == ["Device", "Patient"]


def test_a_server_that_is_not_there_is_an_error() -> None:
    """There is nothing to tell of."""
    with pytest.raises(Unreachable):
        probed(Odd(away_from("Device")))


def away_from(kind: str) -> Send:
    """Nobody is there from the moment on at which such a resource is to be made."""
    gone = []

    def oddly(method: str, path: str, _: bytes | None) -> Reply | None:
        if method == "POST" and path == kind:
            gone.append(path)
        if gone:
            raise Unreachable("nobody is there")
        return None

    return oddly


def test_ctrl_c_twice_still_leaves_nothing() -> None:
    """Who is in a hurry wants it no less."""
    server = Direct()
    with pytest.raises(KeyboardInterrupt):
        probe(calling(Stopping(server, 9, KeyboardInterrupt, times=2)), said(server))
    assert not server.places
