"""Tests of fhirkit.cli.progress."""

from __future__ import annotations

import fcntl
import io
import os
import pty
import select
import struct
import termios
import time
from collections.abc import Iterator
from threading import Thread
from typing import TextIO

import pytest

from fhirkit.cli.progress import Count, Progress, line_of


class Clock:
    """A clock that goes when it is told."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Terminal:
    """A terminal of a kernel's making, and what was written to it."""

    def __init__(self) -> None:
        self._screen, writing = pty.openpty()
        self.stream: TextIO = os.fdopen(writing, "w", encoding="ascii")

    def resize(self, columns: int) -> None:
        """Makes the window wider or narrower."""
        fcntl.ioctl(self.stream, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))

    def written(self) -> str:
        """What came since the last look."""
        said = b""
        while select.select([self._screen], [], [], 0.05)[0]:
            said += os.read(self._screen, 65_536)
        return said.decode()

    def close(self) -> None:
        """Both ends."""
        os.close(self._screen)
        self.stream.close()


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    """A terminal of 80 columns."""
    made = Terminal()
    made.resize(80)
    yield made
    made.close()


@pytest.fixture
def clock() -> Clock:
    """A clock that stands."""
    return Clock()


@pytest.mark.parametrize(
    ("count", "line"),
    [
        pytest.param(Count(done=3), "3 bundles", id="nothing-known"),
        pytest.param(Count(done=3, total=10_000), "3/10,000 bundles", id="total"),
        pytest.param(Count(done=3, rate=1.25), "3 bundles  1.2/s", id="rate"),
        pytest.param(
            Count(done=1_204, total=10_000, rate=41.2, others={"refused": 2}, retries=17),
            "1,204/10,000 bundles  2 refused  41/s  3 min 33 s left  17 repeated",
            id="all",
        ),
        pytest.param(Count(done=4, total=4, rate=2.0), "4/4 bundles  2.0/s", id="done"),
        pytest.param(Count(done=9, total=4, rate=2.0), "9/4 bundles  2.0/s", id="more-than-told"),
        pytest.param(Count(done=1, total=9, rate=0.0), "1/9 bundles  0.0/s", id="standing-still"),
    ],
)
def test_the_line(count: Count, line: str) -> None:
    """What is known, and nothing that is zero."""
    assert line_of(count, 80) == line


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (80, "50/100 bundles  1 in doubt  10/s  5 s left  2 repeated"),
        (55, "50/100 bundles  1 in doubt  10/s  5 s left  2 repeated"),
        (54, "50/100 bundles  1 in doubt  10/s  5 s left"),
        (30, "50/100 bundles  1 in doubt"),
        (15, "50/100 bundles"),
        (14, ""),
        (1, ""),
    ],
)
def test_a_line_fits_its_terminal(width: int, line: str) -> None:
    """Parts that have no room are left out, and the last column stays free."""
    count = Count(done=50, total=100, rate=10.0, others={"in doubt": 1}, retries=2)
    assert line_of(count, width) == line


def test_a_push_on_a_terminal(terminal: Terminal, clock: Clock) -> None:
    """Drawn over itself, with rate and time left, and gone at the end."""
    with Progress(terminal.stream, clock=clock, total=40) as progress:
        progress.finished("landed")
        assert terminal.written() == "\r1/40 bundles"
        clock.now += 2
        progress.finished("in doubt")
        progress.retried()
        assert terminal.written() == "\r2/40 bundles  1 in doubt  1.0/s  38 s left"
        clock.now += 1
        progress.retried()
        last = "2/40 bundles  1 in doubt  0.7/s  57 s left  2 repeated"
        assert terminal.written() == f"\r{last}"
    assert terminal.written() == "\r" + " " * len(last) + "\r"


def test_a_shorter_line_covers_the_longer_one(terminal: Terminal, clock: Clock) -> None:
    """Nothing of what stood there before is left."""
    progress = Progress(terminal.stream, clock=clock)
    for _ in range(20):
        progress.retried()
    clock.now += 1
    progress.retried()
    before = terminal.written().split("\r")[-1]
    terminal.resize(16)
    clock.now += 1
    progress.retried()
    after = terminal.written().split("\r")[-1]
    assert len(after.rstrip()) < 16
    assert len(after) == len(before)


def test_it_is_drawn_ten_times_a_second_at_most(terminal: Terminal, clock: Clock) -> None:
    """However fast the bundles go."""
    progress = Progress(terminal.stream, clock=clock)
    for _ in range(10_000):
        progress.finished("landed")
        clock.now += 0.0002
    assert 15 <= terminal.written().count("\r") <= 21


def test_the_rate_is_that_of_the_last_seconds(terminal: Terminal, clock: Clock) -> None:
    """What a resumed push finds done already says nothing about the time left."""
    progress = Progress(terminal.stream, clock=clock, total=1_200)
    for _ in range(1_000):
        progress.finished("landed")
    for _ in range(100):
        clock.now += 0.5
        progress.finished("landed")
    assert terminal.written().split("\r")[-1].rstrip() == ("1,100/1,200 bundles  2.0/s  50 s left")


def test_other_lines_come_between(terminal: Terminal, clock: Clock) -> None:
    """The line makes room and comes again at once."""
    with Progress(terminal.stream, clock=clock) as progress:
        progress.finished("landed")
        with progress.aside():
            terminal.stream.write("case 1: landed\n")
        progress.finished("landed")
        said = terminal.written()
    assert said == "\r1 bundles\r         \rcase 1: landed\r\n\r2 bundles"


def test_a_total_may_come_later(terminal: Terminal, clock: Clock) -> None:
    """The end of a stream is known when it is there."""
    progress = Progress(terminal.stream, clock=clock)
    progress.expect(7)
    progress.finished("landed")
    assert terminal.written() == "\r1/7 bundles"


def closed() -> TextIO:
    """A stream nobody can write to."""
    stream = io.StringIO()
    stream.close()
    return stream


@pytest.mark.parametrize(
    "stream", [None, io.StringIO(), closed()], ids=["none", "no-terminal", "closed"]
)
def test_nothing_is_written_where_there_is_no_terminal(
    stream: io.StringIO | None, clock: Clock
) -> None:
    """Logs of a job hold no line that was redrawn a thousand times."""
    with Progress(stream, clock=clock, total=2) as progress:
        progress.finished("refused")
        progress.retried()
        with progress.aside():
            pass
    assert stream is None or stream.closed or stream.getvalue() == ""


def test_a_terminal_that_is_gone_ends_the_line_only(clock: Clock) -> None:
    """A closed window does not end a push."""
    terminal = Terminal()
    progress = Progress(terminal.stream, clock=clock)
    terminal.close()
    progress.finished("landed")
    clock.now += 1
    progress.finished("landed")
    progress.close()


def test_threads_may_tell_at_once(terminal: Terminal) -> None:
    """The sum is right and the line whole."""
    with Progress(terminal.stream, clock=time.monotonic) as progress:
        threads = [
            Thread(target=lambda: [progress.finished("landed") for _ in range(500)])
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        time.sleep(0.11)
        progress.finished("landed")
        assert terminal.written().split("\r")[-1].startswith("4,001 bundles")
