"""The settings of a site as flags, and the file they can stand in."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fhirkit.cli.documents import mappings_folder
from fhirkit.errors import SettingsError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

    from fhirkit.settings import Settings

#: For the end of a verb's help.
CONFIG_KEYS = """\
The keys of --config are the names of the flags, without the dashes in front:

    identifier-system = "https://hospital.example/case-facts"
    test-data = true
"""

#: The flags by their settings, in the order of the help.
_FLAGS: dict[str, dict[str, Any]] = {
    "bundle_type": {
        "choices": ("transaction", "collection", "batch"),
        "help": "type of the bundle (default: transaction)",
    },
    "identifier_system": {
        "metavar": "URI",
        "help": "namespace of the keys servers know the resources by (default: fhirkit's own)",
    },
    "source_url": {"metavar": "URL", "help": "where the narrative was published"},
    "test_data": {
        "action": "store_const",
        "const": True,
        "help": "label every resource as test data (HTEST)",
    },
    "seriousness": {
        "choices": ("r4", "tho", "both"),
        "help": "spelling of AdverseEvent.seriousness: of FHIR R4, of terminology.hl7.org, or "
        "both (default: r4)",
    },
    "on_repeat": {
        "choices": ("keep", "update"),
        "help": "what a second push does with a resource the server has (default: keep)",
    },
    "recorded": {
        "metavar": "INSTANT",
        "help": "Provenance.recorded (default: unknown)",
    },
}
#: The one setting whose flag has another name.
_CALLED = {"bundle_type": "--type"}


def add_choices(parser: argparse.ArgumentParser, names: Iterable[str] = tuple(_FLAGS)) -> None:
    """The flags of these settings, and ``--config`` for all of them.

    Defaults stand in Settings, so that a flag can override a file.
    """
    for name in names:
        flag = _CALLED.get(name, f"--{name.replace('_', '-')}")
        parser.add_argument(flag, dest=name, **_FLAGS[name])
    parser.add_argument(
        "--config", metavar="FILE", help="read settings from a TOML file; flags come first"
    )


def choices(options: argparse.Namespace) -> tuple[Settings, Path | None]:
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
    given = {name: getattr(options, name, None) for name in _FLAGS}
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
