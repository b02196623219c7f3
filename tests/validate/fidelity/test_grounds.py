"""Places in the text: they exist, hold whole words, and name what the resource is about."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from hashlib import sha1
from typing import Any

import pytest

from fhirkit.validate.fidelity import check_fidelity
from fhirkit.validate.findings import Findings

Found = Callable[[Any], list[tuple[str, str]]]
TEXT = "He had a severe headache. Ibuprofen 400 mg helped."


@pytest.fixture
def bundle(make: Callable[..., Any], ground: Callable[..., Any]) -> Any:
    """A bundle of a text and a Condition that was read from it."""
    extension = ground(TEXT, "severe headache", "severe")
    code = {"text": "severe headache"}
    return make(TEXT, {"resourceType": "Condition", "extension": extension, "code": code})


def part(bundle: Any, name: str, at: int = 0) -> Any:
    """The part of a place that is called ``name``."""
    extension = bundle["entry"][1]["resource"]["extension"][at]
    return next(part for part in extension["extension"] if part["url"] == name)


def test_a_faithful_bundle(bundle: Any, found: Found) -> None:
    """Places that hold whole words of the text are left alone."""
    assert found(bundle) == []


@pytest.mark.parametrize(
    ("name", "value", "finding"),
    [
        pytest.param("offset", -1, "outside", id="before-the-text"),
        pytest.param("offset", 5000, "outside", id="behind-the-text"),
        pytest.param("length", 5000, "outside", id="too-long"),
        pytest.param("length", -3, "outside", id="negative-length"),
        pytest.param("length", 0, "empty", id="no-length"),
        pytest.param("offset", 10, "cut", id="begins-in-a-word"),
        pytest.param("length", 13, "cut", id="ends-in-a-word"),
        pytest.param("offset", 8, "cut", id="begins-with-a-space"),
        pytest.param("length", 7, "cut", id="ends-with-a-space"),
    ],
)
def test_a_place_that_was_changed(
    name: str, value: int, finding: str, bundle: Any, found: Found
) -> None:
    """One place changed is one finding, and nothing else is judged by it."""
    part(bundle, name)["valueInteger"] = value
    assert found(bundle) == [(finding, "valueInteger")]


def test_a_place_of_other_words(bundle: Any, found: Found) -> None:
    """A place moved to whole words that name something else is found; others do not make up."""
    part(bundle, "offset")["valueInteger"] = TEXT.index("Ibuprofen")
    part(bundle, "length")["valueInteger"] = len("Ibuprofen")
    assert found(bundle) == [("place", None)]
    del bundle["entry"][1]["resource"]["extension"][1]
    assert found(bundle) == [("words", "text")]


@pytest.mark.parametrize("value", [None, "12", 1.5, True, [1], {"a": 1}])
@pytest.mark.parametrize("name", ["offset", "length"])
def test_a_place_of_the_wrong_type_is_the_structure_layers(
    name: str, value: object, bundle: Any, found: Found
) -> None:
    """What is no integer is skipped in silence, and nothing is judged by it."""
    part(bundle, name)["valueInteger"] = value
    assert found(bundle) == []


def test_a_reference_to_no_text(bundle: Any, found: Found) -> None:
    """A place must be one of a text in the bundle."""
    part(bundle, "reference")["valueReference"] = {"reference": "urn:uuid:elsewhere"}
    assert found(bundle) == [("no-document", "valueReference")]


def test_a_reference_by_identifier(bundle: Any, found: Found) -> None:
    """In a batch, references name the identifier of the text."""
    identifier = bundle["entry"][0]["resource"]["identifier"][0]
    for at in (0, 1):
        part(bundle, "reference", at)["valueReference"] = {"identifier": identifier}
    assert found(bundle) == []
    bundle["entry"][1]["resource"]["code"]["text"] = "asthma"
    assert found(bundle) == [("words", "text")]


def test_a_reference_by_id(bundle: Any, found: Found) -> None:
    """A bundle that comes from a server names the text by its id."""
    bundle["entry"][0] |= {"fullUrl": "https://example.org/fhir/DocumentReference/7"}
    bundle["entry"][0]["resource"]["id"] = "7"
    for at in (0, 1):
        part(bundle, "reference", at)["valueReference"] = {"reference": "DocumentReference/7"}
    bundle["entry"][1]["resource"]["code"]["text"] = "asthma"
    assert found(bundle) == [("words", "text")]


def attachment(bundle: Any) -> Any:
    """The Attachment with the text."""
    return bundle["entry"][0]["resource"]["content"][0]["attachment"]


def test_a_text_that_was_changed(bundle: Any, found: Found) -> None:
    """A text with another one's key is one finding; no place in it is judged."""
    data = TEXT.replace("severe", "mild").encode()
    attachment(bundle)["data"] = b64encode(data).decode()
    assert found(bundle) == [("document", "data")]


def test_a_damaged_text_is_told_by_its_hash(bundle: Any, found: Found) -> None:
    """Where size or hash are wrong that is said already, and nothing is said twice."""
    digest = sha1(TEXT.encode(), usedforsecurity=False).digest()
    attachment(bundle)["hash"] = b64encode(digest).decode()
    attachment(bundle)["data"] = b64encode(TEXT.replace("severe", "mild").encode()).decode()
    assert found(bundle) == []


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"data": None}, id="no-data"),
        pytest.param({"data": "%%%"}, id="no-base64"),
        pytest.param({"data": "//8="}, id="no-utf-8"),
        pytest.param({"contentType": "application/pdf"}, id="no-text"),
        pytest.param({"contentType": ["text/plain"]}, id="no-type"),
    ],
)
def test_without_a_text_nothing_is_judged(
    change: dict[str, object], bundle: Any, found: Found
) -> None:
    """A bundle whose document is no plain text is passed over."""
    attachment(bundle).update(change)
    bundle["entry"][1]["resource"]["code"]["text"] = "asthma"
    assert found(bundle) == []


def test_most_places_do_not_fit(
    make: Callable[..., Any], ground: Callable[..., Any], found: Found
) -> None:
    """Places all moved by as much are one finding, at the text."""
    words = ["severe", "headache", "Ibuprofen", "helped"]
    made = [{"resourceType": "Condition", "extension": ground(TEXT, word)} for word in words]
    for resource in made:
        resource["extension"][0]["extension"][1]["valueInteger"] += 2  # type: ignore[index]
    assert found(make(TEXT, *made)) == [("shifted", "data")]


def test_others_may_count_otherwise(make: Callable[..., Any], ground: Callable[..., Any]) -> None:
    """A cut word is an error in our bundles and a warning in those of others."""
    extension = ground(TEXT, "eadache")
    severities = []
    for ours in (True, False):
        findings = Findings()
        made = make(TEXT, {"resourceType": "Condition", "extension": extension}, ours=ours)
        check_fidelity(made, findings)
        severities += [finding.severity for finding in findings.made]
    assert severities == ["error", "warning"]
