"""Documents and messages: that what their first entry tells of is in the bundle, and once.

Sources: https://hl7.org/fhir/R4/documents.html#content and
https://hl7.org/fhir/R4/messaging.html#bundle.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fhirkit.issues import Severity
from fhirkit.validate.findings import Rule
from fhirkit.validate.references import LITERAL, entries, parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fhirkit.validate.findings import Node
    from fhirkit.validate.structure import Held, Walk

DOCUMENT = "https://hl7.org/fhir/R4/documents.html#content"
MESSAGE = "https://hl7.org/fhir/R4/messaging.html#bundle"

INCOMPLETE = Rule(
    "document-incomplete",
    "not-found",
    "a document holds what its composition refers to: this is not in it",
    spec=DOCUMENT,
)
UNSENT = Rule(
    "message-incomplete",
    "not-found",
    "a message holds the focus of its header: this is not in it",
    spec=MESSAGE,
)
AMBIGUOUS = Rule(
    "reference-ambiguous",
    "multiple-matches",
    "several entries match, and none of them can be preferred",
    spec="https://hl7.org/fhir/R4/bundle.html#references",
)
UNREACHED = Rule(
    "document-unreached",
    "business-rule",
    "no way leads from the composition to this entry",
    Severity.WARNING,
    spec=DOCUMENT,
)

#: By type of bundle: its first resource, the elements whose targets are in the bundle too.
_FIRST = {
    "document": (
        "Composition",
        ("Composition.subject", "Composition.encounter", "Composition.author",
         "Composition.attester.party", "Composition.custodian", "Composition.event.detail",
         "Composition.section.author", "Composition.section.focus", "Composition.section.entry"),
        INCOMPLETE,
    ),
    "message": ("MessageHeader", ("MessageHeader.focus",), UNSENT),
}  # fmt: skip


def check_first_entry(walk: Walk, bundle: Node) -> None:
    """Checks the references of a document's composition or a message's header."""
    kind = bundle.get("type")
    if not isinstance(kind, str) or kind not in _FIRST:
        return
    name, elements, rule = _FIRST[kind]
    versions = _versions(bundle)
    for reference, held in walk.references:
        url = reference.get("reference")
        if held.scope.resource.get("resourceType") != name or not isinstance(url, str):
            continue
        if held.slot.element.path in elements:
            _check(walk, url, held, versions, rule)
    if kind == "document":
        _check_reached(walk, bundle)


def _check(walk: Walk, url: str, held: Held, versions: dict[str, list[object]], rule: Rule) -> None:
    parsed = parse(url)
    if parsed.kind not in ("urn", "literal"):
        return
    literal = LITERAL.fullmatch(url)
    asked = literal["version"] if literal else None
    found = versions.get(f"{parsed.base}{parsed.relative}" if literal else url, [])
    if asked is not None:
        found = [version for version in found if version == asked]
    if len(found) > 1:
        walk.findings.add(AMBIGUOUS, held.owner, held.name, found=f"{len(found)} entries")
    elif not found and parsed.kind == "literal":
        walk.findings.add(rule, held.owner, held.name, found=parsed.type)


def _versions(bundle: Node) -> dict[str, list[object]]:
    """``meta.versionId`` of all entries of one resource, by the ways to refer to it."""
    found: dict[str, list[object]] = {}
    for entry in entries(bundle):
        resource = entry.get("resource")
        if isinstance(resource, dict):
            meta = resource.get("meta")
            version = meta.get("versionId") if isinstance(meta, dict) else None
            for name in set(_names(entry, resource)):
                found.setdefault(name, []).append(version)
    return found


def _names(entry: Node, resource: Node) -> Iterator[str]:
    url, kind, identity = (
        entry.get("fullUrl"),
        resource.get("resourceType"),
        resource.get("id"),
    )
    if isinstance(url, str):
        yield url
        literal = LITERAL.fullmatch(url)
        if literal:
            yield f"{literal['type']}/{literal['id']}"
    if isinstance(kind, str) and isinstance(identity, str):
        yield f"{kind}/{identity}"


def _check_reached(walk: Walk, bundle: Node) -> None:
    """Warns of entries that no chain of references from the composition leads to.

    A Provenance refers to what it is about, and nothing need refer to it.
    """
    first = next((entry.get("resource") for entry in entries(bundle)), None)
    if not isinstance(first, dict) or first.get("resourceType") != "Composition":
        return
    leads: dict[int, list[Node]] = {}
    for reference, held in walk.references:
        url = reference.get("reference")
        target = held.scope.resolve(url) if isinstance(url, str) else None
        if target is not None:
            leads.setdefault(id(held.scope.container), []).append(target)
    reached, todo = {id(first)}, [first]
    while todo:
        for target in leads.get(id(todo.pop()), ()):
            if id(target) not in reached:
                reached.add(id(target))
                todo.append(target)
    for entry in entries(bundle):
        resource = entry.get("resource")
        if isinstance(resource, dict) and id(resource) not in reached:
            if resource.get("resourceType") not in ("Provenance", None):
                walk.findings.add(UNREACHED, entry, "resource")
