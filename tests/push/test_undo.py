"""Tests of fhirkit.push.undo."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from fhirkit.push.answer import Reply
from fhirkit.push.capabilities import Capabilities
from fhirkit.push.journal import Trace
from fhirkit.push.report import EntryOutcome, Outcome
from fhirkit.push.undo import Made, Undoing, UndoReport, made_by
from pushing import Direct, calling, json_reply, operation_outcome
from servers.service import EVERYTHING, TYPES, Profile

WELL = Profile(name="direct")
HOLDING = replace(WELL, holds_references=True)
ATOMIC = frozenset({"transaction"})
LONG_AGO = 0.0


def made(*places: tuple[str, str | None], name: str = "a.json") -> Made:
    """What a push created of one bundle."""
    outcomes = (
        EntryOutcome(at, Outcome.CREATED, place.partition("/")[0], place, version)
        for at, (place, version) in enumerate(places)
    )
    return Made(name, tuple(outcomes))


def refer(place: str) -> dict[str, str]:
    """A literal reference."""
    return {"reference": place}


def undone(
    server: Direct,
    *bundles: Made,
    system: Iterable[str] = (),
    used: Iterable[str] = (),
    dry_run: bool = False,
) -> UndoReport:
    """What became of it, one request at a time unless the server takes transactions."""
    said = Capabilities(fhir_version="4.0.1", system=frozenset(system))
    undoing = Undoing(calling(server), said, workers=1)
    return undoing.run(bundles, dry_run=dry_run, used=used)


def fates(report: UndoReport) -> dict[str, str]:
    """The fate of each resource."""
    return {one.location: one.fate.value for one in report.resources}


def deletes(server: Direct) -> list[str]:
    """What was deleted, in order."""
    return [path for method, path in server.sent if method == "DELETE"]


def family(server: Direct) -> tuple[tuple[str, str], tuple[str, str], tuple[str, str]]:
    """A patient, a condition of hers, and what was observed of that."""
    patient = server.put("Patient")
    condition = server.put("Condition", subject=refer(patient[0]))
    observation = server.put("Observation", focus=[refer(condition[0])])
    return patient, condition, observation


# What goes


@pytest.mark.parametrize("profile", [WELL, HOLDING], ids=["lenient", "holding"])
@pytest.mark.parametrize("system", [frozenset(), ATOMIC], ids=["single", "transaction"])
def test_all_that_was_created_goes(profile: Profile, system: frozenset[str]) -> None:
    """Whether the server takes transactions, minds references, or neither."""
    server = Direct(profile)
    report = undone(server, made(*family(server)), system=system)
    assert not server.places
    assert set(fates(report).values()) == {"deleted"}
    assert (report.complete, report.counts) == (True, {"deleted": 3})


def test_who_points_at_others_goes_before_them() -> None:
    """Whatever their order in the bundle was."""
    server = Direct(HOLDING)
    patient, condition, observation = family(server)
    undone(server, made(observation, patient, condition))
    assert deletes(server) == [observation[0], condition[0], patient[0]]


def test_the_newest_bundle_goes_first() -> None:
    """The last one that was pushed is the first to be taken back."""
    server = Direct()
    first, second = server.put("Patient"), server.put("Patient")
    undone(server, made(first, name="a"), made(second, name="b"))
    assert deletes(server) == [second[0], first[0]]


def test_what_another_bundle_points_at_goes_last() -> None:
    """A device of the last bundle that the first one uses, too, and what the device points at."""
    server = Direct(HOLDING)
    owner = server.put("Organization")
    device = server.put("Device", owner=refer(owner[0]))
    first = server.put("Observation", device=refer(device[0]))
    second = server.put("Observation", device=refer(device[0]))
    report = undone(server, made(first), made(owner, device, second))
    assert deletes(server) == [second[0], first[0], device[0], owner[0]]
    assert report.counts == {"deleted": 4}


def test_many_bundles_with_several_workers() -> None:
    """Nothing is left, whoever is first."""
    server = Direct(HOLDING)
    device = server.put("Device")
    bundles = [made(device)]
    for _ in range(12):
        patient = server.put("Patient")
        seen = server.put("Observation", subject=refer(patient[0]), device=refer(device[0]))
        bundles.append(made(patient, seen))
    undoing = Undoing(calling(server), Capabilities(fhir_version="4.0.1"), workers=4)
    assert undoing.run(bundles, dry_run=False).counts == {"deleted": 25}
    assert not server.places


def test_a_circle_goes_in_a_transaction() -> None:
    """Also where all of the bundle is too much for one."""
    server = Direct(replace(WELL, max_entries=2))
    patient, document = circle(server)
    other = server.put("Medication")
    report = undone(server, made(patient, document, other), system=ATOMIC)
    assert report.counts == {"deleted": 3}
    assert deletes(server) == [other[0]]


def circle(server: Direct) -> tuple[tuple[str, str], tuple[str, str]]:
    """A patient and a document that point at each other, in their first versions."""
    patient = server.put("Patient", id="p", link=[{"other": refer("DocumentReference/d")}])
    return patient, server.put("DocumentReference", id="d", subject=refer("Patient/p"))


def test_a_circle_without_transactions() -> None:
    """A server that minds no references lets both go, one after the other."""
    server = Direct()
    report = undone(server, made(*circle(server)))
    assert report.counts == {"deleted": 2}


def test_a_circle_that_cannot_be_opened_stays() -> None:
    """A server that minds references, and takes no transaction: told, not hidden."""
    server = Direct(replace(HOLDING, system=frozenset()))
    report = undone(server, made(*circle(server)))
    assert report.counts == {"in use": 2}
    assert len(server.places) == 2


def test_a_refused_transaction_deletes_one_by_one() -> None:
    """A statement may promise what the server does not do."""
    server = Direct(replace(WELL, refused={"transaction": 422}))
    assert undone(server, made(*family(server)), system=ATOMIC).counts == {"deleted": 3}


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"<html>", id="page"),
        pytest.param(json.dumps(operation_outcome("no")).encode(), id="outcome"),
        pytest.param(b'{"entry":[{"response":{"status":"204"}}]}', id="too-few"),
        pytest.param(b'{"entry":[{"response":{"status":"204"}},{"response":{}}]}', id="bare"),
        pytest.param(
            b'{"entry":[{"response":{"status":"204"}},{"response":{"status":4}}]}', id="int"
        ),
        pytest.param(
            b'{"entry":[{"response":{"status":"204"}},{"response":{"status":"412"}}]}', id="one-not"
        ),
    ],
)
def test_a_transaction_that_answers_oddly_is_not_believed(answer: bytes) -> None:
    """Each is deleted by itself, and what is gone by then is gone."""
    server = Told({("POST", ""): Reply(200, {}, answer)})
    patient, condition, _ = family(server)
    report = undone(server, made(patient, condition), system=ATOMIC)
    assert deletes(server) == [condition[0], patient[0]]
    assert report.counts == {"deleted": 2}


class Told(Direct):
    """A server that is told what to answer to some requests; the rest it answers itself."""

    def __init__(
        self, answers: dict[tuple[str, str], Reply], profile: Profile | None = None
    ) -> None:
        super().__init__(profile)
        self.answers = answers
        self.before: Callable[[str, str], None] = lambda *_: None

    def send(self, method: str, address: str, **content: Any) -> Reply:
        path = address.removeprefix(self.base).strip("/")
        self.before(method, path)
        said = self.answers.get((method, path))
        if said is None:
            return super().send(method, address, **content)
        self.sent.append((method, path))
        return said


# What stays


@pytest.mark.parametrize("system", [frozenset(), ATOMIC], ids=["single", "transaction"])
def test_what_was_edited_stays_with_what_it_points_at(system: frozenset[str]) -> None:
    """Directly or by others; the rest goes."""
    server = Direct()
    patient, condition, observation = family(server)
    server.put("Condition", id=condition[0].partition("/")[2], subject=refer(patient[0]))
    report = undone(server, made(patient, condition, observation), system=system)
    assert fates(report) == {
        observation[0]: "deleted",
        condition[0]: "edited since",
        patient[0]: "in use",
    }
    assert server.places == {patient[0], condition[0]}
    assert report.complete
    assert "version 2, and version 1 was created" in report.to_text()


def test_what_was_edited_keeps_what_another_bundle_brought() -> None:
    """A lenient server would let the device go from under it."""
    server = Direct()
    device = server.put("Device")
    seen = server.put("Observation", device=refer(device[0]))
    server.put("Observation", id=seen[0].partition("/")[2], device=refer(device[0]))
    report = undone(server, made(device), made(seen))
    assert fates(report) == {seen[0]: "edited since", device[0]: "in use"}


@pytest.mark.parametrize(
    "reference",
    ["{place}", "http://127.0.0.1:8090/fhir/{place}", "{place}/_history/1"],
    ids=["relative", "absolute", "versioned"],
)
def test_however_it_is_pointed_at(reference: str) -> None:
    """By a relative reference, an absolute one, or one of a version."""
    server = Direct()
    patient = server.put("Patient")
    seen = server.put("Observation", subject=refer(reference.format(place=patient[0])))
    report = undone(server, made(patient, seen), used=[seen[0]])
    assert fates(report) == {seen[0]: "in use", patient[0]: "in use"}


def test_what_another_push_found_stays() -> None:
    """With what it points at."""
    server = Direct()
    patient, condition, observation = family(server)
    report = undone(server, made(patient, condition, observation), used=[condition[0]])
    assert server.places == {patient[0], condition[0]}
    assert "another push has found it there" in report.to_text()


@pytest.mark.parametrize("system", [frozenset(), ATOMIC], ids=["single", "transaction"])
def test_what_others_on_the_server_point_at_stays(system: frozenset[str]) -> None:
    """A server that minds references says 409, which is told."""
    server = Direct(HOLDING)
    patient, condition, observation = family(server)
    foreign = server.put("Procedure", subject=refer(patient[0]))
    report = undone(server, made(patient, condition, observation), system=system)
    assert server.places == {patient[0], foreign[0]}
    assert fates(report)[patient[0]] == "in use"
    assert "another resource on the server points at it (HTTP 409)" in report.to_text()
    assert report.complete


@pytest.mark.parametrize("bundles", ["one", "two"])
def test_what_cannot_be_deleted_keeps_what_it_points_at(bundles: str) -> None:
    """A lenient server that deletes no observations would be left with references to nothing."""
    kept = dict.fromkeys(TYPES, EVERYTHING) | {"Observation": EVERYTHING - {"delete"}}
    server = Direct(replace(WELL, types=kept))
    patient, condition, observation = family(server)
    if bundles == "one":
        report = undone(server, made(patient, condition, observation))
    else:
        report = undone(server, made(patient, condition), made(observation))
    assert fates(report) == {
        observation[0]: "refused",
        condition[0]: "in use",
        patient[0]: "in use",
    }
    assert not report.complete
    assert "HTTP 405" in report.to_text()


def test_what_is_gone_is_no_fault() -> None:
    """Somebody has deleted it already, or the undo is a second one."""
    server = Direct()
    bundle = made(*family(server))
    undone(server, bundle)
    report = undone(server, bundle)
    assert (report.complete, report.counts) == (True, {"gone already": 3})


def test_what_a_push_only_found_stays() -> None:
    """Existing and updated resources are others'."""
    server = Direct()
    place, version = server.put("Patient")
    kinds = (Outcome.EXISTED, Outcome.UPDATED, Outcome.REFUSED, Outcome.IN_DOUBT)
    entries = tuple(
        EntryOutcome(at, kind, "Patient", place, version) for at, kind in enumerate(kinds)
    )
    report = undone(server, Made("a.json", entries))
    assert (report.resources, report.to_text()) == ((), "this push created nothing")
    assert server.places == {place}


def test_a_dry_run_deletes_nothing() -> None:
    """And says the same as the run would."""
    server = Direct()
    patient, condition, observation = family(server)
    report = undone(
        server, made(patient, condition, observation), used=[condition[0]], dry_run=True
    )
    assert fates(report) == {
        observation[0]: "to be deleted",
        condition[0]: "in use",
        patient[0]: "in use",
    }
    assert len(server.places) == 3
    assert {method for method, _ in server.sent} == {"POST", "GET"}


# What happens meanwhile


def test_what_is_edited_meanwhile_stays() -> None:
    """If-Match holds the server to the version that was seen."""
    server = Told({})
    place, version = server.put("Patient", id="p")

    def edited(method: str, path: str) -> None:
        if method == "DELETE":
            server.put("Patient", id="p", active=True)

    server.before = edited
    report = undone(server, made((place, version)))
    assert (fates(report), server.places) == ({place: "edited since"}, {place})


def test_what_goes_meanwhile_is_gone() -> None:
    """A server may answer 412 where there is nothing to compare with."""
    server = Told({})
    place, version = server.put("Patient")

    def gone(method: str, path: str) -> None:
        if method == "DELETE":
            server.answers = {
                ("DELETE", path): json_reply(412, operation_outcome("no")),
                ("GET", path): Reply(410, {}, b""),
            }

    server.before = gone
    assert fates(undone(server, made((place, version)))) == {place: "gone already"}


def test_what_cannot_be_read_is_in_doubt() -> None:
    """Nothing of its bundle is deleted, for it may point at it; other bundles are."""
    server = Told({})
    patient, condition, observation = family(server)
    server.answers = {("GET", condition[0]): Reply(403, {}, b"")}
    report = undone(server, made(patient, condition), made(observation))
    assert fates(report) == {
        observation[0]: "deleted",
        condition[0]: "in doubt",
        patient[0]: "in doubt",
    }
    assert not report.complete


def test_a_server_that_fails_to_delete_leaves_doubt() -> None:
    """It may have done so, and nothing that the resource points at goes."""
    server = Told({})
    patient, condition, _ = family(server)
    server.answers = {("DELETE", condition[0]): Reply(500, {}, b"")}
    report = undone(server, made(patient, condition))
    assert fates(report) == {condition[0]: "in doubt", patient[0]: "in use"}


def test_what_is_in_the_way_may_be_unreadable() -> None:
    """A 409 that nobody explains is in doubt."""
    server = Told({})
    place, version = server.put("Patient")

    def shut(method: str, path: str) -> None:
        if method == "DELETE":
            server.answers = {
                ("DELETE", path): Reply(412, {}, b""),
                ("GET", path): Reply(403, {}, b""),
            }

    server.before = shut
    assert fates(undone(server, made((place, version)))) == {place: "in doubt"}


# Versions that were not told


def test_numbered_versions_begin_with_one() -> None:
    """Epic-like answers tell no version: the first is deleted, a later one was edited."""
    server = Direct()
    fresh, edited = server.put("Patient")[0], server.put("Patient", id="e")[0]
    server.put("Patient", id="e", active=True)
    report = undone(server, made((fresh, None), (edited, None)))
    assert fates(report) == {fresh: "deleted", edited: "edited since"}


@pytest.mark.parametrize(
    ("history", "fate"),
    [
        pytest.param(["b7"], "deleted", id="one-version"),
        pytest.param(["b7", "a3"], "edited since", id="two-versions"),
        pytest.param([], "in doubt", id="empty"),
        pytest.param(None, "in doubt", id="no-history"),
        pytest.param(["b7", "next"], "in doubt", id="first-on-a-later-page"),
    ],
)
def test_other_versions_are_looked_up(history: list[str] | None, fate: str) -> None:
    """The oldest version of its history is the one that was created."""
    shown = {"resourceType": "Patient", "id": "p", "meta": {"versionId": "b7"}}
    told = [one for one in history or () if one != "next"]
    entries = [{"resource": {**shown, "meta": {"versionId": one}}} for one in told]
    links = [{"relation": "self"}, *([{"relation": "next"}] if "next" in (history or ()) else [])]
    bundle = {"resourceType": "Bundle", "type": "history", "link": links, "entry": entries}
    listed = Reply(404, {}, b"") if history is None else json_reply(200, bundle)
    server = Told(
        {
            ("GET", "Patient/p"): json_reply(200, shown),
            ("GET", "Patient/p/_history"): listed,
            ("DELETE", "Patient/p"): Reply(204, {}, b""),
        }
    )
    assert fates(undone(server, made(("Patient/p", None)))) == {"Patient/p": fate}


def test_a_server_without_versions() -> None:
    """Nothing can be told of it: what was created goes."""
    shown = {"resourceType": "Patient", "id": "p"}
    answers = {
        ("GET", "Patient/p"): json_reply(200, shown),
        ("DELETE", "Patient/p"): Reply(204, {}, b""),
    }
    assert undone(Told(answers), made(("Patient/p", None))).counts == {"deleted": 1}


# What is in doubt


def doubtful(value: str, since: float) -> Made:
    """A bundle of which no answer came."""
    return Made("a.json", (), (f"Patient?identifier=urn:x|{value}",), since)


def test_what_is_in_doubt_is_looked_for() -> None:
    """What was made since the push began is the push's."""
    server = Direct()
    server.put("Patient", identifier=[{"system": "urn:x", "value": "1"}])
    assert undone(server, doubtful("1", LONG_AGO)).counts == {"deleted": 1}
    assert undone(server, doubtful("1", LONG_AGO)).resources == ()


def test_what_was_there_before_the_push_stays() -> None:
    """It was found, not made."""
    server = Direct()
    server.put("Patient", identifier=[{"system": "urn:x", "value": "1"}])
    later = datetime.now(UTC).timestamp() + 60
    assert undone(server, doubtful("1", later)).resources == ()


def test_what_was_edited_since_may_have_been_there_before() -> None:
    """Whoever made it: it stays."""
    server = Direct()
    identifier = [{"system": "urn:x", "value": "1"}]
    place, _ = server.put("Patient", id="p", identifier=identifier)
    server.put("Patient", id="p", identifier=identifier, active=True)
    assert fates(undone(server, doubtful("1", LONG_AGO))) == {place: "edited since"}


def test_a_server_that_does_not_answer_the_search() -> None:
    """What became of the bundle stays in doubt, by its name."""
    server = Direct(replace(WELL, parameters=frozenset({"_id"})))
    report = undone(server, doubtful("1", LONG_AGO))
    assert fates(report) == {"a.json": "in doubt"}


@pytest.mark.parametrize("state", ["sending", "in doubt"])
def test_only_an_unknown_fate_needs_its_keys(state: str) -> None:
    """What landed is known by its places."""
    trace = Trace("a.json", state, 5.0, ("Patient?identifier=urn:x|1",), ())
    assert made_by(trace).keys == trace.keys
    assert made_by(replace(trace, state="landed")).keys == ()


# Telling


def test_the_report_as_data() -> None:
    """What a program reads has no words of the server's: they may quote a resource."""
    server = Told({})
    place, version = server.put("Patient")
    said = operation_outcome("Ms Smith may not be deleted", "forbidden")
    server.answers = {("DELETE", place): json_reply(403, said)}
    report = undone(server, made((place, version)))
    assert report.to_dict() == {
        "server": server.base,
        "complete": False,
        "counts": {"refused": 1},
        "resources": [{"location": place, "fate": "refused", "why": "HTTP 403, forbidden"}],
    }
    assert "Smith" not in report.to_text()
    assert "Smith" in report.resources[0].detail
