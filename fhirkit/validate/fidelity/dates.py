"""Calendar dates: none that the words do not hold."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from fhirkit.validate.fidelity import rules

if TYPE_CHECKING:
    from fhirkit.validate.fidelity.passage import Passage
    from fhirkit.validate.findings import Findings, Node

_DATE = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?(?:T.*)?")
#: When a record was written is no statement of the text.
OF_THE_RECORD: Final = frozenset(
    "recordedDate recorded issued authoredOn dateAsserted lastUpdated asserted time".split()
)
_MONTHS: Final = (
    "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
).split("|")  # fmt: skip
_SHORT_YEAR = re.compile(r"(?<!\d)\d{1,2}[./-]\d{1,2}[./-](\d\d)(?!\d)")


def is_date(value: object) -> bool:
    """Whether a value is a date or the beginning of one, as FHIR writes them."""
    return isinstance(value, str) and _DATE.fullmatch(value) is not None


def check_date(owner: Node, name: str, passage: Passage, findings: Findings) -> None:
    """A date in ``owner``: its year, and month and day where it has them."""
    match = _DATE.fullmatch(owner[name])
    if match is None:
        return
    if not _holds(passage, match[1], match[2], match[3]):
        findings.add(rules.DATE, owner, name, severity=passage.severity)


def _holds(passage: Passage, year: str, month: str | None, day: str | None) -> bool:
    numbers = {n.value for n in passage.numbers}
    written = passage.written.lower()
    if float(year) not in numbers and year[2:] not in _SHORT_YEAR.findall(written):
        return False
    if month is None:
        return True
    if not 1 <= int(month) <= 12:
        return True  # no date at all, which is the structure layer's to say
    in_words = re.search(rf"\b{_MONTHS[int(month) - 1]}[a-z]*", written) is not None
    if not in_words and float(month) not in numbers:
        return False
    return (
        day is None
        or float(day) in numbers
        or re.search(rf"\b0?{int(day)}(?:st|nd|rd|th)\b", written) is not None
    )
