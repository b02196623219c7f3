"""One resource for each invariant of R4 that breaks it and no other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from oracle.broken import definitions, patients
from oracle.instances import smallest
from oracle.mutants.model import GONE

Node = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Broken:
    """A resource that breaks the invariant ``key`` at ``place``, a FHIRPath."""

    key: str
    resource: Node
    place: str


def broken() -> Iterator[Broken]:
    """A broken resource for each row, one invariant after the other."""
    rows = patients.ROWS | definitions.ROWS
    for key, (resource_type, laid_over, place) in rows.items():
        made = {**smallest(resource_type), **laid_over}
        resource = {name: value for name, value in made.items() if value is not GONE}
        full = f"{resource_type}.{place}" if place else resource_type
        yield Broken(key.partition(" ")[0], resource, full)
