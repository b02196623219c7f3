"""How far a push is: one line on a terminal, redrawn in place and gone at the end."""

from __future__ import annotations

import os
from collections import Counter, deque
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import RLock
from typing import TYPE_CHECKING, TextIO

from fhirkit.push.statistics import duration_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_PAUSE = 0.1  # seconds between two drawings
_WINDOW = 15.0  # seconds the rate is taken from: what was done long ago says little of now
_SETTLED = 1.0  # seconds before a rate is worth telling
_WIDTH = 80  # of a terminal that does not tell
_LANDED = "landed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How far it is: ``others`` are the bundles that did not land, by state."""

    done: int = 0
    total: int | None = None
    rate: float | None = None
    others: Mapping[str, int] = field(default_factory=dict)
    retries: int = 0


def line_of(count: Count, width: int) -> str:
    """The line for a terminal of ``width`` columns: it ends before the part that does not fit."""
    line = ""
    for part in _parts(count):
        longer = f"{line}  {part}" if line else part
        # The last column stays free: some terminals go to the next line when it is filled.
        if len(longer) >= width:
            break
        line = longer
    return line


def _parts(count: Count) -> Iterator[str]:
    of = f"/{count.total:,}" if count.total is not None else ""
    yield f"{count.done:,}{of} bundles"
    yield from (f"{number:,} {state}" for state, number in count.others.items())
    if count.rate is not None:
        yield f"{count.rate:,.0f}/s" if count.rate >= 10 else f"{count.rate:.1f}/s"
    if count.rate and count.total is not None and count.total > count.done:
        left = round((count.total - count.done) / count.rate)
        yield f"{duration_text(left) if left >= 10 else f'{left} s'} left"
    if count.retries:
        yield f"{count.retries:,} repeated"


class Progress:
    """Draws the line while a push goes on; any thread may tell it what happened.

    Nothing is written if ``stream`` is no terminal, or None. ``clock`` gives seconds that only
    go forward. What else is written to the terminal belongs into a block of :meth:`aside`.
    """

    def __init__(
        self, stream: TextIO | None, *, clock: Callable[[], float], total: int | None = None
    ) -> None:
        self._stream = stream if stream is not None and _is_terminal(stream) else None
        self._clock = clock
        self._total = total
        self._lock = RLock()
        self._done = self._retries = 0
        self._others: Counter[str] = Counter()
        self._samples: deque[tuple[float, int]] = deque([(clock(), 0)])
        self._drawn = ""
        self._last: float | None = None

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def finished(self, state: str) -> None:
        """A bundle is done with, in this state."""
        with self._lock:
            self._done += 1
            if state != _LANDED:
                self._others[str(state)] += 1
            self._draw()

    def retried(self) -> None:
        """A request is going to be repeated."""
        with self._lock:
            self._retries += 1
            self._draw()

    @property
    def seen(self) -> bool:
        """Whether anybody sees the line."""
        return self._stream is not None

    def expect(self, total: int | None) -> None:
        """Now it is known how many bundles there are, or that it is not."""
        with self._lock:
            self._total = total

    @contextmanager
    def aside(self) -> Iterator[None]:
        """The line is away while something else is written, and comes again after it."""
        with self._lock:
            self._write("")
            try:
                yield
            finally:
                self._last = None

    def close(self) -> None:
        """Takes the line away for good."""
        with self._lock:
            self._write("")
            self._stream = None

    def _draw(self) -> None:
        if self._stream is None:
            return
        now = self._clock()
        if self._last is not None and now - self._last < _PAUSE:
            return
        self._last = now
        self._write(line_of(self._count(now), _columns(self._stream)))

    def _count(self, now: float) -> Count:
        self._samples.append((now, self._done))
        while self._samples[1][0] <= now - _WINDOW:
            self._samples.popleft()
        before, done = self._samples[0]
        known = now - before >= _SETTLED
        return Count(
            done=self._done,
            total=self._total,
            rate=(self._done - done) / (now - before) if known else None,
            others=self._others,
            retries=self._retries,
        )

    def _write(self, line: str) -> None:
        """Puts a line over the one that stands there; spaces, as not every terminal can erase."""
        if self._stream is None or line == self._drawn:
            return
        covered = line.ljust(len(self._drawn))
        try:
            self._stream.write(f"\r{covered}" if line else f"\r{covered}\r")
            self._stream.flush()
        except (OSError, ValueError):  # the terminal is gone: the push goes on
            self._stream = None
        self._drawn = line


def _is_terminal(stream: TextIO) -> bool:
    try:
        return stream.isatty()
    except ValueError:  # it is closed
        return False


def _columns(stream: TextIO) -> int:
    try:
        return os.get_terminal_size(stream.fileno()).columns or _WIDTH
    except (OSError, ValueError):
        return _WIDTH
