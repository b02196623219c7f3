"""Which layer knows a data type: what the walk asks each object of it."""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import TYPE_CHECKING

from fhirkit.issues import Severity
from fhirkit.validate.codings import RELATIVE_SYSTEM, check_coding, check_quantity
from fhirkit.validate.extensions import check_extension
from fhirkit.validate.findings import Rule
from fhirkit.validate.narrative import check_narrative
from fhirkit.validate.values import is_absolute, urn_fault

if TYPE_CHECKING:
    from fhirkit.validate.findings import Node
    from fhirkit.validate.structure import Ask, Held, Walk

_URI = "urn:ietf:rfc:3986"
GROUNDING = "http://hl7.org/fhir/StructureDefinition/derivation-reference"
"""The extension that says which words of a document something was read from."""

_ATTACHMENT = "https://hl7.org/fhir/R4/datatypes.html#Attachment"

SIZE = Rule("attachment-size", "value", "not the number of bytes that data holds", spec=_ATTACHMENT)
HASH = Rule(
    "attachment-hash", "value", "not the SHA-1 of what data holds, in base64", spec=_ATTACHMENT
)
NO_URI = Rule(
    "identifier-uri",
    "value",
    "the system says that the value is a URI, and it is none",
    spec="https://hl7.org/fhir/R4/datatypes.html#Identifier",
)
PRECISION = Rule(
    "period-precision",
    "invariant",
    "start and end are told so differently that it cannot be said which is earlier (per-1)",
    Severity.WARNING,
    spec="https://hl7.org/fhir/R4/datatypes.html#Period",
)


def check_attachment(walk: Walk, attachment: Node, _: Held) -> None:
    """Checks ``size`` and ``hash`` against the data itself."""
    data = attachment.get("data")
    if not isinstance(data, str) or not data or attachment.keys().isdisjoint(("size", "hash")):
        return
    try:
        content = base64.b64decode("".join(data.split()), validate=True)
    except (binascii.Error, ValueError):
        return  # said by the walk
    size = attachment.get("size")
    if isinstance(size, int) and size != len(content):
        walk.findings.add(SIZE, attachment, "size", found=str(size), expected=str(len(content)))
    given = attachment.get("hash")
    if isinstance(given, str):
        digest = hashlib.sha1(content, usedforsecurity=False).digest()
        if given != base64.b64encode(digest).decode("ascii"):
            walk.findings.add(HASH, attachment, "hash")


def check_identifier(walk: Walk, identifier: Node, _: Held) -> None:
    """Checks that the system is absolute, and that a value that is to be a URI is one."""
    system, value = identifier.get("system"), identifier.get("value")
    if not isinstance(system, str):
        return
    if system == _URI and isinstance(value, str):
        if not is_absolute(value) or urn_fault(value):
            walk.findings.add(NO_URI, identifier, "value", expected="an absolute URI")
    elif system and not is_absolute(system):
        walk.findings.add(RELATIVE_SYSTEM, identifier, "system")


def check_period(walk: Walk, period: Node, held: Held) -> None:
    """Warns where per-1 cannot be judged; in strict mode, as HL7's engine has it, an error.

    ``2023-06-21`` to ``2023-06-21T06:20:00Z`` is a period people write: no order of the two is
    certain, and FHIRPath gives nothing where the invariant asks for true.
    """
    start, end = period.get("start"), period.get("end")
    if not isinstance(start, str) or not isinstance(end, str):
        return
    told = min(len(start), len(end))
    if told <= 10 and len(start) != len(end):  # ten characters are a day: one of them is a date
        if start[:told] == end[:told]:
            severity = Severity.ERROR if walk.strict else None
            walk.findings.add(PRECISION, held.owner, held.name, severity=severity)


def check_text(walk: Walk, narrative: Node, held: Held) -> None:
    """Checks the XHTML of a narrative."""
    check_narrative(narrative, held.scope, walk.findings)


def check_extended(walk: Walk, extension: Node, held: Held) -> None:
    """Checks an extension by its url and by the element that has it."""
    above, group = held.above, held.plan.group
    path, types = group.path, group.types
    if above is not None and path != "Extension":
        path = above.element.path
        if above.element.primitive is not None:
            types = (above.element.type, "Element")
    if extension.get("url") == GROUNDING:
        walk.is_grounded = True
    check_extension(
        extension,
        held.scope,
        walk.findings,
        walk.profiles,
        path=path,
        types=types,
        modifier=held.slot.element.name == "modifierExtension",
        strict=walk.strict,
    )


def note_reference(walk: Walk, reference: Node, held: Held) -> None:
    """Leaves a reference to the layer that knows the whole bundle."""
    walk.references.append((reference, held))


_QUANTITIES = ("Age", "Count", "Distance", "Duration", "Quantity")
ASK: dict[str, Ask] = {
    "Attachment": check_attachment,
    "Coding": check_coding,
    "Extension": check_extended,
    "Identifier": check_identifier,
    "Narrative": check_text,
    "Period": check_period,
    "Reference": note_reference,
    **dict.fromkeys(_QUANTITIES, check_quantity),
}
"""The function that is asked about each object of a data type."""
