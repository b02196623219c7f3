"""Invariants of clinical resources: what was observed, diagnosed, given, planned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fhirkit.validate.invariants.comparing import certainly_before
from fhirkit.validate.invariants.reading import (
    UCUM,
    codes,
    has,
    has_any,
    has_choice,
    may_be,
    may_be_coded,
    nodes,
    number,
    text,
)
from fhirkit.validate.invariants.registry import invariant

if TYPE_CHECKING:
    from fhirkit.validate.findings import Node
    from fhirkit.validate.scope import Scope

_SYSTEMS = "http://terminology.hl7.org/CodeSystem/"
_CONDITION_VERIFICATION = _SYSTEMS + "condition-ver-status"
_CONDITION_CLINICAL = _SYSTEMS + "condition-clinical"
_CONDITION_CATEGORY = _SYSTEMS + "condition-category"
_ALLERGY_VERIFICATION = _SYSTEMS + "allergyintolerance-verification"


@invariant
def obs_3(reference_range: Node, _: Scope) -> bool:
    """Must have at least a low or a high or text"""
    return has_any(reference_range, "low", "high", "text")


@invariant
def obs_6(observation: Node, _: Scope) -> bool:
    """dataAbsentReason SHALL only be present if Observation.value[x] is not present"""
    return "dataAbsentReason" not in observation or not has_choice(observation, "value")


@invariant
def obs_7(observation: Node, _: Scope) -> bool:
    """If Observation.code is the same as an Observation.component.code then the value element associated with the code SHALL NOT be present"""
    if "component" not in observation or not has_choice(observation, "value"):
        return True
    own = _codings(observation.get("code"))
    return not any(
        own & _codings(component.get("code")) for component in nodes(observation["component"])
    )


def _codings(concept: object) -> set[tuple[str, str]]:
    """The codings of a concept that name both a system and a code."""
    codings = nodes(concept.get("coding")) if isinstance(concept, dict) else []
    pairs = ((text(coding.get("system")), text(coding.get("code"))) for coding in codings)
    return {(system, code) for system, code in pairs if system and code}


@invariant
def vs_1(observation: Node, _: Scope) -> bool:
    """if Observation.effective[x] is dateTime and has a value then that value shall be precise to the day"""
    effective = observation.get("effectiveDateTime")
    return not isinstance(effective, str) or len(effective) >= len("YYYYMMDD")


@invariant
def vs_2(observation: Node, _: Scope) -> bool:
    """If there is no component or hasMember element then either a value[x] or a data absent reason must be present."""
    return has_any(observation, "component", "hasMember", "dataAbsentReason") or has_choice(
        observation, "value"
    )


@invariant
def vs_3(component: Node, _: Scope) -> bool:
    """If there is no a value a data absent reason must be present"""
    return "dataAbsentReason" in component or has_choice(component, "value")


@invariant
def con_1(stage: Node, _: Scope) -> bool:
    """Stage SHALL have summary or assessment"""
    return "summary" in stage or "assessment" in stage


@invariant
def con_2(evidence: Node, _: Scope) -> bool:
    """evidence SHALL have code or details"""
    return "code" in evidence or "detail" in evidence


@invariant
def con_3(condition: Node, _: Scope) -> bool:
    """Condition.clinicalStatus SHALL be present if verificationStatus is not entered-in-error and category is problem-list-item"""
    if "clinicalStatus" in condition:
        return True
    if not any(
        "problem-list-item" in codes(category, _CONDITION_CATEGORY)
        for category in nodes(condition.get("category"))
    ):
        return True
    return _is_in_error(condition, _CONDITION_VERIFICATION)


@invariant
def con_4(condition: Node, _: Scope) -> bool:
    """If condition is abated, then clinicalStatus must be either inactive, resolved, or remission"""
    if not has_choice(condition, "abatement"):
        return True
    status = condition.get("clinicalStatus")
    if status is None:
        return "clinicalStatus" in condition
    ended = ("inactive", "resolved", "remission")
    return may_be_coded(status, _CONDITION_CLINICAL, *ended)


@invariant
def con_5(condition: Node, _: Scope) -> bool:
    """Condition.clinicalStatus SHALL NOT be present if verification Status is entered-in-error"""
    return "clinicalStatus" not in condition or "entered-in-error" not in codes(
        condition.get("verificationStatus"), _CONDITION_VERIFICATION
    )


def _is_in_error(resource: Node, system: str) -> bool:
    """Whether a verificationStatus, if there is one, may say that all was a mistake."""
    return "verificationStatus" in resource and may_be_coded(
        resource["verificationStatus"], system, "entered-in-error"
    )


@invariant
def ait_1(allergy: Node, _: Scope) -> bool:
    """AllergyIntolerance.clinicalStatus SHALL be present if verificationStatus is not entered-in-error."""
    return "clinicalStatus" in allergy or _is_in_error(allergy, _ALLERGY_VERIFICATION)


@invariant
def ait_2(allergy: Node, _: Scope) -> bool:
    """AllergyIntolerance.clinicalStatus SHALL NOT be present if verification Status is entered-in-error"""
    return "clinicalStatus" not in allergy or "entered-in-error" not in codes(
        allergy.get("verificationStatus"), _ALLERGY_VERIFICATION
    )


@invariant
def fhs_1(history: Node, _: Scope) -> bool:
    """Can have age[x] or born[x], but not both"""
    return not (has_choice(history, "age") and has_choice(history, "born"))


@invariant
def fhs_2(history: Node, _: Scope) -> bool:
    """Can only have estimatedAge if age[x] is present"""
    return not has(history, "estimatedAge") or has_choice(history, "age")


@invariant
def ras_1(probability: Node, _: Scope) -> bool:
    """low and high must be percentages, if present"""
    return all(_is_percentage(probability.get(end)) for end in ("low", "high"))


def _is_percentage(quantity: object) -> bool:
    if not isinstance(quantity, dict):
        return True
    return quantity.get("code") == "%" and quantity.get("system") == UCUM


@invariant
def ras_2(prediction: Node, _: Scope) -> bool:
    """Must be <= 100"""
    probability = number(prediction.get("probabilityDecimal"))
    return probability is None or probability <= 100


@invariant
def mad_1(dosage: Node, _: Scope) -> bool:
    """SHALL have at least one of dosage.dose or dosage.rate[x]"""
    return "dose" in dosage or has_choice(dosage, "rate")


@invariant
def mdd_1(dispense: Node, _: Scope) -> bool:
    """whenHandedOver cannot be before whenPrepared"""
    return not certainly_before(dispense.get("whenHandedOver"), dispense.get("whenPrepared"))


@invariant
def imm_1(education: Node, _: Scope) -> bool:
    """One of documentType or reference SHALL be present"""
    return has_any(education, "documentType", "reference")


@invariant
def imr_1(recommendation: Node, _: Scope) -> bool:
    """One of vaccineCode or targetDisease SHALL be present"""
    return "vaccineCode" in recommendation or "targetDisease" in recommendation


@invariant
def nor_1(order: Node, _: Scope) -> bool:
    """Nutrition Order SHALL contain either Oral Diet , Supplement, or Enteral Formula class"""
    return has_any(order, "oralDiet", "supplement", "enteralFormula")


@invariant
def prr_1(request: Node, _: Scope) -> bool:
    """orderDetail SHALL only be present if code is present"""
    return "orderDetail" not in request or "code" in request


@invariant
def cpl_3(activity: Node, _: Scope) -> bool:
    """Provide a reference or detail, not both"""
    return not ("detail" in activity and "reference" in activity)


@invariant
def ctm_1(participant: Node, scope: Scope) -> bool:
    """CareTeam.participant.onBehalfOf can only be populated when CareTeam.participant.member is a Practitioner"""
    member = participant.get("member")
    if "onBehalfOf" not in participant or not isinstance(member, dict):
        return True
    target = scope.resolve(text(member.get("reference")))
    return target is None or may_be(target, "resourceType", "Practitioner")


@invariant
def gol_1(target: Node, _: Scope) -> bool:
    """Goal.target.measure is required if Goal.target.detail is populated"""
    return "measure" in target or not has_choice(target, "detail")


@invariant
def cmp_1(section: Node, _: Scope) -> bool:
    """A section must contain at least one of text, entries, or sub-sections"""
    return "text" in section or "entry" in section or "section" in section


@invariant
def cmp_2(section: Node, _: Scope) -> bool:
    """A section can only have an emptyReason if it is empty"""
    return "emptyReason" not in section or "entry" not in section


@invariant
def qrs_1(item: Node, _: Scope) -> bool:
    """Nested item can't be beneath both item and answer"""
    return not ("answer" in item and "item" in item)
