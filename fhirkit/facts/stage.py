"""The stage of a disease as its authors give it: "FIGO stage IB1", "stage IV", "T2N0M0"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fhirkit.facts.lexicon import Mention
    from fhirkit.facts.scene import Scene
    from fhirkit.narrative.span import Span

_GROUP = (
    r"(?:(?:FIGO|AJCC|UICC|Ann[ -]Arbor|INSS|KDIGO|BCLC|Rai|Binet|Breslow|clinical|pathologic(?:al)?)\s+)?"
    r"[Ss]tages?\s+(?:(?:[IVX]{1,4}|[0-5])(?:[ABCEabce][1-3]?)?)(?:[-–/](?:[IVX]{1,4}|[0-5])[ABCabc]?)?\b"
)
_TNM = r"[cypr]{0,2}T(?:[0-4]|is|x|X)[a-d]?[\s,]{0,2}[cp]?N[0-3xX][a-c]?(?:[\s,]{0,2}[cp]?M[01xX][a-c]?)?(?![\w-])"
_STAGE = re.compile(rf"(?:{_GROUP}|{_TNM})(?:[\s,;]{{1,2}}(?:{_TNM}|{_GROUP}))?")
#: Between a disease and the stage behind it stand no more than a few words of its own name.
_BEHIND = re.compile(
    r"(?:[\s,(:;]|\bof the [a-z]+\b|\b(?:at|with|in|was|is|were|classified|staged|as|an?|the|disease"
    r"|advanced|clinical|pathologic(?:al)?|tumou?r|TNM|classification|type|grade)\b){1,12}",
    re.IGNORECASE,
)
_BEFORE = re.compile(r"(?:[\s,(-]|\)|\b[a-z-]+\b){1,7}")
_AROUND = 60


def stage_of(scene: Scene, disease: Mention) -> Span | None:
    """The stage that stands right at a disease, before it or behind; None without one."""
    low = max(scene.sentence.start, disease.start - _AROUND)
    high = min(scene.sentence.end, disease.end + _AROUND)
    text = scene.narrative.view.text
    if "tage" not in text[low:high] and "T" not in text[low:high]:
        return None
    others = [t for t in scene.of("conditions") if t is not disease]
    for match in _STAGE.finditer(text, low, high):
        behind = match.start() >= disease.end
        gap = text[disease.end : match.start()] if behind else text[match.end() : disease.start]
        start, end = sorted((disease.start, match.start()))
        if any(start < o.start < end for o in others):
            continue
        if (_BEHIND if behind else _BEFORE).fullmatch(gap):
            return scene.narrative.span(match.start(), match.end())
    return None
