"""Findings as one JSON document."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fhirkit.cli.formats.results import Checked, Tally


def lines(results: Iterable[Checked], tally: Tally) -> Iterator[str]:
    """The findings first, a line each as they come; the sums, known only then, after them."""
    yield "{"
    comma = ""
    yield '  "issues": ['
    for result in results:
        for issue in result.issues:
            if comma:
                yield comma
            comma = f"    {json.dumps(issue.to_dict(), ensure_ascii=False)},"
    if comma:
        yield comma.removesuffix(",")
    yield "  ],"
    sums = json.dumps(_sums(tally), ensure_ascii=False, indent=2)
    yield sums.removeprefix("{\n")


def _sums(tally: Tally) -> dict[str, object]:
    return {
        "files": tally.checked,
        "filesWithErrors": tally.with_errors,
        "filesUnreadable": tally.unreadable,
        "counts": dict(sorted(tally.severities.items())),
        "ignored": dict(sorted(tally.ignored.items())),
    }
