"""What a mapper knows beyond its fact: the other resources, the codes, the settings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fhirkit._data import Mappings
from fhirkit.facts.model import Fact, Review
from fhirkit.mappers.identity import full_url, resource_key
from fhirkit.mappers.wording import Wording
from fhirkit.settings import Settings

Resource = dict[str, Any]
"""A FHIR resource, or a part of one, in the shape of its R4 JSON."""


@dataclass(frozen=True, slots=True)
class Target:
    """A resource of the bundle, as others point at it."""

    type: str
    url: str
    key: str


@dataclass(frozen=True, slots=True)
class MappingContext:
    """All that mappers share for one case.

    ``targets`` has every resource of the bundle: by the id of the fact it stands for, or by
    one of the names in :mod:`fhirkit.mappers.identity`. ``facts`` are the patient's own.
    ``patient`` is the patient's number where the text tells of several. ``reviews`` is what a
    reviewer decided, by the id of the fact.
    """

    data: bytes
    key: str
    settings: Settings
    mappings: Mappings
    wording: Wording
    facts: Mapping[str, Fact]
    targets: Mapping[str, Target]
    patient: int | None = None
    reviews: Mapping[str, Review] = field(default_factory=dict)

    def identifier(self, name: str) -> Resource:
        """The identifier of the resource called ``name`` in this case."""
        return {"system": self.settings.identifier_system, "value": self._key(name)}

    def reference(self, name: str, *types: str) -> Resource | None:
        """A reference to the resource of ``name``; None without one, or one of other ``types``."""
        target = self.targets.get(name)
        if target is None or (types and target.type not in types):
            return None
        return self.link(target)

    def link(self, target: Target) -> Resource:
        """A reference to ``target``.

        A server resolves no ``urn`` in a batch, and some store it as it is: there, and only
        there, resources point at each other by identifier.
        """
        if self.settings.bundle_type == "batch":
            return self._logical(target)
        return {"reference": target.url}

    def target(self, name: str, resource_type: str) -> Target:
        """The resource called ``name`` as others point at it."""
        key = self._key(name)
        return Target(resource_type, full_url(key), key)

    def _key(self, name: str) -> str:
        return resource_key(self.key, self.patient, name)

    def change_of(self, name: str, *parts: str) -> Review | None:
        """The correction of a fact, if one of ``parts`` of it was changed; of any without parts."""
        review = self.reviews.get(name)
        if review is None or not review.changed:
            return None
        if parts and not any(change.startswith(parts) for change in review.changed):
            return None
        return review

    def references(self, names: Iterable[str], *types: str) -> list[Resource]:
        """References to those of ``names`` that have a resource of one of ``types``."""
        found = (self.reference(name, *types) for name in dict.fromkeys(names))
        return [reference for reference in found if reference is not None]

    def known_reference(self, name: str) -> Resource:
        """A reference to a resource that every bundle with this fact has."""
        reference = self.reference(name)
        if reference is None:
            raise KeyError(name)
        return reference

    def logical(self, name: str) -> Resource | None:
        """A reference by type and identifier, for places where servers rewrite no ``urn``."""
        target = self.targets.get(name)
        return None if target is None else self._logical(target)

    def _logical(self, target: Target) -> Resource:
        identifier = {"system": self.settings.identifier_system, "value": target.key}
        return {"type": target.type, "identifier": identifier}
