"""What a laboratory value was measured in: one resource for each kind of specimen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fhirkit.mappers.concept import concept
from fhirkit.mappers.frame import frame
from fhirkit.mappers.identity import PATIENT, slug

if TYPE_CHECKING:
    from fhirkit.facts.model import Term
    from fhirkit.mappers.context import MappingContext, Resource


def specimen_name(term: Term) -> str:
    """The name of the specimen in its case, the same for every value measured in it."""
    return f"specimen.{slug(term.concept or term.span.text)}"


def specimen(term: Term, context: MappingContext) -> Resource:
    """The Specimen of a kind, grounded in the words that name it first.

    Whether two samples of a kind were taken is seldom told, so they are one resource.
    """
    kind = concept(term, context, "specimen")
    kind["text"] = context.wording.of(term.span)
    made = frame("Specimen", specimen_name(term), context, kind["text"], (term.span,))
    made["type"] = kind
    made["subject"] = context.known_reference(PATIENT)
    return made
