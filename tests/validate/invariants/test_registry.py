"""How invariants are registered, and that none of the specification's is missing."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from inspect import getdoc, getmembers, isfunction
from typing import Any

import pytest

from fhirkit.validate import invariants
from fhirkit.validate.invariants import registry
from fhirkit.validate.invariants.names import PREFIXES, name_usable
from fhirkit.validate.invariants.registry import INVARIANTS, culprits, invariant, key_of
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
    return own


def test_a_predicate_blames_the_element_itself(registered: dict[str, Any]) -> None:
    """@invariant registers a predicate; where it does not hold, the element is at fault."""

    @invariant
    def tst_one(node: dict[str, Any], scope: Scope) -> bool:
        return "status" not in node and scope is SCOPE

    ((owner, name),) = registered["tst-one"](NODE, SCOPE)
    assert owner is NODE
    assert name is None
    assert list(registered["tst-one"]({}, SCOPE)) == []
    assert not tst_one(NODE, SCOPE)


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
    _functions()
    assert set(expressions) - set(INVARIANTS) == set(ELSEWHERE)
    assert set(INVARIANTS) <= set(expressions)


def test_functions_quote_the_specification(expressions: Official) -> None:
    """The docstring of each invariant is its official text, white space apart."""
    functions = _functions() | {f"{prefix}-0": name_usable for prefix in PREFIXES}
    quoted = {key: _words(getdoc(function) or "") for key, function in functions.items()}
    official = {key: _words(rule["human"]) for key, rule in expressions.items()}
    assert {key: text for key, text in quoted.items() if official[key] != text} == {}
    assert set(quoted) == set(INVARIANTS)


def _functions() -> dict[str, Any]:
    """The functions of all modules that are named after an invariant, by its key."""
    modules = [
        import_module(f"{invariants.__name__}.{module.name}")
        for module in pkgutil.iter_modules(invariants.__path__)
    ]
    return {
        key_of(function): function
        for module in modules
        for _, function in getmembers(module, isfunction)
        if function.__module__ == module.__name__ and key_of(function) in INVARIANTS
    }


def _words(text: str) -> str:
    return " ".join(text.split())
