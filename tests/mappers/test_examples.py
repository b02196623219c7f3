from __future__ import annotations

import doctest
import importlib

import pytest

WITH_EXAMPLES = ("identity", "loinc_property", "quantity")


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_examples_in_docstrings_are_true(name: str) -> None:
    """What a docstring shows is what happens."""
    result = doctest.testmod(importlib.import_module(f"fhirkit.mappers.{name}"))
    assert result.attempted
    assert not result.failed
