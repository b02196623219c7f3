"""``fhirkit extract``: facts of narratives as JSON or as a table."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from fhirkit.cli.decisions import Reviewed, add_decisions
from fhirkit.cli.documents import (
    add_documents,
    each_document,
    is_stream,
    mappings_folder,
    parts,
)
from fhirkit.cli.outputs import notice, write_out
from fhirkit.cli.proposers import KEYS, add_proposer, reader
from fhirkit.errors import SettingsError

if TYPE_CHECKING:
    import argparse

    from fhirkit.facts.case import Case
    from fhirkit.narrative.source import Source

_DESCRIPTION = """\
Reads clinical narratives and writes their facts: patient, conditions, symptoms,
medications, observations, procedures, reports, encounters and adverse events.
Every fact, and every value in it, has the words it was read from and where they
stand (half-open ranges of characters, counted from 0).

One input gives one JSON document; several, or an .ndjson file, give one line of
JSON each. Where a text tells of several patients, each fact has the number of
its patient: the text's own ("Case 4" is 4), or from 1 as they come.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the verb takes."""
    parser.usage = "fhirkit extract [options] FILE..."
    parser.description = _DESCRIPTION
    parser.epilog = KEYS
    add_documents(parser, nargs="*")
    add_proposer(parser)
    add_decisions(parser)
    parser.add_argument(
        "--format",
        choices=("json", "text"),
        default="json",
        help="json, or text: a table for people (default: json)",
    )
    parser.add_argument(
        "--explain",
        action="store_true",
        help="also tell by which rule each fact was made, and what was left out and why",
    )
    parser.add_argument(
        "--schema", action="store_true", help="print the JSON Schema of the output and stop"
    )


def run(options: argparse.Namespace) -> int:
    """Runs the verb and gives its exit code."""
    from fhirkit.facts.jsonform import schema, to_dict

    if options.schema:
        write_out(_json(schema(), indent=2))
        return 0
    if not options.files:
        raise SettingsError("name a FILE to read, or '-' for standard input")
    mappings = mappings_folder(options.mappings)
    reviewed = Reviewed(options.decisions, options.files, mappings)
    as_text, stream = options.format == "text", is_stream(options)

    def make(source: Source) -> dict[str, bytes]:
        case = reviewed.decided(source, read(source.text, explain=options.explain))
        for message in case.notices:
            notice(source.origin, message)
        if options.patient is None:
            return {"": write(source, case)}
        chosen = parts(case, options.patient, source.origin)
        return {after: write(source, part) for after, part in chosen.items()}

    def write(source: Source, case: Case) -> bytes:
        if as_text:
            from fhirkit.facts.table import render

            heading, end = (f"== {source.origin}\n", "\n") if stream else ("", "")
            return (heading + render(case, explain=options.explain) + end).encode(
                "utf-8", "backslashreplace"
            )
        return _json(to_dict(case), indent=None if stream else 2)

    with reader(options.proposer, mappings) as read:
        each_document(options.files, options.folder, ".txt" if as_text else ".json", make)
    return reviewed.told()


def _json(value: object, indent: int | None) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=indent) + "\n").encode()
