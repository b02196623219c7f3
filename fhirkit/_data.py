"""The only way to the mapping files: find them, read them, check them, lay a site's over ours.

Importing this module costs nothing; the row models, and pydantic with them, come with the
first call of :func:`load_mappings`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, TypeVar

from fhirkit._vocabulary import KINDS, Vocabulary, vocabulary
from fhirkit.errors import MappingError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from importlib.resources.abc import Traversable
    from pathlib import Path

    from fhirkit._tables import Table
    from fhirkit.rows import (
        BlockedRow,
        CodeRow,
        ConditionRow,
        CueRow,
        DrugRow,
        NamedRow,
        ObservationRow,
        ProcedureRow,
        ReportRow,
        Row,
        ScoreRow,
        SymptomRow,
        TermRow,
        UnitRow,
    )

    R = TypeVar("R", bound=Row)
    N = TypeVar("N", bound=NamedRow)

_BESIDE = re.compile(r"\.|(readme|licen[cs]e|notice|changelog)(\.|$)|.*\.md$", re.IGNORECASE)


#: Kinds that the vocabulary beyond the mappings has names of.
_FURTHER = frozenset(KINDS.values())


@dataclass(frozen=True, slots=True)
class Coding:
    """A code of a system; ``display`` is "" where the system's own words were not read."""

    system: str
    code: str
    display: str


@dataclass(frozen=True, slots=True)
class Mappings:
    """Everything in the mapping files, a site's rows laid over ours.

    ``units`` goes from a spelling without spaces to its UCUM code, ``units_without_case``
    from those in lower case that allow it; :meth:`unit` asks both. ``ucum`` are the codes
    themselves. ``measured`` goes from a condition or symptom to the observation whose number
    it is told with, ``symbols`` from "Na" to the observation it stands for. ``cues`` goes from
    the axis, the file's stem, to its rows. ``vocabulary`` has the names beyond our rows.
    """

    drugs: Mapping[str, DrugRow]
    conditions: Mapping[str, ConditionRow]
    symptoms: Mapping[str, SymptomRow]
    observations: Mapping[str, ObservationRow]
    measured: Mapping[str, str]
    scores: Mapping[str, ScoreRow]
    procedures: Mapping[str, ProcedureRow]
    reports: Mapping[str, ReportRow]
    terms: Mapping[tuple[str, str], TermRow]
    symbols: Mapping[str, str]
    units: Mapping[str, str]
    units_without_case: Mapping[str, str]
    ucum: tuple[str, ...]
    blocked: tuple[BlockedRow, ...]
    cues: Mapping[str, tuple[CueRow, ...]]
    codes: Mapping[tuple[str, str], tuple[Coding, ...]]
    vocabulary: Vocabulary = field(default_factory=lambda: Vocabulary(""))

    def codings(self, name: str, *kinds: str) -> tuple[Coding, ...]:
        """The codes of a concept, from the first of ``kinds`` that has any for it.

        A concept that is a row of ours has the codes of ours and no others.
        """
        for kind in kinds:
            if found := self.codes.get((kind, name)):
                return found
        further = [kind for kind in kinds if kind in _FURTHER]
        if any(name in getattr(self, kind) for kind in further):
            return ()
        for kind in further:
            if found := tuple(Coding(*code) for code in self.vocabulary.codes(kind, name)):
                return found
        return ()

    def unit(self, written: str) -> str | None:
        """The UCUM code of a unit as written, None where no row knows the spelling.

        Spaces do not count. Case does where two codes differ in it alone ("g/L", "G/L") and
        for spellings of one or two letters ("ms" is not "MS").
        """
        key = spelling_key(written)
        return self.units.get(key) or self.units_without_case.get(key.lower())


def spelling_key(written: str) -> str:
    """A unit's spelling without its spaces, the micro sign in one form."""
    return "".join(written.split()).replace("μ", "µ")


def load_mappings(overlay: Path | None = None) -> Mappings:
    """The mappings, with the files in the directory ``overlay`` laid over ours.

    The result is read once for each overlay and kept. A file or row that cannot be used
    raises :class:`~fhirkit.errors.MappingError`.
    """
    return _load(None if overlay is None else overlay.resolve())


@cache
def _load(overlay: Path | None) -> Mappings:
    from fhirkit import _tables

    tables = _ours()
    if overlay is not None:
        tables |= _laid_over(tables, overlay)
    _tables.check_references(tables)
    return _built(tables)


def _ours() -> dict[str, Table]:
    """Our tables by name: "drugs", "cues/when"."""
    from fhirkit._tables import MODELS

    home = resources.files("fhirkit") / "mappings"
    names = [name for name in MODELS if name != "cues"]
    names += [f"cues/{axis}" for axis in _stems(home / "cues")]
    return {name: _read(name, f"mappings/{name}.csv", home) for name in names}


def _stems(directory: Traversable) -> list[str]:
    if not directory.is_dir():
        return []
    names = sorted(entry.name for entry in directory.iterdir())
    return [name.removesuffix(".csv") for name in names if name.endswith(".csv")]


def _read(name: str, where: str, directory: Traversable) -> Table:
    from fhirkit._tables import read_table

    try:
        data = directory.joinpath(*f"{name}.csv".split("/")).read_bytes()
    except OSError as error:
        raise MappingError(f"{where}: cannot be read: {error.strerror}") from None
    return read_table(name, where, data)


def _laid_over(ours: Mapping[str, Table], overlay: Path) -> dict[str, Table]:
    """Our tables with the rows of a site's directory added, or put in place of ours."""
    from fhirkit._tables import merged

    return {
        name: merged(name, ours[name], _read(name, str(overlay / f"{name}.csv"), overlay))
        for name in _names_in(overlay, ours)
    }


def _names_in(overlay: Path, known: Iterable[str]) -> list[str]:
    """The tables a site's directory holds; anything else in it may be a slip and is refused."""
    names = [name for entry in _entries(overlay) for name in _names_of(entry, overlay)]
    files = ", ".join(sorted(f"{name}.csv" for name in known))
    for name in names:
        if name.removesuffix(".csv") not in known or not name.endswith(".csv"):
            raise MappingError(f"{overlay / name}: not a mapping file: the files are {files}")
    if not names:
        raise MappingError(f"{overlay}: has no mapping file: the files are {files}")
    return [name.removesuffix(".csv") for name in names]


def _names_of(entry: Path, overlay: Path) -> list[str]:
    below = _entries(entry) if entry.name == "cues" and entry.is_dir() else [entry]
    return [found.relative_to(overlay).as_posix() for found in below]


def _entries(directory: Path) -> list[Path]:
    try:
        found = sorted(directory.iterdir())
    except OSError as error:
        raise MappingError(
            f"{directory}: not a directory that can be read: {error.strerror}"
        ) from None
    return [entry for entry in found if not _BESIDE.match(entry.name)]


def _built(tables: Mapping[str, Table]) -> Mappings:
    from fhirkit import rows

    spellings = _spellings(_typed(tables, "units", rows.UnitRow))
    return Mappings(
        drugs=_by_name(tables, "drugs", rows.DrugRow),
        conditions=_by_name(tables, "conditions", rows.ConditionRow),
        symptoms=_by_name(tables, "symptoms", rows.SymptomRow),
        observations=_by_name(tables, "observations", rows.ObservationRow),
        measured={
            row.name: row.observation for row in _typed(tables, "measured", rows.MeasuredRow)
        },
        scores=_by_name(tables, "scores", rows.ScoreRow),
        procedures=_by_name(tables, "procedures", rows.ProcedureRow),
        reports=_by_name(tables, "reports", rows.ReportRow),
        terms={(row.kind, row.name): row for row in _typed(tables, "terms", rows.TermRow)},
        symbols={
            symbol: row.name
            for row in _typed(tables, "terms", rows.TermRow)
            if row.kind == "symbol"
            for symbol in row.synonyms
        },
        units=spellings,
        units_without_case=without_case(spellings),
        ucum=tuple(row.ucum for row in _typed(tables, "units", rows.UnitRow)),
        blocked=tuple(_typed(tables, "blocked", rows.BlockedRow)),
        cues={
            name.removeprefix("cues/"): tuple(_typed(tables, name, rows.CueRow))
            for name in tables
            if name.startswith("cues/")
        },
        codes=_codes(_typed(tables, "codes", rows.CodeRow)),
        vocabulary=vocabulary(),
    )


def _typed(tables: Mapping[str, Table], name: str, model: type[R]) -> list[R]:
    return [row for row in tables[name].rows if isinstance(row, model)]


def _by_name(tables: Mapping[str, Table], name: str, model: type[N]) -> dict[str, N]:
    return {row.name: row for row in _typed(tables, name, model)}


def _spellings(units: Iterable[UnitRow]) -> dict[str, str]:
    """Each spelling as :func:`spelling_key` gives it, and its UCUM code."""
    spellings: dict[str, str] = {}
    for row in units:
        for written in row.written:
            found = spellings.setdefault(spelling_key(written), row.ucum)
            if found != row.ucum:
                raise MappingError(
                    f"units.csv: {written} is a spelling of both {found} and {row.ucum}: "
                    "remove it from one of the two rows"
                )
    return spellings


def without_case(spellings: Mapping[str, str]) -> dict[str, str]:
    """The spellings longer than two letters in lower case, where one code alone has them."""
    codes: dict[str, set[str]] = defaultdict(set)
    for spelling, code in spellings.items():
        codes[spelling.lower()].add(code)
    return {
        lowered: next(iter(found))
        for lowered, found in codes.items()
        if len(found) == 1 and not (len(lowered) < 3 and lowered.isalpha())
    }


def _codes(rows: Iterable[CodeRow]) -> dict[tuple[str, str], tuple[Coding, ...]]:
    codes: dict[tuple[str, str], list[Coding]] = defaultdict(list)
    for row in rows:
        codes[row.kind, row.name].append(Coding(row.system, row.code, row.display))
    return {key: tuple(found) for key, found in codes.items()}


def learned_weights() -> str:
    """The learnt weights of names that no vocabulary has, as ``scripts/train-proposer`` wrote them."""
    home = resources.files("fhirkit") / "mappings"
    return (home / "learned" / "conditions.tsv").read_text(encoding="utf-8")


def mapping_text(name: str) -> str:
    """A mapping file of ours as it is, "cues/when" of ``cues/when.csv``, for who needs few rows.

    Reading all of them with :func:`load_mappings` takes longer than checking a bundle.
    """
    home = resources.files("fhirkit") / "mappings"
    return home.joinpath(*f"{name}.csv".split("/")).read_text(encoding="utf-8")
