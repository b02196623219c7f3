"""The servers that take no transactions refuse what they are known to refuse."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from servers.server import Server

PATIENT = {"resourceType": "Patient", "identifier": [{"system": "urn:x", "value": "1"}]}


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    """A client of no kind in particular."""
    with httpx.Client(trust_env=False) as client:
        yield client


def bundle(kind: str) -> dict[str, Any]:
    """One patient to be made."""
    entry = {"resource": PATIENT, "request": {"method": "POST", "url": "Patient"}}
    return {"resourceType": "Bundle", "type": kind, "entry": [entry]}


def declared(client: httpx.Client, server: Server) -> dict[str, set[str]]:
    """What the statement says of each type; of the whole server under ""."""
    rest = client.get(f"{server.base}/metadata").json()["rest"][0]
    types = {one["type"]: {i["code"] for i in one["interaction"]} for one in rest["resource"]}
    return types | {"": {one["code"] for one in rest.get("interaction", ())}}


def test_epic_takes_no_bundles(epic: Server, client: httpx.Client) -> None:
    """Neither kind, and the statement says so."""
    assert declared(client, epic)[""] == set()
    for kind in ("transaction", "batch"):
        answer = client.post(epic.base, json=bundle(kind))
        assert answer.status_code == 405
        assert answer.json()["resourceType"] == "OperationOutcome"


def test_oracle_takes_a_batch_and_refuses_what_is_in_it(
    oracle: Server, client: httpx.Client
) -> None:
    """The answer is 200, that of each POST 422; a transaction is refused as a whole."""
    assert declared(client, oracle)[""] == {"batch"}
    (entry,) = client.post(oracle.base, json=bundle("batch")).json()["entry"]
    assert entry["response"]["status"] == "422"
    assert client.post(oracle.base, json=bundle("transaction")).status_code == 405
    assert client.get(f"{oracle.base}/Patient?identifier=urn:x|1").json()["total"] == 0


@pytest.mark.parametrize(
    ("name", "kind", "status"),
    [
        ("epic", "DocumentReference", 201),
        ("epic", "MedicationAdministration", 405),
        ("epic", "AdverseEvent", 405),
        ("epic", "Procedure", 404),
        ("oracle", "DocumentReference", 201),
        ("oracle", "Procedure", 201),
        ("oracle", "MedicationAdministration", 405),
        ("oracle", "AdverseEvent", 404),
    ],
)
def test_what_can_be_made(
    request: pytest.FixtureRequest, client: httpx.Client, name: str, kind: str, status: int
) -> None:
    """Some types can be made, some only read, some are absent, and the statement agrees."""
    server: Server = request.getfixturevalue(name)
    answer = client.post(f"{server.base}/{kind}", json={"resourceType": kind})
    assert answer.status_code == status
    said = declared(client, server).get(kind)
    assert status == (404 if said is None else 201 if "create" in said else 405)


@pytest.mark.parametrize("name", ["epic", "oracle"])
def test_conditions_count_for_nothing(
    request: pytest.FixtureRequest, client: httpx.Client, name: str
) -> None:
    """If-None-Exist is not heeded: who does not search first, doubles."""
    server: Server = request.getfixturevalue(name)
    condition = {"If-None-Exist": "identifier=urn:x|1"}
    for number in (1, 2):
        answer = client.post(f"{server.base}/Patient", json=PATIENT, headers=condition)
        assert (answer.status_code, answer.content) == (201, b"")
        found = client.get(f"{server.base}/Patient", params={"identifier": "urn:x|1"}).json()
        assert found["total"] == number
    assert client.get(answer.headers["Location"]).json()["resourceType"] == "Patient"


@pytest.mark.parametrize("name", ["epic", "oracle"])
def test_nothing_can_be_deleted(
    request: pytest.FixtureRequest, client: httpx.Client, name: str
) -> None:
    """What was made stays."""
    server: Server = request.getfixturevalue(name)
    place = client.post(f"{server.base}/Patient", json=PATIENT).headers["Location"]
    assert client.delete(place).status_code == 405
    assert client.get(place).status_code == 200
