"""The validator's findings as HTML."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from fhirkit.report.html import EMPTY, Html, element, joined

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from fhirkit.issues import Issue

#: Only the specification's own pages are linked; what else a finding names stays text.
_SPECIFICATION = "https://hl7.org/"


def finding(issue: Issue) -> Html:
    """One finding, as an item of a list."""
    place = element("code", issue.expression) if issue.expression else EMPTY
    found = ", ".join(
        f"{label}: {value}"
        for label, value in (("found", issue.found), ("expected", issue.expected))
        if value
    )
    return element(
        "li",
        element("strong", issue.severity.value),
        joined([" ", issue.message, ". " if not issue.message.endswith(".") else " "]),
        f"{found}. " if found else EMPTY,
        place,
        _link(issue.spec),
        class_=f"finding {'error' if issue.is_error else issue.severity.value}",
    )


def _link(spec: str | None) -> Html:
    if spec is None or not spec.startswith(_SPECIFICATION):
        return EMPTY
    return joined([" ", element("a", "specification", href=spec, rel="noreferrer noopener")])


def listed(issues: Sequence[Issue]) -> Html:
    """The findings that belong to no fact; nothing where there are none."""
    if not issues:
        return EMPTY
    return element(
        "section",
        element("h2", "Findings on the bundle", id="h-findings"),
        element("ul", *map(finding, issues), class_="findings"),
        id="findings",
        aria_labelledby="h-findings",
    )


def counted(issues: Iterable[Issue]) -> str:
    """How many findings there are of each severity, as a sentence."""
    numbers = Counter("error" if issue.is_error else issue.severity.value for issue in issues)
    told = [_counted(name, numbers[name]) for name in ("error", "warning") if numbers[name]]
    if numbers["information"]:
        told.append(f"{numbers['information']} for information")
    return f"Validator: {', '.join(told) if told else 'no findings'}."


def _counted(name: str, number: int) -> str:
    return f"{number} {name}" if number == 1 else f"{number} {name}s"
