"""How each kind of credentials gets into a request.

All of them go where scheme, host and port are those of the server they are for. A request
elsewhere, to which a paging link or a redirect may lead, is sent without, and not stopped
here: it may be meant for an open server, and one that wants credentials answers 401. Either
way ours stay at home.
"""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING

import httpx

from fhirkit._remote import as_token
from fhirkit.errors import SettingsError
from fhirkit.push.auth.origin import same_origin

if TYPE_CHECKING:
    from collections.abc import Generator

    from fhirkit.push.auth.credentials import Secret
    from fhirkit.push.auth.tokens import Tokens

    Flow = Generator[httpx.Request, httpx.Response, None]


class Basic(httpx.Auth):
    """User and password. Raises SettingsError for what has no colon between them."""

    def __init__(self, base: str, login: Secret) -> None:
        words = login.read()
        if ":" not in words:
            raise SettingsError(f"{login.setting} must hold user:password")
        self._base = httpx.URL(base)
        self._header = f"Basic {b64encode(words.encode()).decode()}"

    def auth_flow(self, request: httpx.Request) -> Flow:
        """The request with its header."""
        if same_origin(request.url, self._base):
            request.headers["Authorization"] = self._header
        yield request


class Bearer(httpx.Auth):
    """A token that somebody else fetched, and may fetch anew while we work.

    If the server refuses it and the file it is from holds another by now, that one is tried.
    """

    def __init__(self, base: str, secret: Secret) -> None:
        self._base = httpx.URL(base)
        self._secret = secret
        self._token = self._read()

    def auth_flow(self, request: httpx.Request) -> Flow:
        """The request with its header, at most twice."""
        if not same_origin(request.url, self._base):
            yield request
            return
        used = self._token
        response = yield _with_bearer(request, used)
        if response.status_code == 401 and self._changed(used):
            yield _with_bearer(request, self._token)

    def _changed(self, used: str) -> bool:
        try:
            self._token = self._read()
        except SettingsError:
            return False  # the file is being written just now: the refusal stands
        return self._token != used

    def _read(self) -> str:
        return as_token(self._secret.read(), self._secret.setting)


class SmartBackend(httpx.Auth):
    """A token of SMART Backend Services, fetched when needed and once anew if it is refused.

    The token is not fetched through the client that sends the request, as httpx would have it
    (by yielding that request, too). There, a token endpoint that does not answer would look
    like a server that does not, and leave a bundle in doubt which was never sent; and threads
    that wait for a token would hold the connections it needs.
    """

    def __init__(self, base: str, tokens: Tokens) -> None:
        self._base = httpx.URL(base)
        self._tokens = tokens

    def auth_flow(self, request: httpx.Request) -> Flow:  # noqa: ARG002 - the name is httpx's
        """What httpx.AsyncClient asks for: waiting for a token would stop all it does."""
        raise RuntimeError("SMART Backend Services is for httpx.Client, not for AsyncClient")

    def sync_auth_flow(self, request: httpx.Request) -> Flow:
        """The request with its token, at most twice."""
        if not same_origin(request.url, self._base):
            yield request
            return
        token = self._tokens.current()
        response = yield _with_bearer(request, token)
        if response.status_code != 401:
            return
        response.read()  # gives the connection back before this thread waits for another's token
        renewed = self._tokens.instead_of(token)
        if renewed is None:
            return
        response = yield _with_bearer(request, renewed)
        if response.status_code == 401:
            self._tokens.refused_anew()


def _with_bearer(request: httpx.Request, token: str) -> httpx.Request:
    request.headers["Authorization"] = f"Bearer {token}"
    return request
