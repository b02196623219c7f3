"""JSON syntax: bytes, text or Python values in, one tree out, and what is wrong about its form.

A document that is no JSON is told as one fatal issue at its line and column, in words for the
usual slips (comments, trailing commas, single quotes, XML). What leaves a tree, such as a name
that stands twice, is noted in it and reading goes on.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from fhirkit.issues import Issue, Severity
from fhirkit.validate.findings import Findings, Rule
from fhirkit.validate.mistakes import mistake
from fhirkit.validate.place import expression, json_kind
from fhirkit.validate.positions import STRING, place, steps_before
from fhirkit.validate.python_values import (
    MAX_DEPTH,
    MAX_DIGITS,
    SPEC,
    SURROGATE,
    TOO_LONG,
    TooDeepError,
    TooManyError,
    copied,
    is_too_long,
    sendable,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fhirkit.validate.findings import Node

MAX_BYTES = 100_000_000
"""A longer document is refused unread: what is made of it would take gigabytes."""

DUPLICATE = Rule(
    key="json-duplicate",
    code="structure",
    message="the same name stands twice in one object: a reader keeps one of the two, unasked",
    spec=SPEC,
)

_BOM = "\ufeff"
_SPACE = " \t\r\n"
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")
_BRACKET = re.compile(rf"{STRING}|[{{}}\[\]]", re.S)
_CONSTANT = re.compile(rf"{STRING}|-?Infinity|NaN", re.S)
_NUMBER = re.compile(rf"{STRING}|-?\d++(?:\.\d++)?+(?:[eE][-+]?+\d++)?+", re.S)
_FHIR_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")

Pairs = list[tuple[str, Any]]


@dataclass(frozen=True, slots=True)
class Parsed:
    """What was given, as a tree, and what is wrong about its JSON.

    ``resource`` is None exactly where ``fatal`` says why nothing can be checked. ``text`` is the
    document without a byte order mark, which places refer to; empty for Python values.
    """

    resource: Node | None
    text: str = ""
    findings: Findings = field(default_factory=Findings)
    fatal: Issue | None = None


def parse(data: bytes | str) -> Parsed:
    """Reads one JSON document whose root is an object. Decimals keep their digits.

    Of a name that stands twice the last value stays. Half a surrogate pair becomes U+FFFD in
    the tree, so that what is said of it can be printed. Never raises, whatever the input.

    Source: https://hl7.org/fhir/R4/json.html
    """
    if len(data) > MAX_BYTES:
        return _refused("json-size", _TOO_LARGE, code="too-long")
    if isinstance(data, str):
        return _read(data.removeprefix(_BOM))
    if wide := _wide_encoding(data):
        return _refused("json-utf8", f"{wide}: FHIR's JSON is UTF-8", "", 0)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        good = data[: error.start].decode("utf-8")
        return _refused("json-utf8", "not UTF-8", good, len(good))
    return _read(text.removeprefix(_BOM))


def parse_object(value: object) -> Parsed:
    """Copies a resource given as Python values into a tree of plain dicts and lists.

    Findings are placed by the identity of what they are about, so each part of the copy stands
    in one place, whatever was shared in the original. Tuples count as arrays, as ``json`` takes
    them. Where there is no JSON for a value the tree has null and a finding is made: what else
    is said of that element only repeats it. Never raises, whatever the value.
    """
    if not isinstance(value, dict):
        return _refused("json-object", f"{_EXPECTED_OBJECT} {_kind(value)}")
    findings = Findings()
    try:
        return Parsed(copied(value, findings), findings=findings)
    except (TooDeepError, RecursionError):
        return Parsed(None, fatal=too_deep(""))
    except TooManyError:
        return _refused("json-size", "more values than can be read", code="too-long")


def too_deep(text: str) -> Issue:
    """The issue about a document nested too deeply, also for a layer that met its own limit.

    It stands where the document passes ``MAX_DEPTH``, if it does: how deep Python reads depends
    on its version and on who calls.
    """
    depth = 0
    for token in _BRACKET.finditer(text):
        depth += _DEEPER.get(token.group(), 0)
        if depth > MAX_DEPTH:
            return _fatal("json-depth", _TOO_DEEP, text, token.start())
    return _fatal("json-depth", _TOO_DEEP)


_DEEPER = {"{": 1, "[": 1, "}": -1, "]": -1}
_TOO_LARGE = f"too long: documents of up to {MAX_BYTES // 1_000_000} MB are read"
_TOO_DEEP = "nested too deeply to be read"
_EXPECTED_OBJECT = "a JSON object was expected, not"


class _ConstantError(Exception):
    """The text has NaN or Infinity, which Python reads and JSON does not know."""


class _NumberError(Exception):
    """A number takes more digits than can be read."""


def _read(text: str) -> Parsed:
    if refused := _no_object(text):
        return refused
    twice: list[tuple[Node, Pairs]] = []

    def node(pairs: Pairs) -> Node:
        made = dict(pairs)
        if len(made) != len(pairs):
            twice.append((made, pairs))
        return made

    try:
        resource = json.loads(
            text, object_pairs_hook=node, parse_float=_decimal, parse_constant=_constant
        )
    except (ValueError, RecursionError, _ConstantError, _NumberError) as error:
        return Parsed(None, text, fatal=_unread(text, error))
    if not isinstance(resource, dict):
        message = f"{_EXPECTED_OBJECT} {json_kind(resource)}"
        return _refused("json-object", message, text, len(text) - len(text.lstrip(_SPACE)))
    findings = Findings()
    if twice:
        _note_duplicates(resource, twice, findings)
    if _SURROGATE_ESCAPE.search(text) or not (text.isascii() or sendable(text) is text):
        _mend_surrogates(resource, findings)
    return Parsed(resource, text, findings)


def _no_object(text: str) -> Parsed | None:
    """What the first character tells already; spares reading millions of values."""
    if text[:1] == "{":
        return None
    start = len(text) - len(text.lstrip(_SPACE))
    match text[start : start + 1]:
        case "":
            return _refused("json-empty", "empty: a JSON object was expected", text, 0)
        case "<":
            message = "this looks like XML: fhirkit reads FHIR's JSON form"
            return _refused("json-syntax", message, text, start)
        case "[":
            return _refused("json-object", f"{_EXPECTED_OBJECT} an array", text, start)
        case _:
            return None


def _unread(text: str, error: Exception) -> Issue:
    """Why a text could not be read."""
    if isinstance(error, json.JSONDecodeError):
        at, message = mistake(text, error)
        return _fatal("json-syntax", message, text, at)
    if isinstance(error, RecursionError):
        return too_deep(text)
    if isinstance(error, _ConstantError):
        message = "not JSON: it has no NaN and no Infinity"
        return _fatal("json-syntax", message, text, _first(_CONSTANT, text, _is_no_string))
    # A ValueError is about an integer of too many digits.
    return _fatal("json-number", TOO_LONG.message, text, _first(_NUMBER, text, _is_too_long))


def _first(tokens: re.Pattern[str], text: str, test: Callable[[str], bool]) -> int | None:
    """Where the first token stands that passes the test."""
    found = (token.start() for token in tokens.finditer(text) if test(token.group()))
    return next(found, None)


def _is_no_string(token: str) -> bool:
    return token[0] != '"'


def _is_too_long(token: str) -> bool:
    try:
        return _is_no_string(token) and not _decimal(token).is_finite()
    except _NumberError:
        return True


def _decimal(digits: str) -> Decimal:
    if len(digits) > MAX_DIGITS:
        raise _NumberError
    try:
        number = Decimal(digits)
    except InvalidOperation:  # an exponent of nineteen digits
        raise _NumberError from None
    if is_too_long(number):
        raise _NumberError
    return number


def _constant(name: str) -> None:
    raise _ConstantError(name)


def _note_duplicates(resource: Node, twice: list[tuple[Node, Pairs]], findings: Findings) -> None:
    """Only what is part of the tree is noted: a value that was replaced has no place in it."""
    known = {id(made): pairs for made, pairs in twice}
    for owner in _containers(resource):
        for name in _repeated(known.get(id(owner), [])):
            findings.add(DUPLICATE, owner, name)


def _repeated(pairs: Pairs) -> Iterator[str]:
    times: dict[str, int] = {}
    for name, _ in pairs:
        times[name] = times.get(name, 0) + 1
        if times[name] == 2:
            yield name


def _mend_surrogates(resource: Node, findings: Findings) -> None:
    for owner in _containers(resource):
        if isinstance(owner, dict):
            _mend_names(owner, findings)
        steps = owner.items() if isinstance(owner, dict) else enumerate(owner)
        for step, value in list(steps):
            if isinstance(value, str) and sendable(value) is not value:
                owner[step] = sendable(value)
                findings.add(SURROGATE, owner, step)


def _mend_names(owner: Node, findings: Findings) -> None:
    broken = [name for name in owner if sendable(name) is not name]
    if broken:
        mended = {sendable(name): value for name, value in owner.items()}
        owner.clear()
        owner.update(mended)
    for name in broken:
        findings.add(SURROGATE, owner, sendable(name))


def _containers(resource: Node) -> Iterator[Any]:
    """The objects and arrays of the tree, in the order of the text."""
    todo: list[Any] = [resource]
    while todo:
        owner = todo.pop()
        yield owner
        values = [*(owner.values() if isinstance(owner, dict) else owner)]
        todo += [value for value in reversed(values) if isinstance(value, dict | list)]


def _wide_encoding(data: bytes) -> str | None:
    """UTF-16 or UTF-32, which other systems write; None for neither."""
    start = data[:4]
    if start in (b"\xff\xfe\0\0", b"\0\0\xfe\xff"):
        return "UTF-32"
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "UTF-16"
    # Without a mark the zeros beside the first signs of the document tell.
    zeros = start.count(0) if len(start) == 4 else 0
    return {2: "UTF-16", 3: "UTF-32"}.get(zeros)


def _kind(value: object) -> str:
    """What a Python value is: as JSON where it has a form there, else its type."""
    if isinstance(value, list | tuple):
        return "an array"
    plain = value is None or isinstance(value, str | int | float | Decimal)
    return json_kind(value) if plain else type(value).__name__


def _refused(
    key: str, message: str, text: str = "", offset: int | None = None, *, code: str = "structure"
) -> Parsed:
    return Parsed(None, text, fatal=_fatal(key, message, text, offset, code=code))


def _fatal(
    key: str, message: str, text: str = "", offset: int | None = None, *, code: str = "structure"
) -> Issue:
    line, column = (None, None) if offset is None else place(text, offset)
    return Issue(
        severity=Severity.FATAL,
        code=code,
        key=key,
        expression=_expression(text, offset),
        line=line,
        column=column,
        message=message,
        spec=SPEC,
    )


def _expression(text: str, offset: int | None) -> str | None:
    """The element around the fault, as far as its names are some that FHIR could have."""
    if not offset:
        return None
    kind, steps = steps_before(text, offset)
    names = [kind or "Resource", *(step for step in steps if isinstance(step, str))]
    if len(steps) >= MAX_DEPTH or not all(_FHIR_NAME.fullmatch(name) for name in names):
        return None
    return expression({"resourceType": kind}, steps)
