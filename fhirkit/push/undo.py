"""Takes back what a push created, and nothing else.

The newest goes first, and whoever points at others before those. What has another version than
the one that was created was edited since and stays, and so does what it points at; what another
push has found or updated is in use and stays, too.
"""

from __future__ import annotations

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
    """One resource, at ``Type/id``; ``why`` says more where it stays.

    ``status`` is what the server answered that would not delete it.
    """

    location: str
    fate: Fate
    why: str = ""
    detail: str = ""
    status: int | None = None


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


@dataclass(slots=True)
class _Standing:
    """A resource as it is on the server now."""

    location: str
    version: str | None
    resource: Resource


class Undoing:
    """Deletes on one server."""

    def __init__(self, caller: Caller, capabilities: Capabilities, *, workers: int = 4) -> None:
        self._caller = caller
        self._transactions = Mode.TRANSACTION.value in capabilities.system
        self._workers = workers

    def run(self, made: Sequence[Made], *, dry_run: bool, used: Iterable[str] = ()) -> UndoReport:
        """Takes back what these bundles created, the last one first. Raises Stopped."""
        in_use = frozenset(used)
        newest = list(reversed(made))
        with ThreadPoolExecutor(self._workers) as pool:
            found = list(pool.map(lambda one: self._bundle(one, in_use, dry_run=dry_run), newest))
        # What another bundle of this push pointed at may be free now.
        results = {one.location: one for report in found for one in report}
        late = [
            one.location
            for one in results.values()
            if one.fate is Fate.IN_USE and one.status is not None
        ]
        if not dry_run and late:
            for one in self._bundle(_again(made, late), in_use, dry_run=False):
                results[one.location] = one
        return UndoReport(self._caller.connection.base, tuple(results.values()))

    def _bundle(self, made: Made, in_use: frozenset[str], *, dry_run: bool) -> list[Undone]:
        try:
            standing, results = self._standing(made, in_use)
        except ServerError as error:
            return [Undone(place, Fate.IN_DOUBT, str(error)) for place in _places(made)]
        free, kept = _parted(standing, results)
        results += kept
        if dry_run:
            return [*results, *(Undone(one.location, Fate.TO_DELETE) for one in free)]
        return [*results, *self._deleted(free)]

    def _standing(
        self, made: Made, in_use: frozenset[str]
    ) -> tuple[dict[str, _Standing], list[Undone]]:
        """What can be deleted, and what became of the rest."""
        standing: dict[str, _Standing] = {}
        results: list[Undone] = []
        for location, version in self._created(made):
            resource = read(self._caller, location)
            now = _version(resource)
            if resource is not None and version is None:
                version = self._first(location, now)
            if resource is None:
                results.append(Undone(location, Fate.GONE))
            elif version is None:
                why = "the server does not tell its first version: it may have been edited since"
                results.append(Undone(location, Fate.IN_DOUBT, why))
                standing[location] = _Standing(location, now, resource)
            elif now is not None and now != version:
                why = f"it has version {now}, and version {version} was created"
                results.append(Undone(location, Fate.EDITED, why))
                standing[location] = _Standing(location, now, resource)
            elif location in in_use:
                why = "another push has found it there"
                results.append(Undone(location, Fate.IN_USE, why))
                standing[location] = _Standing(location, now, resource)
            else:
                standing[location] = _Standing(location, now, resource)
        return standing, results

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
            meta = resource.get("meta") or {}
            location = f"{resource['resourceType']}/{resource['id']}"
            if is_since(meta.get("lastUpdated"), made.since):
                created.setdefault(location, "1" if str(meta.get("versionId")).isdigit() else None)
        return list(reversed(created.items()))

    def _first(self, location: str, now: str | None) -> str | None:
        """The version a resource was created with, where the answer to its creation had none."""
        if now is None or now.isdigit():
            return "1"  # servers that number versions begin with it
        request = Request("GET", f"{location}/_history", headers=FRESH)
        try:
            history = read_exact(answered(self._caller, request, "a history").body)
            return _version(history["entry"][-1]["resource"])  # the newest stands first
        except (ServerError, ValueError, LookupError, TypeError):
            return None

    def _deleted(self, free: Sequence[_Standing]) -> list[Undone]:
        if not free:
            return []
        by_place = {one.location: one for one in free}
        if len(free) > 1 and self._transactions and self._transacted(free):
            return [Undone(place, Fate.DELETED) for place in by_place]
        # One circle of references after the other, whoever points at others first.
        numbers = {one.location: number for number, one in enumerate(free)}
        graph = {
            numbers[one.location]: {
                numbers[target]: False for target in _targets(one, numbers.keys())
            }
            for one in free
        }
        results: list[Undone] = []
        for circle in reversed(circles(graph)):
            members = [free[number] for number in circle]
            if len(members) > 1 and self._transactions and self._transacted(members):
                results += [Undone(one.location, Fate.DELETED) for one in members]
            else:
                results += [self._delete(one) for one in members]
        return results

    def _transacted(self, standing: Sequence[_Standing]) -> bool:
        """Whether a transaction has deleted all of these; if not, it has deleted none."""
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
            return self._kept(one, status)
        code, detail = outcome_words(called.reply.body)
        fate = Fate.IN_DOUBT if status >= 500 else Fate.REFUSED
        return Undone(one.location, fate, f"HTTP {status}" + (code and f", {code}"), detail)

    def _kept(self, one: _Standing, status: int) -> Undone:
        """Why a server would not delete: somebody edited it in between, or something uses it."""
        try:
            now = _version(read(self._caller, one.location))
        except ServerError as error:
            return Undone(one.location, Fate.IN_DOUBT, str(error))
        if now is not None and now != one.version:
            return Undone(one.location, Fate.EDITED, f"it has version {now} now")
        return Undone(
            one.location,
            Fate.IN_USE,
            f"another resource on the server points at it (HTTP {status})",
            status=status,
        )


def _parted(
    standing: Mapping[str, _Standing], told: Sequence[Undone]
) -> tuple[list[_Standing], list[Undone]]:
    """What nothing that stays points at, directly or by others; and what stays for that reason."""
    staying = [one.location for one in told if one.location in standing]
    held = dict.fromkeys(staying)
    while staying:
        for target in _targets(standing[staying.pop()], standing.keys()):
            if target not in held:
                held[target] = None
                staying.append(target)
    known = {one.location for one in told}
    kept = [
        Undone(place, Fate.IN_USE, "a resource that stays points at it")
        for place in held
        if place not in known
    ]
    return [one for one in standing.values() if one.location not in held], kept


def _targets(one: _Standing, places: Iterable[str]) -> list[str]:
    """Which of ``places`` a resource points at, by relative or absolute references."""
    found = {"/".join(reference.split("/")[-2:]) for reference in pointed_at(one.resource)}
    return [place for place in places if place in found]


def _again(made: Sequence[Made], locations: Sequence[str]) -> Made:
    wanted = set(locations)
    entries = [entry for one in made for entry in one.entries if entry.location in wanted]
    return Made("", tuple(entries))


def _places(made: Made) -> list[str]:
    return [
        entry.location
        for entry in made.entries
        if entry.outcome is Outcome.CREATED and entry.location
    ] or [made.name]


def _version(resource: Resource | None) -> str | None:
    meta = resource.get("meta") if resource is not None else None
    version = meta.get("versionId") if isinstance(meta, dict) else None
    return version if isinstance(version, str) else None
