"""The keys of findings: documented where users look them up, and each with one meaning."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

import pytest

import fhirkit
from fhirkit.validate.findings import Rule

VALIDATE = Path(fhirkit.__file__).parent / "validate"
DOCS = Path(__file__).parents[2] / "docs"


def rules() -> list[tuple[str, Rule]]:
    """Every rule that a module of the validator defines, with the module's file."""
    found: dict[int, tuple[str, Rule]] = {}
    for module in pkgutil.walk_packages([str(VALIDATE)], "fhirkit.validate."):
        file = module.name.removeprefix("fhirkit.validate.").replace(".", "/") + ".py"
        for value in vars(importlib.import_module(module.name)).values():
            for rule in value.values() if isinstance(value, dict) else [value]:
                if isinstance(rule, Rule):
                    found.setdefault(id(rule), (file, rule))
    return list(found.values())


@pytest.mark.skipif(not DOCS.is_dir(), reason="the wheel has no docs")
def test_each_key_is_documented() -> None:
    """A user who reads a key finds it in the docs with its severity."""
    keys = (DOCS / "validation.md").read_text("utf-8")
    fidelity = (DOCS / "fidelity.md").read_text("utf-8")
    missing = {
        rule.key
        for _, rule in rules()
        if f"| `{rule.key}` | {rule.severity.value} |" not in keys
        and f"`{rule.key}`" not in fidelity
    }
    assert not missing


def test_a_rule_has_a_code_of_fhir_and_a_link() -> None:
    """Each finding can become an OperationOutcome and leads to the specification."""
    from fhirkit.validate.definitions import value_set

    codes = value_set("http://hl7.org/fhir/ValueSet/issue-type")
    assert codes is not None
    known = set().union(*(found for found in codes.values() if found))
    for file, rule in rules():
        assert rule.code in known, (file, rule.key)
        assert rule.spec is None or rule.spec.startswith("https://"), (file, rule.key)


def test_messages_begin_alike() -> None:
    """A message is a phrase, not a sentence: it stands behind a place and before what was found."""
    for file, rule in rules():
        assert not rule.message.endswith("."), (file, rule.key)
