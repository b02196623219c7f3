"""Extensions that lead from a resource to the words it was read from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fhirkit.issues import Severity
from fhirkit.validate.datatypes import GROUNDING
from fhirkit.validate.fidelity import rules
from fhirkit.validate.fidelity.concepts import is_named
from fhirkit.validate.fidelity.sources import name_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fhirkit.validate.fidelity.passage import Passage
    from fhirkit.validate.fidelity.sources import Name, Source
    from fhirkit.validate.findings import Findings, Node

#: Characters at the beginning of a place, one of which must be more than white space.
_LOOKED_AT: Final = 1000
#: Elements with what a resource is about.
_SUBJECTS: Final = ("code", "event", "medicationCodeableConcept", "vaccineCode")


def extensions(node: Node) -> Iterator[Node]:
    """The extensions of a node that are objects."""
    found = node.get("extension")
    for extension in found if isinstance(found, list) else ():
        if isinstance(extension, dict):
            yield extension


def is_grounded(resource: Node) -> bool:
    """Whether a resource names the words it was read from."""
    return any(extension.get("url") == GROUNDING for extension in extensions(resource))


def grounded(resource: Node, known: Mapping[Name, Source], findings: Findings) -> Passage | None:
    """The passage that a resource names as its source; None without a place that can be used.

    A place that is none is a finding, and so is a reference to a text that is not there. Places
    that hold most of a long text hold any number: nothing can be told from them.
    """
    places: list[tuple[int, int]] = []
    source: Source | None = None
    faulty = False
    for extension in extensions(resource):
        if extension.get("url") != GROUNDING:
            continue
        parts = {str(part.get("url")): part for part in extensions(extension)}
        found = _source(parts, known, findings)
        place = _place(parts, found, findings) if found is not None else None
        faulty |= place is None
        if found is not None and place is not None and (source is None or found is source):
            source = found
            places.append(place)
    if source is None or faulty:
        return None  # with a place missing, what stands there would seem to stand nowhere
    return source.passage(places)


def _source(
    parts: dict[str, Node], known: Mapping[Name, Source], findings: Findings
) -> Source | None:
    part = parts.get("reference")
    if part is None or not ("offset" in parts and "length" in parts):
        return None
    name = name_in(part.get("valueReference"))
    source = known.get(name) if name is not None else None
    if source is None and known:
        findings.add(rules.NO_DOCUMENT, part, "valueReference")
    if source is not None and source.changed:
        return None
    return source


def _place(parts: dict[str, Node], source: Source, findings: Findings) -> tuple[int, int] | None:
    offset, length = parts["offset"], parts["length"]
    start, count = offset.get("valueInteger"), length.get("valueInteger")
    if type(start) is not int or type(count) is not int:
        return None
    text = source.text
    if not 0 <= start <= len(text):
        findings.add(rules.OUTSIDE, offset, "valueInteger", found=f"character {start}")
        return None
    end = start + count
    if count < 0 or end > len(text):
        findings.add(rules.OUTSIDE, length, "valueInteger", found=f"characters {start}-{end}")
        return None
    if not text[start : min(end, start + _LOOKED_AT)].strip():
        findings.add(rules.EMPTY, length, "valueInteger", found=f"characters {start}-{end}")
        return None
    at_start = _is_cut(text, start) or (source.exact and text[start].isspace())
    if at_start or _is_cut(text, end) or (source.exact and text[end - 1].isspace()):
        name = offset if at_start else length
        # Others may count in bytes or UTF-16 units: then all that follows is beside the point.
        severity = Severity.ERROR if source.exact else None
        place = f"characters {start}-{end}"
        findings.add(rules.CUT, name, "valueInteger", found=place, severity=severity)
        return None
    return start, end


def check_place(resource: Node, passage: Passage, findings: Findings) -> None:
    """The defining place must name what the resource is about, not only some later place."""
    concept = _subject(resource)
    text = concept.get("text") if isinstance(concept, dict) else None
    if not isinstance(text, str) or not passage.places[1:]:
        return
    drug = "medicationCodeableConcept" in resource
    first = passage.first
    if drug and first.numbers:
        return  # each dose of a drug whose dose changed begins with its dose
    if not is_named(text, first, drug=drug) and is_named(text, passage, drug=drug):
        extension = next(e for e in extensions(resource) if e.get("url") == GROUNDING)
        start, end = passage.places[0]
        findings.add(rules.PLACE, extension, found=f"characters {start}-{end}")


def _subject(resource: Node) -> object:
    """The concept that the defining place of a resource names, None where another may."""
    if resource.get("resourceType") == "Observation":
        # A value may stand before the name of what was measured; a symptom is named first.
        code = resource.get("code")
        symptom = isinstance(code, dict) and code.get("text") in ("Symptom", "Symptom absent")
        return resource.get("valueCodeableConcept") if symptom else None
    return next((resource[name] for name in _SUBJECTS if name in resource), None)


def _is_cut(text: str, at: int) -> bool:
    """Whether ``at`` is between two letters of one word; or two digits; "cStage" is two words."""
    if not 0 < at < len(text):
        return False
    before, behind = text[at - 1], text[at]
    return (before.isalpha() and behind.islower()) or (before.isdigit() and behind.isdigit())
