"""``fhirkit check-server``: what a FHIR server can do for a push."""

from __future__ import annotations

import argparse
import json
from typing import Any

from fhirkit.cli.outputs import remark, say
from fhirkit.cli.servers import CREDENTIALS, add_how, add_server, client_of, server_of

_DESCRIPTION = """\
Prints what a server says it can do, and how bundles would be sent to it. Nothing is
stored there, unless --probe is given.
"""
_EPILOG = (
    CREDENTIALS
    + """
Exit codes: 0 bundles can be sent, 1 the server cannot be used or a trial left
something behind, 2 wrong usage.
"""
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the verb takes."""
    parser.usage = "fhirkit check-server [options] URL|NAME"
    parser.description = _DESCRIPTION
    parser.epilog = _EPILOG
    add_server(parser, flag=None)
    add_how(parser)
    parser.add_argument(
        "--probe",
        action="store_true",
        help="try what the statement leaves out or may get wrong, with a few resources marked as "
        "test data, and delete them again",
    )
    parser.add_argument(
        "--format", choices=("text", "json"), default="text", help="(default: text)"
    )


def run(options: argparse.Namespace) -> int:
    """Runs the verb and gives its exit code."""
    from fhirkit.push.capabilities import to_dict, to_text

    with client_of(options, server_of(options), journal=None, tell=remark) as client:
        capabilities = client.capabilities()
        plan = client.plan()
        if options.format == "text":
            say(to_text(capabilities))
            say(f"\n{plan.to_text()}")
        found = client.probe() if options.probe else None
    if options.format == "json":
        whole: dict[str, Any] = {"capabilities": to_dict(capabilities), "plan": plan.to_dict()}
        if found is not None:
            whole["probe"] = found.to_dict()
        say(json.dumps(whole, ensure_ascii=False, indent=2))
    elif found is not None:
        say(f"\n{found.to_text()}")
    return 0 if found is None or found.clean else 1
