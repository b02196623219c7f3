"""The server of the push benchmark: answers as a FHIR server would, and does next to nothing.

    python benchmarks/push_sink.py [--delay SECONDS]

Prints its port and serves until its standard input is closed. It parses no JSON: the types
of a transaction's entries are picked from its bytes, and the answer to each shape of bundle is
made once. Every resource is new to it, so each entry is answered ``201 Created``, with an id
of its own.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
from collections.abc import Sequence

_HEAD = re.compile(rb"([A-Z]+) ([^ ]+) HTTP/1\.1\r\n")
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
# "url" also names extensions; theirs begin with a scheme, a request's with a type.
_TYPE = re.compile(rb'"url": ?"([A-Z][A-Za-z]+)[?/"]')
_TURN = b"@turn@"
_WHEN = "2026-11-22T12:00:00.000Z"

TYPES = (
    "AdverseEvent Condition Device DiagnosticReport DocumentReference Encounter Medication "
    "MedicationAdministration Observation Organization Patient Procedure Provenance Specimen"
).split()


class Answers:
    """What the sink says: one template a shape, a number of its own in each answer."""

    def __init__(self) -> None:
        self._templates: dict[tuple[bytes, ...], bytes] = {}
        self._turn = 0

    def to(self, method: bytes, target: bytes, body: bytes) -> bytes:
        """The whole answer to a request, head and body."""
        self._turn += 1
        path = target.partition(b"?")[0].strip(b"/")
        if method == b"POST" and not path:
            return self._transaction(tuple(_TYPE.findall(body)))
        if method == b"GET" and path == b"metadata":
            return _message(b"200 OK", _json(capabilities()))
        if method == b"GET":
            return _message(b"200 OK", _json({"resourceType": "Bundle", "type": "searchset"}))
        return _message(b"404 Not Found", _json({"resourceType": "OperationOutcome", "issue": []}))

    def _transaction(self, types: tuple[bytes, ...]) -> bytes:
        template = self._templates.get(types)
        if template is None:
            template = self._templates[types] = _message(b"200 OK", _response(types))
        return template.replace(_TURN, b"%06d" % self._turn)


class Sink(asyncio.Protocol):
    """One connection: whole requests in, whole answers out, one after the other."""

    def __init__(self, answers: Answers, delay: float) -> None:
        self._answers = answers
        self._delay = delay
        self._parts: list[bytes] = []
        self._missing = 0  # bytes of the request under way that are still to come
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 -- TCP has no other
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Collect; answer once the request is whole."""
        self._parts.append(data)
        if self._missing > len(data):
            self._missing -= len(data)
            return
        request = b"".join(self._parts)
        head, found, body = request.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        self._missing = int(length[1]) - len(body) if found and length else 0
        if not found or self._missing > 0:
            self._parts = [request]
            return
        self._parts = []
        self._missing = 0
        self._answer(request, body)

    def _answer(self, request: bytes, body: bytes) -> None:
        line = _HEAD.match(request)
        if self._transport is None or line is None:
            return
        answer = self._answers.to(line[1], line[2], body)
        if self._delay and line[1] == b"POST":
            asyncio.get_running_loop().call_later(self._delay, self._transport.write, answer)
        else:
            self._transport.write(answer)


def capabilities() -> dict[str, object]:
    """A small statement that promises what the benchmark's bundles need."""
    resource = {
        "interaction": [{"code": code} for code in ("read", "create", "update", "search-type")],
        "conditionalCreate": True,
        "conditionalUpdate": True,
    }
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": _WHEN,
        "kind": "instance",
        "fhirVersion": "4.0.1",
        "format": ["json"],
        "rest": [
            {
                "mode": "server",
                "resource": [{"type": name, **resource} for name in TYPES],
                "interaction": [{"code": "transaction"}, {"code": "batch"}],
            }
        ],
    }


async def serve(delay: float) -> None:
    """Listen on a free port of the loopback interface until standard input ends."""
    loop = asyncio.get_running_loop()
    answers = Answers()
    server = await loop.create_server(lambda: Sink(answers, delay), "127.0.0.1", 0)
    async with server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await loop.run_in_executor(None, sys.stdin.read)


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until standard input ends."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--delay", type=float, default=0.0, help="seconds a POST takes (0)")
    delay: float = parser.parse_args(arguments).delay
    asyncio.run(serve(delay))
    return 0


def _response(types: Sequence[bytes]) -> bytes:
    entries = [
        {
            "response": {
                "status": "201 Created",
                "location": f"{name.decode()}/{_TURN.decode()}-{position}/_history/1",
                "etag": 'W/"1"',
                "lastModified": _WHEN,
            }
        }
        for position, name in enumerate(types)
    ]
    return _json({"resourceType": "Bundle", "type": "transaction-response", "entry": entries})


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _message(status: bytes, body: bytes) -> bytes:
    # The number that takes the mark's place has its length.
    head = b"HTTP/1.1 %b\r\nContent-Type: application/fhir+json\r\nContent-Length: %d\r\n\r\n"
    return head % (status, len(body.replace(_TURN, b"000000"))) + body


if __name__ == "__main__":
    sys.exit(main())
