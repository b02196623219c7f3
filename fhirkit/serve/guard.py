"""Keeps web pages of other sites out of the embedded server.

The server takes requests of any origin and asks nobody who they are. Bound to the loopback
interface it is out of reach for other machines, but not for a page that is open in this
machine's browser: such a page could read every patient. Two headers a browser always sends
truthfully tell them apart: ``Host`` (against names that are made to point here) and
``Origin``. And the server's own pages, which ask for a script from a public address, are told
by ``Content-Security-Policy`` to do without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    Scope = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
    Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
    App = Callable[[Scope, Receive, Send], Awaitable[None]]

_OURS = frozenset({"127.0.0.1", "localhost"})
_POLICY = (
    b"content-security-policy",
    b"default-src 'self' 'unsafe-inline'; img-src 'self' data:",
)
_REFUSAL = b"This server answers only to the machine it runs on.\n"


def allowed(host: str, origin: str | None) -> bool:
    """Whether a request with these two headers comes from here.

    >>> allowed("127.0.0.1:8090", None)
    True
    >>> allowed("127.0.0.1:8090", "https://hospital.example")
    False
    """
    return _name(f"//{host}") in _OURS and origin in (None, f"http://{host}")


def guarded(app: App) -> App:
    """The same ASGI application, for requests from this machine only."""

    async def only_ours(scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name: value.decode("latin-1") for name, value in scope.get("headers", ())}
        if not allowed(headers.get(b"host", ""), headers.get(b"origin")):
            await _refuse(send)
            return

        async def with_policy(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                headers = [*message.get("headers", ())]
                # Pages of ours come with a stricter one.
                if all(name != _POLICY[0] for name, _ in headers):
                    headers.append(_POLICY)
                message["headers"] = headers
            await send(message)

        await app(scope, receive, with_policy)

    return only_ours


async def _refuse(send: Send) -> None:
    headers = [(b"content-type", b"text/plain"), (b"content-length", b"%d" % len(_REFUSAL))]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": _REFUSAL})


def _name(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None
