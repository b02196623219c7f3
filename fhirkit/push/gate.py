"""What all workers share: the back-off a server asks for, the rate, and its clock."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from fhirkit.errors import FhirkitError, ServerError, Unreachable
from fhirkit.push.answer import Reply
from fhirkit.push.retry import date

_DATE_AGAIN = 30.0  # seconds after which the server's clock is looked at anew


class Stopped(FhirkitError):
    """The push was told to stop: nothing more is sent."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Time and chance, as arguments."""

    now: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic
    random: Random = field(default_factory=Random)


class ServerClock:
    """What time it is at the server, by the header Date of its answers, which is cut to the second.

    Several gates may share one: what is known of the clock outlives a push.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._offset = 0.0
        self._looked: float | None = None

    def look(self, reply: Reply) -> None:
        """Sets it by an answer, now and then."""
        now = self._clock.monotonic()
        if self._looked is not None and now - self._looked <= _DATE_AGAIN:
            return
        # With an Age it comes from a cache, and its Date is as old.
        said = None if "age" in reply.headers else date(reply.headers.get("date"))
        if said is not None:
            self._offset = said - self._clock.now()
            self._looked = now

    @property
    def time(self) -> float:
        """The time there in seconds since 1970, never later than it really is."""
        return self._clock.now() + self._offset


class Gate:
    """Lets requests through one after the other at a given rate, or none for a while."""

    def __init__(
        self,
        clock: Clock,
        *,
        rate: float | None,
        patience: float,
        server: ServerClock | None = None,
    ) -> None:
        self.clock = clock
        self._interval = 0.0 if rate is None else 1.0 / rate
        self._patience = patience
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._held_until = 0.0
        self._next = 0.0
        self._heard = clock.monotonic()
        self._server = server or ServerClock(clock)
        self._gone: str | None = None

    def enter(self) -> None:
        """Returns when a request may be sent. Raises Stopped, or Unreachable once it is given up."""
        while True:
            if self._stop.is_set():
                raise Stopped("stopped")
            if self._gone is not None:
                # A new one each time: an exception that is raised again gathers traces.
                raise Unreachable(self._gone)
            with self._lock:
                now = self.clock.monotonic()
                until = max(self._held_until, self._next)
                if until <= now:
                    if self._interval:
                        self._next = max(now, self._next) + self._interval
                    return
            self._stop.wait(until - now)

    def pause(self, seconds: float) -> None:
        """Waits, unless the push is stopped meanwhile."""
        if self._stop.wait(seconds):
            raise Stopped("stopped")

    def hold(self, seconds: float) -> None:
        """Lets nobody through for so long."""
        with self._lock:
            self._held_until = max(self._held_until, self.clock.monotonic() + seconds)

    def heard(self, reply: Reply) -> None:
        """Notes that the server is there, and what its clock says."""
        self._heard = self.clock.monotonic()
        self._server.look(reply)

    def give_up(self, started: float, error: ServerError | None) -> None:
        """Called when a request begun at ``started`` has used up its patience.

        If nobody has heard of the server since then, nobody need try any more. ``error`` is why
        it could not even be reached, if that is how it ended.
        """
        if self._heard > started or (error is None and not self._patience):
            return
        self._gone = (
            str(error)
            if error is not None
            else f"the server has not done anything for {self.clock.monotonic() - started:.0f} s"
        )

    def shut(self, why: str) -> None:
        """Lets nobody through any more, each told why."""
        self._gone = why

    def stop(self) -> None:
        """Lets nobody through any more."""
        self._stop.set()

    @property
    def stopped(self) -> bool:
        """Whether it was."""
        return self._stop.is_set()

    @property
    def server_time(self) -> float:
        """The time by the server's clock, in seconds since 1970."""
        return self._server.time
