"""Rows of the mappings, looked up one at a time: nothing is loaded that nobody asks for.

The files are the ones of :mod:`fhirkit._data`, which checks them; what is needed here is a name
or a code now and then, and a text search finds its line in a tenth of a millisecond.
"""

from __future__ import annotations

import csv
import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final, cast

from fhirkit._vocabulary import vocabulary
from fhirkit.facts.numbers import UnitTable
from fhirkit.narrative.words import fold_phrase

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fhirkit._data import Mappings

_IN_A_SPECIMEN = re.compile(r"\A(?:CSF|urine|serum|stool) ")
_NAMED: Final = (
    "drugs",
    "conditions",
    "symptoms",
    "observations",
    "procedures",
    "reports",
    "scores",
)


class _Spellings(dict[str, str]):
    """Spellings of units without spaces, and their UCUM codes."""

    def unit(self, written: str) -> str | None:
        """The UCUM code of a unit as written, None where no row has it."""
        key = "".join(written.split()).replace("μ", "µ")
        return self.get(key) or self.get(key.lower())


@cache
def units() -> UnitTable:
    """The table of units, as the readers of the text look them up."""
    spellings = _Spellings()
    for ucum, written, *_ in _rows("units"):
        for spelling in (*written.split("|"), ucum):
            spellings.setdefault("".join(spelling.split()).replace("μ", "µ"), ucum)
    for spelling, ucum in list(spellings.items()):
        if not (len(spelling) < 3 and spelling.isalpha()):
            spellings.setdefault(spelling.lower(), ucum)
    # All that the table asks its mappings for is ``unit``.
    return UnitTable(cast("Mappings", spellings))


@lru_cache(maxsize=4096)
def synonyms(name: str) -> tuple[str, ...]:
    """The other names of a concept, of whatever kind."""
    rows = [row[1] for kind in _NAMED for row in _found(kind, f"\n{_cell(name)},")]
    rows += [row[2] for row in _found("terms", f",{_cell(name)},") if row[1] == name]
    return tuple(other for row in rows for other in row.split("|") if other)


@lru_cache(maxsize=4096)
def is_concept(name: str) -> bool:
    """Whether a name is that of a concept, of whatever kind, ours or beyond our rows."""
    lines = {f"\n{_cell(written)}," for written in (name, name.lower())}
    if any(line in _text(kind) for kind in _NAMED for line in lines):
        return True
    if any(row[1] == name for row in _found("terms", f",{_cell(name)},")):
        return True
    words = fold_phrase(name)
    further = vocabulary().names(words[0]) if words else []
    return any(name.lower() in (known.concept.lower(), " ".join(known.words)) for known in further)


@lru_cache(maxsize=4096)
def is_measured(name: str) -> bool:
    """Whether a name is that of something measured, in whatever specimen or share."""
    name = _IN_A_SPECIMEN.sub("", name)
    return any(f"\n{_cell(name)}," in _text(kind) for kind in ("observations", "scores"))


def narrower(name: str) -> Iterator[str]:
    """The names of the conditions that a concept is the wider one of."""
    for row in _found("conditions", f",{_cell(name)},"):
        if row[2] == name:
            yield row[0]
            yield from row[1].split("|")


def concepts(system: str, code: str) -> frozenset[str]:
    """The names of the concepts that have a code, empty for one that no row has."""
    return _concepts().get((system, code), frozenset())


@cache
def _concepts() -> dict[tuple[str, str], frozenset[str]]:
    found: dict[tuple[str, str], set[str]] = {}
    for row in _rows("codes"):
        found.setdefault((row[2], row[3]), set()).add(row[1])
    return {key: frozenset(names) for key, names in found.items()}


def cues(file: str, value: str | None) -> list[str]:
    """The phrases of a file of cues that say ``value``; all of them where that is None."""
    return [p for said, phrases in _cues(file) if value in (None, said) for p in phrases]


def cues_in(file: str, written: str) -> Iterator[str]:
    """The values of a file of cues one of whose phrases stands in ``written``."""
    for value, said in _cues(file):
        if any(phrase in written for phrase in said):
            yield value


@cache
def _cues(file: str) -> list[tuple[str, list[str]]]:
    return [(row[0], row[2].split("|")) for row in _rows(f"cues/{file}")]


@cache
def spoken(kind: str) -> dict[str, str]:
    """Words for the terms of a kind, and the term each stands for."""
    return {
        word: row[1]
        for row in _rows("terms")
        if row[0] == kind
        for word in (row[1], *row[2].split("|"))
    }


def _cell(name: str) -> str:
    return f'"{name}"' if "," in name else name


def _found(file: str, key: str) -> list[list[str]]:
    """The rows in whose line ``key`` stands."""
    text, lines, at = _text(file), [], 0
    while (at := text.find(key, at)) >= 0:
        start = text.rfind("\n", 0, at + 1) + 1
        end = text.find("\n", at + 1)
        lines.append(text[start : end if end >= 0 else None])
        at = end if end >= 0 else len(text)
    return list(csv.reader(lines))


def _rows(file: str) -> list[list[str]]:
    lines = [line for line in _text(file).split("\n") if line and not line.startswith("#")]
    return list(csv.reader(lines[1:]))


@cache
def _text(file: str) -> str:
    from fhirkit._data import mapping_text

    return mapping_text(file)
