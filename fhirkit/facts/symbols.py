"""Analytes written as their symbol before a number: "Na 135, K 4.1, Cl 101 mmol/L", "T 38.9 °C".

A symbol alone names too many other things (a vertebra, a vitamin, a stage) to be in the vocabulary.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from fhirkit.facts.acceptance import acceptable
from fhirkit.facts.lexicon import Entry, Mention

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fhirkit._data import Mappings
    from fhirkit.facts.scene import Scene

#: Characters between a symbol with a bare number and the next analyte of the list.
_NEAR = 24


def symbols(scene: Scene, analytes: Sequence[Mention], mappings: Mappings) -> list[Mention]:
    """The symbols of the scene, each with a number right behind it that its analyte can have.

    Behind a symbol a bare number counts only in a list of analytes.
    """
    named = mappings.symbols
    pattern = _pattern(tuple(named))
    starts = {measure.start: measure for measure in scene.measures}
    found: list[Mention] = []
    bare: list[Mention] = []
    for match in pattern.finditer(scene.view, scene.sentence.start, scene.sentence.end):
        measure = starts.get(match.end())
        taken = any(t.start < match.end("symbol") and match.start() < t.end for t in scene.things)
        if measure is None or taken:
            continue
        start, end = match.span("symbol")
        at = scene.narrative.word_at(start)
        mention = Mention(Entry("observations", named[match["symbol"]]), at, at + 1, start, end)
        if acceptable(mappings, mention, measure):
            (bare if measure.ucum is None else found).append(mention)
    for mention in reversed(bare):
        others = [*analytes, *found]
        if any(
            abs(o.start - mention.end) <= _NEAR or abs(mention.start - o.end) <= _NEAR
            for o in others
        ):
            found.append(mention)
    return found


@lru_cache(maxsize=8)
def _pattern(written: tuple[str, ...]) -> re.Pattern[str]:
    """Any of the symbols, with what may lead from it to its number."""
    choice = "|".join(sorted(map(re.escape, written), key=len, reverse=True)) or "(?!)"
    return re.compile(
        rf"(?<![\w/.+-])(?P<symbol>{choice})(?:\s?[:=]\s?|\s+(?:was\s+|of\s+)?)(?=\d)"
    )
