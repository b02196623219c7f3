"""A resource given as Python values, copied into a tree that is JSON through and through."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from fhirkit.validate.findings import Findings, Rule

if TYPE_CHECKING:
    from fhirkit.validate.findings import Node

SPEC = "https://hl7.org/fhir/R4/json.html"
MAX_DEPTH = 200
"""How deep values may be nested. FHIR itself needs about forty; a circle has no end."""
MAX_VALUES = 5_000_000
"""How many values are copied: a list of a list ten times, thirty levels deep, has no end either."""
MAX_DIGITS = 4_300
"""Python's own limit for integers, asked of decimals too, and of the zeros an exponent means."""

SURROGATE = Rule(
    key="json-surrogate",
    code="structure",
    message="half a surrogate pair is no character and cannot be sent as UTF-8",
    spec=SPEC,
)
NO_JSON = Rule(
    key="json-value",
    code="structure",
    message="JSON has no such value",
    expected="an object, an array, a string, a finite number, a boolean or null",
    spec=SPEC,
)
TOO_LONG = Rule(
    key="json-number",
    code="structure",
    message=f"a number that takes more than {MAX_DIGITS:,} digits to write out",
    spec=SPEC,
)
NO_NAME = Rule(
    key="json-name",
    code="structure",
    message="a name in a JSON object is a string",
    spec=SPEC,
)

_MAX_BITS = int(MAX_DIGITS * math.log2(10))


class TooDeepError(Exception):
    """Values are nested deeper than ``MAX_DEPTH``, perhaps in a circle."""


class TooManyError(Exception):
    """There are more than ``MAX_VALUES`` values, perhaps because they share their parts."""


def copied(value: dict[Any, Any], findings: Findings) -> Node:
    """A tree of plain dicts and lists in which each part stands in one place.

    Tuples become lists, as ``json`` writes them; strings and numbers of derived classes become
    plain ones. Where JSON has no such value the tree has null, and ``findings`` says so.

    Raises:
        TooDeepError: The values have no end, or none that can be read.
        TooManyError: The values are more than can be copied.
    """
    return _Copying(findings).node(value, 1)


def is_too_long(number: Decimal) -> bool:
    """Whether a finite number takes more than ``MAX_DIGITS`` digits to write out.

    Whoever wrote out 1e999999999, or took it as an integer, would fill the memory.
    """
    return not -MAX_DIGITS < number.adjusted() < MAX_DIGITS


@dataclass(slots=True)
class _Copying:
    findings: Findings
    values: int = field(default=0)

    def node(self, given: dict[Any, Any], depth: int) -> Node:
        self.count(len(given), depth)
        made: Node = {}
        for name, value in dict.items(given):
            if (
                value.__class__ is str
                and value.isascii()
                and name.__class__ is str
                and name.isascii()
            ):
                made[name] = value  # nine values in ten, and nothing to ask of them
                continue
            if not isinstance(name, str):
                self.findings.add(NO_NAME, made, found=type(name).__name__)
                continue
            plain = sendable(str.__str__(name))
            if plain != name:
                self.findings.add(SURROGATE, made, plain)
            made[plain] = self.value(value, depth, made, plain)
        return made

    def array(self, given: list[Any] | tuple[Any, ...], depth: int) -> list[Any]:
        self.count(len(given), depth)
        made: list[Any] = []
        for position, value in enumerate(given):
            made.append(self.value(value, depth, made, position))
        return made

    def count(self, values: int, depth: int) -> None:
        self.values += values
        if depth > MAX_DEPTH:
            raise TooDeepError
        if self.values > MAX_VALUES:
            raise TooManyError

    def value(self, given: Any, depth: int, owner: Node | list[Any], name: str | int) -> Any:
        if isinstance(given, str):
            return self.string(given, owner, name)
        if isinstance(given, dict):
            return self.node(given, depth + 1)
        if isinstance(given, list | tuple):
            return self.array(given, depth + 1)
        if given is None or isinstance(given, bool):
            return given
        if isinstance(given, int | float | Decimal):
            return self.number(given, owner, name)
        self.findings.add(NO_JSON, owner, name, found=type(given).__name__)
        return None

    def string(self, given: str, owner: Node | list[Any], name: str | int) -> str:
        plain = given if given.__class__ is str else str.__str__(given)
        if plain.isascii():
            return plain
        mended = sendable(plain)
        if mended != plain:
            self.findings.add(SURROGATE, owner, name)
        return mended

    def number(
        self, given: float | Decimal, owner: Node | list[Any], name: str | int
    ) -> float | Decimal | None:
        if isinstance(given, int):
            if given.bit_length() <= _MAX_BITS:
                return int(given)
        elif not (given.is_finite() if isinstance(given, Decimal) else math.isfinite(given)):
            self.findings.add(NO_JSON, owner, name, found="not a finite number")
            return None
        elif isinstance(given, float):
            return float(given)
        elif not is_too_long(given):
            return given
        self.findings.add(TOO_LONG, owner, name)
        return None


def sendable(text: str) -> str:
    """The text with U+FFFD for each half of a surrogate pair; itself where it has none."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return "".join("\ufffd" if "\ud800" <= sign <= "\udfff" else sign for sign in text)
    return text
