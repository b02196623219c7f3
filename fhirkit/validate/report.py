"""From findings to issues: each finding gets its path, its line and the name of its resource.

Only here are paths made: one walk over the resource for all findings together.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fhirkit.issues import Issue, Severity
from fhirkit.validate.place import expression, where

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fhirkit.validate.findings import Finding, Node
    from fhirkit.validate.place import Steps

#: Findings about values that JSON does not have, in whose place the tree has something else.
_NO_JSON = ("json-value", "json-number", "json-name", "json-surrogate")

#: Findings that another one in the same resource, or at the same element, says better: what a
#: reference was to lead to is unreferenced; an entry with nothing in it has no request either.
_SAID_BY = {"dom-3": "ref-1", "bdl-3": "bdl-5"}


@dataclass(frozen=True, slots=True)
class Placed:
    """A finding and the way to its element; ``order`` sorts as the text does."""

    finding: Finding
    steps: Steps
    order: tuple[int, ...]


def placed(findings: Iterable[Finding], root: Node) -> list[Placed]:
    """The findings with their places, in the order of the text, each defect once."""
    made = list(findings)
    homes = _homes(root, {id(finding.owner) for finding in made})
    found = [_place(finding, homes) for finding in made]
    found.sort(key=lambda one: one.order)
    return list(_once(_without_consequences(found)))


def issues(found: Iterable[Placed], root: Node, lines: dict[Steps, tuple[int, int]]) -> list[Issue]:
    """The issues as they are told; ``lines`` has line and column where there is a text."""
    return [_issue(one, root, lines.get(one.steps)) for one in found]


def _issue(one: Placed, root: Node, at: tuple[int, int] | None) -> Issue:
    finding = one.finding
    return Issue(
        severity=finding.severity,
        code=finding.rule.code,
        key=finding.rule.key,
        expression=expression(root, one.steps),
        where=where(root, one.steps),
        line=at[0] if at else None,
        column=at[1] if at else None,
        found=finding.found,
        expected=finding.expected,
        message=finding.message,
        spec=finding.rule.spec,
    )


def _place(finding: Finding, homes: dict[int, tuple[Steps, tuple[int, ...]]]) -> Placed:
    steps, order = homes.get(id(finding.owner), ((), ()))
    name = finding.name
    if name is None:
        return Placed(finding, steps, order)
    return Placed(finding, (*steps, name), (*order, _position(finding.owner, name)))


def _position(owner: Node | list[Any], name: str | int) -> int:
    """Where an element stands among its siblings; one that is missing comes last."""
    if isinstance(name, int):
        return name
    return next((at for at, one in enumerate(owner) if one == name), len(owner))


def _homes(root: Node, wanted: set[int]) -> dict[int, tuple[Steps, tuple[int, ...]]]:
    """The way to each object and array whose id is wanted: by names, and by positions."""
    homes: dict[int, tuple[Steps, tuple[int, ...]]] = {}
    todo: list[tuple[object, Steps, tuple[int, ...]]] = [(root, (), ())]
    while todo and len(homes) < len(wanted):
        node, steps, order = todo.pop()
        if id(node) in wanted:
            homes[id(node)] = (steps, order)
        todo += [
            (child, (*steps, name), (*order, at))
            for at, (name, child) in enumerate(_children(node))
            if isinstance(child, dict | list)
        ]
    return homes


def _children(node: object) -> list[tuple[str | int, object]]:
    if isinstance(node, dict):
        return list(node.items())
    return list(enumerate(node)) if isinstance(node, list) else []


def _without_consequences(found: list[Placed]) -> Iterator[Placed]:
    """Drops broken invariants that follow from a defect told already.

    Where an element that the invariant reads has an error of its own, the invariant says the
    same thing once more, and in words that hide what is to be mended.
    """
    broken: dict[Steps, set[str]] = {}
    for one in found:
        if one.finding.rule.code != "invariant" and one.finding.severity is not Severity.WARNING:
            for size in range(len(one.steps)):
                name = one.steps[size]
                if isinstance(name, str):
                    broken.setdefault(one.steps[:size], set()).add(name.lstrip("_"))
    unread = {one.steps for one in found if one.finding.rule.key in _NO_JSON}
    told = {(one.finding.rule.key, one.steps[:3]) for one in found}
    for one in found:
        key = one.finding.rule.key
        if one.steps in unread and key not in _NO_JSON:
            continue  # what stands there is not what was given
        if (_SAID_BY.get(key), one.steps[:3]) in told or (_SAID_BY.get(key), one.steps) in told:
            continue
        if one.finding.rule.code == "invariant":
            reads = one.finding.rule.reads
            if reads and any(_reads(reads, name) for name in broken.get(one.steps, ())):
                continue
        yield one


def _reads(expression: str, name: str) -> bool:
    """Whether a FHIRPath reads an element; ``value`` is how it reads ``valueQuantity``."""
    stem = re.match(r"[a-z]+", name)
    words = {name, stem[0] if stem else name}
    return any(re.search(rf"\b{word}\b", expression) for word in words)


def _once(found: Iterable[Placed]) -> Iterator[Placed]:
    seen: set[tuple[str, Steps]] = set()
    for one in found:
        key = (one.finding.rule.key, one.steps)
        if key not in seen:
            seen.add(key)
            yield one
