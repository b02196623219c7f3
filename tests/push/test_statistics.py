"""Tests of fhirkit.push.statistics."""

from __future__ import annotations

import json
import math
import sys
import timeit
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhirkit.push.report import Outcome, State
from fhirkit.push.statistics import Statistics, Summary, duration_text, size_text


def filled() -> Statistics:
    """Four requests for three bundles."""
    statistics = Statistics()
    statistics.record(0.1, 200, 20_000, 4_000)
    statistics.record(0.3, 429, 20_000, 100)
    statistics.retried("429")
    statistics.record(0.2, 200, 20_000, 4_000)
    statistics.record(2.4, None, 20_000, 0)
    statistics.finished(State.LANDED, {Outcome.CREATED: 18, Outcome.EXISTED: 2})
    statistics.finished(State.LANDED, {Outcome.CREATED: 20, Outcome.REFUSED: 0})
    statistics.finished(State.IN_DOUBT, {Outcome.IN_DOUBT: 20})
    return statistics


def test_the_text_tells_what_a_push_came_to() -> None:
    """One thing a line, everything an engineer looks at."""
    assert filled().summary(1.5, workers=8).to_text() == "\n".join(
        [
            "bundles   3, 66.66 % landed (2 landed, 1 in doubt)",
            "entries   38 created, 2 existed, 20 in doubt",
            "time      1.5 s with 8 workers, 2.0 bundles a second",
            "requests  4, 1 of them repeated (1 for 429)",
            "latency   mean 750 ms, 50 % 200 ms, 95 % 2.4 s, 99 % 2.4 s, longest 2.4 s",
            "bytes     80.0 kB sent, 20.0 kB a request; 8.1 kB received, 2.0 kB an answer",
            "answers   200: 2, 429: 1, none: 1",
        ]
    )


def test_the_json_form_has_the_same() -> None:
    """In seconds and bytes, for a program."""
    form = json.loads(json.dumps(filled().summary(1.5, workers=8).to_dict()))
    latency = form.pop("latency")
    assert form == {
        "bundles": {"total": 3, "landed": 2, "in doubt": 1},
        "entries": {"total": 60, "created": 38, "existed": 2, "in doubt": 20},
        "workers": 8,
        "success": pytest.approx(2 / 3),
        "seconds": 1.5,
        "bundlesPerSecond": 2.0,
        "requests": 4,
        "retries": {"total": 1, "429": 1},
        "bytesOut": 80_000,
        "bytesIn": 8_100,
        "statuses": {"200": 2, "429": 1, "none": 1},
    }
    assert latency["mean"] == pytest.approx(0.75)
    assert latency["max"] == 2.4
    assert latency["p50"] == pytest.approx(0.2, rel=0.02)


def test_nothing_happened() -> None:
    """No division by nothing."""
    summary = Statistics().summary(0.0)
    assert summary.rate == 0.0
    assert summary.success is None
    assert "bundles   none" in summary.to_text()
    assert "latency   none" in summary.to_text()
    assert "with 1 worker," in summary.to_text()
    assert summary.to_dict()["latency"]["p99"] == 0.0


def test_all_landed_is_said_of_all_only() -> None:
    """One in a hundred thousand that did not land is seen."""
    summary = Summary(seconds=1, workers=1, bundles={"landed": 99_999, "refused": 1})
    assert "100 %" not in summary.to_text()
    assert "100 % landed" in Summary(seconds=1, workers=1, bundles={"landed": 7}).to_text()


def ranked(values: list[float], part: float) -> float:
    """The value that this part of all does not go beyond."""
    return sorted(values)[max(1, math.ceil(part * len(values))) - 1]


@given(st.lists(st.floats(2e-6, 9e5), min_size=1, max_size=300))
def test_percentiles_are_within_two_percent(values: list[float]) -> None:
    """Whatever the times, mean and maximum are exact."""
    statistics = Statistics()
    for value in values:
        statistics.record(value, 200, 0, 0)
    latency = statistics.summary(1).latency
    for part, told in ((0.5, latency.half), (0.95, latency.most), (0.99, latency.nearly_all)):
        assert told == pytest.approx(ranked(values, part), rel=0.02)
    assert latency.longest == max(values)
    assert latency.mean == pytest.approx(sum(values) / len(values))


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1))
def test_no_time_is_too_short_or_too_long(seconds: float) -> None:
    """A clock that was set back must not end a push."""
    statistics = Statistics()
    statistics.record(seconds, 200, 0, 0)
    assert statistics.summary(1).requests == 1


def test_threads_lose_no_count() -> None:
    """Eight at once, every request is there."""
    statistics = Statistics()

    def work() -> None:
        for _ in range(2_000):
            statistics.record(0.1, 200, 3, 2)
            statistics.retried("503")
            statistics.finished(State.LANDED, {Outcome.CREATED: 1})

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(before)
    summary = statistics.summary(1)
    assert summary.statuses == {200: 16_000}
    assert summary.retries == {"503": 16_000}
    assert summary.bundles == {"landed": 16_000}
    assert summary.entries == {"created": 16_000}
    assert (summary.bytes_out, summary.bytes_in) == (48_000, 32_000)


def test_recording_is_cheap() -> None:
    """It stands on the way of every request: microseconds, far below the target of a busy day."""
    statistics = Statistics()
    taken = min(timeit.repeat(lambda: statistics.record(0.1, 200, 1, 1), number=10_000, repeat=5))
    assert taken / 10_000 < 10e-6


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0.0 ms"),
        (0.0012, "1.2 ms"),
        (0.0996, "100 ms"),
        (0.9996, "1.0 s"),
        (9.94, "9.9 s"),
        (9.96, "10 s"),
        (59.6, "1 min 0 s"),
        (247, "4 min 7 s"),
        (3599.7, "1 h 0 min"),
        (7_500, "2 h 5 min"),
        (36_000_000, "10,000 h 0 min"),
    ],
)
def test_times_as_people_say_them(seconds: float, text: str) -> None:
    """Never 60 s, never 1000 ms."""
    assert duration_text(seconds) == text


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (999.97, "1.0 kB"),
        (22_400, "22.4 kB"),
        (999_960, "1.0 MB"),
        (1.5e9, "1.5 GB"),
        (2e15, "2,000.0 TB"),
    ],
)
def test_sizes_as_people_say_them(size: float, text: str) -> None:
    """In thousands."""
    assert size_text(size) == text
