"""``fhirkit runs``: what was pushed where."""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from fhirkit.cli.outputs import say
from fhirkit.cli.servers import add_journal, journal_path

if TYPE_CHECKING:
    from fhirkit.push.noted import Run

_DESCRIPTION = """\
Lists the pushes in the journal: number, beginning (UTC), state, bundles, how many
of them landed and how many are in doubt, the server and what was pushed.

An open run did not land everything, or was stopped: the same push again resumes
it. 'fhirkit undo NUMBER' takes a run back.
"""
_COLUMNS = ("run", "began", "state", "bundles", "landed", "in doubt", "server", "what")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the verb takes."""
    parser.usage = "fhirkit runs [options]"
    parser.description = _DESCRIPTION
    add_journal(parser)
    parser.add_argument(
        "--format", choices=("text", "json"), default="text", help="(default: text)"
    )


def run(options: argparse.Namespace) -> int:
    """Runs the verb and gives its exit code."""
    from fhirkit.push.journal import Journal

    path = journal_path(options)
    runs: list[Run] = []
    if path.exists():
        journal = Journal(path)
        try:
            runs = journal.runs()
        finally:
            journal.close()
    if options.format == "json":
        say(json.dumps([_object(one) for one in runs], ensure_ascii=False, indent=2))
    elif runs:
        say(_table([_COLUMNS, *(_row(one) for one in runs)]))
    else:
        say(f"no pushes in {path}")
    return 0


def _object(run: Run) -> dict[str, Any]:
    return {
        "run": run.id,
        "began": _time(run.started),
        "ended": _time(run.ended) if run.ended is not None else None,
        "state": run.state,
        "bundles": run.bundles,
        "landed": run.landed,
        "inDoubt": run.doubtful,
        "server": run.server,
        "inputs": run.inputs.splitlines(),
    }


def _row(run: Run) -> tuple[str, ...]:
    inputs = run.inputs.splitlines() or [""]
    more = f" and {len(inputs) - 1} more" if len(inputs) > 1 else ""
    return (
        str(run.id),
        _time(run.started),
        run.state,
        str(run.bundles),
        str(run.landed),
        str(run.doubtful),
        run.server,
        inputs[0] + more,
    )


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _table(rows: list[tuple[str, ...]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )
