from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
import respx

from fhirkit.errors import FhirkitError, InDoubt, SettingsError, Unreachable
from fhirkit.push.connection import Connection, connected, connection_to

HOST = "https://host.example/fhir"

NOT_SENT = {"ConnectError", "ConnectTimeout", "PoolTimeout", "ProxyError", "UnsupportedProtocol"}
SETTING = {"InvalidURL"}
# Of httpx's cookie jar, which is not used.
ELSEWHERE = {"CookieConflict"}


def kinds(kind: type[Exception]) -> Iterator[type[Exception]]:
    """A class and all below it."""
    yield kind
    for below in kind.__subclasses__():
        yield from kinds(below)


def every() -> list[type[Exception]]:
    """Every exception httpx has, by itself and below its roots."""
    named = {
        one
        for one in vars(httpx).values()
        if isinstance(one, type) and issubclass(one, Exception) and one.__name__ not in ELSEWHERE
    }
    roots = {one for kind in (httpx.HTTPError, httpx.StreamError) for one in kinds(kind)}
    ours = {one for one in named | roots if one.__module__ == "httpx"}
    return sorted(ours, key=lambda one: one.__name__)


def made(kind: type[Exception], text: str) -> Exception:
    """An exception of httpx's, however it is made."""
    error = kind.__new__(kind)
    Exception.__init__(error, text)
    return error


@pytest.mark.parametrize("kind", every(), ids=lambda kind: kind.__name__)
def test_every_exception_of_httpx_becomes_one_of_ours(
    kind: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each says what happened to the data, and repeats no address: it may hold search values."""

    def raising(*_: Any) -> httpx.Response:
        raise made(kind, "https://host/Patient?name=Muster")

    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", raising)
    expected: type[FhirkitError] = InDoubt
    if kind.__name__ in NOT_SENT:
        expected = Unreachable
    elif kind.__name__ in SETTING:
        expected = SettingsError
    with connected(HOST, timeout=1) as connection, pytest.raises(expected) as caught:
        connection.send("POST", HOST, content=b"{}")
    assert type(caught.value) is expected
    if kind is not httpx.ConnectError:
        assert "Muster" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_the_list_of_exceptions_is_whole() -> None:
    """Those that say nothing was sent are httpx's still."""
    assert {one.__name__ for one in every()} >= NOT_SENT | SETTING | {"ReadError", "StreamClosed"}


@respx.mock
def test_bytes_and_headers_go_as_they_are() -> None:
    """FHIR's JSON in both directions, and what was asked for beside."""
    route = respx.post(HOST).respond(201, content=b"abc", headers={"ETag": 'W/"1"'})
    with connected(HOST, timeout=1) as connection:
        reply = connection.send("POST", HOST, content=b"0.8500", headers={"If-None-Exist": "a=b"})
    request = route.calls.last.request
    assert request.content == b"0.8500"
    assert request.headers["host"] == "host.example"
    assert request.headers["content-type"] == "application/fhir+json"
    assert request.headers["content-length"] == "6"
    assert request.headers["accept"] == "application/fhir+json"
    assert request.headers["if-none-exist"] == "a=b"
    assert request.headers["user-agent"].startswith("fhirkit/")
    assert "authorization" not in request.headers
    assert (reply.status, reply.body, reply.headers["etag"]) == (201, b"abc", 'W/"1"')


@respx.mock
def test_a_read_has_no_body() -> None:
    """Nor says of which type it would be."""
    route = respx.get(f"{HOST}/metadata").respond(200)
    with connected(HOST, timeout=1) as connection:
        connection.send("GET", f"{HOST}/metadata")
    assert "content-type" not in route.calls.last.request.headers


@respx.mock
@pytest.mark.parametrize("own", [False, True], ids=["ours", "given"])
def test_a_redirect_is_an_answer(own: bool) -> None:
    """Patient data and credentials go to the address that was given and nowhere else."""
    respx.post(HOST).respond(307, headers={"location": "https://elsewhere.example/fhir"})
    elsewhere = respx.post("https://elsewhere.example/fhir")
    with httpx.Client(follow_redirects=True) as client:
        connection = Connection(HOST, timeout=1, http=client if own else None)
        assert connection.send("POST", HOST, content=b"{}").status == 307
        connection.close()
    assert not elsewhere.called


class Echo(BaseHTTPRequestHandler):
    """Answers with the request's line; one connection for many requests."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """As asked."""
        self.server.seen.append((self.requestline, dict(self.headers)))  # type: ignore[attr-defined]
        body = self.requestline.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def setup(self) -> None:
        """Counts connections."""
        super().setup()
        self.server.opened.append(self.client_address)  # type: ignore[attr-defined]

    def log_message(self, *_: Any) -> None:
        """Keeps quiet."""


class Echoing(ThreadingHTTPServer):
    """What was asked, and over how many connections."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Echo)
        self.seen: list[tuple[str, dict[str, str]]] = []
        self.opened: list[object] = []

    @property
    def base(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.server_address[1]}/fhir"


@pytest.fixture
def echo() -> Iterator[Echoing]:
    """A server on the loopback interface."""
    server = Echoing()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def in_threads(number: int, target: Callable[[], object]) -> None:
    """Runs something in several threads at a time, to its end."""
    threads = [threading.Thread(target=target) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_a_connection_is_kept_and_used_again(echo: Echoing) -> None:
    """Whichever thread comes next: threads that end leave none behind."""
    with connected(echo.base, timeout=5) as connection:
        for _ in range(20):
            in_threads(1, lambda: connection.send("GET", f"{echo.base}/x"))
        assert len(echo.seen) == 20
        assert len(echo.opened) == 1
        assert len(connection._idle) == 1


def test_threads_have_a_connection_each(echo: Echoing) -> None:
    """As many as there are requests at one time, all closed in the end."""
    together = threading.Barrier(4)

    def go() -> None:
        together.wait()
        for _ in range(10):
            connection.send("GET", f"{echo.base}/x")

    with connected(echo.base, timeout=5) as connection:
        in_threads(4, go)
        in_threads(4, go)
        assert 1 <= len(connection._idle) <= 4
        transports = list(connection._idle)
    assert len(echo.seen) == 80
    assert len(echo.opened) <= 4
    assert connection._idle == []
    assert all(not transport._pool.connections for transport in transports)


def test_what_ends_after_the_close_is_closed_too(echo: Echoing) -> None:
    """A thread may be in the middle of a request."""
    connection = Connection(echo.base, timeout=5)
    connection.close()
    connection.send("GET", f"{echo.base}/x")
    assert connection._idle == []


def test_nobody_listens() -> None:
    """The system's own word for it is repeated."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        base = f"http://127.0.0.1:{taken.getsockname()[1]}/fhir"
        with connected(base, timeout=2) as connection, pytest.raises(Unreachable) as caught:
            connection.send("POST", base, content=b"{}")
    assert "refused" in str(caught.value).lower()


@contextmanager
def listening(behave: Callable[[socket.socket], None]) -> Generator[str]:
    """A server that reads a request and does something to the connection."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with listener.accept()[0] as peer:
                peer.recv(65_536)
                behave(peer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/fhir"
        thread.join()


HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n"


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(b"", id="closed"),
        pytest.param(b"220 smtp.example\r\n", id="no-http"),
        pytest.param(HEAD, id="half-a-head"),
        pytest.param(HEAD + b"\r\nhalf", id="half-a-body"),
        pytest.param(HEAD + b"Content-Encoding: gzip\r\n\r\n" + b"x" * 100, id="no-gzip"),
    ],
)
def test_half_an_answer_is_none(sent: bytes) -> None:
    """The request was out: it may have been carried out."""
    with (
        listening(lambda peer: peer.sendall(sent)) as base,
        connected(base, timeout=2) as connection,
        pytest.raises(InDoubt),
    ):
        connection.send("POST", base, content=b"{}")


def test_an_answer_that_takes_too_long_is_none() -> None:
    """It may yet come, to nobody."""
    over = threading.Event()
    with listening(lambda _: over.wait(5) and None) as base:
        with connected(base, timeout=0.1) as connection, pytest.raises(InDoubt):
            connection.send("POST", base, content=b"{}")
        over.set()


# A client of the caller's own


@respx.mock
def test_a_given_client_keeps_its_own_credentials_and_stays_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The environment's are for clients of ours."""
    monkeypatch.setenv("FHIRKIT_TOKEN", "environments")
    route = respx.get(f"{HOST}/x").respond(200)
    with httpx.Client(headers={"Authorization": "Bearer mine", "X-Tenant": "7"}) as client:
        with connected(HOST, timeout=1, http=client) as connection:
            connection.send("GET", f"{HOST}/x")
        assert not client.is_closed
    headers = route.calls.last.request.headers
    assert (headers["authorization"], headers["x-tenant"]) == ("Bearer mine", "7")
    assert headers["accept"] == "application/fhir+json"


@respx.mock
def test_a_given_clients_auth_is_used_unless_another_is_named() -> None:
    """Basic here, by httpx itself."""
    route = respx.get(f"{HOST}/x").respond(200)
    with httpx.Client(auth=("user", "word")) as client:
        Connection(HOST, timeout=1, http=client).send("GET", f"{HOST}/x")
        assert route.calls.last.request.headers["authorization"].startswith("Basic ")
        Connection(HOST, timeout=1, http=client, auth=Renewing()).send("GET", f"{HOST}/x")
        assert route.calls.last.request.headers["authorization"] == "Bearer 0"


# Credentials


class Renewing(httpx.Auth):
    """A token that is fetched from another host once the server refuses the first."""

    requires_response_body = True

    def __init__(self) -> None:
        self.token = "0"  # noqa: S105 - made up

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response]:
        """The request, a new token, the request."""
        request.headers["Authorization"] = f"Bearer {self.token}"
        response = yield request
        if response.status_code == 401:
            answer = yield httpx.Request("POST", "https://tokens.example/token", content=b"x=1")
            self.token = answer.text
            request.headers["Authorization"] = f"Bearer {self.token}"
            yield request


@respx.mock
@pytest.mark.parametrize("own", [False, True], ids=["ours", "given"])
def test_a_refused_token_is_fetched_anew_once(own: bool) -> None:
    """Of an endpoint on another host; a second refusal is the answer."""
    tokens = respx.post("https://tokens.example/token").respond(200, text="1")
    route = respx.post(HOST)
    route.side_effect = [httpx.Response(401), httpx.Response(200), httpx.Response(200)]
    with httpx.Client() as client:
        connection = Connection(HOST, timeout=1, auth=Renewing(), http=client if own else None)
        assert connection.send("POST", HOST, content=b"{}").status == 200
        assert connection.send("POST", HOST, content=b"{}").status == 200
        route.side_effect = [httpx.Response(401), httpx.Response(401)]
        assert connection.send("POST", HOST, content=b"{}").status == 401
        connection.close()
    assert tokens.call_count == 2
    used = [call.request.headers["authorization"] for call in route.calls]
    assert used == ["Bearer 0", "Bearer 1", "Bearer 1", "Bearer 1", "Bearer 1"]
    assert {call.request.content for call in route.calls} == {b"{}"}
    assert "bearer" not in str(tokens.calls.last.request.headers).lower()


@respx.mock
def test_credentials_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Over https; over plain http to another machine nothing is sent at all."""
    monkeypatch.setenv("FHIRKIT_TOKEN", "abc")
    route = respx.get(f"{HOST}/x").respond(200)
    with connected(HOST, timeout=1) as connection:
        connection.send("GET", f"{HOST}/x")
    assert route.calls.last.request.headers["authorization"] == "Bearer abc"
    with pytest.raises(SettingsError, match="plain http"):
        connection_to("http://host.example/fhir", timeout=1)


# Proxies


@pytest.mark.parametrize(
    ("variables", "base", "expected"),
    [
        pytest.param({}, HOST, None, id="none"),
        pytest.param({"https_proxy": "http://p:3128"}, HOST, "http://p:3128", id="https"),
        pytest.param({"https_proxy": "p:3128"}, HOST, "http://p:3128", id="no-scheme"),
        pytest.param({"http_proxy": "http://p:3128"}, HOST, None, id="of-the-other-scheme"),
        pytest.param({"all_proxy": "http://p:3128"}, HOST, "http://p:3128", id="all"),
        pytest.param(
            {"https_proxy": "http://p:3128", "no_proxy": "host.example"}, HOST, None, id="bypass"
        ),
        pytest.param(
            {"http_proxy": "http://p:3128"}, "http://127.0.0.1:8090/fhir", None, id="loopback"
        ),
        pytest.param({"http_proxy": "http://p:3128"}, "http://localhost/fhir", None, id="local"),
    ],
)
def test_the_environments_proxy_is_used(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], base: str, expected: str | None
) -> None:
    """But not for this machine itself, nor where the environment says so."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert Connection(base, timeout=1)._proxy == expected


def test_requests_go_through_the_proxy(echo: Echoing, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked for the whole address."""
    monkeypatch.setenv("http_proxy", echo.base.removesuffix("/fhir"))
    base = "http://host.example/fhir"
    with connected(base, timeout=5) as connection:
        reply = connection.send("GET", f"{base}/metadata")
    assert reply.body == b"GET http://host.example/fhir/metadata HTTP/1.1"
    assert echo.seen[0][1]["Host"] == "host.example"


@pytest.mark.parametrize("proxy", ["ftp://user:word@p", "http://p:port", "nonsense://"])
def test_a_proxy_that_is_none_is_a_setting(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    """Whose words may hold a password, and are not repeated."""
    monkeypatch.setenv("https_proxy", proxy)
    with connected(HOST, timeout=1) as connection, pytest.raises(SettingsError) as caught:
        connection.send("GET", f"{HOST}/x")
    assert "proxy" in str(caught.value)
    assert "word" not in str(caught.value)
