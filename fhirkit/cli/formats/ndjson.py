"""Findings as NDJSON: one finding a line, nothing else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fhirkit.cli.formats.results import Checked, Tally


def lines(results: Iterable[Checked], tally: Tally) -> Iterator[str]:
    """The line of each finding, as soon as it is known."""
    del tally  # a line of sums would be no finding
    for result in results:
        for issue in result.issues:
            yield json.dumps(issue.to_dict(), ensure_ascii=False)
