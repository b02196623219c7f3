"""Goes through a bundle that carries its text: each resource against the words it names."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from fhirkit.issues import Severity
from fhirkit.validate.fidelity import rules
from fhirkit.validate.fidelity.coverage import check_coverage
from fhirkit.validate.fidelity.decided import by_persons
from fhirkit.validate.fidelity.elements import Elements
from fhirkit.validate.fidelity.events import check_event, check_suspects
from fhirkit.validate.fidelity.grounds import check_place, grounded
from fhirkit.validate.fidelity.persons import check_patient, check_persons
from fhirkit.validate.fidelity.polarity import check_polarity
from fhirkit.validate.fidelity.sources import name_in, names, sources
from fhirkit.validate.findings import Findings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from fhirkit.validate.fidelity.passage import Passage, Place
    from fhirkit.validate.fidelity.sources import Name, Source
    from fhirkit.validate.findings import Finding, Node

#: Places that begin or end inside a word: one may be a slip.
_SEVERAL: Final = 3


def check_fidelity(bundle: Node, findings: Findings) -> None:
    """Notes where a resource says what the words it was read from do not.

    Only bundles with a DocumentReference that holds a plain text are looked at, and in them only
    resources with an extension ``derivation-reference``. What fhirkit made is held to its words
    exactly; of others' bundles only numbers, units, dates and denials are judged, with the words
    around, and what is found is a warning.
    """
    entries = bundle.get("entry")
    if not isinstance(entries, list):
        return
    held = [e for e in entries if isinstance(e, dict) and isinstance(e.get("resource"), dict)]
    known = sources(held)
    if known:
        _changes(known, findings)
        found = Findings()
        passages = _read(held, known, found)
        cut = sum(finding.rule is rules.CUT for finding in found.made)
        if cut >= _SEVERAL and cut > passages:
            source = next(iter(known.values()))
            severity = None if source.exact else Severity.WARNING
            findings.add(rules.SHIFTED, source.attachment, "data", severity=severity)
        else:
            findings.made += found.made


def _changes(known: Mapping[Name, Source], findings: Findings) -> None:
    """Texts that are not what was converted; a wrong size or hash is told by itself."""
    for source in {id(s): s for s in known.values()}.values():
        if source.changed and not source.damaged:
            findings.add(rules.DOCUMENT_CHANGED, source.attachment, "data")


def _read(held: list[Node], known: Mapping[Name, Source], findings: Findings) -> int:
    """How many resources could be judged by their words."""
    named: dict[Name, Passage] = {}
    passages: list[tuple[Node, Passage]] = []
    for entry in held:
        passage = grounded(entry["resource"], known, findings)
        if passage is not None:
            passages.append((entry["resource"], passage))
            named.update(dict.fromkeys(names(entry), passage))
    targets = {name: entry["resource"] for entry in held for name in names(entry)}
    resources = [entry["resource"] for entry in held]
    persons = by_persons(resources, targets)
    for resource, passage in passages:
        found = Findings()
        _resource(resource, passage, named, found)
        if passage.exact and resource.get("resourceType") == "AdverseEvent":
            check_event(resource, passage, found)
            check_suspects(resource, passage, named, targets, found)
        # What others' bundles say of their authors is no review of ours.
        decided = persons if passage.exact else frozenset()
        findings.made += [
            _told(finding)
            if id(resource) in decided or _of_suspect(finding, targets, decided)
            else finding
            for finding in found.made
        ]
    exact = next((s for s in known.values() if s.exact and not s.changed), None)
    if exact is not None:
        check_persons(resources, exact, findings)
    if passages:
        check_coverage(resources, findings, exact=exact is not None)
    return len(passages)


def _of_suspect(finding: Finding, targets: Mapping[Name, Node], decided: AbstractSet[int]) -> bool:
    """Whether a finding is about the name of a drug, which a person gave it."""
    if finding.rule is not rules.SUSPECT or not isinstance(finding.owner, dict):
        return False
    name = name_in(finding.owner.get("instance"))
    return name is not None and id(targets.get(name)) in decided


def _told(finding: Finding) -> Finding:
    """What a person answers for: good to know, and no error."""
    message = f"{finding.message}; a person answers for it, by a Provenance in this bundle"
    return replace(finding, message=message, severity=Severity.INFORMATION)


def _resource(
    resource: Node, passage: Passage, named: Mapping[Name, Passage], findings: Findings
) -> None:
    # When a reaction happened may be told of the condition that it is.
    wide = passage.with_places(_of_results(resource, named))
    Elements(resource, wide, findings).check(resource)
    if resource.get("resourceType") == "Patient":
        check_patient(resource, passage, findings)
    else:
        check_polarity(resource, passage, findings)
    if passage.exact:
        check_place(resource, passage, findings)


def _of_results(event: Node, named: Mapping[Name, Passage]) -> Iterator[Place]:
    """The places of the conditions that an adverse event led to."""
    results = event.get("resultingCondition")
    for result in results if isinstance(results, list) else ():
        name = name_in(result)
        if name is not None and name in named:
            yield from named[name].places
