"""How fast a push goes and what the server answers: counted as it goes, in flat memory.

No clock here: whoever sends a request has its time.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_SHORTEST, _LONGEST = 1e-6, 1e6  # seconds; what is beyond counts as these
# Each bucket reaches 2 % further than the one before, so its middle is within 1 % of all in it.
_WIDTH = math.log(1.02)
_FIRST = math.log(_SHORTEST)
_BUCKETS = int((math.log(_LONGEST) - _FIRST) / _WIDTH) + 1
_LANDED = "landed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """Seconds from a request to its answer; mean and the longest are exact, the rest within 2 %."""

    mean: float = 0.0
    half: float = 0.0
    most: float = 0.0
    nearly_all: float = 0.0
    longest: float = 0.0

    def to_dict(self) -> dict[str, float]:
        """The JSON form, in seconds."""
        return {
            "mean": self.mean,
            "p50": self.half,
            "p95": self.most,
            "p99": self.nearly_all,
            "max": self.longest,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a push came to.

    ``bundles`` by state, ``entries`` by outcome, ``retries`` by reason; ``statuses`` are the
    HTTP codes, with None for requests that got no answer. ``requests`` holds every one sent,
    repeated ones too.
    """

    seconds: float
    workers: int
    requests: int = 0
    bundles: Mapping[str, int] = field(default_factory=dict)
    entries: Mapping[str, int] = field(default_factory=dict)
    retries: Mapping[str, int] = field(default_factory=dict)
    statuses: Mapping[int | None, int] = field(default_factory=dict)
    bytes_out: int = 0
    bytes_in: int = 0
    latency: Latency = field(default_factory=Latency)

    @property
    def total(self) -> int:
        """The bundles that are done with, however they ended."""
        return sum(self.bundles.values())

    @property
    def rate(self) -> float:
        """Bundles a second."""
        return self.total / self.seconds if self.seconds > 0 else 0.0

    @property
    def success(self) -> float | None:
        """The part of the bundles that landed, None if there was none at all."""
        return self.bundles.get(_LANDED, 0) / self.total if self.total else None

    def to_dict(self) -> dict[str, Any]:
        """The JSON form; requests without an answer stand under "none"."""
        return {
            "bundles": {"total": self.total, **self.bundles},
            "entries": {"total": sum(self.entries.values()), **self.entries},
            "workers": self.workers,
            "success": self.success,
            "seconds": self.seconds,
            "bundlesPerSecond": self.rate,
            "requests": self.requests,
            "retries": {"total": sum(self.retries.values()), **self.retries},
            "latency": self.latency.to_dict(),
            "bytesOut": self.bytes_out,
            "bytesIn": self.bytes_in,
            "statuses": {_code(code): number for code, number in self.statuses.items()},
        }

    def to_text(self) -> str:
        """The same for a person, one thing a line."""
        lines = {
            "bundles": self._bundles_text(),
            "entries": _listed(self.entries) or "none",
            "time": self._time_text(),
            "requests": self._requests_text(),
            "latency": self._latency_text(),
            "bytes": self._bytes_text(),
            "answers": ", ".join(f"{_code(code)}: {n:,}" for code, n in self.statuses.items()),
        }
        return "\n".join(f"{name:<10}{text or 'none'}" for name, text in lines.items())

    def _bundles_text(self) -> str:
        if self.success is None:
            return "none"
        # Rounded down: 100 % is said of all, and of nothing less.
        ratio = f"{math.floor(self.success * 10_000) / 100:g} % landed"
        return f"{self.total:,}, {ratio} ({_listed(self.bundles)})"

    def _time_text(self) -> str:
        workers = f"{self.workers} worker{'s' * (self.workers != 1)}"
        return f"{duration_text(self.seconds)} with {workers}, {self.rate:,.1f} bundles a second"

    def _requests_text(self) -> str:
        again = sum(self.retries.values())
        text = f"{self.requests:,}, {again:,} of them repeated"
        reasons = ", ".join(f"{number:,} for {reason}" for reason, number in self.retries.items())
        return f"{text} ({reasons})" if again else text

    def _latency_text(self) -> str:
        if not self.requests:
            return ""
        latency = self.latency
        return (
            f"mean {duration_text(latency.mean)}, 50 % {duration_text(latency.half)}, "
            f"95 % {duration_text(latency.most)}, 99 % {duration_text(latency.nearly_all)}, "
            f"longest {duration_text(latency.longest)}"
        )

    def _bytes_text(self) -> str:
        requests = self.requests or 1
        return (
            f"{size_text(self.bytes_out)} sent, {size_text(self.bytes_out / requests)} a request; "
            f"{size_text(self.bytes_in)} received, {size_text(self.bytes_in / requests)} an answer"
        )


class Statistics:
    """Counts what happens; any number of threads may tell it at once."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._buckets = [0] * _BUCKETS
        self._seconds = 0.0
        self._shortest, self._longest = math.inf, 0.0
        self._sent = self._received = 0
        self._statuses: dict[int | None, int] = {}
        self._retries: Counter[str] = Counter()
        self._bundles: Counter[str] = Counter()
        self._entries: Counter[str] = Counter()

    def record(self, seconds: float, status: int | None, sent: int, received: int) -> None:
        """One request: how long it took, its answer's status if one came, and the bytes."""
        within = min(max(seconds, _SHORTEST), _LONGEST)
        bucket = min(int((math.log(within) - _FIRST) / _WIDTH), _BUCKETS - 1)
        with self._lock:
            self._buckets[bucket] += 1
            self._seconds += seconds
            if seconds > self._longest:
                self._longest = seconds
            if seconds < self._shortest:
                self._shortest = seconds
            self._sent += sent
            self._received += received
            self._statuses[status] = self._statuses.get(status, 0) + 1

    def retried(self, reason: str) -> None:
        """A request is going to be repeated; reasons are few, such as "429" or "no answer"."""
        with self._lock:
            self._retries[reason] += 1

    def finished(self, state: str, outcomes: Mapping[str, int]) -> None:
        """A bundle is done with: its state, and how many of its entries had which outcome."""
        with self._lock:
            self._bundles[str(state)] += 1
            for outcome, number in outcomes.items():
                self._entries[str(outcome)] += number

    def summary(self, seconds: float, *, workers: int = 1) -> Summary:
        """What it came to until now, ``seconds`` after the start."""
        with self._lock:
            requests = sum(self._statuses.values())
            return Summary(
                seconds=seconds,
                workers=workers,
                requests=requests,
                bundles=dict(self._bundles),
                entries={kind: number for kind, number in self._entries.items() if number},
                retries=dict(self._retries.most_common()),
                statuses=dict(sorted(self._statuses.items(), key=_by_code)),
                bytes_out=self._sent,
                bytes_in=self._received,
                latency=self._latency(requests),
            )

    def _latency(self, requests: int) -> Latency:
        if not requests:
            return Latency()
        half, most, nearly_all = self._ranked(requests, (0.5, 0.95, 0.99))
        return Latency(
            mean=self._seconds / requests,
            half=half,
            most=most,
            nearly_all=nearly_all,
            longest=self._longest,
        )

    def _ranked(self, requests: int, parts: tuple[float, ...]) -> list[float]:
        """For each part the shortest time that this part of the requests took at most."""
        ranks = [max(1, math.ceil(part * requests)) for part in parts]
        found: list[float] = []
        passed = 0
        for bucket, number in enumerate(self._buckets):
            passed += number
            while len(found) < len(ranks) and passed >= ranks[len(found)]:
                middle = math.exp(_FIRST + (bucket + 0.5) * _WIDTH)
                found.append(min(max(middle, self._shortest), self._longest))
        return found


def duration_text(seconds: float) -> str:
    """A time as people say it: 85 ms, 3.2 s, 4 min 7 s, 2 h 5 min."""
    if seconds < 0.0095:
        return f"{seconds * 1000:.1f} ms"
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600:,} h {whole % 3600 // 60} min"


def size_text(size: float) -> str:
    """A number of bytes: 730 B, 22.4 kB, 1.5 GB."""
    for unit in ("B", "kB", "MB", "GB"):
        if size < 999.95:
            return f"{size:.0f} B" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:,.1f} TB"


def _listed(numbers: Mapping[str, int]) -> str:
    return ", ".join(f"{number:,} {name}" for name, number in numbers.items())


def _code(status: int | None) -> str:
    return "none" if status is None else str(status)


def _by_code(item: tuple[int | None, int]) -> int:
    return 1000 if item[0] is None else item[0]
