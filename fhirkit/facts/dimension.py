"""Whether a unit measures the same kind of thing as another."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_VOLUME = re.compile(r"^(?:[dcmun]?L|mm3|cm3|\{?HPF\}?|\[HPF\])$")
_MASS = re.compile(r"^(?:[kmunp]?g)$")
_AMOUNT = re.compile(r"^(?:[mun p]?mol|m?eq)$")
_ACTIVITY = re.compile(r"^(?:[kmu]?U|[kmu]?\[IU\]|\[iU\]|u\[IU\]|[a-z]?kat)$")
_COUNT = re.compile(r"^(?:10\*\d+|\{[a-zA-Z ]+\}|)$")


@cache
def dimension(ucum: str) -> str:
    """A name for what a UCUM code measures; an unknown code is its own dimension."""
    top, _, bottom = ucum.partition("/")
    if bottom:
        return f"{_part(top)}/{_bottom(bottom)}"
    return _part(top)


def _bottom(bottom: str) -> str:
    return "/".join("volume" if _VOLUME.match(p) else p for p in bottom.split("/"))


def _part(part: str) -> str:
    for name, pattern in (
        ("mass", _MASS),
        ("amount", _AMOUNT),
        ("activity", _ACTIVITY),
        ("count", _COUNT),
    ):
        if pattern.match(part):
            return name
    return part


_LIKE = {
    # Mass and amount of substance measure one analyte in two systems of units.
    "amount/volume": "mass/volume",
    "count/volume": "count/volume",
}


def same_kind(one: str, other: str) -> bool:
    """Whether two UCUM codes can give one value in two systems of units."""
    kinds = [_LIKE.get(dimension(code), dimension(code)) for code in (one, other)]
    return kinds[0] == kinds[1]


def fits(ucum: str, allowed: Iterable[str]) -> bool:
    """Whether a value in ``ucum`` can be meant where ``allowed`` units are usual."""
    mine = _LIKE.get(dimension(ucum), dimension(ucum))
    return any(_LIKE.get(dimension(a), dimension(a)) == mine for a in allowed)
