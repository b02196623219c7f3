from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path

import pytest

from fhirkit.facts.lexicon import lexicon
from fhirkit.facts.read import read_case
from step_count import steps

PATH = Path(__file__).resolve().parents[2] / "benchmarks" / "adversarial.py"
SMALL, FACTOR = 5_000, 4
#: Some steps are taken a few times more in the one text than its length says.
SLACK = 1.3


def kinds() -> dict[str, Callable[[int], str]]:
    """The texts of the benchmark; none where only the wheel is."""
    if not PATH.is_file():
        return {}
    spec = importlib.util.spec_from_file_location("adversarial", PATH)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: dict[str, Callable[[int], str]] = module.KINDS
    return found


KINDS = kinds()


@pytest.mark.parametrize("name", KINDS)
def test_steps_grow_with_the_length_of_the_text_and_no_faster(name: str) -> None:
    """Four times the text takes about four times the steps, whatever the text is made of."""
    text = KINDS[name]
    read_case(text(SMALL), lexicon())  # words are folded once
    few, many = text(SMALL), text(SMALL * FACTOR)
    small = steps(lambda: read_case(few, lexicon()))
    large = steps(lambda: read_case(many, lexicon()))
    assert large <= small * FACTOR * SLACK


@pytest.mark.parametrize("name", KINDS)
def test_no_text_is_too_odd_to_be_read(name: str) -> None:
    """A text of 40 kB raises nothing."""
    text = KINDS[name](40_000)
    assert read_case(text, lexicon()).text == text


def test_the_texts_of_the_benchmark_are_read_here(checkout: Path) -> None:
    """In a checkout there are texts to read."""
    assert len(KINDS) >= 30
