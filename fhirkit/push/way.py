"""A bundle on its way: what is known of it before, while and after it is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fhirkit.push.report import BY_CHOICE, DONE, BundleReport, EntryOutcome, Outcome, State
from fhirkit.push.split import Packing

if TYPE_CHECKING:
    from fhirkit.push.answer import Answer
    from fhirkit.push.load import Load
    from fhirkit.push.parcel import Freight
    from fhirkit.push.references import Resource
    from fhirkit.push.split import Parcel


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
class Way:
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
        """Notes what became of entries."""
        for outcome in outcomes:
            self.outcomes[outcome.position] = outcome
            if outcome.outcome in DONE and outcome.location:
                self.known[outcome.position] = outcome.location

    def sent(self, position: int) -> Resource:
        """The resource of an entry with literal references to what is on the server."""
        return self.freight.pointed(position, (), self.known, self.packing)

    def body(self, parcel: Parcel) -> bytes:
        """The transaction or batch of a parcel."""
        return self.freight.body(parcel, self.known, self.packing)

    def say(self, answer: Answer) -> None:
        """Takes over what there is to say of a request's answer."""
        self.status = answer.status
        self.message, self.detail = answer.message, answer.detail

    def places(self) -> dict[str, str]:
        """Where each address of the bundle is on the server."""
        return {
            url: self.known[position]
            for url, position in self.load.addresses.items()
            if position in self.known
        }

    def in_order(self) -> tuple[EntryOutcome, ...]:
        """What became of each entry, as far as it is known."""
        return tuple(
            self.outcomes.get(one.position)
            or EntryOutcome(one.position, Outcome.NOT_SENT, one.type)
            for one in self.load.asked
        )

    def report(self, number: int) -> BundleReport:
        """What became of the bundle."""
        entries = self.in_order()
        state = _state(entries)
        message = self.message
        if state is State.LANDED:
            message = ""
        elif state is State.ALTERED:
            lost = sum(bool(entry.differences) for entry in entries)
            message = f"{lost} resources are not on the server as they were sent"
        elif state is State.PARTLY and not message:
            message = "some entries did not land"
        return BundleReport(
            name=self.load.name,
            number=number,
            state=state,
            entries=entries,
            requests=self.requests,
            status=self.status,
            message=message,
            detail="" if state is State.LANDED else self.detail,
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
