"""Names of definitions that programs can use: the invariants that end in -0."""

from __future__ import annotations

from typing import Any

import pytest

from fhirkit.validate.invariants.names import PREFIXES
from invariant_builder import faults


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("Body Weight", id="blank"),
        pytest.param("bodyWeight", id="begins-small"),
        pytest.param("1Weight", id="begins-with-digit"),
        pytest.param("_Weight", id="begins-with-underscore"),
        pytest.param("Body-Weight", id="hyphen"),
        pytest.param("Körpergewicht", id="umlaut"),
        pytest.param("Weight\n", id="line-break"),
        pytest.param("W" * 256, id="too-long"),
    ],
)
def test_a_name_no_program_can_use(name: str) -> None:
    """What is no identifier is at fault, at the name."""
    value_set = {"resourceType": "ValueSet", "name": name}
    ((owner, element),) = faults("vsd-0", value_set)
    assert owner is value_set
    assert element == "name"


@pytest.mark.parametrize(
    "definition",
    [
        pytest.param({"name": "BodyWeight_2"}, id="identifier"),
        pytest.param({"name": "W" * 255}, id="longest"),
        pytest.param({}, id="absent"),
        pytest.param({"_name": {"extension": [{"url": "http://e.org/x"}]}}, id="extension-only"),
        pytest.param({"name": ["Body Weight"]}, id="wrong-type"),
    ],
)
def test_a_name_without_fault(definition: dict[str, Any]) -> None:
    """A usable name is no fault, nor is a name that is not there."""
    assert faults("vsd-0", definition) == []


def test_kinds_of_definitions(expressions: dict[str, Any]) -> None:
    """They are those the specification gives such a rule, and each says it in its words."""
    assert {f"{prefix}-0" for prefix in PREFIXES} == {
        key for key in expressions if key.endswith("-0")
    }


@pytest.mark.parametrize("prefix", PREFIXES)
def test_every_kind_of_definition_is_asked(prefix: str) -> None:
    """Each kind has the rule under its own key."""
    assert len(faults(f"{prefix}-0", {"name": "no name"})) == 1
