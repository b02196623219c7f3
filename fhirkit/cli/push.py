"""``fhirkit push``: bundles to a FHIR server, and what it did with them."""

from __future__ import annotations

import argparse
import json

from fhirkit.cli.bundles import add_bundles, read_bundles
from fhirkit.cli.outputs import notice, say
from fhirkit.errors import InputError

_DESCRIPTION = """\
Sends transaction or batch bundles to a FHIR R4 server, one request a bundle, and
tells for every entry what the server did: created, existed (left as it was),
updated, refused or unknown. A bundle has landed, was refused (nothing of it is
stored), is in doubt (sent, but no usable answer came) or was not sent.

Not done yet: nothing is validated first, repeated after a failure, split to fit a
server's limits, resumed, read back or undone, and references between the entries
of a batch are not resolved. A bundle in doubt can be pushed again: what fhirkit
makes is conditional, so nothing is doubled.
"""
_EPILOG = """\
Credentials come from the environment and are never sent over plain http, except
to this machine:
  FHIRKIT_TOKEN_FILE  a file with a bearer token    (FHIRKIT_TOKEN: the token)
  FHIRKIT_BASIC_FILE  a file with user:password     (FHIRKIT_BASIC: the same)

Exit codes: 0 everything landed, 1 something did not, 2 wrong usage.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the verb takes."""
    parser.usage = "fhirkit push [options] FILE... --to URL"
    parser.description = _DESCRIPTION
    parser.epilog = _EPILOG
    add_bundles(parser)
    parser.add_argument(
        "--to", metavar="URL", required=True, help="the server's base address, https://host/fhir"
    )
    parser.add_argument(
        "--format", choices=("text", "json"), default="text", help="of the report (default: text)"
    )
    parser.add_argument(
        "--timeout",
        type=_seconds,
        metavar="SECONDS",
        help="how long to wait for an answer (default: 120)",
    )


def run(options: argparse.Namespace) -> int:
    """Runs the verb and gives its exit code."""
    from fhirkit._remote import base_url
    from fhirkit.push.client import TIMEOUT, deliver_each
    from fhirkit.push.report import PushReport

    reports = []
    unread: InputError | None = None
    try:
        bundles = read_bundles(options.files)
        for report in deliver_each(bundles, options.to, timeout=options.timeout or TIMEOUT):
            reports.append(report)
            if options.format == "text":
                say(report.to_text())  # now: what has landed is told whatever comes after it
    except InputError as error:
        if not reports:
            raise
        unread = error
    whole = PushReport(server=base_url(options.to), bundles=tuple(reports))
    if options.format == "json":
        say(json.dumps(whole.to_dict(), ensure_ascii=False, indent=2))
    else:
        say(whole.sums().rstrip("\n"))
    if unread is not None:
        raise unread
    if whole.landed:
        return 0
    missing = sum(report.state != "landed" for report in reports)
    notice(whole.server, f"{missing} of {len(reports)} bundles did not land")
    return 1


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < 86_400:
        raise argparse.ArgumentTypeError("a number of seconds was expected")
    return seconds
