from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fhirkit._data import load_mappings
from fhirkit.facts.lexicon import Lexicon, lexicon
from reading import narrative

if TYPE_CHECKING:
    from pathlib import Path


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


# Names beyond the mappings

HEAD = "# fhirkit-mapping 1\n# 2026-11-22 rows of a site\n"


def beside(folder: Path, **files: str) -> Lexicon:
    """The shipped lexicon with a site's files laid over it."""
    for stem, content in files.items():
        (folder / f"{stem}.csv").write_text(HEAD + content, encoding="utf-8", newline="\n")
    return Lexicon(load_mappings(folder))


@pytest.mark.parametrize(
    ("text", "kind", "concept"),
    [
        pytest.param("He had melioidosis.", "conditions", "melioidosis", id="disease"),
        pytest.param("A hyphaema was seen.", "symptoms", "hyphema", id="british-sign"),
        pytest.param("She took ketanserin.", "drugs", "ketanserin", id="ingredient"),
        pytest.param("He took Neptazane.", "drugs", "methazolamide", id="brand-of-a-row-of-ours"),
        pytest.param("MELIOIDOSIS", "conditions", "melioidosis", id="capitals"),
    ],
)
def test_names_beyond_the_mappings_are_mentions_like_any_other(
    text: str, kind: str, concept: str
) -> None:
    """The vocabulary's names are found under its concepts, or under the row of ours they mean."""
    assert [(found, name) for found, name, _ in things(text)] == [(kind, concept)]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("We saw neptazane there.", id="brand-without-a-capital"),
        pytest.param("The water was cold.", id="water"),
        pytest.param("A small house of foam cells.", id="thing-of-the-laboratory"),
        pytest.param("The aortic arch was seen.", id="anatomy"),
        pytest.param("The carbon monoxide rose.", id="gas"),
        pytest.param("Uncle Praxis met Corwin.", id="names-of-people"),
    ],
)
def test_what_is_no_name_beyond_the_mappings(text: str) -> None:
    """Ordinary words, anatomy and people are read as before."""
    assert [
        name for kind, name, _ in things(text) if kind in ("drugs", "conditions", "symptoms")
    ] == []


def test_our_names_win_where_words_are_shared(tmp_path: Path) -> None:
    """A row of a site takes its words from every longer or overlapping name of the vocabulary."""
    lexicon_of_site = beside(
        tmp_path, symptoms="name,synonyms,source\nfrontal sign,bossing of the,ours\n"
    )
    story = narrative("There was frontal bossing of the skull.")
    assert [m.name for m in lexicon().things(story)] == ["frontal bossing"]
    assert [m.name for m in lexicon_of_site.things(story)] == ["frontal sign"]


def test_a_blocked_phrase_bars_names_beyond_the_mappings(tmp_path: Path) -> None:
    """blocked.csv holds for all names, by kind: alone, and inside a longer phrase."""
    barred = beside(
        tmp_path,
        blocked="kind,phrase,reason,source\nconditions,melioidosis ward,a ward,ours\n"
        "drugs,ketanserin,ours,ours\nconditions,hyphema,another kind,ours\n",
    )
    story = narrative("The melioidosis ward gave ketanserin for hyphema and melioidosis.")
    assert [(m.name, m.first) for m in barred.things(story)] == [("hyphema", 6), ("melioidosis", 8)]


def test_names_found_do_not_depend_on_what_was_read_before() -> None:
    """Names are taken in as texts have their words; the order of texts changes nothing."""
    texts = ["He had melioidosis.", "Risus sardonicus, then melioidosis.", "Ketanserin was given."]
    made = load_mappings()
    forward, backward = Lexicon(made), Lexicon(made)
    stories = [narrative(text) for text in texts]
    once = [[(m.name, m.start) for m in forward.things(story)] for story in stories]
    again = [[(m.name, m.start) for m in backward.things(story)] for story in reversed(stories)]
    assert once == again[::-1]
    assert all(once)


def test_words_beyond_the_mappings_decide_no_hyphen() -> None:
    """Whether a line-break hyphen stays is decided by our own words."""
    assert not lexicon().is_word("melioidosis")
