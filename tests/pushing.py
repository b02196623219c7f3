"""What tests of push share: bundles, a time that passes at once, a connection by script."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any
from uuid import UUID

from fhirkit.push.answer import Reply
from fhirkit.push.caller import Caller
from fhirkit.push.gate import Clock, Gate
from fhirkit.push.glance import Asked
from fhirkit.push.report import BundleReport
from fhirkit.push.statistics import Statistics
from servers.service import Profile, Request, Service

NOON = 1_700_000_000.0
"""The time it is when a test begins, in seconds since 1970."""


class Hasty(Random):
    """Chance that always draws the shortest pause."""

    def uniform(self, a: float, b: float) -> float:  # noqa: ARG002 - the names are Random's
        """The lower end."""
        return a


HASTY = Clock(random=Hasty())
"""The real time, and pauses as short as can be."""


class Time:
    """A time that stands still until somebody waits."""

    def __init__(self) -> None:
        self.passed = 0.0
        self.waits: list[float] = []

    def monotonic(self) -> float:
        """Seconds since the beginning of the test."""
        return self.passed

    def now(self) -> float:
        """The same since 1970."""
        return NOON + self.passed

    def clock(self, random: Random | None = None) -> Clock:
        """A clock that shows this time."""
        return Clock(self.now, self.monotonic, random or Random(1))

    def gate(
        self, *, rate: float | None = None, patience: float = 300, random: Random | None = None
    ) -> Gate:
        """A gate at which nobody really waits."""
        gate = Gate(self.clock(random), rate=rate, patience=patience)
        gate._stop = _Passing(self)
        return gate


class _Passing(threading.Event):
    def __init__(self, time: Time) -> None:
        super().__init__()
        self._time = time

    def wait(self, timeout: float | None = None) -> bool:
        self._time.waits.append(timeout or 0.0)
        self._time.passed += timeout or 0.0
        return self.is_set()


class Scripted:
    """In place of a connection: gives the answers of a script, one a request."""

    base = "http://127.0.0.1:8090/fhir"

    def __init__(self, *script: Reply | Exception) -> None:
        self.script = list(script)
        self.sent: list[tuple[str, str, bytes | None, dict[str, str]]] = []

    def send(
        self,
        method: str,
        address: str,
        *,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """The next answer; the last one again and again."""
        self.sent.append((method, address, content, dict(headers or {})))
        said = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(said, Exception):
            raise type(said)(*said.args)
        return said


class Direct:
    """In place of a connection: a server in memory, and what it was asked."""

    base = "http://127.0.0.1:8090/fhir"

    def __init__(self, profile: Profile | None = None) -> None:
        self.service = Service(profile or Profile(name="direct"), self.base)
        self.sent: list[tuple[str, str]] = []

    def send(
        self,
        method: str,
        address: str,
        *,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """What the server answers."""
        path, _, query = address.removeprefix(self.base).strip("/").partition("?")
        self.sent.append((method, f"{path}?{query}" if query else path))
        given = {name.lower(): value for name, value in (headers or {}).items()}
        reply = self.service.answer(Request(method, path, query, given, content or b""))
        said = {name.lower(): value for name, value in reply.headers.items()}
        return Reply(reply.status, said, reply.body)

    def put(self, kind: str, **content: Any) -> tuple[str, str]:
        """Stores a resource, or with ``id`` another version of it; its place and version."""
        resource = {"resourceType": kind, **content}
        method, place = ("PUT", f"{kind}/{content['id']}") if "id" in content else ("POST", kind)
        reply = self.send(method, f"{self.base}/{place}", content=json.dumps(resource).encode())
        stored = json.loads(reply.body)
        return f"{kind}/{stored['id']}", stored["meta"]["versionId"]

    @property
    def places(self) -> set[str]:
        """What is there."""
        return set(self.service.store.current)


def calling(connection: Any, *, patience: float = 5) -> Caller:
    """A caller over one of the connections above, that waits for nothing."""
    return Caller(connection, Time().gate(), Statistics(), patience)


def asked(kind: str = "Patient", position: int = 0, value: str = "1") -> Asked:
    """An entry known by an identifier."""
    criteria = f"identifier=urn:x|{value}"
    return Asked(position, kind, criteria, f"{kind}?{criteria}")


def case(
    number: int, size: int = 3, *, kind: str = "transaction", device: str = ""
) -> dict[str, Any]:
    """A patient and what was observed, each to be created unless it is there.

    With ``device`` it brings that device, too, as other cases may.
    """
    patient = _urn(number, 0)
    given = [("Patient", f"{number}-0", {})]
    given += [
        (
            "Observation",
            f"{number}-{position}",
            {
                "status": "final",
                "code": {"text": "Temperature"},
                "subject": {"reference": patient},
            },
        )
        for position in range(1, size)
    ]
    if device:
        given.append(("Device", device, {}))
    entries = [
        entry(_urn(number, position), type_, value, content)
        for position, (type_, value, content) in enumerate(given)
    ]
    return {"resourceType": "Bundle", "type": kind, "entry": entries}


def entry(url: str, kind: str, value: str, content: Mapping[str, Any]) -> dict[str, Any]:
    """A conditional create, as fhirkit writes it."""
    identifier = [{"system": "urn:x", "value": value}]
    return {
        "fullUrl": url,
        "resource": {"resourceType": kind, "identifier": identifier, **content},
        "request": {"method": "POST", "url": kind, "ifNoneExist": f"identifier=urn:x|{value}"},
    }


def data(bundle: Mapping[str, Any]) -> bytes:
    """A bundle as bytes."""
    return json.dumps(bundle).encode()


def outcomes(report: BundleReport) -> list[str]:
    """What became of each entry."""
    return [one.outcome.value for one in report.entries]


def operation_outcome(text: str, code: str = "processing", *places: str) -> dict[str, Any]:
    """An OperationOutcome with one error."""
    issue: dict[str, Any] = {"severity": "error", "code": code, "diagnostics": text}
    if places:
        issue["expression"] = list(places)
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def json_reply(status: int, body: Any, headers: Mapping[str, str] | None = None) -> Reply:
    """An answer with a JSON body."""
    return Reply(status, dict(headers or {}), json.dumps(body).encode())


def responses(*given: Mapping[str, Any]) -> dict[str, Any]:
    """A transaction-response out of one response for each entry."""
    entries: Sequence[dict[str, Any]] = [{"response": dict(one)} for one in given]
    return {"resourceType": "Bundle", "type": "transaction-response", "entry": list(entries)}


def _urn(number: int, position: int) -> str:
    return f"urn:uuid:{UUID(int=number * 1000 + position)}"
