"""Makes the body of a request from some entries of a bundle; no I/O.

References to what is on the server already become literal, those within the request stay as
they are where it is a transaction, and those that cannot be literal name their target's identifier.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from fhirkit.errors import InputError
from fhirkit.push.exact import write_exact
from fhirkit.push.options import Mode
from fhirkit.push.references import pointed_at, repointed
from fhirkit.push.split import Packing, pack

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from fhirkit.push.glance import Asked
    from fhirkit.push.load import Load
    from fhirkit.push.references import Target
    from fhirkit.push.split import Graph, Parcel, Room

Resource = dict[str, Any]


@dataclass(frozen=True)
class Freight:
    """The entries of a load that are sent, with what each points at.

    ``left_out`` are entries the server does not take: references to them become logical.
    ``resources`` replace those of the load, where something had to be put into them.
    """

    load: Load
    left_out: frozenset[int] = frozenset()
    resources: Mapping[int, Resource] = field(default_factory=dict)

    @cached_property
    def positions(self) -> tuple[int, ...]:
        """The entries that are sent."""
        return tuple(one.position for one in self.load.asked if one.position not in self.left_out)

    @cached_property
    def graph(self) -> Graph:
        """What each entry that is sent points at, among those that are sent."""
        addresses = self.load.addresses
        graph: dict[int, dict[int, bool]] = {}
        for position in self.positions:
            found = pointed_at(self.resource(position))
            graph[position] = {
                addresses[url]: inside
                for url, inside in found.items()
                if url in addresses and addresses[url] not in self.left_out
            }
        return graph

    def resource(self, position: int) -> Resource:
        """The resource of an entry as it is sent, but for its references."""
        given: Resource = self.load.entries[position]["resource"]
        return self.resources.get(position, given)

    def packed(self, mode: Mode, room: Room) -> Packing:
        """The requests for all entries. Raises InputError where a circle cannot be cut."""
        nameable = frozenset(
            position for position in self.positions if _name(self.resource(position)) is not None
        )
        sizes = {
            position: len(write_exact(self.resource(position))) + 300 for position in self.positions
        }
        return pack(self.graph, mode, room, sizes, nameable=nameable)

    def pointed(
        self, position: int, within: Iterable[int], known: Mapping[int, str], packing: Packing
    ) -> Resource:
        """The resource of an entry with its references as they are sent.

        ``within`` are the entries of the same transaction; ``known`` is where on the server an
        entry is. Raises InputError for a reference to an entry that is left out and has no
        identifier.
        """
        stay = set(within)
        table: dict[str, Target] = {}
        for url, target in self.load.addresses.items():
            if target in self.left_out or (position, target) in packing.loose:
                name = _name(self.resource(target))
                if name is not None:
                    table[url] = name
                elif target in self.left_out and url in pointed_at(self.resource(position)):
                    raise InputError(
                        f"entry {position} points at entry {target}, which this server does not "
                        "take and which has no identifier to name it by"
                    )
            elif target in known and target not in stay:
                table[url] = known[target]
        return repointed(self.resource(position), table)

    def body(self, parcel: Parcel, known: Mapping[int, str], packing: Packing) -> bytes:
        """The transaction or batch of a parcel."""
        entries = []
        for position in parcel.positions:
            entry = dict(self.load.entries[position])
            within = parcel.positions if parcel.mode is Mode.TRANSACTION else ()
            entry["resource"] = self.pointed(position, within, known, packing)
            entries.append(entry)
        bundle = {"resourceType": "Bundle", "type": parcel.mode.value, "entry": entries}
        return write_exact(bundle)


def single_request(asked: Asked, on_existing: str) -> tuple[str, str, dict[str, str]]:
    """Method, path and headers of an entry sent by itself, conditional like any other."""
    query = quote(asked.criteria, safe="=&%:/.,-_~")
    if on_existing == "update":
        return "PUT", f"{asked.type}?{query}", {}
    return "POST", asked.type, {"If-None-Exist": query}


def _name(resource: Resource) -> Resource | None:
    """A logical reference to a resource: its type and first identifier."""
    given = resource.get("identifier")
    first = given[0] if isinstance(given, list) and given else given
    if not isinstance(first, dict) or not first.get("value"):
        return None
    shown = {name: first[name] for name in ("system", "value") if name in first}
    return {"type": resource["resourceType"], "identifier": shown}
