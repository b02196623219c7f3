"""What the server really has: looked for by key, read back, compared.

Answers get lost and some are untrue. What is in doubt is looked for; what was created by an
attempt whose answer was lost is told from what was there before; what landed is read back.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from fhirkit.errors import InputError, ServerError
from fhirkit.push.answer import version_of
from fhirkit.push.compare import MISSING, differences
from fhirkit.push.report import BY_CHOICE, DONE, EntryOutcome, Outcome
from fhirkit.push.retry import leaves_doubt
from fhirkit.push.search import find, read

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fhirkit.push.caller import Caller
    from fhirkit.push.glance import Asked
    from fhirkit.push.options import OnExisting
    from fhirkit.push.references import Resource
    from fhirkit.push.way import Past, Way


class Evidence:
    """Asks one server what it has."""

    def __init__(self, caller: Caller, on_existing: OnExisting) -> None:
        self._caller = caller
        self._on_existing = on_existing

    def look_up(self, way: Way, position: int, versions: dict[int, str | None]) -> None:
        """Sees whether the key of an entry is there before it is sent."""
        asked = way.load.asked[position]
        try:
            found = find(self._caller, asked.key)
        except ServerError as error:
            words = f"could not be looked for: {error}"
            way.add([EntryOutcome(position, Outcome.NOT_SENT, asked.type, detail=words)])
            way.message = way.message or "some entries could not be looked for, and were not sent"
            return
        if len(found.matches) > 1:
            words = "the server has more than one resource with this key"
            way.add([EntryOutcome(position, Outcome.REFUSED, asked.type, detail=words)])
            way.message = way.message or words
        elif found.only is not None:
            if self._on_existing == "keep":
                way.add([_existing(asked, found.only, Outcome.EXISTED)])
            else:
                place = f"{asked.type}/{found.only['id']}"
                versions[position] = f"{place}\t{_meta(found.only, 'versionId') or ''}"

    def place(self, way: Way, entries: Sequence[EntryOutcome]) -> None:
        """Looks for what landed at a place the server did not name: others may point there."""
        for entry in entries:
            if entry.outcome not in DONE or entry.location is not None:
                continue
            try:
                found = find(self._caller, way.load.asked[entry.position].key).only
            except ServerError:
                return
            if found is not None:
                asked = way.load.asked[entry.position]
                way.add([_existing(asked, found, entry.outcome)])

    def settle(self, way: Way, in_doubt: Sequence[EntryOutcome]) -> None:
        """Looks for what is in doubt."""
        nothing = 0
        for entry in in_doubt:
            asked = way.load.asked[entry.position]
            try:
                found = find(self._caller, asked.key).only
            except ServerError:
                return
            if found is None:
                nothing += 1
            elif self._on_existing == "keep" or self._holds(way, entry.position, found):
                outcome = Outcome.EXISTED if self._on_existing == "keep" else Outcome.UPDATED
                way.add([_existing(asked, found, outcome)])
                way.doubted = True
        status = way.status
        if nothing == len(in_doubt) and status is not None and not leaves_doubt(status):
            # It said yes and did nothing, or said no in the end.
            for entry in in_doubt:
                way.outcomes[entry.position] = entry._replace(outcome=Outcome.REFUSED)
            way.message = f"HTTP {status}, and nothing of it is on the server"
        elif all(entry.outcome in DONE | BY_CHOICE for entry in way.outcomes.values()):
            way.message, way.detail = "", ""

    def _holds(self, way: Way, position: int, found: Resource) -> bool:
        base = self._caller.connection.base
        return not differences(way.sent(position), found, references=way.places(), base=base)

    def claim_ours(self, way: Way) -> None:
        """Tells what an attempt of this run created, though its answer was lost, from the rest."""
        before = {
            entry.location: entry
            for entry in way.past.entries
            if entry.outcome is Outcome.CREATED and entry.location is not None
        }
        for entry in list(way.outcomes.values()):
            if entry.outcome not in DONE or entry.location is None:
                continue
            if entry.location in before:  # with its version of then: it may have been edited
                version = before[entry.location].version
                made = entry._replace(outcome=Outcome.CREATED, version=version)
                way.outcomes[entry.position] = made
            elif (
                entry.outcome is Outcome.EXISTED
                and self._is_ours(way.past, entry)
                and not way.past.elsewhere(entry.location)
            ):
                way.outcomes[entry.position] = entry._replace(outcome=Outcome.CREATED)

    def _is_ours(self, past: Past, entry: EntryOutcome) -> bool:
        modified, version = entry.modified, entry.version
        if modified is None:
            try:
                resource = read(self._caller, entry.location or "")
            except ServerError:
                return False
            if resource is None:
                return False
            modified, version = _meta(resource, "lastUpdated"), _meta(resource, "versionId")
        if version is not None and version.isdigit() and int(version) > 1:
            return False  # edited since, and by whom it was made is not told here
        return is_since(modified, past.since)

    def verify(self, way: Way) -> None:
        """Reads back what landed, and compares what was written with what was sent."""
        try:
            places = way.places()
        except (InputError, ValueError):  # bytes that were sent unread, and taken all the same
            self._incomparable(way)
            return
        for entry in list(way.outcomes.values()):
            if entry.outcome not in DONE or entry.location is None:
                continue
            try:
                stored = read(self._caller, entry.location)
            except ServerError as error:
                found: tuple[str, ...] = (f"could not be read back: {error}",)
            else:
                found = self._differences(way, entry, stored, places)
            if found:
                way.outcomes[entry.position] = entry._replace(differences=found)

    def _incomparable(self, way: Way) -> None:
        for entry in list(way.outcomes.values()):
            if entry.outcome in DONE:
                why = ("could not be compared: the bundle is not JSON",)
                way.outcomes[entry.position] = entry._replace(differences=why)

    def _differences(
        self, way: Way, entry: EntryOutcome, stored: Resource | None, places: dict[str, str]
    ) -> tuple[str, ...]:
        kind = entry.resource_type or "the resource"
        if stored is None:
            return (f"{kind}: {MISSING}",)
        if entry.outcome is Outcome.EXISTED:
            return ()  # somebody may have edited it, and that is to be kept
        base = self._caller.connection.base
        sent = way.sent(entry.position)
        return tuple(differences(sent, stored, references=places, base=base))


def _existing(asked: Asked, resource: Resource, outcome: Outcome) -> EntryOutcome:
    return EntryOutcome(
        asked.position,
        outcome,
        asked.type,
        f"{asked.type}/{resource['id']}",
        _meta(resource, "versionId"),
        modified=_meta(resource, "lastUpdated"),
    )


def _meta(resource: Resource, name: str) -> str | None:
    meta = resource.get("meta")
    value = meta.get(name) if isinstance(meta, dict) else None
    return version_of(value)


def is_since(modified: str | None, since: float) -> bool:
    """Whether a time of the server's is not before ``since``, which is never too late."""
    if modified is None:
        return False
    try:
        when = datetime.fromisoformat(modified)
    except ValueError:
        return False
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    # A time without a fraction may have been cut to the second.
    slack = 0.0 if re.search(r"\.\d", modified) else 1.0
    return when.timestamp() + slack >= since
