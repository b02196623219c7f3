"""The resources of a bundle, as a page names and quotes them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fhirkit.mappers.grounding import URL as GROUNDING
from fhirkit.narrative.span import Span
from fhirkit.report.entries import Code, Detail, Part
from fhirkit.validate.terminology.forms import FORMS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fhirkit.mappers.context import Resource

#: The element that says what a resource is about, by its type.
_ABOUT = {
    "AdverseEvent": "event",
    "Encounter": "type",
    "Immunization": "vaccineCode",
    "MedicationAdministration": "medicationCodeableConcept",
    "MedicationStatement": "medicationCodeableConcept",
    "Specimen": "type",
}
#: Codes of an Observation that say only whether its value is there.
_PRESENCE = frozenset({"Symptom", "Symptom absent"})
#: What is shown elsewhere on the page, or to nobody.
_HIDDEN = frozenset({"extension", "id", "identifier", "meta", "resourceType", "subject", "text"})


@dataclass(frozen=True, slots=True)
class Placed:
    """A resource of a bundle: its position there, its key and its fullUrl.

    ``key`` is what fhirkit knows the resource by; the fullUrl where there is none.
    """

    position: int
    key: str
    url: str
    resource: Resource

    @property
    def type(self) -> str:
        """The type of the resource."""
        return str(self.resource.get("resourceType", "Resource"))


def placed(bundle: Resource) -> list[Placed]:
    """The resources of a bundle in their order, no two with the same key."""
    entries = bundle.get("entry")
    found: list[Placed] = []
    taken: set[str] = set()
    for position, entry in enumerate(entries if isinstance(entries, list) else []):
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(resource, dict):
            url = str(entry.get("fullUrl", ""))
            names = (key_of(resource), url)
            unnamed = f"entry-{position}"
            key = next((name for name in names if name and name not in taken), unnamed)
            taken.add(key)
            found.append(Placed(position, key, url, resource))
    return found


def key_of(resource: Resource) -> str | None:
    """The key of a resource made by fhirkit, among its identifiers or, where it has none, its tags.

    That of a resource of another program is whatever identifies it.
    """
    found = resource.get("identifier")
    meta = resource.get("meta")
    tags = meta.get("tag") if isinstance(meta, dict) else None
    # One identifier in some types, any number in others.
    values = [_part(item, "value") for item in (found if isinstance(found, list) else [found])]
    values += [_part(item, "code") for item in (tags if isinstance(tags, list) else [])]
    named = [value for value in values if value]
    return next((value for value in named if _OURS.match(value)), named[0] if named else None)


def _part(item: Any, name: str) -> str:
    found = item.get(name) if isinstance(item, dict) else None
    return found if isinstance(found, str) else ""


#: A key of ours begins with that of its document; a hospital's number may stand beside it.
_OURS = re.compile("[0-9a-f]{16}-")


def about(resource: Resource) -> Resource:
    """The CodeableConcept that says what a resource is about, empty where there is none."""
    kind = resource.get("resourceType")
    code = _concept(resource.get(_ABOUT.get(str(kind), "code")))
    value = _concept(resource.get("valueCodeableConcept"))
    if kind == "Observation" and value and str(code.get("text")) in _PRESENCE:
        return value
    return code


def _concept(found: Any) -> Resource:
    if isinstance(found, list):
        found = found[0] if found else None
    return found if isinstance(found, dict) else {}


def title_of(resource: Resource) -> str:
    """What a resource is called: the words of its concept, a display, or its type."""
    return _shown(about(resource)) or str(resource.get("resourceType", "Resource"))


def codes_of(resource: Resource) -> tuple[Code, ...]:
    """The codes of what a resource is about, in their order; of a stay, its class."""
    codings = about(resource).get("coding")
    if codings is None and resource.get("resourceType") == "Encounter":
        codings = [resource.get("class")]
    return tuple(
        Code(system, system_name(system), str(coding["code"]), str(coding.get("display", "")))
        for coding in (codings if isinstance(codings, list) else [])
        if isinstance(coding, dict) and "code" in coding
        for system in [str(coding.get("system", ""))]
    )


def system_name(system: str) -> str:
    """What people call a code system; its URI where it has no name here."""
    form = FORMS.get(system)
    return form.name if form else system


def spans_of_resource(resource: Resource, text: str) -> tuple[Span, ...]:
    """Where the words of a resource stand, by its derivation references."""
    found = resource.get("extension")
    spans = []
    for extension in found if isinstance(found, list) else []:
        if isinstance(extension, dict) and extension.get("url") == GROUNDING:
            span = _span(extension, text)
            if span is not None:
                spans.append(span)
    return tuple(spans)


def _span(extension: Resource, text: str) -> Span | None:
    inner = extension.get("extension")
    numbers = {
        part.get("url"): part.get("valueInteger")
        for part in (inner if isinstance(inner, list) else [])
        if isinstance(part, dict)
    }
    start, length = numbers.get("offset"), numbers.get("length")
    if type(start) is not int or type(length) is not int:
        return None
    end = start + length
    return Span(start, end, text[start:end]) if 0 <= start < end <= len(text) else None


def details_of(resource: Resource) -> tuple[Detail, ...]:
    """The elements of a resource, each in a few words."""
    return tuple(_details(resource))


def _details(resource: Resource) -> Iterator[Detail]:
    skipped = _HIDDEN | {_ABOUT.get(str(resource.get("resourceType")), "code")}
    for name, value in resource.items():
        if name not in skipped and not name.startswith("_"):
            shown = _shown(value)
            if shown:
                yield Detail(name, (Part(shown),))


def _shown(value: Any) -> str:
    """An element as a person reads it; what has no words of its own, by the values inside."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "; ".join(filter(None, map(_shown, value)))
    if not isinstance(value, dict):
        return "" if value is None else str(value)
    for name in ("text", "display", "code"):
        if isinstance(value.get(name), str) and "value" not in value:
            return str(value[name])
    if "value" in value:
        unit = value.get("unit") or value.get("code") or ""
        return f"{value.get('comparator', '')}{value['value']} {unit}".strip()
    inner = (item for name, item in value.items() if name not in _UNTOLD and name[0] != "_")
    return ", ".join(filter(None, map(_shown, inner)))


#: Addresses say nothing to a reader.
_UNTOLD = frozenset({"extension", "id", "reference", "system", "url", "userSelected"})
