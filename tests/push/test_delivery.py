from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from fhirkit.push import Client, PushOptions
from fhirkit.push.report import BundleReport, Outcome, PushReport, State
from pushing import HASTY, case, data, outcomes
from servers.faults import Faults
from servers.faulty import Faulty
from servers.server import Server

pytestmark = pytest.mark.server
Start = Callable[..., Faulty]


def client(server: Faulty | Server, tell: list[str] | None = None, **options: Any) -> Client:
    """A client that pauses no longer than it must."""
    asked = PushOptions(**{"patience": 5.0, "timeout": 5.0, "workers": 1, **options})
    return Client(
        server.base, options=asked, clock=HASTY, tell=None if tell is None else tell.append
    )


def pushed(server: Faulty | Server, *bundles: dict[str, Any], **options: Any) -> PushReport:
    """What became of bundles."""
    with client(server, **options) as pushing:
        return pushing.push(list(bundles))


def one(server: Faulty | Server, bundle: dict[str, Any], **options: Any) -> BundleReport:
    """What became of a bundle."""
    (report,) = pushed(server, bundle, **options).bundles
    return report


def bad(bundle: dict[str, Any], position: int = 1) -> dict[str, Any]:
    """The same with an entry that a server refuses: it does not know what to search by."""
    entry = bundle["entry"][position]
    entry["request"]["ifNoneExist"] = "colour=blue"
    return bundle


# States


def test_a_bundle_lands_in_one_request(faulty: Start) -> None:
    """Each entry with its place and version."""
    report = one(faulty(), case(1))
    assert (report.state, report.requests, report.message) == (State.LANDED, 1, "")
    assert outcomes(report) == ["created"] * 3
    assert all(entry.location and entry.version == "1" for entry in report.entries)


def test_a_second_push_finds_it(faulty: Start) -> None:
    """Nothing is stored twice."""
    server = faulty()
    one(server, case(1))
    assert outcomes(one(server, case(1))) == ["existed"] * 3
    assert server.state()["resources"] == 3


def test_a_refused_bundle_stores_nothing(faulty: Start) -> None:
    """The server's words are told, and the next bundle goes its way."""
    server = faulty()
    first, second = pushed(server, bad(case(1)), case(2)).bundles
    assert (first.state, first.status) == (State.REFUSED, 400)
    assert first.detail
    assert outcomes(first) == ["refused"] * 3
    assert second.state is State.LANDED
    assert server.state()["resources"] == 3


def test_part_of_a_batch_may_land(faulty: Start) -> None:
    """Each entry by itself."""
    bundle = case(1, kind="batch")
    for entry in bundle["entry"][1:]:
        del entry["resource"]["subject"]
    report = one(faulty(), bad(bundle))
    assert report.state is State.PARTLY
    assert outcomes(report) == ["created", "refused", "created"]
    assert report.entries[1].detail


def test_after_a_refusal_the_rest_of_a_split_bundle_is_not_sent(faulty: Start) -> None:
    """What landed stays, and is told."""
    report = one(faulty(), bad(case(1, size=5), 2), mode="single")
    assert report.state is State.PARTLY
    assert outcomes(report) == ["created", "created", "refused", "not sent", "not sent"]
    assert report.message


def test_what_is_no_bundle_is_not_sent(faulty: Start) -> None:
    """And others are."""
    server = faulty()
    report = pushed(server, {"resourceType": "Patient"}, case(1))
    assert [one.state for one in report.bundles] == [State.NOT_SENT, State.LANDED]


@pytest.mark.parametrize("text", ['"\\ud800"', "NaN"])
def test_what_json_has_no_text_for_is_one_bundles_matter(faulty: Start, text: str) -> None:
    """Where a resource must be written anew; the next one is sent."""
    server = faulty()
    given = data(case(1)).replace(b'"final"', text.encode())
    with client(server, mode="single") as pushing:
        first, second = pushing.push([given, data(case(2))]).bundles
    assert first.state is State.NOT_SENT
    assert first.message
    assert second.state is State.LANDED


def test_a_server_that_goes_away_leaves_the_rest_unsent_quickly(faulty: Start) -> None:
    """One bundle uses up our patience, not each of them."""
    server = faulty()
    with client(server, patience=0.5, timeout=0.2) as pushing:
        pushing.capabilities()
        server.change(Faults(cut_before=1.0, reads=1))
        began = time.monotonic()
        report = pushing.push([case(number) for number in range(200)])
    assert time.monotonic() - began < 3
    first, *rest = report.bundles
    assert first.state is State.IN_DOUBT
    assert {one.state for one in rest} == {State.NOT_SENT}
    assert "not done anything" in rest[0].message


# Doubt


@pytest.mark.parametrize(
    "fault",
    ["commit_then_503", "commit_then_500", "cut", "silent"],
)
@pytest.mark.parametrize("mode", ["transaction", "batch", "single"])
def test_a_lost_answer_is_no_lost_bundle(faulty: Start, fault: str, mode: str) -> None:
    """It is sent again, finds itself, and is told to be created by us."""
    server = faulty(Faults(attempts=1, **{fault: 1.0}))
    report = one(server, case(1), mode=mode)
    assert report.state is State.LANDED
    assert outcomes(report) == ["created"] * 3
    state = server.state()
    assert (state["resources"], state["made_again"], state["unresolved"]) == (3, {}, 0)


@pytest.mark.parametrize("fault", ["half_answer", "commit_then_page", "commit_then_hollow"])
def test_an_answer_that_says_nothing_is_looked_into(faulty: Start, fault: str) -> None:
    """What was stored is found by its key."""
    server = faulty(Faults(attempts=1, **{fault: 1.0}))
    report = one(server, case(1))
    assert (report.state, report.message) == (State.LANDED, "")
    assert outcomes(report) == ["created"] * 3
    assert all(entry.location for entry in report.entries)


@pytest.mark.parametrize("fault", ["page", "hollow"])
def test_a_yes_that_did_nothing_is_a_refusal(faulty: Start, fault: str) -> None:
    """Nothing of it is on the server."""
    report = one(faulty(Faults(attempts=1, **{fault: 1.0})), case(1))
    assert report.state is State.REFUSED
    assert "HTTP 200" in report.message


def test_a_refusal_after_a_lost_answer_is_looked_into(faulty: Start) -> None:
    """The first attempt was carried out: a no to the second does not undo it."""
    server = faulty(Faults(attempts=1, commit_then_503=1.0))
    pushing = client(server)
    send = pushing._connection.send
    answers: list[int] = []

    def failing(method: str, address: str, **rest: Any) -> Any:
        reply = send(method, address, **rest)
        if method == "POST":
            answers.append(reply.status)
            if len(answers) > 1:
                return type(reply)(422)
        return reply

    pushing._connection.send = failing  # type: ignore[method-assign]
    with pushing:
        (report,) = pushing.push([case(1)]).bundles
    assert answers[0] == 503
    assert report.state is State.LANDED
    assert outcomes(report) == ["created"] * 3


def test_a_refusal_after_an_attempt_in_vain_is_a_refusal(faulty: Start) -> None:
    """It is looked into: the key has two resources, neither of which is ours."""
    server = faulty()
    patient = case(1)["entry"][0]["resource"]
    for _ in range(2):
        httpx.post(f"{server.base}/Patient", json=patient, trust_env=False).raise_for_status()
    server.change(Faults(attempts=1, unavailable=1.0))
    report = one(server, case(1))
    assert report.state is not State.LANDED
    assert server.state()["resources"] == 2


def test_doubt_that_cannot_be_settled_stays(faulty: Start) -> None:
    """No answer, and nothing found: it may yet be stored."""
    report = one(faulty(Faults(cut_before=1.0)), case(1), patience=0.3)
    assert report.state is State.IN_DOUBT
    assert outcomes(report) == ["in doubt"] * 3


def test_a_settled_doubt_does_not_end_a_split_bundle(faulty: Start) -> None:
    """The entries after it are sent."""
    server = faulty(Faults(attempts=1, commit_then_hollow=1.0))
    report = one(server, case(1, size=4), mode="single")
    assert outcomes(report) == ["created"] * 4


def test_a_place_the_server_does_not_name_is_looked_for(faulty: Start) -> None:
    """Those that point there could not be sent else."""
    server = faulty()
    pushing = client(server, max_entries=1)
    send = pushing._connection.send

    def silent(method: str, address: str, **rest: Any) -> Any:
        reply = send(method, address, **rest)
        body = reply.body.replace(b'"location"', b'"place"') if method == "POST" else reply.body
        return type(reply)(reply.status, reply.headers, body)

    pushing._connection.send = silent  # type: ignore[method-assign]
    with pushing:
        (report,) = pushing.push([case(1)]).bundles
    assert outcomes(report) == ["created"] * 3
    assert all(entry.location for entry in report.entries)
    assert server.state()["unresolved"] == 0


def test_what_others_made_is_not_ours(faulty: Start) -> None:
    """It was there before the first attempt, whose answer was lost."""
    server = faulty()
    with httpx.Client(trust_env=False) as other:
        made = case(1)
        made["entry"] = made["entry"][:1]
        other.post(server.base, json=made).raise_for_status()
    time.sleep(1.1)  # the server's clock is told to the second
    server.change(Faults(attempts=1, commit_then_503=1.0))
    report = one(server, case(1))
    assert outcomes(report) == ["existed", "created", "created"]


def test_an_update_that_was_carried_out_is_seen(faulty: Start) -> None:
    """The server holds what was sent."""
    server = faulty()
    one(server, case(1))
    server.change(Faults(attempts=1, commit_then_page=1.0))
    bundle = case(1)
    bundle["entry"][1]["resource"]["status"] = "amended"
    report = one(server, bundle, on_existing="update")
    assert report.state is State.LANDED
    assert outcomes(report) == ["updated"] * 3
    assert server.state()["resources"] == 3


def test_an_update_that_was_not_carried_out_is_seen(faulty: Start) -> None:
    """The server holds something else: whether that was ours, then another's, is unknown."""
    server = faulty()
    one(server, case(1))
    server.change(Faults(attempts=1, page=1.0))
    bundle = case(1)
    bundle["entry"][1]["resource"]["status"] = "amended"
    report = one(server, bundle, on_existing="update")
    assert report.entries[1].outcome is Outcome.IN_DOUBT
    assert report.state is State.IN_DOUBT


# Ways


@pytest.mark.parametrize(
    ("faults", "mode"),
    [
        pytest.param(Faults(refuse_transaction=405), "batch", id="405"),
        pytest.param(Faults(refuse_transaction=501), "batch", id="501"),
        pytest.param(Faults(refuse_transaction=400), "batch", id="400"),
        pytest.param(Faults(refuse_transaction=422, refuse_batch=422), "single", id="both"),
        pytest.param(Faults(refuse_transaction=405, refuse_batch=404), "single", id="404"),
    ],
)
def test_a_refused_way_gives_way_to_a_plainer_one(faulty: Start, faults: Faults, mode: str) -> None:
    """For all bundles, told once; references lead where they should."""
    server = faulty(faults)
    told: list[str] = []
    with client(server, told, workers=3) as pushing:
        report = pushing.push([case(number) for number in range(5)])
    assert report.landed
    assert report.counts == {"created": 15}
    state = server.state()
    assert (state["unresolved"], state["doubled"]) == (0, {})
    assert len(told) == (1 if mode == "batch" else 2)
    assert "instead" in told[-1]


def test_a_bad_bundle_changes_no_way(faulty: Start) -> None:
    """The server takes the way, not the bundle."""
    server = faulty()
    told: list[str] = []
    bundle = case(1)
    bundle["entry"][1]["request"]["ifNoneExist"] = "colour=blue"
    with client(server, told) as pushing:
        first, second = pushing.push([bundle, case(2)]).bundles
    assert (first.state, first.status) == (State.REFUSED, 400)
    assert (second.state, second.requests) == (State.LANDED, 1)
    assert told == []


def test_a_mode_that_was_asked_for_is_kept(faulty: Start) -> None:
    """Even where the server refuses it."""
    report = one(faulty(Faults(refuse_transaction=405)), case(1), mode="transaction")
    assert (report.state, report.status) == (State.REFUSED, 405)


@pytest.mark.parametrize("asked", [None, 4])
def test_a_complaint_of_size_makes_smaller_requests(faulty: Start, asked: int | None) -> None:
    """Half as many until they fit; a number that was asked for stays."""
    server = faulty(Faults(max_entries=3))
    told: list[str] = []
    with client(server, told, max_entries=asked) as pushing:
        (report,) = pushing.push([case(1, size=10)]).bundles
    if asked is None:
        assert report.state is State.LANDED
        assert any("at most 2" in line for line in told)
        assert server.state()["unresolved"] == 0
    else:
        assert report.state is State.REFUSED
        assert (report.status, told) == (413, [])


@pytest.mark.parametrize("mode", ["batch", "single"])
def test_trouble_within_a_batch_passes(faulty: Start, mode: str) -> None:
    """Lost races are run again."""
    server = faulty(Faults(attempts=2, conflict=0.3, too_many=0.3, seed=3))
    report = pushed(server, *(case(number) for number in range(5)), mode=mode)
    assert report.counts == {"created": 15}


# Verifying


def test_verifying_finds_what_was_dropped(faulty: Start) -> None:
    """By its path, without its value."""
    server = faulty(Faults(loses="status"))
    report = one(server, case(1), verify=True)
    assert report.state is State.ALTERED
    assert report.entries[0].differences == ()
    (difference,) = report.entries[1].differences
    assert "status" in difference
    assert "final" not in difference
    assert "2 resources" in report.message


@pytest.mark.parametrize("mode", ["transaction", "batch", "single"])
def test_verifying_finds_nothing_where_all_is_well(faulty: Start, mode: str) -> None:
    """References that were put in are no difference."""
    assert one(faulty(), case(1), verify=True, mode=mode).state is State.LANDED


def test_verifying_finds_what_was_only_said_to_be_made(faulty: Start) -> None:
    """A server may answer 201 and store nothing."""
    report = one(faulty(Faults(pretend=1.0)), case(1), verify=True)
    assert report.state is State.ALTERED
    assert all(entry.differences for entry in report.entries)


# Servers that take less


def test_a_server_without_conditions_is_asked_first(epic: Server) -> None:
    """Each key is looked for, then made; again, and it is found."""
    report = one(epic, case(1))
    assert (report.state, outcomes(report)) == (State.LANDED, ["created"] * 3)
    assert outcomes(one(epic, case(1))) == ["existed"] * 3


def test_what_such_a_server_may_have_stored_is_not_sent_again(
    faulty: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would store it twice; it is looked for instead, and the rest goes on."""
    from fhirkit.push.plan import Plan

    monkeypatch.setattr(Plan, "looks_up", lambda *_: True)
    server = faulty(Faults(attempts=1, silent=0.5, seed=2))
    report = one(server, case(1, size=6), mode="single")
    assert report.state is State.LANDED
    assert outcomes(report) == ["created"] * 6
    state = server.state()
    assert state["faults"]["silent"] > 1
    assert state["methods"]["POST"] == 6


def test_a_batch_that_refuses_each_post_gives_way(oracle: Server) -> None:
    """One of them lands by itself: it was the batch."""
    told: list[str] = []
    with client(oracle, told) as pushing:
        first, second = pushing.push([case(1), case(2)]).bundles
    assert (first.state, second.state) == (State.LANDED, State.LANDED)
    assert outcomes(first) == ["created"] * 3
    assert len(told) == 1


def adverse() -> dict[str, Any]:
    """A case with an event, and the document it was read in."""
    bundle = case(1)
    patient = bundle["entry"][0]["fullUrl"]
    for position, (kind, content) in enumerate(
        [
            ("AdverseEvent", {"actuality": "actual", "subject": {"reference": patient}}),
            ("DocumentReference", {"status": "current", "content": [{"attachment": {}}]}),
        ]
    ):
        url = f"urn:uuid:00000000-0000-0000-0000-00000000aaa{position}"
        resource = {"resourceType": kind, **content}
        if kind == "DocumentReference":
            resource["identifier"] = [{"system": "urn:x", "value": "d"}]
        request = {"method": "POST", "url": kind}
        bundle["entry"].append({"fullUrl": url, "resource": resource, "request": request})
    return bundle


@pytest.mark.parametrize(
    ("unsupported", "state", "expected"),
    [
        pytest.param("refuse", State.NOT_SENT, ["not sent"] * 5, id="refuse"),
        pytest.param("skip", State.LANDED, ["created"] * 3 + ["skipped", "created"], id="skip"),
        pytest.param(
            "document", State.LANDED, ["created"] * 3 + ["attached", "created"], id="document"
        ),
    ],
)
def test_what_a_server_does_not_take_is_treated_as_asked(
    epic: Server, unsupported: str, state: State, expected: list[str]
) -> None:
    """Refused with what else could be done, left out, or kept in the document."""
    with client(epic, unsupported=unsupported) as pushing:
        (report,) = pushing.push([adverse()]).bundles
        assert (report.state, outcomes(report)) == (state, expected)
        if unsupported == "refuse":
            assert "AdverseEvent" in report.message
            return
        place = report.entries[4].location
        assert place is not None
        document = pushing.read(place)
        assert document is not None
        assert len(document["content"]) == (2 if unsupported == "document" else 1)


def test_a_type_that_you_say_it_takes_is_sent(epic: Server) -> None:
    """Here it cannot even be looked for, so it is not sent."""
    report = one(epic, adverse(), takes=frozenset({"AdverseEvent"}))
    assert report.state is State.PARTLY
    assert outcomes(report)[:4] == ["created"] * 3 + ["not sent"]
    assert "could not be looked for" in report.entries[3].detail


# Exactness


def test_bytes_are_sent_as_they_are(faulty: Start) -> None:
    """Digits of a decimal are part of its value."""
    server = faulty()
    bundle = case(1)
    bundle["entry"][1]["resource"]["valueQuantity"] = {"value": 1.5}
    given = json.dumps(bundle, indent=3).encode().replace(b"1.5", b"1.500")
    sent: list[bytes] = []
    with client(server) as pushing:
        send = pushing._connection.send

        def noting(method: str, address: str, **rest: Any) -> Any:
            sent.append(rest.get("content") or b"")
            return send(method, address, **rest)

        pushing._connection.send = noting  # type: ignore[method-assign]
        assert pushing.push(given).landed
    assert given in sent
