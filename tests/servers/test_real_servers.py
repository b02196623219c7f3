"""Every real server a test can ask for starts, and does what it is known to do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from servers.fixtures import REAL
from servers.server import Server

OPEN = [case for case in REAL if case.id != "sekmet_smart"]


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    """A client of no kind in particular."""
    headers = {"Content-Type": "application/fhir+json", "Cache-Control": "no-cache"}
    with httpx.Client(trust_env=False, timeout=60, headers=headers) as client:
        yield client


def patients(number: int, run: str, kind: str = "transaction") -> dict[str, Any]:
    """A bundle of conditional creates."""
    entries = [
        {
            "fullUrl": f"urn:uuid:{uuid4()}",
            "resource": {
                "resourceType": "Patient",
                "identifier": [{"system": "urn:x", "value": f"{run}-{position}"}],
            },
            "request": {
                "method": "POST",
                "url": "Patient",
                "ifNoneExist": f"identifier=urn:x|{run}-{position}",
            },
        }
        for position in range(number)
    ]
    return {"resourceType": "Bundle", "type": kind, "entry": entries}


def statuses(response: httpx.Response) -> list[int]:
    """The status of each entry of an answer."""
    assert response.status_code == 200, response.text
    return [int(entry["response"]["status"][:3]) for entry in response.json()["entry"]]


@pytest.mark.parametrize("name", OPEN)
def test_a_transaction_twice_stores_once(
    name: str, request: pytest.FixtureRequest, client: httpx.Client
) -> None:
    """The first time each entry is created, the second time each is found."""
    server: Server = request.getfixturevalue(name)
    run = uuid4().hex
    assert statuses(client.post(server.base, json=patients(3, run))) == [201] * 3
    assert statuses(client.post(server.base, json=patients(3, run))) == [200] * 3
    found = client.get(f"{server.base}/Patient", params={"identifier": f"urn:x|{run}-1"}).json()
    assert len(found["entry"]) == 1


@pytest.mark.parametrize("name", OPEN)
def test_it_says_what_it_can(
    name: str, request: pytest.FixtureRequest, client: httpx.Client
) -> None:
    """The statement is one of R4 and offers transactions."""
    server: Server = request.getfixturevalue(name)
    statement = client.get(f"{server.base}/metadata").json()
    assert statement["fhirVersion"] == "4.0.1"
    codes = {interaction["code"] for interaction in statement["rest"][0]["interaction"]}
    assert "transaction" in codes


@pytest.mark.parametrize("name", OPEN)
def test_a_conditional_create_by_tag(
    name: str, request: pytest.FixtureRequest, client: httpx.Client
) -> None:
    """A resource without an identifier to search for is told by its tag."""
    server: Server = request.getfixturevalue(name)
    tag = {"system": "urn:x", "code": uuid4().hex}
    resource = {
        "resourceType": "AdverseEvent",
        "meta": {"tag": [tag]},
        "actuality": "actual",
        "subject": {"display": "nobody"},
    }
    condition = {"If-None-Exist": f"_tag=urn:x|{tag['code']}"}
    url = f"{server.base}/AdverseEvent"
    assert client.post(url, json=resource, headers=condition).status_code == 201
    assert client.post(url, json=resource, headers=condition).status_code == 200


@pytest.mark.parametrize("name", OPEN)
def test_what_was_deleted_is_gone(
    name: str, request: pytest.FixtureRequest, client: httpx.Client
) -> None:
    """DELETE with the current version succeeds; then the resource is gone."""
    server: Server = request.getfixturevalue(name)
    created = client.post(f"{server.base}/Patient", json={"resourceType": "Patient"})
    assert created.status_code == 201
    place = f"{server.base}/Patient/{created.json()['id']}"
    etag = client.get(place).headers["etag"]
    assert client.delete(place, headers={"If-Match": etag}).status_code in {200, 204}
    assert client.get(place).status_code == 410


@pytest.mark.slow
@pytest.mark.server
def test_lenient_hapi_drops_what_it_does_not_know(hapi: Server, client: httpx.Client) -> None:
    """201, and the element is not there."""
    odd = {"resourceType": "Patient", "mood": "good", "active": True}
    answer = client.post(f"{hapi.base}/Patient", json=odd)
    assert answer.status_code == 201
    assert "mood" not in client.get(f"{hapi.base}/Patient/{answer.json()['id']}").json()


@pytest.mark.slow
@pytest.mark.server
def test_strict_hapi_refuses_what_it_does_not_know(
    hapi_strict: Server, client: httpx.Client
) -> None:
    """422 with the reason."""
    odd = {"resourceType": "Patient", "mood": "good", "active": True}
    answer = client.post(f"{hapi_strict.base}/Patient", json=odd)
    assert answer.status_code == 422
    assert answer.json()["resourceType"] == "OperationOutcome"


@pytest.mark.slow
@pytest.mark.server
def test_medplum_has_the_limits_of_its_server(medplum: Server, client: httpx.Client) -> None:
    """Nine conditional entries are too many for a transaction, not for a batch."""
    run = uuid4().hex
    assert client.post(medplum.base, json=patients(9, run)).status_code == 400
    assert statuses(client.post(medplum.base, json=patients(8, run))) == [201] * 8
    assert statuses(client.post(medplum.base, json=patients(9, run, "batch"))) == [200] * 8 + [201]


@pytest.mark.slow
@pytest.mark.server
def test_medplum_gives_out_the_ids(medplum: Server, client: httpx.Client) -> None:
    """No resource is made under an id of the client's."""
    own = str(uuid4())
    patient = {"resourceType": "Patient", "id": own}
    assert client.put(f"{medplum.base}/Patient/{own}", json=patient).status_code == 404
    assert client.post(f"{medplum.base}/Patient", json=patient).json()["id"] != own


@pytest.mark.slow
@pytest.mark.server
def test_medplum_takes_a_failed_transaction_back(medplum: Server, client: httpx.Client) -> None:
    """What was stored before the entry that failed is not there."""
    run = uuid4().hex
    bundle = patients(2, run)
    wrong = {"resourceType": "Observation", "status": "final", "mood": "good"}
    bundle["entry"].append(
        {
            "fullUrl": f"urn:uuid:{uuid4()}",
            "resource": wrong,
            "request": {"method": "POST", "url": "Observation"},
        }
    )
    assert client.post(medplum.base, json=bundle).status_code == 400
    found = client.get(f"{medplum.base}/Patient", params={"identifier": f"urn:x|{run}-0"}).json()
    assert not found.get("entry")


@pytest.mark.server
def test_sekmet_with_smart_tells_who_may_come(sekmet_smart: Server, client: httpx.Client) -> None:
    """Without a token nothing is taken; the token's address is the one that is told."""
    assert client.post(sekmet_smart.base, json=patients(1, "a")).status_code == 401
    said = client.get(f"{sekmet_smart.base}/.well-known/smart-configuration").json()
    assert sekmet_smart.smart is not None
    assert said["token_endpoint"] == sekmet_smart.smart.token_url
    assert "PRIVATE KEY" in sekmet_smart.smart.key_file.read_text()
