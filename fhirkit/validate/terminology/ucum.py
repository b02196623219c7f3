"""Whether a code is a unit of UCUM, by its grammar and its table of units.

The grammar is exhibit 1 of the specification, over the symbols of ``ucum-essence.xml``: UCUM's own
table as it is published, since its licence lets it be passed on unchanged only. Where the
specification's text, its functional tests or HL7's validator allow more than the exhibit, so do
we: a number or a term in parentheses may carry an annotation (``1{c}``, ``(m/s){peak}``), a term
in parentheses may begin with a solidus, and an annotation may have spaces, as those in R4's own
list of common units do (``{# of fetuses}``). What an expression means is not judged: ``Cel/min``
is well formed, though no special unit can be divided.

Source: The Unified Code for Units of Measure, §§6 to 11, https://ucum.org/ucum.
"""

from __future__ import annotations

import csv
import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from fhirkit._definitions import FOLDER

if TYPE_CHECKING:
    from collections.abc import Mapping

_ANNOTATION = re.compile(r"\{[^{}]*\}")
#: Brackets belong to a symbol with whatever they enclose: "B[10.nV]", "[m/s2/Hz^(1/2)]".
_PART = re.compile(
    r"""
      (?P<solidus> / )
    | (?P<dot> \. )
    | (?P<symbol> 10[*^] | (?: [^\s./(){}\[\]0-9+\-] | \[ [^\s\[\]{}]* \] )+ )
      (?: [+-]? [0-9]+ )? (?: \{ [\ !-z|~]* \} )?
    | (?P<number> [0-9]+ ) (?: \{ [\ !-z|~]* \} )?
    | (?P<annotation> \{ [\ !-z|~]* \} )
    | (?P<open> \( )
    | (?P<close> \) ) (?: \{ [\ !-z|~]* \} )?
    | (?P<stray> . )
    """,
    re.VERBOSE | re.DOTALL,
)

_OPERAND = frozenset({"symbol", "number", "annotation", "open"})
_OPERATOR = frozenset({"solidus", "dot", "close"})
#: What may follow what. A code begins as a term in parentheses does.
_FOLLOWERS: Mapping[str, frozenset[str]] = {
    "open": _OPERAND | {"solidus"},
    "solidus": _OPERAND,
    "dot": _OPERAND,
    "symbol": _OPERATOR,
    "number": _OPERATOR,
    "annotation": _OPERATOR,
    "close": _OPERATOR,
}
_DEEPER = {"open": 1, "close": -1}

_DEFINED = re.compile(r'<(prefix|base-unit|unit)\s[^>]*?\bCode="([^"]+)"([^>]*)>')
_LONGEST_SHOWN = 24
_LONGEST_KEPT = 100


class _Table(NamedTuple):
    """The prefixes, the atoms that take none, and all symbols there are, prefixed ones too."""

    prefixes: tuple[str, ...]
    unprefixed: frozenset[str]
    symbols: frozenset[str]


def fault(code: str) -> str | None:
    """What keeps ``code`` from being a UCUM code (case sensitive), in a few words.

    None where it is one. A code is "it" in these words: "it ends where a unit is expected".
    """
    # Long codes are none, and would only fill the memory.
    return _kept(code) if len(code) <= _LONGEST_KEPT else _fault(code)


def suggestion(code: str) -> str | None:
    """The UCUM code that a faulty one was probably meant for: "mm[Hg]" for "mmHg".

    The spellings of ``mappings/units.csv`` decide, for the code as a whole or for each unit in it
    ("mcg/kg/hr" is "ug/kg/h"). None where they do not tell.
    """
    parts = re.split(r"([./()])", code)
    meant = _spelt(code) or "".join(_spelt(part) or part for part in parts)
    return None if meant == code or fault(meant) else meant


def _spelt(written: str) -> str | None:
    from fhirkit._data import spelling_key

    exact, caseless = _spellings()
    key = spelling_key(written)
    return exact.get(key) or caseless.get(key.lower())


@cache
def _spellings() -> tuple[Mapping[str, str], Mapping[str, str]]:
    """The codes by spelling, and by spelling in lower case where that is enough."""
    from fhirkit._data import mapping_text, spelling_key, without_case

    rows = csv.DictReader(
        line for line in mapping_text("units").splitlines() if line and not line.startswith("#")
    )
    exact = {spelling_key(one): row["ucum"] for row in rows for one in row["written"].split("|")}
    return exact, without_case(exact)


def _fault(code: str) -> str | None:
    if any(letter.isspace() for letter in _ANNOTATION.sub("", code)):
        return "it has a space in it"  # and what else it has may be anybody's words
    symbols = _table().symbols
    depth, before = 0, "open"
    for part in _PART.finditer(code):
        kind = part.lastgroup or ""
        if kind == "symbol" and part["symbol"] not in symbols:
            return _unknown(part["symbol"])
        depth += _DEEPER.get(kind, 0)
        if kind not in _FOLLOWERS[before] or depth < 0:
            return _misplaced(kind, before, part[0])
        before = kind
    if before in ("solidus", "dot") or not code:
        return "it ends where a unit is expected" if code else "it is empty"
    return "a parenthesis is not closed" if depth else None


_kept = lru_cache(maxsize=4096)(_fault)


def _unknown(symbol: str) -> str:
    """Why a symbol is not in the table."""
    table = _table()
    for prefix in table.prefixes:
        if symbol.startswith(prefix) and symbol[len(prefix) :] in table.unprefixed:
            return f"{_shown(symbol[len(prefix) :])} takes no prefix"
    return f"{_shown(symbol)} is no unit of UCUM"


def _misplaced(kind: str, before: str, text: str) -> str:
    if kind == "stray":
        return _strayed(text)
    if kind == "close" and before not in ("open", "solidus", "dot"):
        return "a parenthesis is closed that was not opened"
    if kind in _OPERATOR:
        return f"a unit is missing before {_shown(text)}"
    return f"an operator is missing before {_shown(text)}"


def _strayed(text: str) -> str:
    if text.isspace():
        return "it has a space in it"
    if text in "{}":
        return "an annotation is nested, not closed or not ASCII"
    return f"{_shown(text)} has no place in it"


def _shown(text: str) -> str:
    return f"'{text}'" if len(text) <= _LONGEST_SHOWN else f"'{text[:_LONGEST_SHOWN]}...'"


@cache
def _table() -> _Table:
    """UCUM's table, read on the first question."""
    text = (FOLDER / "ucum-essence.xml").read_text("ascii")
    defined = _DEFINED.findall(text)
    prefixes = tuple(code for kind, code, _ in defined if kind == "prefix")
    metric = {
        code
        for kind, code, more in defined
        if kind == "base-unit" or (kind == "unit" and 'isMetric="yes"' in more)
    }
    unprefixed = {code for kind, code, _ in defined if kind == "unit"} - metric
    prefixed = {prefix + code for prefix in prefixes for code in metric}
    return _Table(prefixes, frozenset(unprefixed), frozenset(unprefixed | metric | prefixed))
