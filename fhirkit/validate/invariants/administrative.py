"""Invariants of administrative resources: persons, places, appointments, lists, consent, tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fhirkit.validate.invariants.comparing import certainly_before
from fhirkit.validate.invariants.reading import (
    codes,
    has,
    has_any,
    has_choice,
    items,
    may_be,
    nodes,
)
from fhirkit.validate.invariants.registry import invariant

if TYPE_CHECKING:
    from fhirkit.validate.findings import Node
    from fhirkit.validate.scope import Scope

_CONSENT_SCOPE = "http://terminology.hl7.org/CodeSystem/consentscope"


@invariant
def pat_1(contact: Node, _: Scope) -> bool:
    """SHALL at least contain a contact's details or a reference to an organization"""
    return has_any(contact, "name", "telecom", "address", "organization")


@invariant
def org_1(organization: Node, _: Scope) -> bool:
    """The organization SHALL at least have a name or an identifier, and possibly more than one"""
    return has(organization, "name") or "identifier" in organization


@invariant
def org_2(address: Node, _: Scope) -> bool:
    """An address of an organization can never be of use 'home'"""
    return address.get("use") != "home"


@invariant
def org_3(contact: Node, _: Scope) -> bool:
    """The telecom of an organization can never be of use 'home'"""
    return contact.get("use") != "home"


@invariant
def grp_1(group: Node, _: Scope) -> bool:
    """Can only have members if group is "actual" """
    return "member" not in group or group.get("actual") is not False


@invariant
def lnk_1(linkage: Node, _: Scope) -> bool:
    """Must have at least two items"""
    return len(items(linkage.get("item"))) != 1  # that there is none is told by its cardinality


@invariant
def lst_1(resource: Node, _: Scope) -> bool:
    """A list can only have an emptyReason if it is empty"""
    return "emptyReason" not in resource or "entry" not in resource


@invariant
def lst_2(resource: Node, _: Scope) -> bool:
    """The deleted flag can only be used if the mode of the list is "changes" """
    return may_be(resource, "mode", "changes") or not _any_entry_has(resource, "deleted")


@invariant
def lst_3(resource: Node, _: Scope) -> bool:
    """An entry date can only be used if the mode of the list is "working" """
    return may_be(resource, "mode", "working") or not _any_entry_has(resource, "date")


def _any_entry_has(resource: Node, name: str) -> bool:
    return any(has(entry, name) for entry in nodes(resource.get("entry")))


@invariant
def app_1(participant: Node, _: Scope) -> bool:
    """Either the type or actor on the participant SHALL be specified"""
    return "type" in participant or "actor" in participant


@invariant
def app_2(appointment: Node, _: Scope) -> bool:
    """Either start and end are specified, or neither"""
    return has(appointment, "start") == has(appointment, "end")


@invariant
def app_3(appointment: Node, _: Scope) -> bool:
    """Only proposed or cancelled appointments can be missing start/end dates"""
    if has(appointment, "start") and has(appointment, "end"):
        return True
    return may_be(appointment, "status", "proposed", "cancelled", "waitlist")


@invariant
def app_4(appointment: Node, _: Scope) -> bool:
    """Cancelation reason is only used for appointments that have been cancelled, or no-show"""
    return "cancelationReason" not in appointment or may_be(
        appointment, "status", "cancelled", "noshow"
    )


@invariant
def apr_1(response: Node, _: Scope) -> bool:
    """Either the participantType or actor must be specified"""
    return "participantType" in response or "actor" in response


@invariant
def ppc_1(consent: Node, _: Scope) -> bool:
    """Either a Policy or PolicyRule"""
    return "policy" in consent or "policyRule" in consent


@invariant
def ppc_2(consent: Node, _: Scope) -> bool:
    """IF Scope=privacy, there must be a patient"""
    return _has_patient_for(consent, "patient-privacy")


@invariant
def ppc_3(consent: Node, _: Scope) -> bool:
    """IF Scope=research, there must be a patient"""
    return _has_patient_for(consent, "research")


@invariant
def ppc_4(consent: Node, _: Scope) -> bool:
    """IF Scope=adr, there must be a patient"""
    return _has_patient_for(consent, "adr")


@invariant
def ppc_5(consent: Node, _: Scope) -> bool:
    """IF Scope=treatment, there must be a patient"""
    return _has_patient_for(consent, "treatment")


def _has_patient_for(consent: Node, scope: str) -> bool:
    return "patient" in consent or scope not in codes(consent.get("scope"), _CONSENT_SCOPE)


@invariant
def sev_1(entity: Node, _: Scope) -> bool:
    """Either a name or a query (NOT both)"""
    return not (has(entity, "name") and has(entity, "query"))


@invariant
def mrp_1(report: Node, _: Scope) -> bool:
    """Measure Reports used for data collection SHALL NOT communicate group and score information"""
    return report.get("type") != "data-collection" or "group" not in report


@invariant
def mrp_2(report: Node, _: Scope) -> bool:
    """Stratifiers SHALL be either a single criteria or a set of criteria components"""
    return all(
        ("value" in stratum) != ("component" in stratum)
        for group in nodes(report.get("group"))
        for stratifier in nodes(group.get("stratifier"))
        for stratum in nodes(stratifier.get("stratum"))
    )


@invariant
def inv_1_task(task: Node, _: Scope) -> bool:
    """Last modified date must be greater than or equal to authored-on date."""
    return not certainly_before(task.get("lastModified"), task.get("authoredOn"))


@invariant
def inv_1_parameter(parameter: Node, _: Scope) -> bool:
    """A parameter must have one and only one of (value, resource, part)"""
    stands = ("part" in parameter, "resource" in parameter, has_choice(parameter, "value"))
    return sum(stands) == 1


@invariant
def inv_1_event(event: Node, _: Scope) -> bool:
    """Not Done Reason can only be specified if status is 'not-done'"""
    return "notDoneReason" not in event or may_be(event, "status", "not-done")


@invariant
def inv_2_event(event: Node, _: Scope) -> bool:
    """reason elements can only be specified if status is NOT 'not-done'"""
    if event.get("status") != "not-done":
        return True
    return not has_any(event, "reasonCode", "reasonReference")
