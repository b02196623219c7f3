"""A reaction, the drugs held responsible, and the author's words on the cause."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fhirkit.facts.model import Certainty, ConditionFact, MedicationFact, When
from fhirkit.mappers.concept import finding
from fhirkit.mappers.frame import of_patient, tagged_frame
from fhirkit.mappers.grounding import grounds
from fhirkit.mappers.hl7 import (
    CAUSALITY,
    EVENT_OUTCOME,
    EVENT_SEVERITY,
    SERIOUS_BECAUSE,
    coded,
    coding,
)
from fhirkit.mappers.identity import DOCUMENT
from fhirkit.mappers.timing import point

if TYPE_CHECKING:
    from fhirkit.facts.model import AdverseEventFact, Fact, Suspect, Term
    from fhirkit.mappers.context import MappingContext, Resource

_SUSPECTS = ("MedicationAdministration", "MedicationStatement", "Procedure", "Immunization")
_SERIOUSNESS = "adverse-event-seriousness"
_NOT_SERIOUS = "non-serious"
_UNKNOWN_OUTCOME: Final = EVENT_OUTCOME["unknown"]


def adverse_event(fact: AdverseEventFact, context: MappingContext) -> Resource:
    """The AdverseEvent; what the text does not say of cause or severity is left out."""
    event = finding(fact.reaction, context)
    made = tagged_frame("AdverseEvent", fact.id, context, _summary(fact, context), grounds(fact))
    made["identifier"] = context.identifier(fact.id)
    made["actuality"] = "actual"
    made["event"] = event
    of_patient(made, getattr(_reaction(fact, context), "encounter", None), context)
    if (when := _when(fact, context)) is not None:
        point(made, "date", when, context)
    if fact.condition and (result := context.reference(fact.condition, "Condition")):
        made["resultingCondition"] = [result]
    if fact.seriousness:
        made["seriousness"] = _seriousness(fact.seriousness, context)
    severity = fact.severity.concept if fact.severity is not None else None
    if severity in EVENT_SEVERITY:
        made["severity"] = coded("adverse-event-severity", severity, EVENT_SEVERITY[severity])
    made["outcome"] = coded("adverse-event-outcome", *_outcome(fact))
    if fact.suspects:
        made["suspectEntity"] = [_suspect(suspect, fact, context) for suspect in fact.suspects]
    if history := context.references(_history(fact, context), "Condition"):
        made["subjectMedicalHistory"] = history
    made["referenceDocument"] = [context.known_reference(DOCUMENT)]
    return made


def _when(fact: AdverseEventFact, context: MappingContext) -> When | None:
    """The latency, measured from the only suspect where the text names no other event."""
    latency = fact.latency
    if latency is None:
        reaction = _reaction(fact, context)
        return reaction.onset if isinstance(reaction, ConditionFact) else None
    is_told = latency.offset is not None or latency.relation is not None
    if is_told and latency.anchor is None and latency.date is None and len(fact.suspects) == 1:
        anchor, relation = fact.suspects[0].medication, latency.relation or "after"
        return When(latency.span, latency.offset, relation, anchor)
    return latency


def _reaction(fact: AdverseEventFact, context: MappingContext) -> Fact | None:
    return context.facts.get(fact.condition or "")


def _seriousness(criteria: tuple[Term, ...], context: MappingContext) -> Resource:
    """Serious and why, in the code lists that the settings ask for."""
    serious = any(term.concept != _NOT_SERIOUS for term in criteria)
    codings: list[Resource] = []
    if context.settings.seriousness != "tho":
        codings.append(_r4_seriousness("Serious" if serious else "Non-serious"))
        reasons = (SERIOUS_BECAUSE.get(term.concept or "") for term in criteria)
        codings += [coding(_SERIOUSNESS, *reason) for reason in dict.fromkeys(reasons) if reason]
    if context.settings.seriousness != "r4":
        code, display = ("serious", "Serious") if serious else ("non-serious", "Non-serious")
        codings.append(coding(_SERIOUSNESS, code, display))
    words = dict.fromkeys(context.wording.of(term.span) for term in criteria)
    return {"coding": codings, "text": "; ".join(words)}


def _r4_seriousness(code: str) -> Resource:
    return coding(_SERIOUSNESS, code, code)


def _outcome(fact: AdverseEventFact) -> tuple[str, str]:
    """The outcome, required to be one of R4's; an untold one is unknown, as in ICH E2B."""
    concept = fact.outcome.concept if fact.outcome is not None else None
    return EVENT_OUTCOME.get(concept or "", _UNKNOWN_OUTCOME)


def _suspect(suspect: Suspect, fact: AdverseEventFact, context: MappingContext) -> Resource:
    words = context.wording.of(suspect.span)
    made: Resource = {
        "instance": context.reference(suspect.medication, *_SUSPECTS) or {"display": words}
    }
    causality = _causality(fact, context)
    found = [causality] if causality else []
    found += _challenges(suspect, context)
    if found:
        made["causality"] = found
    return made


#: What a result of stopping a drug, or of giving it again, says.
_CHALLENGE: Final = {
    "positive": "the reaction abated",
    "negative": "the reaction did not abate",
    "recurred": "the reaction recurred",
    "did not recur": "the reaction did not recur",
    "unknown": "result not told",
    "not done": "not done",
}


def _challenges(suspect: Suspect, context: MappingContext) -> list[Resource]:
    """Dechallenge and rechallenge with their result, each an assessment by its own method."""
    return [
        {
            "assessment": {"text": f"{method}: {_CHALLENGE[result.concept or 'unknown']}"},
            "productRelatedness": context.wording.of(result.span),
            "method": {"text": method},
        }
        for method, result in (
            ("Dechallenge", suspect.dechallenge),
            ("Rechallenge", suspect.rechallenge),
        )
        if result is not None
    ]


def _causality(fact: AdverseEventFact, context: MappingContext) -> Resource:
    """The author's words on the cause; a category only where they state one."""
    made: Resource = {}
    if fact.causality_category is not None:
        words = context.wording.of(fact.causality_category.span)
        known = CAUSALITY.get((fact.causality_category.concept or "").lower())
        made["assessment"] = (
            coded("adverse-event-causality-assess", *known, words) if known else {"text": words}
        )
    if fact.causality:
        made["productRelatedness"] = context.wording.sentences(fact.causality)
    if made:
        made["method"] = {"text": _method(fact, context)}
    return made


def _method(fact: AdverseEventFact, context: MappingContext) -> str:
    if fact.causality_method is not None:
        return context.wording.of(fact.causality_method)
    return "Statement of the author in the narrative"


def _history(fact: AdverseEventFact, context: MappingContext) -> list[str]:
    """Earlier conditions, and what the suspected drugs were given for."""
    suspected = [context.facts.get(suspect.medication) for suspect in fact.suspects]
    treated = {
        reason for drug in suspected if isinstance(drug, MedicationFact) for reason in drug.reason
    }
    return [
        other.id
        for other in context.facts.values()
        if isinstance(other, ConditionFact)
        and other.id != fact.condition
        and other.certainty is Certainty.AFFIRMED
        and (other.is_history or other.history is not None or other.id in treated)
    ]


def _summary(fact: AdverseEventFact, context: MappingContext) -> str:
    reaction = context.wording.of(fact.reaction.span)
    parts = [reaction]
    for role, said in (("suspect", "suspected"), ("interacting", "interacting")):
        named = [_drug_name(suspect, context) for suspect in fact.suspects if suspect.role == role]
        if named:
            parts.append(f"{said}: " + ", ".join(dict.fromkeys(named)))
    parts.append(f"outcome: {_outcome(fact)[1]}")
    parts += dict.fromkeys(_actions(fact, context))
    return "; ".join(parts)


def _actions(fact: AdverseEventFact, context: MappingContext) -> list[str]:
    """What was done with each suspect, and what came of it."""
    found = []
    for suspect in fact.suspects:
        drug, name = context.facts.get(suspect.medication), _drug_name(suspect, context)
        if isinstance(drug, MedicationFact) and drug.action is not None:
            found.append(f"action taken with {name}: {drug.action.concept}")
        found += [causality["assessment"]["text"] for causality in _challenges(suspect, context)]
    return found


def _drug_name(suspect: Suspect, context: MappingContext) -> str:
    drug = context.facts.get(suspect.medication)
    if isinstance(drug, MedicationFact) and drug.drug.concept:
        return drug.drug.concept
    return context.wording.of(suspect.span)
