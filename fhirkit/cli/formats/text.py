"""Findings for people: grouped by resource, each with its place, what was found and expected."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from fhirkit.cli.formats.results import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fhirkit.cli.formats.results import Checked, Tally
    from fhirkit.issues import Issue

# The way to the resource a finding is in, without the name of the type it starts with.
_RESOURCE = re.compile(r"^\w+\.(.+)\.resource\b")
_NAMES = ("fatal", "error", "warning", "information")


def lines(
    results: Iterable[Checked], tally: Tally, *, quiet: bool = False, explain: bool = False
) -> Iterator[str]:
    """A block of lines an input, then the sums.

    ``quiet`` leaves out inputs without findings; ``explain`` adds the part of the specification
    that each kind of finding is judged by.
    """
    specs: dict[str, str] = {}
    for result in results:
        if result.issues or not quiet:
            yield from _block(result)
        if explain:
            specs.update((i.key, i.spec) for i in result.issues if i.key and i.spec)
    for key in sorted(specs):
        yield f"[{key}] {specs[key]}"
    yield summary(tally)


def summary(tally: Tally) -> str:
    """The sums in one line, what was ignored and could not be read included."""
    bundles = "1 bundle" if tally.checked == 1 else f"{tally.checked} bundles"
    found = numbers(tally.severities) or "no findings"
    unread = f"; {tally.unreadable} could not be read" if tally.unreadable else ""
    ignored = ""
    if tally.ignored:
        kinds = ", ".join(f"{key} {tally.ignored[key]}" for key in sorted(tally.ignored))
        ignored = f"; {tally.ignored.total()} ignored ({kinds})"
    return f"{bundles} checked: {found}{unread}{ignored}"


def sentence(issue: Issue) -> str:
    """What is wrong, with what was found and expected, without the place."""
    expected = f"; expected {issue.expected}" if issue.expected else ""
    # "An object was expected" has said it already.
    if issue.expected and issue.expected in issue.message:
        expected = ""
    found = f" (found {issue.found})" if issue.found else ""
    key = f" [{issue.key}]" if issue.key else ""
    return printable(f"{issue.message}{found}{expected}{key}")


def numbers(counts: Counter[str]) -> str:
    """``2 errors, 1 warning``, the worst first; empty where nothing was found."""
    return ", ".join(
        f"{counts[name]} {name}{'s' if counts[name] > 1 and name in _NAMES[1:3] else ''}"
        for name in _NAMES
        if counts[name]
    )


def _block(result: Checked) -> Iterator[str]:
    found = numbers(Counter(issue.severity.value for issue in result.issues)) or "no findings"
    ignored = f", {result.ignored.total()} ignored" if result.ignored else ""
    yield printable(f"{result.name}: {found}{ignored}")
    width = max((len(_position(issue)) for issue in result.issues), default=0)
    word = max((len(issue.severity.value) for issue in result.issues), default=0)
    for whose, issues in _by_resource(result.issues).items():
        if whose:
            yield f"  {printable(whose)}"
        for issue in issues:
            element = (issue.where or "").partition(", ")[2]
            place = f"{_position(issue):>{width}}  " if width else ""
            said = f"{printable(element)}: {sentence(issue)}" if element else sentence(issue)
            yield f"    {place}{issue.severity.value:<{word}}  {said}"


def _by_resource(issues: Iterable[Issue]) -> dict[str, list[Issue]]:
    groups: dict[str, list[Issue]] = {}
    for issue in issues:
        groups.setdefault(_resource(issue), []).append(issue)
    return groups


def _resource(issue: Issue) -> str:
    """``Observation hb (entry[4])``: by its name, and where in the bundle it is."""
    name = (issue.where or "").partition(", ")[0]
    way = _RESOURCE.match(issue.expression or "")
    return name if way is None or name.endswith(")") else f"{name} ({way[1]})"


def _position(issue: Issue) -> str:
    if issue.line is None:
        return ""
    return f"{issue.line}:{issue.column}" if issue.column is not None else str(issue.line)
