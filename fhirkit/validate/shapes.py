"""What can be wrong with the JSON of an element, whoever looks at it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fhirkit.validate.findings import Rule
from fhirkit.validate.place import json_kind

if TYPE_CHECKING:
    from fhirkit.validate.findings import Findings, Node

_JSON = "https://hl7.org/fhir/R4/json.html"

KIND = Rule("kind", "structure", "another kind of JSON was expected", spec=_JSON)
EMPTY = Rule("empty", "structure", "an element needs a value or elements of its own", spec=_JSON)
NULL = Rule("null", "structure", "null cannot stand here", spec=_JSON)
UNKNOWN = Rule("unknown-element", "structure", "R4 has no such element here", spec=_JSON)
TWO_OF_A_CHOICE = Rule(
    "choice-twice",
    "structure",
    "only one of these may be there",
    spec="https://hl7.org/fhir/R4/formats.html#choice",
)


def add_kind(
    findings: Findings,
    owner: Node | list[Any],
    name: str | int | None,
    expected: str,
    value: object,
) -> None:
    """Notes that ``value`` is of another kind than ``expected``, "an object"."""
    if value is None:
        findings.add(NULL, owner, name)
        return
    message = f"{expected} was expected"
    findings.add(KIND, owner, name, found=json_kind(value), expected=expected, message=message)
