"""The ignore file: findings a project knows of, each with the reason why they may stay.

# from the line's start or after a blank, this is a comment
dom-6                                    # the portal makes the narratives
unknown-element in legacy/*.json         # sent by the old system until March
ucum-code for Observation/hb             # the analyser's unit, ticket 17
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from fhirkit.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fhirkit.issues import Issue

_LINE = re.compile(
    r"(?P<key>\S+)"
    r"(?:\s+in\s+(?P<path>\S+))?"
    r"(?:\s+for\s+(?P<type>[A-Za-z*]+)(?:/(?P<id>\S+))?)?"
    r"\s+#\s*(?P<reason>\S.*)"
)


@dataclass(frozen=True, slots=True)
class Ignore:
    """One line of the file: a key, perhaps only in some files or for some resource, and why."""

    key: str
    reason: str
    line: int
    path: str | None = None
    resource: str | None = None

    def concerns(self, file: str) -> bool:
        """Whether the line speaks of this file at all."""
        return self.path is None or fnmatchcase(Path(file).as_posix(), self.path)

    def covers(self, issue: Issue) -> bool:
        """Whether the line takes this finding away."""
        if issue.key != self.key or not self.concerns(issue.file or ""):
            return False
        return self.resource is None or fnmatchcase(_resource(issue), self.resource)


@dataclass(slots=True)
class Ignores:
    """The lines of a file, and which of them have been of use."""

    name: str
    entries: tuple[Ignore, ...]
    used: set[Ignore] = field(default_factory=set)
    concerned: set[Ignore] = field(default_factory=set)

    def sift(self, file: str, issues: Iterable[Issue]) -> tuple[list[Issue], Counter[str]]:
        """The findings that stay, and how many of each key go."""
        here = [entry for entry in self.entries if entry.concerns(file)]
        self.concerned.update(here)
        kept: list[Issue] = []
        gone: Counter[str] = Counter()
        for issue in issues:
            entry = next((entry for entry in here if entry.covers(issue)), None)
            if entry is None:
                kept.append(issue)
            else:
                self.used.add(entry)
                gone[entry.key] += 1
        return kept, gone

    def unused(self) -> list[Ignore]:
        """The lines that a file was there for, and nothing to take away in it."""
        return [entry for entry in self.entries if entry in self.concerned - self.used]


def read_ignores(path: str) -> Ignores:
    """The ignore file at ``path``. Raises SettingsError for a line that is none, or no reason."""
    try:
        text = Path(path).read_text("utf-8-sig")
    except OSError as error:
        raise SettingsError(f"--ignore {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SettingsError(f"--ignore {path}: not valid UTF-8") from None
    lines = enumerate(text.split("\n"), 1)
    wanted = ((number, line.strip()) for number, line in lines)
    entries = [_entry(path, n, line) for n, line in wanted if line and not line.startswith("#")]
    return Ignores(path, tuple(entries))


def _entry(path: str, number: int, line: str) -> Ignore:
    match = _LINE.fullmatch(line)
    if match is None:
        wrong = "no reason" if not re.search(r"\s#\s*\S", line) else "not understood"
        raise SettingsError(
            f"--ignore {path} line {number}: {wrong}: "
            "KEY [in PATH] [for TYPE or TYPE/ID]  # reason was expected"
        )
    resource = match["type"] and f"{match['type']}/{match['id'] or '*'}"
    return Ignore(match["key"], match["reason"], number, match["path"], resource)


def _resource(issue: Issue) -> str:
    """``Observation/hb`` of the finding's ``where``; nothing after the slash without an id."""
    kind, _, identity = (issue.where or "").partition(", ")[0].partition(" ")
    return f"{kind}/{'' if identity.startswith('(') else identity}"
