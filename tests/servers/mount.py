"""Puts a server without a network where every ``httpx.Client`` finds it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import respx

from servers.server import Server
from servers.service import Profile, Request, Service


@contextmanager
def mounted(profile: Profile) -> Iterator[Server]:
    """An empty server with this profile, which every ``httpx.Client`` reaches meanwhile.

    Servers of this machine are reached as ever; all else is refused by respx.
    """
    host = f"{profile.name}.example"
    base = f"https://{host}/fhir"
    service = Service(profile, base)

    def answer(request: httpx.Request) -> httpx.Response:
        if not f"{request.url.path}/".startswith("/fhir/"):
            return httpx.Response(404)
        reply = service.answer(_asked(request))
        return httpx.Response(reply.status, headers=dict(reply.headers), content=reply.body)

    with respx.mock(assert_all_called=False) as router:
        router.route(scheme="https", host=host).mock(side_effect=answer)
        router.route(host="127.0.0.1").pass_through()
        yield Server(name=profile.name, base=base, fresh=True)


def _asked(request: httpx.Request) -> Request:
    headers: dict[str, Any] = {name.lower(): value for name, value in request.headers.items()}
    return Request(
        method=request.method,
        path=request.url.path.removeprefix("/fhir").strip("/"),
        query=request.url.query.decode(),
        headers=headers,
        body=request.read(),
    )
