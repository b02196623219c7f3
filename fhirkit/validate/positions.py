"""Where in the text elements stand: line and column, worked out only for what was found wrong.

The tree that ``json.loads`` makes has no places, and making one that has would cost every good
document several times its reading. So the text is read a second time, along the elements that
are asked for; ``json``'s own reader, which is written in C, skips over everything else.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from itertools import count, pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fhirkit.validate.place import Steps

Place = tuple[int, int]
"""Line and column, both from 1; columns are characters (code points) of the line."""

STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?+'
"""A string, as a pattern. One without an end goes as far as it can: looking for strings inside
it again and again would take a time that grows with the square of its length."""

_GAP = re.compile(r"[\s,]*+")
_NAME = re.compile(rf"[\s,]*+({STRING})\s*+:\s*+", re.S)
_TOKEN = re.compile(rf"{STRING}|[{{}}\[\]:,]", re.S)

# Numbers are only passed over: float takes any of them, whatever its number of digits.
_READER = json.JSONDecoder(parse_int=float, strict=False)


def positions(text: str, wanted: Iterable[Steps]) -> dict[Steps, Place]:
    """Line and column of elements of a JSON document, in one pass over its text.

    A property stands where its name begins, an item of an array and the document itself where
    the value begins. Of a name that stands twice in one object it is the second, which is the
    defect; what lies below it is looked for in the last value, the one that ``json`` keeps. For
    an element that is missing it is the place of the nearest one around it that exists.

    HL7's validator tells the end of a value instead, so its columns are larger, and its lines
    where a value takes several.

    Args:
        text: The document, as it was parsed.
        wanted: The ways to the elements.

    Returns:
        A place for everything wanted; nothing at all for a text that holds no value.
    """
    wanted = set(wanted)
    root = _Wanted()
    ends = {steps: _planted(root, steps) for steps in wanted}
    start = _after_gap(text, 0)
    if start == len(text):
        return {}
    root.offset, root.reading = start, 1
    _read(text, root)
    offsets = {steps: _met(way) for steps, way in ends.items()}
    places = dict(_places(text, offsets.values()))
    return {steps: places[offset] for steps, offset in offsets.items()}


def place(text: str, offset: int) -> Place:
    """Line and column of one character."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def steps_before(text: str, offset: int) -> tuple[str | None, Steps]:
    """The root's ``resourceType`` and the way to where a document breaks.

    Args:
        text: A document that is JSON as far as ``offset``, and perhaps no further.
        offset: The character that is wrong.

    Returns:
        The type, None where it is not told before the offset, and the steps.
    """
    kind = None
    inside: list[str | int] = []  # a position for an array, the last name for an object
    named = False  # whether the next string is a value
    for token in _TOKEN.finditer(text, 0, offset):
        sign = token.group()
        if sign in ("{", "["):
            inside.append("" if sign == "{" else 0)
            named = sign == "["
        elif sign in ("}", "]"):
            del inside[-1:]
            named = True
        elif sign == ",":
            named = _moved_on(inside)
        elif sign != ":" and inside and not named:
            inside[-1], named = sign[1:-1], True
        elif inside == ["resourceType"] and sign != ":":
            kind = kind or sign[1:-1]
    return kind, tuple(step for step in inside if step != "")


def _moved_on(inside: list[str | int]) -> bool:
    """Goes to the next item of an array; whether it is one."""
    if not inside or isinstance(inside[-1], str):
        return False
    inside[-1] += 1
    return True


@dataclass(slots=True)
class _Wanted:
    """An element on the way to what is wanted, and where it was met.

    A value may be read again: the later of two with the same name counts. So what was met below
    it counts only as long as it was met in the last of its readings.
    """

    below: dict[str | int, _Wanted] = field(default_factory=dict)
    offset: int = 0
    reading: int = 0
    """The number of the last reading of its value."""
    met_in: int = 0
    """The reading of the value around in which it was met."""
    times: int = 0
    """How often it was met there."""


@dataclass(slots=True)
class _Open:
    """An object or array that is being read."""

    wanted: _Wanted
    at: int
    item: int | None
    """The position of the item before, in an array."""


def _planted(root: _Wanted, steps: Steps) -> list[_Wanted]:
    way = [root]
    for step in steps:
        way.append(way[-1].below.setdefault(step, _Wanted()))
    return way


def _met(way: list[_Wanted]) -> int:
    """Where the last element of the way that exists stands."""
    offset = way[0].offset
    for around, element in pairwise(way):
        if element.met_in != around.reading:
            break
        offset = element.offset
    return offset


def _read(text: str, root: _Wanted) -> None:
    readings = count(2)
    todo = _opened(text, root, root.offset)
    try:
        while todo:
            inside = todo[-1]
            here = _next(text, inside)
            if here is None:
                todo.pop()
                if todo:
                    todo[-1].at = inside.at + 1
                continue
            step, offset, value = here
            element = inside.wanted.below.get(step)
            if element is not None:
                _meet(element, inside.wanted, offset, next(readings))
            opened = _opened(text, element, value) if element and element.below else []
            if opened:
                todo += opened
            else:
                inside.at = _READER.raw_decode(text, value)[1]
    except (ValueError, IndexError, RecursionError):
        return  # no document that could be parsed: what was met so far has its place


def _opened(text: str, wanted: _Wanted, offset: int) -> list[_Open]:
    """What there is to read in the value, which has parts only as an object or array."""
    sign = text[offset]
    return [_Open(wanted, offset + 1, -1 if sign == "[" else None)] if sign in "{[" else []


def _next(text: str, inside: _Open) -> tuple[str | int, int, int] | None:
    """The next step in an object or array, where it stands and where its value begins."""
    if inside.item is None:
        name = _NAME.match(text, inside.at)
        if name is None:
            inside.at = _after_gap(text, inside.at)
            return None
        quoted = name.group(1)
        plain = _READER.decode(quoted) if "\\" in quoted else quoted[1:-1]
        return plain, name.start(1), name.end()
    inside.at = _after_gap(text, inside.at)
    if text[inside.at] == "]":
        return None
    inside.item += 1
    return inside.item, inside.at, inside.at


def _meet(element: _Wanted, around: _Wanted, offset: int, reading: int) -> None:
    element.times = element.times + 1 if element.met_in == around.reading else 1
    element.met_in, element.reading = around.reading, reading
    if element.times <= 2:
        element.offset = offset


def _after_gap(text: str, offset: int) -> int:
    gap = _GAP.match(text, offset)
    return gap.end() if gap else offset


def _places(text: str, offsets: Iterable[int]) -> Iterator[tuple[int, Place]]:
    """The places of many characters; each line end is counted once, however long the lines."""
    line, start, before = 1, 0, 0
    for offset in sorted(set(offsets)):
        line += text.count("\n", before, offset)
        start = max(start, text.rfind("\n", before, offset) + 1)
        before = offset
        yield offset, (line, offset - start + 1)
