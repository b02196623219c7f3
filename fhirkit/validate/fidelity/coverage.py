"""Resources that do not say what they were read from, among others that do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fhirkit.validate.fidelity import rules
from fhirkit.validate.fidelity.grounds import is_grounded

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fhirkit.validate.findings import Findings, Node

#: What is read from a text; persons, software and the text itself need no words.
_READ: Final = frozenset(
    "AdverseEvent Condition DiagnosticReport Encounter Immunization MedicationAdministration"
    " MedicationStatement Observation Procedure Specimen".split()
)
#: In a bundle of others' making so many must say it for each that does not.
_FOR_EACH: Final = 4


def check_coverage(resources: Iterable[Node], findings: Findings, *, exact: bool) -> None:
    """The few resources without words of their own; where they are many it is a habit."""
    read = [r for r in resources if str(r.get("resourceType")) in _READ]
    lacking = [r for r in read if not is_grounded(r)]
    if exact or len(lacking) * (_FOR_EACH + 1) <= len(read):
        for resource in lacking:
            findings.add(rules.UNGROUNDED, resource, "extension")
