from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhirkit.push.tokens import Token, read_token, written

TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@pytest.mark.parametrize(
    ("token", "criteria"),
    [
        (Token("identifier", "urn:x", "1"), "identifier=urn:x|1"),
        (Token("_tag", "http://x/y", "a b"), "_tag=http://x/y|a%20b"),
        (Token("identifier", "urn:x", "a,b"), "identifier=urn:x|a%5C%2Cb"),
        (Token("identifier", "http://x|2", "a|b"), "identifier=http://x%5C%7C2|a%5C%7Cb"),
        (Token("identifier", "urn:x", "a&b=c"), "identifier=urn:x|a%26b%3Dc"),
        (Token("identifier", "urn:x", "5$\\"), "identifier=urn:x|5%5C%24%5C%5C"),
    ],
)
def test_what_has_a_meaning_in_a_search_is_escaped(token: Token, criteria: str) -> None:
    """A server sees one system and one value."""
    assert written(token) == criteria
    assert read_token(criteria) == token


@given(st.sampled_from(["identifier", "_tag"]), TEXT, TEXT)
def test_any_text_is_read_as_it_was_written(parameter: str, system: str, value: str) -> None:
    """Whatever stands in it."""
    token = Token(parameter, system, value)
    assert read_token(written(token)) == token


@pytest.mark.parametrize(
    "criteria",
    [
        "",
        "identifier",
        "identifier=1",
        "identifier=urn:x|1,urn:x|2",
        "identifier=urn:x|1|2",
        "identifier=urn:x|1&active=true",
        "_id=5",
        "identifier=urn:x|a\\",
    ],
)
def test_other_searches_are_no_token(criteria: str) -> None:
    """What they find is the server's to say."""
    assert read_token(criteria) is None


def test_a_bar_may_be_escaped_for_the_address() -> None:
    """It ends the system all the same."""
    assert read_token("identifier=urn:x%7C1") == Token("identifier", "urn:x", "1")
