"""Numbers with their units: whether the text holds them, so and not otherwise."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from math import isfinite
from typing import TYPE_CHECKING, Final

from fhirkit.validate.fidelity import rules
from fhirkit.validate.fidelity.vocabulary import units

if TYPE_CHECKING:
    from fhirkit.validate.fidelity.numbers import Stated
    from fhirkit.validate.fidelity.passage import Passage
    from fhirkit.validate.findings import Findings, Node

UCUM: Final = "http://unitsofmeasure.org"
#: Characters between a number and its unit: a hyphen, a second number, a bracket.
_JOINT = re.compile(r"[\s\-–‐]*")
#: Numbers that share the unit of the last: "from 90/50 to 60/40 mmHg".
_MOST_NUMBERS: Final = 4
_SECOND = re.compile(r"\s*(?:[-–—:/±]|to|and|or)\s*\d[\d.,·]*")
#: Where the unit of a column or of a row of values may stand.
_BEFORE, _BEHIND = 40, 40
_DECADE = re.compile(r"['’]?s\b")
_COUNTED: Final = frozenset({"{score}", "1"})
_BOUND = re.compile(
    r"(?:[<>≤≥]\s?=?|\b(?:less|more|greater|fewer|lower|higher)\s+than|\bbelow|\babove|\bover|\bunder"
    r"|\bat\s+least|\bup\s+to)\s*\Z",
    re.IGNORECASE,
)
_SIGNS: Final = {"<": "<", ">": ">", "≤": "<=", "≥": ">=", "at least": ">=", "up to": "<="}
_LESS: Final = ("less", "fewer", "lower", "below", "under")


def number(value: object) -> float | None:
    """The number of a JSON number, None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    try:
        read = float(value)
    except (OverflowError, ValueError):
        return None
    return read if isfinite(read) else None


def check_quantity(
    quantity: Node, passage: Passage, findings: Findings, *, bounded: bool = False
) -> None:
    """Number, unit and comparator of a Quantity; the comparator only where ``bounded``."""
    value = number(quantity.get("value"))
    if value is None:
        return
    places = [n for n in passage.numbers if n.value == abs(value)]
    if not places:
        findings.add(
            rules.NUMBER, quantity, "value", found=_where(passage), severity=passage.severity
        )
        return
    fitting = [n for n in places if _has_unit(quantity, n, passage)]
    if not fitting:
        findings.add(
            rules.UNIT,
            quantity,
            "unit" if "unit" in quantity else "code",
            severity=passage.severity,
        )
        return
    if bounded and not any(_is_bounded(quantity, n, passage.text) for n in fitting):
        findings.add(rules.COMPARATOR, quantity, "comparator", severity=passage.severity)
    elif not _code_fits(quantity):
        findings.add(rules.UNIT_CODE, quantity, "code", severity=passage.severity)


def check_number(owner: Node, name: str, passage: Passage, findings: Findings) -> None:
    """A number without a unit."""
    value = number(owner.get(name))
    if value is not None and all(n.value != abs(value) for n in passage.numbers):
        findings.add(rules.NUMBER, owner, name, found=_where(passage), severity=passage.severity)


def _where(passage: Passage) -> str:
    start, end = passage.places[0]
    return f"none in characters {start}-{end}"


def _has_unit(quantity: Node, place: Stated, passage: Passage) -> bool:
    """Whether the number at ``place`` is in the unit of ``quantity``."""
    unit, code = quantity.get("unit"), quantity.get("code")
    if quantity.get("system") != UCUM or not isinstance(code, str):
        code = None
    if not isinstance(unit, str) or code in _COUNTED:
        return True
    text = passage.text
    if code == "a" and _DECADE.match(text, place.end):
        return True
    for end in _ends(text, place.end):
        read = units().match(text, end)
        if read is not None:
            return read[1] == code or _spelt(unit).match(text, end) is not None
        if _spelt(unit).match(text, end):
            return True
    if code == "a" or (unit == code and "[" in unit):
        return True  # "a man of 47"; "blood pressure 120/80", where nobody writes "mm[Hg]"
    start = max(0, place.start - _BEFORE)
    return _spelt(unit).search(text, start, place.end + _BEHIND) is not None


def _ends(text: str, end: int) -> list[int]:
    """Where the unit of a number that ends at ``end`` may begin, the nearest first."""
    ends = [_behind(text, end)]
    while len(ends) < _MOST_NUMBERS and (second := _SECOND.match(text, end)):
        end = second.end()
        ends.append(_behind(text, end))
    return ends


def _behind(text: str, end: int) -> int:
    joint = _JOINT.match(text, end)
    return joint.end() if joint else end


@lru_cache(maxsize=512)
def _spelt(unit: str) -> re.Pattern[str]:
    """A unit as it may be spaced, and no part of a longer one."""
    letters = [re.escape(c) for c in unit.replace("μ", "µ") if not c.isspace()]
    body = r"\s*".join(letters).replace("µ", "[µμ]")
    before = r"(?<![^\W\d_])" if unit[:1].isalpha() else ""
    return re.compile(rf"{before}{body}(?![^\W\d_])", re.IGNORECASE)


def _is_bounded(quantity: Node, place: Stated, text: str) -> bool:
    """Whether the words before a number bound it as the comparator does."""
    stated, comparator = _bound(place, text), quantity.get("comparator")
    # A fever "up to 39" reached it.
    return stated == comparator or (stated == "<=" and comparator is None)


def _bound(place: Stated, text: str) -> str | None:
    """The comparator that the words before a number mean."""
    before = _BOUND.search(text, max(0, place.start - 14), place.start)
    if before is None:
        return None
    words = " ".join(before.group().lower().split())
    if words in _SIGNS:
        return _SIGNS[words]
    if words[0] in "<>":
        return words.replace(" ", "")
    return "<" if words.startswith(_LESS) else ">"


def _code_fits(quantity: Node) -> bool:
    """Whether the code is that of the unit in words, or one of them is not known."""
    unit, code = quantity.get("unit"), quantity.get("code")
    if not isinstance(unit, str) or not isinstance(code, str) or unit == code:
        return True
    if quantity.get("system") != UCUM or code in _COUNTED:
        return True
    read = units().match(unit, 0)
    return read is None or read[0] != len(unit) or read[1] == code
