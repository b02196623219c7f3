"""Names no vocabulary has are judged by the same rules as known ones, and stay without a code."""

from __future__ import annotations

import pytest

from fhirkit.facts.model import Certainty, ConditionFact, Fact, MedicationFact, Whose
from fhirkit.facts.propose import Proposal
from fhirkit.facts.read import extract
from fhirkit.narrative.narrative import Narrative

LEAD = "A 40-year-old woman was admitted. "


class Naming:
    """Proposes every occurrence of some words as a thing of a kind."""

    name = "test"

    def __init__(self, **kinds: str) -> None:
        self._kinds = kinds

    def propose(self, narrative: Narrative) -> list[Proposal]:
        """The places of the words in the text as given."""
        found = []
        for kind, words in self._kinds.items():
            at = narrative.text.find(words)
            while at >= 0:
                found.append(Proposal(at, at + len(words), kind))
                at = narrative.text.find(words, at + 1)
        return found


def named(text: str, words: str, **kinds: str) -> list[Fact]:
    """The facts whose defining words are ``words``."""
    case = extract(LEAD + text, proposers=[Naming(**kinds)])
    return [f for f in case.facts if f.spans[0].text.lower() == words]


def test_a_proposed_condition_becomes_a_fact_without_a_concept() -> None:
    """The author's words are kept, nothing is coded, and the rule names the proposer."""
    (fact,) = named("She had blorbent. Blorbent got worse.", "blorbent", conditions="blorbent")
    assert isinstance(fact, ConditionFact)
    assert fact.name.concept is None
    assert fact.rule == "condition (test)"


@pytest.mark.parametrize(
    ("text", "whose", "certainty"),
    [
        ("There was no blorbent.", Whose.PATIENT, Certainty.NEGATED),
        ("Her mother had blorbent.", Whose.FAMILY, Certainty.AFFIRMED),
        ("She possibly had blorbent.", Whose.PATIENT, Certainty.SUSPECTED),
        ("In a series of 12 patients, all had blorbent.", Whose.OTHERS, Certainty.AFFIRMED),
    ],
)
def test_rules_decide_on_proposals(text: str, whose: Whose, certainty: Certainty) -> None:
    """A proposal says what words name, never whose or whether."""
    found = named(text, "blorbent", conditions="blorbent")
    assert [(f.whose, f.certainty) for f in found] == [(whose, certainty)]


def test_a_proposed_drug_takes_its_dose() -> None:
    """What belongs to a drug is read by the grammar."""
    (fact,) = named("She was given zorbimab 300 mg twice daily.", "zorbimab", drugs="zorbimab")
    assert isinstance(fact, MedicationFact)
    assert fact.dose is not None
    assert (fact.dose.digits, fact.dose.ucum) == ("300", "mg")


def test_a_known_name_is_not_proposed_away() -> None:
    """Where the vocabulary has a thing, no proposal changes it."""
    assert named("She had asthma.", "asthma", drugs="asthma")[0].rule == "condition"


@pytest.mark.parametrize("words", ["lorben", "blorbent. Then"])
def test_what_is_no_name_is_dropped(words: str) -> None:
    """Parts of words and words of two sentences name nothing."""
    assert named("She had blorbent. Then she left.", words.lower(), conditions=words) == []


def test_a_kind_nobody_knows_is_dropped() -> None:
    """Proposals have the kinds of the mappings."""
    assert named("She had blorbent.", "blorbent", moods="blorbent") == []


def test_offsets_are_those_of_the_text_as_given() -> None:
    """A proposal behind a repaired line break still stands in its place."""
    text = LEAD + "She was exam-\nined and had blorbent."
    case = extract(text, proposers=[Naming(conditions="blorbent")])
    fact = next(f for f in case.facts if isinstance(f, ConditionFact))
    assert text[fact.spans[0].start : fact.spans[0].end] == "blorbent"
