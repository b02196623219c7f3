from __future__ import annotations

from itertools import permutations

import pytest

from fhirkit.facts.case import spans_of
from fhirkit.facts.model import AdverseEventFact, ConditionFact, MedicationFact, Whose
from reading import concept_of
from variations import LEGENDS, LITERATURE, contents, own, read, replaced, without, wrapped

STORY = (
    "A 45-year-old left-handed woman with relapsing-remitting multiple sclerosis and hypertension "
    "took ramipril 5 mg daily. She had received fingolimod 0.5 mg once daily for two years. Six "
    "weeks after the first dose of fingolimod she developed macular oedema. Macular oedema was "
    "attributed to fingolimod. Her EDSS score was 4.5 and haemoglobin was 11.2 g/dL (normal "
    "12.0-16.0). CSF protein was 0.92 g/L. ANA was negative. She denied fever and headache. Her "
    "mother had rheumatoid arthritis. Sarcoidosis was ruled out. MRI of the brain showed three new "
    "lesions. Natalizumab was considered but was not given. She received methylprednisolone 1 g "
    "intravenously for five days. She recovered completely."
)
SAID = contents(STORY)

#: Pieces of reports that a reader could trip over, next to each other in every order.
PIECES = [
    "A 45-year-old woman", "was given", "12 mg", "of alemtuzu-\nmab", "natalizumab (NTZ)", "NTZ",
    "for five days", "EDSS 3.5", "two years later", ". ", ", ", "\n\n", "\r\n", "Discussion\n\n",
    "Figure 1. ", "haemoglobin 6.8 g/dL", "(normal 12-16)", "no fever", "[3]", "her mother", "died",
    "neutro-\r\npenia", "due to", "was stopped because of", "CSF", "2:1", "<", "±", "142/88 mmHg",
    "on 4 May 2019", "e\u0301", "\u202e", "\u00a0", "5-", "%", "MRI", "showed", "not done",
    "day", "6 days after admission", "Our patient", "- item", "\U0001f600", "(((", "Table 1",
]  # fmt: skip


def check_spans(text: str) -> None:
    """Every span is what the text says there."""
    for fact in read(text).facts:
        for span in spans_of(fact):
            assert text[span.start : span.end] == span.text != ""


@pytest.mark.parametrize("first", PIECES)
def test_every_span_slices_back_and_nothing_raises(first: str) -> None:
    """Whatever stands beside whatever."""
    for i, second in enumerate(PIECES):
        third = PIECES[(7 * i + 3) % len(PIECES)]
        check_spans(f"{first} {second} {third}")
        check_spans(first + second + third + first)


@pytest.mark.parametrize(
    "piece", ["\0", "\x1f", "\u202e", "\u0301", "-\n", "[1]", "(", "\U0001f600"]
)
def test_odd_characters_anywhere_leave_the_spans_right(piece: str) -> None:
    """Put into a story at every hundredth place."""
    for at in range(0, len(STORY), 101):
        check_spans(STORY[:at] + piece + STORY[at:])


def test_reading_leaves_no_state_behind() -> None:
    """A text reads the same after any other text."""
    texts = [STORY, *LITERATURE, *LEGENDS, "", "\n", "x" * 5_000]
    first = [read(text) for text in texts]
    assert [read(text) for text in reversed(texts)] == first[::-1]


def test_the_story_says_what_it_says() -> None:
    """The ground the other properties stand on: drugs, values and whose they are."""
    kinds = {(type(f), concept_of(f), f.whose) for f in read(STORY).facts}
    assert (MedicationFact, "fingolimod", Whose.PATIENT) in kinds
    assert (AdverseEventFact, "macular oedema", Whose.PATIENT) in kinds
    assert (ConditionFact, "rheumatoid arthritis", Whose.FAMILY) in kinds
    assert (MedicationFact, "natalizumab", Whose.CONSIDERED) in kinds


@pytest.mark.parametrize("width", range(8, 200, 3))
def test_hard_wraps_change_nothing(width: int) -> None:
    """At any line length the same facts are read."""
    assert contents(wrapped(STORY, width)) == SAID
    assert contents(wrapped(STORY, width, "\r\n")) == SAID


def test_windows_line_ends_between_paragraphs_change_nothing() -> None:
    """Blank lines and headings are the same with them."""
    told = STORY.replace("She denied", "\n\nShe denied")
    text = f"Case report\n\n{told}\n\nDiscussion\n\nFine."
    assert contents(text.replace("\n", "\r\n")) == contents(text)


#: Each names the patient and looks back at nothing.
PARAGRAPHS = (
    "The patient took ramipril 5 mg daily for hypertension.",
    "In our patient haemoglobin was 6.8 g/dL and CRP was 48 mg/L.",
    "The patient had no fever. Our patient's mother had rheumatoid arthritis.",
    "The patient developed neutropenia due to cladribine. Sarcoidosis was ruled out.",
)


@pytest.mark.parametrize("order", list(permutations(range(1, 4))))
def test_the_order_of_paragraphs_that_refer_to_nothing_says_nothing(order: tuple[int, ...]) -> None:
    """Paragraphs told in another order give the same facts."""
    begin = "A 45-year-old woman was admitted."

    def told(numbers: tuple[int, ...]) -> str:
        return "\n\n".join([begin, *(PARAGRAPHS[i] for i in (0, *numbers))])

    assert contents(told(order)) == contents(told((1, 2, 3)))
    moved = "\n\n".join([begin, *(PARAGRAPHS[i] for i in order), PARAGRAPHS[0]])
    assert contents(moved) == contents(told((1, 2, 3)))


@pytest.mark.parametrize("extra", LITERATURE)
def test_a_discussion_of_the_literature_changes_nothing(extra: str) -> None:
    """What is told of others under a heading of its own adds and changes no fact."""
    text = f"Case report\n\n{STORY}\n\nDiscussion\n\n{extra}\n"
    assert own(text) == own(STORY)


@pytest.mark.parametrize("extra", LEGENDS)
@pytest.mark.parametrize("width", [40, 90, 10_000])
def test_a_figure_legend_changes_nothing(extra: str, width: int) -> None:
    """Between two paragraphs of a case that is wrapped or not."""
    text = f"Case report\n\n{wrapped(STORY, width)}\n\n{extra}\n\nShe was content.\n"
    assert own(text) == own(STORY)


@pytest.mark.parametrize("extra", [e for e in LITERATURE if "Scale" not in e and "mean" not in e])
def test_what_is_told_of_others_is_read_as_theirs(extra: str) -> None:
    """The paragraphs that change nothing of the patient's are not simply passed over."""
    assert contents(f"{STORY}\n\n{extra}") - SAID


@pytest.mark.parametrize(
    "drug",
    [
        "teriflunomide", "cladribine", "siponimod", "azathioprine", "dimethyl fumarate", "Tysabri",
    ],
)  # fmt: skip
def test_another_suspect_changes_the_drug_and_the_suspect_only(drug: str) -> None:
    """The rules know the language, not the drug."""
    story = STORY.replace(" Natalizumab was considered but was not given.", "")
    names = (drug, "fingolimod", "natalizumab")
    assert without(contents(replaced(story, "fingolimod", drug)), *names) == without(
        contents(story), *names
    )


@pytest.mark.parametrize("unit", ["mg", "g", "µg"])
@pytest.mark.parametrize("number", ["1", "2.5", "7", "12", "40", "100", "999", "1,500"])
def test_a_dose_is_the_one_written(number: str, unit: str) -> None:
    """Any number and unit at the drug comes back with its own digits and words."""
    facts = read(STORY.replace("ramipril 5 mg", f"ramipril {number} {unit}")).facts
    (drug,) = [f for f in facts if f.id == "medication-ramipril"]
    assert isinstance(drug, MedicationFact)
    assert drug.dose is not None
    assert drug.dose.digits == number.replace(",", "")
    assert drug.dose.span.text == f"{number} {unit}"
