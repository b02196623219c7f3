"""Who made the resources, and from what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fhirkit.mappers.frame import tagged_frame
from fhirkit.mappers.hl7 import coded
from fhirkit.mappers.identity import DEVICE, DOCUMENT, PROVENANCE
from fhirkit.mappers.timing import absent

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fhirkit.mappers.context import MappingContext, Resource, Target

_SUMMARY = (
    "Read from the source text by software. Each resource points at the words it was read "
    "from; offsets count Unicode code points of the decoded text."
)


def provenance(targets: Iterable[Target], context: MappingContext) -> Resource:
    """One Provenance for all of ``targets``."""
    made = tagged_frame("Provenance", PROVENANCE, context, _SUMMARY)
    made["target"] = [context.link(target) for target in targets]
    if context.settings.recorded is None:
        # Required, and mapping reads no clock: an honest gap is better than a made-up date.
        made["_recorded"] = {"extension": [absent()]}
    else:
        made["recorded"] = context.settings.recorded
    made["activity"] = coded("v3-DataOperation", "CREATE", "create")
    assembler = coded("provenance-participant-type", "assembler", "Assembler")
    made["agent"] = [{"type": assembler, "who": context.known_reference(DEVICE)}]
    made["entity"] = [{"role": "source", "what": context.known_reference(DOCUMENT)}]
    return made
