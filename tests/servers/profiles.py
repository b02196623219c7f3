"""Servers as two makers of hospital systems publish them, in memory, under addresses of no one.

What they declare is known from their statements (May 2026): which bundles they take, which of
our types can be made, which only read, which are absent. That a search by identifier works,
that answers to a create have no body, and that nothing can be deleted is assumed: FHIR leaves
it to a server, and a client must get along.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import respx

from servers.server import Server
from servers.service import Profile, Request, Service

_READ = frozenset({"read", "search-type"})
_MADE = _READ | {"create"}

EPIC = Profile(
    name="epic",
    publisher="Epic-like",
    types={
        **dict.fromkeys(("Patient", "Condition", "Observation", "DocumentReference"), _MADE),
        **dict.fromkeys(("MedicationAdministration", "AdverseEvent"), _READ),
    },
    system=frozenset(),
    conditions=False,
    parameters=frozenset({"_id", "identifier"}),
    shows_created=False,
)

# Of its types the statement was read for AdverseEvent, MedicationAdministration and
# DocumentReference; that the others can be made is assumed.
ORACLE = Profile(
    name="oracle",
    publisher="Oracle-like",
    types={
        **dict.fromkeys(("Patient", "Condition", "Observation", "Procedure"), _MADE | {"update"}),
        **dict.fromkeys(("Encounter", "DocumentReference"), _MADE | {"update"}),
        **dict.fromkeys(("MedicationAdministration", "Device", "Provenance"), _READ),
    },
    system=frozenset({"batch"}),
    conditions=False,
    parameters=frozenset({"_id", "identifier"}),
    batch_posts=422,
    shows_created=False,
)


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
