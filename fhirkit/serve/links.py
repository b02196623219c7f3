"""Ways from the embedded server's own pages to those of the cases it has."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fhirkit.report.html import Html, element
from fhirkit.serve.answers import CASES
from fhirkit.serve.keys import keys_of

if TYPE_CHECKING:
    from collections.abc import MutableMapping
    from typing import Any

    from fhirkit.serve.guard import App, Receive, Scope, Send
    from fhirkit.serve.inside import Inside

    Message = MutableMapping[str, Any]

_UI = "/ui"
_RESOURCE = re.compile(r"/ui/resources/([A-Z][A-Za-z]+)/([A-Za-z0-9.-]{1,64})")
#: Where the links go: after the last of the menu, after the heading. Each page has one of both,
#: made by the server's own template, before anything of a resource.
_MENU, _HEADING = "</nav>", "</h1>"
_ALL = element("a", "Cases", href=CASES)


def linked(app: App, inside: Inside) -> App:
    """The same ASGI application, with links on its HTML pages."""

    async def with_links(scope: Scope, receive: Receive, send: Send) -> None:
        path = str(scope.get("path", ""))
        asked = scope["type"] == "http" and scope.get("method") == "GET"
        if not asked or not f"{path}/".startswith(f"{_UI}/"):
            await app(scope, receive, send)
            return
        held = _Held(send)
        await app(scope, receive, held.take)
        if held.start is not None:
            link = await _link(inside, path) if held.is_page else None
            await held.let_go(link)

    return with_links


class _Held:
    """An answer that is held back if it is an HTML page, until all of it is there."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._body = bytearray()
        self.start: Message | None = None
        self.is_page = False

    async def take(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = dict(message.get("headers", ()))
            kind = headers.get(b"content-type", b"")
            self.is_page = kind.startswith(b"text/html") and b"content-encoding" not in headers
            if self.is_page:
                self.start = message
                return
        elif self.is_page and message["type"] == "http.response.body":
            self._body += message.get("body", b"")
            return
        await self._send(message)

    async def let_go(self, link: Html | None) -> None:
        """Sends what was held, with the links in it."""
        if self.start is None:
            return
        body = _with_links(bytes(self._body), link)
        others = [item for item in self.start.get("headers", ()) if item[0] != b"content-length"]
        self.start["headers"] = [*others, (b"content-length", b"%d" % len(body))]
        await self._send(self.start)
        await self._send({"type": "http.response.body", "body": body})


def _with_links(body: bytes, link: Html | None) -> bytes:
    """The page with its links; as it was where it is no whole page of the server."""
    menu = _MENU.encode()
    if menu not in body or _ALL.encode() in body:
        return body
    body = body.replace(menu, _ALL.encode() + menu, 1)
    if link is not None:
        heading = _HEADING.encode()
        body = body.replace(heading, heading + link.encode(), 1)
    return body


async def _link(inside: Inside, path: str) -> Html | None:
    """The link to the page of the case that the resource shown is of."""
    shown = _RESOURCE.fullmatch(path)
    resource = await inside.read(shown[1], shown[2]) if shown else None
    for key in keys_of(resource or {}):
        document = key.sibling("case.document")
        found = await inside.with_keys("DocumentReference", [document], system=key.system)
        if found:
            # The page has an element of this name for each fact, and for its patient.
            fact = "" if key.name.endswith("case.document") else f"#f-{key.name.partition('.')[0]}"
            address = f"{CASES}/{found[0].get('id')}{fact}"
            return Html(f"<p>{element('a', 'Page of this case', class_='btn', href=address)}</p>")
    return None
