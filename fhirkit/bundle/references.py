"""Whether every reference in a Bundle leads to something in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fhirkit.errors import ValidationFailed

if TYPE_CHECKING:
    from fhirkit.mappers.context import Resource

# What R4 gives no room for a reference, left out because this runs on every bundle.
_NO_REFERENCES = frozenset({"coding", "meta", "text"})
# Most items of lists are extensions with one of these.
_PLAIN = frozenset({"valueInteger", "valueString"})


def check_references(bundle: Resource) -> None:
    """Raise ValidationFailed if two entries share a fullUrl or a reference leads nowhere."""
    entries = bundle.get("entry", [])
    urls = [entry["fullUrl"] for entry in entries]
    if len(set(urls)) < len(urls):
        raise ValidationFailed(
            "two entries of the bundle have the same fullUrl: this is a defect of fhirkit"
        )
    if lost := unresolved_references(bundle):
        raise ValidationFailed(
            f"{len(lost)} references of the bundle lead nowhere, the first in {lost[0]}: "
            "this is a defect of fhirkit"
        )


def unresolved_references(bundle: Resource) -> list[str]:
    """The places of references to no entry of ``bundle``: ``entry[3]`` and the resource's type.

    Literal references are compared with the entries' ``fullUrl``, logical ones (type and
    identifier) with the identifiers of the entries' resources.
    """
    entries = bundle.get("entry", [])
    known = {entry.get("fullUrl") for entry in entries}
    known |= {_logical_key(entry["resource"]) for entry in entries}
    return [
        f"entry[{index}].resource ({entry['resource'].get('resourceType')})"
        for index, entry in enumerate(entries)
        if not known.issuperset(_references(entry["resource"]))
    ]


def _logical_key(resource: Resource) -> tuple[str, str, str] | None:
    found = resource.get("identifier")
    first = found[0] if isinstance(found, list) and found else found
    return _key(resource["resourceType"], first) if isinstance(first, dict) else None


def _key(resource_type: str, identifier: Resource) -> tuple[str, str, str]:
    return resource_type, identifier.get("system", ""), identifier.get("value", "")


def _references(resource: Resource) -> set[Any]:
    """Everything ``resource`` points at: urls, and keys as :func:`_logical_key` gives them."""
    found: set[Any] = set()
    nodes: list[Any] = [resource]
    while nodes:
        node = nodes.pop()
        if "reference" in node and type(node["reference"]) is str:
            found.add(node["reference"])
            continue
        identifier = node.get("identifier")
        if type(identifier) is dict and type(node.get("type")) is str:
            found.add(_key(node["type"], identifier))
            continue
        for name, value in node.items():
            if type(value) is str or name in _NO_REFERENCES:
                continue
            if type(value) is dict:
                nodes.append(value)
            elif type(value) is list:
                nodes += [i for i in value if type(i) is dict and _PLAIN.isdisjoint(i)]
    return found
