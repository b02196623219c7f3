"""The bad server does what it is told to do wrong, and nothing else."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime
from typing import Any
from uuid import UUID

import httpx
import pytest

from servers.faults import AFTER, BEFORE, Faults
from servers.faulty import Faulty

pytestmark = pytest.mark.server
Start = Callable[..., Faulty]


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    """A client of no kind in particular."""
    with httpx.Client(trust_env=False, timeout=10) as client:
        yield client


def bundle(number: int, size: int = 3, kind: str = "transaction") -> dict[str, Any]:
    """A patient and its observations, each to be created unless it is there."""
    patient = f"urn:uuid:{UUID(int=number * 1000)}"
    entries = []
    for position in range(size):
        type_ = "Observation" if position else "Patient"
        identifier = {"system": "urn:x", "value": f"{number}-{position}"}
        resource: dict[str, Any] = {"resourceType": type_, "identifier": [identifier]}
        if position:
            resource |= {"status": "final", "subject": {"reference": patient}}
        request = {
            "method": "POST",
            "url": type_,
            "ifNoneExist": f"identifier=urn:x|{number}-{position}",
        }
        full = f"urn:uuid:{UUID(int=number * 1000 + position)}"
        entries.append({"fullUrl": full, "resource": resource, "request": request})
    return {"resourceType": "Bundle", "type": kind, "entry": entries}


def post(client: httpx.Client, server: Faulty, body: dict[str, Any]) -> int | str:
    """The status of the answer, or what went wrong with the connection."""
    try:
        return client.post(server.base, content=json.dumps(body)).status_code
    except httpx.TransportError as error:
        return type(error).__name__


def test_nothing_goes_wrong_unasked(faulty: Start, client: httpx.Client) -> None:
    """Created, then found; references lead to what was made."""
    server = faulty()
    first = client.post(server.base, json=bundle(1)).json()
    assert [entry["response"]["status"] for entry in first["entry"]] == ["201 Created"] * 3
    again = client.post(server.base, json=bundle(1)).json()
    assert [entry["response"]["status"] for entry in again["entry"]] == ["200 OK"] * 3
    patient, observation, _ = (entry["response"]["location"] for entry in first["entry"])
    read = client.get(f"{server.base}/{observation.partition('/_history')[0]}").json()
    assert read["subject"]["reference"] == patient.partition("/_history")[0]
    state = server.state()
    assert (state["resources"], state["doubled"], state["unresolved"]) == (3, {}, 0)


@pytest.mark.parametrize(
    ("fault", "seen", "stored"),
    [
        ("too_many", 429, 0),
        ("unavailable", 503, 0),
        ("broken", 500, 0),
        ("timed_out", 408, 0),
        ("conflict", 409, 0),
        ("unauthorized", 401, 0),
        ("cut_before", "RemoteProtocolError", 0),
        ("hang_before", "RemoteProtocolError", 0),
        ("page", 200, 0),
        ("hollow", 200, 0),
        ("redirect", 307, 0),
        ("pretend", 200, 0),
        ("commit_then_503", 503, 3),
        ("commit_then_500", 500, 3),
        ("cut", "RemoteProtocolError", 3),
        ("silent", "RemoteProtocolError", 3),
        ("hang", "RemoteProtocolError", 3),
        ("half_answer", 200, 3),
        ("commit_then_page", 200, 3),
        ("commit_then_hollow", 200, 3),
    ],
)
def test_each_fault(
    faulty: Start, client: httpx.Client, fault: str, seen: int | str, stored: int
) -> None:
    """What the client sees of it, and what the server has."""
    server = faulty(Faults(**{fault: 1.0}, hang_seconds=0.05))
    assert post(client, server, bundle(1)) == seen
    state = server.state()
    assert state["resources"] == stored
    assert state["faults"] == {fault: 1}


def test_every_fault_is_tried() -> None:
    """The table above has them all."""
    table = test_each_fault.pytestmark[0].args[1]
    assert [case[0] for case in table] == [*BEFORE, *AFTER]


def test_a_cut_answer_was_begun(faulty: Start) -> None:
    """Status and headers come, and half of the body."""
    server = faulty(Faults(cut=1.0))
    got: list[bytes] = []
    with (
        httpx.Client(trust_env=False) as client,
        client.stream("POST", server.base, json=bundle(1)) as response,
    ):
        assert response.status_code == 200
        with pytest.raises(httpx.RemoteProtocolError):
            got.extend(response.iter_raw())
        assert 0 < sum(map(len, got)) < int(response.headers["content-length"])


def test_a_client_that_does_not_wait_sees_no_answer(faulty: Start) -> None:
    """A server that hangs has stored all the same."""
    server = faulty(Faults(hang=1.0, hang_seconds=30))
    with httpx.Client(trust_env=False, timeout=0.2) as client:
        assert post(client, server, bundle(1)) == "ReadTimeout"
    assert server.state()["resources"] == 3


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_when_to_come_again(faulty: Start, client: httpx.Client, form: str) -> None:
    """Retry-After in either of its forms."""
    server = faulty(Faults(too_many=1.0, retry_after=form, retry_in=2))
    headers = client.post(server.base, json=bundle(1)).headers
    if form == "seconds":
        assert headers["retry-after"] == "2"
    else:
        wait = parsedate_to_datetime(headers["retry-after"]) - parsedate_to_datetime(
            headers["date"]
        )
        assert 0 <= wait.total_seconds() <= 3


def test_a_storm_passes(faulty: Start, client: httpx.Client) -> None:
    """412 so many times, then it is done."""
    server = faulty(Faults(storm=1.0, storm_length=2))
    assert [post(client, server, bundle(1)) for _ in range(3)] == [412, 412, 200]


def test_a_request_goes_wrong_only_so_often(faulty: Start, client: httpx.Client) -> None:
    """``attempts`` counts for each request by itself."""
    server = faulty(Faults(too_many=1.0, attempts=1))
    assert [post(client, server, bundle(1)) for _ in range(2)] == [429, 200]
    assert [post(client, server, bundle(2)) for _ in range(2)] == [429, 200]


def test_reading_goes_wrong_only_if_asked(faulty: Start, client: httpx.Client) -> None:
    """The statement comes through, unless reads are to fail as well."""
    server = faulty(Faults(too_many=1.0))
    assert client.get(f"{server.base}/metadata").status_code == 200
    server.change(Faults(too_many=1.0, reads=1))
    assert client.get(f"{server.base}/metadata").status_code == 429


def test_the_same_seed_does_the_same(faulty: Start, client: httpx.Client) -> None:
    """In another order, too; another seed does something else."""

    def seen(seed: int, order: range) -> dict[int, int | str]:
        server = faulty(Faults(seed=seed, too_many=0.4, cut=0.2))
        return {number: post(client, server, bundle(number)) for number in order}

    forth = seen(1, range(30))
    assert seen(1, range(29, -1, -1)) == forth
    assert set(forth.values()) == {200, 429, "RemoteProtocolError"}
    assert seen(2, range(30)) != forth


def test_a_server_gets_well(faulty: Start, client: httpx.Client) -> None:
    """What goes wrong can be changed while it runs."""
    server = faulty(Faults(unavailable=1.0))
    assert post(client, server, bundle(1)) == 503
    server.change(Faults())
    assert post(client, server, bundle(1)) == 200


def test_blind_repeats_double(faulty: Start, client: httpx.Client) -> None:
    """Without conditions each repeat makes all anew, and the state tells so."""
    server = faulty(Faults(commit_then_503=1.0))
    blind = bundle(1)
    for entry in blind["entry"]:
        del entry["request"]["ifNoneExist"]
    for _ in range(2):
        post(client, server, blind)
    assert server.state()["doubled"] == {
        "Patient?identifier=urn:x|1-0": 2,
        "Observation?identifier=urn:x|1-1": 2,
        "Observation?identifier=urn:x|1-2": 2,
    }
    assert server.keys()["Patient?identifier=urn:x|1-0"] == [2, 2]


def test_many_at_once_never_double(faulty: Start) -> None:
    """Eight threads with the same bundles, and faults: each resource is there once."""
    server = faulty(Faults(seed=3, too_many=0.2, commit_then_503=0.2, cut=0.1))
    results: Counter[int | str] = Counter()
    lock = threading.Lock()

    def work(_: int) -> None:
        with httpx.Client(trust_env=False, timeout=10) as client:
            for number in range(20):
                seen = post(client, server, bundle(number))
                while seen != 200:
                    with lock:
                        results[seen] += 1
                    seen = post(client, server, bundle(number))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    state = server.state()
    assert (state["resources"], state["doubled"], state["made_again"]) == (60, {}, {})
    assert {429, 503, "RemoteProtocolError"} <= results.keys()


def test_two_requests_with_one_key_are_noticed(faulty: Start) -> None:
    """While one is under way, another that is about the same resource is a clash."""
    server = faulty(Faults(latency=0.3))

    def work(number: int) -> None:
        with httpx.Client(trust_env=False) as client:
            client.post(server.base, json=bundle(number))

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(work, [1, 2, 3]))
    state = server.state()
    assert (state["most_in_flight"], state["most_sharing_a_key"]) == (3, 1)
    assert state["clashes"] == []
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, [4, 4]))
    state = server.state()
    assert state["most_sharing_a_key"] == 2
    assert "Patient?identifier=urn:x|4-0" in state["clashes"]


def test_it_runs_as_a_process_of_its_own(faulty: Start, client: httpx.Client) -> None:
    """With the same faults."""
    server = faulty(Faults(seed=7, commit_then_503=1.0, retry_after="seconds"), own_process=True)
    answer = client.post(server.base, json=bundle(1))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "0")
    assert server.state()["resources"] == 3


def test_elements_are_lost_without_a_word(faulty: Start, client: httpx.Client) -> None:
    """As with a lenient server: 201, and the element is not there."""
    server = faulty(Faults(loses="note,status"))
    observation = {"resourceType": "Observation", "status": "final", "code": {"text": "a"}}
    answer = client.post(f"{server.base}/Observation", json=observation)
    assert answer.status_code == 201
    assert "status" not in client.get(f"{server.base}/Observation/{answer.json()['id']}").json()


def test_a_statement_that_lies(faulty: Start, client: httpx.Client) -> None:
    """It offers transactions and refuses them."""
    server = faulty(Faults(refuse_transaction=405))
    rest = client.get(f"{server.base}/metadata").json()["rest"][0]
    assert {"code": "transaction"} in rest["interaction"]
    assert post(client, server, bundle(1)) == 405
    assert post(client, server, bundle(1, kind="batch")) == 200


def test_a_bundle_may_be_too_large(faulty: Start, client: httpx.Client) -> None:
    """By its entries or its bytes: 413."""
    server = faulty(Faults(max_entries=5))
    assert [post(client, server, bundle(size, size)) for size in (5, 6)] == [200, 413]
    server.change(Faults(max_bytes=2000))
    assert [post(client, server, bundle(size, size)) for size in (3, 20)] == [200, 413]


def test_credentials_are_counted(faulty: Start, client: httpx.Client) -> None:
    """How many requests had any; they themselves are not kept."""
    server = faulty()
    client.get(f"{server.base}/metadata", headers={"Authorization": "Bearer secret"})
    assert server.state()["authorized"] == 1
    assert "secret" not in json.dumps(server.state())
