"""Reads from the embedded server as a client would, without leaving the process."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fhirkit.mappers.context import Resource
    from fhirkit.serve.guard import App

#: Resources of one answer: the most the server gives.
_PAGE = "1000"
#: Values of one search: more make an address too long for other servers, and a query slow.
_VALUES = 100


class Inside:
    """The FHIR API of an ASGI application: reading only.

    What is not there is None or nothing; so is what the server gives no good answer on. Whether
    a case can be shown is decided by what was found, not by why something was not.
    """

    def __init__(self, app: App, base: str) -> None:
        self.base = base
        # Not a client: it would log each address, with ids of patients in it.
        self._transport = httpx.ASGITransport(app)

    async def read(self, kind: str, identity: str) -> Resource | None:
        """The resource with this id."""
        found = await self._get(f"{self.base}/{kind}/{identity}")
        return found if found is not None and found.get("resourceType") == kind else None

    async def search(self, kind: str, **parameters: str) -> list[Resource]:
        """What matches, of all pages in their order."""
        query = {**parameters, "_count": _PAGE}
        url = str(httpx.URL(f"{self.base}/{kind}", params=query))
        found: list[Resource] = []
        asked: set[str] = set()
        while url not in asked:
            asked.add(url)
            bundle = await self._get(url) or {}
            found += resources_of(bundle)
            url = _next(bundle) or url
        return found

    async def with_ids(self, kind: str, ids: Iterable[str]) -> list[Resource]:
        """The resources with these ids, as far as they are there."""
        return await self._each(kind, "_id", ids)

    async def with_keys(
        self, kind: str, keys: Iterable[str], *, system: str, parameter: str = "identifier"
    ) -> list[Resource]:
        """The resources with these identifiers, or tags, as far as they are there."""
        return await self._each(kind, parameter, (f"{system}|{key}" for key in keys))

    async def everything(self, patient: str) -> list[Resource]:
        """The patient with this id and all that points at it."""
        return list(resources_of(await self._get(f"{self.base}/Patient/{patient}/$everything")))

    async def _each(self, kind: str, parameter: str, values: Iterable[str]) -> list[Resource]:
        given = list(dict.fromkeys(values))
        found: list[Resource] = []
        for start in range(0, len(given), _VALUES):
            some = ",".join(given[start : start + _VALUES])
            found += await self.search(kind, **{parameter: some})
        return [resource for resource in found if resource.get("resourceType") == kind]

    async def _get(self, url: str) -> Resource | None:
        request = httpx.Request("GET", url, headers={"accept": "application/fhir+json"})
        response = await self._transport.handle_async_request(request)
        data = await response.aread()
        if response.status_code != httpx.codes.OK:
            return None
        try:
            found = json.loads(data)
        except ValueError:
            return None
        return found if isinstance(found, dict) else None


def resources_of(bundle: Resource | None) -> Iterator[Resource]:
    """The resources of a Bundle's entries; what the server remarks on a search is none."""
    entries = (bundle or {}).get("entry")
    for entry in entries if isinstance(entries, list) else ():
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(resource, dict) and resource.get("resourceType") != "OperationOutcome":
            yield resource


def _next(bundle: dict[str, Any]) -> str | None:
    links = bundle.get("link")
    for link in links if isinstance(links, list) else ():
        if isinstance(link, dict) and link.get("relation") == "next":
            return str(link.get("url"))
    return None
