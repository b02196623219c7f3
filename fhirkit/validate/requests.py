"""What a transaction or batch asks the server to do, entry by entry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fhirkit.validate.place import Resource, Steps, issue_at
from fhirkit.validate.references import entries
from fhirkit.validate.structure import is_resource_type

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fhirkit.issues import Issue

SPEC = "https://hl7.org/fhir/R4/http.html#transaction"
BUNDLE_SPEC = "https://hl7.org/fhir/R4/bundle.html#invs"

_REQUESTED = ("transaction", "batch")
_UNREQUESTED = (
    "batch-response",
    "collection",
    "document",
    "message",
    "searchset",
    "transaction-response",
)
_WITH_BODY = ("POST", "PUT")


def requests(bundle: Resource) -> Iterator[Issue]:
    """Findings about ``Bundle.entry.request``, for the bundle types that have one."""
    kind = bundle.get("type")
    seen: dict[str, int] = {}
    for position, entry in enumerate(entries(bundle)):
        steps: Steps = ("entry", position)
        request = entry.get("request")
        if kind in _UNREQUESTED and request is not None:
            yield _wrong(bundle, steps, "invariant", f"a {kind} bundle has no requests")
        elif kind in _REQUESTED and request is None:
            yield _wrong(bundle, steps, "required", f"an entry of a {kind} needs a request")
        elif kind in _REQUESTED and isinstance(request, dict):
            yield from _fits(bundle, steps, entry, request)
            yield from _once(bundle, position, request, seen)


def _wrong(bundle: Resource, steps: Steps, code: str, message: str) -> Issue:
    return issue_at(bundle, (*steps, "request"), code, "bdl-3", message, spec=BUNDLE_SPEC)


def _fits(bundle: Resource, steps: Steps, entry: Resource, request: Resource) -> Iterator[Issue]:
    """Whether method, url and resource of one entry go together."""
    if request.get("method") not in _WITH_BODY:
        return
    resource = entry.get("resource")
    if resource is None:
        message = "POST and PUT need a resource"
        yield issue_at(bundle, (*steps, "resource"), "required", "no-body", message, spec=SPEC)
        return
    kind = resource.get("resourceType") if isinstance(resource, dict) else None
    url = request.get("url")
    asked = url.partition("?")[0].split("/")[0] if isinstance(url, str) else None
    if not is_resource_type(kind) or not is_resource_type(asked):
        return  # said elsewhere, or an operation
    if asked != kind:
        message = "the url names another resource type than the entry holds"
        yield issue_at(
            bundle,
            (*steps, "request", "url"),
            "value",
            "request-type",
            message,
            found=asked,
            expected=kind,
            spec=SPEC,
        )


def _once(
    bundle: Resource, position: int, request: Resource, seen: dict[str, int]
) -> Iterator[Issue]:
    """Two entries with one key: some servers refuse them, others merge them without a word."""
    target = _target(request)
    if target is None:
        return
    name, key = target
    first = seen.setdefault(key, position)
    if first != position:
        yield issue_at(
            bundle,
            ("entry", position, "request", name),
            "duplicate",
            "request-twice",
            f"entry[{first}] has the same key: one of the two would be lost",
            spec=SPEC,
        )


def _target(request: Resource) -> tuple[str, str] | None:
    """The element that says which resource is meant, and what it says; None if it is new."""
    method, url, condition = (request.get(name) for name in ("method", "url", "ifNoneExist"))
    if not isinstance(url, str):
        return None
    if method == "POST":
        if not isinstance(condition, str) or not condition:
            return None
        return "ifNoneExist", f"{url}?{condition.removeprefix(f'{url}?')}"
    return ("url", url) if method in ("PUT", "PATCH", "DELETE") else None
