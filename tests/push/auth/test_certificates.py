from __future__ import annotations

import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from fhirkit.errors import SettingsError
from fhirkit.push.auth import credentials_from, tls


def answer(*_: object) -> tuple[int, dict[str, Any]]:
    """What the servers here say."""
    return 200, {"resourceType": "CapabilityStatement"}


def get(address: str, **table: Path) -> int:
    """The status of a request with the files of a table."""
    named = {key.replace("_", "-"): str(file) for key, file in table.items()}
    context = tls(credentials_from(named, {}))
    with httpx.Client(verify=context or True, trust_env=False) as client:
        return client.get(address).status_code


def test_nothing_set_leaves_tls_to_httpx() -> None:
    """Which checks certificates, too."""
    assert tls(credentials_from({}, {})) is None


def test_a_private_authority_is_trusted_when_it_is_named(serving: Any, authority: Any) -> None:
    """And not before."""
    with serving(answer, authority.server) as server:
        assert get(server.base, ca_file=authority.file) == 200
        with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            get(server.base)


def test_the_file_of_an_authority_may_hold_remarks(
    serving: Any, authority: Any, tmp_path: Path
) -> None:
    """And several authorities, for a token endpoint that another one vouches for."""
    file = tmp_path / "bundle.pem"
    words = authority.server.certificate.read_text("ascii")
    file.write_text(f"# Müller\n{words}\n# Ward\n{authority.file.read_text('ascii')}", "utf-8")
    with serving(answer, authority.server) as server:
        assert get(server.base, ca_file=file) == 200


def test_a_private_authority_does_not_vouch_for_any_name(serving: Any, authority: Any) -> None:
    """The name in the certificate must be the server's."""
    with (
        serving(answer, authority.elsewhere) as server,
        pytest.raises(httpx.ConnectError, match=r"CERTIFICATE_VERIFY_FAILED.*mismatch"),
    ):
        get(server.base, ca_file=authority.file)


def test_a_private_authority_takes_the_place_of_the_public_ones(authority: Any) -> None:
    """No other can vouch for a server."""
    context = tls(credentials_from({"ca-file": str(authority.file)}, {}))
    assert context is not None
    assert [dict(part[0] for part in ca["subject"]) for ca in context.get_ca_certs()] == [
        {"commonName": "Ward CA"}
    ]
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


def test_mutual_tls(serving: Any, authority: Any) -> None:
    """A server that wants a certificate gets ours; without it there is no connection."""
    ours = {"client_cert": authority.client.certificate, "client_key": authority.client.key}
    with serving(answer, authority.server, authority.file) as server:
        assert get(server.base, ca_file=authority.file, **ours) == 200
        assert server.shown == ["client"]
        with pytest.raises(httpx.TransportError):
            get(server.base, ca_file=authority.file)


def test_a_certificate_alone_trusts_the_public_authorities(authority: Any) -> None:
    """Mutual TLS does not need an authority of one's own."""
    table = {
        "client-cert": str(authority.client.certificate),
        "client-key": str(authority.client.key),
    }
    context = tls(credentials_from(table, {}))
    assert context is not None
    assert len(context.get_ca_certs()) > 1


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        pytest.param("other", "client-key names does not belong", id="another-key"),
        pytest.param("kind", "client-key names does not belong", id="another-kind-of-key"),
        pytest.param("locked", "passphrase", id="passphrase"),
        pytest.param("words", "client-key names holds no private key", id="words"),
        pytest.param("gone", "client-key names cannot be read", id="no-file"),
        pytest.param("broken", "cannot be used together", id="broken"),
    ],
)
def test_a_wrong_key_is_told(
    authority: Any, tmp_path: Path, rsa_file: Path, locked_file: Path, kind: str, told: str
) -> None:
    """Before anything is sent, and without a question at the terminal."""
    files = {
        "other": authority.server.key,
        "kind": rsa_file,
        "locked": locked_file,
        "words": tmp_path / "words",
        "gone": tmp_path / "gone",
        "broken": tmp_path / "broken",
    }
    (tmp_path / "words").write_text("geheim", "ascii")
    (tmp_path / "broken").write_text(
        "-----BEGIN PRIVATE KEY-----\ngeheim\n-----END PRIVATE KEY-----\n", "ascii"
    )
    with pytest.raises(SettingsError, match=told) as caught:
        get("https://a", client_cert=authority.client.certificate, client_key=files[kind])
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize("header", ["Proc-Type: 4,ENCRYPTED", ""], ids=["older-form", "none"])
def test_older_forms_of_locked_keys_are_known(authority: Any, tmp_path: Path, header: str) -> None:
    """They say so below their first line."""
    file = tmp_path / "key"
    file.write_text(
        f"-----BEGIN RSA PRIVATE KEY-----\n{header}\n\nx\n-----END RSA PRIVATE KEY-----\n", "ascii"
    )
    with pytest.raises(SettingsError, match="passphrase" if header else "cannot be used"):
        get("https://a", client_cert=authority.client.certificate, client_key=file)


def test_a_wrong_certificate_is_told(authority: Any, written: Callable[..., Path]) -> None:
    """A key in its place, for instance."""
    key = authority.client.key
    with pytest.raises(SettingsError, match="client-cert names holds no certificate"):
        get("https://a", client_cert=key, client_key=key)


@pytest.mark.parametrize(
    "words",
    ["", "geheim", "-----BEGIN CERTIFICATE-----\ngeheim\n-----END CERTIFICATE-----\n", "ü"],
)
def test_a_wrong_authority_is_told(tmp_path: Path, words: str) -> None:
    """Whatever the file holds instead."""
    file = tmp_path / "ca"
    file.write_text(words, "utf-8")
    with pytest.raises(SettingsError, match="ca-file names holds no certificates") as caught:
        get("https://a", ca_file=file)
    assert "geheim" not in str(caught.value)
