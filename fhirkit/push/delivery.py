"""Brings one bundle to the server and says what became of it.

The quick way: a transaction that the server takes as it is, sent with the bytes as given. The
long way: requests that fit the server, one after the other, each with the addresses the ones
before have brought. Both end the same way: what is in doubt is looked for, what was created
by an attempt whose answer was lost is told from what was there before.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from fhirkit.errors import InputError, ServerError
from fhirkit.push.answer import (
    Answer,
    Fate,
    complains_of_size,
    doubtful,
    read_answer,
    read_single,
    status_of,
    unanswered,
    version_of,
)
from fhirkit.push.attach import attached
from fhirkit.push.caller import Called, Request
from fhirkit.push.compare import MISSING, differences
from fhirkit.push.exact import write_exact
from fhirkit.push.options import Mode
from fhirkit.push.parcel import Freight, single_request
from fhirkit.push.report import BY_CHOICE, DONE, BundleReport, EntryOutcome, Outcome, State
from fhirkit.push.retry import TABLE, leaves_doubt
from fhirkit.push.search import Resource, find, read
from fhirkit.push.split import Packing, Parcel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from fhirkit.push.caller import Caller
    from fhirkit.push.course import Course
    from fhirkit.push.glance import Asked
    from fhirkit.push.load import Load
    from fhirkit.push.plan import Plan

_ROUNDS = 6  # times that the refused part of a batch is sent again


@dataclass(frozen=True, slots=True)
class Past:
    """What is known of earlier attempts at a bundle.

    ``tried``: one may have reached the server. ``since``: when the first began, by the server's
    clock. ``entries``: what is known to have landed. ``elsewhere`` says of a place on the server
    whether another run created what is there.
    """

    tried: bool
    since: float
    entries: tuple[EntryOutcome, ...] = ()
    elsewhere: Callable[[str], bool] = field(default=lambda _: False)


@dataclass
class _Way:
    """A bundle on its way: the outcomes so far, and what there is to say."""

    load: Load
    past: Past
    freight: Freight
    packing: Packing = field(default_factory=lambda: Packing(()))
    outcomes: dict[int, EntryOutcome] = field(default_factory=dict)
    known: dict[int, str] = field(default_factory=dict)
    requests: int = 0
    doubted: bool = False
    status: int | None = None
    message: str = ""
    detail: str = ""

    def add(self, outcomes: Iterable[EntryOutcome]) -> None:
        for outcome in outcomes:
            self.outcomes[outcome.position] = outcome
            if outcome.outcome in DONE and outcome.location:
                self.known[outcome.position] = outcome.location

    def sent(self, position: int) -> Resource:
        """The resource of an entry with literal references to what is on the server."""
        return self.freight.pointed(position, (), self.known, self.packing)

    def body(self, parcel: Parcel) -> bytes:
        return self.freight.body(parcel, self.known, self.packing)

    def say(self, answer: Answer) -> None:
        self.status = answer.status
        self.message, self.detail = answer.message, answer.detail


class Delivery:
    """Delivers bundles by the course of a push; one for all workers."""

    def __init__(
        self,
        course: Course,
        caller: Caller,
        progress: Callable[[bytes, Sequence[EntryOutcome]], None],
    ) -> None:
        self._course = course
        self._caller = caller
        self._progress = progress
        self._options = course.plan.options

    def deliver(self, load: Load, past: Past, number: int = 0) -> BundleReport:
        """Sends a bundle until its fate is known. Raises Stopped, and what a lost journal raises."""
        way = _Way(load, past, Freight(load))
        try:
            way.freight = self.freight(load)
            while not self._sent(way):
                pass
        except InputError as error:
            way.message = str(error)
        if way.doubted or past.tried:
            self._claim_ours(way)
        if self._options.verify:
            self._verify(way)
        return _report(way, number)

    # What is sent

    def freight(self, load: Load) -> Freight:
        """What of a bundle is sent. Raises InputError where it is refused for a type."""
        taking = self._course.taking({one.type for one in load.asked})
        closed = {kind: taken.why for kind, taken in taking.items() if not taken.taken}
        if not closed:
            return Freight(load)
        left_out = frozenset(one.position for one in load.asked if one.type in closed)
        if self._options.unsupported == "refuse":
            kind, why = min(closed.items())
            raise InputError(
                f"the server does not take {kind}: {why} (--unsupported says what else to do)"
            )
        if len(left_out) == len(load.asked):
            raise InputError("the server takes none of the bundle's types")
        if self._options.unsupported == "document":
            return Freight(load, left_out, attached(load, left_out))
        return Freight(load, left_out)

    def _sent(self, way: _Way) -> bool:
        """Sends what has no fate yet; False where a plainer or smaller way is to be tried."""
        plan = self._course.plan
        load, freight = way.load, way.freight
        if load.kind == "batch" and plan.mode is Mode.TRANSACTION:
            plan = replace(plan, mode=Mode.BATCH)
        for position in freight.left_out:
            outcome = (
                Outcome.ATTACHED if self._options.unsupported == "document" else Outcome.SKIPPED
            )
            way.add([EntryOutcome(position, outcome, load.asked[position].type)])
        if self._goes_whole(plan, load, freight):
            answer = self._bundle(way, load.asked, load.data, safe=True)
            return self._taken(way, plan, answer, len(load.asked))
        way.packing = freight.packed(plan.mode, plan.room)
        for parcel in way.packing.parcels:
            if not self._parcel_sent(way, plan, parcel):
                return False
            if way.message and load.kind != "batch":
                return True
        return True

    def _goes_whole(self, plan: Plan, load: Load, freight: Freight) -> bool:
        return (
            plan.mode is Mode.TRANSACTION
            and load.whole
            and load.kind == "transaction"
            and not freight.left_out
            and plan.room.takes(len(load.asked), len(load.data))
            and not any(map(plan.looks_up, {one.type for one in load.asked}))
        )

    def _parcel_sent(self, way: _Way, plan: Plan, parcel: Parcel) -> bool:
        pending = [position for position in parcel.positions if position not in way.known]
        pending = self._unblocked(way, parcel, pending)
        looked_up = [p for p in pending if plan.looks_up(way.load.asked[p].type)]
        versions: dict[int, str | None] = {}
        for position in looked_up:
            self._look_up(way, position, versions)
        pending = [position for position in pending if position not in way.outcomes]
        if not pending:
            return True
        smaller = Parcel(tuple(pending), parcel.mode)
        asked = [way.load.asked[position] for position in pending]
        safe = not looked_up
        if parcel.mode is Mode.SINGLE:
            answer = self._single(way, asked[0], versions, safe=safe)
        else:
            answer = self._bundle(way, asked, way.body(smaller), safe=safe)
            if parcel.mode is Mode.BATCH:
                answer = self._again(way, smaller, answer, safe=safe)
        taken = self._taken(
            way,
            plan,
            answer,
            len(pending),
            lambda: self._lands_alone(way, asked[0], versions, safe=safe),
        )
        if way.known:
            self._progress(way.load.digest, _in_order(way))
        return taken

    def _unblocked(self, way: _Way, parcel: Parcel, pending: Sequence[int]) -> list[int]:
        """The entries whose targets are on the server; of the others it is said why not."""
        free = []
        for position in pending:
            lacking = [
                target
                for target in way.freight.graph[position]
                if target not in way.known
                and (position, target) not in way.packing.loose
                and not (parcel.mode is Mode.TRANSACTION and target in parcel.positions)
            ]
            if lacking:
                detail = f"points at entry {lacking[0]}, which did not land"
                kind = way.load.asked[position].type
                way.add([EntryOutcome(position, Outcome.NOT_SENT, kind, detail=detail)])
            else:
                free.append(position)
        return free

    def _taken(
        self,
        way: _Way,
        plan: Plan,
        answer: Answer,
        entries: int,
        lands_alone: Callable[[], bool] | None = None,
    ) -> bool:
        """Notes an answer; False where the same is to be sent in another way."""
        landed = any(entry.outcome in DONE for entry in answer.entries)
        if landed:
            self._course.proven()
        elif answer.fate is not Fate.IN_DOUBT:
            if complains_of_size(answer) and self._course.too_much(entries):
                return False
            status = _refusal(answer)
            # A bundle that asked to be a batch is one, whatever the others are.
            own_way = way.load.kind == "batch" and self._course.plan.mode is Mode.TRANSACTION
            one_by_one = lands_alone if answer.fate is Fate.DONE else None
            if status is not None and not own_way:
                if self._course.refused(plan, status, one_by_one):
                    return False
            if answer.fate is Fate.REFUSED and answer.doubted:
                answer = doubtful(answer)
        way.add(answer.entries)
        if answer.fate is not Fate.DONE or not landed:
            way.say(answer)
        if not way.message and any(entry.outcome not in DONE for entry in answer.entries):
            way.message = "some entries did not land"
        in_doubt = [entry for entry in answer.entries if entry.outcome is Outcome.IN_DOUBT]
        if in_doubt:
            self._settle(way, in_doubt)
        return True

    # Requests

    def _bundle(self, way: _Way, asked: Sequence[Asked], body: bytes, *, safe: bool) -> Answer:
        called = self._called(way, Request("POST", body=body, safe=safe))
        if called.reply is None:
            return _no_answer(asked, called)
        answer = read_answer(called.reply, asked, self._options.on_existing)
        return replace(answer, doubted=True) if called.doubted else answer

    def _lands_alone(
        self, way: _Way, asked: Asked, versions: dict[int, str | None], *, safe: bool
    ) -> bool:
        """Whether the server takes an entry by itself that it refused in a batch."""
        answer = self._single(way, asked, versions, safe=safe)
        landed = [entry for entry in answer.entries if entry.outcome in DONE]
        way.add(landed)
        return bool(landed)

    def _single(
        self, way: _Way, asked: Asked, versions: dict[int, str | None], *, safe: bool
    ) -> Answer:
        position = asked.position
        resource = way.sent(position)
        method, path, headers = single_request(asked, self._options.on_existing)
        versioned = False
        if position in versions:  # it is there, to be overwritten: only as we have seen it
            place, _, version = (versions[position] or "").partition("\t")
            resource = {**resource, "id": place.partition("/")[2]}
            method, path = "PUT", place
            headers = {"If-Match": f'W/"{version}"'} if version else {}
            versioned, safe = bool(version), True
        elif not safe:
            method, path = "POST", asked.type
            headers = {"If-None-Exist": single_request(asked, "keep")[2]["If-None-Exist"]}
        called = self._called(
            way, Request(method, path, write_exact(resource), headers, safe, versioned)
        )
        if called.reply is None:
            return _no_answer((asked,), called)
        answer = read_single(called.reply, asked, self._options.on_existing)
        return replace(answer, doubted=True) if called.doubted else answer

    def _again(self, way: _Way, parcel: Parcel, answer: Answer, *, safe: bool) -> Answer:
        """A batch's answer after what only failed for now was sent again."""
        for _ in range(_ROUNDS):
            later = tuple(
                entry.position for entry in answer.entries if _for_now(status_of(entry), safe=safe)
            )
            if answer.fate is not Fate.DONE or not later:
                return answer
            self._caller.gate.pause(self._caller.gate.clock.random.uniform(0.05, 1.0))
            way.doubted = True
            asked = [way.load.asked[position] for position in later]
            body = way.body(Parcel(later, parcel.mode))
            second = self._bundle(way, asked, body, safe=safe)
            changed = {entry.position: entry for entry in second.entries}
            entries = tuple(changed.get(entry.position, entry) for entry in answer.entries)
            answer = replace(answer, entries=entries)
        return answer

    def _called(self, way: _Way, request: Request) -> Called:
        called = self._caller.call(request)
        way.requests += called.attempts
        way.doubted = way.doubted or called.doubted
        return called

    # What the server has

    def _look_up(self, way: _Way, position: int, versions: dict[int, str | None]) -> None:
        """Sees whether the key of an entry is there before it is sent."""
        asked = way.load.asked[position]
        try:
            found = find(self._caller, asked.key)
        except ServerError as error:
            words = f"could not be looked for: {error}"
            way.add([EntryOutcome(position, Outcome.REFUSED, asked.type, detail=words)])
            way.message = way.message or "some entries could not be looked for, and were not sent"
            return
        if len(found.matches) > 1:
            words = "the server has more than one resource with this key"
            way.add([EntryOutcome(position, Outcome.REFUSED, asked.type, detail=words)])
            way.message = way.message or words
        elif found.only is not None:
            if self._options.on_existing == "keep":
                way.add([_existing(asked, found.only, Outcome.EXISTED)])
            else:
                place = f"{asked.type}/{found.only['id']}"
                versions[position] = f"{place}\t{_meta(found.only, 'versionId') or ''}"

    def _settle(self, way: _Way, in_doubt: Sequence[EntryOutcome]) -> None:
        """Looks for what is in doubt."""
        nothing = 0
        for entry in in_doubt:
            asked = way.load.asked[entry.position]
            try:
                found = find(self._caller, asked.key).only
            except ServerError:
                return
            if found is None:
                nothing += 1
            elif self._options.on_existing == "keep" or self._holds(way, entry.position, found):
                outcome = (
                    Outcome.EXISTED if self._options.on_existing == "keep" else Outcome.UPDATED
                )
                way.add([_existing(asked, found, outcome)])
                way.doubted = True
        status = way.status
        if nothing == len(in_doubt) and status is not None and not leaves_doubt(status):
            # It said yes and did nothing, or said no in the end.
            for entry in in_doubt:
                way.outcomes[entry.position] = entry._replace(outcome=Outcome.REFUSED)
            way.message = f"HTTP {status}, and nothing of it is on the server"
        elif all(entry.outcome in DONE | BY_CHOICE for entry in way.outcomes.values()):
            way.message, way.detail = "", ""

    def _holds(self, way: _Way, position: int, found: Resource) -> bool:
        base = self._caller.connection.base
        return not differences(way.sent(position), found, references=_places(way), base=base)

    def _claim_ours(self, way: _Way) -> None:
        """Tells what an attempt of this run created, though its answer was lost, from the rest."""
        before = {
            entry.location: entry
            for entry in way.past.entries
            if entry.outcome is Outcome.CREATED and entry.location is not None
        }
        for entry in list(way.outcomes.values()):
            if entry.outcome not in DONE or entry.location is None:
                continue
            if entry.location in before:  # with its version of then: it may have been edited
                version = before[entry.location].version
                made = entry._replace(outcome=Outcome.CREATED, version=version)
                way.outcomes[entry.position] = made
            elif (
                entry.outcome is Outcome.EXISTED
                and self._is_ours(way.past, entry)
                and not way.past.elsewhere(entry.location)
            ):
                way.outcomes[entry.position] = entry._replace(outcome=Outcome.CREATED)

    def _is_ours(self, past: Past, entry: EntryOutcome) -> bool:
        modified, version = entry.modified, entry.version
        if modified is None:
            try:
                resource = read(self._caller, entry.location or "")
            except ServerError:
                return False
            if resource is None:
                return False
            modified, version = _meta(resource, "lastUpdated"), _meta(resource, "versionId")
        if version is not None and version.isdigit() and int(version) > 1:
            return False  # edited since, and by whom it was made is not told here
        return is_since(modified, past.since)

    def _verify(self, way: _Way) -> None:
        """Reads back what landed, and compares what was written with what was sent."""
        places = _places(way)
        for entry in list(way.outcomes.values()):
            if entry.outcome not in DONE or entry.location is None:
                continue
            try:
                stored = read(self._caller, entry.location)
            except ServerError as error:
                found: tuple[str, ...] = (f"could not be read back: {error}",)
            else:
                found = self._differences(way, entry, stored, places)
            if found:
                way.outcomes[entry.position] = entry._replace(differences=found)

    def _differences(
        self, way: _Way, entry: EntryOutcome, stored: Resource | None, places: dict[str, str]
    ) -> tuple[str, ...]:
        kind = entry.resource_type or "the resource"
        if stored is None:
            return (f"{kind}: {MISSING}",)
        if entry.outcome is Outcome.EXISTED:
            return ()  # somebody may have edited it, and that is to be kept
        base = self._caller.connection.base
        sent = way.sent(entry.position)
        return tuple(differences(sent, stored, references=places, base=base))


def _report(way: _Way, number: int) -> BundleReport:
    entries = _in_order(way)
    state = _state(entries)
    message = way.message
    if state is State.LANDED:
        message = ""
    elif state is State.ALTERED:
        lost = sum(bool(entry.differences) for entry in entries)
        message = f"{lost} resources are not on the server as they were sent"
    elif state is State.PARTLY and not message:
        message = "some entries did not land"
    return BundleReport(
        name=way.load.name,
        number=number,
        state=state,
        entries=entries,
        requests=way.requests,
        status=way.status,
        message=message,
        detail="" if state is State.LANDED else way.detail,
    )


def _state(entries: Sequence[EntryOutcome]) -> State:
    kinds = {entry.outcome for entry in entries} - BY_CHOICE
    if kinds <= DONE:
        altered = any(entry.differences for entry in entries)
        return State.ALTERED if altered else State.LANDED
    if Outcome.IN_DOUBT in kinds:
        return State.IN_DOUBT
    if kinds & DONE:
        return State.PARTLY
    return State.REFUSED if Outcome.REFUSED in kinds else State.NOT_SENT


def _in_order(way: _Way) -> tuple[EntryOutcome, ...]:
    return tuple(
        way.outcomes.get(one.position) or EntryOutcome(one.position, Outcome.NOT_SENT, one.type)
        for one in way.load.asked
    )


def _for_now(status: int, *, safe: bool) -> bool:
    """Whether an entry that a batch refused so is to be sent again."""
    rule = TABLE.get(status) if status >= 400 else None
    return rule is not None and (safe or rule.unsafe)


def _no_answer(asked: Sequence[Asked], called: Called) -> Answer:
    message = str(called.error) if called.error is not None else "no answer"
    if not called.never_sent:
        return unanswered(asked, message)
    entries = tuple(EntryOutcome(one.position, Outcome.NOT_SENT, one.type) for one in asked)
    return Answer(Fate.REFUSED, entries, None, message)


def _refusal(answer: Answer) -> int | None:
    """The status all of a request was refused with."""
    if answer.fate is Fate.REFUSED:
        return answer.status
    statuses = {status_of(entry) for entry in answer.entries}
    return max(statuses) if statuses and min(statuses) >= 400 else None


def _existing(asked: Asked, resource: Resource, outcome: Outcome) -> EntryOutcome:
    return EntryOutcome(
        asked.position,
        outcome,
        asked.type,
        f"{asked.type}/{resource['id']}",
        _meta(resource, "versionId"),
        modified=_meta(resource, "lastUpdated"),
    )


def _meta(resource: Resource, name: str) -> str | None:
    meta = resource.get("meta")
    value = meta.get(name) if isinstance(meta, dict) else None
    return version_of(value)


def _places(way: _Way) -> dict[str, str]:
    """Where each address of the bundle is on the server."""
    return {
        url: way.known[position]
        for url, position in way.load.addresses.items()
        if position in way.known
    }


def is_since(modified: str | None, since: float) -> bool:
    """Whether a time of the server's is not before ``since``, which is never too late."""
    if modified is None:
        return False
    try:
        when = datetime.fromisoformat(modified)
    except ValueError:
        return False
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    # A time without a fraction may have been cut to the second.
    slack = 0.0 if re.search(r"\.\d", modified) else 1.0
    return when.timestamp() + slack >= since
