"""Lines to blocks, blocks to sections: how a printed report is laid out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from fhirkit.narrative.words import fold_phrase

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class SectionKind(StrEnum):
    """What a part of a report is."""

    TITLE = "title"
    BYLINE = "byline"
    CORRESPONDENCE = "correspondence"
    INTRODUCTION = "introduction"
    CASE = "case"
    BODY = "body"  # text without headings: statements tell whose they are
    DISCUSSION = "discussion"
    LEGEND = "legend"
    TABLE = "table"
    REFERENCES = "references"


@dataclass(frozen=True, slots=True)
class Headings:
    """What headings open: ``phrases`` whole ones (folded words), ``words`` telling words.

    The words only count in a line that is set as a heading, in capitals.
    """

    phrases: Mapping[tuple[str, ...], SectionKind]
    words: Mapping[str, SectionKind]


_FRONT = {SectionKind.TITLE, SectionKind.BYLINE, SectionKind.CORRESPONDENCE}


@dataclass(frozen=True, slots=True)
class Block:
    """A run of lines that belong together, as offsets of the view."""

    start: int
    end: int
    kind: SectionKind
    rows: bool = False  # each line stands for itself (table, list)


_LINE = re.compile(r"[^\n]*(?:\n|$)")
_ROW = re.compile(r"\S {2,}\S")
_ITEM = re.compile(r"\s*(?:[-•*·]|\(?\d{1,2}[.)])\s+\S")
_SENTENCE_END = re.compile(r"[.!?:;][)\]\"'’”]*\s*$")
_LEGEND = re.compile(r"\s*(?:fig(?:ure)?s?\b\.?)\s*(?:\d+|[A-Z(])", re.I)
_TABLE = re.compile(r"\s*table\b\.?\s*(?:\d+|[IVX]+\b)", re.I)
_PANEL = re.compile(r"\s*\(?[A-Ha-h][),]")
_AFFILIATION = re.compile(r"@|\bdoi\b|\b(?:MD|PhD|MBBS|FRCP|MRCP)\b", re.I)
_NAME = re.compile(r"(?:[A-Z][\w’'.-]*\s+){1,4}[A-Z][\w’'-]++[\d*†‡,\s]*+$")
_INLINE_HEADING = re.compile(r"\s*([A-Z][A-Za-z ]{2,40}?)\s*[.:–-](?=\s)")


def blocks(text: str, headings: Headings) -> list[Block]:
    """The blocks of a normalised text in order, each with the section it belongs to."""
    found: list[Block] = []
    current: SectionKind | None = None
    front = True  # nothing but titles, names and addresses so far
    for start, end, rows, broke in _raw_blocks(text):
        piece = text[start:end]
        kind, heading_end = _heading(piece, headings)
        if kind is not None:
            current = kind
            if heading_end >= len(piece.rstrip()):
                continue
            start += heading_end
            piece = text[start:end]
        previous = None if broke or not found else found[-1].kind
        section = _section(piece, current, previous, rows=rows, front=front)
        front = front and (section in _FRONT or section is SectionKind.LEGEND)
        if section is SectionKind.BODY and current in _FRONT:
            current = None
        found.append(Block(start, end, section, rows))
    return found


#: Sections whose lists and tables are as little the patient's as their prose.
_NOT_OF_CASE = {SectionKind.REFERENCES, SectionKind.DISCUSSION}


#: Words of an address line at most.
_LONGEST_ADDRESS = 14


def _section(
    piece: str,
    current: SectionKind | None,
    previous: SectionKind | None,
    *,
    rows: bool,
    front: bool,
) -> SectionKind:
    if _LEGEND.match(piece):
        return SectionKind.LEGEND
    if previous is SectionKind.LEGEND and _PANEL.match(piece):
        return SectionKind.LEGEND
    if current in _NOT_OF_CASE:
        return current
    if rows or _TABLE.match(piece):
        return SectionKind.TABLE
    prose = _is_prose(piece)
    if not prose and (_AFFILIATION.search(piece) or _is_byline(piece)):
        return SectionKind.BYLINE
    address = current is SectionKind.CORRESPONDENCE and len(piece.split()) < _LONGEST_ADDRESS
    if current in _FRONT and prose and not address:
        return SectionKind.BODY
    if current is not None:
        return current
    if not prose and front:
        return SectionKind.TITLE
    return SectionKind.BODY


#: Words of a title, a byline or an address at most.
_LONGEST_TITLE = 60


def _is_prose(piece: str) -> bool:
    words = len(piece.split())
    if words > _LONGEST_TITLE:
        return True  # whatever it ends with
    return bool(_SENTENCE_END.search(piece)) and (
        words >= 6 or (words >= 2 and piece.rstrip()[-1] == ".")
    )


def _is_byline(piece: str) -> bool:
    names = [n for n in re.split(r",| and |;", piece) if n.strip()]
    return bool(names) and sum(bool(_NAME.match(n.strip())) for n in names) > len(names) / 2 >= 1


def _heading(piece: str, headings: Headings) -> tuple[SectionKind | None, int]:
    """The section a block opens, and where its heading ends."""
    line_end = piece.find("\n")
    first = piece if line_end < 0 else piece[:line_end]
    if len(first) < 60:
        words = fold_phrase(first.strip(" .:\t"))
        kind = headings.phrases.get(words)
        if kind is None and first.isupper() and line_end >= 0:
            kind = next((headings.words[w] for w in words if w in headings.words), None)
        if kind is not None:
            return kind, len(first)
    match = _INLINE_HEADING.match(piece)
    if match:
        kind = headings.phrases.get(fold_phrase(match.group(1)))
        if kind is not None:
            return kind, match.end()
    return None, 0


def _raw_blocks(text: str) -> Iterator[tuple[int, int, bool, bool]]:
    """(start, end, rows, begins at a column break) for each run of lines."""
    start = end = -1
    rows = broke = prose = item = False
    last_line = ""
    for match in _LINE.finditer(text):
        line = match.group().rstrip("\n")
        if not line.strip():
            if start >= 0 and not _runs_on(last_line, text, match.end()):
                yield start, end, rows, broke
                start = -1
            continue
        inside = start >= 0 and not rows and _is_broken_off(last_line)
        item = (is_item(line) and not inside) or (start >= 0 and item and goes_on(last_line, line))
        row = item or bool(_ROW.search(line.strip()))
        column_break = line.startswith(" ") and not line.startswith("  ") and match.start() > 0
        runs_on = line.lstrip()[:1].islower() and not rows and not row
        opens = _opens(line) or (not prose and start >= 0 and _is_byline(line))
        if start >= 0 and (row != rows or (column_break and not runs_on) or opens):
            yield start, end, rows, broke
            start = -1
        if start < 0:
            start, rows, broke = match.start(), row, column_break
        end = match.start() + len(line)
        last_line = line
        prose = prose or bool(_SENTENCE_END.search(line))
    if start >= 0:
        yield start, end, rows, broke


def _is_row(line: str) -> bool:
    return bool(_ROW.search(line.strip())) or is_item(line)


def is_item(line: str) -> bool:
    """Whether a line begins an item of a list."""
    return bool(_ITEM.match(line))


def goes_on(last_line: str, line: str) -> bool:
    """Whether a line goes on with the item of a list that the line before it belongs to."""
    small = line.lstrip()[:1].islower()
    return small and not _is_row(line) and not _SENTENCE_END.search(last_line)


def _opens(line: str) -> bool:
    return bool(_LEGEND.match(line) and line.lstrip()[:1].isupper() and len(line) > 30) or bool(
        _TABLE.match(line)
    )


def _is_broken_off(line: str) -> bool:
    """Whether a line of prose ends inside a sentence."""
    return len(line) >= _SHORTEST_LINE and not _SENTENCE_END.search(line)


#: Characters of a line that is full; a shorter one may be a heading.
_SHORTEST_LINE = 35


def _runs_on(last_line: str, text: str, position: int) -> bool:
    """Whether a sentence goes on after a blank line (a page or column broke it)."""
    if not _is_broken_off(last_line):
        return False
    rest = text[position : position + 200].lstrip()
    return bool(rest) and rest[0].islower()
