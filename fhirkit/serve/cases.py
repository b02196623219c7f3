"""The pages of the cases a server has, beside its FHIR API: ``/cases`` and ``/cases/ID``."""

from __future__ import annotations

import asyncio
import json
import re
from typing import TYPE_CHECKING

from fhirkit.errors import FhirkitError
from fhirkit.report.given import of_bundle
from fhirkit.report.page import page
from fhirkit.serve.answers import (
    CASES,
    FAILED,
    NOT_ALLOWED,
    NOT_FOUND,
    UNREADABLE,
    Answer,
    told,
)
from fhirkit.serve.inside import Inside
from fhirkit.serve.keys import document_key_of
from fhirkit.serve.links import linked
from fhirkit.serve.listing import listing
from fhirkit.serve.stored import stored

if TYPE_CHECKING:
    from fhirkit.serve.guard import App, Receive, Scope, Send
    from fhirkit.serve.stored import Stored

_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")


def with_cases(app: App, base: str) -> App:
    """The same ASGI application of a FHIR server, with pages of the cases it has.

    ``base`` is the address of its FHIR API. What is shown is read through that API each time a
    page is asked for: it is what the server has now. Nothing is written.
    """
    inside = Inside(app, base)

    async def answered(scope: Scope, receive: Receive, send: Send) -> None:
        path = str(scope.get("path", ""))
        if scope["type"] == "http" and f"{path}/".startswith(f"{CASES}/"):
            method = str(scope.get("method"))
            answer = await _answer(inside, method, path.removeprefix(CASES).strip("/"))
            await answer.send(send, method)
        else:
            await linked(app, inside)(scope, receive, send)

    return answered


async def _answer(inside: Inside, method: str, identity: str) -> Answer:
    if method not in ("GET", "HEAD"):
        return told(NOT_ALLOWED, "Pages can only be read")
    try:
        return await (_case(inside, identity) if identity else listing(inside))
    except Exception:  # noqa: BLE001 - the server holds what anybody put there
        return told(
            FAILED,
            "No page could be made",
            "Something on the server is in a form that fhirkit does not expect there.",
        )


async def _case(inside: Inside, identity: str) -> Answer:
    """The page of the case whose DocumentReference has this id."""
    known = await inside.read("DocumentReference", identity) if _ID.fullmatch(identity) else None
    key = None if known is None else document_key_of(known)
    if known is None or key is None:
        return told(
            NOT_FOUND,
            "No such case",
            "This server has no case with this id: it was deleted, or never pushed by fhirkit.",
        )
    try:
        case = await stored(inside, known, key)
        # Reading takes a while: other requests are answered meanwhile.
        html = await asyncio.to_thread(_page, case)
    except FhirkitError as error:
        return told(UNREADABLE, "No page can be made of this case", f"{error}.".capitalize(), _LOOK)
    return Answer(200, html)


_LOOK = "What the server has of it is to be seen on its own pages."


def _page(case: Stored) -> str:
    name, data = f"Case {case.key.document}", json.dumps(case.bundle).encode()
    return page(of_bundle(name, case.bundle, data), index=CASES)
