from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhirkit.narrative.view import BLANK, View, normalise
from fhirkit.narrative.words import fold

KNOWN = {
    fold(w)
    for w in "ocrelizumab infusion infusions antibody treatment high dose relapsing "
    "remitting neutropenia severe multiple".split()
}


def view(text: str) -> View:
    """The view of a text with a vocabulary of a few words."""
    return normalise(text, KNOWN.__contains__)


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        pytest.param("severe neutro-\npenia today", "severe neutropenia today", id="known-whole"),
        pytest.param("neutro-\r\npenia", "neutropenia", id="windows-line-end"),
        pytest.param("neutro- \n  penia", "neutropenia", id="blanks-around"),
        pytest.param("high-\ndose", "high-dose", id="both-halves-known"),
        pytest.param("relapsing-\nremitting", "relapsing-remitting", id="compound"),
        pytest.param("anti-\nCD20", "anti-CD20", id="capital-behind"),
        pytest.param("CNS-\ndirected", "CNS-directed", id="abbreviation-before"),
        pytest.param("interleukin-\n6", "interleukin-6", id="digit-behind"),
        pytest.param(
            "laparoscopy was done. A laparo-\nscopy", "laparoscopy was done. A laparoscopy",
            id="word-of-the-text-itself",
        ),
        pytest.param("quadri-\ncipital", "quadricipital", id="unknown-halves-are-joined"),
        pytest.param("135-145\nmmol", "135-145\nmmol", id="no-hyphen-at-the-end"),
        pytest.param("5-\n10 mg", "5-\n10 mg", id="range-over-a-line-end"),
    ],
)  # fmt: skip
def test_hyphens_at_line_ends(text: str, seen: str) -> None:
    """Vocabulary decides whether a hyphen at a line end belongs to the word."""
    assert view(text).text == seen


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        pytest.param("was given [4, 5].", "[4, 5]", id="brackets"),
        pytest.param("was given [12–15].", "[12–15]", id="bracket-range"),
        pytest.param("normal levels.1 However", "1", id="run-into-a-stop"),
        pytest.param("as shown,3,4 she", "3,4", id="run-into-a-comma"),
        pytest.param("in 2017.2 She", "2", id="behind-a-year"),
    ],
)
def test_citation_marks_become_blanks(text: str, gone: str) -> None:
    """A citation number is no number of the patient's; nothing moves when it goes."""
    found = view(text)
    at = text.rindex(gone)
    assert found.text == text[:at] + BLANK * len(gone) + text[at + len(gone) :]
    assert found.citations == (at,)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Sodium was 131.5 mmol/L", id="decimal"),
        pytest.param("pH 7.31 and", id="decimal-ph"),
        pytest.param("in 2017.", id="year-at-the-end"),
        pytest.param("CSF [protein] was", id="brackets-round-words"),
        pytest.param("5.5 to 6.0", id="scores"),
        pytest.param("a ratio of 2,1 ", id="decimal-comma"),
        pytest.param("[1234] copies", id="too-long-for-a-citation"),
    ],
)
def test_numbers_that_are_no_citations_stay(text: str) -> None:
    """Only what stands like a citation is taken for one."""
    assert view(text).text == text
    assert view(text).citations == ()


def test_an_address_in_the_middle_of_a_sentence_is_blanked() -> None:
    """A column of the page ran into the text; its words are no facts."""
    text = "the scan may be * Correspondence: a.person@example.org normal"
    assert "person" not in view(text).text
    assert len(view(text).text) == len(text)


def test_glued_words_come_apart_only_in_wrapped_print() -> None:
    """The space comes from the view; the span in the text is the glued letters."""
    text = "neutro-\npenia and remittingMS andsevere"
    found = view(text)
    assert found.text == "neutropenia and remitting MS and severe"
    at = found.text.index("MS")
    assert found.span(at, at + 2).text == "MS"
    assert view("remittingMS").text == "remittingMS"


@pytest.mark.parametrize(
    ("text", "words", "original"),
    [
        pytest.param("x neutro-\npenia y", "neutropenia", "neutro-\npenia", id="over-a-line-end"),
        pytest.param("x neutro-\npenia y", "y", "y", id="behind-it"),
        pytest.param("x neutro-\npenia y", "x neu", "x neu", id="before-it"),
        pytest.param("a high-\r\ndose b", "high-dose", "high-\r\ndose", id="kept-hyphen"),
        pytest.param("5\u00a0mg\r\nof", "5 mg \nof", "5\u00a0mg\r\nof", id="odd-spaces"),
        pytest.param("é\u0301\u202b neutro-\npenia", "neutropenia", "neutro-\npenia", id="marks"),
    ],
)
def test_spans_lead_back_to_the_text_as_given(text: str, words: str, original: str) -> None:
    """Offsets of a span count the characters of the text, whatever the view left out."""
    found = view(text)
    at = found.text.index(words)
    span = found.span(at, at + len(words))
    assert span.text == original
    assert text[span.start : span.end] == original


PIECES = st.sampled_from(
    ["neutro-\n", "penia ", "high-\r\n", "dose ", "[3] ", "levels.2 ", "5\u00a0mg ", "é\u0301", "\u202e",
     "remittingMS ", "andsevere ", "\n\n", "-\n", "‐\n", "2017.1 ", "🙂 "]
)  # fmt: skip


@given(st.lists(PIECES | st.text(max_size=4), max_size=12).map("".join))
def test_every_range_of_the_view_slices_back(text: str) -> None:
    """Whatever is repaired, each range of the view is a range of the text."""
    found = view(text)
    for start in range(0, len(found.text), 3):
        for end in (start + 1, min(start + 7, len(found.text))):
            span = found.span(start, end)
            assert 0 <= span.start < span.end <= len(text)
            assert text[span.start : span.end] == span.text
