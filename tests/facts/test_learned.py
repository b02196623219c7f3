"""Names found by learnt weights: only nouns of illness, judged by the rules, the same every time."""

from __future__ import annotations

from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhirkit._data import learned_weights
from fhirkit.errors import MappingError
from fhirkit.facts.learned import (
    LABELS,
    LearnedProposer,
    _best_path,
    read_weights,
    shipped_weights,
)
from fhirkit.facts.lexicon import lexicon
from fhirkit.facts.model import Certainty, ConditionFact, Whose
from fhirkit.facts.read import extract
from fhirkit.narrative.narrative import Narrative, read_narrative

LEAD = "A 40-year-old woman was admitted. "
LARGEST_FILE = 300_000


def narrative(text: str) -> Narrative:
    """A text read for structure."""
    vocabulary = lexicon()
    return read_narrative(text, is_word=vocabulary.is_word, headings=vocabulary.headings)


def proposed(text: str) -> list[str]:
    """The words proposed in a text."""
    return [text[p.start : p.end] for p in LearnedProposer().propose(narrative(text))]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        pytest.param(
            "She developed blorbic syndrome after the second dose of amiodarone.",
            ["blorbic syndrome"],
            id="unknown-modifier",
        ),
        pytest.param(
            "He developed obliterative velar stenosis during treatment with lithium.",
            ["obliterative velar stenosis"],
            id="two-modifiers",
        ),
        pytest.param(
            "Amiodarone-induced drusal ulcers were diagnosed.", ["drusal ulcers"], id="induced"
        ),
        pytest.param(
            "He had drusal ulcers and velar stenosis.",
            ["drusal ulcers", "velar stenosis"],
            id="a-list-is-several-names",
        ),
    ],
)
def test_names_of_illness_are_proposed(text: str, names: list[str]) -> None:
    """A noun of illness with what stands before it, in a sentence that tells of a reaction."""
    assert proposed(text) == names


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Treatment with amiodarone was carried out.", id="treatment"),
        pytest.param("She developed progressive symptoms.", id="too-general"),
        pytest.param("He developed an objective response.", id="response"),
        pytest.param("She developed muscle relaxation.", id="no-illness"),
        pytest.param("The radial nerve was found.", id="site"),
        pytest.param("He developed grade 3 necrosis.", id="one-general-noun"),
        pytest.param("Her portal vein pressure was measured.", id="measured"),
        pytest.param("She was discharged in good condition.", id="discharge"),
        pytest.param("", id="nothing"),
        pytest.param("... (,) 12 34", id="no-words"),
    ],
)
def test_other_words_are_not_proposed(text: str) -> None:
    """What names no illness by itself is left alone, whatever the model makes of it."""
    assert proposed(text) == []


@pytest.mark.parametrize(
    ("text", "whose", "certainty"),
    [
        ("She developed velar stenosis after lithium.", Whose.PATIENT, Certainty.AFFIRMED),
        ("No velar stenosis occurred during treatment.", Whose.PATIENT, Certainty.NEGATED),
        ("Lithium-induced velar stenosis was ruled out.", Whose.PATIENT, Certainty.REFUTED),
        ("She had possible velar stenosis after lithium.", Whose.PATIENT, Certainty.SUSPECTED),
        ("Her mother developed velar stenosis after lithium.", Whose.FAMILY, Certainty.AFFIRMED),
        (
            "Four patients in the literature developed velar stenosis after lithium.",
            Whose.OTHERS,
            Certainty.AFFIRMED,
        ),
    ],
)
def test_rules_decide_whose_and_whether(text: str, whose: Whose, certainty: Certainty) -> None:
    """The model never says whose a name is, and no name holds the word that denies it."""
    case = extract(LEAD + text, proposers=[LearnedProposer()])
    (fact,) = [f for f in case.facts if isinstance(f, ConditionFact)]
    assert (fact.whose, fact.certainty) == (whose, certainty)
    assert fact.name.span.text == "velar stenosis"
    assert fact.name.concept is None
    assert "(learned)" in fact.rule


def test_a_name_the_vocabulary_has_stays_the_vocabularys() -> None:
    """What has a concept keeps it."""
    text = LEAD + "She developed severe pancreatitis after treatment with azathioprine."
    with_model = extract(text, proposers=[LearnedProposer()])
    assert with_model.facts == extract(text).facts


def test_without_the_proposer_nothing_is_learnt() -> None:
    """It reads only where it is named."""
    case = extract(LEAD + "She developed velar stenosis after lithium.")
    assert not any("learned" in fact.rule for fact in case.facts)


def test_the_same_text_gives_the_same_proposals() -> None:
    """Whatever was read before."""
    text = "She developed drusal ulcers and obliterative velar stenosis after lithium."
    used = LearnedProposer()
    list(used.propose(narrative("Other words were read. Lithium-induced blorbic syndrome.")))
    assert list(used.propose(narrative(text))) == list(LearnedProposer().propose(narrative(text)))


@given(st.lists(st.tuples(*[st.integers(-300, 300)] * len(LABELS)), min_size=1, max_size=5))
def test_the_best_path_is_the_best_of_all(states: list[tuple[int, ...]]) -> None:
    """As if every row of labels had been tried."""
    moves = shipped_weights().transitions

    def score(path: tuple[int, ...]) -> int:
        steps = sum(moves[a][b] for a, b in pairwise(path))
        return steps + sum(state[label] for state, label in zip(states, path, strict=True))

    def allowed(path: tuple[int, ...]) -> bool:
        names = ["O", *(LABELS[label] for label in path)]
        return all(b[0] != "I" or a[1:] == b[1:] for a, b in pairwise(names))

    paths = filter(allowed, product(range(len(LABELS)), repeat=len(states)))
    best = tuple(_best_path(states, moves))
    assert allowed(best)
    assert score(best) == max(map(score, paths))


def test_the_weights_are_small_whole_numbers() -> None:
    """Eight bits each, and a file that may ship."""
    weights = shipped_weights()
    numbers = [n for row in (*weights.features.values(), *weights.transitions) for n in row]
    assert max(map(abs, numbers)) <= 127
    assert len(learned_weights().encode()) <= LARGEST_FILE
    assert not weights.conditions & weights.symptoms


def test_weights_with_other_labels_are_refused() -> None:
    """A file of another version is no model."""
    with pytest.raises(MappingError):
        read_weights(learned_weights().replace("labels\tO B-E", "labels\tO B-X"))
