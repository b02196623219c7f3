"""Tells what became of bundles, one after the other and in flat memory: as text or as JSON."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections import Counter
from typing import TYPE_CHECKING

from fhirkit.cli.outputs import say, write_out

if TYPE_CHECKING:
    from fhirkit.push.report import BundleReport
    from fhirkit.push.statistics import Summary

_LANDED = "landed"


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

    def bundle(self, report: BundleReport) -> None:
        """Tells of one bundle, now: what has landed is told whatever comes after it."""
        self.states[report.state.value] += 1
        self.entries.update(report.counts)
        self._bundle(report)

    @abstractmethod
    def speaks_of(self, report: BundleReport) -> bool:
        """Whether something is written for this bundle."""

    @abstractmethod
    def _bundle(self, report: BundleReport) -> None: ...

    @abstractmethod
    def end(self, run: int, summary: Summary) -> None:
        """Tells the sums."""


class AsText(Told):
    """For people: what did not land, and the sums."""

    def __init__(self, *, verbose: bool) -> None:
        super().__init__()
        self._verbose = verbose

    def speaks_of(self, report: BundleReport) -> bool:
        """Bundles that landed are only counted, unless all are to be told."""
        return self._verbose or report.state != _LANDED

    def _bundle(self, report: BundleReport) -> None:
        if self.speaks_of(report):
            say(report.to_text().rstrip())

    def end(self, run: int, summary: Summary) -> None:
        """The sums, and under which number they are kept."""
        say(f"run       {run}")
        say(summary.to_text())


class AsJson(Told):
    """For programs: one object, written as it comes to be."""

    def __init__(self, server: str) -> None:
        super().__init__()
        write_out(f'{{"server": {json.dumps(server)},\n "bundles": ['.encode())

    def speaks_of(self, report: BundleReport) -> bool:
        """All bundles are told."""
        del report
        return True

    def _bundle(self, report: BundleReport) -> None:
        comma = "," if self.bundles > 1 else ""
        text = json.dumps(report.to_dict(), ensure_ascii=False)
        write_out(f"{comma}\n  {text}".encode("utf-8", "backslashreplace"))

    def end(self, run: int, summary: Summary) -> None:
        """The sums, and the end of the object."""
        rest = {
            "run": run,
            "landed": not self.missing,
            "counts": dict(self.entries),
            "statistics": summary.to_dict(),
        }
        text = json.dumps(rest, ensure_ascii=False, indent=1)
        say(f"\n ],{text[1:]}")


def told_as(name: str, server: str, *, verbose: bool) -> Told:
    """The way of telling that was asked for."""
    return AsJson(server) if name == "json" else AsText(verbose=verbose)
