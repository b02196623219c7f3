"""What the formats write: the findings of each input, and the sums over all."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fhirkit.cli.bundles import UNREADABLE
from fhirkit.issues import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fhirkit.issues import Issue

_ORDER = tuple(Severity)  # the worst comes first


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found in one input, and how many findings the ignore file took away."""

    name: str
    issues: tuple[Issue, ...]
    ignored: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Tally:
    """Sums over the results that have gone by."""

    checked: int = 0
    with_errors: int = 0
    unreadable: int = 0
    severities: Counter[str] = field(default_factory=Counter)
    ignored: Counter[str] = field(default_factory=Counter)

    def counting(self, results: Iterable[Checked]) -> Iterator[Checked]:
        """The same results, each counted as it goes by."""
        for result in results:
            self._add(result)
            yield result

    def reaches(self, severity: Severity) -> bool:
        """Whether there is a finding as bad as this or worse."""
        worse = _ORDER[: _ORDER.index(severity) + 1]
        return any(self.severities[each.value] for each in worse)

    def _add(self, result: Checked) -> None:
        if any(issue.key == UNREADABLE for issue in result.issues):
            self.unreadable += 1
        else:
            self.checked += 1
            self.with_errors += any(issue.is_error for issue in result.issues)
        self.severities.update(issue.severity.value for issue in result.issues)
        self.ignored.update(result.ignored)


def printable(text: str) -> str:
    """``text`` with what could steer a terminal, or hide in a line, written as an escape."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
