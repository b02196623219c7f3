"""Keys and certificates made for one run, and servers on the loopback interface that use them."""

from __future__ import annotations

import base64
import datetime as dt
import ipaddress
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from fhirkit.serve import INSTALL, Embedded, running

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def pem(key: Key, password: bytes = b"") -> bytes:
    """A private key as openssl writes it."""
    lock = (
        serialization.BestAvailableEncryption(password)
        if password
        else serialization.NoEncryption()
    )
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, lock)


@pytest.fixture(scope="session")
def rsa_key() -> rsa.RSAPrivateKey:
    """A key for RS384."""
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture(scope="session")
def p384_key() -> ec.EllipticCurvePrivateKey:
    """A key for ES384."""
    return ec.generate_private_key(ec.SECP384R1())


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    """Writes a private key into a file."""

    def write(key: Key, name: str, password: bytes = b"") -> Path:
        file = tmp_path / name
        file.write_bytes(pem(key, password))
        return file

    return write


@pytest.fixture
def rsa_file(written: Callable[..., Path], rsa_key: rsa.RSAPrivateKey) -> Path:
    """The key for RS384 as a PEM file."""
    return written(rsa_key, "rsa.pem")


@pytest.fixture
def p384_file(written: Callable[..., Path], p384_key: ec.EllipticCurvePrivateKey) -> Path:
    """The key for ES384 as a PEM file."""
    return written(p384_key, "p384.pem")


@pytest.fixture
def locked_file(written: Callable[..., Path], rsa_key: rsa.RSAPrivateKey) -> Path:
    """A key behind a passphrase."""
    return written(rsa_key, "locked.pem", b"open sesame")


# --- An authority of our own -----------------------------------------------------------


@dataclass(frozen=True)
class Pair:
    """A certificate and its key, as files."""

    certificate: Path
    key: Path


@dataclass(frozen=True)
class Authority:
    """A private authority: its certificate as a file, and what it signs."""

    file: Path
    server: Pair
    client: Pair
    elsewhere: Pair


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _certificate(name: str, key: Key, issuer: str, by: Key, *, authority: bool) -> x509.Certificate:
    now = dt.datetime.now(dt.UTC)
    usage = {
        "digital_signature": not authority,
        "key_cert_sign": authority,
        "crl_sign": authority,
        "content_commitment": False,
        "key_encipherment": False,
        "data_encipherment": False,
        "key_agreement": False,
        "encipher_only": False,
        "decipher_only": False,
    }
    here: x509.GeneralName = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    if name == "elsewhere":
        here = x509.DNSName("elsewhere.example")
    return (
        x509.CertificateBuilder()
        .subject_name(_named(name))
        .issuer_name(_named(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**usage), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False
        )
        .add_extension(x509.SubjectAlternativeName([here]), critical=False)
        .sign(by, hashes.SHA256())
    )


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """A private authority with certificates of servers here and elsewhere, and of a client."""
    folder = tmp_path_factory.mktemp("authority")
    root = ec.generate_private_key(ec.SECP256R1())
    top = folder / "ca.pem"
    top.write_bytes(
        _certificate("Ward CA", root, "Ward CA", root, authority=True).public_bytes(
            serialization.Encoding.PEM
        )
    )

    def pair(name: str) -> Pair:
        key = ec.generate_private_key(ec.SECP256R1())
        made = _certificate(name, key, "Ward CA", root, authority=False)
        files = Pair(folder / f"{name}.pem", folder / f"{name}.key")
        files.certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
        files.key.write_bytes(pem(key))
        return files

    return Authority(top, pair("server"), pair("client"), pair("elsewhere"))


# --- Servers ----------------------------------------------------------------------------


@dataclass
class Seen:
    """What a server was sent: one line a request, headers, and who showed a certificate."""

    base: str
    lines: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    forms: list[dict[str, str]] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)


Answer = Callable[["Seen", str, dict[str, str]], tuple[int, dict[str, Any]]]
Start = Callable[..., AbstractContextManager[Seen]]


def _handler(answer: Answer, seen: Seen) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _reply(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            form = dict(parse_qsl(body.decode()))
            seen.lines.append(f"{self.command} {self.path}")
            seen.headers.append({name.lower(): value for name, value in self.headers.items()})
            seen.forms.append(form)
            seen.shown.append(_shown(self.connection))
            status, content = answer(seen, self.path, form)
            data = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = _reply  # noqa: N815 - http.server's own names
        do_POST = _reply  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    return Handler


def _shown(connection: object) -> str:
    if not isinstance(connection, ssl.SSLSocket):
        return ""
    subject = (connection.getpeercert() or {}).get("subject", ())
    return "".join(value for part in subject for _, value in part)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A refused handshake is what some tests want."""


@contextmanager
def _serving(
    answer: Answer,
    pair: Pair | None = None,
    clients: Path | None = None,
) -> Iterator[Seen]:
    with _Server(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        seen = Seen("")
        server.RequestHandlerClass = _handler(answer, seen)
        scheme = "http"
        if pair is not None:
            scheme = "https"
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(pair.certificate, pair.key)
            if clients is not None:
                context.load_verify_locations(clients)
                context.verify_mode = ssl.CERT_REQUIRED
            # The handshake belongs to the thread of the connection: accept() must not hang.
            server.socket = context.wrap_socket(
                server.socket, server_side=True, do_handshake_on_connect=False
            )
        seen.base = f"{scheme}://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield seen
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def serving() -> Start:
    """Starts a server that answers what a function says."""
    return _serving


@dataclass
class SmartServer:
    """The embedded server with SMART backend services, and what happened at its token endpoint."""

    base: str
    store: Any
    asked: list[int]

    def forget(self) -> None:
        """Makes every token worthless that was given so far."""
        self.store.kv_set("jwt_secret", f"another-{len(self.asked)}-" + "x" * 48)


def _jwk(key: rsa.RSAPrivateKey) -> dict[str, str]:
    numbers = key.public_key().public_numbers()

    def written(number: int) -> str:
        data = number.to_bytes((number.bit_length() + 7) // 8, "big")
        return base64.urlsafe_b64encode(data).decode().rstrip("=")

    return {"kty": "RSA", "n": written(numbers.n), "e": written(numbers.e), "kid": "ward-key"}


@pytest.fixture
def smart_server(
    tmp_path: Path,
    require: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
    rsa_key: rsa.RSAPrivateKey,
) -> Iterator[SmartServer]:
    """A real FHIR server that takes nothing without a token, and has ``rsa_key`` registered."""
    if find_spec("sekmet") is None:
        require(f"no embedded server: {INSTALL}")
    import sekmet.main
    from sekmet.config import ServerAuth, SmartClient

    made: list[Any] = []
    asked: list[int] = []
    create_app = sekmet.main.create_app

    def with_smart(settings: Any) -> Any:
        client = SmartClient(client_id="ward7", jwks={"keys": [_jwk(rsa_key)]}, scopes="system/*.*")
        settings.server_auth = ServerAuth(types=["smart"], smart_clients=[client])
        app = create_app(settings)

        @app.middleware("http")
        async def count(request: Any, call_next: Any) -> Any:
            response = await call_next(request)
            if request.url.path == "/auth/token":
                asked.append(response.status_code)
            return response

        made.append(app)
        return app

    monkeypatch.setattr(sekmet.main, "create_app", with_smart)
    monkeypatch.chdir(tmp_path)
    server: Embedded
    with running(tmp_path / "smart.db") as server:
        yield SmartServer(server.base, made[0].state.ctx.store, asked)
