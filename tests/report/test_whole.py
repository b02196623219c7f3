from __future__ import annotations

import re

import pytest

import fhirkit
from deciding import decided, decisions_on, on

TEXT = (
    "A 40-year-old woman was given alemtuzumab. Hemoglobin was 7.2 g/dl. She developed anemia, "
    "which was attributed to alemtuzumab.\n"
)


def facts_of(html: str) -> list[str]:
    """The ids of the facts on a page."""
    return re.findall(r'id="f-([\w-]+)"', html)


def test_text_case_and_bundle_give_one_page() -> None:
    """Whichever of the three is at hand, the page is the same."""
    case = fhirkit.extract(TEXT)
    html = fhirkit.report(TEXT)
    assert html.startswith("<!DOCTYPE html>")
    assert set(facts_of(html)) == {fact.id for fact in case.facts}
    assert fhirkit.report(case) == html
    assert fhirkit.report(fhirkit.to_bundle(case)) == html


def test_the_page_has_a_name() -> None:
    """What the page calls the case is what decisions are saved under."""
    assert 'data-document="a &amp; b.txt"' in fhirkit.report(TEXT, name="a & b.txt")


def test_decisions_come_with_the_page() -> None:
    """A reviewer's decisions are on the page; those on another text are refused."""
    case = fhirkit.extract(TEXT)
    name = case.facts[0].id
    decisions = decisions_on(case, on(case, name, "accept"))
    assert 'id="given"' in fhirkit.report(case, decisions=decisions)
    with pytest.raises(fhirkit.InputError, match="made on another text"):
        fhirkit.report(f"{TEXT} ", decisions=decisions)


def test_a_reviewed_bundle_shows_what_was_decided() -> None:
    """Corrected and added facts are in the bundle and not read so; what was rejected is gone."""
    case = fhirkit.extract(TEXT)
    value = next(fact.id for fact in case.facts if "emoglobin" in fact.spans[0].text)
    drug = next(fact.id for fact in case.facts if fact.id.startswith("medication"))
    made = decided(
        case, on(case, value, "correct", changes={"value": "9.9"}), on(case, drug, "reject")
    )
    bundle = fhirkit.to_bundle(made.case)
    html = fhirkit.report(bundle)
    assert drug not in facts_of(html)
    article = html[html.index(f'id="f-{value}"') :].partition("</article>")[0]
    assert "9.9" in article
    assert "data-seen" not in article.partition(">")[0]
