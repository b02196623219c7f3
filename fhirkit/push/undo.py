"""Takes back what a push created, and nothing else.

The newest goes first, and whoever points at others before those. What has another version than
the one that was created was edited since and stays, and so does what it points at; what another
push has found or updated is in use and stays, too.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from fhirkit.errors import ServerError
from fhirkit.push.answer import outcome_words
from fhirkit.push.caller import Caller, Request
from fhirkit.push.evidence import is_since
from fhirkit.push.exact import read_exact, write_exact
from fhirkit.push.options import Mode
from fhirkit.push.references import pointed_at
from fhirkit.push.report import EntryOutcome, Outcome
from fhirkit.push.search import FRESH, GONE, Resource, answered, find, read
from fhirkit.push.split import circles

if TYPE_CHECKING:
    from fhirkit.push.capabilities import Capabilities
    from fhirkit.push.noted import Trace

_DOUBTFUL = ("sending", "in doubt")
_DELETED = frozenset({200, 202, 204, *GONE})
_PLACE = re.compile(r"(?:^|/)([A-Z][A-Za-z]+/[A-Za-z0-9.-]{1,64})(?:/_history/[^/]+)?$")


class Fate(StrEnum):
    """What became of a resource that a push had created."""

    DELETED = "deleted"
    TO_DELETE = "to be deleted"  # it would be, without --dry-run
    GONE = "gone already"
    EDITED = "edited since"
    IN_USE = "in use"
    REFUSED = "refused"  # the server does not delete it
    IN_DOUBT = "in doubt"


_DONE = frozenset({Fate.DELETED, Fate.GONE})
_BY_DESIGN = _DONE | {Fate.TO_DELETE, Fate.EDITED, Fate.IN_USE}


@dataclass(frozen=True, slots=True)
class Made:
    """What a push made of one bundle; ``keys`` and ``since`` where its fate is unknown."""

    name: str
    entries: tuple[EntryOutcome, ...]
    keys: tuple[str, ...] = ()
    since: float = 0.0


@dataclass(frozen=True, slots=True)
class Undone:
    """One resource, at ``Type/id``; ``why`` says more where it stays."""

    location: str
    fate: Fate
    why: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class UndoReport:
    """What became of everything that a push had created."""

    server: str
    resources: tuple[Undone, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many resources had which fate."""
        found = Counter(one.fate for one in self.resources)
        return {fate.value: found[fate] for fate in Fate if found[fate]}

    @property
    def complete(self) -> bool:
        """Whether all is gone but what has to stay."""
        return all(one.fate in _BY_DESIGN for one in self.resources)

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "server": self.server,
            "complete": self.complete,
            "counts": self.counts,
            "resources": [
                {"location": one.location, "fate": one.fate.value, "why": one.why or None}
                for one in self.resources
            ],
        }

    def to_text(self) -> str:
        """For people: what stays and why, and the sums."""
        lines = [
            f"{one.location}: {one.fate.value}" + (f": {one.why}" if one.why else "")
            for one in self.resources
            if one.fate not in _DONE
        ]
        sums = ", ".join(f"{number} {fate}" for fate, number in self.counts.items())
        return "\n".join([*lines, sums or "this push created nothing"])


def made_by(trace: Trace) -> Made:
    """What the journal knows of a bundle."""
    doubtful = trace.state in _DOUBTFUL
    return Made(trace.name, trace.entries, trace.keys if doubtful else (), trace.since)


@dataclass(frozen=True, slots=True)
class _Standing:
    """A resource as it is on the server now, and the places it points at."""

    location: str
    version: str | None
    targets: frozenset[str]


class Undoing:
    """Deletes on one server."""

    def __init__(self, caller: Caller, capabilities: Capabilities, *, workers: int = 4) -> None:
        self._caller = caller
        self._transactions = Mode.TRANSACTION.value in capabilities.system
        self._workers = workers

    def run(self, made: Sequence[Made], *, dry_run: bool, used: Iterable[str] = ()) -> UndoReport:
        """Takes back what these bundles created, the last one first. Raises Stopped."""
        in_use = frozenset(used)
        with ThreadPoolExecutor(self._workers) as pool:
            looked = list(pool.map(lambda one: self._looked(one, in_use), reversed(made)))
            standing = {one.location: one for found, _ in looked for one in found}
            results = {one.location: one for _, told in looked for one in told}
            _hold(results, standing)
            groups = _groups([found for found, _ in looked], results)
            if dry_run:
                free = (one.location for group in groups for one in group)
                results |= {place: Undone(place, Fate.TO_DELETE) for place in free}
            else:
                *apart, shared = groups
                for deleted in pool.map(self._deleted, apart):
                    results |= {one.location: one for one in deleted}
                _hold(results, standing)
                left = [one for one in shared if one.location not in results]
                results |= {one.location: one for one in self._deleted(left)}
        return UndoReport(self._caller.connection.base, tuple(results.values()))

    def _looked(self, made: Made, in_use: frozenset[str]) -> tuple[list[_Standing], list[Undone]]:
        """What is still there of a bundle, and what became of that which is not to be deleted."""
        try:
            return self._standing(made, in_use)
        except ServerError as error:
            return [], [Undone(place, Fate.IN_DOUBT, str(error)) for place in _places(made)]

    def _standing(self, made: Made, in_use: frozenset[str]) -> tuple[list[_Standing], list[Undone]]:
        standing: list[_Standing] = []
        told: list[Undone] = []
        for location, version in self._created(made):
            resource = read(self._caller, location)
            if resource is None:
                told.append(Undone(location, Fate.GONE))
                continue
            now = _version(resource)
            standing.append(_Standing(location, now, _targets(resource)))
            if version is None:
                version = self._first(location, now)
            if version is None:
                why = "the server does not tell its first version: it may have been edited since"
                told.append(Undone(location, Fate.IN_DOUBT, why))
            elif now is not None and now != version:
                why = f"it has version {now}, and version {version} was created"
                told.append(Undone(location, Fate.EDITED, why))
            elif location in in_use:
                told.append(Undone(location, Fate.IN_USE, "another push has found it there"))
        return standing, told

    def _created(self, made: Made) -> list[tuple[str, str | None]]:
        """Place and version of what was created, the last first; what is in doubt is looked for."""
        created = {
            entry.location: entry.version
            for entry in made.entries
            if entry.outcome is Outcome.CREATED and entry.location
        }
        for key in made.keys:
            resource = find(self._caller, key).only
            if resource is None:
                continue
            location = f"{resource['resourceType']}/{resource['id']}"
            if is_since(_meta(resource, "lastUpdated"), made.since):
                created.setdefault(location, None)
        return list(reversed(created.items()))

    def _first(self, location: str, now: str | None) -> str | None:
        """The version a resource was created with, where the answer to its creation had none."""
        if now is None or now.isdigit():
            return "1"  # servers that number versions begin with it
        request = Request("GET", f"{location}/_history", headers=FRESH)
        try:
            history = read_exact(answered(self._caller, request, "a history").body)
            if any(link["relation"] == "next" for link in history.get("link", ())):
                return None  # the first is on a later page
            return _version(history["entry"][-1]["resource"])  # the newest stands first
        except (ServerError, ValueError, LookupError, TypeError, AttributeError):
            return None

    def _deleted(self, free: Sequence[_Standing]) -> list[Undone]:
        if self._transacted(free):
            return [Undone(one.location, Fate.DELETED) for one in free]
        # One circle of references after the other, whoever points at others first.
        numbers = {one.location: number for number, one in enumerate(free)}
        graph = {
            number: {numbers[target]: False for target in one.targets if target in numbers}
            for number, one in enumerate(free)
        }
        results: list[Undone] = []
        held: set[str] = set()
        for circle in reversed(circles(graph)):
            members = [free[number] for number in circle]
            if held.isdisjoint(one.location for one in members) and self._transacted(members):
                results += [Undone(one.location, Fate.DELETED) for one in members]
                continue
            for one in members:
                done = _kept(one.location) if one.location in held else self._delete(one)
                if done.fate not in _DONE:
                    held |= one.targets
                results.append(done)
        return results

    def _transacted(self, standing: Sequence[_Standing]) -> bool:
        """Whether a transaction has deleted all of these; if not, it has deleted none."""
        if len(standing) < 2 or not self._transactions:
            return False
        entries = [
            {
                "request": {"method": "DELETE", "url": one.location}
                | ({"ifMatch": f'W/"{one.version}"'} if one.version else {})
            }
            for one in standing
        ]
        body = write_exact({"resourceType": "Bundle", "type": "transaction", "entry": entries})
        called = self._caller.call(Request("POST", body=body, versioned=True))
        if called.reply is None or not 200 <= called.reply.status < 300:
            return False
        try:
            answer = read_exact(called.reply.body)
            given = [entry["response"]["status"] for entry in answer["entry"]]
        except (ValueError, LookupError, TypeError):
            return False
        return len(given) == len(entries) and all(
            isinstance(status, str) and status[:3].isdigit() and int(status[:3]) in _DELETED
            for status in given
        )

    def _delete(self, one: _Standing) -> Undone:
        headers = {"If-Match": f'W/"{one.version}"'} if one.version else {}
        request = Request("DELETE", one.location, headers=headers, versioned=bool(headers))
        called = self._caller.call(request)
        if called.reply is None:
            return Undone(one.location, Fate.IN_DOUBT, str(called.error))
        status = called.reply.status
        if status in _DELETED:
            return Undone(one.location, Fate.DELETED)
        if status in (409, 412):
            return self._in_the_way(one, status)
        code, detail = outcome_words(called.reply.body)
        fate = Fate.IN_DOUBT if status >= 500 else Fate.REFUSED
        return Undone(one.location, fate, f"HTTP {status}" + (code and f", {code}"), detail)

    def _in_the_way(self, one: _Standing, status: int) -> Undone:
        """Why a server would not delete: somebody edited it in between, or something uses it."""
        try:
            resource = read(self._caller, one.location)
        except ServerError as error:
            return Undone(one.location, Fate.IN_DOUBT, str(error))
        if resource is None:
            return Undone(one.location, Fate.GONE)
        now = _version(resource)
        if now is not None and now != one.version:
            return Undone(one.location, Fate.EDITED, f"it has version {now} now")
        why = f"another resource on the server points at it (HTTP {status})"
        return Undone(one.location, Fate.IN_USE, why)


def _hold(results: dict[str, Undone], standing: Mapping[str, _Standing]) -> None:
    """Keeps what something that stays points at, directly or by others."""
    staying = [
        standing[place]
        for place, one in results.items()
        if place in standing and one.fate not in _DONE
    ]
    targets = (target for one in staying for target in one.targets)
    for place in _reached(targets, standing):
        results.setdefault(place, _kept(place))


def _groups(
    found: Sequence[Sequence[_Standing]], results: Mapping[str, Undone]
) -> list[list[_Standing]]:
    """What is to be deleted of each bundle, and last what others than its own bundle point at."""
    groups = [[one for one in group if one.location not in results] for group in found]
    free = {one.location: one for group in groups for one in group}
    homes = {one.location: number for number, group in enumerate(groups) for one in group}
    abroad = (
        target
        for number, group in enumerate(groups)
        for one in group
        for target in one.targets
        if homes.get(target, number) != number
    )
    shared = _reached(abroad, free)
    apart = [[one for one in group if one.location not in shared] for group in groups]
    return [*apart, [free[place] for place in shared]]


def _reached(places: Iterable[str], standing: Mapping[str, _Standing]) -> list[str]:
    """Those of ``places`` that are in ``standing``, and all that they lead to there."""
    found: dict[str, None] = {}
    open_ = list(places)
    while open_:
        place = open_.pop()
        if place in standing and place not in found:
            found[place] = None
            open_ += standing[place].targets
    return list(found)


def _kept(place: str) -> Undone:
    return Undone(place, Fate.IN_USE, "a resource that stays points at it")


def _targets(resource: Resource) -> frozenset[str]:
    """The places a resource points at, by relative or absolute references, of a version or not."""
    places = map(_PLACE.search, pointed_at(resource))
    return frozenset(place[1] for place in places if place)


def _places(made: Made) -> list[str]:
    return [
        entry.location
        for entry in made.entries
        if entry.outcome is Outcome.CREATED and entry.location
    ] or [made.name]


def _version(resource: Resource) -> str | None:
    return _meta(resource, "versionId")


def _meta(resource: Resource, name: str) -> str | None:
    meta = resource.get("meta")
    value = meta.get(name) if isinstance(meta, dict) else None
    return value if isinstance(value, str) else None
