"""Tells what became of bundles, one after the other and in flat memory: as text or as JSON."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections import Counter
from typing import TYPE_CHECKING, Any

from fhirkit.cli.outputs import say, write_out

if TYPE_CHECKING:
    from fhirkit.push.report import BundleReport
    from fhirkit.push.statistics import Summary

_LANDED = "landed"
_ALTERED = "altered"


class Told(ABC):
    """What has been told of a push so far."""

    def __init__(self) -> None:
        self.states: Counter[str] = Counter()
        self.entries: Counter[str] = Counter()

    @property
    def bundles(self) -> int:
        """How many bundles were told of."""
        return self.states.total()

    @property
    def landed(self) -> int:
        """How many of them landed."""
        return self.states[_LANDED]

    @property
    def missing(self) -> int:
        """How many of them did not."""
        return self.bundles - self.landed

    @property
    def altered(self) -> int:
        """How many of these are there, but otherwise than they were sent."""
        return self.states[_ALTERED]

    def bundle(self, report: BundleReport) -> None:
        """Tells of one bundle, now: what has landed is told whatever comes after it."""
        self.states[report.state.value] += 1
        self.entries.update(report.counts)
        self._bundle(report)

    @abstractmethod
    def begin(self, run: int) -> None:
        """The push has begun, under this number: whatever ends it, ``end`` or ``stop`` follows."""

    @abstractmethod
    def speaks_of(self, report: BundleReport) -> bool:
        """Whether something is written for this bundle."""

    @abstractmethod
    def _bundle(self, report: BundleReport) -> None: ...

    @abstractmethod
    def end(self, summary: Summary) -> None:
        """Tells the sums."""

    @abstractmethod
    def stop(self) -> None:
        """The push did not come to its end: what is told so far is made whole."""


class AsText(Told):
    """For people: what did not land, and the sums."""

    def __init__(self, *, verbose: bool) -> None:
        super().__init__()
        self._verbose = verbose
        self._run = 0

    def begin(self, run: int) -> None:
        """The number is told at the end, where it is seen."""
        self._run = run

    def speaks_of(self, report: BundleReport) -> bool:
        """Bundles that landed are only counted, unless all are to be told."""
        return self._verbose or report.state != _LANDED

    def _bundle(self, report: BundleReport) -> None:
        if self.speaks_of(report):
            say(report.to_text().rstrip())

    def end(self, summary: Summary) -> None:
        """The sums, and under which number they are kept."""
        say(f"run       {self._run}")
        say(summary.to_text())

    def stop(self) -> None:
        """Lines are whole as they are."""


class AsJson(Told):
    """For programs: one object, written as it comes to be."""

    def __init__(self, server: str) -> None:
        super().__init__()
        self._server = server
        self._begun = False

    def begin(self, run: int) -> None:
        """The beginning of the object: before this nothing is written, whatever goes wrong."""
        self._begun = True
        head = f'{{"server": {json.dumps(self._server)},\n "run": {run},\n "bundles": ['
        write_out(head.encode())

    def speaks_of(self, report: BundleReport) -> bool:
        """All bundles are told."""
        del report
        return True

    def _bundle(self, report: BundleReport) -> None:
        comma = "," if self.bundles > 1 else ""
        text = json.dumps(report.to_dict(), ensure_ascii=False)
        write_out(f"{comma}\n  {text}".encode("utf-8", "backslashreplace"))

    def end(self, summary: Summary) -> None:
        """The sums, and the end of the object."""
        self._close({"landed": not self.missing, "statistics": summary.to_dict()})

    def stop(self) -> None:
        """The end of the object: what it says of the bundles in it holds, but there are others."""
        if self._begun:
            self._close({"landed": False, "stopped": True})

    def _close(self, more: dict[str, Any]) -> None:
        rest = {"counts": dict(self.entries), **more}
        text = json.dumps(rest, ensure_ascii=False, indent=1)
        say(f"\n ],{text[1:]}")


def told_as(name: str, server: str, *, verbose: bool) -> Told:
    """The way of telling that was asked for."""
    return AsJson(server) if name == "json" else AsText(verbose=verbose)
