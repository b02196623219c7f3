"""The invariants of the R4 base specification, one function each, by the subject they are about."""

from __future__ import annotations

# Each module registers its functions when it is imported.
from fhirkit.validate.invariants import (
    administrative,
    bundles,
    capabilities,
    clinical,
    datatypes,
    elements,
    every_element,
    financial,
    knowledge,
    names,
    questionnaires,
    scripts,
    sequences,
    structures,
    terminology,
    timing,
)
from fhirkit.validate.invariants.asked import registered_as
from fhirkit.validate.invariants.registry import INVARIANTS, PREDICATES, WORDS

__all__ = [
    "INVARIANTS",
    "PREDICATES",
    "WORDS",
    "administrative",
    "bundles",
    "capabilities",
    "clinical",
    "datatypes",
    "elements",
    "every_element",
    "financial",
    "knowledge",
    "names",
    "questionnaires",
    "registered_as",
    "scripts",
    "sequences",
    "structures",
    "terminology",
    "timing",
]
