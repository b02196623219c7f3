"""Tests of fhirkit.push.compare."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from fhirkit._cases import golden_cases
from fhirkit.push.compare import compare, differences

BASE = "https://ward7.example/fhir"
URN = "urn:uuid:5b7e0b1c-52c8-4a8e-9d7a-0d2f6f0c7a01"
GOLDEN = [
    entry
    for case in golden_cases()
    for entry in json.loads(case.bundle, parse_float=Decimal)["entry"]
]
REFERENCES = {
    entry["fullUrl"]: f"{entry['resource']['resourceType']}/{number}"
    for number, entry in enumerate(GOLDEN, 100)
}
RESOURCES = [entry["resource"] for entry in GOLDEN]
Place = tuple[str | int, ...]


def observation(**elements: Any) -> dict[str, Any]:
    """A small resource with these elements."""
    return {"resourceType": "Observation", "status": "final", **elements}


def found(
    sent: dict[str, Any], stored: object, references: dict[str, str] | None = None
) -> list[str]:
    """What differs between two sets of elements of an Observation."""
    held = observation(**stored) if isinstance(stored, dict) else stored
    return differences(observation(**sent), held, references=references or {}, base=BASE)


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        pytest.param({}, {"id": "1"}, id="id"),
        pytest.param({"id": "a"}, {"id": "1"}, id="another-id"),
        pytest.param({}, {"meta": {"versionId": "1", "lastUpdated": "x"}}, id="version"),
        pytest.param({"meta": {"versionId": "1"}}, {"meta": {"versionId": "2"}}, id="version-sent"),
        pytest.param({"meta": {"versionId": "1"}}, {}, id="no-meta"),
        pytest.param(
            {"meta": {"source": "http://x"}}, {"meta": {"source": "http://x#AbC"}}, id="source"
        ),
        pytest.param(
            {"meta": {"source": "http://x#1"}}, {"meta": {"source": "http://x#2"}}, id="source-sent"
        ),
        pytest.param(
            {"meta": {"tag": [{"system": "s", "code": "a"}, {"system": "s", "code": "b"}]}},
            {
                "meta": {
                    "tag": [
                        {"code": "b", "system": "s", "display": "B"},
                        {"code": "c"},
                        {"code": "a", "system": "s"},
                    ]
                }
            },
            id="tags-in-another-order",
        ),
        pytest.param({"meta": {"profile": ["p"]}}, {"meta": {"profile": ["q", "p"]}}, id="profile"),
        pytest.param({}, {"text": {"status": "generated"}}, id="added"),
        pytest.param(
            {"code": {"text": "a"}}, {"code": {"text": "a", "coding": [{}]}}, id="added-inside"
        ),
        pytest.param({"note": []}, {}, id="an-empty-list"),
        pytest.param({"code": {}}, {}, id="an-empty-object"),
        pytest.param({"given": ["a", None]}, {"given": ["a"]}, id="a-null-at-the-end"),
        pytest.param({"value": 1}, {"value": 1.0}, id="integer-and-decimal"),
        pytest.param({"value": Decimal("0.40")}, {"value": Decimal("0.4")}, id="fewer-digits"),
        pytest.param({"value": Decimal(120)}, {"value": Decimal("1.2E+2")}, id="an-exponent"),
        pytest.param({"subject": {"reference": URN}}, {"subject": {"reference": "Patient/7"}}),
        pytest.param(
            {"subject": {"reference": URN}}, {"subject": {"reference": f"{BASE}/Patient/7"}}
        ),
        pytest.param(
            {"subject": {"reference": f"{BASE}/Patient/7"}},
            {"subject": {"reference": "Patient/7"}},
            id="absolute-and-relative",
        ),
        pytest.param(
            {"subject": {"reference": "Patient?identifier=a|b"}},
            {"subject": {"reference": "Patient/7"}},
            id="a-reference-the-server-looks-up",
        ),
        pytest.param({"valueUri": URN}, {"valueUri": URN}, id="an-address-left"),
        pytest.param({"valueUri": URN}, {"valueUri": "Patient/7"}, id="an-address-resolved"),
        pytest.param(
            {
                "text": {
                    "div": '<div xmlns="http://www.w3.org/1999/xhtml"><p a="1" b="2">x  y</p></div>'
                }
            },
            {"text": {"div": "<div>\n <p b='2' a='1'>\n x y</p>\n</div>"}},
            id="space-and-attributes-in-the-narrative",
        ),
        pytest.param(
            {"text": {"div": "<div>a<br/>&#233;&amp;</div>"}},
            {"text": {"div": "<div>a<br></br>é&#38;<!-- made by a server --></div>"}},
            id="the-same-markup-written-otherwise",
        ),
        pytest.param(
            {"text": {"div": f'<div><a href="{URN}">x</a></div>'}},
            {"text": {"div": '<div><a href="Patient/7">x</a></div>'}},
            id="a-link-resolved",
        ),
    ],
)
def test_what_a_server_may_do(sent: dict[str, Any], stored: dict[str, Any]) -> None:
    """Its own metadata, additions, and other ways to write the same are no differences."""
    assert found(sent, stored, {URN: "Patient/7"}) == []


@pytest.mark.parametrize(
    ("sent", "stored", "paths"),
    [
        pytest.param({"code": {"text": "a"}}, {}, ["Observation.code: missing"], id="missing"),
        pytest.param(
            {"code": {"text": "a"}}, {"code": None}, ["Observation.code: missing"], id="null"
        ),
        pytest.param(
            {"code": {"text": "a"}},
            {"code": {"text": "b"}},
            ["Observation.code.text: different"],
            id="different",
        ),
        pytest.param(
            {"code": {"coding": [{"code": "1"}, {"code": "2", "display": "x"}]}},
            {"code": {"coding": [{"code": "1"}, {"code": "2"}]}},
            ["Observation.code.coding[1].display: missing"],
            id="in-a-list",
        ),
        pytest.param(
            {"note": [{"text": "a"}, {"text": "b"}]},
            {"note": [{"text": "b"}, {"text": "a"}]},
            ["Observation.note[0].text: different", "Observation.note[1].text: different"],
            id="another-order",
        ),
        pytest.param(
            {"note": [{"text": "a"}]},
            {"note": [{"text": "a"}, {"text": "b"}]},
            ["Observation.note: different"],
            id="more-items",
        ),
        pytest.param(
            {"note": [{"text": "a"}, {"text": "b"}]},
            {"note": [{"text": "b"}]},
            ["Observation.note: different"],
            id="fewer-items",
        ),
        pytest.param(
            {"note": [{"text": "a"}, {"text": "b"}]},
            {"note": [None, {"text": "b"}]},
            ["Observation.note[0]: missing"],
            id="a-null-for-an-item",
        ),
        pytest.param(
            {"note": [{"text": "a"}]},
            {"note": {"text": "a"}},
            ["Observation.note: different"],
            id="no-list",
        ),
        pytest.param(
            {"code": {"text": "a"}}, {"code": "a"}, ["Observation.code: different"], id="no-object"
        ),
        pytest.param(
            {"value": True}, {"value": 1}, ["Observation.value: different"], id="true-is-not-1"
        ),
        pytest.param(
            {"value": "1"}, {"value": 1}, ["Observation.value: different"], id="text-is-no-number"
        ),
        pytest.param(
            {"value": Decimal("0.40")},
            {"value": Decimal("0.41")},
            ["Observation.value: different"],
            id="another-number",
        ),
        pytest.param(
            {"subject": {"reference": URN}},
            {"subject": {"reference": URN}},
            ["Observation.subject.reference: different"],
            id="stored-unresolved",
        ),
        pytest.param(
            {"subject": {"reference": URN}},
            {"subject": {"reference": "Patient/8"}},
            ["Observation.subject.reference: different"],
            id="resolved-to-another",
        ),
        pytest.param(
            {"subject": {"reference": "Patient/7"}},
            {"subject": {"reference": "https://other.example/fhir/Patient/7"}},
            ["Observation.subject.reference: different"],
            id="on-another-server",
        ),
        pytest.param(
            {"subject": {"reference": "Patient?identifier=1"}},
            {"subject": {"reference": "Device/7"}},
            ["Observation.subject.reference: different"],
            id="looked-up-in-another-type",
        ),
        pytest.param(
            {"instantiates": "http://x|1"},
            {"instantiates": "http://x"},
            ["Observation.instantiates: different"],
            id="a-version-of-a-canonical",
        ),
        pytest.param(
            {"meta": {"tag": [{"system": "s", "code": "a"}, {"code": "b"}]}},
            {"meta": {"tag": [{"system": "s", "code": "b"}]}},
            ["Observation.meta.tag[0]: missing"],
            id="a-tag",
        ),
        pytest.param(
            {"meta": {"profile": ["p"]}}, {}, ["Observation.meta.profile[0]: missing"], id="profile"
        ),
        pytest.param(
            {"meta": {"source": "http://x"}},
            {"meta": {"source": "http://y#1"}},
            ["Observation.meta.source: different"],
            id="source",
        ),
        pytest.param(
            {"meta": {"source": "http://x"}},
            {},
            ["Observation.meta.source: missing"],
            id="no-source",
        ),
        pytest.param(
            {"meta": {"extension": [{"url": "a"}]}},
            {"meta": {"extension": [{"url": "b"}]}},
            ["Observation.meta.extension[0].url: different"],
            id="an-extension-of-meta",
        ),
        pytest.param(
            {"_effectiveDateTime": {"extension": [{"url": "a"}]}},
            {},
            ["Observation.effectiveDateTime.extension: missing"],
            id="the-extension-of-a-primitive",
        ),
        pytest.param(
            {"given": [None, "a"], "_given": [{"extension": [{"url": "a"}]}, None]},
            {"given": [None, "a"]},
            ["Observation.given[0].extension: missing"],
            id="the-extension-of-a-primitive-in-a-list",
        ),
        pytest.param(
            {"text": {"div": "<div>no fever</div>"}},
            {"text": {"div": "<div>fever</div>"}},
            ["Observation.text.div: different"],
            id="narrative",
        ),
        pytest.param(
            {"text": {"div": "<div><p>a</p>b</div>"}},
            {"text": {"div": "<div><p>ab</p></div>"}},
            ["Observation.text.div: different"],
            id="markup",
        ),
        pytest.param(
            {"contained": [{"resourceType": "Device", "id": "a"}]},
            {"contained": [{"resourceType": "Device", "id": "b"}]},
            ["Observation.contained[0].id: different"],
            id="the-id-of-a-contained-one",
        ),
    ],
)
def test_what_is_found(sent: dict[str, Any], stored: dict[str, Any], paths: list[str]) -> None:
    """Each at its path, with a word."""
    assert found(sent, stored, {URN: "Patient/7"}) == paths


@pytest.mark.parametrize("stored", [None, [], "x", {"resourceType": "Patient"}, {}])
def test_another_resource_is_different_as_a_whole(stored: object) -> None:
    """Nothing of it is looked at."""
    sent = observation()
    assert differences(sent, stored, references={}) == ["Observation: different"]


def test_values_are_never_told() -> None:
    """Not even where a value stands in the place of a name."""
    paths = found({"Jane Doe": {"x": "Jane"}, "code": {"text": "Jane"}}, {"code": {"text": ""}})
    assert paths == ["Observation.?: missing", "Observation.code.text: different"]
    assert differences({"resourceType": "Jane Doe"}, {}, references={}) == ["Resource: different"]


@pytest.mark.parametrize(
    ("sent", "stored", "lost"),
    [
        pytest.param(Decimal("0.40"), Decimal("0.4"), True, id="fewer"),
        pytest.param(Decimal("0.4"), Decimal("0.40"), True, id="more"),
        pytest.param(Decimal("5.0"), 5, True, id="none"),
        pytest.param("\udc00digits:0.40", "\udc00digits:0.4", True, id="read-exactly"),
        pytest.param("\udc00digits:0.40", Decimal("0.40"), False, id="read-in-two-ways"),
        pytest.param(Decimal("0.40"), 0.4, False, id="not-known"),
        pytest.param(5, 5, False, id="equal"),
    ],
)
def test_digits_are_told_apart(sent: object, stored: object, lost: bool) -> None:
    """The value is the same, so it is no difference; who cares for digits can see it."""
    result = compare(observation(value=sent), observation(value=stored), references={})
    assert result.differences == ()
    assert result.less_precise == (("Observation.value",) if lost else ())


@pytest.mark.parametrize("digits", ["1-2", "--", "1e9999999999999", "."])
def test_what_only_looks_like_digits_is_text(digits: str) -> None:
    """A server may store anything."""
    sent = "\udc00digits:1.0"
    assert found({"value": sent}, {"value": f"\udc00digits:{digits}"}) != []


def test_deep_nesting_is_no_danger() -> None:
    """A hundred thousand levels take a moment, and no stack."""
    sent, stored = (nested(100_000, end) for end in ("a", "b"))
    start = time.perf_counter()
    paths = found(sent, stored)
    assert time.perf_counter() - start < 5
    assert [path.rpartition(".x")[2] for path in paths] == [": different"]


def nested(levels: int, end: str) -> dict[str, Any]:
    """An object in an object, and so on."""
    node: dict[str, Any] = {"x": end}
    for _ in range(levels):
        node = {"x": [node]}
    return node


NAMES = """
resourceType id meta tag profile source versionId extension url reference div text given _given
value Jane
""".split()
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.decimals(allow_nan=False)
    | st.sampled_from(["Observation", "a#b", URN, "Patient/7", "Patient?x=y", f"{BASE}/Patient/7"])
    | st.sampled_from(["<div>a</div>", "<![x[", "<!x", "&#x110000;", "</", "\udc00digits:1.0"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4)
    ),
    max_leaves=12,
)
ELEMENTS = st.dictionaries(st.sampled_from(NAMES[1:]), VALUES, max_size=4)
TOLD = re.compile(r"Observation(\.[A-Za-z?]+|\[\d+\])*: (missing|different)")


@given(ELEMENTS, ELEMENTS | VALUES)
@example({"div": "<![x["}, {"div": "<![y["})
@example({"meta": {"tag": [None, 1]}}, {"meta": {"tag": [1]}})
def test_whatever_is_stored_is_compared(sent: dict[str, Any], stored: object) -> None:
    """Nothing is raised, and nothing but paths and words is told."""
    for path in found(sent, stored, {URN: "Patient/7"}):
        assert TOLD.fullmatch(path)
        assert "Patient" not in path


@given(ELEMENTS)
def test_what_is_stored_as_it_was_sent_is_equal(sent: dict[str, Any]) -> None:
    """Whatever it is, but for numbers that equal nothing."""
    assume("nan" not in repr(sent).lower())
    assert found(sent, deepcopy(sent)) == []


def stored(resource: dict[str, Any], *, labels: str = "mixed") -> dict[str, Any]:
    """A resource as a good server holds it, its labels among others or as they were sent."""
    held = on_server(deepcopy(resource))
    meta = held.setdefault("meta", {})
    meta |= {"versionId": "1", "lastUpdated": "2026-11-22T00:00:00Z"}
    if labels == "mixed":
        for name in ("profile", "security", "tag"):
            meta[name] = [{"code": "of-the-server"}, *reversed(meta.get(name, []))]
    if "source" in meta:
        meta["source"] += "#abc"
    return {**held, "id": "4711", "language": "en"}


def on_server(node: Any) -> Any:
    """With every address of the bundle resolved."""
    if isinstance(node, dict):
        return {name: on_server(value) for name, value in node.items()}
    if isinstance(node, list):
        return [on_server(item) for item in node]
    return REFERENCES.get(node, node) if isinstance(node, str) else node


def leaves(node: Any, place: Place = ()) -> Iterator[Place]:
    """Where every primitive of a resource stands."""
    if isinstance(node, dict):
        for name, value in node.items():
            yield from leaves(value, (*place, name))
    elif isinstance(node, list):
        for number, item in enumerate(node):
            yield from leaves(item, (*place, number))
    elif node is not None:
        yield place


def path_of(resource: dict[str, Any], place: Place) -> str:
    """The path of such a place."""
    parts = [f"[{part}]" if isinstance(part, int) else f".{part.lstrip('_')}" for part in place]
    return resource["resourceType"] + "".join(parts)


def inside(resource: dict[str, Any], place: Place) -> Any:
    """What holds the leaf."""
    node: Any = resource
    for part in place[:-1]:
        node = node[part]
    return node


@given(st.sampled_from(RESOURCES))
def test_what_a_good_server_holds_is_equal(resource: dict[str, Any]) -> None:
    """Server metadata, additions and resolved references make no difference."""
    result = compare(resource, stored(resource), references=REFERENCES, base=BASE)
    assert result.differences == ()
    assert result.less_precise == ()


REMOVED = "removed"
CHANGED = st.sampled_from([REMOVED, "another", 17, True, "", {"x": 1}, ["y"]])


@given(st.data(), st.sampled_from(RESOURCES), CHANGED)
def test_any_leaf_lost_or_changed_is_found(
    data: st.DataObject, resource: dict[str, Any], change: object
) -> None:
    """Each at its path, and nothing else."""
    place = data.draw(st.sampled_from([*leaves(resource)]))
    held = stored(resource, labels="as sent")
    holder = inside(held, place)
    assume(place != ("resourceType",) and holder[place[-1]] != change)
    if change == REMOVED:
        del holder[place[-1]]
    else:
        holder[place[-1]] = change
    paths = differences(resource, held, references=REFERENCES, base=BASE)
    assert len(paths) == 1
    assert paths[0].rpartition(": ")[0] == path_of(resource, told_at(place, change))


def told_at(place: Place, change: object) -> Place:
    """A label is missed as a whole; where a list lacks an item, the list is told."""
    if place[0] == "meta" and place[1] in ("profile", "security", "tag"):
        return place[:3]
    return place[:-1] if isinstance(place[-1], int) and change == REMOVED else place


def test_every_leaf_of_every_golden_resource_counts() -> None:
    """Nothing that is published can be lost unseen: each leaf is taken away once."""
    unseen = []
    for resource in RESOURCES[::4]:
        for place in leaves(resource):
            held = stored(resource, labels="as sent")
            del inside(held, place)[place[-1]]
            if not differences(resource, held, references=REFERENCES, base=BASE):
                unseen.append(path_of(resource, place))
    assert unseen == []
