"""Where an element stands: the resources around it, and what references there lead to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fhirkit.validate.findings import Node


@dataclass(frozen=True, slots=True)
class Scope:
    """The resources around an element.

    ``resource`` is the one it belongs to (FHIRPath's ``%resource``), ``container`` the one that
    is not contained in another (``%rootResource``), ``root`` what was given to be checked, a
    bundle mostly. ``entry`` is the bundle entry that holds ``container``, ``targets`` the
    resources of the bundle by ``fullUrl`` and by ``Type/id``, ``contained`` those contained in
    ``container`` by id.
    """

    root: Node
    container: Node
    resource: Node
    entry: Node | None = None
    targets: Mapping[str, Node] = field(default_factory=dict)
    contained: Mapping[str, Node] | None = None

    def resolve(self, reference: str) -> Node | None:
        """The resource a reference leads to; None where it is not at hand."""
        if reference == "#":
            return self.container
        if reference.startswith("#"):
            inside = contained_by_id(self.container) if self.contained is None else self.contained
            return inside.get(reference[1:])
        return self.targets.get(reference)


def contained_by_id(container: Node) -> dict[str, Node]:
    """The resources contained in another by their id; the first of each."""
    found: dict[str, Node] = {}
    contained = container.get("contained")
    for inner in contained if isinstance(contained, list) else ():
        if isinstance(inner, dict) and isinstance(inner.get("id"), str):
            found.setdefault(inner["id"], inner)
    return found
