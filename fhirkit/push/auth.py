"""Credentials: from a file or the environment, and only where nobody can read along."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from typing import TYPE_CHECKING

from fhirkit.errors import SettingsError
from fhirkit.push.address import is_loopback

if TYPE_CHECKING:
    from collections.abc import Mapping

TOKEN, TOKEN_FILE = "FHIRKIT_TOKEN", "FHIRKIT_TOKEN_FILE"
BASIC, BASIC_FILE = "FHIRKIT_BASIC", "FHIRKIT_BASIC_FILE"
_SOURCES = (TOKEN_FILE, TOKEN, BASIC_FILE, BASIC)


def authorization(environment: Mapping[str, str], base: str) -> str | None:
    """The Authorization header for a server, None where no credentials are set.

    ``FHIRKIT_TOKEN_FILE`` names a file with a bearer token, ``FHIRKIT_BASIC_FILE`` one with
    ``user:password``; ``FHIRKIT_TOKEN`` and ``FHIRKIT_BASIC`` hold them themselves. Raises
    SettingsError for more than one, for a file that cannot be read, and for plain http to
    another machine.
    """
    given = [name for name in _SOURCES if environment.get(name)]
    if not given:
        return None
    if len(given) > 1:
        raise SettingsError(f"{' and '.join(given)} are set: one of them must go")
    if not base.startswith("https:") and not is_loopback(base):
        raise SettingsError(
            f"{given[0]} is set, and credentials are not sent over plain http: "
            "use an https:// address"
        )
    secret = _secret(given[0], environment[given[0]])
    if given[0] in (TOKEN, TOKEN_FILE):
        return f"Bearer {secret}"
    if ":" not in secret:
        raise SettingsError(f"{given[0]} must hold user:password")
    return f"Basic {b64encode(secret.encode()).decode()}"


def _secret(name: str, value: str) -> str:
    if name in (TOKEN_FILE, BASIC_FILE):
        try:
            value = Path(value).read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            raise SettingsError(f"the file that {name} names cannot be read") from None
    secret = value.strip()
    if not secret or any(character < " " for character in secret):
        raise SettingsError(f"{name} must hold one line")
    if name in (TOKEN, TOKEN_FILE) and (not secret.isascii() or " " in secret):
        raise SettingsError(f"{name} holds characters no token can have")
    return secret
