"""References: each leads to an entry of the bundle, or to where it says it leads.

One index over the bundle answers every question, so the time grows with the bundle's size
and not with its square.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fhirkit.issues import Issue, Severity
from fhirkit.validate.place import Resource, Steps, issue_at, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

SPEC = "https://hl7.org/fhir/R4/references.html"
BUNDLE_SPEC = "https://hl7.org/fhir/R4/bundle.html#references"

_UUID = re.compile(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_OID = re.compile(r"urn:oid:[0-2](\.(0|[1-9][0-9]*))+")
_LITERAL = re.compile(
    r"(?P<base>https?://[^\s?#]+/)?"
    r"(?P<type>[A-Z][A-Za-z]+)/(?P<id>[A-Za-z0-9.-]{1,64})(/_history/[A-Za-z0-9.-]{1,64})?"
    r"(#\S*)?"
)


@dataclass(frozen=True, slots=True)
class Index:
    """What can be pointed at in a bundle.

    ``by_url`` gives the type of the resource behind a fullUrl, ``by_id`` holds ``Type/id``.
    """

    by_url: dict[str, str] = field(default_factory=dict)
    by_id: frozenset[str] = frozenset()


def index(bundle: Resource) -> Index:
    """Reads the targets of a bundle; of a fullUrl that stands twice, the first."""
    by_url: dict[str, str] = {}
    by_id: set[str] = set()
    for entry in entries(bundle):
        resource = entry.get("resource")
        kind = _text(resource.get("resourceType")) if isinstance(resource, dict) else ""
        url = _text(entry.get("fullUrl"))
        if url:
            by_url.setdefault(url, kind)
        if isinstance(resource, dict) and _text(resource.get("id")):
            by_id.add(f"{kind}/{resource['id']}")
        literal = _LITERAL.fullmatch(url)
        if literal:
            by_id.add(f"{literal['type']}/{literal['id']}")
    return Index(by_url, frozenset(by_id))


def entries(bundle: Resource) -> list[Resource]:
    """The entries of a bundle, an empty object for each that is none."""
    found = bundle.get("entry")
    if not isinstance(found, list):
        return []
    return [entry if isinstance(entry, dict) else {} for entry in found]


def full_urls(bundle: Resource) -> Iterator[Issue]:
    """Findings about the fullUrls: their form, and each only once (bdl-7)."""
    seen: set[tuple[str, object]] = set()
    for position, entry in enumerate(entries(bundle)):
        url = _text(entry.get("fullUrl"))
        if not url:
            continue
        steps: Steps = ("entry", position, "fullUrl")
        yield from _form(bundle, steps, url)
        resource = entry.get("resource")
        meta = resource.get("meta") if isinstance(resource, dict) else None
        version = meta.get("versionId") if isinstance(meta, dict) else None
        one = (url, version if isinstance(version, str) else None)
        if one in seen:
            message = "another entry has the same fullUrl"
            yield issue_at(
                bundle, steps, "duplicate", "bdl-7", message, found=url, spec=BUNDLE_SPEC
            )
        seen.add(one)


def references(root: Resource, resource: object, steps: Steps, known: Index) -> Iterator[Issue]:
    """Findings about the references in one resource of ``root``."""
    if not isinstance(resource, dict):
        return
    contained = _contained(resource)
    for inner, node in walk(resource):
        if not isinstance(node, dict) or not isinstance(node.get("reference"), str):
            continue
        here = (*steps, *inner, "reference")
        yield from _judge(root, here, node, contained, known)


def batch_references(bundle: Resource, known: Index) -> Iterator[Issue]:
    """A warning if entries of a batch refer to each other.

    A batch's entries are independent: servers store such a reference as it is, or refuse it.
    """
    if bundle.get("type") != "batch":
        return
    targets = {url for url in known.by_url if url.startswith("urn:")}
    for _, node in walk(bundle):
        if isinstance(node, dict) and _text(node.get("reference")) in targets:
            message = "entries of a batch refer to each other, which servers need not resolve"
            yield issue_at(
                bundle,
                ("type",),
                "business-rule",
                "batch-reference",
                message,
                severity=Severity.WARNING,
                expected="transaction",
                spec="https://hl7.org/fhir/R4/http.html#brules",
            )
            return


def _judge(
    root: Resource, here: Steps, node: Resource, contained: dict[str, str], known: Index
) -> Iterator[Issue]:
    url: str = node["reference"]
    if url.startswith("#"):
        target = contained.get(url[1:]) if url != "#" else ""
    elif url.startswith("urn:"):
        target = known.by_url.get(url)
    elif "?" in url:
        target = url.partition("?")[0]  # a search: the server finds the resource
    else:
        literal = _LITERAL.fullmatch(url)
        if not literal:
            yield _unresolved(root, here, "reference-form", "this is no reference", url)
            return
        target = known.by_url.get(url) or literal["type"]
        if not literal["base"] and f"{literal['type']}/{literal['id']}" not in known.by_id:
            message = "no entry of this bundle; the server must have this resource already"
            yield _unresolved(root, here, "outside", message, url, Severity.WARNING)
    if target is None:
        kind = "contained resource has this id" if url[0] == "#" else "entry has this fullUrl"
        yield _unresolved(root, here, "reference-unresolved", f"no {kind}", url)
    elif target:
        yield from _fits(root, here, node, target)


def _fits(root: Resource, here: Steps, node: Resource, target: str) -> Iterator[Issue]:
    """Whether Reference.type, if it is given, is the type of the target."""
    said = node.get("type")
    if not isinstance(said, str) or said.rsplit("/", 1)[-1] == target:
        return
    message = "Reference.type is not the type of the resource referred to"
    place = (*here[:-1], "type")
    yield issue_at(
        root, place, "value", "reference-type", message, found=said, expected=target, spec=SPEC
    )


def _form(bundle: Resource, steps: Steps, url: str) -> Iterator[Issue]:
    if url.startswith("urn:uuid:"):
        good, expected = _UUID.fullmatch(url), "urn:uuid: and a UUID in lower case"
    elif url.startswith("urn:oid:"):
        good, expected = _OID.fullmatch(url), "urn:oid: and an OID"
    else:
        good, expected = re.match(r"[A-Za-z][A-Za-z0-9+.-]*:\S+\Z", url), "an absolute URL"
    if not good:
        message = "a fullUrl has another form"
        yield issue_at(
            bundle,
            steps,
            "value",
            "fullurl-form",
            message,
            found=url,
            expected=expected,
            spec=BUNDLE_SPEC,
        )


def _unresolved(
    root: Resource,
    here: Steps,
    key: str,
    message: str,
    url: str,
    severity: Severity = Severity.ERROR,
) -> Issue:
    # Free text in the place of a reference may be anybody's words.
    found = url if key != "reference-form" else None
    return issue_at(
        root, here, "not-found", key, message, severity=severity, found=found, spec=SPEC
    )


def _contained(resource: Resource) -> dict[str, str]:
    """The types of the contained resources by their ids."""
    found = resource.get("contained")
    return {
        inner["id"]: _text(inner.get("resourceType"))
        for inner in (found if isinstance(found, list) else ())
        if isinstance(inner, dict) and isinstance(inner.get("id"), str)
    }


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
