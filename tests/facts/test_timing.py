from __future__ import annotations

import pytest

from fhirkit.facts.timing import TimePhrase, offset_quantity, time_phrases
from reading import narrative


def phrases(text: str) -> list[TimePhrase]:
    """The times of a text."""
    return time_phrases(narrative(text))


@pytest.mark.parametrize(
    ("text", "words", "form", "value"),
    [
        pytest.param("came eight months after it", "eight months after", "after", "8 mo", id="after"),
        pytest.param("came 3 weeks following it", "3 weeks following", "after", "3 wk", id="following"),
        pytest.param("Two years later it", "Two years later", "later", "2 a", id="later"),
        pytest.param("a year later it", "a year later", "later", "1 a", id="article"),
        pytest.param("six hours earlier it", "six hours earlier", "ago", "6 h", id="earlier"),
        pytest.param("ten days ago it", "ten days ago", "ago", "10 d", id="ago"),
        pytest.param("two days before the visit", "two days before", "before", "2 d", id="before"),
        pytest.param("a week prior to it", "a week prior to", "before", "1 wk", id="prior-to"),
        pytest.param("a 12-year history of it", "12-year history", "history", "12 a", id="history"),
        pytest.param("it went on for 12 days.", "12 days", "duration", "12 d", id="for"),
        pytest.param("the day after it", "the day after", "after", "1 d", id="the-day-after"),
        pytest.param("one day later it", "one day later", "later", "1 d", id="one-day"),
        pytest.param("an hour after it", "an hour after", "after", "1 h", id="an-hour"),
        pytest.param("a couple of weeks after it", "a couple of weeks after", "after", "2 wk", id="couple"),
        pytest.param("1.5 years later it", "1.5 years later", "later", "1.5 a", id="decimal"),
        pytest.param("about five weeks after it", "about five weeks after", "after", "5 wk", id="about"),
        pytest.param("several weeks later it", "several weeks later", "later", None, id="vague"),
        pytest.param("a few days after it", "a few days after", "after", None, id="few"),
        pytest.param("3-4 weeks after it", "3-4 weeks after", "after", None, id="range"),
        pytest.param("three to four weeks after it", "three to four weeks after", "after", None, id="range-words"),
        pytest.param("on hospital day 3 she", "on hospital day 3", "day", "3 d", id="day"),
        pytest.param("twenty-one days after it", "twenty-one days after", "after", "21 d", id="twenty-one"),
    ],
)  # fmt: skip
def test_relative_times(text: str, words: str, form: str, value: str | None) -> None:
    """The distance and its direction; a vague one has no number."""
    story = narrative(text)
    (phrase,) = time_phrases(story)
    assert story.view.text[phrase.start : phrase.end].strip() == words
    assert phrase.form == form
    offset = offset_quantity(story, phrase)
    assert (f"{offset.digits} {offset.ucum}" if offset else None) == value


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("the day was long", id="the-day"),
        pytest.param("in the same year it", id="same-year"),
        pytest.param("day by day", id="day-by-day"),
        pytest.param("at the end of the week", id="end-of-week"),
        pytest.param("she may go", id="may"),
        pytest.param("a day-care ward of ours", id="day-care"),
        pytest.param("minimal change", id="min"),
        pytest.param("EDSS 3.5", id="score"),
    ],
)
def test_words_of_time_without_a_distance(text: str) -> None:
    """No count, no time."""
    assert [p for p in phrases(text) if p.digits] == []


def test_a_score_is_no_part_of_the_time_behind_it() -> None:
    """ "score 3.5 two years later" is two years, not five and a half."""
    (phrase,) = phrases("with a score of 3.5 two years later.")
    assert (phrase.digits, phrase.ucum) == ("2", "a")


def test_the_offset_points_at_its_words() -> None:
    """Count and unit are the span of the distance."""
    text = "She fell ill eight\nmonths after it."
    story = narrative(text)
    (phrase,) = time_phrases(story)
    offset = offset_quantity(story, phrase)
    assert offset is not None
    assert offset.span.text == "eight\nmonths"
