"""From the bytes of a mapping file to checked rows, and what the files must fit together on.

Pure: files are opened by :mod:`fhirkit._data`, which knows where they are.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from dataclasses import dataclass, fields
from functools import cache
from itertools import dropwhile, repeat
from operator import attrgetter
from typing import TYPE_CHECKING

from pydantic import TypeAdapter, ValidationError

from fhirkit import rows
from fhirkit.errors import MappingError
from fhirkit.rows import Row

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence

    from pydantic_core import ErrorDetails

MAJOR_VERSION = 1
Place = tuple[str, int]
MODELS: Mapping[str, type[Row]] = {
    "blocked": rows.BlockedRow,
    "codes": rows.CodeRow,
    "conditions": rows.ConditionRow,
    "cues": rows.CueRow,
    "drugs": rows.DrugRow,
    "measured": rows.MeasuredRow,
    "observations": rows.ObservationRow,
    "procedures": rows.ProcedureRow,
    "reports": rows.ReportRow,
    "scores": rows.ScoreRow,
    "symptoms": rows.SymptomRow,
    "terms": rows.TermRow,
    "units": rows.UnitRow,
}

_KEYS = {
    "blocked": ("kind", "phrase"),
    "codes": ("kind", "name", "system"),
    "cues": ("value", "scope"),
    "terms": ("kind", "name"),
    "units": ("ucum",),
}
_NAME = ("name",)
_FIRST_LINE = re.compile(r"# *fhirkit-mapping +(\d+)(\.\d+)*\s*")


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of one kind; ``places`` has the file and the line each was read from."""

    rows: Sequence[Row]
    places: Sequence[Place]

    def placed(self) -> Iterator[tuple[Row, Place]]:
        """Each row with its place."""
        return zip(self.rows, self.places, strict=True)


def read_table(name: str, where: str, data: bytes) -> Table:
    """The table ``name`` ("drugs", "cues/when") from a file's bytes; ``where`` names the file."""
    header, lines, records = _parsed(where, data)
    _check_header(header, _columns(stem_of(name)), where)
    places = list(zip(repeat(where), lines, strict=False))
    cells = [dict(zip(header, record, strict=False)) for record in records]
    table = Table(_validated(stem_of(name), cells, places), places)
    if stem_of(name) != "cues":
        _check_unique(name, table)
    return table


def stem_of(name: str) -> str:
    """The form a table has: its own name, "cues" for all below ``cues/``."""
    return name.partition("/")[0]


def _parsed(where: str, data: bytes) -> tuple[list[str], list[int], list[list[str]]]:
    """The header of a file, and its records with the lines they stand on."""
    records = _records(where, _decoded(where, data))
    _check_version(where, records[0][0] if records and records[0] else "")
    numbered = [(line, record) for line, record in enumerate(records, start=1) if any(record)]
    content = list(dropwhile(lambda item: item[1][0].startswith("#"), numbered))
    if not content:
        raise MappingError(f"{where}: has no header: name the columns after the comment lines")
    header = content[0][1]
    for line, record in content:
        if len(record) != len(header):
            raise MappingError(
                f"{where}, line {line}: has {len(record)} cells, the header has {len(header)}: "
                "put a cell with a comma in quotes, leave no cell out"
            )
    return header, [line for line, _ in content[1:]], [record for _, record in content[1:]]


def _decoded(where: str, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise MappingError(f"{where}, line {line}: not UTF-8: save the file as UTF-8") from None


def _records(where: str, text: str) -> list[list[str]]:
    """The records of a file, one a line; a cell that runs over several lines is refused."""
    reader = csv.reader(text.split("\n"), strict=True)
    records = []
    try:
        for record in reader:
            records.append(record)
            if reader.line_num != len(records):
                raise MappingError(
                    f"{where}, line {len(records)}: a cell does not end on its line: "
                    "check the quotes"
                )
    except csv.Error as error:
        raise MappingError(
            f"{where}, line {len(records) + 1}: not a CSV file ({error}): check the quotes"
        ) from None
    return records


def _check_version(where: str, first: str) -> None:
    found = _FIRST_LINE.fullmatch(first)
    if found is None:
        raise MappingError(
            f"{where}, line 1: not a mapping file: "
            f"its first line must be '# fhirkit-mapping {MAJOR_VERSION}'"
        )
    if int(found[1]) != MAJOR_VERSION:
        raise MappingError(
            f"{where}, line 1: has version {found[1]}, this fhirkit reads {MAJOR_VERSION}: "
            "update fhirkit or convert the file"
        )


def _check_header(header: list[str], columns: list[str], where: str) -> None:
    expected = "the columns are " + ", ".join(sorted(columns))
    for column in header:
        if column not in columns:
            raise MappingError(f"{where}: unknown column {_shown(column)}: {expected}")
        if header.count(column) > 1:
            raise MappingError(f"{where}: column '{column}' stands twice: {expected}")
    for column in columns:
        if column not in header:
            raise MappingError(f"{where}: column '{column}' is missing: {expected}")


def _validated(stem: str, cells: list[dict[str, str]], places: list[Place]) -> list[Row]:
    try:
        return _adapter(stem).validate_python(cells)
    except ValidationError as error:
        raise MappingError(_first_fault(error, cells, places)) from None


@cache
def _adapter(stem: str) -> TypeAdapter[list[Row]]:
    model = MODELS[stem]
    return TypeAdapter(list[model])  # type: ignore[valid-type]


def _columns(stem: str) -> list[str]:
    return [field.name for field in fields(MODELS[stem])]


def _first_fault(error: ValidationError, cells: list[dict[str, str]], places: list[Place]) -> str:
    """What is wrong with the first wrong row, and how many further faults there are."""
    first = error.errors()[0]
    index = int(first["loc"][0])
    more = f" ({error.error_count() - 1} more after it)" if error.error_count() > 1 else ""
    if len(first["loc"]) == 1:
        return f"{_at(places[index])}: {_fault(first)}{more}"
    column = str(first["loc"][1])
    cell = _shown(cells[index][column])
    return f"{_at(places[index])}, column '{column}': {cell} {_fault(first)}{more}"


def _fault(error: ErrorDetails) -> str:
    match error["type"]:
        case "string_too_short":
            return "is empty: fill it in"
        case "literal_error":
            return f"is not one of {error['ctx']['expected']}"
        case "decimal_parsing":
            return "is not a number: write digits and a point"
        case "value_error":
            return str(error["ctx"]["error"])
        case "string_pattern_mismatch":
            return "is not a URI: write the code system's URI, http://... or urn:..."
    return error["msg"]


def _at(place: Place) -> str:
    where, line = place
    return f"{where}, line {line}"


def _shown(cell: str) -> str:
    return repr(cell if len(cell) <= 60 else cell[:57] + "...")


def _check_unique(name: str, table: Table) -> None:
    keys = _keys(name, table.rows)
    if len(set(keys)) == len(keys):
        return
    first: dict[Hashable, Place] = {}
    for key, (row, place) in zip(keys, table.placed(), strict=True):
        if key in first:
            raise MappingError(
                f"{_at(place)}: {_key_words(name, row)} stands already in {_at(first[key])}: "
                "merge the two rows or rename one"
            )
        first[key] = place


def _keys(name: str, rows: Iterable[Row]) -> list[Hashable]:
    """What tells the rows of a table apart."""
    return list(map(attrgetter(*_KEYS.get(stem_of(name), _NAME)), rows))


def _key_words(name: str, row: Row) -> str:
    columns = _KEYS.get(stem_of(name), _NAME)
    return " and ".join(f"{column} {_shown(getattr(row, column))}" for column in columns)


def merged(name: str, ours: Table, theirs: Table) -> Table:
    """Our rows without those that ``theirs`` replace, and then theirs."""
    replaced = set(_keys(name, theirs.rows))
    keys = _keys(name, ours.rows)
    kept = [item for key, item in zip(keys, ours.placed(), strict=True) if key not in replaced]
    return Table(
        [*(row for row, _ in kept), *theirs.rows], [*(place for _, place in kept), *theirs.places]
    )


def check_references(tables: Mapping[str, Table]) -> None:
    """Whatever a row names must exist: a slip there would be lost without a word."""
    names = _names(tables)
    for place, column, name, kind in _references(tables):
        if name not in names[kind]:
            raise MappingError(
                f"{_at(place)}, column '{column}': no row of {kind} is named {_shown(name)}: "
                "correct the name or add that row"
            )


def _names(tables: Mapping[str, Table]) -> dict[str, set[str]]:
    """The names there are, by vocabulary (or two), kind of term, "class" (of drugs) and "units"."""
    names: dict[str, set[str]] = defaultdict(set)
    for stem, table in tables.items():
        names[stem] = {row.name for row in table.rows if isinstance(row, rows.NamedRow)}
    for row in tables["terms"].rows:
        if isinstance(row, rows.TermRow):
            names[row.kind].add(row.name)
    for row in tables["drugs"].rows:
        if isinstance(row, rows.DrugRow) and row.level == "class":
            names["class"].add(row.name)
    names["conditions or symptoms"] = names["conditions"] | names["symptoms"]
    names["units"] = {row.ucum for row in tables["units"].rows if isinstance(row, rows.UnitRow)}
    return names


def _references(tables: Mapping[str, Table]) -> Iterator[tuple[Place, str, str, str]]:
    """Place, column, name and kind of everything a row refers to."""
    for stem in ("codes", "conditions", "drugs", "measured", "observations", "terms"):
        for row, place in tables[stem].placed():
            match row:
                case rows.CodeRow():
                    yield place, "name", row.name, row.kind
                case rows.ConditionRow() if row.broader:
                    yield place, "broader", row.broader, "conditions"
                case rows.DrugRow():
                    yield from ((place, "classes", name, "class") for name in row.classes)
                case rows.MeasuredRow():
                    yield place, "name", row.name, "conditions or symptoms"
                    yield place, "observation", row.observation, "observations"
                case rows.TermRow() if row.kind == "symbol":
                    yield place, "name", row.name, "observations"
                case rows.ObservationRow():
                    yield from ((place, "units", code, "units") for code in row.units)
                    if row.specimen:
                        yield place, "specimen", row.specimen, "specimen"
