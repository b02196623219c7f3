"""``fhirkit report``: a page on which a clinician checks a case, and an index of many."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from fhirkit.cli.cases import Given, each_case, is_one
from fhirkit.cli.choices import CONFIG_KEYS, add_choices, choices
from fhirkit.cli.decisions import by_text, digest_of
from fhirkit.cli.documents import patient_number
from fhirkit.cli.outputs import claim, complain, make_folder, notice, say, write_file
from fhirkit.cli.pages import SUFFIX, Names
from fhirkit.cli.proposers import KEYS, add_proposer, reader
from fhirkit.errors import InputError, SettingsError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from fhirkit.report.subject import Subject, Way
    from fhirkit.report.summary import Summary
    from fhirkit.review.decisions import Decisions

_DESCRIPTION = """\
Writes a page for each case: the narrative beside the facts read from it, each with
its words, its code, its resource and the validator's findings. A clinician accepts,
rejects, corrects and adds facts there and saves that as a file of decisions, which
'fhirkit convert --decisions' applies. A page is one file that needs no network and
loads nothing; several cases also get an index that sorts and filters.

A FILE is a narrative, facts written by 'fhirkit extract', or a bundle with its
narrative inside; what of a bundle is not read from that narrative is marked. A
folder stands for every .txt, .json and .ndjson file below it.

Decisions that lie beside a page, as NAME.decisions.json, are shown on it.
"""
_DECISIONS = ".decisions.json"
_INDEX = "index.html"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the verb takes."""
    parser.usage = "fhirkit report [options] FILE... -o CASE.html|DIR"
    parser.description = _DESCRIPTION
    parser.epilog = f"{CONFIG_KEYS}\n{KEYS}"
    add = parser.add_argument
    add(
        "files",
        nargs="+",
        metavar="FILE",
        help="what to show; a folder of it; '-' for standard input; a .ndjson file with one on "
        "each line",
    )
    add(
        "-o",
        dest="target",
        metavar="PATH",
        help="where to write: a file that ends in .html, for one case, or a folder",
    )
    add(
        "--decisions",
        action="append",
        metavar="FILE",
        help="show what a reviewer decided, as saved from the page: a file, or a folder of "
        "*.decisions.json; may be given several times, each file goes to the text it was made on",
    )
    add(
        "--patient",
        type=patient_number,
        metavar="N",
        help="only the patient with this number, of texts that tell of several (1 is the first)",
    )
    add("--mappings", metavar="DIR", help="lay your own mapping files over the ones shipped")
    add_proposer(parser)
    add_choices(parser, ("seriousness",))


def run(options: argparse.Namespace) -> int:
    """Runs the verb and gives its exit code."""
    from fhirkit.report.subject import Way

    target = options.target
    if target is None:
        raise SettingsError("say where to write: -o CASE.html for one case, -o DIR for several")
    to_file = target.lower().endswith(SUFFIX) and not Path(target).is_dir()
    if to_file and not is_one(options.files):
        raise SettingsError(f"-o {target}: several cases: name a folder")
    settings, folder = choices(options)
    decided = _Decided(options.decisions or ())
    with reader(options.proposer, folder) as read:
        way = Way(settings, folder, read, options.patient)
        write = _one if to_file else _many
        return write(options.files, target, way, decided)


def _one(files: list[str], target: str, way: Way, decided: _Decided) -> int:
    """Writes the page of the only case."""
    from fhirkit.report.page import page

    given = next(each_case(files))
    path = Path(target)
    claim({}, path.name, given.origin, str(path.parent))
    subject = decided.on(_subject(given, way), path, given.origin)
    decided.check_used()
    write_file(path, page(subject).encode())
    say(target)
    return 0


def _many(files: list[str], target: str, way: Way, decided: _Decided) -> int:
    """Writes the pages of all cases, and their index. 1 if some, 2 if the only one, is left out."""
    from fhirkit.report.index import index
    from fhirkit.report.page import page
    from fhirkit.report.summary import summary

    rows: list[tuple[str, Summary]] = []
    names, failed = Names(), 0
    for given in each_case(files):
        try:
            if _is_passed_over(given):
                continue
            subject = _subject(given, way)
        except InputError as error:
            failed += 1
            complain(str(error))
            continue
        folder = make_folder(target)
        name = names.give(given.stem)
        claim({}, name, given.origin, target)
        subject = decided.on(subject, folder / name, given.origin)
        write_file(folder / name, page(subject, index=_INDEX).encode())
        rows.append((name, summary(subject)))
    if rows:
        write_file(Path(target) / _INDEX, index(rows).encode())
        say(str(Path(target) / _INDEX))
    try:
        decided.check_used()
    except InputError as error:
        failed += 1
        complain(str(error))
    if not rows:
        return 2
    return 1 if failed else 0


def _is_passed_over(given: Given) -> bool:
    """Whether it is a file of decisions that nobody named."""
    from fhirkit.report.inputs import is_decisions

    return given.is_found and isinstance(given.content, bytes) and is_decisions(given.content)


def _subject(given: Given, way: Way) -> Subject:
    """What the page of a document shows. Raises InputError for what is none."""
    from fhirkit.report.inputs import subject

    if given.problem is not None:
        raise given.problem
    made = subject(given.name, given.content, given.origin, way)
    for message in made.case.notices:
        notice(given.origin, message)
    return made


class _Decided:
    """Files of decisions: those that were named, and those that lie beside a page."""

    def __init__(self, paths: Sequence[str]) -> None:
        self._decisions = by_text(paths)
        self._unused = {
            digest: path for digest, (path, _) in self._decisions.items() if path in paths
        }

    def on(self, subject: Subject, page: Path, origin: str) -> Subject:
        """``subject`` with what was decided on it."""
        digest = digest_of(subject.case.text)
        self._unused.pop(digest, None)
        if digest in self._decisions:
            return replace(subject, decisions=self._decisions[digest][1])
        # As the page itself names them, and after the page.
        for name in dict.fromkeys((subject.name, page.stem)):
            path = page.with_name(name.replace("/", "_").replace("\\", "_") + _DECISIONS)
            found = _beside(path, digest, origin)
            if found is not None:
                return replace(subject, decisions=found)
        return subject

    def check_used(self) -> None:
        """Raises InputError for a file that was named and is of none of the texts."""
        for path in self._unused.values():
            raise InputError(
                f"{path}: these decisions were made on none of the texts given: name the text that "
                "was reviewed, as it was"
            )


def _beside(path: Path, digest: str, origin: str) -> Decisions | None:
    """The decisions that lie beside a page, if they are on its text."""
    from fhirkit.review.jsonform import read_decisions

    try:
        found = read_decisions(path.read_bytes())
    except (OSError, ValueError):
        return None
    except InputError as error:
        notice(origin, f"{path} lies beside the page and is not used: {error}")
        return None
    if found.sha256 != digest:
        notice(origin, f"{path} lies beside the page and is not used: it is on another text")
        return None
    notice(origin, f"shown with the decisions of {path}")
    return found
