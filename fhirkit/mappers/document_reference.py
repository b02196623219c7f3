"""The source text itself, so that every span can be looked up."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha1
from typing import TYPE_CHECKING

from fhirkit.mappers.frame import frame
from fhirkit.mappers.identity import DOCUMENT, PATIENT

if TYPE_CHECKING:
    from fhirkit.mappers.context import MappingContext, Resource


def document_reference(context: MappingContext) -> Resource:
    """The DocumentReference that holds the narrative as given, byte for byte."""
    made = frame("DocumentReference", DOCUMENT, context, "Case narrative (source text)")
    made["status"] = "current"
    made["type"] = {"text": "Case narrative"}
    if subject := context.reference(PATIENT):
        made["subject"] = subject
    made["content"] = [{"attachment": _attachment(context.data)}]
    if url := context.settings.source_url:
        # Not attachment.url, which would have to lead to the very same bytes.
        source = {"system": "urn:ietf:rfc:3986", "value": url}
        made["context"] = {"related": [{"identifier": source}]}
    return made


def _attachment(data: bytes) -> Resource:
    return {
        "contentType": "text/plain; charset=utf-8",
        "data": b64encode(data).decode("ascii"),
        "size": len(data),
        # FHIR asks for SHA-1 here; it guards against damage, not against forgery.
        "hash": b64encode(sha1(data, usedforsecurity=False).digest()).decode("ascii"),
    }
