from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fhirkit.facts.case import Case, spans_of
from fhirkit.facts.lexicon import lexicon
from fhirkit.facts.model import AdverseEventFact, Fact, MedicationFact, Whose
from fhirkit.facts.read import read_case
from reading import concept_of, said

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

WORDS = st.sampled_from(
    ["A 45-year-old woman", "was given", "12 mg", "of alemtuzu-\nmab", "natalizumab (NTZ)", "NTZ",
     "for five days", "multiple", "sclerosis", "EDSS 3.5", "two years later", ".", ". ", ", ", "\n\n",
     "\r\n", "Discussion\n\n", "Figure 1. ", "haemoglobin 6.8 g/dL", "(normal 12-16)", "no fever",
     "[3]", "her mother", "died", "neutro-\r\npenia", "due to", "eight months after treatment",
     "was stopped because of", "CSF", "protein", "2:1", "<", "±", "142/88 mmHg", "on 4 May 2019",
     "e\u0301", "\u202e", "\u00a0", "5", "5-", "10", "%", "MRI", "showed", "not done", "relapsing-remitting",
     "three", "to", "four", "weeks", "day", "admitted", "6 days after admission", "Our patient"]
)  # fmt: skip
TEXTS = st.text(
    alphabet=st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=200
)
MIXED = st.lists(WORDS | st.text(max_size=3), max_size=25).map(" ".join)


def read(text: str) -> Case:
    """The facts of a text."""
    return read_case(text, lexicon())


def essence(fact: Fact) -> tuple[str, ...]:
    """Kind, concept, whose, certainty and the values of a fact, without any offset."""
    values = []
    for name in fact.__dataclass_fields__:
        if name in ("id", "spans", "rule", "whose", "certainty"):
            continue
        value = getattr(fact, name)
        if isinstance(value, tuple):
            inside = ", ".join(v if isinstance(v, str) else said(v) for v in value)
            values.append(f"{name}=[{inside}]")
        elif value is not None:
            values.append(f"{name}={value if isinstance(value, str | bool) else said(value)}")
    flat = re.sub(r"\s+", " ", " ".join(values))
    return type(fact).__name__, concept_of_flat(fact), fact.whose, fact.certainty, flat


def concept_of_flat(fact: Fact) -> str:
    """The concept with its white space made one."""
    return re.sub(r"\s+", " ", concept_of(fact))


def essences(text: str) -> list[tuple[str, ...]]:
    """What a text says, in a fixed order."""
    return sorted(essence(f) for f in read(text).facts)


SAID = essences(STORY)


@settings(max_examples=150)
@given(TEXTS | MIXED)
@example("a patient with multiple sclerosis")
@example("\r\n".join(STORY.split(". ")))
@example("-\n" * 20 + "[1] 2017.1 ")
def test_every_span_slices_back_and_nothing_raises(text: str) -> None:
    """Whatever the text: no exception, and every span is what the text says there."""
    for fact in read(text).facts:
        for span in spans_of(fact):
            assert text[span.start : span.end] == span.text != ""


@settings(max_examples=60)
@given(MIXED)
def test_reading_twice_gives_the_same(text: str) -> None:
    """No state is left behind by a text read before."""
    first = read(text)
    read(STORY)
    assert read(text) == first


def test_the_story_says_what_it_says() -> None:
    """The ground the other properties stand on: drugs, values and whose they are."""
    kinds = {(kind, concept, whose) for kind, concept, whose, *_ in SAID}
    assert ("MedicationFact", "fingolimod", Whose.PATIENT) in kinds
    assert ("AdverseEventFact", "macular oedema", Whose.PATIENT) in kinds
    assert ("ConditionFact", "rheumatoid arthritis", Whose.FAMILY) in kinds
    assert ("MedicationFact", "natalizumab", Whose.CONSIDERED) in kinds
    assert ("ObservationFact", "EDSS", Whose.PATIENT) in kinds


def rewrapped(text: str, width: int, end: str = "\n") -> str:
    """The text with its spaces made line ends so that no line is much longer than ``width``."""
    lines: list[str] = []
    for word in text.split(" "):
        if lines and len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += " " + word
        else:
            lines.append(word)
    return end.join(lines)


@settings(max_examples=50)
@given(st.integers(min_value=8, max_value=400))
def test_hard_wraps_change_nothing(width: int) -> None:
    """At any line length the same kinds, concepts and values are read."""
    assert essences(rewrapped(STORY, width)) == SAID


@settings(max_examples=25)
@given(st.integers(min_value=20, max_value=200))
def test_windows_line_ends_change_nothing(width: int) -> None:
    """A carriage return before each line end leaves every fact as it is."""
    assert essences(rewrapped(STORY, width, "\r\n")) == SAID


def test_windows_line_ends_between_paragraphs_change_nothing() -> None:
    """Blank lines and headings are the same with them."""
    text = (
        "Case report\n\n"
        + STORY.replace("She denied", "\n\nShe denied")
        + "\n\nDiscussion\n\nFine."
    )
    assert essences(text.replace("\n", "\r\n")) == essences(text)


LITERATURE = st.sampled_from(
    [
        "In a series of 40 patients, 12 % had sepsis after rituximab 500 mg.",
        "Adler et al. described a 60-year-old man who died of pneumonia on cladribine.",
        "Patients treated with ocrelizumab 600 mg had neutropenia in 4 of 90 cases.",
        "Hepatitis is a known side effect of azathioprine.",
        "Two patients in the literature recovered after splenectomy.",
        "Natalizumab may cause progressive multifocal leukoencephalopathy.",
        "Haemoglobin was 6 g/dL on average in those patients.",
        "The EDSS is a scale from 0 to 10.",
        "Clinicians should be aware of sarcoidosis in people of this age.",
        "Her case is unlike those of other patients who had lymphoma.",
    ]
)  # fmt: skip
LEGENDS = st.sampled_from(
    [
        "Figure 1. Haemoglobin of 5 g/dL after rituximab 500 mg.",
        "Figure 2. (A) Biopsy shows vasculitis; scale bar 50 µm.",
        "Fig. 3 Score from 0 to 10 in patients with dementia.",
        "Figure 4. Course of neutropenia over 12 days on cladribine 3.5 mg/kg.",
    ]
)


def own(said_: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """What is the patient's."""
    return [s for s in said_ if s[2] == Whose.PATIENT]


@settings(max_examples=60)
@given(st.lists(LITERATURE, min_size=1, max_size=4, unique=True))
def test_a_discussion_of_the_literature_changes_nothing(sentences: list[str]) -> None:
    """What is told of others under a heading of its own adds and changes no fact."""
    text = f"Case report\n\n{STORY}\n\nDiscussion\n\n{' '.join(sentences)}\n"
    assert own(essences(text)) == own(SAID)


@settings(max_examples=30)
@given(LEGENDS, st.booleans())
def test_a_figure_legend_changes_nothing(legend: str, wrapped: bool) -> None:
    """Before or after the story, wrapped or not."""
    story = rewrapped(STORY, 90) if wrapped else STORY
    text = f"Case report\n\n{story}\n\n{legend}\n\nShe was content.\n"
    assert own(essences(text)) == own(SAID)


SUSPECTS = [
    "teriflunomide",
    "cladribine",
    "siponimod",
    "azathioprine",
    "dimethyl fumarate",
    "Tysabri",
]


@pytest.mark.parametrize("drug", SUSPECTS)
def test_another_suspect_changes_the_drug_and_the_suspect_only(drug: str) -> None:
    """The rules know the language, not the drug."""
    story = STORY.replace(" Natalizumab was considered but was not given.", "")
    found = read(story.replace("fingolimod", drug)).facts
    (event,) = [f for f in found if isinstance(f, AdverseEventFact)]
    (medication,) = [f for f in found if f.id == event.suspects[0].medication]
    assert isinstance(medication, MedicationFact)
    concept = medication.drug.concept
    assert concept is not None

    def renamed(text: str) -> str:
        for name in {drug, concept, concept.replace(" ", "-")}:
            text = text.replace(name, "fingolimod")
        return text

    mine = sorted(tuple(renamed(p) for p in essence(f)) for f in found)
    assert mine == sorted(tuple(str(p) for p in e) for e in essences(story))


@settings(max_examples=40)
@given(st.integers(min_value=1, max_value=999), st.sampled_from(["mg", "g", "µg"]))
def test_a_dose_is_the_one_written(number: int, unit: str) -> None:
    """Any number and unit at the drug comes back with its own digits and words."""
    facts = read(STORY.replace("ramipril 5 mg", f"ramipril {number} {unit}")).facts
    (drug,) = [f for f in facts if f.id == "medication-ramipril"]
    assert isinstance(drug, MedicationFact)
    assert drug.dose is not None
    assert (drug.dose.digits, drug.dose.span.text) == (str(number), f"{number} {unit}")
