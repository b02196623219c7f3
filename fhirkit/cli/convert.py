"""``fhirkit convert``: FHIR R4 bundles from narratives."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fhirkit.cli.documents import (
    add_documents,
    each_document,
    is_stream,
    mappings_folder,
    parts,
)
from fhirkit.cli.outputs import notice
from fhirkit.cli.proposers import KEYS, add_proposer, reader
from fhirkit.cli.review import Review
from fhirkit.errors import SettingsError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

    from fhirkit.narrative.source import Source
    from fhirkit.settings import Settings

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
about, is written all the same, and the exit code is 1.
"""
_EPILOG = """\
The keys of --config are the names of the flags, without the dashes in front:

    identifier-system = "https://hospital.example/case-facts"
    test-data = true
"""
_DOCUMENT = {"Device", "DocumentReference", "Provenance"}
_FLAGS = (
    "bundle_type",
    "identifier_system",
    "source_url",
    "test_data",
    "seriousness",
    "on_repeat",
    "recorded",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the verb takes. Defaults stand in Settings, so that a flag can override a file."""
    parser.usage = "fhirkit convert [options] FILE..."
    parser.description = _DESCRIPTION
    parser.epilog = f"{_EPILOG}\n{KEYS}"
    add_documents(parser)
    add_proposer(parser)
    add = parser.add_argument
    add(
        "--type",
        dest="bundle_type",
        choices=("transaction", "collection", "batch"),
        help="type of the bundle (default: transaction)",
    )
    add(
        "--identifier-system",
        metavar="URI",
        help="namespace of the keys servers know the resources by (default: fhirkit's own)",
    )
    add("--source-url", metavar="URL", help="where the narrative was published")
    add(
        "--test-data",
        action="store_const",
        const=True,
        help="label every resource as test data (HTEST)",
    )
    add(
        "--seriousness",
        choices=("r4", "tho", "both"),
        help="spelling of AdverseEvent.seriousness: of FHIR R4, of terminology.hl7.org, or "
        "both (default: r4)",
    )
    add(
        "--on-repeat",
        choices=("keep", "update"),
        help="what a second push does with a resource the server has (default: keep)",
    )
    add("--recorded", metavar="INSTANT", help="Provenance.recorded (default: unknown)")
    add("--config", metavar="FILE", help="read settings from a TOML file; flags come first")


def run(options: argparse.Namespace) -> int:
    """Runs the verb and gives its exit code."""
    from fhirkit.bundle import to_bundle, to_json

    settings, folder = _settings(options)
    review = Review()
    stream, to_files = is_stream(options), options.folder is not None

    def make(source: Source) -> dict[str, bytes]:
        case = read(source.text)
        chosen = parts(case, options.patient, source.origin)
        bundles = {
            after: to_bundle(part, settings, mappings=folder) for after, part in chosen.items()
        }
        _tell(source, case.notices, bundles.values())
        indent = None if stream or (len(bundles) > 1 and not to_files) else 2
        written = {after: to_json(made, indent=indent).encode() for after, made in bundles.items()}
        for data in written.values():
            review.look(source.origin, data)
        return written

    with reader(options.proposer, folder) as read:
        each_document(options.files, options.folder, ".json", make)
    return review.told()


def _tell(source: Source, notices: tuple[str, ...], bundles: Iterable[dict[str, Any]]) -> None:
    """What the user should know about a text, above all that nothing was found in it."""
    entries = [entry for bundle in bundles for entry in bundle["entry"]]
    types = {entry["resource"]["resourceType"] for entry in entries}
    if types <= _DOCUMENT and not notices:
        notices = ("no case in this text: the bundle holds only the document",)
    for message in notices:
        notice(source.origin, message)


def _settings(options: argparse.Namespace) -> tuple[Settings, Path | None]:
    """Settings of file and flags together, and the folder of mappings."""
    from fhirkit.settings import Settings

    values = _read_config(options.config) if options.config else {}
    folder = values.pop("mappings", None)
    if folder is not None:
        if not isinstance(folder, str):
            raise SettingsError(f"{options.config}: 'mappings' must be the name of a folder")
        folder = str(Path(options.config).parent / folder)
    if "type" in values:
        values["bundle_type"] = values.pop("type")
    given = {name: getattr(options, name) for name in _FLAGS}
    settings = Settings.from_mapping(values)
    settings = settings.changed({k: v for k, v in given.items() if v is not None})
    return settings, mappings_folder(options.mappings or folder)


def _read_config(path: str) -> dict[str, Any]:
    try:
        return tomllib.loads(Path(path).read_text("utf-8"))
    except OSError as error:
        raise SettingsError(f"--config {path}: {error.strerror}") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"--config {path}: not TOML: {error}") from None
