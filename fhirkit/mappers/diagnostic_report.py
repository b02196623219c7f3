"""Imaging, EEG, pathology and other studies, with what their authors concluded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fhirkit.mappers.concept import concept
from fhirkit.mappers.frame import frame, of_patient
from fhirkit.mappers.grounding import grounds
from fhirkit.mappers.hl7 import REPORT_SECTION, coded
from fhirkit.mappers.timing import point

if TYPE_CHECKING:
    from fhirkit.facts.model import ReportFact
    from fhirkit.mappers.context import MappingContext, Resource


def diagnostic_report(fact: ReportFact, context: MappingContext) -> Resource:
    """The DiagnosticReport: what study, of what, and its conclusion word for word."""
    code = _code(fact, context)
    conclusion = context.wording.sentences(fact.conclusion)
    summary = f"{code['text']}: {conclusion}" if conclusion else code["text"]
    made = frame("DiagnosticReport", fact.id, context, summary, grounds(fact))
    made["status"] = "final"
    if fact.category != "other":
        made["category"] = [_category(fact)]
    made["code"] = code
    of_patient(made, fact.encounter, context)
    if fact.when is not None:
        point(made, "effectiveDateTime", fact.when, context)
    if conclusion:
        made["conclusion"] = conclusion
    return made


def _code(fact: ReportFact, context: MappingContext) -> Resource:
    made = concept(fact.study, context, "reports", "procedures")
    if fact.body_site is not None:
        # R4 has no body site here; what was looked at belongs to the name of the study.
        site = context.wording.of(fact.body_site.span)
        if site.lower() not in made["text"].lower():
            made["text"] += f" ({site})"
    return made


def _category(fact: ReportFact) -> Resource:
    section = REPORT_SECTION.get(fact.category)
    return coded("v2-0074", *section) if section else {"text": fact.category.capitalize()}
