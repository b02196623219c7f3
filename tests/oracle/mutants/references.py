"""References that lead nowhere, to another type, or are none; and what is contained."""

from __future__ import annotations

from collections.abc import Iterator

from fhirkit.validate.definitions import resource_types
from oracle.mutants.model import GONE, Edit, ElementSite, Mutant, Node, ObjectSite

_NOWHERE = "urn:uuid:00000000-0000-4000-8000-00000000dead"
_MALFORMED = {
    "upper case in a urn:uuid": "urn:uuid:44B0E520-8BC2-5B43-ABDF-773F0C28E29C",
    "urn:uuid too short": "urn:uuid:44b0e520",
    "no type": "just-an-id",
    "a space": "Patient/a b",
    "unknown type": "Patients/1",
    "id too long": f"Patient/{'a' * 65}",
    "underscore in the id": "Patient/a_b",
    "empty id": "Patient/",
    "slash before": "/Patient/1",
    "no version": "Patient/1/_history/",
}


def of_element(site: ElementSite, root: Node) -> Iterator[Mutant]:
    """Every fault of a Reference."""
    if site.element.type != "Reference" or not isinstance(site.value, dict):
        return
    place = (*site.steps, "reference")
    for rule, value in _MALFORMED.items():
        text = value
        if "Patient" in value and site.element.targets and "Patient" not in site.element.targets:
            text = value.replace("Patient", site.element.targets[0])
        # The engine looks at whether an absolute or relative reference leads anywhere only.
        yield Mutant(f"reference: {rule}", "references", place, (Edit(place, text),), "any")
    missing = Edit(site.steps, {"reference": "#fhirkit-none"})
    yield Mutant("contained resource missing", "references", place, (missing,))
    yield from _targets(site, root)


def _targets(site: ElementSite, root: Node) -> Iterator[Mutant]:
    place = (*site.steps, "reference")
    targets = site.element.targets
    wrong = next((one for one in sorted(resource_types()) if one not in targets), None)
    if targets and wrong:
        edit = Edit(site.steps, {"reference": f"{wrong}/1"})
        yield Mutant("target of another type, by its url", "references", place, (edit,), "any")
        kind = (*site.steps, "type")
        display = Edit(site.steps, {"display": "x", "type": wrong})
        yield Mutant("Reference.type that cannot be", "references", kind, (display,), "any")
    if root.get("resourceType") != "Bundle":
        return
    nowhere = Edit(site.steps, {"reference": _NOWHERE})
    yield Mutant("reference to no entry", "references", place, (nowhere,), "any")
    by_type = {
        entry["resource"]["resourceType"]: entry["fullUrl"]
        for entry in root.get("entry", ())
        if "fullUrl" in entry and "resource" in entry
    }
    reference = site.value.get("reference", "")
    for kind, url in by_type.items():
        if targets and kind not in targets:
            edit = Edit(site.steps, {"reference": url})
            yield Mutant("target of another type", "references", place, (edit,))
            break
    led_to = next((kind for kind, url in by_type.items() if url == reference), None)
    if led_to:
        other = next(kind for kind in ("Patient", "Device") if kind != led_to)
        at = (*site.steps, "type")
        yield Mutant("Reference.type of another target", "references", at, (Edit(at, other),))
        unknown = Edit(at, "Patients")
        yield Mutant("Reference.type that is none", "references", at, (unknown,), "any")


def of_object(site: ObjectSite) -> Iterator[Mutant]:
    """Faults of contained resources."""
    contained = site.node.get("contained")
    if not site.resource_type or "contained" not in site.group.elements:
        return
    inside = len(site.steps) and "contained" in site.steps
    if inside:
        yield from _inside(site)
        return
    count = len(contained) if isinstance(contained, list) else 0
    place = site.member("contained", count)
    loose = {"resourceType": "Basic", "id": "loose", "code": {"text": "x"}}
    edits = (Edit(site.member("contained"), [loose]),) if not count else (Edit(place, loose),)
    yield Mutant("contained and not referred to", "references", place, edits)


def _inside(site: ObjectSite) -> Iterator[Mutant]:
    nested = site.member("contained")
    inner = [{"resourceType": "Basic", "id": "inner", "code": {"text": "x"}}]
    yield Mutant("contained in contained", "references", nested, (Edit(nested, inner),))
    for name, value in (("versionId", "1"), ("lastUpdated", "2020-01-01T00:00:00Z")):
        place = site.member("meta")
        edit = Edit(place, {name: value})
        yield Mutant(f"meta.{name} in contained", "references", place, (edit,))
    security = Edit(site.member("meta"), {"security": [{"code": "R"}]})
    yield Mutant("security label in contained", "references", site.member("meta"), (security,))
    identity = site.member("id")
    yield Mutant("contained without an id", "references", site.steps, (Edit(identity, GONE),))


def legal(site: ElementSite) -> Iterator[Mutant]:
    """Valid: references that need no target at hand."""
    if site.element.type != "Reference" or not isinstance(site.value, dict):
        return
    targets = site.element.targets or ("Patient",)
    # Profiles of vital signs want a patient.
    kind = "Patient" if "Patient" in targets else targets[0]
    for rule, value in (
        ("display only", {"display": "somebody"}),
        ("by identifier", {"identifier": {"system": "http://example.org/ids", "value": "7"}}),
        ("absolute", {"reference": f"https://elsewhere.example.org/fhir/{kind}/7"}),
        ("absolute, of a version", {"reference": f"https://a.example.org/{kind}/7/_history/2"}),
    ):
        if str(site.value.get("reference")).startswith("#"):
            return  # what is contained would not be referred to any more
        edit = Edit(site.steps, value)
        yield Mutant(f"reference: {rule}", "references", site.steps, (edit,), "none")
