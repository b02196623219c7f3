"""Names no vocabulary has are judged by the same rules as known ones, and stay without a code."""

from __future__ import annotations

import pytest

from fhirkit.facts.lexicon import lexicon
from fhirkit.facts.model import Certainty, ConditionFact, Fact, MedicationFact, Whose
from fhirkit.facts.propose import Hint, Proposal
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


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("She had no blorbent.", "no blorbent", id="denied"),
        pytest.param("She had suspected blorbent.", "suspected blorbent", id="doubted"),
        pytest.param("Her mother had blorbent.", "mother had blorbent", id="relative"),
        pytest.param("Blorbent due to zorb.", "Blorbent due to zorb", id="cause"),
        pytest.param("She had 14 of them.", "14", id="number"),
    ],
)
def test_a_name_holds_no_cue(text: str, words: str) -> None:
    """What a rule must meet outside a name cannot be hidden in it."""
    assert named(text, words.lower(), conditions=words) == []


@pytest.mark.parametrize("kind", ["observations", "scores"])
def test_what_has_values_is_not_proposed(kind: str) -> None:
    """Without units and bounds no value can be checked."""
    assert named("The blorb index was 14.", "blorb index", **{kind: "blorb index"}) == []


def test_a_blocked_phrase_is_not_proposed() -> None:
    """What the mappings bar from a kind stays barred."""
    rows = lexicon().mappings.blocked
    phrase = next(r.phrase for r in rows if r.kind == "conditions" and " " in r.phrase)
    assert named(f"She had {phrase}.", phrase.lower(), conditions=phrase) == []


def dose_of(text: str, words: str, drug: str) -> tuple[str | None, str]:
    """The dose of a drug where a hint ties the last ``words`` to it, and its rule."""
    at, of = text.rindex(words), text.rindex(drug)
    hint = Hint("dose", at, at + len(words), of, of + len(drug), at, at + len(words), "test")
    case = extract(LEAD + text, hints=[replaced(hint, len(LEAD))])
    fact = next(f for f in case.facts if isinstance(f, MedicationFact) and f.spans[0].text == drug)
    return fact.dose.digits if fact.dose else None, fact.rule


def replaced(hint: Hint, by: int) -> Hint:
    """The hint with its offsets moved."""
    moved = (hint.start, hint.end, hint.of_start, hint.of_end, hint.words_start, hint.words_end)
    return Hint(hint.kind, *(offset + by for offset in moved), hint.by)


def test_a_hint_ties_a_dose_the_grammar_left_open() -> None:
    """And the rule names who hinted."""
    text = "She was put on rituximab by the doctors of the other hospital in town, 500 mg."
    assert dose_of(text, "500 mg", "rituximab") == ("500", "medication; dose tied by test")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("She took rituximab 300 mg, later in the same long year 500 mg.", "300", id="has-one"),
        pytest.param("She took rituximab, and metformin 500 mg.", None, id="anothers"),
        pytest.param("She took rituximab; there were the usual 500 mg.", None, id="clause"),
        pytest.param("She took rituximab. Later there were the 500 mg.", None, id="sentence"),
    ],
)  # fmt: skip
def test_a_hint_gives_way_to_grammar(text: str, expected: str | None) -> None:
    """It is followed only where nothing speaks against it."""
    assert dose_of(text, "500 mg", "rituximab")[0] == expected


def test_a_hint_at_nothing_is_no_hint() -> None:
    """Offsets that fit no number or drug change nothing."""
    text = LEAD + "She took rituximab."
    for place in ((0, 0, 0, 0), (5, 500, 3, 900), (40, 45, 2, 4)):
        hint = Hint("dose", *place, 0, 1, "test")
        assert extract(text, hints=[hint]) == extract(text)
