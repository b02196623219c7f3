"""Search by system and value, ``identifier=system|value``: written so that it means one thing.

Within a value a comma would be an "or" and a bar the end of the system, so both stand after a
backslash: https://hl7.org/fhir/R4/search.html#escaping.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

_SPECIAL = re.compile(r"[\\,|$]")
_ESCAPED = re.compile(r"\\([\\,|$])")
_PART = re.compile(r"(?:[^\\,|]|\\.)*", re.DOTALL)


class Token(NamedTuple):
    """One search parameter, and what a resource must have to be found."""

    parameter: str
    system: str
    value: str


def written(token: Token) -> str:
    """The query of a search. Raises UnicodeEncodeError for half a character."""
    parts = (_SPECIAL.sub(r"\\\g<0>", part) for part in (token.system, token.value))
    return f"{token.parameter}={'|'.join(quote(part, safe=':/') for part in parts)}"


def read_token(criteria: str) -> Token | None:
    """What a query asks for, if it asks for one system and value and for nothing else."""
    parameter, _, query = criteria.partition("=")
    if "&" in query:
        return None
    text = unquote(query)
    system = _PART.match(text)
    if system is None or text[system.end() : system.end() + 1] != "|":
        return None
    value = _PART.fullmatch(text, system.end() + 1)
    if value is None:
        return None
    return Token(parameter, _ESCAPED.sub(r"\1", system[0]), _ESCAPED.sub(r"\1", value[0]))


def has_key(resource: dict[str, Any], criteria: str) -> bool:
    """Whether a resource satisfies a condition by identifier or tag; others are the server's."""
    token = read_token(criteria)
    if token is None:
        return True
    if token.parameter == "identifier":
        items, code = resource.get("identifier"), "value"
    elif token.parameter == "_tag":
        meta = resource.get("meta")
        items, code = meta.get("tag") if isinstance(meta, dict) else None, "code"
    else:
        return True
    return any(
        isinstance(item, dict)
        and (item.get("system") or "") == token.system
        and item.get(code) == token.value
        for item in (items if isinstance(items, list) else [items])
    )
