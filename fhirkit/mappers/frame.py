"""What every resource carries: labels, readable text, its grounds in the source, its key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fhirkit.mappers.grounding import derivation
from fhirkit.mappers.identity import PATIENT
from fhirkit.mappers.narrative_html import generated
from fhirkit.mappers.reviewed import is_a_persons, remark

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fhirkit.mappers.context import MappingContext, Resource
    from fhirkit.narrative.span import Span


def frame(
    resource_type: str, name: str, context: MappingContext, summary: str, spans: Iterable[Span] = ()
) -> Resource:
    """The beginning of the resource called ``name``, up to and with its identifier."""
    made = _head(resource_type, name, context, summary, spans, _meta(name, context))
    made["identifier"] = [context.identifier(name)]
    return made


def tagged_frame(
    resource_type: str, name: str, context: MappingContext, summary: str, spans: Iterable[Span] = ()
) -> Resource:
    """As :func:`frame`, with the key as a tag.

    For the types that no R4 server finds by identifier: AdverseEvent has no such search
    parameter, Provenance has no identifier. Both are found by ``_tag``.
    """
    key = context.identifier(name)
    meta = _meta(name, context)
    meta["tag"] = [{"system": key["system"], "code": key["value"]}]
    return _head(resource_type, name, context, summary, spans, meta)


def _head(
    resource_type: str,
    name: str,
    context: MappingContext,
    summary: str,
    spans: Iterable[Span],
    meta: Resource,
) -> Resource:
    """The beginning of a resource, up to its grounds."""
    made: Resource = {"resourceType": resource_type}
    if meta:
        made["meta"] = meta
    made["text"] = generated(summary + remark(name, context))
    if extensions := [derivation(span, context) for span in spans]:
        made["extension"] = extensions
    return made


def of_patient(
    made: Resource, encounter: str | None, context: MappingContext, element: str = "encounter"
) -> None:
    """Say whose the resource is, and in which stay; ``element`` is its name for the stay."""
    made["subject"] = context.known_reference(PATIENT)
    if encounter and (reference := context.reference(encounter, "Encounter")):
        made[element] = reference


def _meta(name: str, context: MappingContext) -> Resource:
    meta: Resource = {}
    if context.settings.source_url:
        meta["source"] = context.settings.source_url
    labels = []
    if not is_a_persons(name, context):
        # DEVAST and not AIAST: the code system that R4 ships has no AIAST.
        labels.append(
            {
                "system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue",
                "code": "DEVAST",
                "display": "device asserted",
            }
        )
    if context.settings.test_data:
        labels.append(
            {
                "system": "http://terminology.hl7.org/CodeSystem/v3-ActReason",
                "code": "HTEST",
                "display": "test health data",
            }
        )
    if labels:
        meta["security"] = labels
    return meta
