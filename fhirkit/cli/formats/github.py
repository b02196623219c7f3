"""Findings as workflow commands of GitHub Actions, which show them at the line in a change.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fhirkit.cli.formats.results import printable
from fhirkit.cli.formats.text import sentence, summary
from fhirkit.issues import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fhirkit.cli.formats.results import Checked, Tally
    from fhirkit.issues import Issue

_COMMANDS = {Severity.WARNING: "warning", Severity.INFORMATION: "notice"}


def lines(results: Iterable[Checked], tally: Tally) -> Iterator[str]:
    """An annotation a finding, then the sums for the log."""
    for result in results:
        for issue in result.issues:
            yield _annotation(issue)
    yield summary(tally)


def _annotation(issue: Issue) -> str:
    values = {"file": issue.file, "line": issue.line, "col": issue.column, "title": issue.key}
    properties = ",".join(
        f"{name}={_property(str(value))}" for name, value in values.items() if value is not None
    )
    place = f"{printable(issue.where)}: " if issue.where else ""
    command = _COMMANDS.get(issue.severity, "error")
    return f"::{command} {properties}::{_data(place + sentence(issue))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
