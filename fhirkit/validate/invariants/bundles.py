"""Invariants of a Bundle and its entries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fhirkit.validate.invariants.reading import has, items, may_be, nodes, repeated, text
from fhirkit.validate.invariants.registry import culprits, invariant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fhirkit.validate.findings import Node
    from fhirkit.validate.invariants.registry import Place
    from fhirkit.validate.scope import Scope

_REQUESTS = frozenset({"batch", "transaction", "history"})
_RESPONSES = frozenset({"batch-response", "transaction-response", "history"})


@invariant
def bdl_1(bundle: Node, _: Scope) -> bool:
    """total only when a search or history"""
    return not has(bundle, "total") or may_be(bundle, "type", "searchset", "history")


@culprits
def bdl_2(bundle: Node, _: Scope) -> Iterator[Place]:
    """entry.search only when a search"""
    if may_be(bundle, "type", "searchset"):
        return
    for entry in nodes(bundle.get("entry")):
        if "search" in entry:
            yield entry, "search"


@culprits
def bdl_3(bundle: Node, _: Scope) -> Iterator[Place]:
    """entry.request mandatory for batch/transaction/history, otherwise prohibited"""
    return _misplaced(bundle, "request", _REQUESTS)


@culprits
def bdl_4(bundle: Node, _: Scope) -> Iterator[Place]:
    """entry.response mandatory for batch-response/transaction-response/history, otherwise prohibited"""
    return _misplaced(bundle, "response", _RESPONSES)


def _misplaced(bundle: Node, name: str, kinds: frozenset[str]) -> Iterator[Place]:
    """Entries without the element in bundles of these types; the element itself in others."""
    kind = bundle.get("type")
    if not isinstance(kind, str):
        return
    is_mandatory = kind in kinds
    for entry in nodes(bundle.get("entry")):
        if (name in entry) != is_mandatory:
            yield entry, None if is_mandatory else name


@invariant
def bdl_5(entry: Node, _: Scope) -> bool:
    """must be a resource unless there's a request or response"""
    return "resource" in entry or "request" in entry or "response" in entry


@culprits
def bdl_7(bundle: Node, _: Scope) -> Iterator[Place]:
    """FullUrl must be unique in a bundle, or else entries with the same fullUrl must have different meta.versionId (except in history bundles)"""
    if may_be(bundle, "type", "history"):
        return
    entries = nodes(bundle.get("entry"))
    urls = [entry.get("fullUrl") for entry in entries]
    if len(set(filter(None, map(text, urls)))) == len(urls):  # most bundles
        return
    versioned = [
        f"{url} {_version(entry)}" if isinstance(url, str) else None
        for url, entry in zip(urls, entries, strict=True)
    ]
    for place in repeated(versioned):
        yield entries[place], "fullUrl"


def _version(entry: Node) -> str:
    resource = entry.get("resource")
    meta = resource.get("meta") if isinstance(resource, dict) else None
    return text(meta.get("versionId")) if isinstance(meta, dict) else ""


@culprits
def bdl_8(entry: Node, _: Scope) -> Iterator[Place]:
    """fullUrl cannot be a version specific reference"""
    if "/_history/" in text(entry.get("fullUrl")):
        yield entry, "fullUrl"


@invariant
def bdl_9(bundle: Node, _: Scope) -> bool:
    """A document must have an identifier with a system and a value"""
    if bundle.get("type") != "document":
        return True
    identifier = bundle.get("identifier")
    if not isinstance(identifier, dict):
        return "identifier" in bundle
    return has(identifier, "system") and has(identifier, "value")


@invariant
def bdl_10(bundle: Node, _: Scope) -> bool:
    """A document must have a date"""
    return bundle.get("type") != "document" or "timestamp" in bundle


@culprits
def bdl_11(bundle: Node, _: Scope) -> Iterator[Place]:
    """A document must have a Composition as the first resource"""
    return _wrong_start(bundle, "document", "Composition")


@culprits
def bdl_12(bundle: Node, _: Scope) -> Iterator[Place]:
    """A message must have a MessageHeader as the first resource"""
    return _wrong_start(bundle, "message", "MessageHeader")


def _wrong_start(bundle: Node, kind: str, resource_type: str) -> Iterator[Place]:
    """The first entry where it holds another resource or none; the bundle without entries."""
    if bundle.get("type") != kind:
        return
    if "entry" not in bundle:
        yield bundle, None
    for first in items(bundle.get("entry"))[:1]:
        if isinstance(first, dict) and _starts_otherwise(first, resource_type):
            yield first, None


def _starts_otherwise(entry: Node, resource_type: str) -> bool:
    if "resource" not in entry:
        return True
    resource = entry["resource"]
    return isinstance(resource, dict) and not may_be(resource, "resourceType", resource_type)
