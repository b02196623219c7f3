"""A stage belongs to the disease it stands at."""

from __future__ import annotations

import pytest

from fhirkit.facts.model import ConditionFact
from reading import Reading

LEAD = "A 61-year-old man was referred. "


@pytest.mark.parametrize(
    ("text", "concept", "stage"),
    [
        ("He had stage IV colorectal cancer.", "colorectal cancer", "stage IV"),
        ("He had gastric cancer (T3N0M0, stage IIA).", "gastric cancer", "T3N0M0, stage IIA"),
        ("Lung cancer, stage IIIB, was found.", "lung cancer", "stage IIIB"),
        ("He had FIGO stage IB1 cervical cancer.", "cervical cancer", "FIGO stage IB1"),
        ("He had stage 5 chronic kidney disease.", "chronic kidney disease", "stage 5"),
        ("He had breast cancer, pT2 pN1a M0.", "breast cancer", "pT2 pN1a M0"),
    ],
)
def test_the_stage_is_kept_as_written(text: str, concept: str, stage: str) -> None:
    """Before the disease, behind it, in brackets; group and TNM together."""
    fact = Reading(LEAD + text).one(ConditionFact, concept)
    assert fact.stage is not None
    assert fact.stage.text == stage


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("He had colorectal cancer. Sleep was disturbed in stage II.", "colorectal cancer"),
        ("He had stage IV colorectal cancer and asthma.", "asthma"),
        ("At this stage, asthma was suspected.", "asthma"),
        ("He had asthma; T2 lesions were seen.", "asthma"),
        ("In the end stage of asthma he was intubated.", "asthma"),
    ],
)
def test_what_is_no_stage_of_the_disease(text: str, concept: str) -> None:
    """Another disease's stage, a stage of time, a weighting of images."""
    assert Reading(LEAD + text).one(ConditionFact, concept).stage is None


def test_the_side_stands_with_the_site() -> None:
    """ "right thigh" is the site's text, the thigh its concept."""
    fact = Reading(LEAD + "He had a liposarcoma of the right thigh.").one(
        ConditionFact, "liposarcoma"
    )
    assert fact.body_site is not None
    assert (fact.body_site.span.text, fact.body_site.concept) == ("right thigh", "thigh")
