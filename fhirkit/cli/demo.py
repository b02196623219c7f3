"""``fhirkit demo``: the whole path, from shipped narratives to a server and back."""

from __future__ import annotations

import tempfile
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fhirkit.cli.outputs import make_folder, say, write_file
from fhirkit.errors import FhirkitError, ValidationFailed

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from fhirkit.report.subject import Subject

_DESCRIPTION = """\
Converts and validates the case narratives that come with fhirkit, starts the
embedded FHIR server on a free port, pushes the bundles, counts what the server
has, pushes them again and shows that nothing is doubled. Nothing is left running.
What stays is a page for each case, on which a person can check it: in a new folder
for temporary files, or where --keep says. It needs the extra:
pip install 'fhirkit-cases[server]'
"""
_DATABASE = "demo.db"
_INDEX = "index.html"


@dataclass(frozen=True, slots=True)
class _Made:
    """A shipped case, converted: the bytes to push, how many resources of each type."""

    subject: Subject
    data: bytes
    types: Counter[str]

    @property
    def key(self) -> str:
        """The name of the case."""
        return self.subject.name


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the verb takes."""
    parser.usage = "fhirkit demo [options]"
    parser.description = _DESCRIPTION
    parser.add_argument(
        "--keep",
        metavar="DIR",
        help="keep the pages, the bundles and the server's database in this folder",
    )


def run(options: argparse.Namespace) -> int:
    """Runs the verb and gives its exit code."""
    from fhirkit.push import Client
    from fhirkit.serve import running

    made = _convert()
    with _folder(options.keep) as folder:
        for case in made:
            if options.keep:
                write_file(folder / f"{case.key}.json", case.data)
        types = sorted({kind for case in made for kind in case.types})
        bundles = [case.data for case in made]
        with running(folder / _DATABASE) as server, Client(server.base) as client:
            say(f"\nserver: {server.base}")
            first = client.push(bundles)
            first.raise_for_failure()
            say(f"first push:  {_counted(first.counts)}")
            before = client.count(types)
            second = client.push(bundles)
            second.raise_for_failure()
            say(f"second push: {_counted(second.counts)}")
            after = client.count(types)
    _print_counts(before, after)
    _write_pages(made, options.keep)
    if options.keep:
        _print_where(folder)
    return _verdict(before, after, first.counts.get("created", 0))


def _convert() -> Sequence[_Made]:
    from fhirkit._cases import golden_cases
    from fhirkit.bundle import to_json
    from fhirkit.report.subject import of_text

    made = []
    for case in golden_cases():
        subject = of_text(case.key, case.text)
        if any(issue.is_error for issue in subject.issues):
            raise ValidationFailed(f"the bundle of {case.key} has errors: fhirkit is broken here")
        entries = subject.bundle["entry"]
        types = Counter(entry["resource"]["resourceType"] for entry in entries)
        warned = f", {len(subject.issues)} warnings" if subject.issues else ""
        say(
            f"{case.key}: {len(subject.case.facts)} facts, {types.total()} resources, valid{warned}"
        )
        data = to_json(subject.bundle).encode()
        made.append(_Made(subject, data, types))
    if not made:
        raise FhirkitError("no cases were installed with fhirkit: install it again")
    return made


@contextmanager
def _folder(keep: str | None) -> Iterator[Path]:
    if keep is not None:
        folder = make_folder(keep)
        # An old database would hold resources of another run.
        for old in (_DATABASE, f"{_DATABASE}-wal", f"{_DATABASE}-shm"):
            (folder / old).unlink(missing_ok=True)
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="fhirkit-demo-") as folder_name:
        yield Path(folder_name)


def _print_counts(before: dict[str, int], after: dict[str, int]) -> None:
    width = max(map(len, before))
    say(f"\n{'on the server':<{width}}  1st push  2nd push")
    for kind, number in before.items():
        say(f"{kind:<{width}}  {number:>8}  {after[kind]:>8}")
    say(f"{'together':<{width}}  {sum(before.values()):>8}  {sum(after.values()):>8}")


def _write_pages(made: Sequence[_Made], keep: str | None) -> None:
    from fhirkit.report.index import index
    from fhirkit.report.page import page
    from fhirkit.report.summary import summary

    folder = make_folder(keep or tempfile.mkdtemp(prefix="fhirkit-demo-pages-"))
    rows = []
    for case in made:
        name = f"{case.key}.html"
        write_file(folder / name, page(case.subject, index=_INDEX).encode())
        rows.append((name, summary(case.subject)))
    write_file(folder / _INDEX, index(rows).encode())
    say("\nA page for each case, to be opened in a browser, and one that lists them.")
    say(f"Look at: {folder / _INDEX}")
    if not keep:
        say("They stay there until you delete that folder. Nothing else was left behind.")


def _print_where(folder: Path) -> None:
    say(f"\nThe bundles are in {folder}, too. To look at them on the server:")
    say(f"    fhirkit serve --database {folder / _DATABASE}")
    say("and open the /cases or the /ui address it prints.")


def _verdict(before: dict[str, int], after: dict[str, int], created: int) -> int:
    if before != after:
        say("\nFAILED: the second push changed what is on the server")
        return 1
    if sum(before.values()) != created:
        say(f"\nFAILED: {created} resources were created, and the server counts others")
        return 1
    say("\nThe second push changed nothing.")
    return 0


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{number} {outcome}" for outcome, number in counts.items())
