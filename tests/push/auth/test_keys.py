from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from fhirkit.errors import SettingsError
from fhirkit.push.auth import public_jwks
from fhirkit.push.auth.credentials import NamedFile
from fhirkit.push.auth.keys import LIFETIME, SigningKey, signing_key

Write = Callable[..., Path]


def load(file: Path, key_id: str | None = None) -> SigningKey:
    """The key of a file, as a setting names it."""
    return signing_key(NamedFile("FHIRKIT_SMART_KEY_FILE", file), key_id)


def jwk(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, **more: Any) -> dict[str, Any]:
    """A private key as a JWK."""
    kind = RSAKey if isinstance(key, rsa.RSAPrivateKey) else ECKey
    return kind.import_key(key).as_dict(private=True) | more  # type: ignore[arg-type]


@pytest.fixture
def saved(tmp_path: Path) -> Callable[[object], Path]:
    """Writes JSON into a file."""

    def save(content: object) -> Path:
        file = tmp_path / "key.json"
        file.write_text(json.dumps(content), "utf-8")
        return file

    return save


@pytest.mark.parametrize(
    ("name", "algorithm"), [("rsa_file", "RS384"), ("p384_file", "ES384")], ids=["rsa", "p384"]
)
def test_an_assertion_says_who_for_whom_and_how_long(
    request: pytest.FixtureRequest, name: str, algorithm: str
) -> None:
    """As the specification lists it, signed with the algorithm that fits the key."""
    key = load(request.getfixturevalue(name), "k1")
    signed = key.assertion("ward7", "https://a/t", now=1000.9, number="n1")
    public = type(key.key).import_key(key.public())
    read = jwt.decode(signed, public, algorithms=[algorithm])
    assert read.header == {"alg": algorithm, "kid": "k1", "typ": "JWT"}
    assert read.claims == {
        "iss": "ward7",
        "sub": "ward7",
        "aud": "https://a/t",
        "exp": 1000 + LIFETIME,
        "jti": "n1",
    }
    assert LIFETIME <= 300


@pytest.mark.parametrize("form", ["PKCS8", "TraditionalOpenSSL", "OpenSSH"])
def test_a_key_in_pem_may_have_company(
    tmp_path: Path, p384_key: ec.EllipticCurvePrivateKey, form: str
) -> None:
    """openssl writes parameters and certificates into the same file."""
    data = p384_key.private_bytes(
        serialization.Encoding.PEM,
        getattr(serialization.PrivateFormat, form),
        serialization.NoEncryption(),
    )
    file = tmp_path / "key.pem"
    public = p384_key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    file.write_bytes(public + b"\n" + data + b"\n" + public)
    assert load(file).algorithm == "ES384"


def test_a_key_without_a_name_gets_its_thumbprint(
    rsa_file: Path, rsa_key: rsa.RSAPrivateKey, saved: Callable[[object], Path]
) -> None:
    """Its own name comes first, and before that the one that was set."""
    thumbprint = RSAKey.import_key(rsa_key).thumbprint()
    assert load(rsa_file).key_id == thumbprint
    assert load(saved(jwk(rsa_key))).key_id == thumbprint
    assert load(saved(jwk(rsa_key)), "set").key_id == "set"
    assert load(saved(jwk(rsa_key, kid="own"))).key_id == "own"


def test_of_several_keys_the_named_one_signs(
    rsa_key: rsa.RSAPrivateKey,
    p384_key: ec.EllipticCurvePrivateKey,
    saved: Callable[[object], Path],
) -> None:
    """Those that are for something else do not count."""
    other = jwk(rsa.generate_private_key(65537, 2048))
    keys = [
        "no object",
        other | {"kid": "a", "use": "enc"},
        other | {"kid": "b", "alg": "RS256"},
        other | {"kid": "c", "key_ops": ["decrypt"]},
        {"kty": "oct", "k": "AAAA", "kid": "d"},
        jwk(rsa_key, kid="e", use="sig", alg="RS384", key_ops=["sign"]),
    ]
    file = saved({"keys": keys})
    assert load(file).key_id == "e"
    file = saved({"keys": [*keys, jwk(p384_key, kid="f")]})
    assert load(file, "f").algorithm == "ES384"
    for name in (None, "g", "a"):
        with pytest.raises(SettingsError, match="smart-key-id"):
            load(file, name)


def test_one_key_of_another_name_is_not_taken(
    rsa_key: rsa.RSAPrivateKey, saved: Callable[[object], Path]
) -> None:
    """Whoever names a key does not mean another."""
    with pytest.raises(SettingsError, match="smart-key-id"):
        load(saved(jwk(rsa_key, kid="own")), "other")


def test_the_public_half_is_all_there_is_to_register(rsa_file: Path) -> None:
    """Nothing private is in it."""
    (key,) = json.loads(public_jwks(rsa_file, "k1"))["keys"]
    assert key.keys() == {"kty", "n", "e", "kid", "use", "alg"}
    assert (key["kid"], key["alg"]) == ("k1", "RS384")


def test_a_key_that_is_shown_tells_nothing(rsa_file: Path) -> None:
    """Nor does what holds it."""
    assert "PRIVATE" not in repr(load(rsa_file))
    assert "RSAKey" not in repr(load(rsa_file))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param(b"", "holds no private key", id="empty"),
        pytest.param(b"geheim", "holds no private key", id="words"),
        pytest.param(b"\xff\x00", "cannot be read", id="binary"),
        pytest.param(b"{geheim", "holds no private key", id="broken-json"),
        pytest.param(b'{"keys": "geheim"}', "holds no private key", id="no-list"),
        pytest.param(b'{"keys": []}', "holds no private key", id="no-keys"),
        pytest.param(b'{"kty": ["RSA"], "d": "x"}', "holds no private key", id="no-type"),
        pytest.param(b'{"kty": "RSA", "d": "geheim"}', "holds no private key", id="half-a-jwk"),
        pytest.param(
            b'{"kty": "EC", "crv": "P-0", "x": "A", "y": "A", "d": "A"}',
            "holds no private key",
            id="no-curve",
        ),
        pytest.param(
            b"-----BEGIN PRIVATE KEY-----\ngeheim\n-----END PRIVATE KEY-----",
            "holds no private key",
            id="broken-pem",
        ),
    ],
)
def test_what_is_no_key_is_told(tmp_path: Path, content: bytes, told: str) -> None:
    """With the setting, and nothing of what the file holds."""
    (tmp_path / "key").write_bytes(content)
    with pytest.raises(SettingsError, match=f"FHIRKIT_SMART_KEY_FILE.*{told}") as caught:
        load(tmp_path / "key")
    assert "geheim" not in str(caught.value)


def test_a_key_that_cannot_sign_as_asked_is_told(written: Write, locked_file: Path) -> None:
    """Each in its own words."""
    for key, told in (
        (rsa.generate_private_key(65537, 1024), "too short"),  # noqa: S505 - the point of it
        (ec.generate_private_key(ec.SECP256R1()), "P-384"),
        (ec.generate_private_key(ec.SECP224R1()), "P-384"),
        (ed25519.Ed25519PrivateKey.generate(), "holds no private key"),
    ):
        with pytest.raises(SettingsError, match=told):
            load(written(key, "other.pem"))
    with pytest.raises(SettingsError, match="passphrase"):
        load(locked_file)
    with pytest.raises(SettingsError, match="cannot be read"):
        load(locked_file.with_name("no-such-file"))


def test_a_public_key_cannot_sign(
    rsa_key: rsa.RSAPrivateKey, saved: Callable[[object], Path]
) -> None:
    """Which is easily mistaken for the other."""
    public = {key: value for key, value in jwk(rsa_key).items() if key in ("kty", "n", "e")}
    with pytest.raises(SettingsError, match="holds no private key"):
        load(saved(public))


def test_the_extra_is_asked_for(rsa_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the command that installs it."""
    monkeypatch.setitem(sys.modules, "joserfc", None)
    with pytest.raises(SettingsError, match=r"fhirkit-cases\[smart\]"):
        load(rsa_file)
