"""From a case to its Bundle."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from fhirkit._data import load_mappings
from fhirkit.bundle.plan import plan, targets
from fhirkit.bundle.references import check_references
from fhirkit.bundle.request import request
from fhirkit.mappers.context import MappingContext
from fhirkit.mappers.device import device
from fhirkit.mappers.document_reference import document_reference
from fhirkit.mappers.identity import (
    DEVICE,
    DOCUMENT,
    PATIENT,
    PROVENANCE,
    document_bytes,
    document_key,
)
from fhirkit.mappers.patient import patient, unnamed_patient
from fhirkit.mappers.person_observation import person_observations
from fhirkit.mappers.provenance import provenance, reviews
from fhirkit.mappers.reviewed import is_a_persons
from fhirkit.mappers.specimen import specimen
from fhirkit.mappers.wording import Wording
from fhirkit.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fhirkit._data import Mappings
    from fhirkit.bundle.plan import Plan
    from fhirkit.facts.case import Case
    from fhirkit.mappers.context import Resource, Target


def to_bundle(
    case: Case, settings: Settings | None = None, *, mappings: Path | Mappings | None = None
) -> Resource:
    """The R4 Bundle of a case, as a plain dict in the shape of its JSON.

    The same case and settings give the same Bundle on every run and machine. Statements that
    are not about the patient are left out. A case without any statement about its patient
    gives a Bundle with the document, the software and the Provenance only. A text of several
    patients gives one Bundle with the entries of each, apart and one after the other;
    ``case.by_patient()`` has the cases to make one for each patient. ``mappings`` is the
    directory that :func:`fhirkit.extract` was given, or mappings already loaded.
    """
    settings = settings or Settings()
    if mappings is None or isinstance(mappings, Path):
        mappings = load_mappings(mappings)
    entries: list[Resource] = []
    for part in case.by_patient().values() or (case,):
        planned = plan(part)
        context = _context(part, planned, settings, mappings)
        entries += [
            _entry(target, resource, settings) for target, resource in _resources(planned, context)
        ]
    bundle = {"resourceType": "Bundle", "type": settings.bundle_type, "entry": entries}
    check_references(bundle)
    return bundle


def _context(case: Case, planned: Plan, settings: Settings, mappings: Mappings) -> MappingContext:
    facts = {fact.id: fact for fact, _ in planned.facts}
    if planned.patient is not None:
        facts[planned.patient.id] = planned.patient
    data = document_bytes(case.text)
    context = MappingContext(
        data=data,
        key=document_key(data),
        patient=planned.number,
        settings=settings,
        mappings=mappings,
        wording=Wording(case.text),
        facts=facts,
        targets={},
        reviews={review.fact: review for review in case.reviews},
    )
    return replace(context, targets=targets(planned, context))


def _resources(planned: Plan, context: MappingContext) -> Iterator[tuple[Target, Resource]]:
    """All resources: first what others point at, last the Provenance, which points at all."""
    yield context.targets[DEVICE], device(context)
    yield context.targets[DOCUMENT], document_reference(context)
    made = list(_about_patient(planned, context))
    yield from made
    by_persons = {context.target(n, "").key for n in context.reviews if is_a_persons(n, context)}
    about = [target for target, _ in made if target.key not in by_persons]
    about = about or [context.targets[DOCUMENT]]
    yield context.target(PROVENANCE, "Provenance"), provenance(about, context)
    yield from reviews([target for target, _ in made], context)


def _about_patient(planned: Plan, context: MappingContext) -> Iterator[tuple[Target, Resource]]:
    if planned.is_empty:
        return
    person = planned.patient
    made = unnamed_patient(context) if person is None else patient(person, context)
    yield context.targets[PATIENT], made
    for name, term in planned.specimens.items():
        yield context.targets[name], specimen(term, context)
    if person is not None:
        for name, resource in person_observations(person, context):
            yield context.target(name, "Observation"), resource
    for fact, how in planned.facts:
        yield context.targets[fact.id], how.mapper(fact, context)


def _entry(target: Target, resource: Resource, settings: Settings) -> Resource:
    entry: Resource = {"fullUrl": target.url, "resource": resource}
    if settings.bundle_type != "collection":
        entry["request"] = request(target, settings)
    return entry
