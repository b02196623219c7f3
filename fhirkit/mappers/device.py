"""The software that read the narrative."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from fhirkit.mappers.frame import frame
from fhirkit.mappers.identity import DEVICE

if TYPE_CHECKING:
    from fhirkit.mappers.context import MappingContext, Resource


def device(context: MappingContext) -> Resource:
    """The Device that is fhirkit.

    Each case has its own: with one for all, two cases pushed at the same time would race to
    create it, and servers answer that with a conflict or a duplicate.
    """
    # Looked up, not imported: the package names all stages, and no stage may know a later one.
    version: str = sys.modules["fhirkit"].__version__
    made = frame("Device", DEVICE, context, f"fhirkit {version}")
    made["deviceName"] = [{"name": "fhirkit", "type": "user-friendly-name"}]
    made["type"] = {"text": "Software that reads facts from clinical narratives"}
    made["version"] = [{"value": version}]
    return made
