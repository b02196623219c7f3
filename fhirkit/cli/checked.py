"""What ``convert`` says of the bundles it makes: each is validated as the bytes it will be."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from fhirkit.cli.formats.text import numbers, sentence
from fhirkit.cli.outputs import notice, remark

if TYPE_CHECKING:
    from fhirkit.issues import Issue


class Checked:
    """Validates bundle by bundle and keeps the sums."""

    def __init__(self) -> None:
        self._bundles = 0
        self._severities: Counter[str] = Counter()

    def look(self, origin: str, data: bytes) -> None:
        """Validates one bundle and tells each finding, named after the narrative."""
        from fhirkit.validate import validate

        self._bundles += 1
        for issue in validate(data):
            self._severities[issue.severity.value] += 1
            notice(origin, _finding(issue))

    def told(self) -> int:
        """Tells the sums and gives the exit code: 1 if there was an error, else 0."""
        bundles = "1 bundle" if self._bundles == 1 else f"{self._bundles} bundles"
        remark(f"{bundles} validated: {numbers(self._severities) or 'no findings'}")
        return 1 if self._severities["fatal"] + self._severities["error"] else 0


def _finding(issue: Issue) -> str:
    place = f"{issue.where}: " if issue.where else ""
    return f"{issue.severity.value}: {place}{sentence(issue)}"
