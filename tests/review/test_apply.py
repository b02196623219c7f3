"""Decisions applied: which count, which are told, and what a case says afterwards."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from deciding import (
    AT,
    BY,
    addition,
    correction,
    decided,
    decision,
    decisions_on,
    fact_of,
    file_of,
    ids,
    on,
)
from fhirkit import decide, read_decisions
from fhirkit.errors import InputError
from fhirkit.facts.case import Case
from fhirkit.facts.model import Certainty, Review, SymptomFact, Term
from fhirkit.narrative.span import Span
from rich_case import CASE


def test_accepted_facts_stay_as_they_are() -> None:
    """Who accepted them, and when, goes along."""
    made = decided(CASE, *(decision(fact, "accept") for fact in CASE.facts))
    assert (made.case.facts, made.untouched) == (CASE.facts, ())
    assert made.case.reviews[0] == Review("patient", "accept", BY, AT)
    assert len(made.case.reviews) == len(CASE.facts)


def test_no_decisions_change_nothing() -> None:
    """A file without a decision is one, too."""
    assert decided(CASE).case == CASE


def test_a_note_decides_nothing() -> None:
    """It goes along with the fact."""
    made = decided(CASE, on(CASE, "fever", "note", note="measured how?"))
    assert made.case.facts == CASE.facts
    assert made.case.reviews == (Review("fever", "note", BY, AT, note="measured how?"),)


def test_a_rejected_fact_is_gone() -> None:
    """And no other; that it was rejected is kept."""
    made = decided(CASE, on(CASE, "fever", "reject"))
    assert ids(made) == {fact.id for fact in CASE.facts} - {"fever"}
    assert [review.verdict for review in made.case.reviews] == ["reject"]


def test_the_last_decision_on_a_fact_counts() -> None:
    """As on the page."""
    made = decided(CASE, on(CASE, "fever", "reject"), on(CASE, "fever", "accept"))
    assert "fever" in ids(made)
    assert [review.verdict for review in made.case.reviews] == ["accept"]


def test_decisions_on_another_text_are_refused() -> None:
    """Whatever their spans."""
    decisions = read_decisions(file_of(f"{CASE.text} ", []))
    with pytest.raises(InputError, match="another text"):
        decide(CASE, decisions)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"seen": "0123456789abcdef"}, id="seen-otherwise"),
        pytest.param({"fact": "fever-2"}, id="gone"),
        pytest.param({"kind": "condition"}, id="another-kind"),
        pytest.param({"spans": [[0, 1]]}, id="another-place"),
        pytest.param({"spans": [[0, 1_000_000]]}, id="outside-the-text"),
    ],
)
def test_a_decision_on_another_reading_is_told_and_not_applied(changes: dict[str, Any]) -> None:
    """The sentence names the fact and not its words; all other decisions are applied."""
    stale = on(CASE, "fever", "reject") | changes
    made = decided(CASE, stale, on(CASE, "mri", "accept"))
    assert made.case.facts == CASE.facts
    (told,) = made.untouched
    assert told.startswith(f"{stale['fact']}: reject was not applied: ")
    assert [review.fact for review in made.case.reviews] == ["mri"]


def test_a_decision_holds_for_no_other_reading() -> None:
    """Applied a second time, a correction meets a fact that reads otherwise."""
    decisions = decisions_on(CASE, correction(CASE, "fever", certainty="negated"))
    once = decide(CASE, decisions)
    twice = decide(once.case, decisions)
    assert once.untouched == ()
    assert twice.case == once.case
    assert len(twice.untouched) == 1


def test_the_facts_keep_the_order_of_the_text() -> None:
    """An added fact goes before the first that begins behind it."""
    text = "A b c."
    spans = [Span(0, 1, "A"), Span(4, 5, "c")]
    facts = tuple(SymptomFact(id=s.text, spans=(s,), name=Term(s)) for s in spans)
    case = Case(text, facts)
    made = decided(case, addition(case, "symptom", "b"), addition(case, "symptom", "A"))
    assert [fact.id for fact in made.case.facts] == [
        "A", "added-symptom-0-1", "added-symptom-2-3", "c"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "changes", "field"),
    [
        pytest.param("patient", {"certainty": "negated"}, "certainty", id="patient-denied"),
        pytest.param("patient", {"whose": "family"}, "whose", id="patient-of-others"),
        pytest.param("stay", {"code": {"system": "urn:x", "code": "y"}}, "code", id="stay-coded"),
        pytest.param("fever", {"value": "39"}, "value", id="symptom-with-a-value"),
        pytest.param("ms", {"unit": "mg"}, "unit", id="condition-with-a-unit"),
    ],
)
def test_what_a_fact_does_not_have_cannot_be_corrected(
    name: str, changes: dict[str, Any], field: str
) -> None:
    """The page does not offer it; the error names the place in the file."""
    with pytest.raises(InputError) as caught:
        decided(CASE, on(CASE, "mri", "accept"), correction(CASE, name, **changes))
    assert f"decisions[1].changes.{field} " in str(caught.value)


def test_what_is_left_out_and_told_of_others_stays() -> None:
    """A review is of the facts."""
    case = replace(CASE, notices=("a note",))
    assert decided(case, on(case, "fever", "reject")).case.notices == ("a note",)


def test_a_correction_of_certainty() -> None:
    """What was changed is said from what to what."""
    made = decided(CASE, correction(CASE, "fever", certainty="negated"))
    assert fact_of(made, "fever").certainty is Certainty.NEGATED
    assert made.case.reviews[0].changed == ("certainty from affirmed to negated",)
