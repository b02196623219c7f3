"""Where credentials may go: to the server they are for, and where nobody can read along."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from fhirkit._remote import is_loopback

if TYPE_CHECKING:
    import httpx


def same_origin(one: httpx.URL, other: httpx.URL) -> bool:
    """Whether scheme, host and port of two addresses are the same."""
    return _origin(one) == _origin(other)


def _origin(address: httpx.URL) -> tuple[str, bytes, int | None]:
    return address.scheme, address.raw_host, address.port  # a scheme's own port is None


def is_private(address: str) -> bool:
    """Whether nobody on the way can read what is sent to an address.

    >>> is_private("https://host/fhir"), is_private("http://127.0.0.1:8090/fhir")
    (True, True)
    >>> is_private("http://host/fhir")
    False
    """
    scheme = urlsplit(address).scheme
    return scheme == "https" or (scheme == "http" and is_loopback(address))
