from __future__ import annotations

import pytest

from fhirkit.serve.guard import allowed


@pytest.mark.parametrize(
    ("host", "origin", "expected"),
    [
        pytest.param("127.0.0.1:8090", None, True, id="client"),
        pytest.param("localhost:8090", None, True, id="by-name"),
        pytest.param("127.0.0.1:8090", "http://127.0.0.1:8090", True, id="own-page"),
        pytest.param("127.0.0.1:8090", "https://hospital.example", False, id="other-page"),
        pytest.param("127.0.0.1:8090", "http://127.0.0.1:3000", False, id="other-port"),
        pytest.param("127.0.0.1:8090", "null", False, id="file-or-sandbox"),
        pytest.param("127.0.0.1:8090", "http://[", False, id="no-url"),
        pytest.param("hospital.example:8090", None, False, id="rebound-name"),
        pytest.param(
            "hospital.example", "http://hospital.example", False, id="rebound-name-and-origin"
        ),
        pytest.param("127.0.0.1.hospital.example", None, False, id="begins-like-it"),
        pytest.param("[", None, False, id="no-host"),
        pytest.param("", None, False, id="empty"),
    ],
)
def test_only_this_machines_own_requests_pass(
    host: str, origin: str | None, expected: bool
) -> None:
    """A page of another site in the same browser must not read the data."""
    assert allowed(host, origin) is expected
