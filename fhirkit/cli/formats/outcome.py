"""Findings as FHIR: an OperationOutcome an input, each on a line of its own.

R4 gives an OperationOutcome no room for the name of a file or a key, so both stand with line,
column and what was expected in ``diagnostics``; https://hl7.org/fhir/R4/operationoutcome.html.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from fhirkit.cli.formats.results import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fhirkit.cli.formats.results import Checked, Tally
    from fhirkit.issues import Issue


def lines(results: Iterable[Checked], tally: Tally) -> Iterator[str]:
    """One resource an input, in their order, also where nothing was found."""
    del tally  # each resource stands for itself
    for result in results:
        yield json.dumps(_outcome(result), ensure_ascii=False)


def _outcome(result: Checked) -> dict[str, Any]:
    issues = [_issue(result.name, issue) for issue in result.issues]
    return {"resourceType": "OperationOutcome", "issue": issues or [_all_well(result.name)]}


def _all_well(name: str) -> dict[str, Any]:
    return {
        "severity": "information",
        "code": "informational",
        "details": {"text": "no findings"},
        "diagnostics": printable(name),
    }


def _issue(name: str, issue: Issue) -> dict[str, Any]:
    made: dict[str, Any] = {
        "severity": issue.severity.value,
        "code": issue.code,
        "details": {"text": printable(issue.message)},
        "diagnostics": _diagnostics(name, issue),
    }
    if issue.line is not None:
        # As servers of HAPI write it.
        column = f" Col[{issue.column}]" if issue.column is not None else ""
        made["location"] = [f"Line[{issue.line}]{column}"]
    if issue.expression:
        made["expression"] = [printable(issue.expression)]
    return made


def _diagnostics(name: str, issue: Issue) -> str:
    parts = (
        name,
        issue.where,
        issue.found and f"found {issue.found}",
        issue.expected and f"expected {issue.expected}",
        issue.key and f"[{issue.key}]",
        issue.spec,
    )
    return printable("; ".join(part for part in parts if part))
