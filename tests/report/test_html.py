"""HTML that is escaped unless it says that it is HTML."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhirkit.report.html import Html, element, escaped, joined


class _Reader(HTMLParser):
    """Collects what a parser takes for text, tags and attributes."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.tags: list[str] = []
        self.attributes: dict[str, str | None] = {}

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.update(attrs)


def read(html: str) -> _Reader:
    """What a parser makes of it."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader


@given(st.text())
def test_any_text_comes_back_as_it_was(text: str) -> None:
    """A parser gives back the same characters; only NUL and half surrogates are replaced."""
    found = read(element("p", text, title=text))
    expected = "".join("\ufffd" if c == "\0" or "\ud800" <= c <= "\udfff" else c for c in text)
    assert found.tags == ["p"]
    assert found.text == expected
    assert found.attributes["title"] == expected


@pytest.mark.parametrize("lost", ["\0", "\udfff"])
def test_what_html_cannot_hold_is_shown_as_replaced(lost: str) -> None:
    """One character stands for one, so that offsets hold."""
    assert escaped(f"a{lost}b") == "a\ufffdb"


def test_a_carriage_return_survives() -> None:
    """A parser would make a line feed of it, and offsets would shift."""
    assert escaped("a\r\nb") == "a&#13;\nb"


def test_html_is_not_escaped_twice() -> None:
    """What is HTML already stays as it is, inside elements too."""
    inner = element("b", "<1>")
    assert element("p", inner, "<2>") == "<p><b>&lt;1&gt;</b>&lt;2&gt;</p>"
    assert escaped(inner) is inner


def test_joining_makes_no_html_of_text() -> None:
    """Neither the parts nor what stands between them is trusted."""
    assert joined(["<a>", Html("<br>")], " & ") == "&lt;a&gt; &amp; <br>"


def test_attributes_that_are_not_there_are_left_out() -> None:
    """None and False leave an attribute out, True writes its name only."""
    made = element("input", type="text", hidden=True, disabled=False, id=None)
    assert made == '<input type="text" hidden>'
