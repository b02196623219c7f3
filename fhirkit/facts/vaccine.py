"""Which dose of a vaccine was given."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fhirkit.facts.model import Quantity

if TYPE_CHECKING:
    from fhirkit.facts.lexicon import Mention
    from fhirkit.facts.notebook import Draft
    from fhirkit.facts.scene import Scene

_NUMBERED = re.compile(
    r"\b(?:(?P<word>first|second|third|fourth|fifth|1st|2nd|3rd|4th|5th|booster)\s+(?:dose|shot|jab"
    r"|injection|vaccination|administration)|dose\s+(?:number\s+)?(?P<digit>[1-5]))"
    r"(?:\s+(?:of|with)\s+(?:the\s+|an?\s+|her\s+|his\s+)?[^.;,]{0,40})?\s*$",
    re.IGNORECASE,
)


_NUMBERED_AFTER = re.compile(
    r"[\s,(]*(?:vaccine|vaccination)?[\s,(]*(?:(?P<word>first|second|third|fourth|fifth|1st|2nd|3rd|4th"
    r"|5th)\s+(?:dose|shot|jab)|dose\s+(?:number\s+)?(?P<digit>[1-5])\b)",
    re.IGNORECASE,
)


_ORDINAL = {"first": "1", "second": "2", "third": "3", "fourth": "4", "fifth": "5"}


def dose_number(scene: Scene, vaccine: Mention) -> Quantity | None:
    """Which dose of a vaccine the words at it tell of; None for a booster, which has no number."""
    start = max(scene.sentence.start, vaccine.start - 70)
    found = _NUMBERED.search(scene.text(start, vaccine.start))
    if found is None:
        start = vaccine.end
        found = _NUMBERED_AFTER.match(scene.text(start, min(scene.sentence.end, start + 40)))
    if found is None:
        return None
    group = "word" if found["word"] else "digit"
    written = found[group].lower()
    digits = _ORDINAL.get(written, written[:1])
    if not digits.isdigit():
        return None
    span = scene.narrative.span(start + found.start(group), start + found.end(group))
    return Quantity(span, digits)


def is_other_dose(scene: Scene, drug: Mention, draft: Draft) -> bool:
    """Whether the words tell of another dose of a vaccine than the draft does."""
    known = draft.fields.get("dose_number")
    if known is None or draft.fields.get("level") != "vaccine":
        return False
    number = dose_number(scene, drug)
    return number is not None and number.digits != known.digits
