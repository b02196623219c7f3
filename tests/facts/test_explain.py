"""What was met and became no fact is told with its reason, and so is how each fact was judged."""

from __future__ import annotations

import pytest

from fhirkit.facts.jsonform import from_dict, to_dict
from fhirkit.facts.model import LeftOut, Whose
from fhirkit.facts.read import extract
from fhirkit.facts.table import render

LEAD = "A 40-year-old woman was admitted. "


def left_out(text: str) -> dict[str, LeftOut]:
    """What was left out of a text, by its words."""
    case = extract(text, explain=True)
    return {item.span.text: item for item in case.left_out}


@pytest.mark.parametrize(
    ("text", "words", "why"),
    [
        ("She was never given rituximab.", "rituximab", "not given"),
        ("To exclude sarcoidosis, she was referred.", "sarcoidosis", "hypothetical: “To exclude”"),
        ("Anti-hepatitis B antibodies were sought.", "hepatitis B", "part of the name of a test"),
        ("In a series of 12 patients, all had fever.", "fever", "others: "),
        ("Ferritin was ordered.", "Ferritin", "no result stands with it"),
        ("She climbed 14 steps.", "14", "nothing beside it is known to have such a value"),
    ],
)
def test_what_became_no_fact_has_a_reason(text: str, words: str, why: str) -> None:
    """The reason names the rule or quotes the words it was judged by."""
    found = left_out(LEAD + text)
    assert found[words].why.startswith(why), found


def test_what_became_a_fact_is_not_left_out() -> None:
    """A thing or number of a fact is in no second list."""
    found = left_out(LEAD + "Ferritin was 800 µg/L. She had fever and took aspirin 100 mg.")
    assert found == {}


def test_the_patients_thing_told_of_others_too_says_so() -> None:
    """What the patient has anyway is left out where it is said of others."""
    found = left_out(LEAD + "She had fever. Her sister had asthma. She had asthma.")
    assert found["asthma"].whose is Whose.FAMILY
    assert found["asthma"].why.endswith("the patient's is told elsewhere")


def test_nothing_is_told_unless_asked_for() -> None:
    """Reading without the question gives no list."""
    assert extract(LEAD + "Ferritin was ordered.").left_out == ()


@pytest.mark.parametrize(
    ("text", "words", "why"),
    [
        ("She had fever.", "fever", "pronoun"),
        ("She possibly had sarcoidosis.", "sarcoidosis", "pronoun; suspected by “possibly”"),
        ("Seizures followed.", "Seizures", "as before: introduces the patient"),
        ("Her mother had asthma.", "asthma", "family within the sentence"),
    ],
)
def test_each_fact_says_by_what_it_was_judged(text: str, words: str, why: str) -> None:
    """Whose it is, and the words that make it other than affirmed."""
    case = extract(LEAD + text)
    fact = next(f for f in case.facts if f.spans[0].text == words)
    assert fact.why == why
    assert fact.rule


def test_the_json_form_keeps_what_was_left_out() -> None:
    """Writing and reading the JSON form gives the same case."""
    case = extract(LEAD + "Ferritin was ordered. Her mother had asthma.", explain=True)
    assert case.left_out
    assert from_dict(to_dict(case)) == case


def test_the_table_shows_rules_and_reasons() -> None:
    """The table for people has the rule under each fact and what was left out at the end."""
    shown = render(
        extract(LEAD + "She had fever. Ferritin was ordered.", explain=True), explain=True
    )
    assert "rule: symptom; pronoun" in shown
    assert "Left out (1)" in shown
    assert "no result stands with it" in " ".join(shown.split())


def test_sentences_about_others_are_told_with_their_reason() -> None:
    """Each sentence that is not the patient's has whose it is; the patient's own are not listed."""
    text = LEAD + "She had fever. In a series of 12 patients, all had a rash."
    (statement,) = extract(text, explain=True).statements
    assert statement.span.text == "In a series of 12 patients, all had a rash."
    assert (statement.whose, statement.patient) == (Whose.OTHERS, None)
    assert statement.why
    assert extract(text).statements == ()


def test_statements_survive_json() -> None:
    """The JSON form keeps the sentences that are not the patient's."""
    case = extract(LEAD + "In a series of 12 patients, all had fever.", explain=True)
    assert case.statements
    assert from_dict(to_dict(case)) == case


def test_sentences_of_nobody_are_told_once_among_several_patients() -> None:
    """A sentence about none of several patients is one statement, not one for each of them."""
    text = (
        "Case 1. A 40-year-old woman had fever. Her sister had a rash. "
        "Case 2. A 50-year-old man had cough. In a series of 12 patients, all had fever."
    )
    spans = [item.span for item in extract(text, explain=True).statements]
    assert len(set(spans)) == len(spans)
