from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from random import Random

import pytest

from fhirkit.push.retry import (
    BROKEN,
    FIRST_PAUSE,
    LONGEST_PAUSE,
    LONGEST_RETRY_AFTER,
    NEVER_SENT,
    TABLE,
    Repeat,
    date,
    leaves_doubt,
    repeat,
    retry_after,
)

MOMENT = 784_111_777.0  # Sun, 06 Nov 1994 08:49:37 GMT, the date of RFC 9110's examples


def asked(status: int, *, safe: bool = True, versioned: bool = False, seen: int = 0) -> bool:
    """Whether a first attempt that ended so is followed by another."""
    found = repeat(status, 1, Random(1), safe=safe, versioned=versioned, seen=seen)
    return found is not None


@pytest.mark.parametrize(
    ("status", "safe", "unsafe", "versioned", "all_wait", "doubt", "times"),
    [
        pytest.param(NEVER_SENT, True, True, True, True, False, None, id="never-sent"),
        pytest.param(BROKEN, True, False, True, False, True, None, id="broken"),
        pytest.param(408, True, False, True, False, True, None, id="408"),
        pytest.param(409, True, False, False, False, False, 10, id="409"),
        pytest.param(412, True, False, False, False, False, 4, id="412"),
        pytest.param(425, True, True, True, False, False, None, id="425"),
        pytest.param(429, True, True, True, True, False, None, id="429"),
        pytest.param(500, True, False, True, False, True, 4, id="500"),
        pytest.param(502, True, False, True, False, True, None, id="502"),
        pytest.param(503, True, False, True, True, True, None, id="503"),
        pytest.param(504, True, False, True, False, True, None, id="504"),
    ],
)
def test_each_row_of_the_table(
    status: int,
    safe: bool,
    unsafe: bool,
    versioned: bool,
    all_wait: bool,
    doubt: bool,
    times: int | None,
) -> None:
    """Who may repeat, how often, who else waits, and whether it may have been stored."""
    assert asked(status, safe=True) is safe
    assert asked(status, safe=False) is unsafe
    assert asked(status, versioned=True) is versioned
    assert leaves_doubt(status) is doubt
    found = repeat(status, 1, Random(1), safe=True)
    assert found is not None
    assert found.all_wait is all_wait
    assert found.why == TABLE[status].why
    if times is None:
        assert asked(status, seen=1_000)
    else:
        assert asked(status, seen=times - 1)
        assert not asked(status, seen=times)


def test_the_table_has_no_other_rows() -> None:
    """A row that is added here needs a case above."""
    assert len(TABLE) == 11


@pytest.mark.parametrize(
    "status", [200, 201, 304, 307, 400, 401, 403, 404, 405, 410, 413, 422, 501, 505, 511]
)
def test_other_answers_are_final(status: int) -> None:
    """Nothing gets better by asking again."""
    assert not asked(status)
    assert not leaves_doubt(status)


@pytest.mark.parametrize("status", [507, 508, 599])
def test_other_server_errors_are_final_and_leave_doubt(status: int) -> None:
    """What is not known is not repeated, and not taken for a refusal."""
    assert not asked(status)
    assert leaves_doubt(status)


@pytest.mark.parametrize("attempt", [1, 2, 5, 8, 30, 100_000])
def test_pauses_are_drawn_from_zero_to_a_growing_limit(attempt: int) -> None:
    """Full jitter: evenly between nothing and twice the last limit, never beyond the longest."""
    limit = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(attempt - 1, 16))
    random = Random(7)
    drawn = [one.seconds for _ in range(300) if (one := repeat(503, attempt, random, safe=True))]
    assert len(drawn) == 300
    assert 0 <= min(drawn) < limit * 0.1
    assert limit * 0.9 < max(drawn) <= limit


def test_the_same_seed_draws_the_same_pauses() -> None:
    """Chance is an argument."""
    first, second = (repeat(503, 3, Random(5), safe=True) for _ in range(2))
    assert isinstance(first, Repeat)
    assert first == second


@pytest.mark.parametrize(
    ("wait", "least"),
    [
        pytest.param(0.0, 0.0, id="at-once"),
        pytest.param(7.0, 7.0, id="seconds"),
        pytest.param(86_400.0, LONGEST_RETRY_AFTER, id="a-day"),
    ],
)
def test_what_the_server_asks_for_is_kept_to(wait: float, least: float) -> None:
    """Never shorter, at most a second longer, and no longer than we are willing to wait."""
    for attempt in (1, 4, 20):
        found = repeat(429, attempt, Random(attempt), safe=True, wait=wait)
        assert found is not None
        assert least <= found.seconds <= least + 1.0


@pytest.mark.parametrize(
    ("value", "now", "expected"),
    [
        pytest.param(None, MOMENT, None, id="none"),
        pytest.param("7", None, 7.0, id="seconds"),
        pytest.param(" 7 ", None, 7.0, id="blanks"),
        pytest.param("0", None, 0.0, id="zero"),
        pytest.param("9" * 400, None, 999_999_999.0, id="huge"),
        pytest.param("-1", MOMENT, None, id="negative"),
        pytest.param("1.5", MOMENT, None, id="fraction"),
        pytest.param("٣", MOMENT, None, id="other-digits"),
        pytest.param("soon", MOMENT, None, id="word"),
        pytest.param("", MOMENT, None, id="empty"),
        pytest.param("Sun, 06 Nov 1994 08:49:47 GMT", MOMENT, 10.0, id="date"),
        pytest.param("Sun, 06 Nov 1994 08:49:07 GMT", MOMENT, 0.0, id="past"),
        pytest.param("Sun, 06 Nov 1994 08:49:47 GMT", None, None, id="date-without-clock"),
        pytest.param("Sunday, 06-Nov-94 08:49:47 GMT", MOMENT, 10.0, id="rfc-850"),
        pytest.param("Sun Nov  6 08:49:47 1994", MOMENT, 10.0, id="asctime"),
        pytest.param("Sun, 99 Nov 1994 08:49:47 GMT", MOMENT, None, id="no-such-day"),
        pytest.param("Sun, 06 Nov 999999 08:49:47 GMT", MOMENT, None, id="no-such-year"),
    ],
)
def test_retry_after_is_read_in_every_form(
    value: str | None, now: float | None, expected: float | None
) -> None:
    """Seconds or any of HTTP's dates; garbage is as if nothing had been said."""
    assert retry_after(value, now) == expected


@pytest.fixture
def tokyo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine nine hours ahead."""
    if not hasattr(time, "tzset"):
        pytest.skip("the zone of a process cannot be set here")
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "JST-9")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("tokyo")
def test_a_date_without_a_zone_is_utc() -> None:
    """Wherever this machine stands."""
    assert date("Sun Nov  6 08:49:37 1994") == MOMENT
    assert date(format_datetime(datetime.fromtimestamp(MOMENT, UTC), usegmt=True)) == MOMENT
    assert date(None) is None
