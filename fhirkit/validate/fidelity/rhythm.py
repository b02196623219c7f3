"""How often and for how long a drug was taken."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from fhirkit.validate.fidelity import rules
from fhirkit.validate.fidelity.quantities import check_quantity, number
from fhirkit.validate.fidelity.vocabulary import cues_in

if TYPE_CHECKING:
    from fhirkit.validate.fidelity.passage import Passage
    from fhirkit.validate.findings import Findings, Node

#: Beginnings of words that tell a unit of time.
_WORDS: Final = {
    "s": r"\bs(?:ec(?:ond)?s?)?\b",
    "min": r"\bmin",
    "h": r"\d\s?h\b|hour|\bhr|hourly",
    "d": r"da[iy]|\bd\b|night|morning|evening|noon|bedtime|\b[qbt]\.?[idos]\.?d?\.?\b|\bq[.dhi]|\bod\b|\bbd\b|\btds\b|prn",
    "wk": r"week|\bwk|fortnight|\bbiw\b|\btiw\b|\bw\b",
    "mo": r"month|\bmo\b",
    "a": r"year|annual|\byr|\ba\b",
}
_FREQUENCY = re.compile(r"(\d+)/(\d+) (\w+)")


def check_repeat(repeat: Node, passage: Passage, findings: Findings) -> None:
    """Timing.repeat: each number and the unit of time."""
    bounds = repeat.get("boundsDuration")
    if isinstance(bounds, dict):
        check_quantity(bounds, passage, findings)
    numbers = {n.value for n in passage.numbers} | {1.0}
    written = passage.written.lower()
    for value in cues_in("frequency", written):
        if match := _FREQUENCY.fullmatch(value):
            numbers |= {float(match[1]), float(match[2])}
    for name in ("frequency", "frequencyMax", "period", "periodMax", "count", "countMax"):
        stated = number(repeat.get(name))
        if stated is not None and stated not in numbers:
            findings.add(rules.RHYTHM, repeat, name, severity=passage.severity)
            return
    unit = repeat.get("periodUnit")
    pattern = _WORDS.get(unit) if isinstance(unit, str) else None
    if pattern and not re.search(pattern, written):
        findings.add(rules.RHYTHM, repeat, "periodUnit", found=unit, severity=passage.severity)
