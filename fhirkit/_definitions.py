"""The specification's tables in ``fhirkit/definitions``, as lines by what they are about.

``scripts/compile-definitions`` makes them. Each file has one line for one thing: its name, a
tab, and JSON or text that is taken apart when somebody asks for it.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# Beside this file in a checkout and in the wheel. importlib.resources would do the same and load
# zipfile with it, which costs a tenth of the start of a whole check.
FOLDER = Path(__file__).with_name("definitions")

VITAL_SIGNS = "vital-signs"
"""The line of ``profiles.txt`` that says which codes ask for which profile."""


@cache
def lines(file: str) -> Mapping[str, str]:
    """The lines of a table, ``types`` of ``types.txt``, by what stands before their first tab."""
    text = (FOLDER / f"{file}.txt").read_text("utf-8")
    return dict(line.split("\t", 1) for line in text.splitlines())
