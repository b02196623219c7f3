"""By what a resource on the server is known to be of a case that fhirkit pushed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fhirkit.mappers.context import Resource

_KEY = re.compile(r"([0-9a-f]{16})-([A-Za-z0-9_.-]{1,200})")
#: Commas and the like would make two of one value in a search.
_SYSTEM = re.compile(r"[^\s,|$\\]+")
_DOCUMENT = re.compile(r"(p[0-9]+-)?case\.document")
_NUMBER = re.compile(r"p[0-9]+-")


@dataclass(frozen=True, slots=True)
class Key:
    """A key as fhirkit gives it: ``af7c38a5e050694e-p2-medication-ivig``.

    ``document`` is the text's part of it, ``name`` what the resource is called within the text:
    the id of a fact, or such an id with a dot and more. ``patient`` is ``p2-`` where the text
    tells of several, and else empty.
    """

    system: str
    document: str
    name: str

    @property
    def value(self) -> str:
        """The key as it is written."""
        return f"{self.document}-{self.name}"

    @property
    def patient(self) -> str:
        """How the names of this patient's resources begin."""
        found = _NUMBER.match(self.name)
        return found[0] if found else ""

    @property
    def is_document(self) -> bool:
        """Whether it is the key of the narrative itself."""
        return _DOCUMENT.fullmatch(self.name) is not None

    def sibling(self, name: str) -> str:
        """The key of what is called ``name`` for the same patient."""
        return f"{self.document}-{self.patient}{name}"


def keys_of(resource: Resource) -> Iterator[Key]:
    """The keys a resource carries, as identifiers or as tags."""
    meta = resource.get("meta")
    tags = meta.get("tag") if isinstance(meta, dict) else None
    for items, name in ((resource.get("identifier"), "value"), (tags, "code")):
        for item in _listed(items):
            key = _key(item.get("system"), item.get(name))
            if key is not None:
                yield key


def document_key_of(resource: Resource) -> Key | None:
    """The key of a narrative that fhirkit pushed; None for all else."""
    if resource.get("resourceType") != "DocumentReference":
        return None
    return next((key for key in keys_of(resource) if key.is_document), None)


def _key(system: object, value: object) -> Key | None:
    if not isinstance(system, str) or not isinstance(value, str):
        return None
    found = _KEY.fullmatch(value)
    return Key(system, found[1], found[2]) if found and _SYSTEM.fullmatch(system) else None


def _listed(items: Any) -> list[Resource]:
    """The items of an element that is a list, or by its type (AdverseEvent) a single one."""
    given = items if isinstance(items, list) else [items]
    return [item for item in given if isinstance(item, dict)]
