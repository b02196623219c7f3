"""What known servers refuse without declaring it: the rows of ``limits.csv``."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a server takes in one request; None where it has no limit that is known.

    ``max_conditional`` is the most entries of a transaction that has a condition in any of
    them, ``max_puts`` the most updates of a transaction. ``server`` is whose limits these
    are, ``source`` where they are documented; both are empty for an unknown server.
    """

    max_entries: int | None = None
    max_bytes: int | None = None
    max_conditional: int | None = None
    max_puts: int | None = None
    client_ids: bool = True
    server: str = ""
    source: str = ""


def limits_of(*names: str) -> Limits:
    """The known limits of a server, by the first of its names or addresses that tells it."""
    for name in names:
        for pattern, limits in _known():
            if pattern.search(name):
                return limits
    return Limits()


@cache
def _known() -> tuple[tuple[re.Pattern[str], Limits], ...]:
    # Here, since loading it costs a tenth of a start that may not push at all.
    from importlib.resources import files

    text = files("fhirkit.push").joinpath("limits.csv").read_text("utf-8")
    return tuple(
        (re.compile(row["software"], re.IGNORECASE), _limits_row(row))
        for row in csv.DictReader(text.splitlines(), strict=True)
    )


def _limits_row(row: dict[str, str]) -> Limits:
    return Limits(
        max_entries=_number(row["max_entries"]),
        max_bytes=_number(row["max_bytes"]),
        max_conditional=_number(row["max_conditional"]),
        max_puts=_number(row["max_puts"]),
        client_ids=row["client_ids"] == "yes",
        server=row["server"],
        source=row["source"],
    )


def _number(cell: str) -> int | None:
    return int(cell) if cell else None
