"""Names no vocabulary has, known by their form; the author's words are all they have."""

from __future__ import annotations

import pytest

from fhirkit.facts.model import Certainty, ConditionFact, ProcedureFact, ReportFact, SymptomFact
from reading import Reading

LEAD = "A 58-year-old man was seen in our clinic. "


def names(text: str) -> list[str]:
    """The words of the diagnoses that were known by their form alone."""
    found = Reading(LEAD + text).of(ConditionFact)
    return [f.name.span.text for f in found if f.rule == "condition (word form)"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        pytest.param("He had zygodactylitis.", "zygodactylitis", id="itis"),
        pytest.param("A biopsy showed a fibrolipoxanthoma.", "fibrolipoxanthoma", id="oma"),
        pytest.param("He had Quimby syndrome.", "Quimby syndrome", id="eponym"),
        pytest.param("He had palatal cleft dysplasia.", "palatal cleft dysplasia", id="noun"),
        pytest.param("He had severe splenic torsion.", "splenic torsion", id="severity-is-no-name"),
        pytest.param("A mucous cell tumor was removed.", "mucous cell tumor", id="longer-than-the-sign"),
    ],
)  # fmt: skip
def test_a_name_is_known_by_its_form(text: str, name: str) -> None:
    """Greek endings; a noun for a disease with what stands before it."""
    assert names(text) == [name]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("The disease was explained to him.", id="noun-alone"),
        pytest.param("This syndrome is rare.", id="article"),
        pytest.param("The anastomosis was intact.", id="no-disease"),
        pytest.param("He is mucous tumor free.", id="free-of-it"),
        pytest.param("Mucous tumor markers were measured.", id="part-of-another-name"),
        pytest.param("He developed disease.", id="verb"),
        pytest.param("Hepatitis B virus serology was sent.", id="barred-phrase"),
        pytest.param("He had osis.", id="too-short"),
    ],
)
def test_what_only_looks_like_a_name(text: str) -> None:
    """Generic words, parts of other names and words that are no disease."""
    assert names(text) == []


def test_rules_decide_whose_and_whether() -> None:
    """A name known by its form is negated like any other."""
    (fact,) = Reading(LEAD + "He had no zygodactylitis.").of(ConditionFact)
    assert fact.certainty is Certainty.NEGATED


def test_such_a_name_has_no_concept() -> None:
    """And so it gets no code."""
    (fact,) = Reading(LEAD + "He had zygodactylitis.").of(ConditionFact)
    assert fact.name.concept is None


def test_operations_and_studies_have_their_endings_too() -> None:
    """ "-ectomy" is an operation, "-ography" a study, a noun with its site too."""
    read = Reading(LEAD + "He underwent pancreatolithectomy and tarsal cyst excision.")
    assert [f.name.span.text for f in read.of(ProcedureFact)] == [
        "pancreatolithectomy",
        "tarsal cyst excision",
    ]
    (study,) = Reading(LEAD + "A tarsography revealed a tear.").of(ReportFact)
    assert study.study.span.text == "tarsography"


@pytest.mark.parametrize("text", ["His autonomy was kept.", "The program of exercises helped."])
def test_words_that_end_like_an_operation_or_a_study(text: str) -> None:
    """Not every "-otomy" or "-ogram" is done to a patient."""
    read = Reading(LEAD + text)
    assert read.of(ProcedureFact) == []
    assert read.of(ReportFact) == []


def test_a_symptom_has_its_endings_too() -> None:
    """ "-algia" names a symptom."""
    found = Reading(LEAD + "He had metacarpalgia.").of(SymptomFact)
    assert [f.name.span.text for f in found] == ["metacarpalgia"]
