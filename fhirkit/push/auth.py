"""Credentials: from a file or the environment, and only where nobody can read along."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING

from fhirkit._remote import is_loopback, secret, set_of, token
from fhirkit.errors import SettingsError

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
    given = set_of(environment, _SOURCES)
    if given is None:
        return None
    if not base.startswith("https:") and not is_loopback(base):
        raise SettingsError(
            f"{given} is set, and credentials are not sent over plain http: use an https:// address"
        )
    if given in (TOKEN, TOKEN_FILE):
        return f"Bearer {token(environment, given)}"
    words = secret(environment, given)
    if ":" not in words:
        raise SettingsError(f"{given} must hold user:password")
    return f"Basic {b64encode(words.encode()).decode()}"
