"""Guides: the profiles, extensions, value sets and code systems of packages that a user gives.

A package is read as npm has it (``package/*.json`` in a ``.tgz``), unpacked, or as loose files.
Nothing is written to disk. Definitions are kept as bytes and taken apart when they are needed:
a terminology package holds thousands, a bundle asks for a dozen.
https://confluence.hl7.org/display/FHIR/NPM+Package+Specification
"""

from __future__ import annotations

import json
import re
import tarfile
import zlib
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fhirkit.errors import InputError
from fhirkit.validate.profiles import shipped
from fhirkit.validate.profiles.compiled import Profile, read_profile
from fhirkit.validate.profiles.compiling import NoSnapshot, compile_profile

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from os import PathLike

Json = dict[str, Any]

LARGEST = 200_000_000
"""Bytes of a package, unpacked."""

_KINDS = ("StructureDefinition", "ValueSet", "CodeSystem")
_MALFORMED = (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError)
_ABOUT = re.compile(rb'"resourceType"\s*:\s*"(StructureDefinition|ValueSet|CodeSystem)"')


@dataclass(frozen=True, slots=True)
class Guide:
    """What packages hold, by kind and then by canonical url, with and without its version.

    Two packages may hold the same url: the one that was given first counts.
    """

    definitions: Mapping[str, Mapping[str, bytes]]
    _made: dict[str, Profile | None] = field(default_factory=dict, compare=False, repr=False)

    def profile(self, canonical: str) -> Profile | None:
        """The profile or extension of a canonical ``url`` or ``url|version``.

        None where neither the packages nor R4 have it.
        """
        if canonical in self._made:
            return self._made[canonical]
        definition = self.definition("StructureDefinition", canonical)
        if definition is None:
            return shipped.profile(canonical.partition("|")[0])
        made = self._made[canonical] = _compiled(canonical, definition)
        return made

    def definition(self, kind: str, canonical: str) -> Json | None:
        """The value set or code system of a canonical; None where the packages have it not.

        Where the very version is not there, another one stands in.
        """
        known = self.definitions.get(kind, {})
        data = known.get(canonical) or known.get(canonical.partition("|")[0])
        return _read(data) if data else None


def _compiled(canonical: str, definition: Json) -> Profile | None:
    url = canonical.partition("|")[0]
    if definition.get("derivation") != "constraint":
        return None
    try:
        made = json.dumps(compile_profile(definition), default=str)
    except (NoSnapshot, *_MALFORMED):
        return shipped.profile(url)
    return read_profile(url, json.loads(made, parse_float=Decimal))


def load_guide(*packages: str | PathLike[str]) -> Guide:
    """The guide of one or several packages: ``.tgz`` files or directories.

    The first that has a url says what it is. Raises InputError where one is no FHIR package, is
    larger than 200 MB, or has a profile without a snapshot, of which it cannot be told what it
    demands.
    """
    return merged([_loaded(Path(package)) for package in packages])


def merged(guides: list[Guide]) -> Guide:
    """One guide of several; the first that has a url says what it is."""
    return Guide(
        {
            kind: {
                url: data
                for guide in reversed(guides)
                for url, data in guide.definitions.get(kind, {}).items()
            }
            for kind in _KINDS
        }
    )


def _loaded(path: Path) -> Guide:
    files = _of_directory(path) if path.is_dir() else _of_archive(path)
    definitions: dict[str, dict[str, bytes]] = {kind: {} for kind in _KINDS}
    for name, data in files:
        if _ABOUT.search(data):
            _enter(definitions, name, data)
    if not any(definitions.values()):
        raise InputError(
            f"{path.name}: no FHIR package: it has no StructureDefinition, ValueSet or CodeSystem"
        )
    return Guide(definitions)


def _enter(definitions: Mapping[str, dict[str, bytes]], name: str, data: bytes) -> None:
    definition = _read(data)
    if definition is None:
        raise InputError(f"{name}: no JSON; get the package anew")
    kind, url, version = (definition.get(key) for key in ("resourceType", "url", "version"))
    known = definitions.get(kind) if isinstance(kind, str) else None
    if known is None or not isinstance(url, str):
        return
    if kind == "StructureDefinition" and _lacks_snapshot(definition, url):
        raise InputError(
            f"{name}: profile {url} has no snapshot; use a package that was built with snapshots, "
            "as the IG Publisher and SUSHI with Firely Terminal or the Java validator make them"
        )
    known.setdefault(url, data)
    if isinstance(version, str):
        known.setdefault(f"{url}|{version}", data)


def _lacks_snapshot(definition: Json, url: str) -> bool:
    return (
        definition.get("derivation") == "constraint"
        and not definition.get("snapshot")
        and not url.startswith("http://hl7.org/fhir/StructureDefinition/")
    )


def _read(data: bytes) -> Json | None:
    try:
        found = json.loads(data, parse_float=Decimal)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _of_directory(path: Path) -> Iterator[tuple[str, bytes]]:
    folder = path / "package" if (path / "package").is_dir() else path
    total = 0
    for file in sorted(folder.glob("*.json")):
        data = file.read_bytes()
        total += len(data)
        _check_size(path, total)
        yield file.name, data


def _of_archive(path: Path) -> Iterator[tuple[str, bytes]]:
    """The files of ``package/`` itself; folders below hold examples and other matters."""
    try:
        yield from _members(path)
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file or directory") from error
    except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
        raise InputError(f"{path.name}: no FHIR package: neither a .tgz nor a directory") from error


def _members(path: Path) -> Iterator[tuple[str, bytes]]:
    total = 0
    with tarfile.open(path, mode="r|gz") as archive:
        for member in archive:
            total += max(member.size, 0)
            _check_size(path, total)
            folder, _, name = member.name.partition("/")
            if folder != "package" or "/" in name or not name.endswith(".json"):
                continue
            file = archive.extractfile(member) if member.isfile() else None
            if file is not None:
                yield name, file.read()


def _check_size(path: Path, total: int) -> None:
    if total > LARGEST:
        raise InputError(f"{path.name}: larger than {LARGEST // 1_000_000} MB unpacked")
