"""The cases of the contract: each does something to a server and says in a few words what came.

The words are what servers differ in. What they must not differ in is asserted here: each report
is held against what is really there, nothing is there twice, and what was edited stays.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from contract import material
from contract.ground import Broken, Ground
from contract.material import SYSTEM, Bundle, case, cases, changed
from fhirkit.errors import Refused
from fhirkit.push.plan import make_plan
from fhirkit.push.report import DONE, BundleReport, PushReport, State
from fhirkit.push.undo import UndoReport

GOLDEN = Path(__file__).parents[2] / "bundles"
_FULL = GOLDEN / "benzbromarone-liver-failure" / "bundle.json"

TYPES = ["Condition", "Observation", "Patient"]
"""Of the small case."""

Run = Callable[[Ground], str]


@dataclass(frozen=True)
class Case:
    """One case: its name, what is done, in words for the table, and how."""

    name: str
    title: str
    run: Run


CASES: list[Case] = []


def contract(title: str) -> Callable[[Run], Run]:
    """Makes a function a case, under its own name."""

    def add(run: Run) -> Run:
        CASES.append(Case(run.__name__, title, run))
        return run

    return add


# Storing


@contract("pushed, and read back")
def push(ground: Ground) -> str:
    """Created, and what is there is what was sent."""
    return told(ground.push(case(ground.key), verify=True))


@contract("pushed again")
def push_again(ground: Ground) -> str:
    """A second push finds all and adds nothing."""
    ground.push(case(ground.key))
    ground.later()
    before = ground.counts(TYPES)
    report = ground.push(case(ground.key))
    assert ground.counts(TYPES) == before
    return told(report)


@contract("`--mode transaction`")
def transaction(ground: Ground) -> str:
    """Asked for, so nothing else is tried where the server refuses it."""
    return told(ground.push(case(ground.key), mode="transaction", verify=True))


@contract("`--mode batch`")
def batch(ground: Ground) -> str:
    """No reference is left to the server to resolve."""
    return told(ground.push(case(ground.key), mode="batch", verify=True))


@contract("`--mode single`")
def single(ground: Ground) -> str:
    """What others point at first."""
    return told(ground.push(case(ground.key), mode="single", verify=True))


@contract("a bundle of type batch")
def bundle_of_type_batch(ground: Ground) -> str:
    """Stays a batch where there are some, and its references are right."""
    return told(ground.push(case(ground.key, kind="batch"), verify=True))


@contract("60 entries: requests")
def many_entries(ground: Ground) -> str:
    """Sent in as many requests as the server's limits ask for."""
    bundle = case(ground.key, 58)
    with ground.client() as client:
        planned = client.plan(bundle).requests
    report = ground.push(bundle, verify=True)
    assert told(report) == "created"
    return str(planned)


@contract("`--max-entries 5`")
def split(ground: Ground) -> str:
    """Each reference leads to what it led to in the bundle."""
    bundle = case(ground.key, 12)
    report = ground.push(bundle, max_entries=5, verify=True)
    points_right(ground, bundle, report.bundles[0])
    return told(report)


@contract("two pushes at once, a journal each")
def two_at_once(ground: Ground) -> str:
    """Where the server goes by conditions nothing is doubled, and both pushes see it landed."""
    bundles = cases(ground.key, 4)
    if asks_first(ground):
        return "not promised"
    both = at_once(ground, bundles, [None, None])
    assert all(report.landed for report in both)
    ground.once(*bundles)
    return "landed, once"


@contract("two pushes at once, one journal")
def two_with_one_journal(ground: Ground) -> str:
    """One waits for the other."""
    bundles = cases(ground.key, 4)
    both = at_once(ground, bundles, [ground.journal(), ground.journal()])
    assert all(report.landed for report in both)
    ground.once(*bundles)
    return "landed, once"


# What was there


@contract("edited there, pushed again")
def keep(ground: Ground) -> str:
    """An edit survives."""
    location = edited(ground)
    if location is None:
        return "no edits there"
    report = ground.push(case(ground.key))
    assert ground.read(location)["status"] == "amended"
    return told(report)


@contract("the same, `--on-existing update`")
def update(ground: Ground) -> str:
    """An edit is overwritten, as was asked."""
    location = edited(ground)
    if location is None:
        return "no edits there"
    report = ground.push(case(ground.key), on_existing="update", verify=True)
    assert ground.read(location)["status"] == "final"
    return told(report)


@contract("nothing there, `--on-existing update`")
def update_of_nothing(ground: Ground) -> str:
    """Created; a second time all is there."""
    first = ground.push(case(ground.key), on_existing="update", verify=True)
    ground.push(case(ground.key), on_existing="update")
    return told(first)


# Taking back


@contract("undo")
def undo(ground: Ground) -> str:
    """The server is as it was, or the report says that it is not."""
    before = ground.counts(TYPES)
    bundle = case(ground.key)
    with ground.client(journal=ground.journal()) as client:
        run = client.push(bundle).run
        assert run is not None
        report = client.undo(run)
    if report.counts == {"deleted": 5}:
        ground.gone(bundle)
        assert ground.counts(TYPES) == before
    else:
        ground.once(bundle)
    return undone(report)


@contract("edited there, then undo")
def undo_of_edited(ground: Ground) -> str:
    """What was edited stays, with what it points at; the rest goes."""
    bundle = case(ground.key)
    with ground.client(journal=ground.journal()) as client:
        report = client.push(bundle)
        places = [one.location for one in report.bundles[0].entries]
        if not ground.edit(places[2], status="amended"):
            return "no edits there"
        assert report.run is not None
        taken = client.undo(report.run)
    fates = {one.location: one.fate.value for one in taken.resources}
    # An observation, and the patient it points at.
    assert ground.read(places[2])["status"] == "amended"
    ground.read(places[0])
    assert [len(ground.found(key)) for key in material.keys(bundle)] == [
        int(fates[str(place)] != "deleted") for place in places
    ]
    return undone(taken)


# Broken off


@contract("stopped after 2 of 6 bundles, resumed")
def resume(ground: Ground) -> str:
    """The same again sends the rest; all of it is known to be ours."""
    bundles = cases(ground.key, 6)
    given = [(f"{number}", material_bytes(one)) for number, one in enumerate(bundles)]
    journal = ground.journal()
    with ground.client(journal=journal, workers=1) as client:
        reports = client.deliver(iter(given), inputs="six")
        assert next(reports).state is State.LANDED
        assert next(reports).state is State.LANDED
        reports.close()
    with ground.client(journal=journal) as client:
        runs: list[int] = []
        again = list(client.deliver(iter(given), inputs="six", begun=runs.append))
        known = client.undo(runs[0], dry_run=True)
    assert sum(report.message.startswith("landed before") for report in again) >= 2
    ground.once(*bundles)
    assert known.counts == {"to be deleted": 30}
    return "landed, all known"


@contract("network lost at the first answer, resumed")
def first_answer_lost(ground: Ground) -> str:
    """What the server stored without our knowing is ours all the same."""
    return broken_off(ground, 1)


@contract("network lost at the third answer, resumed")
def third_answer_lost(ground: Ground) -> str:
    """In the middle of a push."""
    return broken_off(ground, 3)


# Refusals


@contract("a reference to what is not there")
def dangling(ground: Ground) -> str:
    """As the server has it; the report tells."""
    bundle = changed(case(ground.key), 1, subject={"reference": f"Patient/none-{ground.key[:8]}"})
    return told(ground.push(bundle))


@contract("a code R4 does not have")
def invalid_code(ground: Ground) -> str:
    """The status of an observation is one of a few words."""
    return told(ground.push(changed(case(ground.key), 4, status="very-final"), verify=True))


@contract("a required element is missing")
def invalid_without_code(ground: Ground) -> str:
    """An observation says what was observed."""
    bundle = case(ground.key)
    del bundle["entry"][4]["resource"]["code"]
    return told(ground.push(bundle, verify=True))


@contract("an element R4 does not know")
def unknown_element(ground: Ground) -> str:
    """Refused, or kept, or dropped without a word: then the reading back finds it."""
    report = ground.push(changed(case(ground.key), 0, mood="good"), verify=True)
    (bundle,) = report.bundles
    there = [bool(one.differences) for one in bundle.entries]
    assert there.count(True) == (1 if bundle.state is State.ALTERED else 0)
    return told(report)


@contract("the shape of R5")
def shape_of_r5(ground: Ground) -> str:
    """The same for an element that has become a list."""
    content = {
        "actuality": "actual",
        "subject": {"display": "nobody"},
        "identifier": [{"system": SYSTEM, "value": ground.key}],
    }
    bundle = material.alone(ground.key, "AdverseEvent", content)
    request = bundle["entry"][0]["request"]
    tag = {"system": SYSTEM, "code": f"{ground.key}-one"}
    bundle["entry"][0]["resource"]["meta"] = {"tag": [tag]}
    request["ifNoneExist"] = f"_tag={SYSTEM}|{ground.key}-one"
    return told(ground.push(bundle, verify=True))


@contract("a condition that is not its own")
def not_its_own_key(ground: Ground) -> str:
    """Its condition would never find it again."""
    bundle = case(ground.key)
    bundle["entry"][4]["request"]["ifNoneExist"] = f"identifier={SYSTEM}|{ground.key}-other"
    with ground.client() as client:
        report = client.push(bundle)
    return told(report)


@contract("a published case")
def published_refuse(ground: Ground) -> str:
    """Nothing is sent of a bundle with a type that is not taken."""
    return told(ground.push(full(ground), verify=True))


@contract("the same, `--unsupported skip`")
def published_skip(ground: Ground) -> str:
    """What is not taken is left out, and so are references to it."""
    return told(ground.push(full(ground), unsupported="skip", verify=True))


@contract("the same, `--unsupported document`")
def published_document(ground: Ground) -> str:
    """What is not taken is kept in the DocumentReference."""
    data = full(ground)
    report = ground.push(data, unsupported="document", verify=True)
    (bundle,) = report.bundles
    if "attached" in bundle.counts:
        place = next(
            one.location for one in bundle.entries if one.resource_type == "DocumentReference"
        )
        sent = next(
            entry["resource"]
            for entry in json.loads(data)["entry"]
            if entry["resource"]["resourceType"] == "DocumentReference"
        )
        assert len(ground.read(place)["content"]) == len(sent["content"]) + 1
    return told(report)


@contract("without credentials")
def anonymous(ground: Ground) -> str:
    """Nothing is stored where some are asked for."""
    bundle = case(ground.key)
    try:
        with ground.client(anonymous=True) as client:
            report = client.push(bundle)
    except Refused as error:
        ground.gone(bundle)
        return f"refused: {error}".replace(ground.server.base, "")
    ground.holds(bundle, report.bundles[0])
    return told(report)


# In words


def told(report: PushReport) -> str:
    """What became of a push of one bundle."""
    (bundle,) = report.bundles
    counts = bundle.counts
    statuses = {one.status[:3] for one in bundle.entries if one.outcome == "refused" and one.status}
    if bundle.state in (State.REFUSED, State.NOT_SENT):
        why = ", ".join(sorted(statuses)) or str(bundle.status or "")
        return bundle.state.value + (f": {why}" if why else "")
    said = f" ({', '.join(sorted(statuses))})" if statuses else ""
    altered = "altered: " if bundle.state is State.ALTERED else ""
    if len(counts) == 1:
        return altered + next(iter(counts)) + said
    return altered + ", ".join(f"{number} {name}" for name, number in counts.items()) + said


def undone(report: UndoReport) -> str:
    """What became of what was to be taken back."""
    counts = report.counts
    if len(counts) == 1:
        return next(iter(counts))
    return ", ".join(f"{number} {name}" for name, number in counts.items())


# Parts of cases


def edited(ground: Ground) -> str | None:
    """Pushes a case and edits an observation of it; None where nothing can be edited."""
    report = ground.push(case(ground.key))
    ground.later()
    location = report.bundles[0].entries[2].location
    return location if ground.edit(location, status="amended") else None


def broken_off(ground: Ground, writes: int) -> str:
    """A push that loses the network, and the same again with the same journal."""
    bundles = cases(ground.key, 3)
    journal = ground.journal()
    with (
        httpx.Client(transport=Broken(writes), timeout=60) as http,
        ground.client(http=http, journal=journal, workers=1, patience=0.0) as client,
    ):
        first = client.push(bundles)
    assert not first.landed
    with ground.client(journal=journal) as client:
        second = client.push(bundles)
        assert second.run == first.run
        assert second.run is not None
        known = client.undo(second.run, dry_run=True)
    for bundle, report in zip(bundles, second.bundles, strict=True):
        ground.holds(bundle, report)
        assert all(one.outcome in DONE for one in report.entries)
    assert known.counts == {"to be deleted": 15}, known.to_text()
    return "landed, all known"


def at_once(ground: Ground, bundles: list[Bundle], journals: list[Path | None]) -> list[PushReport]:
    """What became of the same bundles, pushed by several clients at the same time."""

    def one(journal: Path | None) -> PushReport:
        with ground.client(journal=journal) as client:
            return client.push(bundles)

    with ThreadPoolExecutor(len(journals)) as pool:
        return list(pool.map(one, journals))


def asks_first(ground: Ground) -> bool:
    """Whether conditions are left to us, since the server does not heed them."""
    with ground.client() as client:
        plan = make_plan(client.base, client.capabilities(), client.options)
    return any(map(plan.looks_up, TYPES))


def points_right(ground: Ground, bundle: Bundle, report: BundleReport) -> None:
    """Fails unless each reference on the server leads where it led in the bundle."""
    places = {
        entry["fullUrl"]: told.location
        for entry, told in zip(bundle["entry"], report.entries, strict=True)
    }
    for entry, told in zip(bundle["entry"], report.entries, strict=True):
        stored = ground.read(told.location)
        for name in ("subject", "hasMember"):
            sent: Any = entry["resource"].get(name)
            for one, other in zip(listed(sent), listed(stored.get(name)), strict=True):
                assert other["reference"].endswith(str(places[one["reference"]]))


def listed(value: Any) -> list[Any]:
    """One or several as several."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def full(ground: Ground) -> bytes:
    """A published case, under a key of its own."""
    return material.rekeyed(_FULL, ground.key)


def material_bytes(bundle: Bundle) -> bytes:
    """A bundle as it may stand in a file."""
    return json.dumps(bundle).encode()
