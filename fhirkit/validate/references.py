"""References: each leads where it says, to a resource its element may name.

One index over the bundle answers every question, so the time grows with the bundle's size and
not with its square. Source: https://hl7.org/fhir/R4/references.html. That ``#id`` leads to a
contained resource is the invariant ref-1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from fhirkit.issues import Severity
from fhirkit.validate.definitions import is_resource_type
from fhirkit.validate.findings import Rule, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fhirkit.validate.findings import Findings, Node
    from fhirkit.validate.structure import Held, Walk

SPEC = "https://hl7.org/fhir/R4/references.html"

FORM = Rule(
    "reference-form",
    "value",
    "this is no reference",
    expected="Type/id, an absolute URL, urn:uuid:, urn:oid: or #id",
    spec=f"{SPEC}#literal",
)
UNRESOLVED = Rule(
    "reference-unresolved",
    "not-found",
    "no entry has this fullUrl",
    Severity.WARNING,
    spec="https://hl7.org/fhir/R4/bundle.html#references",
)
OUTSIDE = Rule(
    "reference-outside",
    "not-found",
    "no entry of this bundle; the server must have this resource already",
    Severity.INFORMATION,
    spec="https://hl7.org/fhir/R4/bundle.html#references",
)
TARGET = Rule(
    "reference-target",
    "value",
    "the element may not refer to a resource of this type",
    spec=f"{SPEC}#Reference",
)
TYPE = Rule(
    "reference-type",
    "value",
    "Reference.type is not the type of the resource referred to",
    spec=f"{SPEC}#Reference",
)
TYPE_UNKNOWN = Rule(
    "reference-type-unknown",
    "value",
    "Reference.type is the name of a resource type, or the absolute url of a logical model",
    spec=f"{SPEC}#Reference",
)
BATCH = Rule(
    "batch-reference",
    "business-rule",
    "entries of a batch refer to each other, which servers need not resolve",
    Severity.WARNING,
    expected="transaction",
    spec="https://hl7.org/fhir/R4/http.html#brules",
)

LITERAL = re.compile(
    r"(?P<base>https?://[^\s?#]+/)?"
    r"(?P<type>[A-Z][A-Za-z]+)/(?P<id>[A-Za-z0-9.-]{1,64})"
    r"(?:/_history/(?P<version>[A-Za-z0-9.-]{1,64}))?(?P<fragment>#\S*)?"
)
_SEARCH = re.compile(r"(?P<type>[A-Z][A-Za-z]+)\?\S+")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")


@dataclass(frozen=True, slots=True)
class Parsed:
    """A reference by its form: ``kind`` is contained, urn, search, literal, url or none."""

    kind: str
    type: str = ""
    base: str = ""
    relative: str = ""


def index(bundle: Node) -> dict[str, Node]:
    """The resources of a bundle by ``fullUrl`` and by ``Type/id``; the first of each."""
    targets: dict[str, Node] = {}
    for entry in entries(bundle):
        resource = entry.get("resource")
        if not isinstance(resource, dict):
            continue
        url, kind, identity = (
            entry.get("fullUrl"),
            resource.get("resourceType"),
            resource.get("id"),
        )
        if isinstance(url, str) and url:
            targets.setdefault(url, resource)
            literal = LITERAL.fullmatch(url)
            if literal:
                targets.setdefault(f"{literal['type']}/{literal['id']}", resource)
        if isinstance(kind, str) and isinstance(identity, str):
            targets.setdefault(f"{kind}/{identity}", resource)
    return targets


def entries(bundle: Node) -> Iterator[Node]:
    """The entries of a bundle that are objects."""
    found = bundle.get("entry")
    if isinstance(found, list):
        yield from (entry for entry in found if isinstance(entry, dict))


def check_references(walk: Walk) -> None:
    """Checks every reference the walk has met."""
    for reference, held in walk.references:
        url = reference.get("reference")
        target = None
        if isinstance(url, str) and url and url[0] not in " \t\r\n":
            target = _target(walk.findings, reference, url, held)
        _check_type(walk.findings, reference, target, held)


def check_batch(walk: Walk, bundle: Node) -> None:
    """A warning if entries of a batch refer to each other: they are independent."""
    if bundle.get("type") != "batch":
        return
    for reference, held in walk.references:
        url = reference.get("reference")
        if isinstance(url, str) and url.startswith("urn:") and url in held.scope.targets:
            walk.findings.add(BATCH, bundle, "type", found="batch")
            return


def _target(findings: Findings, reference: Node, url: str, held: Held) -> str | None:
    """The type of what a reference leads to; says what is wrong where it leads nowhere."""
    parsed = parse(url)
    if parsed.kind == "none":
        findings.add(FORM, reference, "reference")
        return None
    target = held.scope.resolve(url)
    if target is None and parsed.kind == "literal":
        target = _of_literal(parsed, held.scope.targets)
    if target is not None:
        kind = target.get("resourceType")
        return kind if is_resource_type(kind) else None
    is_bundle = held.scope.root.get("resourceType") == "Bundle"
    if parsed.kind == "urn" and is_bundle:
        # A server that is asked to store it has nothing to put in its place.
        sent = held.scope.root.get("type") in ("transaction", "batch")
        severity = Severity.ERROR if sent else None
        findings.add(UNRESOLVED, reference, "reference", found=shown(url), severity=severity)
    elif parsed.kind == "literal" and not parsed.base and is_bundle:
        findings.add(OUTSIDE, reference, "reference", found=parsed.type)
    return parsed.type or None


def _of_literal(parsed: Parsed, targets: Mapping[str, Node]) -> Node | None:
    """The entry a RESTful url means, without its version and fragment."""
    return targets.get(f"{parsed.base}{parsed.relative}")


def _check_type(findings: Findings, reference: Node, target: str | None, held: Held) -> None:
    """Whether the target is of a type that ``Reference.type`` and the element allow."""
    said = reference.get("type")
    named = said.rsplit("/", 1)[-1] if isinstance(said, str) else None
    if isinstance(said, str) and ":" not in said and not is_resource_type(said):
        findings.add(TYPE_UNKNOWN, reference, "type")
    elif target is not None and named is not None and is_resource_type(named) and named != target:
        findings.add(TYPE, held.owner, held.name, found=named, expected=target)
        return
    kind, allowed = target or named, held.slot.element.targets
    if kind is None or not allowed or kind in allowed or not is_resource_type(kind):
        return
    findings.add(TARGET, held.owner, held.name, found=kind, expected=" | ".join(allowed))


@lru_cache(maxsize=4096)
def parse(url: str) -> Parsed:
    """Tells what a reference is by its form alone."""
    if url.startswith("#"):
        return Parsed("contained")
    if url.startswith(("urn:uuid:", "urn:oid:")):
        return Parsed("urn")
    literal = LITERAL.fullmatch(url)
    if literal and is_resource_type(literal["type"]):
        relative = f"{literal['type']}/{literal['id']}"
        return Parsed("literal", literal["type"], literal["base"] or "", relative)
    search = _SEARCH.fullmatch(url)
    if search and is_resource_type(search["type"]):
        return Parsed("search", search["type"])
    return Parsed("url" if _SCHEME.fullmatch(url) else "none")
