"""The key of a SMART backend service, and what is signed with it.

https://hl7.org/fhir/smart-app-launch/client-confidential-asymmetric.html
"""

from __future__ import annotations

import json
import re
import warnings
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fhirkit.errors import SettingsError
from fhirkit.push.auth.certificates import refuse_encrypted
from fhirkit.push.auth.credentials import NamedFile

if TYPE_CHECKING:
    from joserfc.jwk import ECKey, RSAKey

INSTALL = "pip install 'fhirkit-cases[smart]'"
LIFETIME = 240  # seconds; five minutes at most, less a minute for clocks that differ

_PEM = re.compile(
    r"-----BEGIN (?P<kind>(?:[A-Z]+ )?PRIVATE KEY)-----.*?-----END (?P=kind)-----", re.DOTALL
)
_ALGORITHMS = {"RSA": "RS384", "EC": "ES384"}
_SMALLEST = 2048  # bits of an RSA key
_NUMBERS = frozenset({"kty", "n", "e", "d", "p", "q", "dp", "dq", "qi", "crv", "x", "y"})


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key with the algorithm that fits it and the name the server knows it by."""

    algorithm: str
    key_id: str
    key: RSAKey | ECKey = field(repr=False)

    def assertion(self, client_id: str, audience: str, *, now: float, number: str) -> str:
        """What proves to a token endpoint that it is us, once and for a few minutes.

        ``number`` must be another each time. There is no ``iat``: it would add nothing but
        refusals by servers whose clock is behind.
        """
        from joserfc import jwt

        claims = {
            "iss": client_id,
            "sub": client_id,
            "aud": audience,
            "exp": int(now) + LIFETIME,
            "jti": number,
        }
        header = {"alg": self.algorithm, "kid": self.key_id, "typ": "JWT"}
        return jwt.encode(header, claims, self.key, algorithms=[self.algorithm])

    def public(self) -> dict[str, Any]:
        """The public half as a JWK, to be registered with the server."""
        named = {"kid": self.key_id, "use": "sig", "alg": self.algorithm}
        public = self.key.as_dict(private=False)
        return {name: public[name] for name in sorted(_NUMBERS & public.keys())} | named


def public_jwks(path: Path | str, key_id: str | None = None) -> str:
    """The JSON Web Key Set to be registered with a server for the private key in a file.

    Raises SettingsError for what is no such key.
    """
    key = signing_key(NamedFile(str(path), Path(path)), key_id)
    return json.dumps({"keys": [key.public()]}, indent=2)


def signing_key(file: NamedFile, key_id: str | None = None) -> SigningKey:
    """The private key of a file: PEM, a JWK, or the one of a JWK Set that ``key_id`` names.

    A key without a name gets its thumbprint (RFC 7638), as registries do. Raises SettingsError
    if the extra is not installed, and for whatever cannot sign as the specification asks: it
    takes RS384 and ES384, so the key must be RSA or on the curve P-384.
    """
    _installed()
    words = file.read()
    if words.lstrip().startswith("{"):
        parameters = _chosen(_jwks(words, file.setting), key_id, file.setting)
        name = parameters.get("kid")
        key = _imported(
            {name: value for name, value in parameters.items() if name in _NUMBERS}, file.setting
        )
    else:
        name = None
        refuse_encrypted(words, file.setting)
        pem = _PEM.search(words)
        key = _imported(pem[0] if pem else "", file.setting)
    algorithm = _checked(key, file.setting)
    named = key_id or (name if isinstance(name, str) and name else key.thumbprint())
    return SigningKey(algorithm, named, key)


def _installed() -> None:
    try:
        import joserfc  # noqa: F401
    except ImportError:
        raise SettingsError(f"SMART Backend Services needs an extra: {INSTALL}") from None


def _jwks(words: str, setting: str) -> list[dict[str, Any]]:
    try:
        parsed = json.loads(words)
    except (ValueError, RecursionError):
        raise _no_key(setting) from None
    keys = parsed.get("keys", [parsed])
    if not isinstance(keys, list):
        raise _no_key(setting)
    return [key for key in keys if isinstance(key, dict)]


def _chosen(keys: list[dict[str, Any]], key_id: str | None, setting: str) -> dict[str, Any]:
    able = [key for key in keys if _can_sign(key)]
    if not able:
        raise _no_key(setting)
    if len(able) > 1 or (key_id is not None and "kid" in able[0]):
        able = [key for key in able if key_id is not None and key.get("kid") == key_id]
    if len(able) != 1:
        raise SettingsError(
            f"the file that {setting} names holds no one key of the right name: smart-key-id "
            "(FHIRKIT_SMART_KEY_ID) must be the kid of one of its keys"
        )
    return able[0]


def _can_sign(key: dict[str, Any]) -> bool:
    operations = key.get("key_ops")
    return (
        isinstance(key.get("kty"), str)
        and key["kty"] in _ALGORITHMS
        and "d" in key
        and key.get("use", "sig") == "sig"
        and (not isinstance(operations, list) or "sign" in operations)
        and key.get("alg", _ALGORITHMS[key["kty"]]) == _ALGORITHMS[key["kty"]]
    )


def _imported(material: dict[str, Any] | str, setting: str) -> RSAKey | ECKey:
    from joserfc.jwk import ECKey, RSAKey

    kinds: dict[str, type[RSAKey | ECKey]] = {"RSA": RSAKey, "EC": ECKey}
    # A PEM block of the form PKCS #8 does not say which it is.
    tried = kinds.values() if isinstance(material, str) else [kinds[material["kty"]]]
    for kind in tried:
        # Whatever: what a wrong key makes joserfc and cryptography raise has no common root.
        with suppress(Exception), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # small keys are refused in our own words
            return kind.import_key(material)
    raise _no_key(setting)


def _checked(key: RSAKey | ECKey, setting: str) -> str:
    from joserfc.jwk import RSAKey

    if isinstance(key, RSAKey):
        if key.raw_value.key_size < _SMALLEST:
            raise SettingsError(
                f"the RSA key that {setting} names is too short: {_SMALLEST} bits are the least"
            )
    elif key.raw_value.curve.name != "secp384r1":
        raise SettingsError(
            f"the key that {setting} names is on another curve than P-384, which ES384 needs"
        )
    return _ALGORITHMS[key.key_type]


def _no_key(setting: str) -> SettingsError:
    return SettingsError(
        f"the file that {setting} names holds no private key to sign with: PEM, JWK or JWK Set, "
        "RSA for RS384 or P-384 for ES384"
    )
