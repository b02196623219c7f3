from __future__ import annotations

import threading
import time
from email.utils import formatdate

import pytest

from fhirkit.errors import Unreachable
from fhirkit.push.answer import Reply
from fhirkit.push.gate import Clock, Gate, ServerClock, Stopped
from pushing import NOON, Time


def dated(seconds: float, **headers: str) -> Reply:
    """An answer of a server whose clock shows this."""
    return Reply(200, {"date": formatdate(seconds, usegmt=True), **headers})


def test_an_open_gate_lets_everybody_through() -> None:
    """At once."""
    time_ = Time()
    gate = time_.gate()
    for _ in range(100):
        gate.enter()
    assert time_.waits == []


def test_a_rate_spaces_requests_evenly() -> None:
    """Eleven at ten a second take one second, and no burst makes up for idle time."""
    time_ = Time()
    gate = time_.gate(rate=10)
    for _ in range(11):
        gate.enter()
    assert time_.passed == pytest.approx(1.0)
    time_.passed += 60
    before = time_.passed
    for _ in range(11):
        gate.enter()
    assert time_.passed - before == pytest.approx(1.0)


def test_a_hold_is_for_everybody_and_is_never_shortened() -> None:
    """What one worker was told, all of them keep to."""
    time_ = Time()
    gate = time_.gate()
    gate.hold(5)
    gate.hold(1)
    gate.enter()
    assert time_.passed == 5


def test_threads_wait_for_a_shared_hold() -> None:
    """Each of them, until it is over."""
    gate = Gate(Clock(), rate=None, patience=10)
    gate.hold(0.15)
    started = time.monotonic()
    passed: list[float] = []

    def go() -> None:
        gate.enter()
        passed.append(time.monotonic() - started)

    threads = [threading.Thread(target=go) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert min(passed) >= 0.149


def test_a_stop_wakes_who_sleeps() -> None:
    """At the gate and in a pause, within a moment."""
    gate = Gate(Clock(), rate=None, patience=10)
    gate.hold(60)
    ended: list[str] = []

    def at_the_gate() -> None:
        with pytest.raises(Stopped):
            gate.enter()
        ended.append("gate")

    def in_a_pause() -> None:
        with pytest.raises(Stopped):
            gate.pause(60)
        ended.append("pause")

    threads = [threading.Thread(target=target) for target in (at_the_gate, in_a_pause)]
    for thread in threads:
        thread.start()
    started = time.monotonic()
    gate.stop()
    for thread in threads:
        thread.join(5)
    assert time.monotonic() - started < 1
    assert sorted(ended) == ["gate", "pause"]
    assert gate.stopped


def test_a_server_that_is_given_up_is_given_up_by_all() -> None:
    """The next ones learn at once what the first one waited for."""
    gate = Time().gate()
    gate.give_up(0.0, Unreachable("nobody there"))
    raised = []
    for _ in range(2):
        with pytest.raises(Unreachable, match="nobody there") as caught:
            gate.enter()
        raised.append(caught.value)
    assert raised[0] is not raised[1]


def test_a_server_that_spoke_meanwhile_is_not_given_up() -> None:
    """One request may be hopeless while others are answered."""
    time_ = Time()
    gate = time_.gate()
    time_.passed = 10
    gate.heard(Reply(200))
    gate.give_up(5.0, Unreachable("nobody there"))
    gate.enter()
    time_.passed = 400
    gate.give_up(20.0, None)
    with pytest.raises(Unreachable, match="380 s"):
        gate.enter()


def test_no_patience_gives_up_nobody_but_who_is_not_there() -> None:
    """Whoever repeats nothing takes a 503 for one bundle's answer, not for the end."""
    gate = Time().gate(patience=0)
    gate.give_up(0.0, None)
    gate.enter()
    gate.give_up(0.0, Unreachable("nobody there"))
    with pytest.raises(Unreachable):
        gate.enter()


def test_the_servers_clock_is_told_by_its_answers() -> None:
    """Without a Date it is taken to be ours."""
    gate = Time().gate()
    assert gate.server_time == NOON
    gate.heard(dated(NOON - 3_600))
    assert gate.server_time == NOON - 3_600


def test_the_clock_is_not_looked_at_with_each_answer() -> None:
    """A date is dear to read; half a minute is soon enough."""
    time_ = Time()
    clock = ServerClock(time_.clock())
    clock.look(dated(NOON - 100))
    clock.look(dated(NOON - 50))
    assert clock.time == NOON - 100
    time_.passed = 31
    clock.look(dated(NOON - 50))
    assert clock.time == NOON - 50


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(Reply(200), id="none"),
        pytest.param(Reply(200, {"date": "today"}), id="garbage"),
        pytest.param(dated(NOON - 900, age="900"), id="from-a-cache"),
    ],
)
def test_a_date_that_is_no_clock_is_passed_over(reply: Reply) -> None:
    """What a cache has kept was true a while ago."""
    clock = ServerClock(Time().clock())
    clock.look(reply)
    assert clock.time == NOON
    clock.look(dated(NOON - 5))
    assert clock.time == NOON - 5


def test_gates_may_share_a_servers_clock() -> None:
    """What is known of it outlives a push."""
    clock = Time().clock()
    shared = ServerClock(clock)
    first, second = (Gate(clock, rate=None, patience=1, server=shared) for _ in range(2))
    first.heard(dated(NOON + 42))
    assert second.server_time == NOON + 42
