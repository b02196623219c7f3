"""``fhirkit serve``: the embedded FHIR server, until Ctrl-C."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from fhirkit.cli.outputs import say

if TYPE_CHECKING:
    from fhirkit.serve import Embedded

_DESCRIPTION = """\
Runs a FHIR R4 server (sekmet-fhir) for trying things out, on 127.0.0.1 only and
without accounts, and keeps its data in one SQLite file. Ctrl-C stops it. Cases that
were pushed to it have a page each, at /cases: the text beside what the server has of
it. It needs the extra: pip install 'fhirkit-cases[server]'

It does not check codes, units or the specification's invariants, and it is no
place for patients' data beyond your own machine.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the verb takes."""
    parser.usage = "fhirkit serve [options]"
    parser.description = _DESCRIPTION
    parser.add_argument(
        "--port",
        type=_port,
        default=8090,
        metavar="N",
        help="port to listen on; 0 takes a free one (default: 8090)",
    )
    parser.add_argument(
        "--database",
        default="fhirkit.db",
        metavar="FILE",
        help="SQLite file to keep the data in, made if missing (default: fhirkit.db)",
    )


def run(options: argparse.Namespace) -> int:
    """Runs the verb and gives its exit code."""
    from fhirkit.serve import serve

    serve(options.database, options.port, _announce)
    say("stopped")
    return 0


def _announce(server: Embedded) -> None:
    say(f"FHIR R4 server:  {server.base}")
    say(f"look around at:  {server.ui}")
    say(f"pages of cases:  {server.cases}")
    say(f"database:        {server.database}")
    say("Ctrl-C stops it")


def _port(text: str) -> int:
    number = int(text) if text.isdecimal() else -1
    if not 0 <= number <= 65_535:
        raise argparse.ArgumentTypeError("a port number from 0 to 65535 was expected")
    return number
