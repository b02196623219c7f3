"""Brings one bundle to the server and says what became of it.

The quick way: a transaction that the server takes as it is, sent with the bytes as given. The
long way: requests that fit the server, one after the other, each with the addresses the ones
before have brought. Both end the same way: what is in doubt is looked for, what was created
by an attempt whose answer was lost is told from what was there before.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fhirkit.errors import InputError
from fhirkit.push.answer import (
    Answer,
    Fate,
    complains_of_size,
    doubtful,
    read_answer,
    read_single,
    status_of,
    unanswered,
)
from fhirkit.push.attach import attached
from fhirkit.push.caller import Called, Request
from fhirkit.push.evidence import Evidence
from fhirkit.push.exact import write_exact
from fhirkit.push.options import Mode
from fhirkit.push.parcel import Freight, single_request
from fhirkit.push.report import DONE, BundleReport, EntryOutcome, Outcome
from fhirkit.push.retry import TABLE
from fhirkit.push.split import Parcel
from fhirkit.push.way import Past, Way

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fhirkit.push.caller import Caller
    from fhirkit.push.course import Course
    from fhirkit.push.glance import Asked
    from fhirkit.push.load import Load
    from fhirkit.push.plan import Plan

_ROUNDS = 6  # times that the refused part of a batch is sent again


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
        self._evidence = Evidence(caller, self._options.on_existing)

    def deliver(self, load: Load, past: Past, number: int = 0) -> BundleReport:
        """Sends a bundle until its fate is known. Raises Stopped, and what a lost journal raises."""
        way = Way(load, past, Freight(load))
        try:
            way.freight = self.freight(load)
            while not self._sent(way):
                pass
        except InputError as error:
            way.message = str(error)
        except ValueError:
            way.message = "the bundle holds what JSON has no text for, such as half a character"
        if way.doubted or past.tried:
            self._evidence.claim_ours(way)
        if self._options.verify:
            self._evidence.verify(way)
        return way.report(number)

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

    def _sent(self, way: Way) -> bool:
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

    def _parcel_sent(self, way: Way, plan: Plan, parcel: Parcel) -> bool:
        pending = [position for position in parcel.positions if position not in way.known]
        pending = self._unblocked(way, parcel, pending)
        looked_up = [p for p in pending if plan.looks_up(way.load.asked[p].type)]
        versions: dict[int, str | None] = {}
        for position in looked_up:
            self._evidence.look_up(way, position, versions)
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
        if taken:
            self._evidence.place(way, answer.entries)
        if way.known:
            self._progress(way.load.digest, way.in_order())
        return taken

    def _unblocked(self, way: Way, parcel: Parcel, pending: Sequence[int]) -> list[int]:
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
        way: Way,
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
                answer = _since_doubted(answer, way)
            if answer.fate is Fate.REFUSED and answer.status is not None and way.doubted:
                answer = doubtful(answer)
        way.add(answer.entries)
        if answer.fate is not Fate.DONE or not landed:
            way.say(answer)
        if not way.message and any(entry.outcome not in DONE for entry in answer.entries):
            way.message = "some entries did not land"
        in_doubt = [entry for entry in answer.entries if entry.outcome is Outcome.IN_DOUBT]
        if in_doubt:
            self._evidence.settle(way, in_doubt)
        return True

    # Requests

    def _bundle(self, way: Way, asked: Sequence[Asked], body: bytes, *, safe: bool) -> Answer:
        called = self._called(way, Request("POST", body=body, safe=safe))
        if called.reply is None:
            return _no_answer(asked, called)
        return read_answer(called.reply, asked, self._options.on_existing)

    def _lands_alone(
        self, way: Way, asked: Asked, versions: dict[int, str | None], *, safe: bool
    ) -> bool:
        """Whether the server takes an entry by itself that it refused in a batch."""
        answer = self._single(way, asked, versions, safe=safe)
        way.add(entry for entry in answer.entries if entry.outcome is not Outcome.REFUSED)
        return any(entry.outcome in DONE for entry in answer.entries)

    def _single(
        self, way: Way, asked: Asked, versions: dict[int, str | None], *, safe: bool
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
        return read_single(called.reply, asked, self._options.on_existing)

    def _again(self, way: Way, parcel: Parcel, answer: Answer, *, safe: bool) -> Answer:
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

    def _called(self, way: Way, request: Request) -> Called:
        called = self._caller.call(request)
        way.requests += called.attempts
        way.doubted = way.doubted or called.doubted
        return called


def _since_doubted(answer: Answer, way: Way) -> Answer:
    """The same but for an entry that was then sent by itself, and had no answer."""
    entries = tuple(
        since
        if (since := way.outcomes.get(entry.position)) and since.outcome is Outcome.IN_DOUBT
        else entry
        for entry in answer.entries
    )
    return replace(answer, entries=entries)


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
