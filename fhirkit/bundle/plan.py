"""Which resources a case gives, before any is made: they must know each other by then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fhirkit.errors import InputError
from fhirkit.facts.jsonform import FACT_ID
from fhirkit.facts.model import EncounterFact, Fact, ObservationFact, PatientFact, Term
from fhirkit.mappers.identity import DEVICE, DOCUMENT, PATIENT
from fhirkit.mappers.recipe import Recipe, recipe
from fhirkit.mappers.specimen import specimen_name

if TYPE_CHECKING:
    from fhirkit.facts.case import Case
    from fhirkit.mappers.context import MappingContext, Target


@dataclass(frozen=True, slots=True)
class Plan:
    """The facts that become resources, in the order the resources will have.

    ``patient`` is the fact of the person, None where the text says nothing of them or the
    case has no statement about its patient at all. ``specimens`` are the first mention of
    each kind, by the name of the resource. ``number`` is the patient's where the text tells of
    several.
    """

    patient: PatientFact | None
    specimens: dict[str, Term]
    facts: list[tuple[Fact, Recipe]]
    number: int | None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is said about the patient."""
        return self.patient is None and not self.facts


def plan(case: Case) -> Plan:
    """What to make of ``case``. Stays come first, the rest stays in the order of the text."""
    patient: PatientFact | None = None
    stays: list[tuple[Fact, Recipe]] = []
    others: list[tuple[Fact, Recipe]] = []
    specimens: dict[str, Term] = {}
    for fact in case.facts:
        _check_id(fact)
        how = recipe(fact)
        if how is None:
            continue
        if isinstance(fact, PatientFact):
            patient = patient or fact
            continue
        (stays if isinstance(fact, EncounterFact) else others).append((fact, how))
        if isinstance(fact, ObservationFact) and fact.specimen is not None:
            specimens.setdefault(specimen_name(fact.specimen), fact.specimen)
    number = next((fact.patient for fact in case.facts), None)
    return Plan(patient, specimens, stays + others, number)


def _check_id(fact: Fact) -> None:
    # It becomes part of identifiers and of searches for them.
    if not FACT_ID.fullmatch(fact.id):
        raise InputError(
            "a fact's id must have letters, digits, '-' and '_' only, 128 at most", detail=fact.id
        )


def targets(planned: Plan, context: MappingContext) -> dict[str, Target]:
    """Every resource that another may point at, by its name in the case."""
    found = {fact.id: context.target(fact.id, how.type) for fact, how in planned.facts}
    found |= {name: context.target(name, "Specimen") for name in planned.specimens}
    found[DEVICE] = context.target(DEVICE, "Device")
    found[DOCUMENT] = context.target(DOCUMENT, "DocumentReference")
    if not planned.is_empty:
        name = PATIENT if planned.patient is None else planned.patient.id
        # By both names: a death is a time that others can be measured from.
        found[PATIENT] = found[name] = context.target(name, "Patient")
    return found
