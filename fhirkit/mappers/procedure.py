"""Something done to the patient, or expressly not done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fhirkit.facts.model import Certainty, ReportFact
from fhirkit.mappers.concept import concept
from fhirkit.mappers.frame import frame, of_patient
from fhirkit.mappers.grounding import grounds
from fhirkit.mappers.polarity import DENIED
from fhirkit.mappers.timing import point

if TYPE_CHECKING:
    from fhirkit.facts.model import ProcedureFact
    from fhirkit.mappers.context import MappingContext, Resource

_REASONS = ("Condition", "Observation", "Procedure", "DiagnosticReport", "DocumentReference")


def procedure(fact: ProcedureFact, context: MappingContext) -> Resource:
    """The Procedure with its outcome, or with the reason why it was not done."""
    code = concept(fact.name, context, "procedures", "reports")
    status, words = _status(fact), _how_often(fact, context)
    summary = _summary(words or code["text"], status)
    made = frame("Procedure", fact.id, context, summary, grounds(fact))
    made["status"] = status
    if fact.reason_not_done is not None:
        made["statusReason"] = {"text": context.wording.of(fact.reason_not_done)}
    made["code"] = code
    of_patient(made, fact.encounter, context)
    if fact.when is not None and status != "not-done":
        point(made, "performedDateTime", fact.when, context)
    if references := context.references(fact.reason, *_REASONS):
        made["reasonReference"] = references
    if fact.outcome is not None:
        made["outcome"] = {"text": context.wording.of(fact.outcome)}
    if words:
        made["note"] = [{"text": words}]
    return made


def study_not_done(fact: ReportFact, context: MappingContext) -> Resource:
    """The Procedure for a study that was expressly not made, so that it has no report."""
    code = concept(fact.study, context, "procedures", "reports")
    made = frame("Procedure", fact.id, context, _summary(code["text"], "not-done"), grounds(fact))
    made["status"] = "not-done"
    made["code"] = code
    of_patient(made, fact.encounter, context)
    return made


def _status(fact: ProcedureFact) -> str:
    if fact.certainty in DENIED:
        return "not-done"
    return "completed" if fact.certainty is Certainty.AFFIRMED else "unknown"


def _summary(name: str, status: str) -> str:
    return name if status == "completed" else f"{name}: {status}"


def _how_often(fact: ProcedureFact, context: MappingContext) -> str:
    """How often it was done: R4's Procedure has no element for a number of times."""
    if fact.count is None and fact.regimen is None:
        return ""
    spans = (
        fact.name.span,
        fact.count.span if fact.count is not None else None,
        fact.regimen.span if fact.regimen is not None else None,
    )
    return context.wording.phrase(spans)
