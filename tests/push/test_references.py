"""Tests of fhirkit.push.references."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhirkit.errors import InputError
from fhirkit.push.references import Target, pointed_at, repointed

A = "urn:uuid:5b7e0b1c-52c8-4a8e-9d7a-0d2f6f0c7a01"
B = "urn:uuid:5b7e0b1c-52c8-4a8e-9d7a-0d2f6f0c7a02"
NAMED: Target = {"type": "Patient", "identifier": {"system": "urn:x", "value": "1"}}


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        pytest.param({"subject": {"reference": A}}, {A: False}, id="element"),
        pytest.param(
            {"target": [{"reference": A}, {"reference": B}]}, {A: False, B: False}, id="list"
        ),
        pytest.param(
            {"extension": [{"url": "u", "valueReference": {"reference": A}}]},
            {A: True},
            id="extension",
        ),
        pytest.param(
            {"modifierExtension": [{"valueReference": {"reference": A}}]}, {A: True}, id="modifier"
        ),
        pytest.param(
            {"_birthDate": {"extension": [{"extension": [{"valueReference": {"reference": A}}]}]}},
            {A: True},
            id="extension-of-a-primitive",
        ),
        pytest.param(
            {"extension": [{"valueReference": {"reference": A}}], "subject": {"reference": A}},
            {A: False},
            id="both",
        ),
        pytest.param(
            {"subject": {"reference": A, "extension": [{"valueReference": {"reference": B}}]}},
            {A: False, B: True},
            id="extension-of-a-reference",
        ),
        pytest.param(
            {"contained": [{"subject": {"reference": "#p"}}]}, {"#p": False}, id="contained"
        ),
        pytest.param({"subject": {"reference": "Patient/1"}}, {"Patient/1": False}, id="relative"),
        pytest.param({"subject": {"identifier": {"value": A}}}, {}, id="logical"),
        pytest.param({"subject": {"reference": 5}}, {}, id="no-string"),
        pytest.param({"reference": {"reference": A}}, {A: False}, id="element-of-that-name"),
        pytest.param({"valueUri": A}, {}, id="other-element"),
        pytest.param({}, {}, id="nothing"),
    ],
)
def test_pointed_at(resource: dict[str, Any], expected: dict[str, bool]) -> None:
    """Literal references at any depth, told apart by whether extensions alone hold them."""
    assert pointed_at(resource) == expected


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        pytest.param(
            {"subject": {"reference": A, "display": "Ms A"}},
            {"subject": {"reference": "Patient/7", "display": "Ms A"}},
            id="literal",
        ),
        pytest.param(
            {"subject": {"reference": B, "display": "Ms B"}},
            {"subject": {"display": "Ms B", **NAMED}},
            id="logical",
        ),
        pytest.param(
            {"target": [{"reference": B}, {"reference": "Patient/9"}]},
            {"target": [NAMED, {"reference": "Patient/9"}]},
            id="list",
        ),
        pytest.param({"valueUri": A}, {"valueUri": "Patient/7"}, id="uri"),
        pytest.param({"valueUri": B}, {"valueUri": B}, id="uri-cannot-be-logical"),
        pytest.param({"note": f"see {A}"}, {"note": f"see {A}"}, id="text"),
        pytest.param({"profile": [A]}, {"profile": ["Patient/7"]}, id="uris"),
        pytest.param(
            {"identifier": [{"system": A, "value": A}]},
            {"identifier": [{"system": A, "value": A}]},
            id="identifier",
        ),
        pytest.param(
            {"text": {"div": f"<div><a href=\"{A}\">a</a><a href='{A}'>a</a> {A}</div>"}},
            {
                "text": {
                    "div": f"<div><a href=\"Patient/7\">a</a><a href='Patient/7'>a</a> {A}</div>"
                }
            },
            id="links",
        ),
        pytest.param(
            {"text": {"div": f'<div><a href="{B}">b</a><a href="{A}#x">a</a></div>'}},
            {"text": {"div": f'<div><a href="{B}">b</a><a href="{A}#x">a</a></div>'}},
            id="other-links",
        ),
        pytest.param(
            {"reference": 5, "a": [None, 1, True]}, {"reference": 5, "a": [None, 1, True]}, id="odd"
        ),
    ],
)
def test_repointed(resource: dict[str, Any], expected: dict[str, Any]) -> None:
    """References, uris and links lead where the table says; all else stays as it is."""
    before = copy.deepcopy(resource)
    assert repointed(resource, {A: "Patient/7", B: NAMED}) == expected
    assert resource == before


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from([A, B, "Patient/1", "x"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["reference", "extension", "div", "system", "value", "a"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)
RESOURCES = st.dictionaries(st.sampled_from(["subject", "extension", "text", "reference"]), JSON)


@given(RESOURCES)
def test_an_empty_table_changes_nothing(resource: dict[str, Any]) -> None:
    """Whatever the resource is like."""
    assert repointed(resource, {}) == resource


@given(RESOURCES)
def test_every_reference_leads_elsewhere(resource: dict[str, Any]) -> None:
    """None is missed, and none but those of the table is touched."""
    changed = repointed(resource, {A: "Patient/7", B: "Patient/8"})
    moved = {A: "Patient/7", B: "Patient/8"}
    assert pointed_at(changed) == {
        moved.get(place, place): inside for place, inside in pointed_at(resource).items()
    }


def test_too_deep_a_resource() -> None:
    """Is told, not a fault of the program."""
    resource: dict[str, Any] = {}
    for _ in range(5_000):
        resource = {"extension": [resource]}
    assert pointed_at(resource) == {}
    with pytest.raises(InputError, match=r"^a resource is nested too deeply$"):
        repointed(resource, {})
