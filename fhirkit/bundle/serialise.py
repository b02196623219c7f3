"""A resource as JSON text: the same bytes every time, numbers with their digits."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from fhirkit.mappers.grounding import URL as GROUNDING
from fhirkit.mappers.quantity import Digits

if TYPE_CHECKING:
    from fhirkit.mappers.context import Resource

# json writes a float as float.__repr__ does, whatever its class says. Numbers that need other
# digits go through it as strings with this mark, which then comes off together with the quotes.
# No text can hold the mark by itself: half a surrogate pair has no UTF-8 form.
_MARK = "\udc00digits:"
_MARKED = re.compile('"\udc00digits:([0-9.eE+-]+)"')

_LOOKED_INTO = frozenset({dict, list, Digits})
# What R4 gives no room for a decimal, left out because there is so much of it.
_NO_DECIMALS = frozenset({"coding", "identifier", "meta", "request", "subject", "text"})


def to_json(resource: Resource, *, indent: int | None = None) -> str:
    """``resource`` as JSON on one line (or indented), ending with a newline.

    Keys stay in the order of the resource, text is not escaped beyond what JSON needs. Lone
    surrogates cannot be written as UTF-8 and are the caller's to avoid.
    """
    marked = _marked(resource)
    text = json.dumps(
        marked,
        ensure_ascii=False,
        check_circular=False,
        indent=indent,
        separators=(",", ":") if indent is None else None,
    )
    if marked is not resource:
        text = _MARKED.sub(r"\1", text)
    return text + "\n"


def _marked(node: Any) -> Any:
    """``node`` with every Digits as a marked string; the same object if there is none."""
    if type(node) is Digits:
        return _MARK + str(node)
    made: Any = None
    for key, value in node.items() if type(node) is dict else enumerate(node):
        kind = type(value)
        if kind is str or kind not in _LOOKED_INTO or key in _NO_DECIMALS:
            continue
        if kind is dict and ("reference" in value or value.get("url") == GROUNDING):
            continue
        new = _marked(value)
        if new is not value:
            made = node.copy() if made is None else made
            made[key] = new
    return node if made is None else made
