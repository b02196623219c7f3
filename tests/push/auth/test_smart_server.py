from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from fhirkit.errors import Refused
from fhirkit.push import push
from fhirkit.push.auth import authentication, credentials_from

pytestmark = pytest.mark.server

PATIENT = {"resourceType": "Patient", "name": [{"family": "Ward"}]}


def client(base: str, file: Path, **more: str) -> httpx.Client:
    """A client with a backend service's credentials, as push makes one."""
    environment = {
        "FHIRKIT_SMART_CLIENT_ID": "ward7",
        "FHIRKIT_SMART_KEY_FILE": str(file),
        "FHIRKIT_SMART_KEY_ID": "ward-key",
        **more,
    }
    auth = authentication(credentials_from({}, environment), base)
    return httpx.Client(
        auth=auth,
        trust_env=False,
        timeout=30,
        # Fewer connections than threads: whoever waits for a token must not hold one.
        limits=httpx.Limits(max_connections=3),
        # Each used once: the pool may close one that it gave away again (encode/httpcore#1110).
        headers={"Connection": "close"},
    )


def test_the_whole_way(smart_server: Any, rsa_file: Path) -> None:
    """Discovery, a token signed for with RS384, and requests with it; one token for all."""
    base = smart_server.base
    assert httpx.get(f"{base}/Patient", trust_env=False).status_code == 401
    with client(base, rsa_file) as connection:
        made = connection.post(f"{base}/Patient", json=PATIENT)
        assert made.status_code == 201
        assert connection.get(f"{base}/Patient/{made.json()['id']}").is_success
    assert smart_server.asked == [200]


def test_another_key_is_refused_once(smart_server: Any, written: Callable[..., Path]) -> None:
    """The message has OAuth's code and no assertion; the next requests do not ask again."""
    file = written(rsa.generate_private_key(65537, 2048), "another.pem")
    with client(smart_server.base, file) as connection:
        for _ in range(3):
            with pytest.raises(Refused, match="invalid_client, HTTP 401") as caught:
                connection.get(f"{smart_server.base}/Patient")
            assert "eyJ" not in str(caught.value) + caught.value.detail
    assert smart_server.asked == [401]


def test_a_scope_the_client_has_not(smart_server: Any, rsa_file: Path) -> None:
    """The message says which setting to look at."""
    with (
        client(smart_server.base, rsa_file, FHIRKIT_SMART_SCOPE="user/*.cruds") as connection,
        pytest.raises(Refused, match=r"invalid_scope.*smart-scope"),
    ):
        connection.get(f"{smart_server.base}/Patient")


def test_eight_threads_fetch_one_token(smart_server: Any, rsa_file: Path) -> None:
    """One at the start, and one when the server takes the old one no more."""
    start = Barrier(8)
    with client(smart_server.base, rsa_file) as connection, ThreadPoolExecutor(8) as threads:

        def ask(_: int) -> int:
            start.wait()
            return connection.post(f"{smart_server.base}/Patient", json=PATIENT).status_code

        assert list(threads.map(ask, range(8))) == [201] * 8
        assert smart_server.asked == [200]
        smart_server.forget()
        assert list(threads.map(ask, range(8))) == [201] * 8
    assert smart_server.asked == [200, 200]


def test_no_secret_is_logged(
    smart_server: Any, rsa_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Not even where somebody turned on all that the HTTP library can say."""
    for name in (None, "httpx", "httpcore"):
        caplog.set_level(logging.DEBUG, logger=name)
    with client(smart_server.base, rsa_file) as connection:
        sent = connection.get(f"{smart_server.base}/Patient").request
    token = sent.headers["authorization"].removeprefix("Bearer ")
    written = "\n".join(record.getMessage() for record in caplog.records)
    assert "POST" in written  # it was on
    for secret in (token, "eyJ", "PRIVATE KEY", rsa_file.read_text("ascii").splitlines()[1]):
        assert secret not in written


def test_a_push_needs_no_more_than_the_environment(
    smart_server: Any, rsa_file: Path, bundle: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything it asks and sends goes with one token."""
    monkeypatch.setenv("FHIRKIT_SMART_CLIENT_ID", "ward7")
    monkeypatch.setenv("FHIRKIT_SMART_KEY_FILE", str(rsa_file))
    report = push([bundle], smart_server.base)
    assert report.landed
    assert smart_server.asked == [200]
