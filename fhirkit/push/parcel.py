"""Makes the body of a request from some entries of a bundle; no I/O.

References to what is on the server already become literal, those within the request stay as
they are where it is a transaction, and those that cannot be literal name their target's identifier.
"""

from __future__ import annotations

import re
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

_ADDRESS = re.compile(rb"urn:uuid:[0-9a-f-]{36}")  # a load's addresses are all like this
_FRAME = 64  # octets of the bundle around its entries
_GROWTH = 128  # octets by which what comes in place of a urn:uuid may be longer


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
        """What each entry that is sent points at, among those that are sent.

        Raises InputError where it cannot be told which of two entries is meant.
        """
        addresses = self.load.addresses
        if len(addresses) < sum("fullUrl" in entry for entry in self.load.entries):
            raise InputError("two entries have the same fullUrl")
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
        sizes = {position: self._octets(position) for position in self.positions}
        return pack(self.graph, mode, room, sizes, nameable=nameable)

    def _octets(self, position: int) -> int:
        """The most that an entry may come to in the body of a request."""
        entry = {**self.load.entries[position], "resource": self.resource(position)}
        text = write_exact(entry)
        return _FRAME + len(text) + _GROWTH * text.count(b'"urn:uuid:')

    def pointed(
        self, position: int, within: Iterable[int], known: Mapping[int, str], packing: Packing
    ) -> Resource:
        """The resource of an entry with its references as they are sent.

        ``within`` are the entries of the same transaction; ``known`` is where on the server an
        entry is. Raises InputError for a reference to an entry that is left out and has no
        identifier.
        """
        stay = set(within)
        resource = self.resource(position)
        pointed = pointed_at(resource)
        table: dict[str, Target] = {}
        for url, target in self._mentioned(resource):
            if target in self.left_out or (position, target) in packing.loose:
                name = _name(self.resource(target))
                if name is not None:
                    table[url] = name
                elif url in pointed:
                    raise InputError(
                        f"entry {position} points at entry {target}, which this server does not "
                        "take and which has no identifier to name it by"
                    )
            elif target in known and target not in stay:
                table[url] = known[target]
        return repointed(resource, table)

    def _mentioned(self, resource: Resource) -> list[tuple[str, int]]:
        """The addresses of entries that stand anywhere in a resource, with their positions."""
        found = {url.decode() for url in _ADDRESS.findall(write_exact(resource))}
        addresses = self.load.addresses
        return sorted((url, addresses[url]) for url in found if url in addresses)

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
    """A logical reference to a resource: its type and the identifier that says most."""
    given = resource.get("identifier")
    found = [
        {name: item[name] for name in ("system", "value") if item.get(name)}
        for item in (given if isinstance(given, list) else [given])
        if isinstance(item, dict) and item.get("value")
    ]
    if not found:
        return None
    return {"type": resource["resourceType"], "identifier": max(found, key=len)}
