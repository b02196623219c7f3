"""``fhirkit undo``: takes back what a push created."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from fhirkit.cli.outputs import notice, remark, say
from fhirkit.cli.servers import (
    CREDENTIALS,
    add_config,
    add_how,
    add_journal,
    client_of,
    journal_path,
    server_of,
    whole_number,
)
from fhirkit.errors import SettingsError

if TYPE_CHECKING:
    from fhirkit.push.config import Server

_DESCRIPTION = """\
Deletes from a server what one push created there, the newest first. What was
edited since stays, and so does what it points at, what another push has found
there, and what the server says is in use; all that is told. What a push updated
is not changed back.
"""
_EPILOG = (
    CREDENTIALS
    + """
Exit codes: 0 nothing is left but what has to stay, 1 something could not be
deleted, 2 wrong usage.
"""
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the verb takes."""
    parser.usage = "fhirkit undo [options] RUN"
    parser.description = _DESCRIPTION
    parser.epilog = _EPILOG
    parser.add_argument(
        "run_number",
        metavar="RUN",
        type=whole_number,
        help="the number of the push: 'fhirkit runs' lists them",
    )
    parser.add_argument(
        "--to",
        metavar="URL|NAME",
        dest="server",
        help="the server by its name, if its credentials are in the file of servers",
    )
    add_config(parser)
    add_how(parser)
    add_journal(parser)
    parser.add_argument(
        "--dry-run", action="store_true", help="print what would be deleted, and delete nothing"
    )
    parser.add_argument(
        "--format", choices=("text", "json"), default="text", help="of the report (default: text)"
    )


def run(options: argparse.Namespace) -> int:
    """Runs the verb and gives its exit code."""
    from fhirkit.push.journal import Journal

    named = server_of(options) if options.server is not None else None
    path = journal_path(options, named)
    if not path.exists():
        raise SettingsError(f"there is no journal at {path}: --journal names another")
    journal = Journal(path)
    try:
        base = journal.find(options.run_number).server
    finally:
        journal.close()
    with client_of(options, _same(named, base), journal=path, tell=remark) as client:
        report = client.undo(options.run_number, dry_run=options.dry_run)
    if options.format == "json":
        say(json.dumps(report.to_dict(), ensure_ascii=False, indent=2))
    else:
        say(report.to_text())
    if report.complete:
        return 0
    notice(base, "not everything could be deleted: the same command again tries the rest")
    return 1


def _same(named: Server | None, base: str) -> Server:
    """The server of the run, by the name it was given. Raises SettingsError for another one."""
    from fhirkit.push.config import Server

    if named is None:
        return Server(name=base, url=base)
    if named.url != base:
        raise SettingsError(f"--to is {named.url}, and this run was a push to {base}")
    return named
