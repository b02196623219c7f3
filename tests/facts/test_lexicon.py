from __future__ import annotations

import pytest

from fhirkit.facts.lexicon import lexicon
from reading import narrative


def things(text: str) -> list[tuple[str, str, str]]:
    """(kind, concept, words) of the things in a text."""
    story = narrative(text)
    return [(m.kind, m.name, story.span(m.start, m.end).text) for m in lexicon().things(story)]


@pytest.mark.parametrize(
    ("text", "kind", "concept", "words"),
    [
        pytest.param("She took Tysabri.", "drugs", "natalizumab", "Tysabri", id="brand"),
        pytest.param("She took aciclovir.", "drugs", "acyclovir", "aciclovir", id="british"),
        pytest.param("interferon β-1a", "drugs", "interferon beta-1a", "interferon β-1a", id="greek"),
        pytest.param("haemolytic anemia", "conditions", "haemolytic anaemia", "haemolytic anemia", id="mixed-spelling"),
        pytest.param("Graves’ disease", "conditions", "Graves disease", "Graves’ disease", id="apostrophe"),
        pytest.param("multiple\nsclerosis", "conditions", "multiple sclerosis", "multiple\nsclerosis", id="over-a-line"),
        pytest.param("relapsing–remitting MS", "conditions", "relapsing-remitting multiple sclerosis", "relapsing–remitting MS", id="dash"),
        pytest.param("white blood cells", "observations", "leukocytes", "white blood cells", id="plural"),
        pytest.param("HEADACHE", "symptoms", "headache", "HEADACHE", id="capitals"),
    ],
)  # fmt: skip
def test_spellings_of_a_concept(text: str, kind: str, concept: str, words: str) -> None:
    """Brands, British and American spelling, Greek letters, dashes, line ends."""
    assert things(text) == [(kind, concept, words)]


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        pytest.param("Ms Brown felt well", "multiple sclerosis", id="ms-is-a-title"),
        pytest.param("within 5 ms of it", "multiple sclerosis", id="ms-is-a-time"),
        pytest.param("he had as much", "aspirin", id="as"),
        pytest.param("an ana word", "ANA", id="ana"),
        pytest.param("alt text", "ALT", id="alt"),
        pytest.param("it was cold", "cold agglutinin disease", id="cold"),
        pytest.param("the tan line", "T cells", id="part-of-a-word"),
        pytest.param("uncoughed", "cough", id="inside-a-word"),
    ],
)
def test_what_only_looks_like_a_concept(text: str, concept: str) -> None:
    """Abbreviations count as they are written, words as whole words."""
    assert concept not in [name for _, name, _ in things(text)]


def test_the_longest_phrase_wins() -> None:
    """A disease's name inside a longer one is no second disease."""
    assert [name for _, name, _ in things("autoimmune haemolytic anaemia")] == [
        "autoimmune haemolytic anaemia"
    ]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        pytest.param("She came to the stroke unit.", "conditions", id="a-ward"),
        pytest.param("He had yellow fever.", "symptoms", id="a-disease"),
        pytest.param("HIV-negative donors", "conditions", id="a-test"),
    ],
)
def test_blocked_phrases_are_not_read_as_the_shorter_one(text: str, kind: str) -> None:
    """`blocked.csv`: the stroke in "stroke unit" is no stroke."""
    assert kind not in [found for found, _, _ in things(text)]


def test_a_blocked_phrase_bars_one_kind_only() -> None:
    """The HIV of "HIV-negative" is no infection, and still a test."""
    assert [(kind, words) for kind, _, words in things("HIV-negative donors")] == [
        ("observations", "HIV")
    ]


def test_a_blocked_phrase_bars_no_further() -> None:
    """What stands behind the blocked phrase is read again."""
    assert [name for _, name, _ in things("the stroke unit saw a stroke")] == ["stroke"]


def test_signs_inside_blocked_phrases_are_not_read() -> None:
    """Normal saline is no normal result."""
    story = narrative("She was given normal saline; the scan was normal.")
    signs = [m for m in lexicon().signs(story) if m.entry.axis == "interpretation"]
    assert [(m.name, m.start) for m in signs] == [("N", 42)]


def test_signs_of_different_kinds_may_overlap() -> None:
    """A word may be a cue on two axes."""
    story = narrative("The patient died after admission to the ward.")
    found = {(m.entry.axis, m.name) for m in lexicon().signs(story)}
    assert ("whose", "patient") in found
    assert ("outcome", "fatal") in found
    assert ("seriousness", "death") in found


def test_a_phrase_that_reaches_both_ways_is_kept_for_both() -> None:
    """ "excluded" refutes what stands before it and what stands behind it."""
    story = narrative("It was excluded.")
    scopes = {m.entry.scope for m in lexicon().signs(story) if m.entry.axis == "certainty"}
    assert scopes >= {"forward", "backward"}


def test_words_of_the_vocabulary_are_known() -> None:
    """Line-break hyphens ask for single folded words."""
    assert lexicon().is_word("sclerosis")
    assert not lexicon().is_word("qwertzuiop")


def test_the_lexicon_is_made_once() -> None:
    """Reading the mappings costs time; the second call is a look-up."""
    assert lexicon() is lexicon()
