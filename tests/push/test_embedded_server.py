from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from fhirkit.errors import Refused, Unreachable
from fhirkit.push import Client, PushOptions, push
from fhirkit.push.options import Mode
from fhirkit.push.report import Outcome, State
from fhirkit.serve import Embedded

pytestmark = pytest.mark.server


def count(base: str, types: list[str]) -> dict[str, int]:
    """How many resources of each type the server has."""
    with Client(base) as client:
        return client.count(types)


def test_pushing_twice_stores_once(server: Embedded, bundle: dict[str, Any]) -> None:
    """The first push creates, the second finds everything there."""
    assert push([bundle], server.base).counts == {"created": 2}
    assert push([bundle], server.base).counts == {"existed": 2}
    updated = push([bundle], server.base, options=PushOptions(on_existing="update"))
    assert updated.landed
    assert "created" not in updated.counts
    assert count(server.base, ["Patient", "Observation"]) == {"Patient": 1, "Observation": 1}


def test_locations_can_be_read(server: Embedded, bundle: dict[str, Any]) -> None:
    """What the report calls a location is one, and references lead there."""
    (report,) = push([bundle], server.base).bundles
    patient, observation = (entry.location for entry in report.entries)
    read = httpx.get(f"{server.base}/{observation}", trust_env=False).json()
    assert read["subject"]["reference"] == patient


@pytest.mark.parametrize("number", ["000", "001"])
def test_reference_bundles_land_and_stay_the_same(
    server: Embedded, benchmark: Path, require: Any, number: str
) -> None:
    """The hand-made bundles land; a second push changes no count, found by tag or identifier."""
    path = benchmark.parent / "reference" / f"bundle-{number}.json"
    if not path.is_file():
        require("no reference bundles beside the benchmark")
    data = path.read_bytes()
    types = sorted({entry["resource"]["resourceType"] for entry in json.loads(data)["entry"]})
    first = push([data], server.base)
    assert first.landed
    assert set(first.counts) == {"created"}
    before = count(server.base, types)
    assert {"AdverseEvent", "Provenance"} <= before.keys()
    second = push([data], server.base)
    assert second.landed
    assert "created" not in second.counts
    assert count(server.base, types) == before
    assert sum(before.values()) == first.counts["created"]


def test_a_refused_transaction_stores_nothing(server: Embedded, bundle: dict[str, Any]) -> None:
    """One entry the server cannot take, and none of the bundle is there."""
    bundle["entry"][1]["resource"]["severity"] = "high"
    (report,) = push([bundle], server.base).bundles
    assert (report.state, report.status) == (State.REFUSED, 400)
    assert report.detail
    assert count(server.base, ["Patient", "Observation"]) == {"Patient": 0, "Observation": 0}


def test_a_batch_can_land_in_part(server: Embedded, bundle: dict[str, Any]) -> None:
    """Each entry of a batch has a fate of its own."""
    bundle["type"] = "batch"
    del bundle["entry"][1]["resource"]["subject"]
    bundle["entry"][1]["resource"]["severity"] = "high"
    (report,) = push([bundle], server.base).bundles
    assert report.state is State.PARTLY
    assert [entry.outcome for entry in report.entries] == [Outcome.CREATED, Outcome.REFUSED]
    assert report.entries[1].detail


def test_an_address_that_is_no_fhir_server_is_refused(
    server: Embedded, bundle: dict[str, Any]
) -> None:
    """A page of the same host is told before anything is sent."""
    with pytest.raises(Refused, match="metadata"):
        push([bundle], f"{server.ui}/nowhere")


def test_a_stopped_server_is_unreachable(bundle: dict[str, Any], unused_port: int) -> None:
    """Nothing listens there: the error names the address and that nothing was sent."""
    base = f"http://127.0.0.1:{unused_port}/fhir"
    with pytest.raises(Unreachable, match=str(unused_port)):
        push([bundle], base, options=PushOptions(patience=0.2))


@pytest.mark.parametrize("mode", ["transaction", "batch", "single"])
def test_every_way_leads_to_the_same(server: Embedded, bundle: dict[str, Any], mode: str) -> None:
    """References lead where they should, what is stored is what was sent, and it can be undone."""
    options = PushOptions(mode=Mode(mode), verify=True)
    with Client(server.base, options=options) as client:
        report = client.push([bundle])
        assert report.landed
        patient, observation = (entry.location for entry in report.bundles[0].entries)
        assert observation is not None
        read = client.read(observation)
        assert read is not None
        assert read["subject"]["reference"] == patient
        assert client.undo(report).counts == {"deleted": 2}
        assert client.count(["Patient", "Observation"]) == {"Patient": 0, "Observation": 0}


@pytest.fixture
def unused_port() -> int:
    """A port of the loopback interface nobody listens on."""
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port
