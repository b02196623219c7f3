"""Puts resources a server does not take into the DocumentReference that it does take.

Epic and Oracle Health take no AdverseEvent; there a document is the way in for a whole case.
"""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any

from fhirkit.errors import InputError
from fhirkit.push.exact import write_exact

if TYPE_CHECKING:
    from fhirkit.push.load import Load

Resource = dict[str, Any]

_TITLE = "Resources of this case that the server does not take"


def attached(load: Load, left_out: frozenset[int]) -> dict[int, Resource]:
    """The DocumentReference of a load, by its position, with ``left_out`` as a further content.

    The attachment is a Bundle of type collection, in which references lead by urn:uuid as they do
    in the bundle that is sent. Raises InputError if there is no DocumentReference, or several.
    """
    documents = [
        one.position
        for one in load.asked
        if one.type == "DocumentReference" and one.position not in left_out
    ]
    if len(documents) != 1:
        raise InputError(
            f"the bundle has {len(documents)} DocumentReferences the server takes, and what it "
            "does not take is to be kept in one"
        )
    (position,) = documents
    kept = [
        {
            name: load.entries[one][name]
            for name in ("fullUrl", "resource")
            if name in load.entries[one]
        }
        for one in sorted(left_out)
    ]
    data = write_exact({"resourceType": "Bundle", "type": "collection", "entry": kept})
    content = {
        "attachment": {
            "contentType": "application/fhir+json",
            "data": b64encode(data).decode(),
            "title": _TITLE,
        }
    }
    document: Resource = load.entries[position]["resource"]
    given = document.get("content")
    before = given if isinstance(given, list) else []
    return {position: {**document, "content": [*before, content]}}
