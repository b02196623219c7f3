"""Invariants of Bundle and its entries."""

from __future__ import annotations

from typing import Any

import pytest

from invariant_builder import Cases, Node, faults, rows

REQUEST: Node = {"request": {"method": "GET", "url": "Patient"}}
RESPONSE: Node = {"response": {"status": "200"}}
PATIENT: Node = {"resource": {"resourceType": "Patient"}}


def bundle(kind: Any, *entries: Any, **more: Any) -> Node:
    """A bundle of some type."""
    return {"resourceType": "Bundle", "type": kind, "entry": list(entries), **more}


CASES: Cases = {
    "bdl-1": (
        [{"type": "collection", "total": 0}, {"type": "batch", "_total": {"id": "a"}}],
        [
            {"type": "searchset", "total": 0},
            {"type": "history", "total": 3},
            {"type": "collection"},
            {"total": 1},
            {"type": [], "total": 1},
        ],
    ),
    "bdl-5": ([{}, {"fullUrl": "http://e.org"}], [PATIENT, REQUEST, RESPONSE]),
    "bdl-9": (
        [
            {"type": "document"},
            {"type": "document", "identifier": {"value": "1"}},
            {"type": "document", "identifier": {"system": "http://e.org"}},
        ],
        [
            {"type": "document", "identifier": {"system": "http://e.org", "value": "1"}},
            {"type": "document", "identifier": "1"},
            {"type": "message"},
            {"type": ["document"]},
        ],
    ),
    "bdl-10": (
        [{"type": "document"}, {"type": "document", "_timestamp": {"id": "a"}}],
        [{"type": "document", "timestamp": "2020-01-01T00:00:00Z"}, {"type": "batch"}, {}],
    ),
}


@pytest.mark.parametrize(("key", "node", "holds"), rows(CASES))
def test_invariant(key: str, node: Node, holds: bool) -> None:
    """What breaks an invariant is at fault itself; a near miss is not."""
    assert faults(key, node) == ([] if holds else [(node, None)])


@pytest.mark.parametrize(
    ("key", "kind", "element"),
    [
        *(("bdl-3", kind, REQUEST) for kind in ("batch", "transaction", "history")),
        *(
            ("bdl-4", kind, RESPONSE)
            for kind in ("batch-response", "transaction-response", "history")
        ),
    ],
)
def test_mandatory_in_each_entry(key: str, kind: str, element: Node) -> None:
    """In these bundles, the entry without the element is at fault."""
    without = {**PATIENT}
    assert faults(key, bundle(kind, PATIENT | element, without, "x")) == [(without, None)]
    assert faults(key, bundle(kind, element, element)) == []
    assert faults(key, {"type": kind}) == []


@pytest.mark.parametrize(
    ("key", "kind", "element"),
    [
        *(("bdl-3", kind, REQUEST) for kind in ("document", "collection", "batch-response")),
        *(("bdl-4", kind, RESPONSE) for kind in ("searchset", "message", "transaction")),
        *(("bdl-2", kind, {"search": {}}) for kind in ("transaction", "history", "collection")),
    ],
)
def test_prohibited_in_each_entry(key: str, kind: str, element: Node) -> None:
    """In these bundles, the element itself is at fault."""
    entry = PATIENT | element
    (name,) = element
    assert faults(key, bundle(kind, PATIENT, entry)) == [(entry, name)]


@pytest.mark.parametrize(
    ("key", "resource"),
    [
        pytest.param("bdl-2", bundle("searchset", PATIENT | {"search": {}}), id="search"),
        pytest.param("bdl-2", bundle(None, PATIENT | {"search": {}}), id="type-unknown"),
        pytest.param("bdl-2", {"type": "batch", "entry": {"search": {}}}, id="no-array"),
        pytest.param("bdl-3", bundle(None, REQUEST, PATIENT), id="type-is-null"),
        pytest.param("bdl-4", {"entry": [RESPONSE, PATIENT]}, id="type-is-missing"),
        pytest.param("bdl-3", {"type": "batch", "entry": "x"}, id="entry-is-text"),
        pytest.param("bdl-4", bundle(["history"], PATIENT), id="type-is-array"),
    ],
)
def test_not_told_where_it_cannot_be_known(key: str, resource: Node) -> None:
    """What is allowed, or cannot be judged for another fault, is no fault here."""
    assert faults(key, resource) == []


def named(url: Any, version: str | None = None) -> Node:
    """An entry with a fullUrl, of some version."""
    meta = {} if version is None else {"meta": {"versionId": version}}
    return {"fullUrl": url, "resource": {"resourceType": "Patient", **meta}}


@pytest.mark.parametrize(
    ("entries", "kind"),
    [
        pytest.param([named("urn:a"), named("urn:b")], "batch", id="different"),
        pytest.param([named("urn:a", "1"), named("urn:a", "2")], "batch", id="versions"),
        pytest.param([named("urn:a", "1"), named("urn:a")], "batch", id="one-with-version"),
        pytest.param([named("urn:a"), named("urn:a")], "history", id="history"),
        pytest.param([named("urn:a"), named("urn:a")], None, id="type-unknown"),
        pytest.param([PATIENT, PATIENT], "batch", id="without"),
        pytest.param([named(["urn:a"]), named(["urn:a"])], "batch", id="wrong-type"),
        pytest.param([], "batch", id="empty"),
    ],
)
def test_a_full_url_may_stand_twice(entries: list[Node], kind: str | None) -> None:
    """bdl-7 holds for different urls, for versions of a resource, and in a history."""
    assert faults("bdl-7", bundle(kind, *entries)) == []


@pytest.mark.parametrize("version", [None, "1"])
def test_a_full_url_stands_twice(version: str | None) -> None:
    """bdl-7 is broken by every entry whose url stood before, not by the first."""
    entries = [named("urn:a", version) for _ in range(3)]
    found = faults("bdl-7", bundle("batch", PATIENT, *entries))
    assert [(id(entry), name) for entry, name in found] == [
        (id(entry), "fullUrl") for entry in entries[1:]
    ]


def test_a_full_url_has_no_version() -> None:
    """bdl-8 is broken by the url of a version, and asked only where there is a url."""
    entry = named("http://e.org/Patient/1/_history/2")
    assert faults("bdl-8", entry) == [(entry, "fullUrl")]
    for url in ("http://e.org/Patient/1", "http://e.org/_history", None, ["/_history/"]):
        assert faults("bdl-8", named(url)) == []
    assert faults("bdl-8", PATIENT) == []


STARTS = [("bdl-11", "document", "Composition"), ("bdl-12", "message", "MessageHeader")]


@pytest.mark.parametrize(("key", "kind", "start"), STARTS)
def test_the_first_resource_is_the_right_one(key: str, kind: str, start: str) -> None:
    """Documents and messages begin with their own resource; other bundles with any."""
    first = {"resource": {"resourceType": start}}
    assert faults(key, bundle(kind, first, PATIENT)) == []
    assert faults(key, bundle("collection", PATIENT)) == []
    assert faults(key, bundle(kind, {"resource": {"resourceType": 1}})) == []
    assert faults(key, bundle(kind, {"resource": "x"})) == []
    assert faults(key, bundle(kind, "x")) == []
    assert faults(key, {"type": kind, "entry": {}}) == []
    assert faults(key, {"type": kind, "entry": []}) == []


@pytest.mark.parametrize(("key", "kind", "start"), STARTS)
def test_the_first_resource_is_another(key: str, kind: str, start: str) -> None:
    """The first entry is at fault where it holds another resource or none."""
    right = {"resource": {"resourceType": start}}
    first = {**PATIENT}
    assert faults(key, bundle(kind, first, right)) == [(first, None)]
    empty: Node = {"fullUrl": "urn:a"}
    assert faults(key, bundle(kind, empty, right)) == [(empty, None)]
    nothing = {"type": kind}
    assert faults(key, nothing) == [(nothing, None)]
