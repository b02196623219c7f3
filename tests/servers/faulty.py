"""The bad server: FHIR in memory, exact in itself, and everything that goes wrong on the way.

    python -m servers.faulty --port 8095 --seed 1 --too-many 0.1 --commit-then-503 0.1 --cut 0.01

Beside the FHIR interface at ``/fhir`` it tells what it was asked at ``/_state`` and which key
has how many resources at ``/_keys``. A POST of JSON to ``/_faults`` changes what goes wrong.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import gc
import hashlib
import json
import socket
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from threading import Thread
from typing import Any

import httpx

from servers.faults import BEFORE, Faults, options
from servers.process import start
from servers.server import Server
from servers.service import Profile, Reply, Request, Service, outcome, refusal
from servers.store import Problem
from servers.watch import Watch, keys, told

HOST = "127.0.0.1"
WELL = Faults()
FAULTY = Profile(name="faulty")
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_HTML = b"<!DOCTYPE html><html><body><h1>Please sign in</h1></body></html>"
_STATUS = {
    "too_many": (429, "throttled"),
    "unavailable": (503, "transient"),
    "broken": (500, "exception"),
    "timed_out": (408, "timeout"),
    "conflict": (409, "conflict"),
    "unauthorized": (401, "login"),
    "storm": (412, "processing"),
    "commit_then_503": (503, "transient"),
    "commit_then_500": (500, "exception"),
}
_CLOSED = {"cut_before", "silent"}
_HANGING = {"hang_before", "hang"}


@dataclass(frozen=True, slots=True)
class Faulty:
    """A running bad server."""

    server: Server

    @property
    def base(self) -> str:
        """Where its FHIR interface is."""
        return self.server.base

    def state(self) -> dict[str, Any]:
        """What it was asked, and what it holds: see :func:`servers.watch.told`."""
        answer: dict[str, Any] = self._asked("/_state")
        return answer

    def keys(self) -> dict[str, list[int]]:
        """For each key how many resources were made, and how many there are."""
        answer: dict[str, list[int]] = self._asked("/_keys")
        return answer

    def change(self, faults: Faults) -> None:
        """From now on this goes wrong."""
        url = self.base.removesuffix("/fhir") + "/_faults"
        body = json.dumps(dataclasses.asdict(faults))
        httpx.post(url, content=body, trust_env=False).raise_for_status()

    def _asked(self, path: str) -> Any:
        url = self.base.removesuffix("/fhir") + path
        return httpx.get(url, trust_env=False, timeout=60).raise_for_status().json()


class Application:
    """The ASGI application. All of it runs in one event loop."""

    def __init__(self, faults: Faults, base: str, profile: Profile = FAULTY) -> None:
        self.faults = faults
        self.profile = profile
        self.service = Service(_with_limits(profile, faults), base)
        self.watch = Watch()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        request = await _request(scope, receive)
        if scope["path"].startswith("/_"):
            await _send(send, self._asked(scope["path"], request.body))
        elif not f"{scope['path']}/".startswith("/fhir/"):
            await _send(send, refusal(Problem(404, "not-found", "FHIR is at /fhir")))
        else:
            await self._answer(request, receive, send)

    async def _answer(self, request: Request, receive: Receive, send: Send) -> None:
        fault = self._drawn(request)
        about = keys(request, self.service.store)
        self.watch.enter(request, about)
        if request.method == "POST" and not request.path:
            self.watch.bundles += 1
            self.watch.entries += len(about)
        answer = "none"
        try:
            if self.faults.latency:
                await _pause(self.faults.latency, receive)
            if fault in _HANGING:
                self._stored(request, fault)
                await _pause(self.faults.hang_seconds, receive)
                await _close(send, receive)
                return
            reply = self._reply(request, fault)
            if fault in _CLOSED:
                await _close(send, receive)
                return
            if fault == "cut":
                answer = "cut"
                await _cut(send, receive, reply)
                return
            answer = str(reply.status)
            await _send(send, reply)
        finally:
            self.watch.leave(about, answer)

    def _drawn(self, request: Request) -> str:
        if request.method == "GET" and not self.faults.reads:
            return ""
        headers = request.headers
        parts = (
            f"{request.method} {request.path}?{request.query}",
            headers.get("if-none-exist", ""),
            headers.get("if-match", ""),
        )
        digest = hashlib.blake2b("\n".join(parts).encode() + request.body, digest_size=16)
        fault = self.faults.drawn(digest.hexdigest(), self.watch.attempt(digest.hexdigest()))
        if fault:
            self.watch.faults[fault] += 1
        return fault

    def _stored(self, request: Request, fault: str) -> Reply:
        """What the server would answer; nothing is stored where the fault comes before."""
        return Reply(0) if fault in BEFORE else self.service.answer(request)

    def _reply(self, request: Request, fault: str) -> Reply:
        if fault == "storm":
            return refusal(Problem(412, "processing", "a precondition failed"))
        if fault == "pretend":
            return _pretended(request)
        reply = self._stored(request, fault)
        # What it refuses anyway, it refuses; a fault does not turn it into a success.
        if not fault or fault in {"cut", "silent"} or reply.status >= 400:
            return reply
        if fault in _STATUS:
            return self._refused(fault)
        if fault == "half_answer":
            return _halved(reply)
        if fault == "redirect":
            return Reply(307, b"", {"Location": f"{self.faults.redirect_to}/{request.path}"})
        if fault.endswith("page"):
            return Reply(200, _HTML, {"Content-Type": "text/html; charset=utf-8"})
        said = outcome("processing", "something went wrong", "fatal")
        return Reply(200, json.dumps(said).encode(), {"Content-Type": "application/fhir+json"})

    def _refused(self, fault: str) -> Reply:
        status, code = _STATUS[fault]
        reply = refusal(Problem(status, code, f"{fault}, as it was drawn"))
        if status not in {429, 503} or not self.faults.retry_after:
            return reply
        wait = self.faults.retry_in
        later = datetime.now(UTC) + timedelta(seconds=wait)
        said = {"seconds": str(wait), "date": format_datetime(later, usegmt=True)}
        headers = {**reply.headers, "Retry-After": said[self.faults.retry_after]}
        return Reply(reply.status, reply.body, headers)

    def _asked(self, path: str, body: bytes) -> Reply:
        if path == "/_faults":
            self.faults = Faults(**json.loads(body))
            self.service.profile = _with_limits(self.profile, self.faults)
            return Reply(204)
        store = self.service.store
        if path == "/_keys":
            current = Counter(version.key for version in store.current.values())
            document: Any = {key: [made, current[key]] for key, made in store.created.items()}
        elif path == "/_state":
            document = told(self.watch, store)
        else:
            return Reply(404)
        return Reply(200, json.dumps(document).encode(), {"Content-Type": "application/json"})


@contextmanager
def in_thread(faults: Faults = WELL) -> Iterator[Faulty]:
    """The server in a thread of this process."""
    with _bound(0) as listener:
        base = f"http://{HOST}:{listener.getsockname()[1]}/fhir"
        server = _uvicorn(Application(faults, base))
        thread = Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            while not server.started:
                assert thread.is_alive(), "the faulty server did not start"
                time.sleep(0.005)
            yield Faulty(Server(name="faulty", base=base, fresh=True))
        finally:
            server.should_exit = server.force_exit = True  # waiting for no one
            thread.join(10)


@contextmanager
def in_process(log: Path, faults: Faults = WELL) -> Iterator[Faulty]:
    """The server as a process of its own, which outlives a client that is killed."""
    given = dataclasses.asdict(faults)
    arguments = [f"--{name.replace('_', '-')}={value}" for name, value in given.items()]
    place = {"PYTHONPATH": str(Path(__file__).parents[1])}
    started = start([sys.executable, "-m", "servers.faulty", *arguments], log, place)
    try:
        yield Faulty(Server(name="faulty", base=started.base(30), fresh=True))
    finally:
        started.stop()


def main(arguments: list[str] | None = None, profile: Profile = FAULTY) -> None:
    """Runs the server until it is told to stop."""
    parser = argparse.ArgumentParser(
        prog="servers.faulty", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    for name, kind in options().items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=kind, default=kind())
        parser.set_defaults(**{name: getattr(Faults(), name)})
    given = vars(parser.parse_args(arguments))
    gc.disable()  # what is stored stays, and looking through it again and again takes half the time
    with _bound(given.pop("port")) as listener:
        base = f"http://{HOST}:{listener.getsockname()[1]}/fhir"
        server = _uvicorn(Application(Faults(**given), base, profile))
        sys.stdout.write(f"ready {base}\n")
        sys.stdout.flush()
        with suppress(KeyboardInterrupt):
            server.run(sockets=[listener])


def _with_limits(profile: Profile, faults: Faults) -> Profile:
    refused = {"transaction": faults.refuse_transaction, "batch": faults.refuse_batch}
    return dataclasses.replace(
        profile,
        refused={kind: status for kind, status in refused.items() if status},
        holds_references=bool(faults.holds_references),
        loses=frozenset(filter(None, faults.loses.split(","))),
        max_entries=faults.max_entries or None,
        max_bytes=faults.max_bytes or None,
    )


def _uvicorn(application: Application) -> Any:
    import uvicorn

    return uvicorn.Server(
        uvicorn.Config(
            application,
            log_config=None,
            log_level="critical",  # that an answer is not complete is meant
            access_log=False,
            lifespan="off",
            ws="none",
            proxy_headers=False,
            timeout_graceful_shutdown=1,
        )
    )


@contextmanager
def _bound(port: int) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen(128)  # who connects before the server runs, waits
        yield listener


async def _request(scope: Message, receive: Receive) -> Request:
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    return Request(
        method=scope["method"],
        path=scope["path"].removeprefix("/fhir").strip("/"),
        query=scope["query_string"].decode("latin-1"),
        headers={name.decode("latin-1"): one.decode("latin-1") for name, one in scope["headers"]},
        body=body,
    )


def _headers(reply: Reply) -> list[tuple[bytes, bytes]]:
    given = {**reply.headers, "Content-Length": str(len(reply.body))}
    return [(name.lower().encode(), value.encode()) for name, value in given.items()]


async def _send(send: Send, reply: Reply) -> None:
    start_ = {"type": "http.response.start", "status": reply.status, "headers": _headers(reply)}
    if reply.status == 204:
        start_["headers"] = []
    await send(start_)
    await send({"type": "http.response.body", "body": reply.body})


async def _cut(send: Send, receive: Receive, reply: Reply) -> None:
    """Half of the body that was promised, and no more."""
    await send({"type": "http.response.start", "status": reply.status, "headers": _headers(reply)})
    half = reply.body[: len(reply.body) // 2]
    await send({"type": "http.response.body", "body": half, "more_body": True})
    await _close(send, receive)


async def _close(send: Send, receive: Receive) -> None:
    """Closes the connection under the answer."""
    # ASGI has no word for it; the object of uvicorn's that ``send`` belongs to has the socket.
    send.__self__.transport.close()
    while (await receive())["type"] != "http.disconnect":
        pass


async def _pause(seconds: float, receive: Receive) -> None:
    """Waits, but not for a client that has gone."""
    gone = asyncio.ensure_future(receive())
    await asyncio.wait({gone}, timeout=seconds)
    gone.cancel()


def _halved(reply: Reply) -> Reply:
    document = json.loads(reply.body or b"null")
    if isinstance(document, dict) and "entry" in document:
        document["entry"] = document["entry"][: len(document["entry"]) // 2]
        return Reply(reply.status, json.dumps(document).encode(), reply.headers)
    return Reply(reply.status, reply.body[: len(reply.body) // 2], reply.headers)


def _pretended(request: Request) -> Reply:
    """The answer to a request that was done, made up."""
    document = request.document if isinstance(request.document, dict) else {}
    headers = {"Content-Type": "application/fhir+json"}
    if document.get("resourceType") != "Bundle":
        place = f"{request.path}/made-up/_history/1"
        shown = json.dumps({**document, "id": "made-up"}).encode()
        return Reply(201, shown, {**headers, "Location": place, "ETag": 'W/"1"'})
    entries = [
        {
            "response": {
                "status": "201 Created",
                "location": f"{entry['resource']['resourceType']}/made-up-{at}/_history/1",
                "etag": 'W/"1"',
            }
        }
        for at, entry in enumerate(document.get("entry", ()))
    ]
    answer = {"resourceType": "Bundle", "type": f"{document['type']}-response", "entry": entries}
    return Reply(200, json.dumps(answer).encode(), headers)


if __name__ == "__main__":
    main()
