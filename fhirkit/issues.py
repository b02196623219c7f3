"""Findings about a resource: what is wrong, where, and what was expected instead."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum


class Severity(StrEnum):
    """How bad a finding is, as FHIR's OperationOutcome words it."""

    FATAL = "fatal"  # nothing after this could be checked
    ERROR = "error"
    WARNING = "warning"
    INFORMATION = "information"


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One defect, at one element.

    ``code`` is a FHIR issue type, ``key`` a name for the kind of finding that stays the same
    from release to release. ``expression`` is a FHIRPath, ``where`` the same for people.
    ``message``, ``expected`` and ``spec`` never hold values of the resource; ``found`` tells
    kinds, references and codes, not free text. Only where the key begins with ``server:`` is
    the message a server's own, which may quote the resource.
    """

    file: str | None = None
    severity: Severity
    code: str
    key: str | None = None
    expression: str | None = None
    where: str | None = None
    line: int | None = None
    column: int | None = None
    found: str | None = None
    expected: str | None = None
    message: str
    spec: str | None = None

    @property
    def is_error(self) -> bool:
        """Whether the resource must not be used as it is."""
        return self.severity in (Severity.FATAL, Severity.ERROR)

    def to_dict(self) -> dict[str, str | int]:
        """The JSON form: the fields that are known, always in the same order."""
        values = ((field.name, getattr(self, field.name)) for field in fields(self))
        return {
            name: str(value) if isinstance(value, Severity) else value
            for name, value in values
            if value is not None
        }
