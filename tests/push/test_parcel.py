"""Tests of fhirkit.push.parcel."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fhirkit
from fhirkit.errors import InputError
from fhirkit.push.attach import attached
from fhirkit.push.load import Load, read_load
from fhirkit.push.options import Mode, OnExisting
from fhirkit.push.parcel import Freight, single_request
from fhirkit.push.split import Packing, Room
from pushing import asked, case, data, entry

GOLDEN = sorted((Path(fhirkit.__file__).parent / "bundles").glob("*/bundle.json"))
BYTES = {path.parent.name: path.read_bytes() for path in GOLDEN}
UUID = "urn:uuid:5b7e0b1c-52c8-4a8e-9d7a-0d2f6f0c7a0{}"


def load(bundle: dict[str, Any], on_existing: OnExisting = "keep") -> Load:
    """The load of a bundle."""
    return read_load("a.json", data(bundle), on_existing)


def bundle(*entries: dict[str, Any], kind: str = "transaction") -> dict[str, Any]:
    """A bundle of entries."""
    return {"resourceType": "Bundle", "type": kind, "entry": list(entries)}


def refer(number: int) -> dict[str, str]:
    """A reference to an entry of :func:`one`."""
    return {"reference": UUID.format(number)}


def one(number: int, kind: str = "Observation", **content: Any) -> dict[str, Any]:
    """An entry with an identifier."""
    return entry(UUID.format(number), kind, f"v{number}", content)


class Landing:
    """A server that takes requests as they come, and gives ids of its own."""

    def __init__(self, freight: Freight) -> None:
        self.freight = freight
        self.known: dict[int, str] = {}
        self.stored: dict[int, dict[str, Any]] = {}

    def land(self, packing: Packing) -> None:
        """Sends all requests; outside a transaction nothing may name what is not there."""
        for parcel in packing.parcels:
            if parcel.mode is Mode.SINGLE:
                (position,) = parcel.positions
                sent = [self.freight.pointed(position, (), self.known, packing)]
            else:
                body = self.freight.body(parcel, self.known, packing)
                sent = self._resources(json.loads(body), parcel.mode)
            for position, resource in zip(parcel.positions, sent, strict=True):
                self.stored[position] = resource
                self.known[position] = self.place(position)
            if parcel.mode is not Mode.TRANSACTION:
                assert '"reference": "urn:' not in json.dumps(sent)

    def place(self, position: int) -> str:
        """Where an entry is stored."""
        return f"{self.freight.load.asked[position].type}/s{position}"

    def _resources(self, body: dict[str, Any], mode: Mode) -> list[dict[str, Any]]:
        assert (body["resourceType"], body["type"]) == ("Bundle", mode.value)
        resources = [one["resource"] for one in body["entry"]]
        if mode is Mode.BATCH:
            return resources
        addresses = self.freight.load.addresses
        urls = [one["fullUrl"] for one in body["entry"]]
        places = {url: self.place(addresses[url]) for url in urls}
        return [led(resource, places) for resource in resources]


def led(node: Any, places: dict[str, Any]) -> Any:
    """A resource as a server stores it: the very addresses of a transaction's entries replaced."""
    if isinstance(node, dict):
        target = places.get(str(node.get("reference")))
        if isinstance(target, dict):
            rest = {name: led(value, places) for name, value in node.items() if name != "reference"}
            return rest | target
        return {name: led(value, places) for name, value in node.items()}
    if isinstance(node, list):
        return [led(item, places) for item in node]
    target = places.get(node) if isinstance(node, str) else None
    return target if isinstance(target, str) else node


def identity(resource: dict[str, Any]) -> dict[str, Any]:
    """A logical reference to a resource of ours."""
    given = resource["identifier"]
    first = given[0] if isinstance(given, list) else given
    shown = {name: first[name] for name in ("system", "value")}
    return {"type": resource["resourceType"], "identifier": shown}


# Properties, over the golden bundles


@settings(max_examples=60)
@given(
    st.sampled_from(sorted(BYTES)),
    st.sampled_from(Mode),
    st.builds(Room, st.none() | st.integers(1, 40), st.none() | st.integers(2_000, 150_000)),
    st.sampled_from(["keep", "update"]),
)
def test_what_lands_points_where_it_did(
    name: str, mode: Mode, room: Room, on_existing: OnExisting
) -> None:
    """Every reference of every resource: to the right place, or logical to the right identifier.

    And nothing else is changed, whatever the server has room for.
    """
    freight = Freight(read_load(name, BYTES[name], on_existing))
    packing = freight.packed(mode, room)
    landing = Landing(freight)
    landing.land(packing)
    entries = json.loads(BYTES[name])["entry"]
    assert sorted(landing.stored) == list(range(len(entries)))
    for position, given_ in enumerate(entries):
        table: dict[str, Any] = {
            target["fullUrl"]: landing.place(number) for number, target in enumerate(entries)
        }
        for start, end in packing.loose:
            if start == position:
                table[entries[end]["fullUrl"]] = identity(entries[end]["resource"])
        stored = json.loads(json.dumps(landing.stored[position]))
        assert plain(stored) == led(given_["resource"], table)


def plain(node: Any) -> Any:
    """Decimals as numbers, where they were kept digit by digit."""
    if isinstance(node, dict):
        return {name: plain(value) for name, value in node.items()}
    if isinstance(node, list):
        return [plain(item) for item in node]
    if isinstance(node, str) and node.startswith("\udc00digits:"):
        return float(node.partition(":")[2])
    return node


@settings(max_examples=40)
@given(
    st.sampled_from(sorted(BYTES)),
    st.sampled_from([Mode.TRANSACTION, Mode.BATCH]),
    st.integers(2_000, 60_000),
)
def test_no_request_is_larger_than_its_room(name: str, mode: Mode, octets: int) -> None:
    """In the bytes that are really sent, unless a single entry is larger already."""
    freight = Freight(read_load(name, BYTES[name], "keep"))
    packing = freight.packed(mode, Room(None, octets))
    known: dict[int, str] = {}
    for parcel in packing.parcels:
        body = freight.body(parcel, known, packing)
        assert len(body) <= octets or len(parcel.positions) == 1
        # As long as FHIR lets an address be.
        known |= {at: f"{freight.load.asked[at].type}/{'i' * 64}" for at in parcel.positions}


@settings(max_examples=40)
@given(
    st.sampled_from(sorted(BYTES)),
    st.sets(st.sampled_from(["AdverseEvent", "MedicationAdministration", "Specimen", "Device"])),
    st.sampled_from(Mode),
)
def test_what_is_left_out_is_named(name: str, kinds: set[str], mode: Mode) -> None:
    """References to types the server does not take become logical; no urn is left anywhere."""
    whole = read_load(name, BYTES[name], "keep")
    left_out = frozenset(at.position for at in whole.asked if at.type in kinds)
    freight = Freight(whole, left_out)
    landing = Landing(freight)
    landing.land(freight.packed(mode, Room(5)))
    assert set(landing.stored) == set(freight.positions)
    assert set(freight.positions) | left_out == set(range(len(whole.asked)))
    assert '"reference": "urn:' not in json.dumps(landing.stored)


# Examples


def test_a_decimal_keeps_its_digits() -> None:
    """Also in a bundle that is taken apart and put together."""
    text = data(case(1)).replace(
        b'"text": "Temperature"', b'"text": "T", "x": [0.8500, 1e-7, 5.0E+2]'
    )
    freight = Freight(read_load("a.json", text, "keep"))
    packing = freight.packed(Mode.TRANSACTION, Room(1))
    bodies = [freight.body(parcel, {0: "Patient/7"}, packing) for parcel in packing.parcels]
    assert b'"x":[0.8500,1e-7,5.0E+2]' in bodies[1]


def test_entries_of_one_transaction_keep_their_addresses() -> None:
    """The server resolves them; what is there already is named by its place."""
    freight = Freight(
        load(bundle(one(0, "Patient"), one(1, subject=refer(0), focus=[refer(2)]), one(2)))
    )
    packing = freight.packed(Mode.TRANSACTION, Room())
    sent = freight.pointed(1, (1, 2), {0: "Patient/7"}, packing)
    assert sent["subject"] == {"reference": "Patient/7"}
    assert sent["focus"] == [refer(2)]


def test_what_is_known_already_stays_literal_within_its_transaction() -> None:
    """An entry sent a second time is in the bundle again, and is named as such."""
    freight = Freight(load(bundle(one(0, "Patient"), one(1, subject=refer(0)))))
    packing = freight.packed(Mode.TRANSACTION, Room())
    assert freight.pointed(1, (0, 1), {0: "Patient/7"}, packing)["subject"] == refer(0)


@pytest.mark.parametrize("mode", [Mode.BATCH, Mode.SINGLE], ids=["batch", "single"])
def test_an_entry_that_points_at_itself(mode: Mode) -> None:
    """By its identifier, where it has no place yet."""
    freight = Freight(load(bundle(one(0, focus=[refer(0)]))))
    landing = Landing(freight)
    landing.land(freight.packed(mode, Room()))
    assert landing.stored[0]["focus"] == [identity(one(0)["resource"])]


def test_two_entries_with_one_address() -> None:
    """Nobody can say which of them a reference means."""
    given_ = bundle(one(0, "Patient"), one(1), one(2, subject=refer(0)))
    given_["entry"][1]["fullUrl"] = UUID.format(0)
    freight = Freight(load(given_))
    with pytest.raises(InputError, match=r"^two entries have the same fullUrl$"):
        freight.packed(Mode.SINGLE, Room())


def test_what_is_left_out_needs_a_name() -> None:
    """Where something that is sent points at it; else nobody misses it."""
    nameless = one(1, "Provenance", target=[refer(0)])
    del nameless["resource"]["identifier"]
    whole = load(bundle(one(0, "Patient"), nameless, one(2, focus=[refer(1)])))
    freight = Freight(whole, frozenset({1}))
    packing = freight.packed(Mode.SINGLE, Room())
    assert freight.pointed(0, (), {}, packing) == one(0, "Patient")["resource"]
    with pytest.raises(InputError, match=r"^entry 2 points at entry 1, which this server does not"):
        freight.pointed(2, (), {}, packing)


@pytest.mark.parametrize(
    ("identifier", "named"),
    [
        pytest.param(
            [{"value": "1"}, {"system": "urn:x", "value": "2"}],
            {"system": "urn:x", "value": "2"},
            id="with-system",
        ),
        pytest.param([{"system": "urn:x"}, {"value": "2"}], {"value": "2"}, id="without"),
        pytest.param(
            {"system": "urn:x", "value": "3", "use": "usual"},
            {"system": "urn:x", "value": "3"},
            id="not-a-list",
        ),
        pytest.param(
            [{"system": "urn:x", "value": "1"}, {"system": "urn:y", "value": "2"}],
            {"system": "urn:x", "value": "1"},
            id="first",
        ),
    ],
)
def test_the_name_of_what_is_left_out(identifier: Any, named: dict[str, str]) -> None:
    """Type and the first identifier that has a system and a value, else one with a value."""
    target = one(1, "AdverseEvent")
    target["resource"]["identifier"] = identifier
    whole = load(bundle(one(0, "Patient"), target, one(2, focus=[refer(1)])))
    freight = Freight(whole, frozenset({1}))
    sent = freight.pointed(2, (), {}, Packing(()))
    assert sent["focus"] == [{"type": "AdverseEvent", "identifier": named}]


@pytest.mark.parametrize("identifier", [None, [], [5], {"system": "urn:x"}, "1"])
def test_no_name(identifier: Any) -> None:
    """What has no value names nothing."""
    target = one(1, "AdverseEvent")
    target["resource"]["identifier"] = identifier
    freight = Freight(
        load(bundle(one(0, "Patient"), target, one(2, focus=[refer(1)]))), frozenset({1})
    )
    with pytest.raises(InputError):
        freight.pointed(2, (), {}, Packing(()))


def test_what_was_attached_is_sent() -> None:
    """The document with its further content, in place of the one that was given."""
    given_ = bundle(one(0, "DocumentReference", content=[]), one(1, "AdverseEvent"))
    whole = load(given_)
    left_out = frozenset({1})
    freight = Freight(whole, left_out, attached(whole, left_out))
    packing = freight.packed(Mode.TRANSACTION, Room())
    (parcel,) = packing.parcels
    (sent,) = json.loads(freight.body(parcel, {}, packing))["entry"]
    assert len(sent["resource"]["content"]) == 1
    assert sent["request"] == given_["entry"][0]["request"]


def test_nothing_that_was_given_is_changed() -> None:
    """Making a body leaves the load as it was: it may be made again."""
    freight = Freight(load(case(1)))
    before = copy.deepcopy(freight.load.entries)
    packing = freight.packed(Mode.TRANSACTION, Room(1))
    for parcel in packing.parcels:
        freight.body(parcel, {0: "Patient/7"}, packing)
    assert freight.load.entries == before


@pytest.mark.parametrize(
    ("on_existing", "expected"),
    [
        pytest.param(
            "keep", ("POST", "Patient", {"If-None-Exist": "identifier=urn:x%7Ca%20b"}), id="keep"
        ),
        pytest.param("update", ("PUT", "Patient?identifier=urn:x%7Ca%20b", {}), id="update"),
    ],
)
def test_a_single_request(on_existing: str, expected: tuple[str, str, dict[str, str]]) -> None:
    """Conditional like any other, with a condition a header or an address can hold."""
    assert single_request(asked(value="a%20b"), on_existing) == expected


def test_a_condition_of_any_letters() -> None:
    """Headers are ASCII; backslashes before commas stay what they are."""
    _, _, headers = single_request(asked(value=r"ü\,1"), "keep")
    assert headers == {"If-None-Exist": "identifier=urn:x%7C%C3%BC%5C,1"}
