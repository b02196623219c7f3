"""Values of primitives whose form is right: what else can be said of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from fhirkit.issues import Severity
from fhirkit.validate.bindings import check_code
from fhirkit.validate.findings import Rule

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
HTML = Rule(
    "markdown-html",
    "value",
    "what looks like an HTML tag stands in the markdown: readers need not show it, and may "
    "refuse it",
    Severity.ERROR,
    spec="https://hl7.org/fhir/R4/datatypes.html#markdown",
)

_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|#")
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
    elif kind == "canonical" and not _ABSOLUTE.match(value):
        walk.findings.add(RELATIVE, owner, name)
    elif kind == "markdown" and walk.strict and _TAG.search(value):
        walk.findings.add(HTML, owner, name)
