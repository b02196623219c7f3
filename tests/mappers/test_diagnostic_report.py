from __future__ import annotations

from typing import Any

import pytest

from facts_builder import Story, codes, grounded_words, only
from fhirkit.facts.model import ReportFact

STORY = Story(
    "[[MRI]] of the [[spinal cord]] in [[2019]] showed [[many <new>\nlesions]]. They"
    " [[did not enhance & grow]]."
)


def made(**fields: Any) -> dict[str, Any]:
    """The resource of such a fact."""
    values = {"category": "imaging", "study": STORY.term("MRI", "MRI brain"), **fields}
    fact = ReportFact(id="r", spans=(STORY("MRI"),), **values)
    return only(STORY.case(fact), "DiagnosticReport")


def test_conclusion_is_word_for_word() -> None:
    """In one line and in the order of the text; each part is grounded."""
    parts = (STORY("many <new>\nlesions"), STORY("did not enhance & grow"))
    report = made(conclusion=parts, when=STORY.when("2019", date="2019"))
    assert report["conclusion"] == "many <new> lesions. did not enhance & grow"
    assert report["effectiveDateTime"] == "2019"
    assert codes(report["code"]) == ["24590-2"]
    assert grounded_words(report, STORY.text)[1:3] == [
        "many <new>\nlesions",
        "did not enhance & grow",
    ]


def test_readable_part_is_safe() -> None:
    """Words of the text are no markup."""
    div = made(conclusion=(STORY("many <new>\nlesions"),))["text"]["div"]
    assert "many &lt;new&gt; lesions" in div


def test_study_without_a_conclusion() -> None:
    """Then there is none."""
    assert "conclusion" not in made()


@pytest.mark.parametrize(
    ("category", "code"),
    [("imaging", "RAD"), ("neurophysiology", "EN"), ("genetics", "GE"), ("laboratory", "LAB")],
)
def test_category(category: str, code: str) -> None:
    """HL7's diagnostic service sections."""
    assert codes(made(category=category)["category"][0]) == [code]


def test_category_without_a_section_is_text() -> None:
    """ "Pathology" is not one section of HL7's but two."""
    assert made(category="pathology")["category"] == [{"text": "Pathology"}]


def test_body_site_belongs_to_the_name() -> None:
    """R4's report has no element for it."""
    assert made(body_site=STORY.term("spinal cord"))["code"]["text"] == "MRI brain (spinal cord)"
