"""``fhirkit plot``: the course of a case on one axis, as SVG or PNG."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from fhirkit.cli.cases import each_case, is_one
from fhirkit.cli.documents import mappings_folder, parts, patient_number
from fhirkit.cli.outputs import claim, file_name, make_folder, notice, write_file, write_out
from fhirkit.cli.proposers import KEYS, add_proposer, reader
from fhirkit.errors import SettingsError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from fhirkit.cli.cases import Given
    from fhirkit.facts.case import Case
    from fhirkit.report.subject import Way

_DESCRIPTION = """\
Draws the course of a case on one axis: exposures as bars, stays and events as
marks, values told more than once as lines. Time is relative, in the author's
units, from the first dose of the suspected drug, or else from admission. What the
text gives an order but no distance stands apart, and the drawing says so; what has
no time is counted below it.

A FILE is a narrative, facts written by 'fhirkit extract', or a bundle with its
narrative inside; or a folder of them. A text of several patients gives one drawing
for each: NAME-1.svg, NAME-2.svg and so on.
"""
_FORMATS = ("svg", "png")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the verb takes."""
    parser.usage = "fhirkit plot [options] FILE..."
    parser.description = _DESCRIPTION
    parser.epilog = KEYS
    add = parser.add_argument
    add("files", nargs="+", metavar="FILE", help="what to draw; '-' for standard input")
    add(
        "-o",
        dest="target",
        metavar="NAME",
        help="a file that ends in .svg or .png, or a folder for one file per input "
        "(default: standard output)",
    )
    add("--format", choices=_FORMATS, help="of the picture (default: by the file's name, or svg)")
    add(
        "--patient",
        type=patient_number,
        metavar="N",
        help="only the patient with this number, of texts that tell of several (1 is the first)",
    )
    add("--mappings", metavar="DIR", help="lay your own mapping files over the ones shipped")
    add_proposer(parser)


def run(options: argparse.Namespace) -> int:
    """Runs the verb and gives its exit code."""
    from fhirkit.report.subject import Way

    target: str | None = options.target
    form = _format(target, options.format)
    write = _writer(target, form)
    if (target is None or _suffix(target)) and not is_one(options.files):
        raise SettingsError("several inputs: name a folder with -o DIR")
    folder = mappings_folder(options.mappings)
    with reader(options.proposer, folder) as read:
        way = Way(mappings=folder, read=read)
        for given in each_case(options.files):
            if _is_passed_over(given):
                continue
            chosen = parts(_case(given, way), options.patient, given.origin)
            if target is None and len(chosen) > 1:
                raise SettingsError(
                    f"{given.origin}: tells of {len(chosen)} patients: choose one with"
                    " --patient, or name a file with -o"
                )
            for after, part in chosen.items():
                write(given, after, _drawn(part, form, given.origin))
    return 0


def _suffix(target: str) -> str:
    """What a file's name says of its format; empty for a folder."""
    return "" if Path(target).is_dir() else Path(target).suffix.lower()[1:]


def _format(target: str | None, asked: str | None) -> str:
    """SVG or PNG, by what was asked for and by the name of the file."""
    named = _suffix(target) if target is not None else ""
    if named and named not in _FORMATS:
        raise SettingsError(f"-o {target}: must end in .svg or .png, or be a folder")
    if asked and named and asked != named:
        raise SettingsError(f"-o {target} is no name for --format {asked}")
    return asked or named or _FORMATS[0]


def _writer(target: str | None, form: str) -> Callable[[Given, str, bytes], None]:
    """What takes each drawing, with its input and what its name has after that."""
    taken: dict[str, str] = {}
    if target is None:
        return lambda _given, _after, data: write_out(data)
    path = Path(target)

    def into_folder(given: Given, after: str, data: bytes) -> None:
        name = file_name(given.stem + after, f".{form}", given.origin)
        claim(taken, name, f"{given.origin}{after}", target)
        write_file(make_folder(target) / name, data)

    def into_file(given: Given, after: str, data: bytes) -> None:
        name = f"{path.stem}{after}{path.suffix}"
        claim({}, name, given.origin, str(path.parent))
        write_file(path.with_name(name), data)

    return into_file if _suffix(target) else into_folder


def _is_passed_over(given: Given) -> bool:
    """Whether it is a file of decisions that nobody named."""
    from fhirkit.report.inputs import is_decisions

    return given.is_found and isinstance(given.content, bytes) and is_decisions(given.content)


def _case(given: Given, way: Way) -> Case:
    """The case of a document. Raises InputError for what is none."""
    from fhirkit.report.inputs import subject

    if given.problem is not None:
        raise given.problem
    case = subject(given.name, given.content, given.origin, way).case
    for message in case.notices:
        notice(given.origin, message)
    return case


def _drawn(case: Case, form: str, origin: str) -> bytes:
    """The drawing of one patient's course."""
    from fhirkit.report.timeline import draw, timeline

    course = timeline(case)
    if not course.items:
        notice(origin, "nothing in it has a time: the drawing only says so")
    svg = draw(course, standalone=True)
    if form == "png":
        from fhirkit.cli.raster import png

        return png(svg)
    return (svg + "\n").encode()
