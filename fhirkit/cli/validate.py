"""``fhirkit validate``: findings about bundles, grouped as a person would mend them."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from fhirkit.cli.bundles import add_bundles, read_bundles
from fhirkit.cli.outputs import say

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator

    from fhirkit.issues import Issue

_DESCRIPTION = """\
Checks FHIR R4 bundles or single resources, offline: the JSON, elements and
cardinality, types and the form of values, references within the bundle, and the
rules for fullUrl and request.

Not checked yet: codes and units, the specification's invariants, narrative
XHTML, extensions, profiles, and whether a bundle says what its text says. A
bundle without findings may still be refused by a server.
"""
_EPILOG = """\
Exit codes: 0 no errors (there may be warnings), 1 errors, 2 a file cannot be read.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the verb takes."""
    parser.usage = "fhirkit validate [options] FILE..."
    parser.description = _DESCRIPTION
    parser.epilog = _EPILOG
    add_bundles(parser)
    parser.add_argument(
        "--format",
        choices=("text", "json", "ndjson"),
        default="text",
        help="text for people, json, or ndjson: one finding a line (default: text)",
    )


def run(options: argparse.Namespace) -> int:
    """Runs the verb and gives its exit code."""
    from fhirkit.validate import validate

    counts: Counter[str] = Counter()
    every: list[Issue] = []
    for name, data in read_bundles(options.files):
        issues = [replace(issue, file=name) for issue in validate(data)]
        counts["files"] += 1
        counts["bad"] += any(issue.is_error for issue in issues)
        counts.update(issue.severity.value for issue in issues)
        if options.format == "json":
            every += issues
        elif options.format == "ndjson":
            for issue in issues:
                say(json.dumps(issue.to_dict(), ensure_ascii=False))
        else:
            say("\n".join(_of_one(name, issues)))
    if options.format == "json":
        say(json.dumps(_summary(counts, every), ensure_ascii=False, indent=2))
    elif options.format == "text":
        say(_last_line(counts))
    return 1 if counts["bad"] else 0


def _of_one(name: str, issues: list[Issue]) -> Iterator[str]:
    yield f"{name}: {_numbers(Counter(issue.severity.value for issue in issues)) or 'no findings'}"
    resource = None
    for issue in issues:
        whose, _, element = (issue.where or "").partition(", ")
        if whose and whose != resource:
            resource = whose
            yield f"  {whose}"
        yield f"    {issue.severity.value:<8} {_sentence(issue, element)}"


def _sentence(issue: Issue, element: str) -> str:
    place = f"line {issue.line}, column {issue.column}" if issue.line else element
    expected = f"; expected {issue.expected}" if issue.expected else ""
    # "An object was expected" has said it already.
    if issue.expected and issue.expected in issue.message:
        expected = ""
    found = f" (found {issue.found})" if issue.found else ""
    key = f" [{issue.key}]" if issue.key else ""
    return f"{place + ': ' if place else ''}{issue.message}{found}{expected}{key}"


def _summary(counts: Counter[str], issues: Iterable[Issue]) -> dict[str, object]:
    return {
        "files": counts["files"],
        "filesWithErrors": counts["bad"],
        "issues": [issue.to_dict() for issue in issues],
    }


def _last_line(counts: Counter[str]) -> str:
    files = "1 bundle" if counts["files"] == 1 else f"{counts['files']} bundles"
    return f"{files} checked: {_numbers(counts) or 'no findings'}"


def _numbers(counts: Counter[str]) -> str:
    names = ("fatal", "error", "warning", "information")
    return ", ".join(
        f"{counts[name]} {name}{'s' if counts[name] > 1 and name in names[1:3] else ''}"
        for name in names
        if counts[name]
    )
