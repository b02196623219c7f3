"""The words a resource was made from, as places in the source document."""

from __future__ import annotations

from dataclasses import is_dataclass
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

from fhirkit.mappers.identity import DOCUMENT
from fhirkit.narrative.span import Span

if TYPE_CHECKING:
    from fhirkit.facts.model import Fact
    from fhirkit.mappers.context import MappingContext, Resource

URL = "http://hl7.org/fhir/StructureDefinition/derivation-reference"
_PATH = "DocumentReference.content[0].attachment.data"


def grounds(fact: Fact) -> list[Span]:
    """The spans of a fact, its mentions first, without those inside an earlier one."""
    found = list(fact.spans)
    for span in _spans(fact, []):
        for earlier in found:
            if earlier.start <= span.start and span.end <= earlier.end:
                break
        else:
            found.append(span)
    return found


def _spans(value: Any, found: list[Span]) -> list[Span]:
    """``found`` and all spans in the fields of a fact or value."""
    for name in _fields_with_spans(type(value)):
        inner = getattr(value, name)
        if type(inner) is Span:
            found.append(inner)
        elif type(inner) is tuple:
            for item in inner:
                found.append(item) if type(item) is Span else _spans(item, found)
        elif inner is not None:
            _spans(inner, found)
    return found


_FIELDS: dict[type, tuple[str, ...]] = {}


def _fields_with_spans(kind: type) -> tuple[str, ...]:
    """The fields of a dataclass that can hold spans: most of a fact's cannot."""
    known = _FIELDS.get(kind)
    if known is None:
        hints = get_type_hints(kind).items()
        known = _FIELDS[kind] = tuple(name for name, hint in hints if _spanned(hint))
    return known


def _spanned(hint: Any) -> bool:
    return hint is Span or is_dataclass(hint) or any(_spanned(part) for part in get_args(hint))


def derivation(span: Span, context: MappingContext) -> Resource:
    """The extension that leads from a resource to ``span``.

    ``offset`` and ``length`` count Unicode code points of the decoded document, not bytes
    and not UTF-16 units.
    """
    return {
        "url": URL,
        "extension": [
            {"url": "reference", "valueReference": context.known_reference(DOCUMENT)},
            {"url": "path", "valueString": _PATH},
            {"url": "offset", "valueInteger": span.start},
            {"url": "length", "valueInteger": span.end - span.start},
        ],
    }
