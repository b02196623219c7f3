"""HTML as text that is escaped unless it says that it is HTML."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

# A parser drops or changes these: NUL, a carriage return, half a surrogate pair.
_LOST = re.compile("[\x00\r\ud800-\udfff]")
_VOID = frozenset({"meta", "link", "input", "br", "hr"})


class Html(str):
    """A piece of HTML that is safe to be put into a page as it is."""

    __slots__ = ()


EMPTY = Html("")


def escaped(text: str) -> Html:
    """``text`` as HTML that shows it, in an element or in an attribute.

    What a parser gives back is the same characters, but for NUL and halves of surrogate pairs:
    HTML has neither, and U+FFFD stands for each.
    """
    if type(text) is Html:
        return text
    made = html.escape(text)
    return Html(_LOST.sub(_kept, made) if _LOST.search(made) else made)


def _kept(found: re.Match[str]) -> str:
    return "&#13;" if found[0] == "\r" else "\ufffd"


def element(name: str, *content: str, **attributes: str | bool | None) -> Html:
    """An element; what of ``content`` is not :class:`Html` is escaped, and so are attributes.

    An attribute that is None or False is left out, True stands without a value. In the names of
    attributes ``_`` stands for ``-``, at the end for nothing (``class_``).

    >>> element("a", "1 < 2", href="#x", class_="m", hidden=True)
    '<a href="#x" class="m" hidden>1 &lt; 2</a>'
    """
    opening = name + "".join(_attribute(key, value) for key, value in attributes.items())
    if name in _VOID:
        return Html(f"<{opening}>")
    return Html(f"<{opening}>{''.join(map(escaped, content))}</{name}>")


def _attribute(name: str, value: object) -> str:
    if value is None or value is False:
        return ""
    name = name.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escaped(str(value))}"'


def joined(parts: Iterable[str], between: str = "") -> Html:
    """``parts`` one after the other, each escaped unless it is :class:`Html`."""
    return Html(escaped(between).join(map(escaped, parts)))
