"""A server as the contract suite uses it: clients for it, and what is really there."""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid4, uuid5

import httpx

from contract.material import Bundle, keys
from fhirkit.errors import Refused
from fhirkit.push import Client, PushOptions
from fhirkit.push.auth import authentication, credentials_from
from fhirkit.push.report import DONE, BundleReport, Outcome, PushReport
from pushing import HASTY
from servers.server import Server

_PROGRAMS = {"hapi", "hapi_strict", "medplum"}
_TICK = 1.1  # seconds: servers tell their time in whole ones


@dataclass
class Ground:
    """One server for one case, with a key that no other case uses."""

    server: Server
    folder: Path
    case: str

    def __enter__(self) -> Ground:
        return self

    def __exit__(self, *_: object) -> None:
        self._looking.close()

    @cached_property
    def _looking(self) -> Client:
        """For what is really there."""
        return self.client()

    @cached_property
    def key(self) -> str:
        """The same in each run where the server is empty, so that a failure comes again."""
        name = self.case if self.server.fresh else uuid4()
        return str(uuid5(NAMESPACE_URL, f"{self.server.name} {name}"))

    @cached_property
    def auth(self) -> httpx.Auth | None:
        """What opens the server, where it is closed."""
        smart = self.server.smart
        if smart is None:
            return None
        table = {
            "smart-client-id": smart.client_id,
            "smart-key-file": str(smart.key_file),
            "smart-token-url": smart.token_url,
            "smart-scope": smart.scope,
        }
        return authentication(credentials_from(table, os.environ), self.server.base)

    def client(
        self,
        *,
        journal: Path | None = None,
        http: httpx.Client | None = None,
        anonymous: bool = False,
        **options: Any,
    ) -> Client:
        """A client with credentials; on servers in memory it pauses no longer than it must."""
        asked = PushOptions(**{"patience": 60.0, "timeout": 60.0, "workers": 2, **options})
        auth = None if anonymous else self.auth
        clock = None if self.server.name in _PROGRAMS else HASTY
        return Client(
            self.server.base, options=asked, journal=journal, http=http, auth=auth, clock=clock
        )

    def push(self, *bundles: Bundle | bytes, **options: Any) -> PushReport:
        """What became of bundles; the report is held against what is there."""
        with self.client(**options) as client:
            report = client.push(list(bundles))
        for bundle, told in zip(bundles, report.bundles, strict=True):
            self.holds(bundle, told)
        return report

    def journal(self, name: str = "journal") -> Path:
        """A file for a journal."""
        return self.folder / f"{name}.db"

    # What is really there

    def found(self, key: str) -> list[dict[str, Any]]:
        """The resources with a key, by a search."""
        kind, _, criteria = key.partition("?")
        name, _, value = criteria.partition("=")
        return list(self._looking.search(kind, {name: value}))

    def read(self, location: str | None) -> dict[str, Any]:
        """What is at ``Type/id``."""
        assert location is not None
        resource = self._looking.read(location)
        assert resource is not None, f"{location} is not there"
        return resource

    def holds(self, bundle: Bundle | bytes, report: BundleReport) -> None:
        """Fails where the server holds other than a report says: nothing lost, nothing doubled."""
        if isinstance(bundle, bytes):
            bundle = json.loads(bundle)
        for key, entry in zip(keys(bundle), report.entries, strict=False):
            try:
                found = self.found(key)
            except Refused:  # the server has no such type
                found = []
            places = [f"{one['resourceType']}/{one['id']}" for one in found]
            if entry.outcome in DONE:
                assert places == [entry.location], f"{key}: {entry.outcome}, and there: {places}"
            elif entry.outcome is Outcome.IN_DOUBT:
                assert len(places) <= 1
            else:
                assert places == [], f"{key}: {entry.outcome}, and there: {places}"

    def once(self, *bundles: Bundle) -> None:
        """Fails unless each resource is there, once."""
        for bundle in bundles:
            for key in keys(bundle):
                assert len(self.found(key)) == 1, key

    def gone(self, *bundles: Bundle) -> None:
        """Fails unless nothing of them is there."""
        for bundle in bundles:
            for key in keys(bundle):
                assert self.found(key) == [], key

    def counts(self, types: list[str]) -> dict[str, int]:
        """How many resources there are; nobody else is at work on the server meanwhile."""
        return self._looking.count(types)

    def later(self) -> None:
        """Waits until what is there is older than what is now begun, by the server's clock.

        Where answers get lost, this is all that tells what a push has created from what it found.
        """
        if self.server.name == "bad":
            time.sleep(_TICK)

    # Somebody else

    def edit(self, location: str | None, **content: Any) -> bool:
        """Changes a resource, as a hospital's own people may; False where the server has no edits."""
        headers = {"Content-Type": "application/fhir+json"}
        with httpx.Client(auth=self.auth, trust_env=False, timeout=60, headers=headers) as http:
            for _ in range(20):
                resource = {**self.read(location), **content}
                url = f"{self.server.base}/{location}"
                try:
                    answer = http.put(url, json=resource)
                except httpx.TransportError:
                    continue  # the bad server
                if answer.status_code == 405:
                    return False
                if answer.is_success:
                    return True
                assert answer.status_code in {429, 503}, answer.text
                time.sleep(0.01)
        raise AssertionError("the server takes no edit")


class Broken(httpx.BaseTransport):
    """A network that breaks down: the ``writes``-th write arrives, its answer does not come."""

    def __init__(self, writes: int) -> None:
        self._left = writes
        self._inner = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer, as long as the network holds."""
        if self._left <= 0:
            raise httpx.ConnectError("gone", request=request)
        answer = self._inner.handle_request(request)
        self._left -= request.method in {"POST", "PUT"}
        if self._left:
            return answer
        answer.close()
        raise httpx.ReadError("gone", request=request)

    def close(self) -> None:
        """Closes what is below."""
        self._inner.close()
