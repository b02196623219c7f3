from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from fhirkit.push.answer import Reply
from fhirkit.push.caller import Caller
from fhirkit.push.capabilities import Capabilities, TypeCapabilities
from fhirkit.push.course import Course
from fhirkit.push.options import Mode, PushOptions
from fhirkit.push.plan import make_plan
from fhirkit.push.statistics import Statistics
from pushing import Scripted, Time

OK = Reply(200, {}, b"{}")
NO = Reply(422)


class Case:
    """A course, what it asked the server and what it told."""

    def __init__(self, *script: Reply | Exception, **options: Any) -> None:
        self.connection = Scripted(*(script or (OK,)))
        self.told: list[str] = []
        said = Capabilities(fhir_version="4.0.1", system=frozenset({"transaction", "batch"}))
        plan = make_plan("https://host.example", said, PushOptions(**options))
        caller = Caller(self.connection, Time().gate(), Statistics(), 5)  # type: ignore[arg-type]
        self.course = Course(plan, caller, self.told.append)

    def refused(self, status: int | None, *, alone: bool | None = None) -> bool:
        """Whether a plainer way is open."""
        lands = None if alone is None else (lambda: alone)
        return self.course.refused(self.course.plan, status, lands)

    @property
    def mode(self) -> Mode:
        """The present one."""
        return self.course.plan.mode


@pytest.mark.parametrize("status", [405, 501])
def test_nothing_but_a_way_is_refused_so(status: int) -> None:
    """It need not be tried whether the server takes another bundle."""
    case = Case()
    assert case.refused(status)
    assert case.mode is Mode.BATCH
    assert case.connection.sent == []
    assert len(case.told) == 1


@pytest.mark.parametrize("status", [400, 404, 422])
def test_a_server_that_refuses_a_harmless_bundle_refuses_the_way(status: int) -> None:
    """What is tried stores nothing."""
    case = Case(NO)
    assert case.refused(status)
    assert case.mode is Mode.BATCH
    ((method, _, body, _),) = case.connection.sent
    assert method == "POST"
    assert body is not None
    assert b'"method":"GET"' in body
    assert b'"type":"transaction"' in body


@pytest.mark.parametrize("status", [400, 404, 422])
def test_a_server_that_takes_a_harmless_bundle_refused_the_bundle(status: int) -> None:
    """The way is shown to be open, and is not doubted again."""
    case = Case(OK)
    assert not case.refused(status)
    assert case.mode is Mode.TRANSACTION
    assert not case.refused(405)
    assert len(case.connection.sent) == 1
    assert case.told == []


@pytest.mark.parametrize("status", [None, 401, 403, 409, 412, 413, 500, 503])
def test_other_refusals_are_not_of_the_way(status: int | None) -> None:
    """Credentials, races, size and trouble stay what they are."""
    case = Case(NO)
    assert not case.refused(status)
    assert case.connection.sent == []


def test_a_way_that_led_somewhere_is_open() -> None:
    """Whatever is refused after that is a bundle."""
    case = Case(NO)
    case.course.proven()
    assert not case.refused(405)
    assert case.connection.sent == []


@pytest.mark.parametrize(("alone", "expected"), [(True, True), (False, False)])
def test_a_batch_whose_every_entry_is_refused_is_tried_without_it(
    alone: bool, expected: bool
) -> None:
    """Reading in a batch may be possible where writing is not."""
    case = Case(OK)
    assert case.refused(405)
    assert case.refused(422, alone=alone) is expected
    assert case.mode is (Mode.SINGLE if expected else Mode.BATCH)


def test_below_single_requests_there_is_nothing() -> None:
    """The last refusal is one."""
    case = Case()
    assert case.refused(405)
    assert case.refused(405)
    assert not case.refused(405)
    assert case.mode is Mode.SINGLE
    assert len(case.told) == 2


def test_a_mode_that_was_asked_for_stays() -> None:
    """It is not even tried otherwise."""
    case = Case(NO, mode="transaction")
    assert not case.refused(405)
    assert not case.refused(422)
    assert case.connection.sent == []


def test_who_comes_second_follows_the_first() -> None:
    """The plan it met with is not the present one."""
    case = Case()
    old = case.course.plan
    assert case.refused(405)
    assert case.course.refused(old, 405)
    assert (case.mode, len(case.told)) == (Mode.BATCH, 1)


def test_complaints_of_size_halve() -> None:
    """Down to one entry."""
    case = Case()
    assert case.course.too_much(11)
    assert case.course.plan.room.entries == 5
    assert case.course.too_much(11)  # sent before that was known
    assert case.course.plan.room.entries == 5
    assert case.course.too_much(5)
    assert case.course.too_much(2)
    assert case.course.plan.room.entries == 1
    assert not case.course.too_much(1)
    assert len(case.told) == 3


def test_a_size_that_was_asked_for_stays() -> None:
    """The server's no is told."""
    case = Case(max_entries=50)
    assert not case.course.too_much(50)


# Types


def typed(*script: Reply, **options: Any) -> Case:
    """A server that names its types."""
    case = Case(*script, **options)
    said = Capabilities(
        fhir_version="4.0.1",
        system=frozenset({"transaction"}),
        types={"Patient": TypeCapabilities(interactions=frozenset({"create", "update"}))},
        declared=True,
    )
    plan = make_plan("https://host.example", said, PushOptions(**options))
    caller = case.course._caller
    case.course = Course(plan, caller, case.told.append)
    return case


@pytest.mark.parametrize(
    ("reply", "taken"),
    [
        pytest.param(OK, True, id="answered"),
        pytest.param(Reply(404), False, id="404"),
        pytest.param(Reply(400), False, id="400"),
        pytest.param(Reply(401), True, id="401"),
        pytest.param(Reply(403), True, id="403"),
        pytest.param(Reply(500), True, id="500"),
    ],
)
def test_a_type_the_statement_does_not_name_is_asked_about(reply: Reply, taken: bool) -> None:
    """Once, by a search; what cannot be known is tried."""
    case = typed(reply)
    for _ in range(2):
        found = case.course.taking(["Patient", "AdverseEvent"])
        assert found["Patient"].taken is True
        assert found["AdverseEvent"].taken is taken
        assert found["AdverseEvent"].why
    asked = {address for _, address, _, _ in case.connection.sent}
    assert asked == {f"{Scripted.base}/AdverseEvent?_summary=count"}
    assert set(case.course.types) == {"Patient", "AdverseEvent"}


def test_a_type_you_say_it_takes_is_not_asked_about() -> None:
    """You know better."""
    case = typed(Reply(404), takes=frozenset({"AdverseEvent"}))
    assert case.course.taking(["AdverseEvent"])["AdverseEvent"].taken
    assert case.connection.sent == []


# The first bundle


def test_the_first_bundle_travels_alone() -> None:
    """Until one has landed; who waited then goes at once, with the others."""
    course = Case().course
    inside: list[int] = []
    most: list[int] = []
    go_on = threading.Event()

    def travel() -> None:
        with course.travelling():
            inside.append(1)
            most.append(len(inside))
            if len(most) == 1:
                time.sleep(0.05)
                course.proven()
            else:
                go_on.wait(2)
            inside.pop()

    threads = [threading.Thread(target=travel) for _ in range(4)]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 2
    while len(most) < 4 and time.monotonic() < deadline:
        time.sleep(0.005)
    go_on.set()
    for thread in threads:
        thread.join()
    assert most[0] == 1
    assert max(most) == 3


def test_while_none_has_landed_they_go_one_by_one() -> None:
    """Each may be the one that shows the way."""
    course = Case().course
    inside = 0
    most = 0

    def travel() -> None:
        nonlocal inside, most
        with course.travelling():
            inside += 1
            most = max(most, inside)
            time.sleep(0.005)
            inside -= 1

    threads = [threading.Thread(target=travel) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1
