"""Values of primitives whose form is right: what else can be said of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from fhirkit.issues import Severity
from fhirkit.validate.bindings import check_code
from fhirkit.validate.findings import Rule
from fhirkit.validate.terminology import identifiers

if TYPE_CHECKING:
    from fhirkit.validate.findings import Node
    from fhirkit.validate.plans import Slot
    from fhirkit.validate.structure import Walk

RELATIVE = Rule(
    "canonical-relative",
    "value",
    "a canonical is an absolute URL, or # and the id of a contained resource",
    spec="https://hl7.org/fhir/R4/references.html#canonical",
)
URN = Rule(
    "urn",
    "value",
    "urn:oid: and urn:uuid: are followed by an OID and a UUID",
    spec="https://hl7.org/fhir/R4/datatypes.html#uri",
)
HTML = Rule(
    "markdown-html",
    "value",
    "what looks like an HTML tag stands in the markdown: readers need not show it, and may "
    "refuse it",
    Severity.ERROR,
    spec="https://hl7.org/fhir/R4/datatypes.html#markdown",
)

_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S")
_TAG = re.compile(r"(?<!\\)</?[A-Za-z][^<>]*>")


def check_value(
    walk: Walk, value: object, slot: Slot, owner: Node | list[Any], name: str | int
) -> None:
    """Checks a value of the right form that the walk could not pass at a glance."""
    kind = slot.element.type
    if kind == "code":
        check_code(walk, value, slot, owner, name)
    elif not isinstance(value, str):
        return
    elif kind == "canonical" and not (is_absolute(value) or value.startswith("#")):
        walk.findings.add(RELATIVE, owner, name)
    elif kind in ("canonical", "uri", "url") and (fault := urn_fault(value)):
        walk.findings.add(URN, owner, name, message=fault)
    elif kind == "markdown" and walk.strict and _TAG.search(value):
        walk.findings.add(HTML, owner, name)


def is_absolute(url: str) -> bool:
    """Whether a URI begins with a scheme."""
    return _ABSOLUTE.match(url) is not None


def urn_fault(url: str) -> str | None:
    """What is wrong with a ``urn:oid:`` or ``urn:uuid:``; None where it is right, or no such URN.

    Letters of a UUID may be of either case here; where FHIR asks for its type ``uuid``, that
    has them small.
    """
    if url.startswith("urn:oid:"):
        return identifiers.oid_fault(url.partition("|")[0])
    if url.startswith("urn:uuid:"):
        return identifiers.uuid_fault(url.lower().partition("|")[0])
    return None
