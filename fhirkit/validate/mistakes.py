"""What people and programs write for JSON that is none, told in words that help to mend it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from json import JSONDecodeError

_SPACE = " \t\r\n"
_CURLED = "'‘’‚“”„`´"
_NUMBER_SIGNS = "+.0123456789eExX"

_BAD_NUMBER = (
    "no number as JSON writes it: no plus, no leading zero, digits on both sides of the point"
)
_WORD = re.compile(r"[^\W\d_]")
_OTHER_WORDS = re.compile(r"True|False|None|undefined")

# Each starts as the message of Python's reader does; versions differ in what follows.
_MESSAGES = {
    "Expecting property name": "not JSON: a name in double quotes was expected",
    "Expecting ':'": "not JSON: a colon was expected after the name",
    "Expecting ','": "not JSON: a comma or a closing bracket was expected",
    "Expecting value": "not JSON: a value was expected",
    "Invalid control character": "not JSON: a line end, tab or other control character stands "
    "in a string as it is; it is written \\n, \\t or \\u00..",
    "Invalid \\": "not JSON: a backslash before a character that needs none",
    "Unterminated string": "not JSON: a string that does not end",
    "Extra data": "not JSON: text after the end of the document",
}


def mistake(text: str, error: JSONDecodeError) -> tuple[int, str]:
    """Where a document breaks, and why, without a word of it.

    Args:
        text: The document.
        error: What Python's reader said of it.

    Returns:
        The offset of the character that is wrong, and a message.
    """
    at = error.pos
    comma = _trailing_comma(text, at)
    if comma is not None:
        return comma, "not JSON: a comma after the last element"
    return at, _by_reader(text, at, error.msg)


def _trailing_comma(text: str, at: int) -> int | None:
    """Python 3.13 points to the comma, others to the bracket."""
    if text[at : at + 1] == ",":
        after = text[at + 1 :].lstrip(_SPACE)[:1]
        return at if after in ("}", "]") and not _opens(text, at) else None
    before = len(text[:at].rstrip(_SPACE)) - 1
    if text[at : at + 1] in ("}", "]") and text[before] == "," and not _opens(text, before):
        return before
    return None


def _opens(text: str, comma: int) -> bool:
    """Whether nothing stands between the opening bracket and the comma."""
    return text[:comma].rstrip(_SPACE)[-1:] in ("{", "[", ",", ":")


def _known(text: str, at: int, message: str) -> str | None:
    """What the sign tells that stands where another was expected."""
    sign = text[at : at + 1]
    if text.startswith(("//", "/*"), at) and message.startswith(("Expecting", "Extra")):
        return "not JSON: it has no comments"
    if not message.startswith(("Expecting value", "Expecting property name")):
        return None
    if sign and sign in _CURLED:
        return "not JSON: names and strings stand in straight double quotes"
    if _OTHER_WORDS.match(text, at):
        return "not JSON: the words are true, false and null, in lower case"
    if _WORD.match(text, at):
        return "not JSON: any word but true, false and null stands in double quotes"
    return None


def _by_reader(text: str, at: int, message: str) -> str:
    if message.startswith("Expecting") and not text[at:].strip(_SPACE):
        return "not JSON: the text ends before the document does"
    if _breaks_number(text, at, message):
        return f"not JSON: {_BAD_NUMBER}"
    if said := _known(text, at, message):
        return said
    found = (said for start, said in _MESSAGES.items() if message.startswith(start))
    return next(found, "not JSON")


def _breaks_number(text: str, at: int, message: str) -> bool:
    sign = text[at : at + 1]
    if message.startswith("Expecting value"):
        return sign in ("+", "-", ".") and text[at + 1 : at + 2] in ".0123456789}],"
    ends_number = text[at - 1 : at].isdigit() and text[at - 1 : at].isascii()
    return message.startswith("Expecting ','") and ends_number and sign in _NUMBER_SIGNS
