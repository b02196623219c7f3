"""``fhirkit validate``: what is wrong with bundles, for people, programs and code hosts."""

from __future__ import annotations

import argparse
from contextlib import nullcontext
from typing import TYPE_CHECKING

from fhirkit.cli.bundles import UNREADABLE, add_bundles, read_inputs
from fhirkit.cli.formats.results import Checked, Tally
from fhirkit.cli.jobs import Rules, judged
from fhirkit.cli.outputs import notice, say
from fhirkit.issues import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from fhirkit.cli.ignores import Ignores
    from fhirkit.issues import Issue

    Ask = Callable[[bytes], list[Issue]]

_DESCRIPTION = """\
Checks FHIR R4 bundles and resources, offline and without Java, and tells what is
wrong, where, and what was expected instead.
"""
_EPILOG = """\
With --server, every resource is sent to URL. Credentials come from the environment
and are never sent over plain http, except to this machine:
  FHIRKIT_TOKEN_FILE  a file with a bearer token    (FHIRKIT_TOKEN: the token)
  FHIRKIT_BASIC_FILE  a file with user:password     (FHIRKIT_BASIC: the same)

Exit codes: 0 nothing as bad as --fail-on, 1 findings as bad or worse, 2 wrong usage
or a file that cannot be read (the others are checked all the same).
"""
_FORMATS = ("text", "json", "ndjson", "operationoutcome", "sarif", "github")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the verb takes."""
    parser.usage = "fhirkit validate [options] FILE..."
    parser.description = _DESCRIPTION
    parser.epilog = _EPILOG
    add_bundles(parser, folders=True)
    _about_checks(parser)
    _about_output(parser)


def _about_checks(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "--strict",
        action="store_true",
        help="be as strict as the official validator: extensions nobody has defined are errors, "
        "and best practice is told",
    )
    add(
        "--ig",
        action="append",
        default=[],
        metavar="PACKAGE",
        help="check against the profiles of an implementation guide, too: a package as .tgz "
        "or unpacked in a folder; can be given several times",
    )
    add(
        "--server",
        metavar="URL",
        help="also ask a FHIR server to validate each resource (nothing is stored)",
    )
    add(
        "--ignore",
        metavar="FILE",
        help="leave out the findings this file names, each with a reason",
    )
    add(
        "--jobs",
        type=_jobs,
        default=1,
        metavar="N",
        help="check with N processes at a time (default: 1)",
    )


def _about_output(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "--format",
        choices=_FORMATS,
        default="text",
        help="text for people, json, ndjson: one finding a line, operationoutcome: one FHIR "
        "resource a line, sarif for code hosts and editors, github: annotations of a "
        "workflow (default: text)",
    )
    add(
        "--fail-on",
        choices=("error", "warning"),
        default="error",
        help="from which findings on the exit code is 1 (default: error)",
    )
    add(
        "--explain",
        action="store_true",
        help="text: also link, for each kind of finding, the part of the specification",
    )
    add("--quiet", action="store_true", help="text: leave out what has no findings")


def run(options: argparse.Namespace) -> int:
    """Runs the verb and gives its exit code."""
    ignores = None
    if options.ignore is not None:
        from fhirkit.cli.ignores import read_ignores

        ignores = read_ignores(options.ignore)
    tally = Tally()
    with _server(options.server) as ask:
        results = tally.counting(_results(options, ignores, ask))
        for line in _format(options)(results, tally):
            say(line)
    for entry in ignores.unused() if ignores is not None else ():
        notice(f"{options.ignore} line {entry.line}", f"no {entry.key} was found where it applies")
    if tally.unreadable:
        return 2
    return 1 if tally.reaches(Severity(options.fail_on)) else 0


def _results(
    options: argparse.Namespace, ignores: Ignores | None, ask: Ask | None
) -> Iterator[Checked]:
    rules = Rules(strict=options.strict, packages=tuple(options.ig))
    for given, issues in judged(read_inputs(options.files), rules, jobs=options.jobs):
        if ask is not None and not any(issue.severity is Severity.FATAL for issue in issues):
            issues = issues + given.placed(ask(given.data))
        if ignores is None or any(issue.key == UNREADABLE for issue in issues):
            yield Checked(given.name, tuple(issues))
        else:
            kept, gone = ignores.sift(given.file, issues)
            yield Checked(given.name, tuple(kept), gone)


def _server(url: str | None) -> AbstractContextManager[Ask | None]:
    if url is None:
        return nullcontext()
    from fhirkit.push.validation import server_validator

    return server_validator(url)


def _format(options: argparse.Namespace) -> Callable[..., Iterator[str]]:
    """The chosen format's function; the others are named, not loaded."""
    from functools import partial
    from importlib import import_module

    if options.format == "text":
        from fhirkit.cli.formats import text

        return partial(text.lines, quiet=options.quiet, explain=options.explain)
    module = {"json": "jsonform", "operationoutcome": "outcome"}.get(options.format, options.format)
    lines: Callable[..., Iterator[str]] = import_module(f"fhirkit.cli.formats.{module}").lines
    return lines


def _jobs(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:6]) <= 256:
        raise argparse.ArgumentTypeError("must be a whole number from 1 to 256")
    return int(text)
