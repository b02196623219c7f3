from __future__ import annotations

import pytest

from facts_builder import Story
from fhirkit.mappers.wording import Wording


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        pytest.param("plain words", "plain words", "plain words", id="plain"),
        pytest.param("two\r\nlines", "two\r\nlines", "two lines", id="hard wrap"),
        pytest.param(
            "leukoence-\nphalopathy",
            "leukoence-\nphalopathy",
            "leukoencephalopathy",
            id="split word",
        ),
        pytest.param(
            "relapsing disease, remitting course: relapsing-\nremitting form",
            "relapsing-\nremitting",
            "relapsing-remitting",
            id="hyphen of the word",
        ),
        pytest.param("fever [4, 5] and", "fever [4, 5] and", "fever and", id="citation"),
    ],
)
def test_words_in_one_line(text: str, words: str, expected: str) -> None:
    """Marks of print go, words stay."""
    story = Story(text.replace(words, f"[[{words}]]"))
    assert Wording(story.text).of(story(words)) == expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        pytest.param("[[12 mg]] of it [[daily]]", "12 mg of it daily", id="near"),
        pytest.param("[[12 mg]]. Then [[daily]]", "12 mg, daily", id="sentence between"),
        pytest.param("[[12 mg]]" + " far" * 12 + " [[daily]]", "12 mg, daily", id="far"),
    ],
)
def test_phrase_of_near_words_is_what_stands_there(marked: str, expected: str) -> None:
    """The order of the text, whatever the order asked for."""
    story = Story(marked)
    assert Wording(story.text).phrase([story("daily"), None, story("12 mg")]) == expected


def test_phrase_of_overlapping_words() -> None:
    """Nothing is said twice."""
    story = Story("[[12 mg [[daily]]]] then")
    assert Wording(story.text).phrase([story("12 mg daily"), story("daily")]) == "12 mg daily"


def test_sentences_get_the_stop_a_span_left_out() -> None:
    """Between them only."""
    story = Story("[[It grew]]. [[It fell.]] [[It stayed]].")
    spans = [story("It grew"), story("It fell."), story("It stayed")]
    assert Wording(story.text).sentences(spans) == "It grew. It fell. It stayed"
