"""Tests of fhirkit.push.plan."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from fhirkit.push.capabilities import Capabilities, TypeCapabilities, read_capabilities
from fhirkit.push.limits import Limits
from fhirkit.push.options import Mode, PushOptions
from fhirkit.push.plan import SHARED, Plan, Taking, make_plan
from fhirkit.push.split import Room
from servers.profiles import EPIC, ORACLE
from servers.service import Profile, statement

BASE = "https://fhir.example/r4"
HAPI = Profile(name="HAPI FHIR Server", version="8.8.0")
MEDPLUM = Profile(name="medplum", version="5.2.13")
HEALTHLAKE = Profile(name="HealthLake")
KINDS = ("AdverseEvent", "DocumentReference", "MedicationAdministration", "Patient")


def capabilities(profile: Profile, **changes: Any) -> Capabilities:
    """What such a server says of itself."""
    return read_capabilities(json.dumps({**statement(profile, BASE), **changes}).encode())


def plan(profile: Profile, **options: Any) -> Plan:
    """The plan for such a server."""
    return make_plan(BASE, capabilities(profile), PushOptions(**options))


def looked(given: Plan, *kinds: str) -> Plan:
    """The plan with types looked at, as its statement has them."""
    return replace(given, types={kind: given.taking(kind) for kind in kinds})


SILENT = Capabilities(fhir_version="4.0.1")


# The way


@pytest.mark.parametrize(
    ("profile", "options", "mode", "why"),
    [
        pytest.param(
            HAPI, {}, "transaction", "the server's statement declares transaction", id="hapi"
        ),
        pytest.param(ORACLE, {}, "batch", "the server's statement declares batch", id="oracle"),
        pytest.param(
            EPIC,
            {},
            "single",
            "the server's statement declares neither transaction nor batch",
            id="epic",
        ),
        pytest.param(EPIC, {"mode": "transaction"}, "transaction", "as you say", id="told-up"),
        pytest.param(HAPI, {"mode": "single"}, "single", "as you say", id="told-down"),
    ],
)
def test_the_way(profile: Profile, options: dict[str, Any], mode: str, why: str) -> None:
    """The surest one that the statement declares, or the one that was asked for."""
    made = plan(profile, **options)
    assert (made.mode.value, made.why) == (mode, why)


def test_a_statement_that_declares_nothing() -> None:
    """May be a lie by omission: the surest way is tried first."""
    made = make_plan(BASE, SILENT, PushOptions())
    assert made.mode is Mode.TRANSACTION
    assert "this is tried first" in made.why


def test_the_plan_goes_down_step_by_step() -> None:
    """To single requests and no further; the room changes with the way."""
    first = plan(MEDPLUM)
    second = first.downgraded("no")
    assert second is not None
    assert (second.mode, second.why, second.room) == (Mode.BATCH, "no", Room())
    third = second.downgraded("no again")
    assert third is not None
    assert (third.mode, third.room) == (Mode.SINGLE, Room(1))
    assert third.downgraded("and again") is None


def test_a_way_that_was_asked_for_is_kept() -> None:
    """Flags override what is found out."""
    assert plan(HAPI, mode="transaction").downgraded("no") is None


# The room


@pytest.mark.parametrize(
    ("profile", "options", "room"),
    [
        pytest.param(HAPI, {}, Room(), id="hapi"),
        pytest.param(MEDPLUM, {}, Room(8), id="medplum-conditions"),
        pytest.param(MEDPLUM, {"on_existing": "update"}, Room(8), id="medplum-updates"),
        pytest.param(MEDPLUM, {"mode": "batch"}, Room(), id="medplum-batch"),
        pytest.param(MEDPLUM, {"max_entries": 20}, Room(20), id="told"),
        pytest.param(HEALTHLAKE, {}, Room(160), id="healthlake"),
        pytest.param(HEALTHLAKE, {"max_bytes": 1_000}, Room(160, 1_000), id="bytes"),
        pytest.param(EPIC, {"max_entries": 20, "max_bytes": 9}, Room(1), id="single"),
    ],
)
def test_the_room(profile: Profile, options: dict[str, Any], room: Room) -> None:
    """What such a server is known to take, unless a flag says otherwise."""
    assert plan(profile, **options).room == room


@pytest.mark.parametrize(
    ("on_existing", "entries"),
    [pytest.param("keep", 50, id="keep"), pytest.param("update", 9, id="update")],
)
def test_the_smallest_limit_counts(on_existing: str, entries: int) -> None:
    """Of those that concern what is sent: creates are no updates."""
    limits = Limits(max_entries=100, max_conditional=50, max_puts=9, max_bytes=7)
    said = replace(capabilities(HAPI), limits=limits)
    made = make_plan(BASE, said, PushOptions(on_existing=on_existing))  # type: ignore[arg-type]
    assert made.room == Room(entries, 7)


@pytest.mark.parametrize(("entries", "left"), [(10, 10), (0, 1)])
def test_the_room_shrinks(entries: int, left: int) -> None:
    """To one entry at least; bytes stay as they are."""
    made = plan(HAPI, max_bytes=5).shrunk(entries, "it was too much")
    assert (made.room, made.why) == (Room(left, 5), "it was too much")


# The types


@pytest.mark.parametrize(
    ("profile", "options", "kind", "expected"),
    [
        pytest.param(HAPI, {}, "Patient", Taking(True), id="declared"),
        pytest.param(
            EPIC,
            {},
            "AdverseEvent",
            Taking(False, "its statement says it is not created there"),
            id="read-only",
        ),
        pytest.param(
            EPIC, {}, "Procedure", Taking(None, "its statement does not name the type"), id="absent"
        ),
        pytest.param(
            EPIC, {"takes": {"AdverseEvent"}}, "AdverseEvent", Taking(True, "as you say"), id="told"
        ),
        pytest.param(
            EPIC,
            {"takes": {"Procedure"}},
            "Procedure",
            Taking(True, "as you say"),
            id="told-of-absent",
        ),
        pytest.param(
            EPIC,
            {"on_existing": "update"},
            "Patient",
            Taking(False, "its statement says it is not updated there"),
            id="not-updated",
        ),
        pytest.param(ORACLE, {"on_existing": "update"}, "Patient", Taking(True), id="updated"),
        pytest.param(
            ORACLE,
            {},
            "AdverseEvent",
            Taking(None, "its statement does not name the type"),
            id="oracle",
        ),
    ],
)
def test_types(profile: Profile, options: dict[str, Any], kind: str, expected: Taking) -> None:
    """What is sent, what is not, and what only trying would tell."""
    assert plan(profile, **options).taking(kind) == expected


def test_a_silent_statement_forbids_nothing() -> None:
    """Where no type is listed, or one without interactions, all are sent."""
    assert make_plan(BASE, SILENT, PushOptions()).taking("Patient") == Taking(True)
    bare = replace(SILENT, declared=True, types={"Patient": TypeCapabilities()})
    assert make_plan(BASE, bare, PushOptions()).taking("Patient") == Taking(True)


@pytest.mark.parametrize(
    ("create", "update", "on_existing", "mode", "expected"),
    [
        pytest.param(True, None, "keep", None, False, id="it-says-so"),
        pytest.param(None, None, "keep", None, False, id="silent-transaction"),
        pytest.param(None, None, "keep", "batch", True, id="silent-batch"),
        pytest.param(None, None, "keep", "single", True, id="silent-single"),
        pytest.param(False, None, "keep", None, True, id="it-denies"),
        pytest.param(True, False, "update", None, True, id="no-conditional-update"),
        pytest.param(True, True, "update", "single", False, id="both"),
        pytest.param(True, None, "update", "single", True, id="of-one-it-is-silent"),
        pytest.param(False, True, "update", None, True, id="no-conditional-create"),
        pytest.param(True, False, "keep", None, False, id="updates-do-not-matter"),
    ],
)
def test_who_is_looked_for_first(
    create: bool | None, update: bool | None, on_existing: Any, mode: Any, expected: bool
) -> None:
    """Whatever a server may store twice since it does not go by conditions."""
    listed = TypeCapabilities(
        interactions=frozenset({"create", "update"}),
        conditional_create=create,
        conditional_update=update,
    )
    said = Capabilities(
        fhir_version="4.0.1",
        system=frozenset({"transaction"}),
        types={"Patient": listed},
        declared=True,
    )
    made = make_plan(BASE, said, PushOptions(on_existing=on_existing, mode=mode))
    assert made.looks_up("Patient") is expected


@pytest.mark.parametrize(
    ("declared", "mode", "expected"),
    [
        pytest.param(True, "single", True, id="listed-elsewhere"),
        pytest.param(True, "transaction", False, id="transaction"),
        pytest.param(False, "single", False, id="nothing-is-listed"),
    ],
)
def test_types_the_statement_does_not_name(declared: bool, mode: Any, expected: bool) -> None:
    """Are looked for like those of which it says nothing of conditions."""
    said = Capabilities(fhir_version="4.0.1", declared=declared)
    assert make_plan(BASE, said, PushOptions(mode=mode)).looks_up("Patient") is expected


def test_shared_types_are_no_patients() -> None:
    """What bundles may share is what no patient owns."""
    assert SHARED.isdisjoint({"Patient", "Observation", "Encounter", "DocumentReference"})


# Telling


def test_the_plan_for_hapi() -> None:
    """In words."""
    assert looked(plan(HAPI), *KINDS).to_text().splitlines() == [
        f"server    {BASE} (HAPI FHIR Server 8.8.0, FHIR 4.0.1)",
        "mode      transaction: the server's statement declares transaction",
        "request   a whole bundle, whatever its size",
        "existing  keep: what the server has under the same key stays as it is",
        "types     AdverseEvent, DocumentReference, MedicationAdministration, Patient",
    ]


def test_the_plan_for_medplum() -> None:
    """With updates, a limit of bytes and bundles that were counted."""
    made = plan(MEDPLUM, on_existing="update", max_bytes=1_000)
    made = replace(looked(made, "Patient"), bundles=3, entries=60, requests=9)
    assert made.to_text().splitlines()[1:] == [
        "mode      transaction: the server's statement declares transaction",
        "request   at most 8 entries, at most 1000 bytes",
        "existing  update: what the server has under the same key is overwritten",
        "types     Patient",
        "input     3 bundles, 60 entries: 9 requests without repeated ones",
    ]


@pytest.mark.parametrize(
    ("unsupported", "words"),
    [
        ("refuse", "bundles with it are refused (--unsupported refuse)"),
        ("skip", "left out (--unsupported skip)"),
        ("document", "kept in the DocumentReference alone (--unsupported document)"),
    ],
)
def test_the_plan_for_a_server_like_epics(unsupported: str, words: str) -> None:
    """What it does not take, what is looked for, what is sent on somebody's word, and what not."""
    made = plan(EPIC, unsupported=unsupported, takes={"MedicationAdministration"})
    made = replace(looked(made, *KINDS), problems=("a.json: no", "b.json: no"))
    why = "its statement says it is not created there"
    assert made.to_text().splitlines() == [
        f"server    {BASE} (epic 1, FHIR 4.0.1)",
        "mode      single: the server's statement declares neither transaction nor batch",
        "request   one entry",
        "existing  keep: what the server has under the same key stays as it is",
        "types     DocumentReference, MedicationAdministration, Patient",
        (
            "          looked for before they are sent, since the server does not say that it goes by "
            "conditions: DocumentReference, MedicationAdministration, Patient"
        ),
        f"          AdverseEvent: {words}: {why}",
        "          MedicationAdministration: sent: as you say",
        "not sent  a.json: no",
        "          b.json: no",
    ]


def test_the_plan_for_a_server_like_oracles() -> None:
    """What its statement does not name is only known once the server was asked."""
    text = looked(plan(ORACLE), "AdverseEvent", "Patient").to_text()
    assert "mode      batch: the server's statement declares batch" in text
    assert "AdverseEvent: to be asked for: its statement does not name the type" in text


def test_a_server_without_a_name() -> None:
    """Is called so; without types there is no line of them."""
    text = make_plan(BASE, SILENT, PushOptions()).to_text()
    assert text.startswith(f"server    {BASE} (unnamed software, FHIR 4.0.1)\n")
    assert "types" not in text


def test_the_plan_as_data() -> None:
    """For programs: names as in FHIR's JSON."""
    made = looked(plan(EPIC, unsupported="skip"), "AdverseEvent", "Patient", "Procedure")
    made = replace(made, bundles=2, entries=5, requests=4, problems=("a.json: no",))
    assert made.to_dict() == {
        "server": BASE,
        "software": {"name": "epic", "version": "1"},
        "fhirVersion": "4.0.1",
        "mode": "single",
        "why": "the server's statement declares neither transaction nor batch",
        "maxEntries": 1,
        "maxBytes": None,
        "onExisting": "keep",
        "unsupported": "skip",
        "types": {
            "AdverseEvent": {
                "taken": False,
                "why": "its statement says it is not created there",
                "lookedUp": True,
            },
            "Patient": {"taken": True, "why": None, "lookedUp": True},
            "Procedure": {
                "taken": None,
                "why": "its statement does not name the type",
                "lookedUp": True,
            },
        },
        "bundles": 2,
        "entries": 5,
        "requests": 4,
        "problems": ["a.json: no"],
    }
    json.dumps(made.to_dict())
