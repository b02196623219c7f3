"""Bundles: what each entry is called, and what a transaction or batch asks the server to do.

Source: https://hl7.org/fhir/R4/bundle.html and https://hl7.org/fhir/R4/http.html#transaction.
Which parts an entry has in which type of bundle are the invariants bdl-1 to bdl-12.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fhirkit.issues import Severity
from fhirkit.validate.definitions import is_resource_type
from fhirkit.validate.findings import Rule, shown
from fhirkit.validate.references import LITERAL, entries
from fhirkit.validate.terminology import identifiers

if TYPE_CHECKING:
    from collections.abc import Callable

    from fhirkit.validate.findings import Findings, Node

_HTTP = "https://hl7.org/fhir/R4/http.html"
_BUNDLE = "https://hl7.org/fhir/R4/bundle.html"
_FULL_URL = f"{_BUNDLE}#bundle-unique"

FULL_URL = Rule("fullurl-form", "value", "a fullUrl has another form", spec=_FULL_URL)
FULL_URL_ID = Rule(
    "fullurl-id",
    "value",
    "fullUrl and resource name two different resources",
    spec=_FULL_URL,
)
NO_FULL_URL = Rule(
    "fullurl-missing",
    "required",
    "without a fullUrl nothing in the bundle can refer to this entry",
    spec=_FULL_URL,
)
NO_BODY = Rule("no-body", "required", "POST and PUT need a resource", spec=f"{_HTTP}#transaction")
BODY = Rule(
    "body",
    "business-rule",
    "GET, HEAD and DELETE send no resource",
    Severity.WARNING,
    spec=f"{_HTTP}#transaction",
)
REQUEST_TYPE = Rule(
    "request-type",
    "value",
    "the url names another resource type than the entry holds",
    spec=f"{_HTTP}#transaction",
)
REQUEST_ID = Rule(
    "request-id",
    "value",
    "the url names another id than the resource has",
    spec=f"{_HTTP}#update",
)
REQUEST_URL = Rule(
    "request-url",
    "value",
    "the url does not go with the method",
    spec=f"{_HTTP}#transaction",
)
TWICE = Rule(
    "request-twice",
    "duplicate",
    "another entry has the same key: one of the two would be lost",
    spec=f"{_HTTP}#transaction",
)
CONDITION = Rule(
    "request-condition",
    "value",
    "this condition has no meaning for the method",
    Severity.WARNING,
    spec=f"{_BUNDLE}#Bundle",
)
SEARCH_TYPE = Rule(
    "search-type",
    "value",
    "a match of another type than the search in the bundle's self link asks for",
    spec=f"{_BUNDLE}#searchset",
)
NO_ID = Rule("search-id", "required", "what a search finds has an id", spec=f"{_BUNDLE}#searchset")

_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")


def _absolute_fault(url: str) -> str | None:
    return None if _ABSOLUTE.fullmatch(url) else "not absolute"


_FORMS: tuple[tuple[str, Callable[[str], str | None], str], ...] = (
    ("urn:uuid:", identifiers.uuid_fault, "urn:uuid: and a UUID in lower case"),
    ("urn:oid:", identifiers.oid_fault, "urn:oid: and an OID"),
    ("", _absolute_fault, "an absolute URL"),
)
#: What is sent to a server may have no name yet, and what a server answers needs none.
_NAMED = ("document", "message", "searchset", "history", "collection")
_CONDITIONS = {
    "ifNoneExist": ("POST",),
    "ifMatch": ("PUT", "PATCH", "DELETE"),
    "ifNoneMatch": ("GET", "HEAD", "PUT"),
    "ifModifiedSince": ("GET", "HEAD"),
}


def check_bundle(bundle: Node, findings: Findings) -> None:
    """Checks the entries of a bundle: fullUrl and, where it has requests, what they ask."""
    requested = bundle.get("type") in ("transaction", "batch")
    named = bundle.get("type") in _NAMED
    seen: set[str] = set()
    asked = _searched_type(bundle)
    for entry in entries(bundle):
        url, resource = entry.get("fullUrl"), entry.get("resource")
        if isinstance(url, str) and url:
            _check_full_url(entry, url, resource, findings)
        elif named and isinstance(resource, dict) and "_fullUrl" not in entry:
            findings.add(NO_FULL_URL, entry, "fullUrl")
        request = entry.get("request")
        if requested and isinstance(request, dict):
            _check_request(entry, request, resource, findings)
            _check_once(request, seen, findings)
        if bundle.get("type") == "searchset" and isinstance(resource, dict):
            _check_found(entry, resource, asked, findings)


def _check_full_url(entry: Node, url: str, resource: object, findings: Findings) -> None:
    if identifiers.uuid_fault(url) is None:
        return  # most are
    for start, fault, expected in _FORMS:
        if url.lower().startswith(start):
            if fault(url) is not None:
                findings.add(FULL_URL, entry, "fullUrl", found=shown(url), expected=expected)
                return
            break
    literal = LITERAL.fullmatch(url)
    if not literal or literal["version"] or not isinstance(resource, dict):
        return
    kind, identity = resource.get("resourceType"), resource.get("id")
    if not is_resource_type(kind) or not is_resource_type(literal["type"]):
        return
    if kind != literal["type"] or (isinstance(identity, str) and identity != literal["id"]):
        name = f"{kind}/{identity}" if isinstance(identity, str) else str(kind)
        findings.add(FULL_URL_ID, entry, "fullUrl", found=shown(url), expected=name)


def _check_request(entry: Node, request: Node, resource: object, findings: Findings) -> None:
    method, url = request.get("method"), request.get("url")
    for name in _CONDITIONS.keys() & request.keys():
        methods = _CONDITIONS[name]
        if isinstance(method, str) and method not in methods:
            expected = " | ".join(methods)
            findings.add(CONDITION, request, name, found=method, expected=expected)
    if method in ("POST", "PUT"):
        if resource is None:
            findings.add(NO_BODY, entry, "resource")
        elif isinstance(resource, dict) and isinstance(url, str):
            _check_url(request, str(method), url, resource, findings)
    elif method in ("GET", "HEAD", "DELETE") and resource is not None:
        findings.add(BODY, entry, "resource", found=str(method))


def _check_url(request: Node, method: str, url: str, resource: Node, findings: Findings) -> None:
    """Whether the url of a POST or PUT goes with the resource that is sent."""
    path, question, _ = url.partition("?")
    kind, _, rest = path.partition("/")
    sent = resource.get("resourceType")
    if "$" in path or ":" in path or not is_resource_type(sent):
        return  # an operation, an absolute url, or said elsewhere
    if not is_resource_type(kind):
        findings.add(REQUEST_URL, request, "url", expected=f"{sent}, and what comes behind it")
        return
    if kind != sent:
        findings.add(REQUEST_TYPE, request, "url", found=kind, expected=sent)
    elif method == "POST" and rest and not rest.startswith("_"):
        expected = f"{kind}: the server gives the id"
        findings.add(REQUEST_URL, request, "url", found="POST", expected=expected)
    elif method == "PUT" and not rest and not question:
        expected = f"{kind}/id or {kind}?search"
        findings.add(REQUEST_URL, request, "url", found="PUT", expected=expected)
    elif method == "PUT" and rest and isinstance(resource.get("id"), str):
        if rest.partition("/")[0] != resource["id"]:
            findings.add(REQUEST_ID, request, "url", expected=f"{kind}/{resource['id']}")


def _check_once(request: Node, seen: set[str], findings: Findings) -> None:
    """Two entries with one key: some servers refuse them, others merge them without a word."""
    target = _target(request)
    if target is None:
        return
    name, key = target
    if key in seen:
        findings.add(TWICE, request, name)
    seen.add(key)


def _target(request: Node) -> tuple[str, str] | None:
    """The element that says which resource is meant, and what it says; None if it is new."""
    method, url, condition = (request.get(name) for name in ("method", "url", "ifNoneExist"))
    if not isinstance(url, str):
        return None
    if method == "POST":
        if not isinstance(condition, str) or not condition:
            return None
        return "ifNoneExist", f"{url}?{condition.removeprefix(f'{url}?').removeprefix('?')}"
    return ("url", url) if method in ("PUT", "PATCH", "DELETE") else None


def _check_found(entry: Node, resource: Node, asked: str | None, findings: Findings) -> None:
    kind = resource.get("resourceType")
    if not is_resource_type(kind):
        return
    if "id" not in resource and kind != "OperationOutcome":
        findings.add(NO_ID, resource, "id")
    search = entry.get("search")
    is_match = isinstance(search, dict) and search.get("mode") == "match"
    if is_match and asked is not None and kind != asked:
        findings.add(SEARCH_TYPE, entry, "resource", found=str(kind), expected=asked)


def _searched_type(bundle: Node) -> str | None:
    """The type that a search was for, by the self link of its bundle; None for any."""
    links = bundle.get("link")
    for link in links if isinstance(links, list) else ():
        if isinstance(link, dict) and link.get("relation") == "self":
            url = link.get("url")
            path, question, _ = url.partition("?") if isinstance(url, str) else ("", "", "")
            kind = path.rstrip("/").rpartition("/")[2]
            return kind if question and is_resource_type(kind) else None
    return None
