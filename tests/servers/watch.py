"""What a server was asked, and whether its client kept to the rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from servers.service import Request
from servers.store import Store, unresolved


@dataclass(slots=True)
class Watch:
    """Counts of requests, and of what was under way at one time."""

    methods: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    bundles: int = 0
    entries: int = 0
    authorized: int = 0
    most_in_flight: int = 0
    most_sharing_a_key: int = 0
    clashes: list[str] = field(default_factory=list)
    _attempts: Counter[str] = field(default_factory=Counter)
    _in_flight: Counter[str] = field(default_factory=Counter)
    _open: int = 0

    def attempt(self, digest: str) -> int:
        """How often this very request came before."""
        self._attempts[digest] += 1
        return self._attempts[digest] - 1

    def enter(self, request: Request, keys: Iterable[str]) -> None:
        """A request is here, and about these keys."""
        self.methods[request.method] += 1
        self.authorized += "authorization" in request.headers
        self._open += 1
        self.most_in_flight = max(self.most_in_flight, self._open)
        for key in keys:
            self._in_flight[key] += 1
            if self._in_flight[key] > self.most_sharing_a_key:
                self.most_sharing_a_key = self._in_flight[key]
                if self._in_flight[key] > 1:
                    self.clashes.append(key)

    def leave(self, keys: Iterable[str], answer: str) -> None:
        """It was answered, or left without an answer."""
        self._open -= 1
        self.statuses[answer] += 1
        for key in keys:
            self._in_flight[key] -= 1
            if not self._in_flight[key]:
                del self._in_flight[key]


def keys(request: Request, store: Store) -> list[str]:
    """What a writing request is about: the keys of its resources, or their places."""
    if request.method not in {"POST", "PUT", "DELETE"}:
        return []
    document = request.document
    if not request.path:
        entries = document.get("entry") if isinstance(document, dict) else None
        return [_key(entry, store) for entry in entries or () if isinstance(entry, dict)]
    asked = {
        "method": request.method,
        "url": f"{request.path}?{request.query}" if request.query else request.path,
        "ifNoneExist": request.headers.get("if-none-exist"),
    }
    return [_key({"request": asked, "resource": document}, store)]


def told(watch: Watch, store: Store) -> dict[str, Any]:
    """All of it, as JSON."""
    current = Counter(version.key for version in store.current.values() if version.key)
    return {
        "requests": watch.methods.total(),
        "methods": watch.methods,
        "statuses": watch.statuses,
        "faults": watch.faults,
        "bundles": watch.bundles,
        "entries": watch.entries,
        "authorized": watch.authorized,
        "most_in_flight": watch.most_in_flight,
        "most_sharing_a_key": watch.most_sharing_a_key,
        "clashes": watch.clashes,
        "resources": len(store.current),
        "types": Counter(version.kind for version in store.current.values()),
        "keys": len(current),
        "doubled": {key: number for key, number in current.items() if number > 1},
        "made_again": {key: number for key, number in store.created.items() if number > 1},
        "versions": len(store.log),
        "unresolved": sum(unresolved(version) for version in store.current.values()),
    }


def _key(entry: dict[str, Any], store: Store) -> str:
    asked = entry.get("request") or {}
    url = str(asked.get("url", ""))
    target, _, query = url.partition("?")
    if "/" in target:
        return target
    resource = entry.get("resource")
    given = resource if isinstance(resource, dict) else None
    return store.key(target, given, asked.get("ifNoneExist") or query or None)
