"""Tests of fhirkit.push.split."""

from __future__ import annotations

from itertools import chain

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fhirkit.errors import InputError
from fhirkit.push.options import Mode
from fhirkit.push.split import Graph, Packing, Parcel, Room, circles, pack

ANY = Room()
MODES = [pytest.param(mode, id=mode.value) for mode in Mode]


def graph(*arrows: str, size: int = 0) -> dict[int, dict[int, bool]]:
    """A graph out of arrows: "0>1" is a reference, "0~1" one from within extensions."""
    found: dict[int, dict[int, bool]] = {position: {} for position in range(size)}
    for arrow in arrows:
        loose = "~" in arrow
        start, end = map(int, arrow.split("~" if loose else ">"))
        found.setdefault(start, {})[end] = loose
        found.setdefault(end, {})
    return dict(sorted(found.items()))


def packed(
    given: Graph,
    mode: Mode = Mode.TRANSACTION,
    room: Room = ANY,
    sizes: dict[int, int] | None = None,
    nameable: set[int] | None = None,
) -> Packing:
    """The requests for a graph; every entry is of 1 byte and has an identifier if not told."""
    return pack(
        given,
        mode,
        room,
        sizes or dict.fromkeys(given, 1),
        nameable=frozenset(given if nameable is None else nameable),
    )


def held(packing: Packing) -> list[tuple[int, ...]]:
    """What each request holds."""
    return [parcel.positions for parcel in packing.parcels]


# Examples


@pytest.mark.parametrize(
    ("room", "entries", "octets", "fits"),
    [
        pytest.param(Room(), 10**6, 10**9, True, id="no-limit"),
        pytest.param(Room(3), 3, 10**9, True, id="full"),
        pytest.param(Room(3), 4, 1, False, id="one-too-many"),
        pytest.param(Room(None, 100), 50, 100, True, id="bytes-full"),
        pytest.param(Room(None, 100), 1, 101, False, id="a-byte-too-many"),
        pytest.param(Room(3, 100), 3, 101, False, id="either"),
    ],
)
def test_room(room: Room, entries: int, octets: int, fits: bool) -> None:
    """Both limits hold."""
    assert room.takes(entries, octets) is fits


def test_a_bundle_that_fits_is_one_transaction() -> None:
    """In the order it came, circles and all."""
    given = graph("0>1", "1>2", "2>0", "3>0")
    assert packed(given) == Packing((Parcel((0, 1, 2, 3), Mode.TRANSACTION),))


def test_single_requests_come_after_what_they_point_at() -> None:
    """Whatever the order in the bundle."""
    assert held(packed(graph("0>1", "1>2", "3>1"), Mode.SINGLE)) == [(2,), (1,), (0,), (3,)]


def test_batches_hold_what_does_not_point_at_each_other() -> None:
    """One batch for each step away from what points at nothing."""
    given = graph("1>0", "2>0", "3>1", "3>0", size=5)
    assert held(packed(given, Mode.BATCH)) == [(0, 4), (1, 2), (3,)]


def test_batches_fit_the_room() -> None:
    """A level is cut where the server takes fewer."""
    assert held(packed(graph(size=5), Mode.BATCH, Room(2))) == [(0, 1), (2, 3), (4,)]


def test_transactions_fit_the_room_in_entries() -> None:
    """What others point at comes first."""
    given = graph("0>4", "1>4", "2>4", "3>4")
    assert held(packed(given, room=Room(2))) == [(0, 4), (1, 2), (3,)]


def test_transactions_fit_the_room_in_bytes() -> None:
    """An entry that is too large by itself goes alone: the server may take it."""
    sizes = {0: 40, 1: 70, 2: 30, 3: 500, 4: 10}
    given = graph(size=5)
    assert held(packed(given, room=Room(None, 100), sizes=sizes)) == [(0,), (1, 2), (3,), (4,)]


def test_a_circle_that_fits_stays_together() -> None:
    """In one transaction, after what it points at."""
    given = graph("0>1", "1>0", "1>4", "2>0", "3>2")
    assert packed(given, room=Room(3)) == Packing(
        (Parcel((0, 1, 4), Mode.TRANSACTION), Parcel((2, 3), Mode.TRANSACTION))
    )


@pytest.mark.parametrize("mode", [Mode.BATCH, Mode.SINGLE], ids=["batch", "single"])
@pytest.mark.parametrize(
    ("arrows", "order", "loose"),
    [
        pytest.param(("0~1", "1>0"), [(0,), (1,)], {(0, 1)}, id="from-the-extension"),
        pytest.param(("0>1", "1~0"), [(1,), (0,)], {(1, 0)}, id="the-other-way"),
        pytest.param(("0>1", "1>0"), [(0,), (1,)], {(0, 1)}, id="the-first"),
        pytest.param(("0>1", "1>2", "2~0"), [(2,), (1,), (0,)], {(2, 0)}, id="of-three"),
        pytest.param(("0>0",), [(0,)], {(0, 0)}, id="itself"),
    ],
)
def test_a_circle_is_cut_where_it_hurts_least(
    mode: Mode, arrows: tuple[str, ...], order: list[tuple[int, ...]], loose: set[tuple[int, int]]
) -> None:
    """In an extension, which says where something came from, rather than in the resource."""
    packing = packed(graph(*arrows), mode)
    assert (held(packing), packing.loose) == (order, loose)


def test_a_circle_that_does_not_fit_a_transaction_is_cut() -> None:
    """At the fewest entries the server takes."""
    packing = packed(graph("0~1", "1>0"), room=Room(1))
    assert (held(packing), packing.loose) == ([(0,), (1,)], {(0, 1)})


def test_what_comes_together_again_stays_literal() -> None:
    """Two of a circle of three, which has room for two."""
    packing = packed(graph("0>1", "1>0", "1>2", "2~0"), room=Room(2))
    assert (held(packing), packing.loose) == ([(0, 2), (1,)], {(0, 1)})


def test_an_entry_may_point_at_itself_in_a_transaction() -> None:
    """The server knows where it put it, with others or alone."""
    packing = packed(graph("0>0", "1>0"), room=Room(1))
    assert (held(packing), packing.loose) == ([(0,), (1,)], set())


def test_a_circle_is_cut_at_what_has_a_name() -> None:
    """Even where that is no extension."""
    packing = packed(graph("0>1", "1~0"), Mode.SINGLE, nameable={1})
    assert (held(packing), packing.loose) == ([(0,), (1,)], {(0, 1)})


@pytest.mark.parametrize(
    ("arrows", "words"),
    [
        pytest.param(("0>1", "1>0"), "entries 0, 1 point at each other", id="two"),
        pytest.param(("0>0",), "entry 0 points at itself", id="itself"),
    ],
)
def test_a_circle_without_names_cannot_be_cut(arrows: tuple[str, ...], words: str) -> None:
    """A logical reference needs an identifier, and the words say so."""
    with pytest.raises(InputError, match=f"^{words}, .*: some of them need an identifier$"):
        packed(graph(*arrows), Mode.SINGLE, nameable=set())


@pytest.mark.parametrize("mode", MODES)
def test_nothing_to_send(mode: Mode) -> None:
    """All entries may have been left out."""
    assert sum(map(len, held(packed({}, mode)))) == 0


@pytest.mark.parametrize("mode", MODES)
def test_a_long_chain_needs_no_recursion(mode: Mode) -> None:
    """5,000 entries, each pointing at the next."""
    chained = graph(*(f"{at}>{at + 1}" for at in range(5_000)))
    assert len(list(chain(*held(packed(chained, mode, Room(100)))))) == 5_001


# Properties


@st.composite
def graphs(draw: st.DrawFn) -> dict[int, dict[int, bool]]:
    """Any graph: positions have gaps where entries were left out."""
    positions = draw(st.lists(st.integers(0, 30), unique=True, max_size=9).map(sorted))
    if not positions:
        return {}
    targets = st.dictionaries(st.sampled_from(positions), st.booleans(), max_size=4)
    return {position: draw(targets) for position in positions}


def reaches(given: Graph, start: int) -> set[int]:
    """Where references lead from an entry, directly or by others."""
    found: set[int] = set()
    open_ = list(given[start])
    while open_:
        target = open_.pop()
        if target not in found:
            found.add(target)
            open_ += given[target]
    return found


@given(graphs())
@example(graph("0>1", "1>0", "2>1", "3>2", "2>3"))
def test_circles_come_after_what_they_point_at(given: dict[int, dict[int, bool]]) -> None:
    """Each entry once, with exactly those that lead to it and back."""
    found = circles(given)
    assert sorted(chain(*found)) == sorted(given)
    before: set[int] = set()
    for circle in found:
        for position in circle:
            there = {one for one in reaches(given, position) if position in reaches(given, one)}
            assert there | {position} == set(circle)
            assert set(given[position]) <= before | set(circle)
        before |= set(circle)


@given(
    graphs(),
    st.sampled_from(Mode),
    st.builds(Room, st.none() | st.integers(1, 6), st.none() | st.integers(1, 60)),
    st.lists(st.integers(1, 40), min_size=31, max_size=31),
    st.sets(st.integers(0, 30)),
)
def test_no_reference_is_lost(
    given: dict[int, dict[int, bool]],
    mode: Mode,
    room: Room,
    sizes: list[int],
    unnamed: set[int],
) -> None:
    """Each leads to an earlier request or the same transaction, or is logical to a named entry.

    Each entry is sent once, in requests that fit; what is logical is part of a circle.
    """
    octets = {position: sizes[position] for position in given}
    nameable = set(given) - unnamed
    try:
        packing = packed(given, mode, room, octets, nameable)
    except InputError:
        assert _knotted(given, unnamed)
        return
    assert sorted(chain(*held(packing))) == sorted(given)
    for start, end in packing.loose:
        assert end in given[start]
        assert end in nameable
        assert start == end or start in reaches(given, end)
    before: set[int] = set()
    for parcel in packing.parcels:
        assert parcel.mode is mode
        assert parcel.positions == tuple(sorted(parcel.positions))
        within = set(parcel.positions)
        whole = room.takes(len(within), sum(octets[position] for position in within))
        assert len(within) == 1 or (mode is not Mode.SINGLE and whole)
        known = before | within if mode is Mode.TRANSACTION else before
        for position in within:
            literal = {end for end in given[position] if (position, end) not in packing.loose}
            assert literal <= known
        before |= within


def _knotted(given: Graph, unnamed: set[int]) -> bool:
    """Whether entries without a name point at each other in a circle, or one at itself."""
    only = {
        position: {end: inside for end, inside in targets.items() if end in unnamed}
        for position, targets in given.items()
    }
    return any(position in reaches(only, position) for position in only)


@given(graphs(), st.sampled_from(Mode))
def test_the_same_graph_is_packed_the_same(given: dict[int, dict[int, bool]], mode: Mode) -> None:
    """The order in which references were found counts for nothing."""
    turned = {position: dict(reversed(targets.items())) for position, targets in given.items()}
    assert packed(given, mode, Room(3)) == packed(turned, mode, Room(3))
