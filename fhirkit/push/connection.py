"""Opens connections to one server, sends, and gives its answers.

Here httpx's exceptions end: each becomes one of ours, which says what happened to the data.
"""

from __future__ import annotations

import os
import ssl
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

from fhirkit import __version__
from fhirkit._remote import is_loopback, keep_quiet
from fhirkit.errors import InDoubt, ServerError, SettingsError, Unreachable
from fhirkit.push.answer import Reply
from fhirkit.push.auth import authentication, credentials_from, tls

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

JSON = "application/fhir+json"
_CONNECT = 10.0

keep_quiet()

# Raised before a byte of the request is out.
_NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)


class Connection:
    """The way to one server, for any number of threads.

    With a client of the caller's everything goes through that, by its own settings but for the
    time an answer may take. Otherwise each request has a transport of httpx to itself: a pool
    that threads share costs them a seventh of their time, and what a Client does beside
    (cookies, redirects) is not wanted here.
    """

    def __init__(
        self,
        base: str,
        *,
        timeout: float,
        http: httpx.Client | None = None,
        auth: httpx.Auth | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.base = base
        self._http = http
        self._auth = auth
        self._timeout = httpx.Timeout(timeout, connect=min(timeout, _CONNECT))
        self._limits = {"timeout": self._timeout.as_dict()}
        self._url = httpx.URL(base)
        self._headers = [
            (b"Host", urlsplit(base).netloc.encode()),
            (b"Accept", JSON.encode()),
            (b"Accept-Encoding", b"gzip, deflate"),
            (b"User-Agent", f"fhirkit/{__version__}".encode()),
        ]
        self._proxy = None if http is not None else _proxy(base)
        # Made once: a context costs 15 ms, and plain http needs none.
        self._verify: ssl.SSLContext | bool = False
        if http is None and (base.startswith("https:") or auth is not None):
            self._verify = tls or httpx.create_ssl_context()
        # The last one used is used first. As many are made as there are requests at one time.
        self._idle: list[httpx.HTTPTransport] = []
        self._closed = False

    def send(
        self,
        method: str,
        address: str,
        *,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """What the server answers, whatever its status. ``address`` is below its base.

        Raises Unreachable if nothing was sent, InDoubt if no whole answer came, and
        SettingsError. No redirect is followed: an address the server names may be another host.
        """
        sending = list(self._headers)
        if headers:
            sending += [(name.encode(), value.encode()) for name, value in headers.items()]
        if content is not None:
            sending.append((b"Content-Type", JSON.encode()))
            sending.append((b"Content-Length", b"%d" % len(content)))
        try:
            request = httpx.Request(
                method,
                self._url if address == self.base else address,
                headers=sending,
                stream=httpx.ByteStream(content or b""),
                extensions=self._limits,
            )
            if self._http is None:
                return self._own(request)
            response = self._given(request)
        except _NOT_SENT as error:
            raise _mapped(Unreachable, error, f"{self.base} cannot be reached") from None
        except httpx.InvalidURL:
            raise SettingsError(
                "the server's address is no URL, such as https://host/fhir"
            ) from None
        except (httpx.HTTPError, httpx.StreamError) as error:
            raise _mapped(InDoubt, error, f"no answer from {self.base}") from None
        return Reply(response.status_code, response.headers, response.content)

    def close(self) -> None:
        """Closes what is our own."""
        self._closed = True
        while self._idle:
            self._idle.pop().close()

    def _given(self, request: httpx.Request) -> httpx.Response:
        assert self._http is not None  # noqa: S101 - asked by the caller
        for name, value in self._http.headers.items():
            request.headers.setdefault(name, value)
        auth = self._auth if self._auth is not None else httpx.USE_CLIENT_DEFAULT
        return self._http.send(request, auth=auth, follow_redirects=False)

    def _own(self, request: httpx.Request) -> Reply:
        try:
            transport = self._idle.pop()
        except IndexError:
            transport = self._opened()
        try:
            if self._auth is None:
                return _plain(transport, request)
            response = self._authenticated(transport, request, self._auth)
            return Reply(response.status_code, response.headers, response.content)
        finally:
            if self._closed:
                transport.close()
            else:
                self._idle.append(transport)

    def _authenticated(
        self, transport: httpx.HTTPTransport, request: httpx.Request, auth: httpx.Auth
    ) -> httpx.Response:
        flow = auth.sync_auth_flow(request)
        try:
            request = next(flow)
            while True:
                request.extensions = {**self._limits, **request.extensions}
                response = _answered(transport, request)
                try:
                    request = flow.send(response)
                except StopIteration:
                    return response
        finally:
            flow.close()

    def _opened(self) -> httpx.HTTPTransport:
        try:
            return httpx.HTTPTransport(verify=self._verify, proxy=self._proxy)
        except (ValueError, ImportError, httpx.InvalidURL):
            # Its words may hold the proxy's password.
            raise SettingsError(
                "the environment names a proxy that cannot be used: it must begin with http:// or "
                "https:// (socks5:// needs the package socksio)"
            ) from None


def _plain(transport: httpx.HTTPTransport, request: httpx.Request) -> Reply:
    """The answer, without what a Response does beside reading it where it is not compressed."""
    response = transport.handle_request(request)
    if "content-encoding" in response.headers or not isinstance(
        response.stream, httpx.SyncByteStream
    ):
        response = _read(response)
        return Reply(response.status_code, response.headers, response.content)
    try:
        return Reply(response.status_code, response.headers, b"".join(response.stream))
    finally:
        response.stream.close()


def _answered(transport: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
    response = transport.handle_request(request)
    response.request = request
    return _read(response)


def _read(response: httpx.Response) -> httpx.Response:
    """The same with its body; whatever is wrong with that, the connection is given back."""
    try:
        response.read()
    finally:
        response.close()
    return response


@contextmanager
def connected(
    base: str, *, timeout: float, http: httpx.Client | None = None
) -> Iterator[Connection]:
    """A connection with the environment's credentials, or by the given client's own settings."""
    connection = connection_to(base, timeout=timeout, http=http)
    try:
        yield connection
    finally:
        connection.close()


def connection_to(
    base: str,
    *,
    timeout: float,
    http: httpx.Client | None = None,
    auth: httpx.Auth | None = None,
    tls_context: ssl.SSLContext | None = None,
) -> Connection:
    """The same, to be closed by the caller. Raises SettingsError for wrong credentials."""
    if http is None and auth is None and tls_context is None:
        credentials = credentials_from({}, os.environ)
        auth, tls_context = authentication(credentials, base), tls(credentials)
    return Connection(base, timeout=timeout, http=http, auth=auth, tls=tls_context)


def _proxy(base: str) -> str | None:
    """The proxy the environment names for a server; none could see this machine's loopback."""
    parts = urlsplit(base)
    if is_loopback(base) or proxy_bypass(parts.hostname or ""):
        return None
    proxies = getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    return f"http://{proxy}" if proxy and "://" not in proxy else proxy


def _mapped(kind: type[ServerError], error: Exception, message: str) -> ServerError:
    """One of our errors for one of httpx's.

    Its words may hold an address, so they stay out, except the system's own for why a
    connection failed ("Connection refused", "certificate verify failed").
    """
    words = str(error) if isinstance(error, httpx.ConnectError) else ""
    return kind(f"{message} ({words or type(error).__name__})", detail=str(error))
