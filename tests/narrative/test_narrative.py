from __future__ import annotations

import pytest

from reading import narrative


def sentences(text: str) -> list[str]:
    """The sentences of a text as its view shows them."""
    found = narrative(text)
    return [found.view.text[s.start : s.end].strip() for s in found.sentences]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        pytest.param("She had fever. She took aspirin. It helped!", 3, id="plain"),
        pytest.param("Sodium was 131.5 mmol/L. It rose.", 2, id="decimal"),
        pytest.param("It was given (Fig. 2) twice. It helped.", 2, id="figure"),
        pytest.param("Dr. Adams saw her with Mr. Brown in May.", 1, id="titles"),
        pytest.param("A pump vs. Tablets were tried in the ward.", 1, id="versus"),
        pytest.param("She took vitamin D. She felt well after that.", 2, id="vitamin-letter"),
        pytest.param("The organism was E. Coli as named by the ward.", 1, id="initial"),
        pytest.param("Fever persisted in May 2014. Three weeks later it was gone.", 2, id="year"),
        pytest.param("The dose was 5 mg. 12 days later it was 6 mg.", 2, id="digit-begins"),
        pytest.param("It fell.Then it rose again in the same week.", 2, id="lost-space"),
        pytest.param("Was it the drug? (She had stopped it.) Nobody knew.", 3, id="question"),
        pytest.param("She had fever [3]. She took aspirin [4,5]. It helped.", 3, id="citations"),
        pytest.param("It was normal.1 Then it rose to new heights.2 It fell.", 3, id="superscripts"),
        pytest.param("i.v. Saline was given e.g. To her and others.", 1, id="abbreviations"),
    ],
)  # fmt: skip
def test_sentences(text: str, count: int) -> None:
    """A stop ends a sentence unless it belongs to a number or an abbreviation."""
    assert len(sentences(text)) == count, sentences(text)


def test_sentences_know_their_words_and_paragraph() -> None:
    """Word numbers are half-open, paragraphs count blocks, indexes count sentences."""
    found = narrative(
        "She had a fever that day. It went away again soon.\n\nShe took no drug at all."
    )
    assert [s.index for s in found.sentences] == [0, 1, 2]
    assert [s.paragraph for s in found.sentences] == [0, 0, 1]
    first = found.sentences[0]
    assert found.words[first.first_word : first.last_word][:4] == ["she", "had", "a", "fever"]
    assert found.sentences[1].first_word == first.last_word


def test_the_sentence_and_the_word_at_an_offset() -> None:
    """The nearest sentence before, the first word not before."""
    found = narrative("She had a fever that day. It went away again soon.")
    at = found.view.text.index("went")
    assert found.sentence_at(at).index == 1
    assert found.words[found.word_at(at)] == "went"
    assert found.words[found.word_at(at - 1)] == "went"


def test_text_is_as_given() -> None:
    """The narrative keeps what it was made from."""
    text = "A neutro-\r\npenia [2]\u00a0came.\x0c"
    assert narrative(text).text == text


@pytest.mark.parametrize(
    "text", [pytest.param("", id="empty"), pytest.param(" \r\n\t", id="blank")]
)
def test_no_words_no_sentences(text: str) -> None:
    """White space says nothing."""
    assert narrative(text).sentences == ()


def test_rows_are_sentences() -> None:
    """Each row of a list or table stands for itself."""
    text = "- fever for two days\n- no cough\n- sodium 131 mmol/L"
    assert sentences(text) == text.split("\n")


def test_a_line_end_inside_a_sentence_is_a_space() -> None:
    """Hard wraps do not end sentences."""
    assert len(sentences("She had a fever\nthat went away\nafter three days.")) == 1
