from __future__ import annotations

from email.utils import formatdate
from random import Random

import pytest

from fhirkit.errors import InDoubt, Refused, SettingsError, Unreachable
from fhirkit.push.answer import Reply
from fhirkit.push.caller import Called, Caller, Request
from fhirkit.push.gate import Stopped
from fhirkit.push.statistics import Statistics
from pushing import NOON, Hasty, Scripted, Time

OK = Reply(200)
GONE = Unreachable("cannot be reached")
CUT = InDoubt("no answer")
PUT = Request("POST", body=b"{}")
UNSAFE = Request("POST", body=b"{}", safe=False)


def called(
    request: Request,
    *script: Reply | Exception,
    patience: float = 300,
    time: Time | None = None,
    random: Random | None = None,
) -> tuple[Called, Scripted]:
    """How a request ends that meets these answers."""
    connection = Scripted(*script)
    gate = (time or Time()).gate(patience=patience, random=random)
    caller = Caller(connection, gate, Statistics(), patience)  # type: ignore[arg-type]
    return caller.call(request), connection


def test_a_final_answer_ends_it() -> None:
    """One request, its answer as it came."""
    found, connection = called(Request("POST", "Patient", b"{}", {"X": "1"}), OK)
    assert found == Called(OK, None, 1, doubted=False)
    assert connection.sent == [("POST", f"{Scripted.base}/Patient", b"{}", {"X": "1"})]


def test_the_bases_own_address_has_no_slash() -> None:
    """Some servers answer 404 to one."""
    _, connection = called(PUT, OK)
    assert connection.sent[0][1] == Scripted.base


@pytest.mark.parametrize(
    ("trouble", "doubted"),
    [
        pytest.param(Reply(429), False, id="429"),
        pytest.param(Reply(409), False, id="409"),
        pytest.param(Reply(503), True, id="503"),
        pytest.param(Reply(500), True, id="500"),
        pytest.param(CUT, True, id="cut"),
        pytest.param(GONE, False, id="gone"),
    ],
)
def test_trouble_passes(trouble: Reply | Exception, doubted: bool) -> None:
    """It is sent again, and remembered whether an earlier attempt may have been carried out."""
    found, connection = called(PUT, trouble, trouble, OK)
    assert found == Called(OK, None, 3, doubted=doubted)
    assert len(connection.sent) == 3


@pytest.mark.parametrize(
    ("trouble", "attempts"),
    [
        pytest.param(Reply(429), 2, id="429"),
        pytest.param(GONE, 2, id="gone"),
        pytest.param(Reply(409), 1, id="409"),
        pytest.param(Reply(503), 1, id="503"),
        pytest.param(CUT, 1, id="cut"),
    ],
)
def test_what_is_not_conditional_is_repeated_where_nothing_was_done(
    trouble: Reply | Exception, attempts: int
) -> None:
    """Anything else might store it twice."""
    found, _ = called(UNSAFE, trouble, OK)
    assert found.attempts == attempts
    assert not found.doubted


def test_a_stale_version_is_not_tried_again() -> None:
    """Somebody has changed the resource: that stays so."""
    request = Request("PUT", "Patient/1", b"{}", {"If-Match": 'W/"1"'}, versioned=True)
    found, _ = called(request, Reply(412), OK)
    assert (found.attempts, found.reply) == (1, Reply(412))


def test_an_error_that_stays_is_not_repeated_for_all_of_our_patience() -> None:
    """A bundle a server stumbles over is one it stumbles over again."""
    found, _ = called(PUT, Reply(500))
    assert (found.attempts, found.reply) == (5, Reply(500))
    assert found.doubted


def test_different_troubles_are_counted_apart() -> None:
    """Four errors of the server after ten lost races are four."""
    script = [Reply(409)] * 10 + [Reply(500)] * 4 + [OK]
    found, _ = called(PUT, *script)
    assert (found.attempts, found.reply) == (15, OK)


def test_patience_is_time_not_attempts() -> None:
    """It ends before a pause that would be too long, and the rest is told so at once."""
    time = Time()
    connection = Scripted(Reply(503))
    gate = time.gate(patience=100)
    caller = Caller(connection, gate, Statistics(), 100)  # type: ignore[arg-type]
    found = caller.call(PUT)
    assert found.reply == Reply(503)
    assert 60 < time.passed <= 100
    sent = len(connection.sent)
    rest = caller.call(PUT)
    assert len(connection.sent) == sent
    assert rest.never_sent
    assert time.passed <= 100


def test_a_server_that_is_not_there_ends_as_never_sent() -> None:
    """No attempt reached it."""
    found, _ = called(PUT, GONE, patience=5)
    assert found.reply is None
    assert found.never_sent
    assert str(found.error) == "cannot be reached"


def test_what_was_sent_once_is_never_called_unsent() -> None:
    """The server went away after an attempt that may have been carried out."""
    found, _ = called(PUT, CUT, GONE, patience=5)
    assert found.reply is None
    assert found.doubted
    assert not found.never_sent


def test_retry_after_holds_everybody() -> None:
    """In seconds."""
    time = Time()
    called(PUT, Reply(429, {"retry-after": "17"}), OK, time=time, random=Hasty())
    assert time.passed == 17


def test_a_date_is_read_by_the_clock_of_the_answer_it_came_in() -> None:
    """Our own clock may be hours off, and this be the first that is heard of the server."""
    time = Time()
    there = NOON - 7_200
    headers = {
        "date": formatdate(there, usegmt=True),
        "retry-after": formatdate(there + 20, usegmt=True),
    }
    called(PUT, Reply(503, headers), OK, time=time, random=Hasty())
    assert time.passed == 20


@pytest.mark.parametrize("value", ["soon", "-5", ""])
def test_a_garbled_retry_after_is_as_none(value: str) -> None:
    """The pause is ours then."""
    time = Time()
    called(PUT, Reply(429, {"retry-after": value}), OK, time=time)
    assert 0 < time.passed <= 0.1


def test_a_server_that_asks_for_hours_is_waited_for_no_longer_than_patience_lasts() -> None:
    """Whoever wants to wait so long resumes."""
    time = Time()
    found, _ = called(PUT, Reply(503, {"retry-after": "86400"}), patience=60, time=time)
    assert (found.attempts, time.passed) == (1, 0)


def test_a_pause_of_one_is_not_everybodys() -> None:
    """A lost race concerns no one else."""
    time = Time()
    connection = Scripted(Reply(409), OK)
    gate = time.gate()
    held: list[float] = []
    gate.hold = held.append  # type: ignore[method-assign]
    Caller(connection, gate, Statistics(), 300).call(PUT)  # type: ignore[arg-type]
    assert held == []
    assert time.passed > 0


def test_stopping_ends_a_request_between_attempts() -> None:
    """Nothing more is sent."""
    gate = Time().gate()
    gate.stop()
    connection = Scripted(OK)
    with pytest.raises(Stopped):
        Caller(connection, gate, Statistics(), 300).call(PUT)  # type: ignore[arg-type]
    assert connection.sent == []


def test_wrong_credentials_are_not_tried_again() -> None:
    """They are a setting."""
    with pytest.raises(SettingsError):
        called(PUT, SettingsError("no token"))


def test_a_token_that_is_refused_ends_it_for_all() -> None:
    """Nothing was sent, and whoever comes next is not sent either."""
    connection = Scripted(Refused("no token: invalid_client"))
    caller = Caller(connection, Time().gate(), Statistics(), 300)  # type: ignore[arg-type]
    for _ in range(3):
        found = caller.call(PUT)
        assert found.never_sent
        assert "invalid_client" in str(found.error)
    assert len(connection.sent) == 1


def test_every_request_is_counted() -> None:
    """Repeated ones with their reason, bytes as they went."""
    statistics = Statistics()
    connection = Scripted(GONE, CUT, Reply(503, {}, b"busy"), Reply(200, {}, b"done"))
    Caller(connection, Time().gate(), statistics, 300).call(PUT)  # type: ignore[arg-type]
    summary = statistics.summary(seconds=1.0, workers=1)
    assert summary.requests == 4
    assert summary.retries == {"no connection": 1, "no whole answer": 1, "unavailable": 1}
    assert summary.statuses == {None: 2, 503: 1, 200: 1}
    assert (summary.bytes_out, summary.bytes_in) == (6, 8)
