from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from fhirkit.facts.lexicon import lexicon
from fhirkit.facts.read import read_case

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


def steps(text: str) -> int:
    """How many lines of Python are run to read a text."""
    count = 0

    def trace(frame: FrameType, event: str, arg: Any) -> Any:
        nonlocal count
        count += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        read_case(text, lexicon())
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("name", KINDS)
def test_steps_grow_with_the_length_of_the_text_and_no_faster(name: str) -> None:
    """Four times the text takes about four times the steps, whatever the text is made of."""
    text = KINDS[name]
    read_case(text(SMALL), lexicon())  # words are folded once
    small, large = steps(text(SMALL)), steps(text(SMALL * FACTOR))
    assert large <= small * FACTOR * SLACK


@pytest.mark.parametrize("name", KINDS)
def test_no_text_is_too_odd_to_be_read(name: str) -> None:
    """A text of 40 kB raises nothing."""
    text = KINDS[name](40_000)
    assert read_case(text, lexicon()).text == text


def test_the_texts_of_the_benchmark_are_read_here(checkout: Path) -> None:
    """In a checkout there are texts to read."""
    assert len(KINDS) >= 30
