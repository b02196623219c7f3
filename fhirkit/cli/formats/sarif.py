"""Findings as SARIF 2.1.0, which code hosts and editors read.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from fhirkit import __version__
from fhirkit.cli.bundles import UNREADABLE
from fhirkit.cli.formats.text import sentence
from fhirkit.issues import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fhirkit.cli.formats.results import Checked, Tally
    from fhirkit.issues import Issue

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_LEVELS = {Severity.WARNING: "warning", Severity.INFORMATION: "note"}


def lines(results: Iterable[Checked], tally: Tally) -> Iterator[str]:
    """One log with one run: the results as they come, then the tool with the rules they name."""
    rules: dict[str, dict[str, Any]] = {}
    unread: list[dict[str, Any]] = []
    yield f'{{"$schema": "{_SCHEMA}", "version": "2.1.0", "runs": [{{"results": ['
    before = ""
    for result in results:
        for issue in result.issues:
            if issue.key == UNREADABLE:
                unread.append(_notification(issue))
                continue
            yield before + json.dumps(_result(issue, rules), ensure_ascii=False)
            before = ","
    yield "],"
    end = json.dumps(_end(tally, rules, unread), ensure_ascii=False, indent=1)
    yield end.removeprefix("{\n").removesuffix("\n}") + "}]}"


def _end(
    tally: Tally, rules: dict[str, dict[str, Any]], unread: list[dict[str, Any]]
) -> dict[str, Any]:
    driver = {"name": "fhirkit", "version": __version__, "rules": list(rules.values())}
    invocation = {"executionSuccessful": not unread, "toolExecutionNotifications": unread}
    properties = {"checked": tally.checked, "ignored": dict(sorted(tally.ignored.items()))}
    return {
        "tool": {"driver": driver},
        "invocations": [invocation],
        "columnKind": "unicodeCodePoints",
        "properties": properties,
    }


def _result(issue: Issue, rules: dict[str, dict[str, Any]]) -> dict[str, Any]:
    key = issue.key or issue.code
    rule = rules.setdefault(key, {"id": key})
    if issue.spec:
        rule.setdefault("helpUri", issue.spec)
    return {
        "ruleId": key,
        "level": _LEVELS.get(issue.severity, "error"),
        "message": {"text": _message(issue)},
        "locations": [_location(issue)],
    }


def _message(issue: Issue) -> str:
    return f"{issue.where}: {sentence(issue)}" if issue.where else sentence(issue)


def _location(issue: Issue) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": _uri(issue.file or "")}}
    if issue.line is not None:
        physical["region"] = {"startLine": issue.line}
        if issue.column is not None:
            physical["region"]["startColumn"] = issue.column
    made: dict[str, Any] = {"physicalLocation": physical}
    if issue.expression:
        made["logicalLocations"] = [{"fullyQualifiedName": issue.expression, "kind": "element"}]
    return made


def _notification(issue: Issue) -> dict[str, Any]:
    place = {"physicalLocation": {"artifactLocation": {"uri": _uri(issue.file or "")}}}
    return {
        "descriptor": {"id": UNREADABLE},
        "level": "error",
        "message": {"text": issue.message},
        "locations": [place],
    }


def _uri(file: str) -> str:
    """A relative reference for a relative path, which the reader lays over the project's root."""
    path = Path(file)
    if path.is_absolute():
        return path.as_uri()
    # A colon is escaped too: before the first slash it would end the name of a scheme.
    return quote(path.as_posix(), safe="/", errors="surrogateescape")
