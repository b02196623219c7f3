"""JSON syntax: bytes or text in, one resource out, with what is wrong about its form."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from fhirkit.issues import Issue, Severity
from fhirkit.validate.place import Resource, issue_at, json_kind, walk

SPEC = "https://hl7.org/fhir/R4/json.html"
_BOM = "\ufeff"


@dataclass(frozen=True, slots=True)
class Parsed:
    """What the text holds: ``resource`` is None where an issue is fatal."""

    resource: Resource | None
    issues: tuple[Issue, ...]


def parse(data: str | bytes) -> Parsed:
    """Reads one JSON document. Numbers keep their digits as Decimal."""
    if isinstance(data, bytes):
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            return _refused("json-utf8", "not valid UTF-8", *_position(data, error.start))
    else:
        text = data
    text = text.removeprefix(_BOM)
    if not text.strip():
        return _refused("json-empty", "empty: a JSON object was expected")
    reading = _Reading()
    try:
        value = json.loads(
            text,
            object_pairs_hook=reading.pairs,
            parse_constant=_Constant,
            parse_float=Decimal,
        )
    except json.JSONDecodeError as error:
        return _refused("json-syntax", f"not JSON: {error.msg}", error.lineno, error.colno)
    except RecursionError:
        return _refused("json-depth", "nested too deeply to be read")
    except ValueError:  # an integer of more than 4,300 digits
        return _refused("json-number", "a number has more digits than can be read")
    return _judged(value, reading)


def check_object(value: object) -> Parsed:
    """Checks that a JSON value can be a resource at all: an object with a resourceType."""
    if not isinstance(value, dict):
        return _refused("json-object", f"a JSON object was expected, not {json_kind(value)}")
    kind = value.get("resourceType")
    if not isinstance(kind, str) or not kind:
        return _refused("resource-type", "no resourceType: this is no FHIR resource")
    return Parsed(value, ())


class _Constant:
    """Stands where the text has NaN or Infinity, which JSON does not know."""

    def __init__(self, name: str) -> None:
        self.name = name


class _Reading:
    """Notes, while the text is read, which objects had a name twice."""

    def __init__(self) -> None:
        # The objects are kept beside their names, or their ids could be given out again.
        self.twice: list[tuple[Resource, list[str]]] = []

    def pairs(self, pairs: list[tuple[str, Any]]) -> Resource:
        made = dict(pairs)
        if len(made) != len(pairs):
            counts = Counter(name for name, _ in pairs)
            self.twice.append((made, [name for name, count in counts.items() if count > 1]))
        return made


def _judged(value: object, reading: _Reading) -> Parsed:
    parsed = check_object(value)
    if parsed.resource is None:
        return parsed
    root = parsed.resource
    issues = [
        issue_at(
            root,
            steps,
            "structure",
            "json-number",
            f"{node.name} is not JSON",
            severity=Severity.FATAL,
            spec=SPEC,
        )
        for steps, node in walk(root)
        if isinstance(node, _Constant)
    ]
    if reading.twice:
        message = "the same name stands twice in one object"
        names = {id(made): again for made, again in reading.twice}
        issues += [
            issue_at(root, (*steps, name), "structure", "json-duplicate", message, spec=SPEC)
            for steps, node in walk(root)
            for name in names.get(id(node), ())
        ]
    fatal = any(issue.severity is Severity.FATAL for issue in issues)
    return Parsed(None if fatal else root, tuple(issues))


def _refused(key: str, message: str, line: int | None = None, column: int | None = None) -> Parsed:
    issue = Issue(
        severity=Severity.FATAL,
        code="structure",
        key=key,
        line=line,
        column=column,
        message=message,
        spec=SPEC,
    )
    return Parsed(None, (issue,))


def _position(data: bytes, offset: int) -> tuple[int, int]:
    start = data.rfind(b"\n", 0, offset) + 1
    return data.count(b"\n", 0, offset) + 1, len(data[start:offset].decode("utf-8", "replace")) + 1
