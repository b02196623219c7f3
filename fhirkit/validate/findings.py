"""What the layers find, and where: gathered while they walk, placed at the end.

A layer names the object it stands in and the element at fault. Nobody carries a path along: a
bundle without a finding, the usual one, never pays for places. Where something was found, one
walk over the resource turns objects into paths.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from fhirkit.issues import Severity

Node = dict[str, Any]
"""A JSON object: a resource or an element of one."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of finding.

    ``key`` stays the same from release to release, ``code`` is a FHIR issue type, ``message``
    says what is wrong without a word of the resource. ``reads`` is the FHIRPath of an invariant.
    """

    key: str
    code: str
    message: str
    severity: Severity = Severity.ERROR
    expected: str | None = None
    spec: str | None = None
    reads: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule broken at ``name`` in ``owner``; at ``owner`` itself where ``name`` is None.

    ``owner`` is an object or an array of the resource, the very one and not a copy. ``name`` is
    a key or a position in it, of an element that may be missing.
    """

    rule: Rule
    owner: Node | list[Any]
    name: str | int | None
    severity: Severity
    message: str
    found: str | None
    expected: str | None


@dataclass(slots=True)
class Findings:
    """The findings so far, in the order in which they were made."""

    made: list[Finding] = field(default_factory=list)

    def add(
        self,
        rule: Rule,
        owner: Node | list[Any],
        name: str | int | None = None,
        *,
        found: str | None = None,
        expected: str | None = None,
        message: str | None = None,
        severity: Severity | None = None,
    ) -> None:
        """Notes that ``rule`` is broken; what is given here goes before the rule's own words.

        ``found`` may be a code, a unit, a url or a kind of value, never free text.
        """
        self.made.append(
            Finding(
                rule=rule,
                owner=owner,
                name=name,
                severity=severity or rule.severity,
                message=message or rule.message,
                found=found,
                expected=expected or rule.expected,
            )
        )


def shown(code: str) -> str | None:
    """A code or url as ``found`` may tell it: words in its place may be anybody's."""
    return code if len(code) <= 200 and not any(letter.isspace() for letter in code) else None
