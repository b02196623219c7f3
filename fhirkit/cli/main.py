"""The command line: finds the verb, runs it, and turns every error into one line.

Exit codes: 0 fine, 1 findings or failures, 2 wrong usage or input that cannot be read, 130
stopped by Ctrl-C.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING, NoReturn, TextIO

from fhirkit import __version__
from fhirkit.cli.outputs import complain
from fhirkit.errors import FhirkitError, InputError, MappingError, OutputError, SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

OK, FAILED, USAGE, INTERRUPTED = 0, 1, 2, 130

_VERBS = {
    "extract": "facts of a narrative, each with the words it was read from",
    "convert": "FHIR R4 bundles from narratives",
    "validate": "check FHIR R4 bundles and resources",
    "report": "a page on which a clinician checks a case, and an index of many",
    "plot": "the course of a case on one axis, as SVG or PNG",
    "push": "send bundles to a FHIR server",
    "runs": "list what was pushed where",
    "undo": "take back what a push created",
    "check-server": "what a FHIR server can do for a push",
    "serve": "run the embedded FHIR server on this machine",
    "demo": "show the whole path with the cases that come with fhirkit",
}
_DESCRIPTION = """\
Turns clinical case narratives into FHIR R4.

    fhirkit convert case.txt > bundle.json
    fhirkit report case.txt -o case.html
    fhirkit validate bundle.json
    fhirkit push bundle.json --to https://server/fhir
"""
_EPILOG = """\
'fhirkit COMMAND --help' explains a command. Exit codes: 0 fine, 1 findings or
failures, 2 wrong usage or input that cannot be read. With FHIRKIT_DEBUG=1 an
error shows where in the code it arose.
"""


class Formatter(argparse.RawDescriptionHelpFormatter):
    """Help of one width on every terminal, so that the pages in docs/ stay true."""

    def __init__(self, prog: str, **options: object) -> None:
        del options
        super().__init__(prog, max_help_position=26, width=80)


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, like every other error."""

    def error(self, message: str) -> NoReturn:
        """Ends the program with code 2."""
        complain(f"{message} (see {self.prog} --help)")
        raise SystemExit(USAGE)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command with these arguments and gives its exit code."""
    _write_utf8()
    try:
        try:
            code = _dispatch(arguments)
        except SystemExit as asked:  # --help, --version, wrong usage
            code = asked.code if isinstance(asked.code, int) else OK
        _flush()
    except BrokenPipeError:
        _give_up(sys.stdout)
        return FAILED
    except KeyboardInterrupt:
        _give_up(sys.stdout)
        return INTERRUPTED
    except FhirkitError as error:
        return _failed(error)
    except Exception as error:  # noqa: BLE001 - a fault of ours: its words may be a patient's
        return _broken(error)
    return code


def _dispatch(arguments: Sequence[str] | None) -> int:
    given = list(sys.argv[1:] if arguments is None else arguments)
    options = _parser(given).parse_args(given)
    run: Callable[[argparse.Namespace], int] = options.run
    return run(options)


def _parser(given: Sequence[str]) -> Parser:
    parser = Parser(
        prog="fhirkit",
        usage="fhirkit COMMAND ...",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=Formatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"fhirkit {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for verb, summary in _VERBS.items():
        command = commands.add_parser(
            verb,
            prog=f"fhirkit {verb}",
            help=summary,
            formatter_class=Formatter,
            allow_abbrev=False,
        )
        if verb in given:  # the other verbs are named, not loaded
            module = import_module(f"fhirkit.cli.{verb.replace('-', '_')}")
            module.add_arguments(command)
            command.set_defaults(run=module.run)
    return parser


def _write_utf8() -> None:
    """Output is UTF-8 with plain line ends, whatever the terminal or the environment says."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")


def _flush() -> None:
    """Writes what is left now: at the end of the program an error would be too late to tell."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        _give_up(sys.stdout)
        raise OutputError(f"standard output: {error.strerror}") from None


def _give_up(stream: TextIO) -> None:
    """Lets what is still to be written go nowhere, so that the end of the program is quiet."""
    try:
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, stream.fileno())
        os.close(nothing)
    except (OSError, ValueError, AttributeError):
        pass


def _failed(error: FhirkitError) -> int:
    _show_traceback()
    complain(str(error))
    wrong_usage = isinstance(error, InputError | MappingError | SettingsError)
    return USAGE if wrong_usage else FAILED


def _broken(error: Exception) -> int:
    """An error nobody foresaw: its kind and place, but not its words."""
    _show_traceback()
    place, trace = "", error.__traceback__
    while trace is not None:
        name = os.path.basename(trace.tb_frame.f_code.co_filename)  # noqa: PTH119 - a name, not a file
        place, trace = f"{name}:{trace.tb_lineno}", trace.tb_next
    complain(
        f"this is a fault in fhirkit: {type(error).__name__} at {place}; "
        "please report it (FHIRKIT_DEBUG=1 shows more)"
    )
    return FAILED


def _show_traceback() -> None:
    if os.environ.get("FHIRKIT_DEBUG") == "1":
        import traceback

        traceback.print_exc()
