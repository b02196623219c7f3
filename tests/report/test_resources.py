"""The resources of a bundle, as a page names and quotes them."""

from __future__ import annotations

import pytest

import fhirkit
from fhirkit.report.entries import Code
from fhirkit.report.resources import (
    codes_of,
    details_of,
    key_of,
    placed,
    spans_of_resource,
    title_of,
)

TEXT = (
    "A 40-year-old woman with multiple sclerosis was given alemtuzumab 12 mg daily for five days. "
    "Eight months later she had a headache but no fever, and haemoglobin was 6.8 g/dL."
)
BUNDLE = fhirkit.to_bundle(fhirkit.extract(TEXT))


def first(resource_type: str, code: str = "") -> dict[str, object]:
    """The first resource of a type, with these words in its concept."""
    found = (one.resource for one in placed(BUNDLE) if one.type == resource_type)
    return next(resource for resource in found if code in title_of(resource))


def test_resources_keep_their_positions() -> None:
    """The positions are those that findings name."""
    found = placed(BUNDLE)
    assert [one.position for one in found] == list(range(len(BUNDLE["entry"])))
    assert all(one.resource is BUNDLE["entry"][one.position]["resource"] for one in found)


def test_a_key_is_the_identifier_or_else_the_tag() -> None:
    """AdverseEvent and Provenance have no identifier to search for: theirs is a tag."""
    assert key_of({"identifier": [{"value": "a-1"}]}) == "a-1"
    assert key_of({"meta": {"tag": [{"code": "a-2"}]}}) == "a-2"


@pytest.mark.parametrize(
    "resource",
    [
        {},
        {"identifier": "x"},
        {"identifier": [None, {"system": "s"}]},
        {"meta": []},
        {"meta": {"tag": [{}]}},
        {"identifier": [{"value": 5}]},
    ],
)
def test_a_resource_of_another_program_has_no_key(resource: dict[str, object]) -> None:
    """Whatever shape it has, nothing is taken for a key that is none."""
    assert key_of(resource) is None


@pytest.mark.parametrize(
    "bundle", [{}, {"entry": None}, {"entry": [None, {}, {"resource": "x"}, "x"]}]
)
def test_a_bundle_without_resources_has_none(bundle: dict[str, object]) -> None:
    """Entries that hold no resource are passed over."""
    assert placed(bundle) == []


def test_a_symptom_is_called_by_its_finding() -> None:
    """Its code says only "Symptom" or "Symptom absent"."""
    assert title_of(first("Observation", "headache")) == "headache"
    assert title_of(first("Observation", "fever")) == "fever"


@pytest.mark.parametrize(
    ("resource", "title"),
    [
        ({"resourceType": "Procedure", "code": {"coding": [{"display": "Biopsy"}]}}, "Biopsy"),
        ({"resourceType": "Encounter", "type": [{"text": "visit"}]}, "visit"),
        (
            {
                "resourceType": "Observation",
                "code": {"text": "Hb"},
                "valueCodeableConcept": {"text": "low"},
            },
            "Hb",
        ),
        ({"resourceType": "Flag"}, "Flag"),
        ({}, "Resource"),
    ],
)
def test_every_resource_is_called_something(resource: dict[str, object], title: str) -> None:
    """By the words of its concept, else a display, else its type."""
    assert title_of(resource) == title


def test_codes_come_with_the_name_of_their_system() -> None:
    """A system nobody here has a name for keeps its address."""
    resource = {
        "resourceType": "Observation",
        "code": {
            "coding": [
                {"system": "http://loinc.org", "code": "718-7", "display": "Hemoglobin"},
                {"system": "http://lab.example", "code": "HB"},
                {"system": "http://loinc.org"},
            ]
        },
    }
    assert codes_of(resource) == (
        Code("http://loinc.org", "LOINC", "718-7", "Hemoglobin"),
        Code("http://lab.example", "http://lab.example", "HB", ""),
    )


def test_the_words_of_a_resource_are_found_in_the_text() -> None:
    """Each derivation reference is a span."""
    spans = spans_of_resource(first("MedicationAdministration"), TEXT)
    assert spans[0].text == "alemtuzumab"
    assert all(TEXT[span.start : span.end] == span.text for span in spans)


@pytest.mark.parametrize(
    ("offset", "length"), [(-1, 5), (0, 0), (0, 1000), (1000, 1), ("0", 5), (True, 5)]
)
def test_places_outside_the_text_are_none(offset: object, length: object) -> None:
    """A bundle may say anything; what leads nowhere is left out."""
    extension = {
        "url": "http://hl7.org/fhir/StructureDefinition/derivation-reference",
        "extension": [
            {"url": "offset", "valueInteger": offset},
            {"url": "length", "valueInteger": length},
        ],
    }
    assert spans_of_resource({"extension": [extension]}, TEXT) == ()


def test_elements_are_told_in_words() -> None:
    """Quantities with their unit, concepts by their text, addresses not at all."""
    resource = {
        "resourceType": "Observation",
        "id": "1",
        "status": "final",
        "code": {"text": "Hb"},
        "valueQuantity": {
            "value": 2.4,
            "comparator": "<",
            "unit": "g/dL",
            "system": "http://unitsofmeasure.org",
        },
        "interpretation": [{"text": "low"}],
        "subject": {"reference": "urn:uuid:1"},
        "encounter": {"reference": "urn:uuid:2"},
        "note": [{"text": "as told"}],
    }
    told = {detail.label: detail.parts[0].text for detail in details_of(resource)}
    assert told == {
        "status": "final",
        "valueQuantity": "<2.4 g/dL",
        "interpretation": "low",
        "note": "as told",
    }
