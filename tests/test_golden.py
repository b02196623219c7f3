"""The example cases: what is committed is what the text gives today."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

import fhirkit
from fhirkit._cases import golden_cases
from fhirkit.facts.jsonform import to_dict
from fhirkit.settings import Settings

if TYPE_CHECKING:
    from fhirkit._cases import GoldenCase

CASES = golden_cases()
EACH = pytest.mark.parametrize("case", CASES, ids=[case.key for case in CASES])


def test_there_are_enough_cases() -> None:
    """Both alemtuzumab cases and others are shipped."""
    keys = {case.key for case in CASES}
    assert {"alemtuzumab-dnl", "alemtuzumab-paradoxical-activation"} <= keys
    assert len(keys) >= 5


@EACH
def test_facts_are_what_the_text_gives(case: GoldenCase) -> None:
    """A change in reading shows as a difference in facts.json (scripts/golden writes it)."""
    made = fhirkit.to_json(to_dict(fhirkit.extract(case.text)), indent=2)
    assert made.encode() == case.facts


@EACH
def test_bundle_is_what_the_facts_give(case: GoldenCase) -> None:
    """A change in mapping shows as a difference in bundle.json (scripts/golden writes it)."""
    made = fhirkit.to_bundle(fhirkit.extract(case.text), Settings(test_data=True))
    assert fhirkit.to_json(made, indent=2).encode() == case.bundle


@EACH
def test_bundle_has_no_finding(case: GoldenCase) -> None:
    """Structure and references of every shipped bundle hold."""
    assert fhirkit.validate(case.bundle) == []


@EACH
def test_round_trip_through_models_loses_nothing(case: GoldenCase) -> None:
    """Typed R4B models and back: equal but for how numbers are written."""
    bundle = json.loads(case.bundle)
    model = fhirkit.to_models(bundle)
    back = json.loads(model.model_dump_json())
    assert _without_number_form(back) == _without_number_form(bundle)


def _without_number_form(value: object) -> object:
    if isinstance(value, dict):
        return {key: _without_number_form(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_without_number_form(inner) for inner in value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    return value
