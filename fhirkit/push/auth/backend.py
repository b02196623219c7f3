"""The driver of SMART Backend Services: finds the token endpoint and asks it.

https://hl7.org/fhir/smart-app-launch/backend-services.html
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import uuid4

import httpx

from fhirkit import __version__
from fhirkit._remote import is_loopback, keep_quiet
from fhirkit.errors import SettingsError, Unreachable
from fhirkit.push.auth.certificates import tls
from fhirkit.push.auth.discovery import (
    WELL_KNOWN,
    Discovered,
    checked_endpoint,
    from_configuration,
    from_statement,
    scope_for,
)
from fhirkit.push.auth.keys import signing_key
from fhirkit.push.auth.origin import same_origin
from fhirkit.push.auth.tokens import Token, read_token

if TYPE_CHECKING:
    from fhirkit.push.auth.credentials import BackendService, Credentials

keep_quiet()

_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_TIMEOUT = httpx.Timeout(30.0, connect=10.0)
_SOURCES = (
    (WELL_KNOWN, "application/json", from_configuration),
    ("metadata", "application/fhir+json", from_statement),
)


class TokenDesk:
    """Fetches tokens for one server.

    Each token has a client of its own, closed at once: they are minutes apart.
    """

    def __init__(self, base: str, service: BackendService, credentials: Credentials) -> None:
        """Raises SettingsError for a key, certificate or address that cannot be used."""
        self._base = base
        self._service = service
        self._key = signing_key(service.key, service.key_id)
        self._known = httpx.URL(base)
        self._discovered: Discovered | None = None
        self._ours = tls(credentials)
        self._anonymous = tls(replace(credentials, certificate=None))
        self._named: httpx.URL | None = None
        if service.token_url is not None:
            named = checked_endpoint(service.token_url.value, service.token_url.name)
            self._named = httpx.URL(named)

    def fetch(self) -> Token:
        """A new token. Raises Refused, Unreachable or SettingsError."""
        endpoint, scope = self._endpoint()
        place = _shown(endpoint)
        assertion = self._key.assertion(
            self._service.client_id.value, endpoint, now=time.time(), number=str(uuid4())
        )
        form = {
            "grant_type": "client_credentials",
            "scope": scope,
            "client_assertion_type": _ASSERTION,
            "client_assertion": assertion,
        }
        try:
            with self._connected(httpx.URL(endpoint)) as client:
                answer = client.post(endpoint, data=form, headers={"Accept": "application/json"})
        except (httpx.HTTPError, httpx.StreamError) as error:
            raise _unreachable(place, error) from None
        return read_token(place, answer.status_code, answer.content)

    def _endpoint(self) -> tuple[str, str]:
        """The token endpoint and the scope to ask for; what was set needs no asking."""
        service = self._service
        if service.token_url is not None and service.scope is not None:
            return service.token_url.value, service.scope
        if self._discovered is None:
            self._discovered = self._discover()
        found = self._discovered
        return (
            service.token_url.value if service.token_url is not None else found.token_url,
            service.scope or found.scope,
        )

    def _discover(self) -> Discovered:
        busy = 0
        for path, accept, read in _SOURCES:
            answer = self._get(f"{self._base}/{path}", accept)
            found = read(answer.content) if answer.is_success else None
            if found is not None:
                if self._service.token_url is None:
                    checked_endpoint(found.token_url, self._base)
                return found
            if answer.status_code == 429 or answer.is_server_error:
                busy = answer.status_code
        if busy:
            raise Unreachable(
                f"{self._base} does not say now where its tokens come from: HTTP {busy}"
            )
        if self._service.token_url is not None:
            return Discovered(self._service.token_url.value, scope_for(()))
        raise SettingsError(
            f"{self._base} does not say where its tokens come from: name the token endpoint with "
            "smart-token-url (FHIRKIT_SMART_TOKEN_URL)"
        )

    def _get(self, address: str, accept: str) -> httpx.Response:
        try:
            with self._connected(httpx.URL(address)) as client:
                return client.get(address, headers={"Accept": accept})
        except (httpx.HTTPError, httpx.StreamError) as error:
            raise _unreachable(self._base, error) from None

    def _connected(self, address: httpx.URL) -> httpx.Client:
        # Our certificate is for the server itself and for an endpoint the user named, not for
        # whichever host the server names.
        trusted = same_origin(address, self._known) or address == self._named
        return httpx.Client(
            verify=(self._ours if trusted else self._anonymous) or True,
            headers={"User-Agent": f"fhirkit/{__version__}"},
            timeout=_TIMEOUT,
            # A redirect may lead to another host: what we sign is for the one that was named.
            follow_redirects=False,
            # A proxy is for other machines.
            trust_env=not is_loopback(str(address)),
        )


def _shown(endpoint: str) -> str:
    """An endpoint for messages: without what follows ``?``."""
    return endpoint.partition("?")[0]


def _unreachable(place: str, error: Exception) -> Unreachable:
    """The words of an exception may hold an address, except the system's own for why."""
    words = str(error) if isinstance(error, httpx.ConnectError) else ""
    return Unreachable(f"no token: {place} cannot be reached ({words or type(error).__name__})")
