"""``fhirkit convert``: FHIR R4 bundles from narratives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fhirkit.cli.checked import Checked
from fhirkit.cli.choices import CONFIG_KEYS, add_choices, choices
from fhirkit.cli.decisions import Reviewed, add_decisions
from fhirkit.cli.documents import add_documents, each_document, is_stream, parts
from fhirkit.cli.outputs import notice
from fhirkit.cli.proposers import KEYS, add_proposer, reader

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

    from fhirkit.narrative.source import Source

_DESCRIPTION = """\
Reads clinical narratives and writes a FHIR R4 bundle for each: one resource per
fact, each with the place in the text it was read from. The same text and
settings give the same bytes, and every entry is conditional: pushing a bundle
again adds nothing.

One input gives one JSON document; several, or an .ndjson file, give one line of
JSON each. A text of several patients gives one bundle for each: a line each, or
with -o DIR the files NAME-1.json, NAME-2.json and so on.

Every bundle is validated before it is written, and what was found is told on
standard error. A bundle with errors, which only mappings of your own should bring
about, is written all the same, and the exit code is 1. It is 1, too, if a decision
of a reviewer was not applied, because its fact is not read as it was then.
"""
_DOCUMENT = {"Device", "DocumentReference", "Provenance"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the verb takes."""
    parser.usage = "fhirkit convert [options] FILE..."
    parser.description = _DESCRIPTION
    parser.epilog = f"{CONFIG_KEYS}\n{KEYS}"
    add_documents(parser)
    add_proposer(parser)
    add_decisions(parser)
    add_choices(parser)


def run(options: argparse.Namespace) -> int:
    """Runs the verb and gives its exit code."""
    from fhirkit.bundle import to_bundle, to_json

    settings, folder = choices(options)
    checked = Checked()
    reviewed = Reviewed(options.decisions, options.files, folder)
    stream, to_files = is_stream(options), options.folder is not None

    def make(source: Source) -> dict[str, bytes]:
        case = reviewed.decided(source, read(source.text))
        chosen = parts(case, options.patient, source.origin)
        bundles = {
            after: to_bundle(part, settings, mappings=folder) for after, part in chosen.items()
        }
        _tell(source, case.notices, bundles.values())
        indent = None if stream or (len(bundles) > 1 and not to_files) else 2
        written = {after: to_json(made, indent=indent).encode() for after, made in bundles.items()}
        for data in written.values():
            checked.look(source.origin, data)
        return written

    with reader(options.proposer, folder) as read:
        each_document(options.files, options.folder, ".json", make)
    return max(checked.told(), reviewed.told())


def _tell(source: Source, notices: tuple[str, ...], bundles: Iterable[dict[str, Any]]) -> None:
    """What the user should know about a text, above all that nothing was found in it."""
    entries = [entry for bundle in bundles for entry in bundle["entry"]]
    types = {entry["resource"]["resourceType"] for entry in entries}
    if types <= _DOCUMENT and not notices:
        notices = ("no case in this text: the bundle holds only the document",)
    for message in notices:
        notice(source.origin, message)
