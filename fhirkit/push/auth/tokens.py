"""Access tokens: read from an endpoint's answer, kept until shortly before they end."""

from __future__ import annotations

import re
import time
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any

from fhirkit.errors import FhirkitError, Refused, Unreachable
from fhirkit.push.auth.discovery import json_object

if TYPE_CHECKING:
    from collections.abc import Callable

LIFETIME = 300.0  # seconds; where an endpoint does not say: the longest the specification advises
_MARGIN = 30.0  # seconds that a request may take to arrive
_HOLD = 30.0  # seconds; an account that is asked for in vain again and again gets locked
_WAIT = frozenset({408, 425, 429})

# RFC 6749, 5.2, less the blank: what an error code may be written with.
_CODE = re.compile(r"[!#-\[\]-~]{1,60}")
_ADVICE = {
    "invalid_client": "is the public key registered for this client, and this machine's clock right?",
    "invalid_scope": "set smart-scope (FHIRKIT_SMART_SCOPE) to what the server lets this client do",
    "unauthorized_client": "the server must let this client use client_credentials",
}


@dataclass(frozen=True, slots=True)
class Token:
    """An access token, and for how many seconds it is good."""

    value: str = field(repr=False)
    lifetime: float = LIFETIME


def read_token(place: str, status: int, body: bytes) -> Token:
    """The token in the answer of an endpoint, which messages call ``place``.

    Raises Refused for a no, with the error code of OAuth; the words beside it are in ``detail``.
    Raises Unreachable where the endpoint is only busy or out of order, so that it is asked
    again later.
    """
    said = json_object(body)
    if status in _WAIT or status >= 500:
        raise Unreachable(f"{place} gives no token now: HTTP {status}")
    if not 200 <= status < 300:
        raise _refusal(place, status, said)
    value = said.get("access_token")
    if not isinstance(value, str) or not _is_bearer(value, said.get("token_type")):
        raise Refused(f"{place} gives no token: the answer holds no bearer token")
    return Token(value, _lifetime(said.get("expires_in")))


def _refusal(place: str, status: int, said: dict[str, Any]) -> Refused:
    code, words = said.get("error"), said.get("error_description")
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        return Refused(f"{place} gives no token: HTTP {status}")
    advice = f" ({_ADVICE[code]})" if code in _ADVICE else ""
    return Refused(
        f"{place} gives no token: {code}, HTTP {status}{advice}",
        # Some repeat what was signed, and every JWT begins like this.
        detail=words if isinstance(words, str) and "eyJ" not in words else "",
    )


def _is_bearer(value: str, kind: object) -> bool:
    fit = value.isascii() and value.isprintable() and " " not in value and value != ""
    return fit and isinstance(kind, str) and kind.lower() == "bearer"


def _lifetime(seconds: object) -> float:
    try:
        lifetime = float(seconds) if isinstance(seconds, int | float | str) else LIFETIME
    except ValueError:
        lifetime = LIFETIME
    return lifetime if 0 < lifetime < float("inf") else LIFETIME


class Tokens:
    """One token for all threads, fetched by one of them while the others wait for it.

    What the fetching thread meets, its waiting neighbours meet too, and a refusal stands for
    half a minute: many workers must not knock at a door that stays shut.
    """

    def __init__(
        self, fetch: Callable[[], Token], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._fetch = fetch
        self._clock = clock
        self._lock = Lock()
        self._flight: Future[str] | None = None
        self._value = ""
        self._until = 0.0
        self._refusal: FhirkitError | None = None
        self._hold_until = 0.0

    def current(self) -> str:
        """A token that is good for a while. Raises what fetching one raises."""
        return self._good(refused=None)

    def instead_of(self, refused: str) -> str | None:
        """Another token than one the server refused; None if that was of no use lately."""
        if self._clock() < self._hold_until:
            return None
        return self._good(refused=refused)

    def refused_anew(self) -> None:
        """Notes that even a new token was refused: tokens are not what is wrong."""
        self._hold_until = self._clock() + _HOLD

    def _good(self, refused: str | None) -> str:
        with self._lock:
            if self._value not in ("", refused) and self._clock() < self._until:
                return self._value
            self._raise_refusal()
            flight = self._flight
            if flight is None:
                own = self._flight = Future()
        if flight is not None:
            return flight.result()
        return self._land(own)

    def _raise_refusal(self) -> None:
        if self._refusal is not None and self._clock() < self._hold_until:
            # A new one for each thread: an exception that is raised twice mixes its traces.
            raise type(self._refusal)(str(self._refusal), detail=self._refusal.detail)

    def _land(self, flight: Future[str]) -> str:
        try:
            token = self._fetch()
        except BaseException as error:
            with self._lock:
                self._flight = None
                if isinstance(error, FhirkitError) and not isinstance(error, Unreachable):
                    self._refusal, self._hold_until = error, self._clock() + _HOLD
            flight.set_exception(_for_others(error))
            raise
        with self._lock:
            self._value, self._flight, self._refusal = token.value, None, None
            self._until = self._clock() + token.lifetime - min(_MARGIN, token.lifetime / 10)
        flight.set_result(token.value)
        return token.value


def _for_others(error: BaseException) -> FhirkitError:
    """What the threads that waited are told."""
    if isinstance(error, FhirkitError):
        return type(error)(str(error), detail=error.detail)
    return Unreachable("no token was fetched: the thread that asked for one was stopped")
