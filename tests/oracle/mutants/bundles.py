"""What a Bundle must not be: entries twice, urls that do not fit, requests of another kind."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from oracle.mutants.model import GONE, Edit, Mutant, Node

_URLS = {
    "relative": "Patient/1",
    "a word": "entry-1",
    "upper case in a urn:uuid": "urn:uuid:44B0E520-8BC2-5B43-ABDF-773F0C28E29C",
    "urn:uuid of letters": "urn:uuid:not-a-uuid",
    "of a version": "http://example.org/fhir/Patient/1/_history/2",
    "a space": "http://example.org/fhir/Patient/1 2",
    "empty": "",
}
_METHODS = ("PUT", "DELETE", "PATCH")


def of_bundle(root: Node) -> Iterator[Mutant]:
    """Every fault of a Bundle as a whole."""
    if root.get("resourceType") != "Bundle" or not root.get("entry"):
        return
    yield from _shell(root)
    for at, entry in enumerate(root["entry"]):
        if "resource" in entry:
            yield from _entry(root, at)


def _shell(root: Node) -> Iterator[Mutant]:
    kind, entries = root.get("type"), root["entry"]
    if kind not in ("searchset", "history"):
        place: tuple[str | int, ...] = ("total",)
        yield Mutant("bundle: total", "bundle", place, (Edit(place, len(entries)),))
    for other in ("document", "message", "searchset"):
        if kind == "transaction":
            rule = f"bundle: a transaction called {other}"
            yield Mutant(rule, "bundle", ("type",), (Edit(("type",), other),))
    if kind == "collection" and not any("request" in entry for entry in entries):
        edit = Edit(("type",), "transaction")
        yield Mutant("bundle: no requests in a transaction", "bundle", ("entry", 0), (edit,))
    first = entries[0].get("fullUrl")
    for at, entry in enumerate(entries[1:], 1):
        if "fullUrl" in entry and first:
            place = ("entry", at, "fullUrl")
            yield Mutant("bundle: a fullUrl twice", "bundle", place, (Edit(place, first),))
    yield from _keys_twice(root)
    end = ("entry", len(entries))
    if first:
        yield Mutant("bundle: an entry twice", "bundle", end, (Edit(end, entries[0]),))


def _keys_twice(root: Node) -> Iterator[Mutant]:
    """Two entries of a transaction that would be one resource."""
    by_type: dict[str, list[int]] = {}
    for at, entry in enumerate(root["entry"]):
        if "request" in entry and "resource" in entry and root.get("type") == "transaction":
            by_type.setdefault(entry["resource"]["resourceType"], []).append(at)
    for kind, places in by_type.items():
        for first, second in itertools.pairwise(places):
            at = ("entry", second, "request")
            for rule, request in (
                ("a condition twice", {"method": "PUT", "url": f"{kind}?identifier=a|1"}),
                ("an id twice", {"method": "PUT", "url": f"{kind}/a1"}),
            ):
                edits = tuple(Edit(("entry", one, "request"), request) for one in (first, second))
                yield Mutant(f"request: {rule}", "bundle", (*at, "url"), edits, "any")


def _entry(root: Node, at: int) -> Iterator[Mutant]:
    entry, kind = root["entry"][at], root.get("type")
    place = ("entry", at)
    url = (*place, "fullUrl")
    for rule, value in _URLS.items():
        severity = "any" if rule == "of a version" else "error"
        yield Mutant(f"fullUrl: {rule}", "bundle", url, (Edit(url, value),), severity)
    own_id = entry["resource"].get("id")
    resource_type = entry["resource"]["resourceType"]
    for rule, value in (
        ("of another id", f"http://example.org/fhir/{resource_type}/other"),
        ("of another type", f"http://example.org/fhir/Basic/{own_id or 'a'}"),
    ):
        identity = Edit((*place, "resource", "id"), own_id or "a")
        yield Mutant(f"fullUrl: {rule}", "bundle", url, (identity, Edit(url, value)))
    search = (*place, "search")
    if kind != "searchset":
        yield Mutant("entry.search", "bundle", search, (Edit(search, {"mode": "match"}),))
    response = (*place, "response")
    if kind not in ("history", "batch-response", "transaction-response"):
        edit = Edit(response, {"status": "200"})
        yield Mutant("entry.response", "bundle", response, (edit,))
    resource = Edit((*place, "resource"), GONE)
    if "request" in entry:
        yield Mutant("POST without a resource", "bundle", place, (resource,))
        yield from _request(root, at)
    elif kind == "collection":
        bare = (Edit(place, {}),)
        yield Mutant("entry of nothing", "bundle", place, bare)
        request = (*place, "request")
        edit = Edit(request, {"method": "POST", "url": resource_type})
        yield Mutant("entry.request in a collection", "bundle", request, (edit,))


def _request(root: Node, at: int) -> Iterator[Mutant]:
    entry = root["entry"][at]
    place = ("entry", at, "request")
    method, url = (*place, "method"), (*place, "url")
    resource_type = entry["resource"]["resourceType"]
    other = "Basic" if resource_type != "Basic" else "Patient"
    yield Mutant("no request", "bundle", place, (Edit(place, GONE),))
    for rule, value in (("in lower case", "post"), ("unknown", "UPSERT"), ("empty", "")):
        yield Mutant(f"request.method {rule}", "bundle", method, (Edit(method, value),))
    for name in ("method", "url"):
        edit = Edit((*place, name), GONE)
        yield Mutant(f"request.{name} missing", "bundle", (*place, name), (edit,))
    yield Mutant("POST to another type", "bundle", url, (Edit(url, other),), "any")
    yield Mutant("POST to an id", "bundle", url, (Edit(url, f"{resource_type}/1"),), "any")
    yield Mutant("request.url of no type", "bundle", url, (Edit(url, "Patients"),), "any")
    put = (Edit(method, "PUT"), Edit(url, f"{other}/1"))
    yield Mutant("PUT to another type", "bundle", url, put, "any")
    bare = (Edit(method, "PUT"), Edit(url, resource_type))
    yield Mutant("PUT without an id", "bundle", url, bare, "any")
    gone = (Edit((*place[:-1], "resource"), GONE), Edit(method, "PUT"))
    yield Mutant("PUT without a resource", "bundle", place[:-1], gone, "any")


def legal(root: Node) -> Iterator[Mutant]:
    """Valid: other kinds of bundles and requests."""
    if root.get("type") != "transaction" or root.get("resourceType") != "Bundle":
        return
    none = ((*("entry", 0), "request"),)
    bare = [
        {name: item for name, item in entry.items() if name not in ("request", "response")}
        for entry in root["entry"]
    ]
    edits = (Edit(("type",), "collection"), Edit(("entry",), bare))
    yield Mutant("bundle as collection", "bundle", none[0], edits, "none")
    batch = Edit(("type",), "batch")
    if all("urn:uuid" not in str(entry.get("resource")) for entry in root["entry"]):
        yield Mutant("bundle as batch", "bundle", ("type",), (batch,), "none")
    for at, entry in enumerate(root["entry"]):
        if "resource" not in entry:
            continue
        place = ("entry", at, "request")
        edit = Edit((*place, "ifNoneExist"), f"identifier=http://example.org|{at}")
        yield Mutant("conditional create", "bundle", place, (edit,), "none")
        kind = entry["resource"]["resourceType"]
        put = (Edit(place, {"method": "PUT", "url": f"{kind}?identifier=http://a.org|{at}"}),)
        yield Mutant("conditional update", "bundle", place, put, "none")
