"""Tests of fhirkit.push.probe."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from fhirkit.errors import InDoubt, ServerError, Unreachable
from fhirkit.push.answer import Reply
from fhirkit.push.capabilities import TYPES, Capabilities, read_capabilities
from fhirkit.push.probe import ProbeReport, probe
from pushing import Direct, calling
from servers.profiles import EPIC, ORACLE
from servers.service import EVERYTHING, Profile

ALL = Profile(name="all")


class Broken(Direct):
    """A server in memory; ``breaks`` says what becomes of a request once it was carried out."""

    def __init__(
        self, breaks: Callable[[str, int], BaseException | None], profile: Profile
    ) -> None:
        super().__init__(profile)
        self.breaks = breaks

    def send(
        self,
        method: str,
        address: str,
        *,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """The answer, if it is not lost on its way."""
        error = self.breaks(method, len(self.sent))
        if isinstance(error, Unreachable):
            self.sent.append((method, "nothing"))
            raise error
        reply = super().send(method, address, content=content, headers=headers)
        if error is not None:
            raise error
        return reply


def said(server: Direct) -> Capabilities:
    """What the server says of itself."""
    return read_capabilities(server.send("GET", f"{server.base}/metadata").body)


def probed(server: Direct) -> ProbeReport:
    """The report on a server, which had nothing before."""
    return probe(calling(server), said(server))


def found(report: ProbeReport) -> dict[str, str]:
    """What came of each trial."""
    return {trial.name: trial.found for trial in report.trials}


def test_a_server_that_can_do_all_is_found_to() -> None:
    """Each type by condition, both kinds of bundles, and nothing is left."""
    server = Direct(ALL)
    report = probed(server)
    trials = found(report)
    assert {trials[kind] for kind in TYPES} == {"yes, by condition yes"}
    assert trials["transaction"] == trials["batch"] == trials["conditional update"] == "yes"
    assert trials["If-Match"] == "yes"
    assert report.clean
    assert server.places == set()


def test_what_was_there_stays() -> None:
    """Only what was made for it is deleted."""
    server = Direct(ALL)
    place, _ = server.put("Patient", active=True)
    assert probed(server).clean
    assert server.places == {place}


def test_all_that_is_made_is_labelled_as_test_data() -> None:
    """Should some of it stay, everybody sees what it is."""
    server = Direct(ALL)
    probed(server)
    made = versions(server)
    assert len(made) > len(TYPES)
    for resource in made:
        assert resource["meta"]["security"][0]["code"] == "HTEST", resource["resourceType"]
        assert resource["meta"]["tag"][0]["code"].startswith("fhirkit-probe-")


def versions(server: Direct) -> list[dict[str, Any]]:
    """All that was ever stored."""
    return [one.shown() for one in server.service.store.log if one.resource is not None]


def test_conditions_that_are_ignored_are_found_out() -> None:
    """Both of what was made twice are deleted."""
    server = Direct(replace(ALL, conditions=False))
    report = probed(server)
    assert found(report)["Observation"] == "yes, condition ignored"
    assert server.places == set()


def test_types_that_are_refused_are_told() -> None:
    """And what would have to point at them is not tried."""
    server = Direct(replace(ALL, types={"Observation": EVERYTHING}))
    trials = found(probed(server))
    assert trials["Observation"] == "yes, by condition yes"
    assert trials["Patient"] == "no"
    assert trials["Condition"] == "not tried"
    assert trials["If-Match"] == "not tried"


def test_refused_bundles_are_told() -> None:
    """With the server's status, beside what it declares."""
    server = Direct(replace(ALL, refused={"transaction": 405}))
    (trial,) = (one for one in probed(server).trials if one.name == "transaction")
    assert (trial.declared, trial.found, trial.how) == ("yes", "no", "HTTP 405")


@pytest.mark.parametrize("profile", [EPIC, ORACLE], ids=lambda profile: profile.name)
def test_nothing_is_made_where_nothing_is_deleted(profile: Profile) -> None:
    """A hospital's server is not left with test patients."""
    server = Direct(profile)
    report = probed(server)
    assert report.clean
    assert server.places == set()
    assert versions(server) == []
    assert found(report)["Patient"] == "not tried"


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_what_was_made_without_an_answer_is_deleted_too(method: str) -> None:
    """It is looked for by its key."""
    server = Broken(lambda asked, _: InDoubt("cut") if asked == method else None, ALL)
    report = probed(server)
    assert report.clean
    assert versions(server) != []
    assert server.places == set()


def test_what_cannot_be_deleted_is_told() -> None:
    """By its place, for somebody to delete it."""

    def forbids(method: str, _: int) -> Exception | None:
        return Unreachable("it is gone") if method == "DELETE" else None

    server = Broken(forbids, ALL)
    report = probe(calling(server, patience=0), said(server))
    assert not report.clean
    assert set(report.left) == server.places
    assert all(place in report.to_text() for place in report.left)
    assert report.to_dict()["clean"] is False


def test_a_server_that_goes_away_leaves_a_list() -> None:
    """What was made until then, and that there was more to try."""
    server = Broken(lambda _, number: Unreachable("it is gone") if number > 9 else None, ALL)
    report = probe(calling(server, patience=0), said(server))
    assert "gone" in report.stopped
    assert set(report.left) >= server.places != set()
    assert "stopped: " in report.to_text()


def test_a_server_out_of_reach_is_an_error() -> None:
    """There is nothing to tell of."""
    server = Broken(lambda _, number: Unreachable("it is gone") if number else None, ALL)
    with pytest.raises(ServerError):
        probe(calling(server, patience=0), said(server))


@pytest.mark.parametrize("number", range(1, 60, 7))
def test_an_interrupted_trial_cleans_up(number: int) -> None:
    """Ctrl-C as well, also of what was being made at that moment."""

    def stops(_: str, sent: int) -> BaseException | None:
        return KeyboardInterrupt() if sent == number else None

    server = Broken(stops, ALL)
    with pytest.raises(KeyboardInterrupt):
        probed(server)
    assert server.places == set()
