"""Sends a request until its answer is final: the loop around the table in :mod:`retry`."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING

from fhirkit.errors import InDoubt, Refused, ServerError, Unreachable
from fhirkit.push.retry import (
    BROKEN,
    NEVER_SENT,
    NO_ACCESS,
    date,
    leaves_doubt,
    repeat,
    retry_after,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fhirkit.push.answer import Reply
    from fhirkit.push.connection import Connection
    from fhirkit.push.gate import Gate
    from fhirkit.push.statistics import Statistics


@dataclass(frozen=True, slots=True)
class Request:
    """One request below the server's base.

    ``safe``: it can be repeated, for twice is as once. ``versioned``: it has If-Match.
    """

    method: str
    path: str = ""
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    safe: bool = True
    versioned: bool = False


@dataclass(frozen=True, slots=True)
class Called:
    """How a request ended.

    ``reply`` is the last answer, None where the last attempt got none: then ``error`` says why.
    ``doubted``: an attempt before the last may have been carried out.
    """

    reply: Reply | None
    error: ServerError | None
    attempts: int
    doubted: bool

    @property
    def never_sent(self) -> bool:
        """Whether no attempt reached the server."""
        return isinstance(self.error, Unreachable | Refused) and not self.doubted


class Caller:
    """Sends requests over one connection, through the gate that all workers share."""

    def __init__(
        self, connection: Connection, gate: Gate, statistics: Statistics, patience: float
    ) -> None:
        self.connection = connection
        self.gate = gate
        self._statistics = statistics
        self._patience = patience

    def call(self, request: Request, *, patience: float | None = None) -> Called:
        """Sends a request, again where that is right, until its answer is final.

        Raises Stopped, and SettingsError for credentials that cannot be had. Once the server has
        been given up, what was not sent at all ends as ``never_sent``.
        """
        clock = self.gate.clock
        started = clock.monotonic()
        limit = self._patience if patience is None else patience
        seen: Counter[int] = Counter()
        attempts, doubted = 0, False
        while True:
            try:
                self.gate.enter()
            except Unreachable as gone:
                return Called(None, gone, attempts, doubted)
            attempts += 1
            status, reply, error = self._once(request)
            again = repeat(
                status,
                attempts,
                clock.random,
                safe=request.safe,
                versioned=request.versioned,
                seen=seen[status],
                wait=self._asked_to_wait(reply),
            )
            seen[status] += 1
            if again is None:
                if reply is not None:
                    self.gate.heard(reply)
                return Called(reply, error, attempts, doubted)
            if clock.monotonic() - started + again.seconds > limit:
                self.gate.give_up(started, error if status == NEVER_SENT else None)
                return Called(reply, error, attempts, doubted)
            doubted = doubted or leaves_doubt(status)
            self._statistics.retried(again.why)
            if again.all_wait:
                self.gate.hold(again.seconds)
            else:
                self.gate.pause(again.seconds)

    def _once(self, request: Request) -> tuple[int, Reply | None, ServerError | None]:
        clock = self.gate.clock
        began = clock.monotonic()
        out = len(request.body or b"")
        base = self.connection.base
        try:
            reply = self.connection.send(
                request.method,
                f"{base}/{request.path}" if request.path else base,
                content=request.body,
                headers=request.headers,
            )
        except Unreachable as error:
            self._statistics.record(clock.monotonic() - began, None, 0, 0)
            return NEVER_SENT, None, error
        except InDoubt as error:
            self._statistics.record(clock.monotonic() - began, None, out, 0)
            return BROKEN, None, error
        except Refused as error:
            # Not the server's answer: whoever gives out its tokens gives us none.
            self.gate.shut(str(error))
            return NO_ACCESS, None, error
        self._statistics.record(clock.monotonic() - began, reply.status, out, len(reply.body))
        if reply.status == HTTPStatus.UNAUTHORIZED:
            # What could be done about it has been done, with the credentials.
            self.gate.shut("HTTP 401: the server does not accept the credentials (any more)")
        return reply.status, reply, None

    def _asked_to_wait(self, reply: Reply | None) -> float | None:
        if reply is None:
            return None
        value = reply.headers.get("retry-after")
        if value is None:
            return None
        said = date(reply.headers.get("date"))
        return retry_after(value, self.gate.server_time if said is None else said)
