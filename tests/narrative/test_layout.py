from __future__ import annotations

import pytest

from fhirkit.facts.lexicon import lexicon
from fhirkit.narrative.layout import SectionKind, blocks

STORY = "The patient took the tablets and then felt unwell for some days."
OTHER = "Such a course is seen in few people and has no known cause."


def sections(text: str) -> list[tuple[str, str]]:
    """(section, text) of each block."""
    found = blocks(text, lexicon().headings)
    return [(b.kind.value, text[b.start : b.end].strip()) for b in found]


def kinds(text: str) -> list[str]:
    """The sections of the blocks."""
    return [kind for kind, _ in sections(text)]


@pytest.mark.parametrize(
    ("heading", "section"),
    [
        pytest.param("Case report", SectionKind.CASE, id="case"),
        pytest.param("CASE PRESENTATION", SectionKind.CASE, id="capitals"),
        pytest.param("Discussion:", SectionKind.DISCUSSION, id="colon"),
        pytest.param("Introduction", SectionKind.INTRODUCTION, id="introduction"),
        pytest.param("Background.", SectionKind.INTRODUCTION, id="background"),
        pytest.param("Conclusions", SectionKind.DISCUSSION, id="conclusions"),
        pytest.param("References", SectionKind.REFERENCES, id="references"),
        pytest.param("Conflict of interest", SectionKind.REFERENCES, id="interests"),
        pytest.param("To the Editor", SectionKind.BODY, id="letter"),
    ],
)
def test_a_heading_opens_a_section(heading: str, section: SectionKind) -> None:
    """The heading itself is no text; what follows is in its section."""
    assert sections(f"{heading}\n\n{STORY}") == [(section.value, STORY)]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Discussion with the family took place. " + STORY, id="sentence"),
        pytest.param("The case report. of another author was read by us and " + STORY, id="inside"),
        pytest.param("Introductions were made.\n" + STORY, id="other-word"),
    ],
)
def test_words_of_a_sentence_are_no_heading(text: str) -> None:
    """A sentence that begins like a heading stays in the text."""
    assert SectionKind.DISCUSSION.value not in kinds(text)
    assert SectionKind.INTRODUCTION.value not in kinds(text)


def test_a_heading_may_stand_in_its_line() -> None:
    """ "Discussion. Such a ..." opens the section and begins its text."""
    assert kinds(f"Case report. {STORY}\n\nDiscussion: {OTHER}") == ["case", "discussion"]


@pytest.mark.parametrize(
    "legend",
    [
        pytest.param("Figure 1. Brain scan with the arrow at the lesion.", id="figure"),
        pytest.param("Fig. 2 Course of the count over a year, dotted the limit.", id="fig"),
        pytest.param("FIGURE 3\nThe biopsy, stained; scale bar 20 units.", id="capitals"),
    ],
)
def test_a_legend_is_no_part_of_the_story(legend: str) -> None:
    """The paragraph after a legend is the story again."""
    assert kinds(f"Case report\n\n{STORY}\n\n{legend}\n\n{STORY}") == ["case", "legend", "case"]


def test_figure_references_in_a_sentence_are_no_legend() -> None:
    """Only a block that begins with a figure's name is its legend."""
    assert kinds(f"{STORY} The scan (Figure 1) was normal.") == ["body"]


def test_title_and_authors_come_before_the_story() -> None:
    """The first lines without a sentence are the title, names and addresses the byline."""
    text = (
        "Swollen knees after a summer drink\n\n"
        "Ada B. Lerner, MD, Otto Pander, PhD\nDepartment of Drinks, oddville@example.org\n\n"
        + STORY
    )
    found = kinds(text)
    assert found[0] == "title"
    assert set(found[1:-1]) == {"byline"}
    assert found[-1] == "body"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("A 7-month-old boy had seizures.", id="five-words"),
        pytest.param("She died.", id="two-words"),
        pytest.param("He was given aspirin.", id="four-words"),
    ],
)
def test_a_short_sentence_is_no_title(text: str) -> None:
    """A note of one short sentence tells of the patient: a title has no full stop."""
    assert kinds(text) == ["body"]


def test_rows_of_a_table_stand_for_themselves() -> None:
    """Columns of blanks make a row; the prose behind the table is prose again."""
    text = f"{STORY}\n\nSodium   131   mmol/L\nCalcium   2.1   mmol/L\n\n{OTHER}"
    found = blocks(text, lexicon().headings)
    assert [b.kind.value for b in found] == ["body", "table", "body"]
    assert [b.rows for b in found] == [False, True, False]


def test_a_page_break_does_not_end_a_paragraph() -> None:
    """A sentence that goes on in lower case after a blank line is one paragraph."""
    text = "The patient took the tablets for the pain and\n\nthen felt unwell for some days."
    assert len(sections(text)) == 1


def test_windows_line_ends_make_the_same_blocks() -> None:
    """A carriage return is white space for the layout."""
    text = f"Case report\n\n{STORY}\n\nDiscussion\n\n{OTHER}"
    assert kinds(text.replace("\n", " \n")) == kinds(text)


@pytest.mark.parametrize(
    "text", [pytest.param("", id="empty"), pytest.param(" \n\n \n", id="blank")]
)
def test_nothing_has_no_blocks(text: str) -> None:
    """No text, no block."""
    assert sections(text) == []


def test_a_list_item_goes_on_in_the_next_line() -> None:
    """Until a line that begins another, or a sentence has ended."""
    text = f"{STORY}\n\n- pneumonia; no sign\nof it later\n- asthma\n\n{OTHER}\n"
    assert sections(text)[1] == ("table", "- pneumonia; no sign\nof it later\n- asthma")


def test_a_number_at_the_start_of_a_line_inside_a_sentence_is_no_item() -> None:
    """A full line before it that has not ended makes it part of the sentence."""
    text = f"{STORY} She had been unwell for the past\n5. {OTHER}\n"
    assert kinds(text) == ["body"]


def test_after_a_line_that_ended_a_number_begins_an_item() -> None:
    """A list may follow a paragraph at once."""
    text = f"{STORY}\n1. fever\n2. cough\n"
    assert kinds(text)[-1] == "table"


def test_a_legend_before_the_title_leaves_it_the_title() -> None:
    """The first lines of a page may belong to a figure."""
    assert kinds(f"Figure 1. Scale bar.\n\nAn odd course\n\n{STORY}\n") == [
        "legend",
        "title",
        "body",
    ]
