"""How invariants are registered, and that none of the specification's is missing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from fhirkit.validate.invariants import INVARIANTS, WORDS, registry
from fhirkit.validate.invariants.patches import (
    BEST_PRACTICE,
    CLINICAL_PATCHES,
    CONFORMANCE_PATCHES,
    PATCHES,
)
from fhirkit.validate.invariants.registry import culprits, invariant, key_of
from fhirkit.validate.scope import Scope

Official = dict[str, dict[str, Any]]

ELSEWHERE = {
    "txt-1": "the narrative layer reads the XHTML",
    "txt-2": "the same",
}
"""Keys without a function here, each with the reason."""

NODE: dict[str, Any] = {"status": "final"}
SCOPE = Scope(root=NODE, container=NODE, resource=NODE)


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A registry of this test's own."""
    own: dict[str, Any] = {}
    monkeypatch.setattr(registry, "INVARIANTS", own)
    monkeypatch.setattr(registry, "WORDS", {})
    return own


def test_a_predicate_blames_the_element_itself(registered: dict[str, Any]) -> None:
    """@invariant registers a predicate; where it does not hold, the element is at fault."""

    @invariant
    def tst_one(node: dict[str, Any], scope: Scope) -> bool:
        """Nothing  is said."""
        return "status" not in node and scope is SCOPE

    ((owner, name),) = registered["tst-one"](NODE, SCOPE)
    assert owner is NODE
    assert name is None
    assert list(registered["tst-one"]({}, SCOPE)) == []
    assert not tst_one(NODE, SCOPE)
    assert registry.WORDS == {"tst-one": "Nothing is said."}


def test_culprits_name_the_parts(registered: dict[str, Any]) -> None:
    """@culprits registers a function that names the places itself."""

    @culprits
    def tst_two(node: dict[str, Any], _: Scope) -> Iterator[tuple[dict[str, Any], str]]:
        yield node, "status"

    assert registered == {"tst-two": tst_two}
    assert list(registered["tst-two"](NODE, SCOPE)) == [(NODE, "status")]


def test_a_key_is_the_name_of_its_function() -> None:
    """Underscores are hyphens: obs_6 is obs-6."""

    def sdf_15a() -> None: ...

    assert key_of(sdf_15a) == "sdf-15a"


def test_every_invariant_is_there(expressions: Official) -> None:
    """Each invariant of the specification has a function, and each function has one."""
    assert set(expressions) - set(INVARIANTS) == set(ELSEWHERE)
    assert set(INVARIANTS) <= set(expressions)


def test_functions_quote_the_specification(expressions: Official) -> None:
    """What each function says is its official text, white space apart."""
    official = {key: " ".join(expressions[key]["human"].split()) for key in INVARIANTS}
    assert official == WORDS


def test_patches_are_about_invariants_that_are_there() -> None:
    """A slip that is told of belongs to an invariant, and says what is done instead."""
    assert set(PATCHES) | set(BEST_PRACTICE) <= set(INVARIANTS)
    assert all(patch.slip and patch.done for patch in PATCHES.values())
    assert not set(CLINICAL_PATCHES) & set(CONFORMANCE_PATCHES)
