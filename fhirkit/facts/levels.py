"""Drugs that are measured, not given: "lithium was 2.8 mmol/L", "vitamin B12 was low"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fhirkit.facts.lexicon import Mention

if TYPE_CHECKING:
    from fhirkit.facts.lexicon import Lexicon
    from fhirkit.narrative.narrative import Narrative

_BE = r"(?:\s*(?:\b(?:was|were|is|measured|of|at|only)\b|[=:]))"
_NUMBER = r"\s*[<>≤≥~]?\s*\d[\d.,]*\s*"
# Words of change ("was reduced", "was increased") are left out: they are said of doses.
_JUDGED = (
    r"(?:low|normal|elevated|high|undetectable|unremarkable|deficient|toxic|therapeutic"
    r"|subtherapeutic|supratherapeutic|within (?:the )?(?:normal|therapeutic|reference))\b(?!\s+on\b)"
)
_MEASURED = re.compile(
    r"(?:\s*\b(?:trough|peak)\b)?(?:"
    # With a verb an amount in a volume is a result; without one it may be a strength ("eye
    # drops 5 mg/mL"), so there only units that no preparation is labelled in count.
    rf"{_BE}+{_NUMBER}(?:[pnuµμm]?g|[pnuµμm]?mol|[muµμ]?I?U|mEq)\s*/\s*[dm]?L\b"
    rf"|\s*[(,:]?{_NUMBER}(?:[pnuµμ]g|[pnuµμm]mol)\s*/\s*[dm]?L\b"
    rf"|{_BE}+\s*(?:\w+ly\s+)?{_JUDGED})",
    re.IGNORECASE,
)
_LISTED = re.compile(r"\s*(?:,|and|or|/|,\s*and)\s*", re.IGNORECASE)
_AFTER = 60


def measured(narrative: Narrative, things: list[Mention], lexicon: Lexicon) -> list[Mention]:
    """``things`` with each drug that is measured turned into its level, or left out without one."""
    text = narrative.view.text
    kept: list[Mention] = []
    behind: Mention | None = None  # the next thing, where it has a result
    for thing in reversed(things):
        result = bool(_MEASURED.match(text, thing.end, thing.end + _AFTER))
        if thing.kind != "drugs":
            behind = thing if result and thing.kind == "observations" else None
            kept.append(thing)
            continue
        level = _level(narrative, thing, lexicon)
        listed = behind is not None and _LISTED.fullmatch(text, thing.end, behind.start)
        if result or (listed and level):
            behind = thing
            if level is not None:
                kept.append(level)
        else:
            behind = None
            kept.append(thing)
    return kept[::-1]


def _level(narrative: Narrative, drug: Mention, lexicon: Lexicon) -> Mention | None:
    """The measurement that the drug's words and "level" name."""
    words = narrative.words[drug.first : drug.last]
    for name in (words, drug.name.lower().split()):
        entry = lexicon.thing((*name, "level"))
        if entry is not None and entry.kind == "observations":
            return Mention(entry, drug.first, drug.last, drug.start, drug.end)
    return None
