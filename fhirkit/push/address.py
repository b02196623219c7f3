"""A server's address: what may be given as one, and which addresses stay on this machine."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from fhirkit.errors import SettingsError


def base_url(url: str) -> str:
    """The base address of a FHIR server, without a slash at the end.

    Raises SettingsError for what is no such address. What follows ``@`` or ``?`` in a wrong
    address may be a secret, so the message does not repeat it.
    """
    if not url.isascii() or any(character <= " " for character in url):
        raise SettingsError("the server's address has spaces or characters no URL can have")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
        (host or "").encode("idna")  # what a connection will do, and fail at
    except ValueError:
        raise SettingsError("the server's address is no URL, such as https://host/fhir") from None
    if parts.scheme not in ("http", "https") or not host:
        raise SettingsError("the server's address must begin with https:// or http:// and a host")
    if "@" in parts.netloc:
        raise SettingsError(
            "the server's address holds credentials: give them in FHIRKIT_TOKEN_FILE or "
            "FHIRKIT_BASIC_FILE instead"
        )
    if parts.query or parts.fragment:
        raise SettingsError("the server's address must end with its path, without ? or #")
    shown = f"[{host}]" if ":" in host else host
    place = f"{shown}:{port}" if port is not None else shown
    return f"{parts.scheme}://{place}{parts.path.rstrip('/')}"


def is_loopback(base: str) -> bool:
    """Whether an address leads nowhere but to this machine."""
    host = urlsplit(base).hostname or ""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
