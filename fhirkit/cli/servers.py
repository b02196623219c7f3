"""Which server, and how to talk to it: flags first, then what the server's name stands for."""

from __future__ import annotations

import argparse
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from fhirkit.push import Client, PushOptions
    from fhirkit.push.config import Server

CREDENTIALS = """\
Credentials come from the server's table in the file of servers or from the
environment, as files: FHIRKIT_TOKEN_FILE, FHIRKIT_BASIC_FILE (user:password),
FHIRKIT_SMART_CLIENT_ID with FHIRKIT_SMART_KEY_FILE, FHIRKIT_CLIENT_CERT with
FHIRKIT_CLIENT_KEY, FHIRKIT_CA_FILE. They are never sent over plain http, except
to this machine (docs/authentication.md).
"""

_TYPE = re.compile("[A-Z][A-Za-z]+")
_OWN = ("validate", "journal")  # of the command, not of PushOptions


def add_server(parser: argparse.ArgumentParser, *, flag: str | None = "--to") -> None:
    """The arguments that say which server."""
    text = "the server's base address, https://host/fhir, or its name in the file of servers"
    if flag is None:
        parser.add_argument("server", metavar="URL|NAME", help=text)
    else:
        parser.add_argument(flag, metavar="URL|NAME", dest="server", required=True, help=text)
    add_config(parser)


def add_config(parser: argparse.ArgumentParser) -> None:
    """The argument that names the file of servers."""
    parser.add_argument(
        "--config",
        metavar="FILE",
        help="the file of servers (default: $FHIRKIT_CONFIG, else fhirkit/servers.toml in the "
        "user's configuration folder)",
    )


def add_how(parser: argparse.ArgumentParser) -> None:
    """The arguments that say how to talk to it."""
    add = parser.add_argument
    add("--rate", type=_number, metavar="N", help="send at most N requests a second")
    add(
        "--timeout",
        type=_seconds,
        metavar="SECONDS",
        help="how long to wait for an answer (default: 120)",
    )
    add(
        "--patience",
        type=_patience,
        metavar="SECONDS",
        help="for how long to repeat a request (default: 300)",
    )


def add_journal(parser: argparse.ArgumentParser) -> None:
    """The argument that names the journal."""
    parser.add_argument(
        "--journal",
        metavar="FILE",
        help="where pushes are noted (default: fhirkit/journal.db in the user's state folder)",
    )


def server_of(options: argparse.Namespace) -> Server:
    """The server that was named. Raises SettingsError."""
    from fhirkit.push.config import find_server

    config = Path(options.config) if options.config else None
    return find_server(options.server, config, os.environ)


def push_options(options: argparse.Namespace, server: Server) -> PushOptions:
    """The flags over the server's own settings. Raises SettingsError for a wrong value."""
    from fhirkit.push import PushOptions

    values: dict[str, Any] = {
        key.replace("-", "_"): value for key, value in server.options.items() if key not in _OWN
    }
    for name in PushOptions.__dataclass_fields__:
        given = getattr(options, name, None)
        if given is not None:
            values[name] = given
    if "takes" in values:
        values["takes"] = frozenset(values["takes"])
    return PushOptions(**values)


def journal_path(options: argparse.Namespace, server: Server | None = None) -> Path:
    """The journal's file: of the flag, of the server, or the user's own."""
    from fhirkit.push.journal import default_path

    named = options.journal or (server.options.get("journal") if server is not None else None)
    return Path(str(named)) if named else default_path(os.environ)


def client_of(
    options: argparse.Namespace,
    server: Server,
    *,
    journal: Path | None,
    tell: Callable[[str], None],
) -> Client:
    """A client of the server with its credentials. Raises SettingsError."""
    from fhirkit.push import Client
    from fhirkit.push.auth import authentication, credentials_from, tls

    credentials = credentials_from(server.credentials, os.environ)
    return Client(
        server.url,
        options=push_options(options, server),
        journal=journal,
        auth=authentication(credentials, server.url),
        tls_context=tls(credentials),
        tell=tell,
    )


def whole_number(text: str) -> int:
    """A flag's value that counts something."""
    if not text.isascii() or not text.isdigit() or not int(text[:12]) >= 1:
        raise argparse.ArgumentTypeError("must be a whole number above 0")
    return int(text[:12])


def names_of_types(text: str) -> frozenset[str]:
    """A flag's value that lists resource types."""
    names = frozenset(name.strip() for name in text.split(",") if name.strip())
    if not names or not all(map(_TYPE.fullmatch, names)):
        raise argparse.ArgumentTypeError("must be resource types, such as AdverseEvent,Provenance")
    return names


def _number(text: str) -> float:
    number = _read(text)
    if not 0 < number < 1_000_000:
        raise argparse.ArgumentTypeError("must be a number above 0")
    return number


def _seconds(text: str) -> float:
    number = _read(text)
    if not 0 < number <= 86_400:
        raise argparse.ArgumentTypeError("must be a number of seconds above 0")
    return number


def _patience(text: str) -> float:
    number = _read(text)
    if not 0 <= number <= 864_000:
        raise argparse.ArgumentTypeError("must be a number of seconds")
    return number


def _read(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return -1.0
