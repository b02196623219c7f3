"""Whether a server holds what it was sent: two resources in, paths out; no I/O.

What a server adds is its own affair. What it lacks or holds otherwise is told as a path and a
word, never with a value: values are the patient's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

MISSING, DIFFERENT = "missing", "different"

# The server's own, wherever it stands at the top of a resource.
_OF_THE_SERVER = frozenset({"versionId", "lastUpdated"})
_UNORDERED = frozenset({"profile", "security", "tag"})
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]{0,63}")
# A decimal as fhirkit.push.exact reads it.
_DIGITS = re.compile("\udc00digits:(-?[0-9]+(?:[.][0-9]+)?(?:[eE][+-]?[0-9]{1,9})?)")
_ABSENT = object()


@dataclass(frozen=True, slots=True)
class Comparison:
    """What became of the elements that were sent, as paths.

    ``differences`` are lacking or hold something else. ``less_precise`` are decimals of the
    same value with other digits, 0.4 for 0.40: the digits tell how exactly something was
    measured, but servers that keep numbers as such lose them without losing data, so they are
    told apart. Only numbers read with their digits can be told: as Decimal, or by
    :func:`fhirkit.push.exact.read_exact`.
    """

    differences: tuple[str, ...]
    less_precise: tuple[str, ...]


def differences(
    sent: Mapping[str, Any], stored: object, *, references: Mapping[str, str], base: str = ""
) -> list[str]:
    """The elements of ``sent`` that ``stored`` lacks or holds otherwise, each with a word.

    ``references`` leads from the addresses within the bundle, ``urn:uuid:...``, to ``Type/id``
    on the server; ``base`` is the server's address, so that its absolute references are known.
    """
    return list(compare(sent, stored, references=references, base=base).differences)


def compare(
    sent: Mapping[str, Any], stored: object, *, references: Mapping[str, str], base: str = ""
) -> Comparison:
    """The same, with the decimals that lost digits beside it."""
    kind = sent.get("resourceType")
    root = _Path(None, kind if isinstance(kind, str) and _NAME.fullmatch(kind) else "Resource")
    if not isinstance(stored, Mapping) or stored.get("resourceType") != kind:
        return Comparison((f"{root.text()}: {DIFFERENT}",), ())
    places = _Places(references, base.rstrip("/"))
    return _walked([*_top(root, sent, stored, places)][::-1], places)


class _Path(NamedTuple):
    """An element by its parent; paths are written out only where something is found."""

    parent: _Path | None
    label: str

    def text(self) -> str:
        labels = []
        place: _Path | None = self
        while place is not None:
            labels.append(place.label)
            place = place.parent
        return "".join(reversed(labels))


class _Pair(NamedTuple):
    """An element as it was sent and as it is stored; ``name`` is its name in the JSON."""

    path: _Path
    name: str
    sent: object
    stored: object


@dataclass(frozen=True, slots=True)
class _Places:
    """Where things are on the server."""

    references: Mapping[str, str]
    base: str

    def same_reference(self, sent: str, stored: str) -> bool:
        """Whether two references lead to the same resource."""
        target = self._relative(self.references.get(sent, sent))
        kind, question, _ = target.partition("?")
        if question:  # the server looks for it and writes down what it finds
            return self._relative(stored) == target or self._relative(stored).startswith(f"{kind}/")
        return self._relative(stored) == target

    def same_address(self, sent: str, stored: str) -> bool:
        """Whether another address is the same: servers may resolve it, but need not."""
        return sent == stored or (sent in self.references and self.same_reference(sent, stored))

    def _relative(self, reference: str) -> str:
        return reference.removeprefix(f"{self.base}/") if self.base else reference


def _walked(pairs: list[_Pair], places: _Places) -> Comparison:
    """Takes pair by pair: a stack of its own, so that no nesting is too deep."""
    found: list[str] = []
    less_precise: list[str] = []
    while pairs:
        pair = pairs.pop()
        if pair.stored is _ABSENT:
            found.append(f"{pair.path.text()}: {MISSING}")
        elif isinstance(pair.sent, Mapping) and isinstance(pair.stored, Mapping):
            pairs += reversed(list(_members(pair.path, pair.sent, pair.stored)))
        elif isinstance(pair.sent, list) and isinstance(pair.stored, list):
            items = _items(pair, pair.sent, pair.stored)
            if items is None:
                found.append(f"{pair.path.text()}: {DIFFERENT}")
            else:
                pairs += reversed(items)
        elif not _same(pair, places):
            found.append(f"{pair.path.text()}: {DIFFERENT}")
        elif _fewer_digits(pair.sent, pair.stored):
            less_precise.append(pair.path.text())
    return Comparison(tuple(dict.fromkeys(found)), tuple(less_precise))


def _top(
    root: _Path, sent: Mapping[str, Any], stored: Mapping[str, Any], places: _Places
) -> Iterator[_Pair]:
    """The elements of the resource itself: its id is the server's, its meta is shared."""
    for pair in _members(root, sent, stored):
        if pair.name == "meta" and isinstance(pair.sent, Mapping):
            held = pair.stored if isinstance(pair.stored, Mapping) else {}
            yield from _meta(pair.path, pair.sent, held, places)
        elif pair.name != "id":
            yield pair


def _meta(
    path: _Path, sent: Mapping[str, Any], stored: Mapping[str, Any], places: _Places
) -> Iterator[_Pair]:
    for pair in _members(path, sent, stored):
        if pair.name in _UNORDERED and isinstance(pair.sent, list):
            held = pair.stored if isinstance(pair.stored, list) else []
            yield from _lacking(pair, pair.sent, held, places)
        elif pair.name == "source" and isinstance(pair.stored, str):
            # HAPI appends "#" and the number of the request.
            if pair.stored.partition("#")[0] != str(pair.sent).partition("#")[0]:
                yield pair
        elif pair.name not in _OF_THE_SERVER:
            yield pair


def _lacking(pair: _Pair, sent: list[Any], stored: list[Any], places: _Places) -> Iterator[_Pair]:
    """The labels that are on the resource no longer, wherever among others they stand."""
    for number, item in enumerate(sent):
        if item is None:
            continue
        path = _Path(pair.path, f"[{number}]")
        pairs = (_Pair(path, pair.name, item, other) for other in stored)
        if not any(not _walked([each], places).differences for each in pairs):
            yield _Pair(path, pair.name, item, _ABSENT)


def _members(path: _Path, sent: Mapping[str, Any], stored: Mapping[str, Any]) -> Iterator[_Pair]:
    for name, value in sent.items():
        if _says_nothing(value):
            continue
        label = name.removeprefix("_")  # both halves of a primitive are one element
        place = _Path(path, f".{label if _NAME.fullmatch(label) else '?'}")
        held = stored.get(name)
        if held is None or held == []:
            held = _emptied(value) if name.startswith("_") else _ABSENT
        yield _Pair(place, name, value, held)


def _emptied(value: object) -> object:
    """Stands for the extensions of a primitive that is stored without: they are what is missing."""
    if isinstance(value, Mapping):
        return {}
    return [{} for _ in _trimmed(value)] if isinstance(value, list) else _ABSENT


def _items(pair: _Pair, sent: list[Any], stored: list[Any]) -> list[_Pair] | None:
    """The items two by two; None if there are more or fewer, as then none has its place."""
    asked, held = _trimmed(sent), _trimmed(stored)
    if len(asked) != len(held):
        return None
    return [
        _Pair(_Path(pair.path, f"[{number}]"), pair.name, one, _ABSENT if other is None else other)
        for number, (one, other) in enumerate(zip(asked, held, strict=True))
        if one is not None
    ]


def _trimmed(items: list[Any]) -> list[Any]:
    """Without the nulls at the end, which only hold the place of what the other half has."""
    end = len(items)
    while end and items[end - 1] is None:
        end -= 1
    return items[:end]


def _says_nothing(value: object) -> bool:
    if isinstance(value, list):
        return all(item is None for item in value)
    return value is None or (isinstance(value, Mapping) and not value)


def _same(pair: _Pair, places: _Places) -> bool:
    one, other = _number(pair.sent), _number(pair.stored)
    if one is not None and other is not None:
        return one == other
    if not isinstance(pair.sent, str) or not isinstance(pair.stored, str):
        return type(pair.sent) is type(pair.stored) and pair.sent == pair.stored
    if pair.name == "reference":
        return places.same_reference(pair.sent, pair.stored)
    if pair.name == "div":
        return pair.sent == pair.stored or _markup(pair.sent, places) == _markup(
            pair.stored, places
        )
    return places.same_address(pair.sent, pair.stored)


def _number(value: object) -> Decimal | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, Decimal):
        return value
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, float):
        return Decimal(repr(value))
    digits = _DIGITS.fullmatch(value) if isinstance(value, str) else None
    return Decimal(digits[1]) if digits else None


def _fewer_digits(sent: object, stored: object) -> bool:
    if isinstance(sent, float) or isinstance(stored, float):
        return False  # read without their digits
    one, other = _number(sent), _number(stored)
    return one is not None and other is not None and one.as_tuple() != other.as_tuple()


def _markup(div: str, places: _Places) -> list[object]:
    reader = _Markup(places)
    try:
        reader.feed(div)
        reader.close()
    except AssertionError:  # how the parser says that "<![x" is no markup
        return [*div.split()]
    return reader.parts


class _Markup(HTMLParser):
    """A narrative as its tags and words, whatever space and order of attributes it has."""

    def __init__(self, places: _Places) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[object] = []
        self._places = places

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A tag with its attributes in one order; links to the bundle as links to the server."""
        shown = sorted((name, self._link(value)) for name, value in attrs if name != "xmlns")
        self.parts.append((tag, shown))

    def handle_endtag(self, tag: str) -> None:
        """The end of a tag; ``<br/>`` has one too."""
        self.parts.append(tag)

    def handle_data(self, data: str) -> None:
        """Words, one by one."""
        self.parts += [("", word) for word in data.split()]

    def _link(self, value: str | None) -> str:
        return self._places.references.get(value or "", value or "")
