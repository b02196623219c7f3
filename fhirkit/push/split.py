"""Cuts a bundle into requests a server takes: what others point at comes first.

No I/O. Entries are named by their positions in the bundle. Within a transaction entries may point at
each other in a circle (a Patient at the DocumentReference it was read from, and back); a batch or
a single request can only name what the server has already. Where a circle must be cut, one
reference becomes a logical one: type and identifier of the target
(https://hl7.org/fhir/R4/references.html#logical).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fhirkit.errors import InputError
from fhirkit.push.options import Mode

Graph = Mapping[int, Mapping[int, bool]]
"""For each position what it points at, and whether from within extensions only."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """The entries of one request."""

    positions: tuple[int, ...]
    mode: Mode


@dataclass(frozen=True, slots=True)
class Packing:
    """All requests of a bundle in their order.

    ``loose`` are the references, from position to position, that must be logical.
    """

    parcels: tuple[Parcel, ...]
    loose: frozenset[tuple[int, int]] = frozenset()


@dataclass(frozen=True, slots=True)
class Room:
    """What one request may hold: so many entries, so many bytes."""

    entries: int | None = None
    octets: int | None = None

    def takes(self, entries: int, octets: int) -> bool:
        """Whether this fits."""
        return (self.entries is None or entries <= self.entries) and (
            self.octets is None or octets <= self.octets
        )


def pack(
    graph: Graph,
    mode: Mode,
    room: Room,
    sizes: Mapping[int, int],
    *,
    nameable: frozenset[int],
) -> Packing:
    """The requests for the entries of ``graph``.

    ``sizes`` are the bytes of each entry; ``nameable`` are the entries a logical reference can
    name, since they have an identifier. Raises InputError where a circle cannot be cut.
    """
    if mode is Mode.TRANSACTION and room.takes(len(graph), sum(sizes.values())):
        return Packing((Parcel(tuple(graph), mode),))
    groups: list[tuple[int, ...]] = []
    loose: set[tuple[int, int]] = set()
    for circle in circles(graph):
        if _stays_whole(circle, graph, mode, room, sizes):
            groups.append(circle)
            continue
        cut, apart = _opened(circle, graph, nameable)
        groups += [(position,) for position in cut]
        loose |= apart
    if mode is Mode.SINGLE:
        parcels = [Parcel(group, mode) for group in groups]
    elif mode is Mode.BATCH:
        parcels = _levels(groups, graph, frozenset(loose), room, sizes)
    else:
        parcels = _filled(groups, mode, room, sizes)
        homes = {position: parcel for parcel in parcels for position in parcel.positions}
        # Some of what was cut may have come together again.
        loose = {(start, end) for start, end in loose if homes[start] is not homes[end]}
    return Packing(tuple(parcels), frozenset(loose))


def circles(graph: Graph) -> list[tuple[int, ...]]:
    """The entries in an order in which each comes after what it points at.

    Entries that point at each other in a circle come together: strongly connected components by
    Tarjan's algorithm (doi:10.1137/0201010), without recursion.
    """
    index: dict[int, int] = {}
    low: dict[int, int] = {}
    stack: list[int] = []
    on_stack: set[int] = set()
    found: list[tuple[int, ...]] = []
    for root in graph:
        if root in index:
            continue
        work = [(root, iter(sorted(graph[root])))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, targets = work[-1]
            target = next(targets, None)
            if target is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    found.append(_popped(stack, on_stack, node))
            elif target not in index:
                index[target] = low[target] = len(index)
                stack.append(target)
                on_stack.add(target)
                work.append((target, iter(sorted(graph[target]))))
            elif target in on_stack:
                low[node] = min(low[node], index[target])
    return found


def _stays_whole(
    circle: tuple[int, ...], graph: Graph, mode: Mode, room: Room, sizes: Mapping[int, int]
) -> bool:
    """Whether no reference of a circle must be cut; an entry may also point at itself."""
    if mode is not Mode.TRANSACTION:
        return len(circle) == 1 and circle[0] not in graph[circle[0]]
    octets = sum(sizes[position] for position in circle)
    return len(circle) == 1 or room.takes(len(circle), octets)


def _popped(stack: list[int], on_stack: set[int], node: int) -> tuple[int, ...]:
    members: list[int] = []
    while not members or members[-1] != node:
        members.append(stack.pop())
    on_stack.difference_update(members)
    return tuple(sorted(members))


def _opened(
    circle: tuple[int, ...], graph: Graph, nameable: frozenset[int]
) -> tuple[list[int], set[tuple[int, int]]]:
    """An order for the members of a circle, and the references that cannot be literal in it.

    Next comes whoever waits for the fewest: for none at best, else for such as it points at from
    extensions only, which say where a value came from rather than what it is.
    """
    left = set(circle)
    order: list[int] = []
    loose: set[tuple[int, int]] = set()
    while left:

        def waits(position: int) -> tuple[bool, int, int, int]:
            open_ = [target for target in graph[position] if target in left and target != position]
            plain = [target for target in open_ if not graph[position][target]]
            return not nameable.issuperset(open_), len(plain), len(open_), position

        following = min(left, key=waits)
        left.discard(following)
        apart = {(following, target) for target in graph[following] if target in left}
        if following in graph[following]:
            apart.add((following, following))
        if not nameable.issuperset(target for _, target in apart):
            raise InputError(
                f"{_words(circle)}, and this server takes entries only one after the other: "
                "some of them need an identifier"
            )
        loose |= apart
        order.append(following)
    return order, loose


def _words(circle: tuple[int, ...]) -> str:
    if len(circle) == 1:
        return f"entry {circle[0]} points at itself"
    return f"entries {', '.join(map(str, circle))} point at each other"


def _filled(
    groups: Sequence[tuple[int, ...]], mode: Mode, room: Room, sizes: Mapping[int, int]
) -> list[Parcel]:
    """Groups in their order, as many a request as it has room for."""
    parcels: list[Parcel] = []
    held: list[int] = []
    octets = 0
    for group in groups:
        more = sum(sizes[position] for position in group)
        if held and not room.takes(len(held) + len(group), octets + more):
            parcels.append(Parcel(tuple(sorted(held)), mode))
            held, octets = [], 0
        held += group
        octets += more
    if held:
        parcels.append(Parcel(tuple(sorted(held)), mode))
    return parcels


def _levels(
    groups: Sequence[tuple[int, ...]],
    graph: Graph,
    loose: frozenset[tuple[int, int]],
    room: Room,
    sizes: Mapping[int, int],
) -> list[Parcel]:
    """Batches of entries that do not point at each other, each after those it points at."""
    level: dict[int, int] = {}
    for (position,) in groups:
        before = (
            level[target]
            for target in graph[position]
            if target in level and (position, target) not in loose
        )
        level[position] = max(before, default=-1) + 1
    parcels: list[Parcel] = []
    for depth in range(max(level.values(), default=-1) + 1):
        members = [(position,) for position in sorted(level) if level[position] == depth]
        parcels += _filled(members, Mode.BATCH, room, sizes)
    return parcels
