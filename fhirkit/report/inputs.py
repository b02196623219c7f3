"""What a document is that a page is to be made of: judged by what is in it, not by its name."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from fhirkit.errors import InputError
from fhirkit.facts.jsonform import FORMAT, from_dict
from fhirkit.mappers.quantity import Digits
from fhirkit.narrative.source import decode
from fhirkit.report.given import of_bundle
from fhirkit.report.subject import Way, of_case, of_text
from fhirkit.review.jsonform import FORMAT as DECISIONS

if TYPE_CHECKING:
    from fhirkit.report.subject import Subject

_BOM = b"\xef\xbb\xbf"
_EXPECTED = "a narrative, facts of 'fhirkit extract' or a bundle with its narrative inside"
# Facts and resources are far from it; what is deeper would end in the middle of a page.
_DEEPEST = 100


def subject(name: str, data: bytes | str, where: str, way: Way | None = None) -> Subject:
    """The subject of a document: of a narrative in UTF-8, of facts, or of a bundle.

    A string is a narrative, whatever is in it. ``where`` says in errors what was read. Raises
    InputError for what is none of the three.
    """
    found = _json(data, where) if isinstance(data, bytes) else None
    text = decode(data, where) if isinstance(data, bytes) and found is None else data
    try:
        if isinstance(text, str):
            return of_text(name, text, way)
        return _of_json(name, found, text, way)
    except InputError as error:
        raise InputError(f"{where}: {error}", detail=error.detail) from None


def is_decisions(data: bytes) -> bool:
    """Whether a document is what a reviewer decided, and no case."""
    if DECISIONS.encode() not in data:
        return False
    try:
        found = _json(data, "")
    except InputError:
        return False
    return isinstance(found, dict) and found.get("format") == DECISIONS


def _of_json(name: str, found: Any, data: bytes, way: Way | None) -> Subject:
    made = found if isinstance(found, dict) else {}
    if made.get("format") == FORMAT:
        return of_case(name, from_dict(made), way)
    if made.get("format") == DECISIONS:
        raise InputError("a reviewer's decisions and no case: give them with --decisions")
    if made.get("resourceType") == "Bundle":
        return of_bundle(name, made, data, way)
    if "resourceType" in made:
        raise InputError(f"a resource, but no Bundle: expected {_EXPECTED}")
    raise InputError(f"JSON, but neither facts nor a bundle: expected {_EXPECTED}")


def _json(data: bytes, where: str) -> dict[str, Any] | list[Any] | None:
    """The JSON object or list that a document is; None for what does not begin like one."""
    start = data.removeprefix(_BOM)[:2000].split()
    begin = b"".join(start)[:2]
    if begin[:1] != b"[" and not (begin[:1] == b"{" and begin[1:] in (b'"', b"}", b"")):
        return None
    try:
        found: dict[str, Any] | list[Any] = json.loads(
            data, parse_float=Digits, parse_constant=_no_number
        )
    except (ValueError, RecursionError):
        if begin[:1] == b"[":  # a text may begin with a bracket
            return None
        raise InputError(f"{where}: begins like JSON and is none: expected {_EXPECTED}") from None
    if _is_deep(found):
        raise InputError(f"{where}: JSON nested more than {_DEEPEST} levels deep")
    return found


def _no_number(name: str) -> None:
    raise ValueError(name)


def _is_deep(found: Any) -> bool:
    level = [found]
    for _ in range(_DEEPEST):
        level = [
            inner
            for value in level
            for inner in (value.values() if isinstance(value, dict) else value)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return False
    return True
