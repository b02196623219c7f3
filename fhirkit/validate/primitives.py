"""Primitive types: the JSON each is written as, and the form its value must have.

Source: https://hl7.org/fhir/R4/datatypes.html#primitive. The patterns are the specification's,
narrowed where its text says more than its pattern: days that exist, 32 bits, base64 that can be
decoded.

Every type has a quick test, which only has to be right when it says yes, and the whole truth in
:func:`fault`, which is asked when it says no.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

SPEC = "https://hl7.org/fhir/R4/datatypes.html"
_LONGEST = 1024 * 1024
_LOWEST, _HIGHEST = -(2**31), 2**31 - 1

_YEAR = r"(?!0000)[0-9]{4}"
# Any day of a month; the 29th of February is left to fault().
_EXISTING_DAY = (
    r"(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    r"|02-(?:0[1-9]|1[0-9]|2[0-8]))"
)
_TIME = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\.[0-9]+)?"
_ZONE = r"(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))"
_MONTH = r"(?:0[1-9]|1[0-2])"
_DAY = r"(?:0[1-9]|[12][0-9]|3[01])"

_CALENDAR = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_BASE64 = re.compile(r"[A-Za-z0-9+/]*={0,2}")
_TEXT = re.compile(r"(?=\S)[^\x00-\x08\x0b\x0c\x0e-\x1f]{1,1048576}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")

_PATTERNS = {
    "code": r"\S+(?:[ \t\n\r]\S+)*",
    "date": rf"{_YEAR}(?:-{_MONTH}(?:-{_DAY})?)?",
    "dateTime": rf"{_YEAR}(?:-{_MONTH}(?:-{_DAY}(?:T{_TIME}{_ZONE})?)?)?",
    "id": r"[A-Za-z0-9\-.]{1,64}",
    "instant": rf"{_YEAR}-{_MONTH}-{_DAY}T{_TIME}{_ZONE}",
    "oid": r"urn:oid:[0-2](?:\.(?:0|[1-9][0-9]*))+",
    "time": _TIME,
    "uri": r"\S+",
    "uuid": r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
}
_PATTERNS |= {"canonical": _PATTERNS["uri"], "url": _PATTERNS["uri"]}
_FORMS = {name: re.compile(pattern) for name, pattern in _PATTERNS.items()}

# URNs of the two kinds that have a form of their own pass only in that form.
_URN = rf"(?:{_PATTERNS['uuid']}|{_PATTERNS['oid']})"
_OTHER = r"(?!urn:(?:oid|uuid):)"

_QUICK_PATTERNS = {
    "canonical": rf"(?:{_OTHER}(?:[A-Za-z][A-Za-z0-9+.-]*:|#)\S+|{_URN})",
    "code": r"[^\s]+",
    "date": rf"{_YEAR}-{_EXISTING_DAY}",
    "dateTime": rf"{_YEAR}-{_EXISTING_DAY}(?:T{_TIME}{_ZONE})?",
    "instant": rf"{_YEAR}-{_EXISTING_DAY}T{_TIME}{_ZONE}",
    "uri": rf"(?:{_OTHER}\S+|{_URN})",
}
_EXPECTED = {
    "base64Binary": "base64, in groups of four characters",
    "code": "a code: no space at either end, single spaces within",
    "date": "YYYY, YYYY-MM or YYYY-MM-DD",
    "dateTime": "YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm:ss with a time zone",
    "id": "1 to 64 letters, digits, hyphens and full stops",
    "instant": "YYYY-MM-DDThh:mm:ss with a time zone",
    "integer": "a whole number from -2147483648 to 2147483647",
    "oid": "urn:oid: and numbers with full stops",
    "positiveInt": "a whole number from 1 to 2147483647",
    "time": "hh:mm:ss",
    "unsignedInt": "a whole number from 0 to 2147483647",
    "uuid": "urn:uuid: and a UUID in lower case",
}
_EXPECTED |= dict.fromkeys(("canonical", "uri", "url"), "a URI: no spaces")


@dataclass(frozen=True, slots=True)
class Primitive:
    """A primitive type.

    ``json`` is the class that ``quick`` may be asked with; ``quick`` says yes only for values
    that are right.
    """

    name: str
    json: type
    quick: Callable[[str], object] | None


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a value: a kind of JSON that cannot stand there, or its form."""

    key: str
    message: str
    expected: str


def fault(primitive: Primitive, value: object) -> Fault | None:
    """What is wrong with the value of a primitive element, None where it is right."""
    if primitive.json is not str:
        return _number_fault(primitive.name, value)
    if not isinstance(value, str):
        return _kind("a string")
    if not value:
        return Fault("empty", "an empty string: leave the element out", "a value")
    if primitive.name in ("string", "markdown", "xhtml"):
        return _text_fault(value)
    if primitive.name == "base64Binary":
        return None if _is_base64(value) else _form(primitive.name)
    if not _FORMS[primitive.name].fullmatch(value):
        return _form(primitive.name)
    day = _CALENDAR.match(value) if primitive.name in ("date", "dateTime", "instant") else None
    if day and int(day[3]) > calendar.monthrange(int(day[1]), int(day[2]))[1]:
        return Fault("date", "there is no such day", "a day that exists")
    return None


def _kind(expected: str) -> Fault:
    return Fault("kind", f"{expected} was expected", expected)


def _form(name: str) -> Fault:
    return Fault("form", f"not the form of FHIR's {name}", _EXPECTED[name])


def _number_fault(name: str, value: object) -> Fault | None:
    if name == "boolean":
        return None if isinstance(value, bool) else _kind("true or false")
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return _kind("a number")
    if name == "decimal":
        return None
    lowest = {"integer": _LOWEST, "unsignedInt": 0, "positiveInt": 1}[name]
    if not isinstance(value, int) or not lowest <= value <= _HIGHEST:
        return _form(name)
    return None


def _text_fault(value: str) -> Fault | None:
    if len(value) > _LONGEST:
        return Fault("length", "more than 1,048,576 characters", "a shorter text")
    if _CONTROL.search(value):
        return Fault("control", "a control character stands in the text", "text without it")
    if not value.strip():
        return Fault("blank", "nothing but white space", "a value")
    return None


def _is_base64(value: str) -> bool:
    """R4 allows white space in base64; later versions do not."""
    packed = "".join(value.split())
    return bool(_BASE64.fullmatch(packed)) and len(packed) % 4 == 0


def _quick_base64(value: str) -> bool:
    return not len(value) % 4 and _BASE64.fullmatch(value) is not None and bool(value)


def _quick(name: str) -> Callable[[str], object]:
    if name == "base64Binary":
        return _quick_base64
    if name in ("string", "markdown"):
        return _TEXT.fullmatch
    if name == "xhtml":
        return bool  # the narrative layer reads it
    return re.compile(_QUICK_PATTERNS.get(name) or _PATTERNS[name]).fullmatch


def _whole(name: str) -> Callable[[int], object]:
    lowest = {"integer": _LOWEST, "unsignedInt": 0, "positiveInt": 1}[name]
    return range(lowest, _HIGHEST + 1).__contains__


_STRINGS = ("base64Binary", "markdown", "string", "xhtml", *_PATTERNS)
PRIMITIVES: dict[str, Primitive] = {
    **{name: Primitive(name, str, _quick(name)) for name in _STRINGS},
    **{
        name: Primitive(name, int, _whole(name))  # type: ignore[arg-type]
        for name in ("integer", "unsignedInt", "positiveInt")
    },
    "boolean": Primitive("boolean", bool, None),
    "decimal": Primitive("decimal", Decimal, None),
}
"""The primitive types of R4 by name."""
