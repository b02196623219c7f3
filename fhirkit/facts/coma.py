"""The parts of the Glasgow Coma Scale: "E3V4M5". A total stands beside them or is not given."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fhirkit.facts.scene import Scene

_PARTS = re.compile(
    r"\bE\s?(?P<eye>[1-4])\s?[,/+]?\s?V\s?(?:(?P<verbal>[1-5])|T|NT)\s?[,/+]?\s?M\s?(?P<motor>[1-6])\b"
)
_NAMES = {
    "eye": "GCS eye",
    "verbal": "GCS verbal",
    "motor": "GCS motor",
}


def coma_parts(scene: Scene) -> Iterator[tuple[str, int, int, str]]:
    """(name of the part, start and end in the view, digits) of each part that is told.

    The verbal part of a patient with a tube ("VT") has no number and is left out.
    """
    for match in _PARTS.finditer(scene.view, scene.sentence.start, scene.sentence.end):
        for group, name in _NAMES.items():
            if match[group] is not None:
                yield name, match.start(group), match.end(group), match[group]
