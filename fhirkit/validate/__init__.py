"""Checks a FHIR R4 bundle or resource and tells what is wrong, element by element.

No file, socket or clock is touched: values in, issues out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fhirkit.validate.references import (
    Index,
    batch_references,
    entries,
    full_urls,
    index,
    references,
)
from fhirkit.validate.requests import requests
from fhirkit.validate.structure import structure
from fhirkit.validate.syntax import check_object, parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fhirkit.issues import Issue
    from fhirkit.validate.place import Resource

__all__ = ["validate"]


def validate(bundle: dict[str, object] | str | bytes) -> list[Issue]:
    """Checks a bundle or a single resource, given as JSON or as what ``json.loads`` gives.

    Returns every finding, entry by entry, and an empty list where there is none. Never raises
    for what it is given: input that is no FHIR at all is one issue of severity ``fatal``.

    Checked are the JSON itself, elements, cardinality, types and the form of values, whether
    references lead to an entry and have the type they say, and the rules for ``fullUrl`` and
    ``request``. Codes, units and the specification's other rules are not checked yet.
    """
    parsed = parse(bundle) if isinstance(bundle, str | bytes) else check_object(bundle)
    issues = list(parsed.issues)
    root = parsed.resource
    if root is None:
        return issues
    if root.get("resourceType") == "Bundle" and isinstance(root.get("entry"), list):
        issues += _bundle(root)
    else:
        issues += structure(root, root)
        issues += references(root, root, (), Index())
    return issues


def _bundle(bundle: Resource) -> Iterator[Issue]:
    yield from structure(bundle, _shell(bundle))
    yield from full_urls(bundle)
    yield from requests(bundle)
    known = index(bundle)
    yield from batch_references(bundle, known)
    for position, entry in enumerate(entries(bundle)):
        if "resource" in entry:
            steps = ("entry", position, "resource")
            yield from structure(bundle, entry["resource"], steps)
            yield from references(bundle, entry["resource"], steps, known)


def _shell(bundle: Resource) -> Resource:
    """The bundle without its resources, which are checked one by one."""
    bare = [
        {name: value for name, value in entry.items() if name != "resource"}
        if isinstance(entry, dict)
        else entry
        for entry in bundle["entry"]
    ]
    return {**bundle, "entry": bare}
