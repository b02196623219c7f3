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

_DESCRIPTION = """\
Converts and validates the case narratives that come with fhirkit, starts the
embedded FHIR server on a free port, pushes the bundles, counts what the server
has, pushes them again and shows that nothing is doubled. Nothing is left running,
and nothing is left behind unless --keep says where. It needs the extra:
pip install 'fhirkit-cases[server]'
"""
_DATABASE = "demo.db"


@dataclass(frozen=True, slots=True)
class _Made:
    """A shipped case, converted: the bytes to push and how many resources of each type."""

    key: str
    data: bytes
    types: Counter[str]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the verb takes."""
    parser.usage = "fhirkit demo [options]"
    parser.description = _DESCRIPTION
    parser.add_argument(
        "--keep", metavar="DIR", help="keep the bundles and the server's database in this folder"
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
    _print_where(options.keep, folder)
    return _verdict(before, after, first.counts.get("created", 0))


def _convert() -> Sequence[_Made]:
    from fhirkit._cases import golden_cases
    from fhirkit.bundle import to_bundle, to_json
    from fhirkit.facts.read import extract
    from fhirkit.validate import validate

    made = []
    for case in golden_cases():
        read = extract(case.text)
        bundle = to_bundle(read)
        data = to_json(bundle).encode()
        issues = validate(data)
        if any(issue.is_error for issue in issues):
            raise ValidationFailed(f"the bundle of {case.key} has errors: fhirkit is broken here")
        types = Counter(entry["resource"]["resourceType"] for entry in bundle["entry"])
        warned = f", {len(issues)} warnings" if issues else ""
        say(f"{case.key}: {len(read.facts)} facts, {types.total()} resources, valid{warned}")
        made.append(_Made(case.key, data, types))
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


def _print_where(keep: str | None, folder: Path) -> None:
    if keep is None:
        say("\nTo look at it:  fhirkit demo --keep DIR")
        return
    say(f"\nThe bundles are in {folder}. To look at them on the server:")
    say(f"    fhirkit serve --database {folder / _DATABASE}")
    say("and open the /ui address it prints.")


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
