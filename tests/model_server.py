"""A server with the chat-completions interface that says what a test tells it to."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any


def proposals(*quotes: dict[str, str], links: tuple[dict[str, str], ...] = ()) -> str:
    """What a model says that proposes these quotes and links."""
    return json.dumps({"quotes": list(quotes), "links": list(links)})


def quote(kind: str, words: str, id: str = "", context: str = "") -> dict[str, str]:  # noqa: A002
    """One quote of an answer."""
    return {"id": id, "kind": kind, "quote": words, "context": context}


def chat(content: str) -> bytes:
    """The body of an answer with these words of a model."""
    message = {"role": "assistant", "content": content}
    return json.dumps({"choices": [{"index": 0, "message": message}]}).encode()


@dataclass
class Reply:
    """An answer: ``pieces`` go out one by one, each after ``pause`` seconds."""

    status: int = 200
    pieces: tuple[bytes, ...] = ()
    headers: dict[str, str] = field(default_factory=dict)
    pause: float = 0.0


@dataclass
class Asked:
    """A request as it came."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]


@dataclass
class ModelServer:
    """What was asked, and what is answered: the replies in their order, the last one for good."""

    port: int
    replies: list[Reply]
    asked: list[Asked] = field(default_factory=list)
    closing: Event = field(default_factory=Event)

    @property
    def spec(self) -> str:
        """What to give to ``--proposer``."""
        return f"openai:test-model@http://127.0.0.1:{self.port}/v1"

    def says(self, *contents: str) -> None:
        """The words of the model in its next answers."""
        self.replies = [Reply(pieces=(chat(content),)) for content in contents]


@contextmanager
def running() -> Iterator[ModelServer]:
    """A server on a free port of the loopback interface."""
    server = ModelServer(0, [Reply(404)])

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            server.asked.append(Asked(self.path, dict(self.headers), body))
            reply = server.replies[0]
            if len(server.replies) > 1:
                server.replies.pop(0)
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                for piece in reply.pieces:
                    if server.closing.wait(reply.pause):
                        return
                    self.wfile.write(piece)
            except OSError:
                pass  # the client has gone: what it was told to

        def log_message(self, *_: object) -> None:
            """A test's output is its own."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as listening:
        server.port = listening.server_port
        thread = Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.closing.set()
            listening.shutdown()
            thread.join()


def closed_port() -> int:
    """A port of the loopback interface at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
