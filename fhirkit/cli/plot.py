"""``fhirkit plot``: the course of a case on one axis, as SVG or PNG."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fhirkit.cli.documents import each_document, mappings_folder, parts, patient_number
from fhirkit.cli.outputs import claim, notice, write_file
from fhirkit.cli.proposers import KEYS, add_proposer, reader
from fhirkit.errors import InputError, SettingsError
from fhirkit.narrative.source import STDIN

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from fhirkit.cli.proposers import Reader
    from fhirkit.facts.case import Case
    from fhirkit.narrative.source import Source

_DESCRIPTION = """\
Draws the course of a case on one axis: exposures as bars, stays and events as
marks, values told more than once as lines. Time is relative, in the author's
units, from the first dose of the suspected drug, or else from admission. What the
text gives an order but no distance stands apart, and the drawing says so; what has
no time is counted below it.

A FILE is a narrative, facts written by 'fhirkit extract', or a bundle with its
narrative inside. A text of several patients gives one drawing for each.
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
        help="a file that ends in .svg or .png, or a folder for one file per input",
    )
    add("--format", choices=_FORMATS, help="of what is drawn (default: by the file's name, or svg)")
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
    form, target = _format(options.target, options.format), options.target
    to_file = target is not None and Path(target).suffix.lower()[1:] in _FORMATS
    single = target is None or to_file
    if single and (len(options.files) > 1 or options.files[0].lower().endswith(".ndjson")):
        raise SettingsError("several inputs: name a folder with -o DIR")

    with reader(options.proposer, mappings_folder(options.mappings)) as read:

        def make(source: Source) -> dict[str, bytes]:
            case = _case(source, read)
            chosen = parts(case, options.patient, source.origin)
            if target is None and len(chosen) > 1:
                raise SettingsError(
                    f"{source.origin}: tells of {len(chosen)} patients: choose one with"
                    " --patient, or name a file with -o"
                )
            return {after: _drawn(part, form, source.origin) for after, part in chosen.items()}

        if to_file:
            _one(options.files[0], target, make)
        else:
            each_document(options.files, target, f".{form}", make)
    return 0


def _format(target: str | None, asked: str | None) -> str:
    """SVG or PNG, by what was asked for and by the name of the file."""
    named = Path(target).suffix.lower()[1:] if target is not None else ""
    if target is not None and named and named not in _FORMATS and not Path(target).is_dir():
        raise SettingsError(f"-o {target}: must end in .svg or .png, or be a folder")
    if asked is not None and named in _FORMATS and asked != named:
        raise SettingsError(f"-o {target} is no name for --format {asked}")
    return asked or (named if named in _FORMATS else _FORMATS[0])


def _one(file: str, target: str, make: Callable[[Source], dict[str, bytes]]) -> None:
    """Draws one input into the file that was named, or beside it where it tells of several."""
    made: dict[str, bytes] = {}

    def keep(source: Source) -> dict[str, bytes]:
        made.update(make(source))
        return {}

    each_document([file], None, "", keep)
    path = Path(target)
    for after, data in made.items():
        name = f"{path.stem}{after}{path.suffix}"
        claim({}, name, STDIN if file == STDIN else file, str(path.parent))
        write_file(path.with_name(name), data)


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


def _case(source: Source, read: Reader) -> Case:
    """The case of a narrative, of facts, or of the narrative in a bundle."""
    from fhirkit.facts.jsonform import from_dict

    if not source.text.lstrip().startswith("{"):
        return _told(read(source.text), source.origin)
    try:
        data = json.loads(source.text)
    except (ValueError, RecursionError):
        return _told(read(source.text), source.origin)
    if isinstance(data, dict) and data.get("resourceType") == "Bundle":
        return _in_bundle(source, data, read)
    try:
        return from_dict(data)
    except InputError as error:
        raise InputError(f"{source.origin}: {error}") from None


def _in_bundle(source: Source, bundle: dict[str, Any], read: Reader) -> Case:
    """What a bundle still says of the narrative inside it."""
    from fhirkit.report.given import of_bundle
    from fhirkit.report.subject import Way

    try:
        return of_bundle(source.name, bundle, source.text.encode(), Way(read=read)).case
    except InputError as error:
        raise InputError(f"{source.origin}: {error}") from None


def _told(case: Case, origin: str) -> Case:
    for message in case.notices:
        notice(origin, message)
    return case
