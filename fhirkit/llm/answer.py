"""Reads what the model answered. No I/O: bytes in, quotes and links out."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass

from fhirkit.errors import Refused

#: More quotes or links than these no report holds; the rest is not looked at.
MOST = 1_000
_LONGEST_NAME, _LONGEST_PASSAGE = 200, 2_000
_ASIDE = re.compile(r"\A\s*<think>.*?</think>", re.DOTALL)
_FENCED = re.compile(r"```\w*\s*\n(.*?)```", re.DOTALL)


@dataclass(frozen=True, slots=True, order=True)
class Quote:
    """Words the model says stand in the text, and within which longer passage, if it says so."""

    kind: str
    words: str
    context: str
    id: str


@dataclass(frozen=True, slots=True, order=True)
class Link:
    """Ids of quotes that belong together; ``words`` is the id of the words that say so, or empty."""

    kind: str
    one: str
    of: str
    words: str


@dataclass(frozen=True, slots=True)
class Answer:
    """Quotes and links, sorted and each once; ``unread`` is how many items were neither."""

    quotes: tuple[Quote, ...]
    links: tuple[Link, ...]
    unread: int


def read_answer(body: bytes) -> Answer:
    """The quotes and links in the answer of a chat-completions server.

    Whatever else the answer holds is left unread. Raises Refused where there is no JSON
    object with a list of quotes.
    """
    given = _object(_content(body))
    quotes, links = given.get("quotes"), given.get("links", [])
    if not isinstance(quotes, list):
        raise Refused("the answer holds no list of quotes")
    if not isinstance(links, list):
        links = [links]
    read_quotes = [_quote(item) for item in quotes[:MOST]]
    read_links = [_link(item) for item in links[:MOST]]
    found = sorted({q for q in read_quotes if q is not None})
    unread = (
        max(len(quotes) - MOST, 0)
        + max(len(links) - MOST, 0)
        + sum(item is None for item in (*read_quotes, *read_links))
    )
    return Answer(
        _with_own_ids(found), tuple(sorted({link for link in read_links if link})), unread
    )


def _with_own_ids(quotes: list[Quote]) -> tuple[Quote, ...]:
    """An id that several quotes share is none: which one a link means cannot be told."""
    uses = Counter(quote.id for quote in quotes)
    return tuple(
        quote if uses[quote.id] == 1 else Quote(quote.kind, quote.words, quote.context, "")
        for quote in quotes
    )


def _content(body: bytes) -> str:
    try:
        content = json.loads(body)["choices"][0]["message"]["content"]
    except (ValueError, LookupError, TypeError, RecursionError):
        raise Refused("the answer has not the form of chat completions") from None
    if not isinstance(content, str):
        raise Refused("the answer holds no text")
    return content


def _object(content: str) -> dict[str, object]:
    """The JSON object in the model's words, which may stand in a code block or between prose."""
    content = _ASIDE.sub("", content, count=1)
    fenced = _FENCED.search(content)
    candidates = [content, fenced.group(1) if fenced else ""]
    candidates.append(content[content.find("{") : content.rfind("}") + 1])
    for candidate in candidates:
        try:
            value = json.loads(candidate)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict):
            return value
    raise Refused("the answer holds no JSON object")


def _quote(item: object) -> Quote | None:
    if not isinstance(item, dict):
        return None
    kind, words = _word(item.get("kind")), _text(item.get("quote"))
    context = _text(item.get("context"))
    longest = _LONGEST_PASSAGE if kind == "words" else _LONGEST_NAME
    if not kind or not words or len(words) > longest or len(context) > _LONGEST_PASSAGE:
        return None
    return Quote(kind, words, context, _id(item.get("id")))


def _link(item: object) -> Link | None:
    if not isinstance(item, dict):
        return None
    kind, one, of = _word(item.get("kind")), _id(item.get("from")), _id(item.get("to"))
    return Link(kind, one, of, _id(item.get("words"))) if kind and one and of else None


def _word(value: object) -> str:
    return value.strip().lower() if isinstance(value, str) else ""


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _id(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if abs(value) < 10**9 else ""
    return value.strip() if isinstance(value, str) and len(value) <= _LONGEST_NAME else ""
