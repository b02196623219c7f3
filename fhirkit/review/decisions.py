"""What a reviewer decided on the facts of one text."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from fhirkit.facts.model import Code

if TYPE_CHECKING:
    from fhirkit.facts.model import Certainty, Whose


class Verdict(StrEnum):
    """What was decided on a fact."""

    ACCEPT = "accept"
    REJECT = "reject"
    CORRECT = "correct"
    ADD = "add"
    NOTE = "note"  # a remark only: the fact stays undecided


@dataclass(frozen=True, slots=True)
class Signature:
    """Who says that the decisions are theirs, and when they said so."""

    by: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What a fact says otherwise than it was read; what is None stays.

    ``value`` are digits, with ``comparator`` before them where they bound it; ``unit`` is a unit as
    it is written, "" for none. ``suspects`` are the drugs and procedures of an added adverse event.
    """

    value: str | None = None
    comparator: str | None = None
    unit: str | None = None
    code: Code | None = None
    certainty: Certainty | None = None
    whose: Whose | None = None
    suspects: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """What is changed: of value, unit, code, certainty, whose and suspects."""
        names = ("value", "unit", "code", "certainty", "whose")
        given = [name for name in names if getattr(self, name) is not None]
        return (*given, "suspects") if self.suspects else tuple(given)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One decision: on which fact, what, by whom and when.

    ``spans`` are the fact's mentions as the reviewer saw them, or the words of a fact that is
    added; ``seen`` is what :func:`fhirkit.review.seen.seen` made of the fact, None for one that is
    added. ``place`` is where the decision stands in its file, for messages.
    """

    fact: str
    kind: str
    spans: tuple[tuple[int, int], ...]
    verdict: Verdict
    by: str
    at: str
    seen: str | None = None
    changes: Changes = Changes()
    note: str | None = None
    patient: int | None = None
    place: str = "a decision"


@dataclass(frozen=True, slots=True)
class Decisions:
    """All decisions on the text with this SHA-256.

    Where there are several on one fact, the last one counts. ``signed`` is None until the reviewer
    has signed; ``document`` is the name of the file that was reviewed.
    """

    sha256: str
    decisions: tuple[Decision, ...]
    signed: Signature | None = None
    document: str | None = None
