"""A fact as a reviewer corrects it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fhirkit.facts.model import MedicationFact, Use, Whose
from fhirkit.review.measured import Misfit, measured
from fhirkit.review.naming import coded, codes_of, is_well_formed, written

if TYPE_CHECKING:
    from fhirkit._data import Mappings
    from fhirkit.facts.model import Code, Fact
    from fhirkit.review.decisions import Changes


def corrected(fact: Fact, changes: Changes, mappings: Mappings) -> tuple[Fact, tuple[str, ...]]:
    """``fact`` with ``changes``, and what was changed, from what to what; Misfit if it cannot be."""
    fact, told = measured(fact, changes, mappings)
    if changes.code is not None:
        fact, said = _with_code(fact, changes.code, mappings)
        told += said
    if changes.certainty is not None and changes.certainty is not fact.certainty:
        told.append(f"certainty from {fact.certainty} to {changes.certainty}")
        fact = replace(fact, certainty=changes.certainty)
    if changes.whose is not None and changes.whose is not fact.whose:
        told.append(f"whose it is from {fact.whose} to {changes.whose}")
        fact = _of(changes.whose, fact)
    return fact, tuple(told)


def _with_code(fact: Fact, code: Code, mappings: Mappings) -> tuple[Fact, list[str]]:
    if not is_well_formed(code):
        raise Misfit("the code is none of its system: its form or check digit does not fit")
    was = codes_of(fact, mappings)
    named = f" ({code.display})" if code.display else ""
    return coded(fact, code, mappings), [
        f"code from {was} to {written(code.system, code.code)}{named}"
    ]


def _of(whose: Whose, fact: Fact) -> Fact:
    if whose is Whose.PATIENT and isinstance(fact, MedicationFact) and fact.use is Use.CONSIDERED:
        # What is said to be the patient's was not only weighed.
        return replace(fact, whose=whose, use=Use.GIVEN)
    return replace(fact, whose=whose)
