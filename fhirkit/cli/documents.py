"""What ``extract`` and ``convert`` have in common: narratives in, one document each out."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from fhirkit.cli.outputs import (
    check_names,
    claim,
    file_name,
    make_folder,
    write_file,
    write_out,
)
from fhirkit.errors import InputError, SettingsError
from fhirkit.narrative.source import STDIN, check_paths, read_documents

if TYPE_CHECKING:
    from collections.abc import Callable

    from fhirkit.facts.case import Case
    from fhirkit.narrative.source import Source


def add_documents(parser: argparse.ArgumentParser, *, nargs: str = "+") -> None:
    """The arguments that say what to read and where to write."""
    parser.add_argument(
        "files",
        nargs=nargs,
        metavar="FILE",
        help="a narrative as UTF-8 text; '-' for standard input; a .ndjson file with "
        '"id" and "text" on each line',
    )
    parser.add_argument("-o", dest="folder", metavar="DIR", help="write one file per input here")
    parser.add_argument(
        "--patient",
        type=patient_number,
        metavar="N",
        help="only the patient with this number, of texts that tell of several (1 is the first)",
    )
    parser.add_argument(
        "--mappings", metavar="DIR", help="lay your own mapping files over the ones shipped"
    )


def patient_number(text: str) -> int:
    """The number of a patient, as an option gives it."""
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError("must be a whole number from 1")
    return int(text)


def parts(case: Case, number: int | None, origin: str) -> dict[str, Case]:
    """The cases to make documents of, each by what its file's name has after the input's.

    One for each patient, or for the one with ``number``; InputError if the text has none such.
    A text of one patient, or of none, is one case, with nothing after the name.
    """
    found = case.by_patient()
    if number is not None and number not in found:
        there = ", ".join(map(str, found)) or "none"
        raise InputError(f"{origin}: has no patient {number} (patients told of: {there})")
    if all(fact.patient is None for fact in case.facts):
        return {"": case}
    return {f"-{n}": part for n, part in found.items() if number in (None, n)}


def mappings_folder(given: str | None) -> Path | None:
    """The folder of a site's own mappings. Raises SettingsError if it is none."""
    if given is None:
        return None
    if not Path(given).is_dir():
        raise SettingsError(f"--mappings {given}: no such folder")
    return Path(given)


def is_stream(options: argparse.Namespace) -> bool:
    """Whether several documents go to standard output, so that each must be a single line."""
    files: list[str] = options.files
    return options.folder is None and (
        len(files) > 1 or any(file.lower().endswith(".ndjson") for file in files)
    )


def each_document(
    files: list[str], folder: str | None, suffix: str, make: Callable[[Source], dict[str, bytes]]
) -> None:
    """Reads every input and writes what ``make`` gives for it, one after the other.

    ``make`` gives documents by what their files' names have after that of the input. Raises InputError, SettingsError or OutputError at the first that fails; files already
    written stay, each of them whole.
    """
    if files.count(STDIN) > 1:
        raise InputError("'-' can be given once: standard input is read once")
    check_paths(files)
    stdin = sys.stdin.buffer if sys.stdin is not None else None
    if folder is None:
        for source in read_documents(files, stdin):
            for data in make(source).values():
                write_out(data)
        return
    taken = check_names(files, folder, suffix)
    target = make_folder(folder)
    for source in read_documents(files, stdin):
        for after, data in make(source).items():
            name = file_name(source.name + after, suffix, source.origin)
            claim(taken, name, source.origin, folder)
            write_file(target / name, data)
