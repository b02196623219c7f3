"""Results told as a multiple of the normal limit: "five times the upper limit of normal".

The multiple is no number in the analyte's unit: the words are the value.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fhirkit.facts.model import Whose

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fhirkit.facts.lexicon import Mention
    from fhirkit.facts.scene import Scene

_COUNT = (
    r"(?:\d+(?:[.,]\d+)?(?:\s*(?:-|–|to)\s*\d+(?:[.,]\d+)?)?|two|three|four|five|six|seven|eight|nine|ten"
    r"|eleven|twelve|fifteen|twenty|several|twice|double|many)"
)
_UPPER = r"upper\s+(?:(?:reference|normal)\s+)?limits?(?:\s+of\s+(?:the\s+)?(?:normal|reference)(?:\s+range)?)?|ULN\b"
_NORMAL = r"(?:normal|reference)(?:\s+(?:reference\s+)?(?:values?|range|limits?|levels?))?\b"
_THAN = r"\s*(?:(?:higher|greater|more)\s+than|above|over|of)?\s*(?:the\s+)?"
_TIMES = r"(?:\s*-?\s*(?:times|fold)\b|\s?[x×])"
MULTIPLE = re.compile(
    r"(?:(?:more|greater|less)\s+than\s+|over\s+|above\s+|about\s+|approximately\s+|up\s+to\s+|[<>≥≤~]\s*)?"
    rf"{_COUNT}(?:{_TIMES}?{_THAN}(?P<upper>{_UPPER})|{_TIMES}{_THAN}(?P<normal>{_NORMAL}))",
    re.IGNORECASE,
)
_LED = re.compile(
    r"\s*(?:levels?|values?|counts?|activity|concentrations?)?\s*[,:=(]?\s*(?:(?:was|were|is|are|of|at|to|had|has|have"
    r"|been|risen|rose|increased|elevated|raised|up|by|being|reached|peaked|both|all|also|markedly|about|approximately"
    r"|which|with|a|an|peak|maximum|(?:ten|two|three|four|five)?fold)\b\s*)*",
    re.IGNORECASE,
)
_AND = re.compile(r"\s*(?:,|/|and|or|,\s*and)\s*(?:the\s+|serum\s+)?", re.IGNORECASE)
#: One of these folded words is in every multiple of a limit.
_TELLING = frozenset({"normal", "uln", "limit", "reference"})
_ASIDE = re.compile(r"\([^()]*\)")


def multiples(scene: Scene) -> Iterator[tuple[list[Mention], re.Match[str]]]:
    """Each multiple of a limit with the analytes it is told of, offsets in the view.

    Its numbers are taken, so that no reader pairs them with anything.
    """
    if scene.all_words.isdisjoint(_TELLING):
        return
    for match in MULTIPLE.finditer(scene.view, scene.sentence.start, scene.sentence.end):
        for measure in scene.measures:
            if (
                match.start() <= measure.start < match.end()
                or match.start() < measure.end <= match.end()
            ):
                measure.used = True
        owners = _owners(scene, match.start())
        if owners:
            yield owners, match


def _owners(scene: Scene, end: int) -> list[Mention]:
    before = [
        a for a in scene.of("observations") if a.end <= end and scene.whose_is(a) is Whose.PATIENT
    ]
    if not before or not _LED.fullmatch(_ASIDE.sub("", scene.text(before[-1].end, end))):
        return []
    found = [before[-1]]
    for left in reversed(before[:-1]):
        if not _AND.fullmatch(_ASIDE.sub("", scene.text(left.end, found[-1].start))):
            break
        found.append(left)
    return found[::-1]
