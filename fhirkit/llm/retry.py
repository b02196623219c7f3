"""When a request is made once more, and what a refusal means."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from fhirkit.llm.endpoint import KEY, KEY_FILE

_PAUSE = 1.0  # seconds
#: A server that wants a longer pause is not waited for.
_LONGEST_PAUSE = 20.0
_BUSY = frozenset({429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Again:
    """The one further attempt: after how many seconds, and whether without what is optional."""

    pause: float
    plain: bool = False


def again(status: int | None, retry_after: str | None) -> Again | None:
    """The second attempt after an answer that was none, or None where it would be no use.

    ``status`` is None where no connection came about. A server that is busy or broken is asked
    again after the pause it names; one that calls the request wrong is asked in plainer form,
    since not every model takes every option.
    """
    if status is None:
        return Again(_PAUSE)
    if status == HTTPStatus.BAD_REQUEST:
        return Again(0.0, plain=True)
    if status not in _BUSY:
        return None
    pause = (
        float(retry_after)
        if retry_after and retry_after.isascii() and retry_after.isdigit()
        else _PAUSE
    )
    return Again(pause) if pause <= _LONGEST_PAUSE else None


def refusal(status: int) -> str:
    """What an HTTP status that is no success says to the user."""
    try:
        said = f"HTTP {status} {HTTPStatus(status).phrase}"
    except ValueError:
        said = f"HTTP {status}"
    if status in (401, 403):
        return f"{said}: give a key in {KEY_FILE} or {KEY}"
    if status in (404, 405):
        return f"{said}: the address must be the one that /chat/completions follows"
    if 300 <= status < 400:
        return f"{said}: the server sends clients elsewhere, where texts do not follow"
    return said
