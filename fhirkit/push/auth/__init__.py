"""Who we are to a server: credentials, and only where nobody can read along."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fhirkit._remote import base_url
from fhirkit.errors import SettingsError
from fhirkit.push.auth.certificates import tls
from fhirkit.push.auth.credentials import (
    BackendService,
    BasicLogin,
    BearerToken,
    Credentials,
    credentials_from,
)
from fhirkit.push.auth.keys import public_jwks
from fhirkit.push.auth.origin import is_private
from fhirkit.push.auth.schemes import Basic, Bearer, SmartBackend
from fhirkit.push.auth.tokens import Tokens

if TYPE_CHECKING:
    import httpx

__all__ = ["Credentials", "authentication", "credentials_from", "public_jwks", "tls"]


def authentication(credentials: Credentials, base: str) -> httpx.Auth | None:
    """What to give ``httpx.Client`` as ``auth``; None where the credentials need no header.

    One value serves all threads and all requests of a push. Raises SettingsError for secrets
    and keys that cannot be read or used, and where they would go over plain http to another
    machine. Requests may then raise Refused, Unreachable or SettingsError, if a token has to be
    fetched for them: in all three cases they were not sent, or were refused with 401.
    """
    base = base_url(base)
    for given in (credentials.proof, credentials.certificate):
        if given is not None and not is_private(base):
            raise SettingsError(
                f"{given.setting} is set, and credentials are not sent over plain http: use an "
                "https:// address"
            )
    match credentials.proof:
        case BasicLogin(login):
            return Basic(base, login)
        case BearerToken(token):
            return Bearer(base, token)
        case BackendService() as service:
            from fhirkit.push.auth.backend import TokenDesk

            desk = TokenDesk(base, service, credentials)
            return SmartBackend(base, Tokens(desk.fetch))
    return None
