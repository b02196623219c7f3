"""One profile laid over one resource: where findings go, and what its elements mean there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from fhirkit.validate.findings import Findings
from fhirkit.validate.scope import Scope

if TYPE_CHECKING:
    from fhirkit.validate.findings import Node, Rule
    from fhirkit.validate.profiles.compiled import Part, Profile
    from fhirkit.validate.profiles.run import Run


@dataclass(frozen=True, slots=True)
class Walk:
    """A walk over a resource by a profile.

    On a trial nothing is told, only counted; ``depth`` counts trials within trials.
    """

    run: Run
    profile: Profile
    scope: Scope
    findings: Findings
    is_trial: bool = False
    depth: int = 0

    def add(
        self,
        rule: Rule,
        owner: Node | list[Any],
        name: str | int | None = None,
        *,
        found: str | None = None,
        expected: str | None = None,
        message: str | None = None,
    ) -> None:
        """Notes a finding, once; the message tells the profile."""
        if not self.is_trial:
            where = (rule.key, id(owner), name)
            if where in self.run.said or self._is_told(rule, owner, name):
                return
            self.run.said.add(where)
        text = f"{message or rule.message} ({self.profile.url})"
        self.findings.add(rule, owner, name, found=found, expected=expected, message=text)

    def _is_told(self, rule: Rule, owner: Node | list[Any], name: str | int | None) -> bool:
        """Whether another layer told an error of this element, which may be the same."""
        if name is None or rule.code == "invariant":
            return False
        return self.run.is_told(self.findings, owner, name)

    def by(self, profile: Profile) -> Walk:
        """The same walk by another profile, of a data type."""
        return replace(self, profile=profile)

    def of(self, resource: Node) -> Walk:
        """The walk over another resource: contained, of an entry, or the target of a reference."""
        above = self.scope
        if self.run.is_contained(resource, above.container):
            return replace(self, scope=replace(above, resource=resource))
        scope = Scope(above.root, resource, resource, None, above.targets)
        return replace(self, scope=scope)

    def trial(self, profile: Profile) -> Walk:
        """A walk of which nobody hears, to see whether something conforms."""
        return replace(
            self, profile=profile, findings=Findings(), is_trial=True, depth=self.depth + 1
        )

    def parts_of(self, part: Part) -> Part:
        """The part that says what stands inside an element: itself, or the one it is like."""
        if not part.like:
            return part
        found: Part | None = self.profile.root
        for name in part.like.split("."):
            found = found.part(name) if found else None
        return found or part
