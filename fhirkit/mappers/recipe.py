"""Which resource a fact becomes, if any."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fhirkit.facts.model import (
    AdverseEventFact,
    Certainty,
    ConditionFact,
    EncounterFact,
    Fact,
    MedicationFact,
    ObservationFact,
    PatientFact,
    ProcedureFact,
    ReportFact,
    SymptomFact,
    Use,
    Whose,
)
from fhirkit.mappers.adverse_event import adverse_event
from fhirkit.mappers.condition import condition
from fhirkit.mappers.context import MappingContext, Resource
from fhirkit.mappers.diagnostic_report import diagnostic_report
from fhirkit.mappers.encounter import encounter
from fhirkit.mappers.immunization import immunization
from fhirkit.mappers.medication_administration import medication_administration
from fhirkit.mappers.medication_statement import medication_statement
from fhirkit.mappers.observation import observation
from fhirkit.mappers.patient import patient
from fhirkit.mappers.polarity import DENIED, UNSURE
from fhirkit.mappers.procedure import procedure, study_not_done
from fhirkit.mappers.symptom import absent_condition, symptom


@dataclass(frozen=True, slots=True)
class Recipe:
    """A resource type and the mapper that makes it."""

    type: str
    mapper: Callable[[Any, MappingContext], Resource]


_ABSENT_CONDITION = Recipe("Observation", absent_condition)
_ADMINISTRATION = Recipe("MedicationAdministration", medication_administration)
_ADVERSE_EVENT = Recipe("AdverseEvent", adverse_event)
_CONDITION = Recipe("Condition", condition)
_ENCOUNTER = Recipe("Encounter", encounter)
_IMMUNIZATION = Recipe("Immunization", immunization)
_OBSERVATION = Recipe("Observation", observation)
_PATIENT = Recipe("Patient", patient)
_PROCEDURE = Recipe("Procedure", procedure)
_REPORT = Recipe("DiagnosticReport", diagnostic_report)
_STATEMENT = Recipe("MedicationStatement", medication_statement)
_STUDY_NOT_DONE = Recipe("Procedure", study_not_done)
_SYMPTOM = Recipe("Observation", symptom)


def recipe(fact: Fact) -> Recipe | None:
    """How ``fact`` becomes FHIR; None where it is not the patient's, or says nothing of them.

    A statement about other patients, the literature, the family or a treatment only weighed
    never becomes a resource.
    """
    if fact.whose is not Whose.PATIENT:
        return None
    always = _ALWAYS.get(type(fact))
    if always is not None:
        return always
    choose = _CHOICES.get(type(fact))
    return choose(fact) if choose is not None else None


def _medication(fact: MedicationFact) -> Recipe | None:
    if fact.use is Use.CONSIDERED:
        return None
    if fact.level == "vaccine":
        # A vaccine's status has no "perhaps".
        unsure = fact.certainty in UNSURE
        return None if unsure else _IMMUNIZATION
    given = fact.use is Use.GIVEN and fact.certainty is Certainty.AFFIRMED
    return _ADMINISTRATION if given else _STATEMENT


def _condition(fact: ConditionFact) -> Recipe | None:
    if fact.certainty is Certainty.NOT_DONE:
        return None
    return _ABSENT_CONDITION if fact.certainty is Certainty.NEGATED else _CONDITION


def _symptom(fact: SymptomFact) -> Recipe | None:
    return None if fact.certainty is Certainty.NOT_DONE else _SYMPTOM


def _report(fact: ReportFact) -> Recipe | None:
    return _STUDY_NOT_DONE if fact.certainty in DENIED else _REPORT


def _event(fact: AdverseEventFact) -> Recipe | None:
    # R4's AdverseEvent cannot say that nothing happened; the reaction's own fact does.
    unsaid = fact.certainty in DENIED or fact.certainty is Certainty.DIFFERENTIAL
    return None if unsaid else _ADVERSE_EVENT


def _stay(fact: EncounterFact) -> Recipe | None:
    return _ENCOUNTER if fact.certainty is Certainty.AFFIRMED else None


_ALWAYS: dict[type[Fact], Recipe] = {
    ObservationFact: _OBSERVATION,
    PatientFact: _PATIENT,
    ProcedureFact: _PROCEDURE,
}
_CHOICES: dict[type[Fact], Callable[[Any], Recipe | None]] = {
    AdverseEventFact: _event,
    ConditionFact: _condition,
    EncounterFact: _stay,
    MedicationFact: _medication,
    ReportFact: _report,
    SymptomFact: _symptom,
}
