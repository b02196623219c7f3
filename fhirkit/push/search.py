"""Looks on a server for what has a key, uncached, and reads what is at an address."""

from __future__ import annotations

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from fhirkit.errors import InDoubt, Refused
from fhirkit.push.answer import outcome_words
from fhirkit.push.caller import Request
from fhirkit.push.exact import read_exact
from fhirkit.push.tokens import has_key

if TYPE_CHECKING:
    from fhirkit.push.answer import Reply
    from fhirkit.push.caller import Called, Caller

Resource = dict[str, Any]

# HAPI keeps the result of a search for a minute unless told not to.
FRESH = {"Cache-Control": "no-cache"}
GONE = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)


@dataclass(frozen=True, slots=True)
class Found:
    """What has a key: nothing, one resource, or several, which is somebody's mistake."""

    matches: tuple[Resource, ...]

    @property
    def only(self) -> Resource | None:
        """The one that has it, if it is one."""
        return self.matches[0] if len(self.matches) == 1 else None


def find(caller: Caller, key: str) -> Found:
    """The resources with a key, such as ``Patient?identifier=system|value``.

    A server may ignore a search parameter it does not know and answer with everything, so each
    match is looked at. Raises ServerError where the server does not answer the search, or with
    so much else that what was looked for may stand on a later page.
    """
    kind, _, criteria = key.partition("?")
    # A raw "|" in an address is refused by some servlet containers.
    query = quote(criteria, safe="=&%:/.,-_~")
    reply = answered(
        caller, Request("GET", f"{kind}?{query}", headers=FRESH), f"a search for {kind}"
    )
    bundle = _object(reply, f"a search for {kind}")
    shown = [resource for resource in _resources(bundle) if resource.get("resourceType") == kind]
    matches = tuple(
        resource
        for resource in shown
        if isinstance(resource.get("id"), str) and has_key(resource, criteria)
    )
    if shown and not matches and _goes_on(bundle):
        raise Refused(f"a search for {kind}: the server shows what was not asked for")
    return Found(matches)


def read(caller: Caller, location: str) -> Resource | None:
    """The resource at ``Type/id``, every digit kept; None where it is not there or was deleted."""
    request = Request("GET", location, headers=FRESH)
    called = caller.call(request)
    if called.reply is not None and called.reply.status in GONE:
        return None
    return _object(answer_of(called, "a read"), "a read")


def answered(caller: Caller, request: Request, what: str) -> Reply:
    """The answer to a request that stores nothing. Raises Refused, InDoubt or Unreachable."""
    return answer_of(caller.call(request), what)


def answer_of(called: Called, what: str) -> Reply:
    """The same for a request that was sent already."""
    reply = called.reply
    if reply is None:
        raise called.error or InDoubt(f"{what} got no answer")
    if not 200 <= reply.status < 300:
        code, detail = outcome_words(reply.body)
        raise Refused(f"{what}: HTTP {reply.status}" + (code and f", {code}"), detail=detail)
    return reply


def _object(reply: Reply, what: str) -> Resource:
    try:
        value = read_exact(reply.body)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise Refused(f"{what}: the answer is not FHIR JSON")
    return value


def _resources(bundle: Resource) -> list[Resource]:
    entries = bundle.get("entry")
    found = [
        entry.get("resource")
        for entry in (entries if isinstance(entries, list) else ())
        if isinstance(entry, dict)
    ]
    return [resource for resource in found if isinstance(resource, dict)]


def _goes_on(bundle: Resource) -> bool:
    links = bundle.get("link")
    return any(
        isinstance(link, dict) and link.get("relation") == "next"
        for link in (links if isinstance(links, list) else ())
    )


def total(reply: Reply) -> int | None:
    """The number a search with ``_summary=count`` gives."""
    try:
        found = json.loads(reply.body)["total"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return None
    return found if isinstance(found, int) else None
