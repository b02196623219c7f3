from __future__ import annotations

from typing import Any

import pytest

from fhirkit.serve.keys import document_key_of, keys_of
from fhirkit.serve.stored import place_of

DOCUMENT = "af7c38a5e050694e"


def known(**elements: Any) -> list[str]:
    """The keys of a resource with these elements."""
    return [key.value for key in keys_of({"resourceType": "Observation", **elements})]


def identifier(value: object, system: object = "urn:x") -> dict[str, object]:
    """An identifier, or what stands in place of one."""
    return {"system": system, "value": value}


@pytest.mark.parametrize(
    "name", ["case.document", "p12-case.document", "medication-ivig", "patient-case.age", "a_b"]
)
def test_a_key_is_found_wherever_it_stands(name: str) -> None:
    """Among identifiers, as the only one, or as a tag."""
    key = f"{DOCUMENT}-{name}"
    assert known(identifier=[identifier("7"), identifier(key)]) == [key]
    assert known(identifier=identifier(key)) == [key]
    assert known(meta={"tag": [{"system": "urn:x", "code": key}]}) == [key]


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("af7c38a5e050694-x", id="too-short"),
        pytest.param("AF7C38A5E050694E-x", id="capitals"),
        pytest.param(f"{DOCUMENT}", id="document-alone"),
        pytest.param(f"{DOCUMENT}-", id="no-name"),
        pytest.param(f"{DOCUMENT}-a b", id="space"),
        pytest.param(f"{DOCUMENT}-a,b", id="comma"),
        pytest.param(f"{DOCUMENT}-a|b", id="bar"),
        pytest.param(f"{DOCUMENT}-a\n", id="line-end"),
        pytest.param(f"x{DOCUMENT}-a", id="something-before"),
        pytest.param(f"{DOCUMENT}-{'a' * 201}", id="endless"),
        pytest.param(7, id="number"),
        pytest.param(None, id="nothing"),
        pytest.param([f"{DOCUMENT}-a"], id="list"),
    ],
)
def test_what_is_no_key(value: object) -> None:
    """Numbers of a hospital and things of any other form are none."""
    assert known(identifier=[identifier(value)]) == []


@pytest.mark.parametrize("system", [None, 7, "", "urn:x,urn:y", "urn:x|7", "urn:\\x", "urn: x"])
def test_a_system_that_would_be_two_is_none(system: object) -> None:
    """What stands between system and value in a search cannot be part of a system."""
    assert known(identifier=[identifier(f"{DOCUMENT}-a", system)]) == []


@pytest.mark.parametrize(
    "elements",
    [
        {},
        {"identifier": "x", "meta": "y"},
        {"identifier": [None, 7, []], "meta": {"tag": 7}},
        {"meta": {"tag": {"code": f"{DOCUMENT}-a"}}},
    ],
)
def test_elements_in_any_form(elements: dict[str, Any]) -> None:
    """Nothing is found in them, and nothing breaks."""
    assert known(**elements) == []


def test_only_a_document_is_one() -> None:
    """Another type with the same key is not, nor another key of a document."""
    key = identifier(f"{DOCUMENT}-p2-case.document")
    made = document_key_of({"resourceType": "DocumentReference", "identifier": [key]})
    assert made is not None
    assert (made.document, made.patient) == (DOCUMENT, "p2-")
    assert made.sibling("case.device") == f"{DOCUMENT}-p2-case.device"
    assert document_key_of({"resourceType": "List", "identifier": [key]}) is None
    other = identifier(f"{DOCUMENT}-case.documents")
    assert document_key_of({"resourceType": "DocumentReference", "identifier": [other]}) is None


@pytest.mark.parametrize(
    ("reference", "place"),
    [
        pytest.param("Patient/7", ("Patient", "7"), id="relative"),
        pytest.param("http://here/fhir/Patient/7", ("Patient", "7"), id="absolute"),
        pytest.param("Patient/7/_history/2", ("Patient", "7"), id="version"),
        pytest.param("http://there/fhir/Patient/7", None, id="elsewhere"),
        pytest.param("urn:uuid:056b1c35-0a81-5a5b-ba28-f4e060745b53", None, id="urn"),
        pytest.param("#7", None, id="contained"),
        pytest.param("Patient?identifier=x|7", None, id="search"),
        pytest.param("Patient/7/$everything", None, id="operation"),
        pytest.param("Patient/a,b", None, id="two"),
        pytest.param("../Patient/7", None, id="upwards"),
        pytest.param("Patient", None, id="type-alone"),
        pytest.param("", None, id="empty"),
        pytest.param(7, None, id="number"),
        pytest.param(None, None, id="nothing"),
    ],
)
def test_where_a_reference_leads(reference: object, place: tuple[str, str] | None) -> None:
    """To a resource of this server, or nowhere."""
    assert place_of(reference, "http://here/fhir") == place
