"""What became of each bundle and each of its entries: plain values, as JSON and as text."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from fhirkit.errors import InDoubt, Refused, ServerError, Unreachable

if TYPE_CHECKING:
    from collections.abc import Iterable


class Outcome(StrEnum):
    """What became of one entry."""

    CREATED = "created"
    EXISTED = "existed"  # it was there already and stays as it was
    UPDATED = "updated"  # it was there already; the server says nothing of whether it changed
    REFUSED = "refused"
    IN_DOUBT = "in doubt"  # the server may have stored it
    NOT_SENT = "not sent"
    SKIPPED = "skipped"  # the server does not take the type: left out, as was asked
    ATTACHED = "attached"  # the same: it travels in the DocumentReference, as was asked


class State(StrEnum):
    """What became of one bundle."""

    LANDED = "landed"  # every entry is on the server
    ALTERED = "altered"  # the same, but the server stored less or other than it was sent
    PARTLY = "partly"  # some entries are on the server, some were refused or not sent
    REFUSED = "refused"  # the server said no; nothing was stored
    IN_DOUBT = "in doubt"  # it was sent, but no usable answer came
    NOT_SENT = "not sent"


DONE = frozenset({Outcome.CREATED, Outcome.EXISTED, Outcome.UPDATED})
BY_CHOICE = frozenset({Outcome.SKIPPED, Outcome.ATTACHED})

# Where the entries have no fate of their own.
_WHOLE = frozenset({State.REFUSED, State.IN_DOUBT, State.NOT_SENT})

_ERRORS: dict[State, type[ServerError]] = {
    State.ALTERED: Refused,
    State.PARTLY: Refused,
    State.REFUSED: Refused,
    State.IN_DOUBT: InDoubt,
    State.NOT_SENT: Unreachable,
}


class EntryOutcome(NamedTuple):
    """The fate of one entry.

    ``position`` counts from 0 in the bundle as it was given. ``location`` is ``Type/id`` on the
    server, ``modified`` the time the server gives for it. ``detail`` are the server's own words
    and may quote the resource. ``differences`` are the elements that the server holds otherwise
    than they were sent, where that was looked at.
    """

    position: int
    outcome: Outcome
    resource_type: str | None = None
    location: str | None = None
    version: str | None = None
    status: str | None = None
    detail: str = ""
    modified: str | None = None
    differences: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The JSON form, without what is not known."""
        return _without_none(
            {
                "position": self.position,
                "outcome": self.outcome.value,
                "resourceType": self.resource_type,
                "location": self.location,
                "version": self.version,
                "status": self.status,
                "detail": self.detail or None,
                "differences": list(self.differences) or None,
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleReport:
    """The fate of one bundle: ``message`` in our words, ``detail`` in the server's.

    ``number`` counts from 1 in the input, ``requests`` are those it took, repeated ones included.
    """

    name: str
    state: State
    entries: tuple[EntryOutcome, ...] = ()
    number: int = 0
    requests: int = 0
    status: int | None = None
    message: str = ""
    detail: str = ""

    @property
    def counts(self) -> dict[str, int]:
        """How many entries had which outcome."""
        return _counts(self.entries)

    def to_dict(self) -> dict[str, Any]:
        """The JSON form, without what is not known."""
        return _without_none(
            {
                "name": self.name,
                "state": self.state.value,
                "status": self.status,
                "message": self.message or None,
                "detail": self.detail or None,
                "counts": self.counts,
                "entries": [entry.to_dict() for entry in self.entries],
            }
        )

    def to_text(self) -> str:
        """For people: a line for the bundle, and one for every entry there is something to say of."""
        return "\n".join(_lines(self)) + "\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class PushReport:
    """What became of all bundles of one push, in the order they were given.

    ``run`` is its number in the journal.
    """

    server: str
    bundles: tuple[BundleReport, ...] = ()
    run: int | None = None

    @property
    def landed(self) -> bool:
        """Whether every entry of every bundle is on the server."""
        return all(bundle.state is State.LANDED for bundle in self.bundles)

    @property
    def counts(self) -> dict[str, int]:
        """How many entries of all bundles had which outcome."""
        return _counts(entry for bundle in self.bundles for entry in bundle.entries)

    def raise_for_failure(self) -> None:
        """Raises Refused, InDoubt or Unreachable for the first bundle that did not land."""
        for bundle in self.bundles:
            if bundle.state is not State.LANDED:
                raise _ERRORS[bundle.state](
                    f"{bundle.name}: {bundle.state.value}: {bundle.message}", detail=bundle.detail
                )

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "server": self.server,
            "landed": self.landed,
            "counts": self.counts,
            "bundles": [bundle.to_dict() for bundle in self.bundles],
        }

    def to_text(self) -> str:
        """For people: every bundle with its entries, and the sums at the end."""
        return "".join(f"{bundle.to_text()}\n" for bundle in self.bundles) + self.sums()

    def sums(self) -> str:
        """How many bundles and entries had which fate, on two lines."""
        states = Counter(bundle.state.value for bundle in self.bundles)
        entries = sum(len(bundle.entries) for bundle in self.bundles)
        return (
            f"{_plural(len(self.bundles), 'bundle')}{_summed(states)}\n"
            f"{_plural(entries, 'entry')}{_summed(self.counts)}\n"
        )


def _lines(bundle: BundleReport) -> list[str]:
    said = f": {bundle.message}" if bundle.message else ""
    lines = [f"{bundle.name}: {bundle.state.value}{said}"]
    lines += _indented(bundle.detail, "  the server says: ")
    for entry in bundle.entries:
        if bundle.state in _WHOLE and not (entry.status or entry.detail):
            continue  # said of the whole bundle
        what = entry.location or entry.resource_type or ""
        status = f" ({entry.status})" if entry.outcome not in DONE and entry.status else ""
        lines.append(f"  {entry.position:>4}  {entry.outcome.value:<8} {what}{status}".rstrip())
        lines += _indented(entry.detail, "        ")
        lines += [f"        {difference}" for difference in entry.differences]
    return lines


def _indented(text: str, indent: str) -> list[str]:
    return [indent + line for line in text.splitlines() if line.strip()]


def _counts(entries: Iterable[EntryOutcome]) -> dict[str, int]:
    found: dict[Outcome, int] = {}
    for entry in entries:
        found[entry.outcome] = found.get(entry.outcome, 0) + 1
    return {outcome.value: found[outcome] for outcome in Outcome if outcome in found}


def _summed(counts: Counter[str] | dict[str, int]) -> str:
    parts = ", ".join(f"{number} {name}" for name, number in counts.items())
    return f": {parts}" if parts else ""


def _plural(number: int, noun: str) -> str:
    if number == 1:
        return f"1 {noun}"
    return f"{number} {noun[:-1]}ies" if noun.endswith("y") else f"{number} {noun}s"


def _without_none(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
