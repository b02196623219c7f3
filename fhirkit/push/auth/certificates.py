"""TLS with a private authority and with a certificate of ours."""

from __future__ import annotations

import re
import ssl
from typing import TYPE_CHECKING

import httpx

from fhirkit.errors import SettingsError

if TYPE_CHECKING:
    from fhirkit.push.auth.credentials import Certificate, Credentials, NamedFile

_CERTIFICATE = re.compile(
    r"-----BEGIN CERTIFICATE-----[\s\w+/=]+-----END CERTIFICATE-----", re.ASCII
)

# Another key of the same kind, and a key of another kind.
_MISMATCHES = {"KEY_VALUES_MISMATCH", "KEY_TYPE_MISMATCH", "NO_CERTIFICATE_ASSIGNED"}


def tls(credentials: Credentials) -> ssl.SSLContext | None:
    """How connections are made: what to give ``httpx.Client`` as ``verify``.

    None where httpx's own way will do. The server's certificate and name are checked always.
    A private authority takes the place of the public ones, it is not added to them: who names
    the authority of a hospital's servers wants no other to vouch for one. Raises SettingsError
    for files that cannot be used.
    """
    if credentials.authority is None and credentials.certificate is None:
        return None
    context = _trusting(credentials.authority)
    if credentials.certificate is not None:
        _show(context, credentials.certificate)
    return context


def _trusting(authority: NamedFile | None) -> ssl.SSLContext:
    if authority is None:
        return httpx.create_ssl_context()
    # Files of authorities hold remarks, too, in whatever language.
    certificates = "\n".join(_CERTIFICATE.findall(authority.read()))
    try:
        # Given nothing to load, it would trust the public authorities.
        return ssl.create_default_context(cadata=certificates or "none")
    except (ssl.SSLError, ValueError):
        raise SettingsError(
            f"the file that {authority.setting} names holds no certificates in PEM form"
        ) from None


def _show(context: ssl.SSLContext, ours: Certificate) -> None:
    certificate, key = ours.certificate, ours.key
    if not _CERTIFICATE.search(certificate.read()):
        raise SettingsError(
            f"the file that {certificate.setting} names holds no certificate in PEM form"
        )
    words = key.read()
    if "PRIVATE KEY-----" not in words:
        raise SettingsError(f"the file that {key.setting} names holds no private key in PEM form")
    refuse_encrypted(words, key.setting)
    try:
        # With a password at hand, even an empty one, OpenSSL does not ask at the terminal.
        context.load_cert_chain(certificate.path, key.path, password="")
    except ssl.SSLError as error:
        if error.reason in _MISMATCHES:
            problem = f"the key that {key.setting} names does not belong to the certificate"
        else:
            problem = f"{certificate.setting} and {key.setting} cannot be used together"
        raise SettingsError(f"{problem} ({error.reason or 'unknown form'})") from None


def refuse_encrypted(pem: str, setting: str) -> None:
    """Raises SettingsError for a private key that is locked with a passphrase."""
    # PKCS #8 says so in the first line, the older forms in a header below it.
    if "BEGIN ENCRYPTED PRIVATE KEY" in pem or "Proc-Type: 4,ENCRYPTED" in pem:
        raise SettingsError(
            f"the key that {setting} names is locked with a passphrase, and nobody is there to "
            "type it: take it off with openssl pkey -in KEY -out PLAIN, and guard the file"
        )
