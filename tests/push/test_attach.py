"""Tests of fhirkit.push.attach."""

from __future__ import annotations

import json
from base64 import b64decode
from typing import Any

import pytest

from fhirkit.errors import InputError
from fhirkit.push.attach import attached
from fhirkit.push.load import Load, read_load
from pushing import data, entry

URN = "urn:uuid:5b7e0b1c-52c8-4a8e-9d7a-0d2f6f0c7a0{}"
LEFT_OUT = frozenset({2, 3})


def load(*documents: dict[str, Any]) -> Load:
    """A patient, a reaction, what caused it, and documents after them."""
    patient = {"reference": URN.format(0)}
    entries = [
        entry(URN.format(0), "Patient", "0", {}),
        entry(URN.format(1), "Observation", "1", {"subject": patient}),
        entry(URN.format(2), "AdverseEvent", "2", {"subject": patient}),
        entry(URN.format(3), "MedicationAdministration", "3", {"subject": patient}),
    ]
    entries += [
        entry(URN.format(4 + at), "DocumentReference", f"{4 + at}", one)
        for at, one in enumerate(documents)
    ]
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
    text = data(bundle).replace(b'"value": "3"}]', b'"value": "3"}], "dosage": {"dose": 0.850}')
    return read_load("a.json", text, "keep")


def contents(made: dict[int, dict[str, Any]], position: int = 4) -> list[dict[str, Any]]:
    """The contents of the document, which is all that is changed."""
    assert list(made) == [position]
    found: list[dict[str, Any]] = made[position]["content"]
    return found


def test_what_is_left_out_travels_in_the_document() -> None:
    """As a bundle of its own, each resource as it was, under its address."""
    given = load({"status": "current"})
    (content,) = contents(attached(given, LEFT_OUT))
    attachment = content["attachment"]
    assert attachment["contentType"] == "application/fhir+json"
    assert attachment["title"] == "Resources of this case that the server does not take"
    text = b64decode(attachment["data"], validate=True)
    kept = json.loads(text)
    assert (kept["resourceType"], kept["type"]) == ("Bundle", "collection")
    assert [one["fullUrl"] for one in kept["entry"]] == [URN.format(2), URN.format(3)]
    assert [one["resource"]["resourceType"] for one in kept["entry"]] == [
        "AdverseEvent",
        "MedicationAdministration",
    ]
    assert {frozenset(one) for one in kept["entry"]} == {frozenset({"fullUrl", "resource"})}
    assert b"0.850" in text


def test_the_document_keeps_what_it_had() -> None:
    """The new content comes last; the load is not changed."""
    original = {"attachment": {"data": "QQ=="}}
    given = load({"status": "current", "content": [original]})
    made = attached(given, LEFT_OUT)
    assert contents(made)[0] == original
    assert len(contents(made)) == 2
    assert made[4]["status"] == "current"
    assert given.entries[4]["resource"]["content"] == [original]


@pytest.mark.parametrize("content", [None, {}, "x", 5])
def test_a_document_with_odd_contents(content: Any) -> None:
    """Is no fault of ours to raise: the server, or validation, will say so."""
    assert len(contents(attached(load({"content": content}), LEFT_OUT))) == 1


@pytest.mark.parametrize(
    ("documents", "left_out"),
    [
        pytest.param(0, LEFT_OUT, id="none"),
        pytest.param(2, LEFT_OUT, id="two"),
        pytest.param(1, LEFT_OUT | {4}, id="one-that-is-not-taken"),
    ],
)
def test_there_must_be_one_document(documents: int, left_out: frozenset[int]) -> None:
    """Else it would be a guess which of them is of this case."""
    taken = documents if 4 not in left_out else 0
    with pytest.raises(InputError, match=rf"^the bundle has {taken} DocumentReferences the server"):
        attached(load(*[{} for _ in range(documents)]), left_out)


def test_one_of_two_documents_may_be_taken() -> None:
    """The one that is sent has the attachment."""
    made = attached(load({}, {}), LEFT_OUT | {4})
    assert len(contents(made, 5)) == 1


def test_an_entry_without_an_address() -> None:
    """Is kept all the same."""
    entries = [
        entry(URN.format(0), "DocumentReference", "0", {}),
        {"resource": {"resourceType": "AdverseEvent", "identifier": {"system": "s", "value": "1"}}},
    ]
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    made = attached(read_load("a.json", data(bundle), "keep"), frozenset({1}))
    (content,) = contents(made, 0)
    (kept,) = json.loads(b64decode(content["attachment"]["data"]))["entry"]
    assert list(kept) == ["resource"]
