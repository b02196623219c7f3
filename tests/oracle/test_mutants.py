"""The generator of mutants and the measure of agreement are right themselves."""

from __future__ import annotations

import json

import pytest

from fhirkit._cases import golden_cases
from fhirkit.validate.definitions import resource_types
from oracle.agreement import nearest, parent, relation, verdict
from oracle.broken import broken
from oracle.engine import Message, plain
from oracle.instances import fullest, smallest
from oracle.mutants import Edit, Mutant, draw, mutants, variants
from oracle.mutants.model import GONE, Pairs, Raw, changed, expression, read, write

ROOT = read(golden_cases()[0].bundle)


def test_each_rule_is_drawn_before_any_is_drawn_twice() -> None:
    """A sample is even by rule, and the same every time."""
    found = [*mutants(ROOT)]
    rules = {one.rule for one in found}
    drawn = draw(found, len(rules))
    assert {one.rule for one in drawn} == rules
    assert drawn == draw(mutants(ROOT), len(rules))
    assert len(rules) > 250


def test_a_mutant_differs_from_its_base_and_leaves_it_alone() -> None:
    """One change each, none of it in the resource it was made of."""
    before = write(ROOT)
    same = [one.label for one in draw(mutants(ROOT), 900) if one.text(ROOT) == before]
    assert same == []
    assert write(ROOT) == before


def test_variants_say_that_they_are_valid() -> None:
    """What is expected is in the mutant."""
    assert {one.severity for one in variants(ROOT)} == {"none"}
    assert {one.severity for one in mutants(ROOT)} == {"error", "any"}


def test_each_invariant_is_broken_by_a_row_of_its_own() -> None:
    """More than half of R4's invariants have a resource that breaks them."""
    assert len({one.key for one in broken()}) > 125


def test_every_type_has_its_smallest_and_its_fullest_instance() -> None:
    """The fullest has what the smallest has, and more."""
    for resource_type in sorted(resource_types()):
        assert len(write(fullest(resource_type))) > len(write(smallest(resource_type)))


@pytest.mark.parametrize(
    ("steps", "value", "made"),
    [
        pytest.param(("a",), 2, {"a": 2, "b": [1, 2]}, id="member"),
        pytest.param(("c", "d"), 2, {"a": 1, "b": [1, 2], "c": {"d": 2}}, id="new member"),
        pytest.param(("b", 0), 3, {"a": 1, "b": [3, 2]}, id="item"),
        pytest.param(("b", 2), 3, {"a": 1, "b": [1, 2, 3]}, id="new item"),
        pytest.param(("b", 0), GONE, {"a": 1, "b": [2]}, id="item gone"),
        pytest.param(("a",), GONE, {"b": [1, 2]}, id="member gone"),
        pytest.param((), 5, 5, id="all of it"),
    ],
)
def test_edits(steps: tuple[str | int, ...], value: object, made: object) -> None:
    """A copy with one element changed."""
    tree = {"a": 1, "b": [1, 2]}
    assert changed(tree, steps, value) == made
    assert tree == {"a": 1, "b": [1, 2]}


def test_numbers_and_raw_text_are_written_as_they_are() -> None:
    """Decimals keep their digits, names may stand twice."""
    text = '{"a":1.50,"b":[true,null,"x"]}'
    assert write(read(text)) == text
    assert write({"a": Raw("01")}) == '{"a":01}'
    assert write(Pairs((("a", 1), ("a", 2)))) == '{"a":1,"a":2}'


def test_a_mutant_below_another_place_moves_with_it() -> None:
    """Place and edits alike."""
    mutant = Mutant("rule", "layer", ("a",), (Edit(("a",), 2),)).below(("entry", 0))
    assert expression(mutant.steps, "Bundle") == "Bundle.entry[0].a"
    assert json.loads(mutant.text({"entry": [{"a": 1}]})) == {"entry": [{"a": 2}]}


@pytest.mark.parametrize(
    ("place", "wanted", "found"),
    [
        pytest.param("Patient.name[0]", "Patient.name[0]", "same", id="same"),
        pytest.param("Patient.name", "Patient.name[0]", "parent", id="array of an item"),
        pytest.param("Patient", "Patient.name", "parent", id="parent"),
        pytest.param("Patient.name[0].use", "Patient.name[0]", "child", id="child"),
        pytest.param("Patient.name", "Patient.name[0].use", "above", id="two up"),
        pytest.param("Patient.names", "Patient.name", "elsewhere", id="longer name"),
        pytest.param("Patient.name[1]", "Patient.name[0]", "elsewhere", id="other item"),
        pytest.param("A.value", "A.valueQuantity", "same", id="choice by its stem"),
        pytest.param("A.value[x]", "A.valueQuantity", "same", id="choice as it is defined"),
        pytest.param("A.valueSet", "A.value", "elsewhere", id="no choice"),
        pytest.param("A.status", "A._status", "same", id="companion"),
    ],
)
def test_relation(place: str, wanted: str, found: str) -> None:
    """How two places lie to each other."""
    assert relation(place, wanted) == found


def test_nearest_takes_the_best_place() -> None:
    """Of several findings the one at the element counts."""
    assert nearest(["Patient", "Patient.name"], "Patient.name") == "same"
    assert nearest([], "Patient.name") == "nowhere"
    assert parent("Patient") == ""


@pytest.mark.parametrize(
    ("location", "place"),
    [
        pytest.param("Bundle.entry[0].resource/*Patient/a*/.name", "Bundle.entry[0].resource.name"),
        pytest.param("Observation.value.ofType(Quantity).code", "Observation.value.code"),
        pytest.param(None, ""),
    ],
)
def test_places_of_the_engine_are_read(location: str | None, place: str) -> None:
    """Without the names of resources and types."""
    assert plain(location) == place


def test_a_verdict_is_what_is_new() -> None:
    """What is said of the valid resource already is no part of it, once for each time."""
    warning = Message("warning", "Patient", 1, None, "text")
    error = Message("error", "Patient.name", 1, None, "text")
    assert verdict([warning], [warning]).level == "none"
    assert verdict([warning, warning], [warning]).level == "warning"
    assert verdict([warning, error], [warning]).places == ("Patient.name",)
