"""A bundle to push, and a real server on the loopback interface."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from fhirkit.serve import INSTALL, Embedded, running

BASE = "http://127.0.0.1:8090/fhir"


@pytest.fixture
def base() -> str:
    """The address of a server that only respx answers for."""
    return BASE


@pytest.fixture
def bundle() -> dict[str, Any]:
    """A conditional create and a conditional update, in one transaction."""
    return {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {
                "fullUrl": "urn:uuid:5b7e0b1c-52c8-4a8e-9d7a-0d2f6f0c7a01",
                "resource": {
                    "resourceType": "Patient",
                    "identifier": [{"system": "urn:x", "value": "1"}],
                },
                "request": {
                    "method": "POST",
                    "url": "Patient",
                    "ifNoneExist": "identifier=urn:x|1",
                },
            },
            {
                "fullUrl": "urn:uuid:5b7e0b1c-52c8-4a8e-9d7a-0d2f6f0c7a02",
                "resource": {
                    "resourceType": "Observation",
                    "identifier": [{"system": "urn:x", "value": "2"}],
                    "status": "final",
                    "code": {"text": "Temperature"},
                    "subject": {"reference": "urn:uuid:5b7e0b1c-52c8-4a8e-9d7a-0d2f6f0c7a01"},
                },
                "request": {"method": "PUT", "url": "Observation?identifier=urn:x|2"},
            },
        ],
    }


@pytest.fixture
def server(
    tmp_path: Path, require: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Embedded]:
    """The embedded server with an empty database, for one test."""
    if find_spec("sekmet") is None:
        require(f"no embedded server: {INSTALL}")
    monkeypatch.chdir(tmp_path)
    with running(tmp_path / "server.db") as embedded:
        yield embedded
