"""FHIR resources in memory: versions, conditions, and nothing doubled by the store itself.

A change is planned first and carried out after: what cannot be done is told before anything
was, so a transaction needs no way back.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

Resource = dict[str, Any]

# https://hl7.org/fhir/R4/adverseevent.html#search, provenance.html#search: no identifier there.
WITHOUT_IDENTIFIER = frozenset({"AdverseEvent", "Provenance"})
_LINKS = frozenset({"reference", "url", "valueUri", "valueUrl", "valueUuid"})
_TOO_ODD = re.compile(r"[^A-Za-z0-9.-]")


class Problem(Exception):
    """Why something is not done: the status, the issue's code and its words."""

    def __init__(self, status: int, code: str, words: str) -> None:
        super().__init__(words)
        self.status = status
        self.code = code
        self.words = words


@dataclass(slots=True, eq=False)
class Version:
    """One version of a resource; ``resource`` is None where it was deleted."""

    kind: str
    id: str
    number: int
    updated: str
    resource: Resource | None
    links: Mapping[str, str]
    key: str
    """What names it to the client that made it: an identifier, else the condition."""

    def shown(self) -> Resource:
        """The resource as it is read. References are put in only now: writing is to be fast."""
        given = self.resource or {}
        known: Resource = {"resourceType": self.kind, "id": self.id}
        meta = {**given.get("meta", {}), "versionId": str(self.number), "lastUpdated": self.updated}
        rest = {name: value for name, value in given.items() if name not in {"id", "meta"}}
        return {**known, **_linked(rest, self.links), "meta": meta}

    @property
    def place(self) -> str:
        """Where it is, below the base."""
        return f"{self.kind}/{self.id}"


@dataclass(slots=True)
class Change:
    """What is to be done for one request, once all of its transaction can be done."""

    method: str
    kind: str
    id: str
    before: Version | None
    resource: Resource | None
    key: str

    @property
    def status(self) -> int:
        """How it is answered."""
        if self.method == "DELETE":
            return 204
        return 201 if self.before is None else 200


@dataclass(slots=True)
class Store:
    """All versions of all resources, and where each is found."""

    current: dict[str, Version] = field(default_factory=dict)
    history: dict[str, list[Version]] = field(default_factory=dict)
    log: list[Version] = field(default_factory=list)
    created: dict[str, int] = field(default_factory=dict)
    """How often a resource was made for a key."""
    _index: dict[str, dict[str, None]] = field(default_factory=dict)
    _ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def plan(
        self,
        method: str,
        url: str,
        resource: Resource | None,
        *,
        if_none_exist: str | None = None,
        if_match: str | None = None,
    ) -> Change:
        """What a write comes to; Problem for what cannot be done."""
        target, _, query = url.partition("?")
        kind, _, id_ = target.partition("/")
        if method != "DELETE" and (resource or {}).get("resourceType") != kind:
            raise Problem(400, "invalid", f"the resource is no {kind}")
        condition = if_none_exist if method == "POST" else query
        key = self.key(kind, resource, condition)
        if method == "POST":
            before = self._only(kind, condition, resource) if condition else None
        elif id_:
            before = self._known(target, if_match, method)
        elif query:
            before = self._only(kind, query, resource)
        else:
            raise Problem(400, "invalid", f"{method} needs an id or a condition")
        if method == "DELETE" and before is None:
            return Change(method, kind, id_, None, None, key)
        return Change(
            method, kind, before.id if before else id_ or self._new(), before, resource, key
        )

    def carry_out(self, change: Change, links: Mapping[str, str], now: str) -> Version | None:
        """Does what was planned; gives the version there is now."""
        before = change.before
        if change.method == "POST" and before is not None:
            return before
        if change.method == "DELETE" and before is None:
            return None
        place = f"{change.kind}/{change.id}"
        versions = self.history.setdefault(place, [])
        version = Version(
            change.kind,
            change.id,
            len(versions) + 1,
            now,
            change.resource,
            links,
            change.key or (before.key if before else ""),
        )
        versions.append(version)
        self.log.append(version)
        if before is not None:
            self._forget(before)
        if change.resource is not None:
            self.current[place] = version
            for term in _terms(version.kind, change.resource):
                self._index.setdefault(term, {})[place] = None
            if before is None and version.key:
                self.created[version.key] = self.created.get(version.key, 0) + 1
        return version

    def read(self, place: str) -> Version:
        """The current version of ``Type/id``."""
        version = self.current.get(place)
        if version is None:
            if place in self.history:
                raise Problem(410, "deleted", "it was deleted")
            raise Problem(404, "not-found", "there is no such resource")
        return version

    def found(self, kind: str, query: str) -> list[Version]:
        """What a search by identifier, tag or id finds, in the order it was made."""
        places: list[str] | None = None
        for name, value in _pairs(query):
            if name in {"_count", "_offset", "_summary", "_format", "_total", "_sort"}:
                continue
            matching = self._matching(kind, name, value)
            places = matching if places is None else [one for one in places if one in set(matching)]
        if places is None:
            return [version for version in self.current.values() if version.kind == kind]
        return [self.current[place] for place in places]

    def key(self, kind: str, resource: Resource | None, condition: str | None) -> str:
        """What names a resource to its client, whether it says so in a condition or not."""
        given = (resource or {}).get("identifier")
        first = given[0] if isinstance(given, list) and given else given
        if isinstance(first, dict) and "value" in first:
            return f"{kind}?identifier={first.get('system', '')}|{first['value']}"
        if condition:
            return f"{kind}?" + "&".join("=".join(pair) for pair in _pairs(condition))
        return ""

    def referrers(self, place: str) -> list[str]:
        """What refers to ``Type/id``."""
        return [
            version.place
            for version in self.current.values()
            if place in _references(version.resource, version.links)
        ]

    def _matching(self, kind: str, name: str, value: str) -> list[str]:
        if name == "_id":
            return [f"{kind}/{one}" for one in value.split(",") if f"{kind}/{one}" in self.current]
        if name not in {"identifier", "_tag"} or (
            name == "identifier" and kind in WITHOUT_IDENTIFIER
        ):
            raise Problem(400, "not-supported", f"{kind} cannot be searched by {name}")
        found: dict[str, None] = {}
        for one in _values(value):
            found.update(self._index.get(f"{kind}?{name}={one}", {}))
        return list(found)

    def _only(self, kind: str, condition: str, resource: Resource | None) -> Version | None:
        if not condition:
            raise Problem(412, "processing", "the condition is empty")
        found = self.found(kind, condition)
        if len(found) > 1:
            raise Problem(412, "multiple-matches", f"{len(found)} resources match the condition")
        if resource is not None and not found:
            terms = set(_terms(kind, resource))
            for name, value in _pairs(condition):
                if not any(f"{kind}?{name}={one}" in terms for one in _values(value)):
                    raise Problem(412, "processing", "the resource does not meet its condition")
        return found[0] if found else None

    def _known(self, place: str, if_match: str | None, method: str) -> Version | None:
        version = self.current.get(place)
        if if_match is not None:
            asked = if_match.removeprefix("W/").strip('"')
            if version is None and method == "DELETE" and place in self.history:
                return None
            if version is None or str(version.number) != asked:
                raise Problem(412, "conflict", "there is another version by now")
        if version is None and method == "PUT":
            id_ = place.partition("/")[2]
            if id_.isdigit() or _TOO_ODD.search(id_) or len(id_) > 64:
                raise Problem(400, "invalid", "no resource can be made under this id")
        if version is None and method == "DELETE" and place not in self.history:
            raise Problem(404, "not-found", "there is no such resource")
        return version

    def _forget(self, version: Version) -> None:
        self.current.pop(version.place, None)
        for term in _terms(version.kind, version.resource or {}):
            self._index.get(term, {}).pop(version.place, None)

    def _new(self) -> str:
        return f"f{next(self._ids)}"


def now() -> str:
    """The time as FHIR writes it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def unresolved(version: Version) -> bool:
    """Whether a reference still names an entry of the bundle it came in."""
    return any(one.startswith("urn:uuid:") for one in _references(version.resource, version.links))


def _terms(kind: str, resource: Resource) -> Iterator[str]:
    """What a resource is found by."""
    identifiers = resource.get("identifier")
    if kind not in WITHOUT_IDENTIFIER and isinstance(identifiers, list):
        for one in identifiers:
            value = one.get("value")
            yield f"{kind}?identifier={one.get('system', '')}|{value}"
            yield f"{kind}?identifier={value}"
    for tag in resource.get("meta", {}).get("tag", ()):
        code = tag.get("code")
        yield f"{kind}?_tag={tag.get('system', '')}|{code}"
        yield f"{kind}?_tag={code}"


@lru_cache(maxsize=1024)  # a condition is read more than once for each request
def _pairs(query: str) -> list[tuple[str, str]]:
    return parse_qsl(query, keep_blank_values=True)


def _values(value: str) -> list[str]:
    """The values of a search: any of those between commas; a backslash before makes it plain."""
    if "\\" not in value:
        return value.split(",")
    return [re.sub(r"\\(.)", r"\1", one) for one in re.split(r"(?<!\\),", value)]


def _linked(value: Any, links: Mapping[str, str], name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _linked(one, links, key) for key, one in value.items()}
    if isinstance(value, list):
        return [_linked(one, links, name) for one in value]
    if name in _LINKS and isinstance(value, str):
        return links.get(value, value)
    return value


def _references(value: Any, links: Mapping[str, str]) -> Iterable[str]:
    if isinstance(value, dict):
        for key, one in value.items():
            if key == "reference" and isinstance(one, str):
                yield links.get(one, one)
            else:
                yield from _references(one, links)
    elif isinstance(value, list):
        for one in value:
            yield from _references(one, links)
