"""Invariants of MolecularSequence: https://hl7.org/fhir/R4/molecularsequence.html#invs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fhirkit.validate.invariants.reading import has, number
from fhirkit.validate.invariants.registry import culprits, invariant

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fhirkit.validate.findings import Node
    from fhirkit.validate.invariants.registry import Place
    from fhirkit.validate.scope import Scope

_GIVEN_BY = ("genomeBuild", "referenceSeqId", "referenceSeqPointer", "referenceSeqString")


@culprits
def msq_3(sequence: Node, _: Scope) -> Iterable[Place]:
    """Only 0 and 1 are valid for coordinateSystem"""
    start = number(sequence.get("coordinateSystem"))
    return () if start is None or start in (0, 1) else ((sequence, "coordinateSystem"),)


@invariant
def msq_5(reference: Node, _: Scope) -> bool:
    """GenomeBuild and chromosome must be both contained if either one of them is contained"""
    return has(reference, "genomeBuild") == has(reference, "chromosome")


@invariant
def msq_6(reference: Node, _: Scope) -> bool:
    """Have and only have one of the following elements in referenceSeq : 1. genomeBuild ; 2 referenceSeqId; 3. referenceSeqPointer;  4. referenceSeqString;"""
    return sum(has(reference, name) for name in _GIVEN_BY) == 1
