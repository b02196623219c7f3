"""From findings to issues: each finding gets its path, its line and the name of its resource.

Only here are paths made: one walk over the resource for all findings together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fhirkit.issues import Issue
from fhirkit.validate.consequences import Placed, without_consequences
from fhirkit.validate.place import expression, where

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fhirkit.validate.findings import Finding, Node
    from fhirkit.validate.place import Steps

    Order = tuple[int, ...]


def placed(findings: Iterable[Finding], root: Node) -> list[Placed]:
    """The findings with their places, in the order of the text, each defect once."""
    made = list(findings)
    homes = _homes(root, {id(finding.owner) for finding in made})
    positions: dict[int, dict[str | int, int]] = {}
    found = [_place(finding, homes, positions) for finding in made]
    found.sort(key=lambda one: one.order)
    return list(without_consequences(found))


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


def _place(
    finding: Finding,
    homes: dict[int, tuple[Steps, Order]],
    positions: dict[int, dict[str | int, int]],
) -> Placed:
    steps, order = homes.get(id(finding.owner), ((), ()))
    name = finding.name
    if name is None:
        return Placed(finding, steps, order)
    if isinstance(name, int):
        return Placed(finding, (*steps, name), (*order, name))
    siblings = positions.get(id(finding.owner))
    if siblings is None:
        siblings = positions[id(finding.owner)] = _positions(finding.owner)
    # One that is missing comes last.
    return Placed(finding, (*steps, name), (*order, siblings.get(name, len(siblings))))


def _positions(owner: Node | list[Any]) -> dict[str | int, int]:
    return {name: at for at, name in enumerate(owner)} if isinstance(owner, dict) else {}


def _homes(root: Node, wanted: set[int]) -> dict[int, tuple[Steps, Order]]:
    """The way to each object and array whose id is wanted: by names, and by positions."""
    homes: dict[int, tuple[Steps, Order]] = {}
    todo: list[tuple[object, Steps, Order]] = [(root, (), ())]
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
