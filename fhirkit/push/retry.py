"""When a request is sent again, and after how long. No I/O: facts in, a decision out.

The table is for requests that may be repeated because they are conditional ("safe"); what is not
safe is repeated only where the server surely did nothing with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

NEVER_SENT = 0
"""In place of a status: the connection failed before a byte of the request was out."""
BROKEN = 1
"""In place of a status: sent, but the answer did not come, or not whole."""
NO_ACCESS = 2
"""In place of a status: not sent, since there are no credentials to send it with."""

FIRST_PAUSE = 0.1  # seconds; doubled with each attempt
LONGEST_PAUSE = 30.0
LONGEST_RETRY_AFTER = 120.0  # a server may ask for hours: whoever wants to wait so long can resume


@dataclass(frozen=True, slots=True)
class Rule:
    """What to do about a status.

    ``unsafe``: whether a request that is not conditional may be repeated, too: the server has
    done nothing. ``times``: how often, None for as long as patience lasts. ``all_wait``: whether
    the server is asking all of us to slow down. ``doubt``: whether the server may have stored it.
    ``unless_versioned``: not for a request with If-Match, where it says that somebody else
    changed the resource.
    """

    why: str
    unsafe: bool = False
    times: int | None = None
    all_wait: bool = False
    doubt: bool = False
    unless_versioned: bool = False


TABLE: dict[int, Rule] = {
    NEVER_SENT: Rule("no connection", unsafe=True, all_wait=True),
    BROKEN: Rule("no whole answer", doubt=True),
    # Servers behind a proxy answer these while they go on working.
    408: Rule("request timeout", doubt=True),
    502: Rule("bad gateway", doubt=True),
    503: Rule("unavailable", all_wait=True, doubt=True),
    504: Rule("gateway timeout", doubt=True),
    # The same bundle often fails the same way again: not for the whole of our patience.
    500: Rule("server error", times=4, doubt=True),
    425: Rule("too early", unsafe=True),
    429: Rule("too many requests", unsafe=True, all_wait=True),
    # HAPI: another bundle was creating the same key; with If-Match it means a stale version.
    409: Rule("lost a race", times=10, unless_versioned=True),
    # "More than one resource has this key" stays so; a server that loses races says it, too.
    412: Rule("precondition failed", times=4, unless_versioned=True),
}


# Not implemented, no such HTTP here, sign in to the network first.
_UNDONE = frozenset({501, 505, 511})


@dataclass(frozen=True, slots=True)
class Repeat:
    """Send it again after ``seconds``; ``all_wait`` until then where the server asks for it."""

    seconds: float
    all_wait: bool
    why: str


def repeat(
    status: int,
    attempt: int,
    random: Random,
    *,
    safe: bool,
    versioned: bool = False,
    seen: int = 0,
    wait: float | None = None,
) -> Repeat | None:
    """What to do after an attempt that ended with ``status``, None where that is final.

    ``attempt`` counts from 1, ``seen`` how often this status came for this request before, and
    ``wait`` is what the server asked for in Retry-After, in seconds. The pause is drawn evenly
    from zero to twice the last limit ("full jitter", so that clients that failed together do
    not come back together) and is never shorter than what the server asked for.
    """
    rule = TABLE.get(status)
    if rule is None or not (safe or rule.unsafe):
        return None
    if rule.times is not None and seen >= rule.times:
        return None
    if versioned and rule.unless_versioned:
        return None
    limit = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(attempt - 1, 16))
    seconds = random.uniform(0.0, limit)
    if wait is not None:
        # A little is added, so that all who were told the same second do not come at once.
        seconds = min(wait, LONGEST_RETRY_AFTER) + random.uniform(0.0, min(limit, 1.0))
    return Repeat(seconds, rule.all_wait, rule.why)


def leaves_doubt(status: int) -> bool:
    """Whether a server that answers so may have stored what it was sent."""
    rule = TABLE.get(status)
    return rule.doubt if rule is not None else status >= 500 and status not in _UNDONE


def retry_after(value: str | None, now: float | None) -> float | None:
    """The seconds of a Retry-After header: a number, or a date beside the server's own.

    ``now`` is the time by the server's clock, in seconds since 1970, None where it does not tell.
    None is given for what is neither (https://www.rfc-editor.org/rfc/rfc9110#field.retry-after).
    """
    if value is None:
        return None
    value = value.strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    until = date(value)
    if until is None or now is None:
        return None
    return max(0.0, until - now)


def date(value: str | None) -> float | None:
    """The seconds since 1970 of an HTTP date, None for what is none."""
    if value is None:
        return None
    try:
        when = parsedate_to_datetime(value)
        # One of its old forms names no zone: https://www.rfc-editor.org/rfc/rfc9110#http.date
        return (when if when.tzinfo is not None else when.replace(tzinfo=UTC)).timestamp()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
