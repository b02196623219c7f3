"""What was tried on a server and what came of it, beside what its statement says; no I/O."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fhirkit.push.capabilities import Capabilities

NOT_TOLD = "not told"
NOT_TRIED = "not tried"


@dataclass(frozen=True, slots=True)
class Trial:
    """One thing that was tried: what the statement says of it, what came of it, and how."""

    name: str
    declared: str
    found: str
    how: str = ""


@dataclass(slots=True)
class ProbeReport:
    """All trials; ``left`` are places on the server where something could not be deleted.

    ``stopped`` says why there are no further trials, if the server went away meanwhile.
    """

    server: str
    trials: list[Trial] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    stopped: str = ""

    @property
    def clean(self) -> bool:
        """Whether everything that was made is gone."""
        return not self.left

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "server": self.server,
            "clean": self.clean,
            "left": self.left,
            "stopped": self.stopped or None,
            "trials": [
                {"name": t.name, "declared": t.declared, "found": t.found, "how": t.how or None}
                for t in self.trials
            ],
        }

    def to_text(self) -> str:
        """For people: declared beside found, and what is left."""
        rows = [("tried", "declared", "found", "")]
        rows += [(t.name, t.declared, t.found, t.how) for t in self.trials]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in rows
        ]
        if self.stopped:
            lines += ["", f"Stopped: {self.stopped}"]
        return "\n".join([*lines, "", left_text(self.left)])


def left_text(left: list[str]) -> str:
    """What a probe leaves behind, in words."""
    if not left:
        return "Nothing that was made for this is left."
    return f"Not deleted, for the server did not: {', '.join(left)}"


def created_as(said: Capabilities, kind: str) -> str:
    """What the statement says of creating a type."""
    listed = said.types.get(kind)
    condition = word(None if listed is None else listed.conditional_create)
    return f"{word(said.allows(kind, 'create'))}, by condition {condition}"


def keeps_for_ever(said: Capabilities, kind: str) -> bool:
    """Whether the statement says that a resource of this type cannot be deleted again.

    A type it does not list is one to try, if the server deletes others.
    """
    return kind in said.types and said.allows(kind, "delete") is False


def word(told: object) -> str:
    """Yes, no, or that the statement is silent."""
    return NOT_TOLD if told is None else "yes" if told else "no"
