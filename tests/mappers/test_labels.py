from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from facts_builder import Story, resources
from fhirkit.facts.model import SymptomFact
from rich_case import CASE

LABELLED = {"meta", "text"}


def test_every_resource_is_labelled_as_read_by_a_machine() -> None:
    """DEVAST always, HTEST only for test data."""
    for resource in resources(CASE):
        assert [label["code"] for label in resource["meta"]["security"]] == ["DEVAST"]
    for resource in resources(CASE, test_data=True):
        assert [label["code"] for label in resource["meta"]["security"]] == ["DEVAST", "HTEST"]


def test_every_resource_can_be_read_by_a_person() -> None:
    """The narrative is well-formed XHTML, whatever the text holds."""
    for resource in resources(CASE):
        assert resource["text"]["status"] == "generated"
        root = ET.fromstring(resource["text"]["div"])  # noqa: S314 - our own words
        assert root.tag == "{http://www.w3.org/1999/xhtml}div"
        assert "".join(root.itertext()).strip()


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("a<script>b", id="markup"),
        pytest.param("\"&amp;'", id="entities"),
        pytest.param("bell\x07 nul\x00", id="control characters"),
        pytest.param("x\u202ey", id="right-to-left override"),
        pytest.param("half \ufffe end", id="no character"),
    ],
)
def test_odd_words_do_no_harm(words: str) -> None:
    """Control characters, which neither FHIR nor XML allows, are dropped; the rest stays."""
    story = Story(f"He had [[{words}]].")
    fact = SymptomFact(id="s", spans=(story(words),), name=story.term(words, ""))
    (observation,) = resources(story.case(fact), "Observation")
    root = ET.fromstring(observation["text"]["div"])  # noqa: S314 - our own words
    kept = observation["valueCodeableConcept"]["text"]
    assert "".join(root.itertext()) == f"Symptom: {kept}"
    assert not any(ord(c) < 32 for c in kept)


def test_every_fact_is_grounded() -> None:
    """Only what stands for no fact may lack a span."""
    without = {r["resourceType"] for r in resources(CASE) if "extension" not in r}
    assert without == {"Device", "DocumentReference", "Provenance"}
