"""What the journal holds, as values, and how the entries of a bundle are written in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fhirkit.push.report import EntryOutcome, Outcome

_LETTERS = {outcome: outcome.name[0] + outcome.name[-1] for outcome in Outcome}
_OUTCOMES = {letters: outcome for outcome, letters in _LETTERS.items()}


@dataclass(frozen=True, slots=True)
class Claim:
    """Leave to send a bundle: how often it was tried before, and since when."""

    attempts: int
    since: float


@dataclass(frozen=True, slots=True)
class Landed:
    """The bundle was sent earlier in this run, and landed."""

    entries: tuple[EntryOutcome, ...]


@dataclass(frozen=True, slots=True)
class Trace:
    """What a run left of one bundle.

    ``keys`` are those of its entries where its fate is unknown, ``since`` the server's time when
    it was first sent.
    """

    name: str
    state: str
    since: float
    keys: tuple[str, ...]
    entries: tuple[EntryOutcome, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """One push, as ``fhirkit runs`` lists it."""

    id: int
    server: str
    inputs: str
    started: float
    ended: float | None
    state: str
    bundles: int
    landed: int
    doubtful: int


def lines_of(entries: Sequence[EntryOutcome]) -> str:
    """The entries of a bundle, one a line: what became of it, where it is, its version."""
    return "\n".join(
        [
            f"{_LETTERS[entry.outcome]}\t{entry.location or entry.resource_type or ''}"
            f"\t{entry.version or ''}"
            for entry in entries
        ]
    )


def entries_of(lines: str | None) -> tuple[EntryOutcome, ...]:
    """The entries of such lines."""
    made = []
    for position, line in enumerate((lines or "").split("\n") if lines else ()):
        letters, place, version = line.split("\t")
        made.append(
            EntryOutcome(
                position,
                _OUTCOMES[letters],
                place.partition("/")[0] or None,
                place if "/" in place else None,
                version or None,
            )
        )
    return tuple(made)


def created_mark(location: str) -> str:
    """What stands in the lines of a bundle that created the resource at ``Type/id``."""
    return f"{_LETTERS[Outcome.CREATED]}\t{location}\t"
