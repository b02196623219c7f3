"""What holds for every server we talk to: its address, which stay on this machine, secrets."""

from __future__ import annotations

import logging
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from fhirkit.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping


def base_url(url: str) -> str:
    """The base address of a server, without a slash at the end.

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
        raise SettingsError("the server's address is no URL, such as https://host/path") from None
    if parts.scheme not in ("http", "https") or not host:
        raise SettingsError("the server's address must begin with https:// or http:// and a host")
    if "@" in parts.netloc:
        raise SettingsError(
            "the server's address holds credentials: give them in a file that the environment "
            "names instead (see the command's --help)"
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


def set_of(environment: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    """The one of ``names`` that is set and not empty. Raises SettingsError if several are."""
    given = [name for name in names if environment.get(name)]
    if len(given) > 1:
        raise SettingsError(f"{' and '.join(given)} are set: one of them must go")
    return given[0] if given else None


def secret(environment: Mapping[str, str], name: str) -> str:
    """The one line that a variable holds, or the file that it names if it ends in ``_FILE``.

    Raises SettingsError, which names the variable and never its value.
    """
    value = environment[name]
    return secret_in(Path(value), name) if name.endswith("_FILE") else one_line(value, name)


def token(environment: Mapping[str, str], name: str) -> str:
    """The same for a bearer token or key."""
    return as_token(secret(environment, name), name)


def secret_in(file: Path, name: str) -> str:
    """The one line that a file holds, which the setting ``name`` names."""
    try:
        return one_line(file.read_text("utf-8-sig"), name)  # Windows' editors write a mark first
    except (OSError, ValueError):
        raise SettingsError(f"the file that {name} names cannot be read") from None


def one_line(value: str, name: str) -> str:
    """``value`` without white space around it. Raises SettingsError if it is more than a line."""
    value = value.strip()
    if not value or any(character < " " for character in value):
        raise SettingsError(f"{name} must hold one line")
    return value


def as_token(value: str, name: str) -> str:
    """``value``, if a header can hold it as a token. Raises SettingsError, which names ``name``."""
    if not value.isascii() or " " in value:
        raise SettingsError(f"{name} holds characters no token can have")
    return value


def keep_quiet() -> None:
    """Silences the loggers of the HTTP library below warnings.

    They write addresses with their search values, and headers, and those are patient data
    and keys.
    """
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
