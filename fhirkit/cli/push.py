"""``fhirkit push``: bundles to a FHIR server, and what it did with them."""

from __future__ import annotations

import argparse
import sys
import time
from contextlib import closing, contextmanager, nullcontext
from itertools import chain
from typing import TYPE_CHECKING

from fhirkit.cli.bundles import UNREADABLE, Input, add_bundles, count_inputs, read_inputs
from fhirkit.cli.jobs import Rules, judged
from fhirkit.cli.outputs import notice, remark
from fhirkit.cli.servers import (
    CREDENTIALS,
    add_how,
    add_journal,
    add_server,
    client_of,
    journal_path,
    names_of_types,
    server_of,
    whole_number,
)
from fhirkit.errors import FhirkitError, OutputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fhirkit.cli.deliveries import Told
    from fhirkit.cli.progress import Progress
    from fhirkit.issues import Issue
    from fhirkit.push import Client
    from fhirkit.push.config import Server
    from fhirkit.push.pump import Given
    from fhirkit.push.report import BundleReport

_DESCRIPTION = """\
Sends bundles to a FHIR R4 server so that each of their resources is there once,
whatever happens on the way, and tells what became of them. Every entry is
conditional, requests are repeated where that is right, a journal is kept, and
the same command again goes on where the last one stopped (docs/pushing.md).

What is told of a bundle: landed, altered (with --verify: stored otherwise than it
was sent), partly landed, refused, in doubt, not sent. Bundles are validated
first, as by 'fhirkit validate'; one with errors is not sent.
"""
_EPILOG = (
    CREDENTIALS
    + """
Exit codes: 0 everything landed, 1 something did not, 2 wrong usage or input that
cannot be read, 130 stopped by Ctrl-C.
"""
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the verb takes."""
    parser.usage = "fhirkit push [options] FILE... --to URL|NAME"
    parser.description = _DESCRIPTION
    parser.epilog = _EPILOG
    add_bundles(parser, folders=True)
    add_server(parser)
    _about_sending(parser)
    add_how(parser)
    add_journal(parser)
    _about_output(parser)


def _about_sending(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "--on-existing",
        choices=("keep", "update"),
        help="what becomes of a resource the server has under the same key: it stays as it is, or "
        "it is overwritten (default: keep)",
    )
    add(
        "--unsupported",
        choices=("refuse", "skip", "document"),
        help="what becomes of types the server does not take: the bundle is refused, they are left "
        "out, or they travel within the DocumentReference (default: refuse)",
    )
    add(
        "--takes",
        type=names_of_types,
        metavar="TYPE[,TYPE]",
        help="send these types whatever the server's statement says",
    )
    add(
        "--mode",
        choices=("transaction", "batch", "single"),
        help="how to send (default: what the server's statement declares)",
    )
    add(
        "--max-entries",
        type=whole_number,
        metavar="N",
        help="at most N entries in one request (default: what is known of the server)",
    )
    add(
        "--max-bytes",
        type=whole_number,
        metavar="N",
        help="at most N bytes of resources in one request",
    )
    add(
        "--workers",
        type=whole_number,
        metavar="N",
        help="send N bundles at a time (default: 4)",
    )
    add(
        "--verify",
        action=argparse.BooleanOptionalAction,
        help="read back what landed, and compare it with what was sent",
    )
    add(
        "--validate",
        action=argparse.BooleanOptionalAction,
        help="look at bundles first, and send none with errors (default: --validate)",
    )
    add("--fresh", action="store_true", help="start anew: resume no unfinished push")
    add("--dry-run", action="store_true", help="print how it would be sent, and send nothing")


def _about_output(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "--format",
        choices=("text", "json"),
        default="text",
        help="of the report (default: text)",
    )
    add("--verbose", action="store_true", help="text: also tell of what landed")
    add("--quiet", action="store_true", help="no progress on the terminal")


def run(options: argparse.Namespace) -> int:
    """Runs the verb and gives its exit code."""
    from fhirkit.cli.progress import Progress

    server = server_of(options)
    inputs = _begun(read_inputs(options.files))
    journal = None if options.dry_run else journal_path(options, server)
    stream = None if options.quiet or options.dry_run else sys.stderr
    with Progress(stream, clock=time.monotonic) as progress:
        if progress.seen:
            progress.expect(count_inputs(options.files))

        def tell(message: str) -> None:
            with progress.aside():
                remark(message)

        with client_of(options, server, journal=journal, tell=tell) as client:
            source = _Source(inputs, validate=_validates(options, server))
            if options.dry_run:
                return _plan(options, client, source)
            return _push(options, client, source, progress)


def _validates(options: argparse.Namespace, server: Server) -> bool:
    if options.validate is not None:
        return bool(options.validate)
    return bool(server.options.get("validate", True))


def _plan(options: argparse.Namespace, client: Client, source: _Source) -> int:
    import json

    from fhirkit.cli.outputs import say

    plan = client.plan_named(source)
    if options.format == "json":
        say(json.dumps(plan.to_dict(), ensure_ascii=False, indent=2))
    else:
        say(plan.to_text())
        say("\nNothing was sent (--dry-run).")
    if source.unreadable:
        return 2
    return 1 if plan.problems else 0


def _push(options: argparse.Namespace, client: Client, source: _Source, progress: Progress) -> int:
    from fhirkit.cli.deliveries import told_as

    began = time.monotonic()
    told = told_as(options.format, client.base, verbose=options.verbose)
    runs: list[int] = []

    def begin(run: int) -> None:
        runs.append(run)
        told.begin(run)

    reports = client.deliver(
        source, inputs=_inputs(options.files), fresh=options.fresh, begun=begin
    )
    with _told_whole(told, progress, client, runs), closing(reports):
        for report in reports:
            with progress.aside() if told.speaks_of(report) else nullcontext():
                told.bundle(report)
            progress.finished(report.state)
    progress.close()
    seconds = time.monotonic() - began
    told.end(client.statistics.summary(seconds, workers=client.options.workers))
    return _verdict(client.base, source, told, runs[0])


def _verdict(base: str, source: _Source, told: Told, run: int) -> int:
    if told.missing:
        as_sent = " as they were sent" if told.altered else ""
        notice(
            base,
            f"{told.missing} of {told.bundles} bundles did not land{as_sent}: the same command "
            f"again tries them once more, fhirkit undo {run} takes back what did",
        )
    if source.unreadable:
        return 2
    return 1 if told.missing else 0


@contextmanager
def _told_whole(told: Told, progress: Progress, client: Client, runs: list[int]) -> Iterator[None]:
    """What was told is made whole if the push ends early; on Ctrl-C it says how things stand."""
    try:
        yield
    except OutputError:
        raise  # there is nowhere to tell it
    except KeyboardInterrupt:
        progress.close()
        remark(_standing(told, client, runs))
        told.stop()
        raise
    except FhirkitError:
        told.stop()
        raise


def _standing(told: Told, client: Client, runs: list[int]) -> str:
    """What has become of the run, with what was on its way when it was stopped."""
    text = f"stopped after {told.bundles} bundles"
    if not runs:
        return text
    noted = client.journal.find(runs[0])
    return (
        f"{text}; of run {noted.id}, {noted.landed} landed and {noted.doubtful} are in doubt: the "
        f"same command again goes on, fhirkit undo {noted.id} takes it back"
    )


def _inputs(files: list[str]) -> str:
    """What the command was given, by which it is known again wherever it is called from."""
    from pathlib import Path

    from fhirkit.narrative.source import STDIN

    return "\n".join(path if path == STDIN else str(Path(path).absolute()) for path in files)


def _begun(inputs: Iterator[Input]) -> Iterator[Input]:
    """The same inputs: a path that leads nowhere is told before the server is asked anything."""
    first = next(inputs, None)
    return chain([first] if first is not None else [], inputs)


class _Source:
    """The bundles to send, each with its name; in place of one with errors, what is said of it."""

    def __init__(self, inputs: Iterable[Input], *, validate: bool) -> None:
        self.unreadable = False
        self._inputs = inputs
        self._validate = validate

    def __iter__(self) -> Iterator[Given]:
        for given, issues in self._looked_at():
            wrong = [issue for issue in issues if issue.is_error]
            self.unreadable = self.unreadable or any(one.key == UNREADABLE for one in wrong)
            yield given.name, _refusal(given, wrong) if wrong else given.data

    def _looked_at(self) -> Iterator[tuple[Input, list[Issue]]]:
        if self._validate:
            yield from judged(self._inputs, Rules(), jobs=1)
            return
        for given in self._inputs:
            yield given, given.placed([given.problem] if given.problem is not None else [])


def _refusal(given: Input, wrong: list[Issue]) -> BundleReport:
    from fhirkit.push.report import BundleReport, State

    first = wrong[0]
    where = f" at {first.where}" if first.where else ""
    number = f"{len(wrong)} errors, the first" if len(wrong) > 1 else "an error"
    return BundleReport(
        name=given.name,
        state=State.NOT_SENT,
        message=f"{number}{where}: {first.message}",
    )
