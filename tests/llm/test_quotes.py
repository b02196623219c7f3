"""Only what stands in the text is found, at the place it stands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhirkit.facts.lexicon import lexicon
from fhirkit.facts.read import extract
from fhirkit.llm.answer import Answer, Link, Quote
from fhirkit.llm.quotes import ENDS, NAMES, Found, find
from reading import narrative

LEAD = "A 40-year-old woman was admitted. "


def found(text: str, *quotes: tuple[str, ...], links: tuple[Link, ...] = ()) -> Found:
    """What is found of quotes given as kind, words, id and context."""
    made = [
        Quote(kind, words, rest[1] if len(rest) > 1 else "", rest[0] if rest else "")
        for kind, words, *rest in quotes
    ]
    answer = Answer(tuple(sorted(made)), tuple(sorted(links)), 0)
    return find(narrative(text), lexicon(), answer, "openai:m")


def said(text: str, result: Found) -> list[str]:
    """The words of the proposals, as the text has them."""
    return [text[p.start : p.end] for p in result.proposals]


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        pytest.param("She had blorbent.", "blorbent", ["blorbent"], id="plain"),
        pytest.param("Blorbent it was, blorbent.", "blorbent", ["blorbent"], id="case"),
        pytest.param("blorbent, then blorbent", "blorbent", ["blorbent"] * 2, id="everywhere"),
        pytest.param("She had acute\n  blorbent.", "acute blorbent", ["acute\n  blorbent"], id="wrapped"),
        pytest.param("She had blor-\nbent and blorbent.", "blorbent", ["blor-\nbent", "blorbent"], id="hyphen"),
        pytest.param("She had blorb–zorb disease.", "blorb-zorb disease", ["blorb–zorb disease"], id="dash"),
        pytest.param("She had Blorb’s disease.", "Blorb's disease", ["Blorb’s disease"], id="apostrophe"),
        pytest.param("She had blorbent [3, 4].", "blorbent", ["blorbent"], id="citation"),
    ],
)  # fmt: skip
def test_a_name_is_found_wherever_it_stands(text: str, words: str, expected: list[str]) -> None:
    """Letter by letter; white space, line-end hyphens and the shape of dashes apart."""
    result = found(text, ("condition", words))
    assert said(text, result) == expected
    assert result.dropped == ()


@pytest.mark.parametrize(
    ("text", "kind", "words", "why"),
    [
        pytest.param("She had blorbent.", "condition", "zorbent", "not in the text", id="invented"),
        pytest.param("She had blorbent.", "condition", "Blorbent", "not in the text", id="other-case"),
        pytest.param("She took 40 mg.", "dose", "400 mg", "not in the text", id="changed-number"),
        pytest.param("She took 140 mg.", "dose", "40 mg", "no whole words", id="part-of-number"),
        pytest.param("She had blorbent.", "condition", "orben", "no whole words", id="part-of-word"),
        pytest.param("It was blorb. Zorb came.", "condition", "blorb. Zorb", "no whole words", id="two-sentences"),
        pytest.param("She had no blorbent.", "condition", "no blorbent", "more than a name", id="denied"),
        pytest.param("Possible blorbent.", "condition", "Possible blorbent", "more than a name", id="doubted"),
        pytest.param("Her mother had zorb.", "condition", "mother had zorb", "more than a name", id="relative"),
        pytest.param("It was due to zorb.", "drug", "due to zorb", "more than a name", id="cause"),
        pytest.param("She had the drug.", "drug", "drug", "no name", id="everyday-word"),
        pytest.param("She took oral tablets.", "drug", "oral tablets", "no name", id="form"),
        pytest.param("She took 40 of them.", "drug", "40", "no name", id="number"),
        pytest.param("EDSS was 4.", "score", "EDSS", "of no kind asked for", id="unknown-kind"),
        pytest.param("Blorbin was 4.", "observation", "Blorbin", "of no kind asked for", id="valued-kind"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_dropped_with_its_reason(
    text: str, kind: str, words: str, why: str
) -> None:
    """And proposes nothing."""
    result = found(text, (kind, words))
    assert result.proposals == ()
    assert [d.why[: len(why)] for d in result.dropped] == [why]


def test_a_blocked_phrase_stays_blocked() -> None:
    """What the vocabulary knows to be no such thing is not proposed as one."""
    blocked = next(b for b in lexicon().mappings.blocked if b.kind == "conditions")
    result = found(f"It said {blocked.phrase} there.", ("condition", blocked.phrase))
    assert [d.why for d in result.dropped] in (["known as no such thing"], ["no name"])


def test_notices_count_and_never_quote() -> None:
    """Kinds that a model made up are told as other."""
    result = found(
        LEAD,
        ("drug", "zorbimab"), ("drug", "glorbimab"), ("condition", "blorbent"),
        ("her secret", "woman"), ("condition", "woman was"),
        links=(Link("dose", "1", "2", ""),),
    )  # fmt: skip
    told = " ".join(result.notices())
    assert "not in the text (1 condition, 2 drug)" in told
    assert "of no kind asked for (1 other)" in told
    assert "dropped 1 link" in told
    for words in ("zorbimab", "glorbimab", "blorbent", "secret", "woman"):
        assert words not in told


def test_only_words_of_the_text_are_shown_as_left_out() -> None:
    """A dropped quote that is not in the text has no place to show."""
    text = LEAD + "She had no blorbent."
    result = found(text, ("condition", "no blorbent"), ("condition", "zorbent"))
    (item,) = result.left_out(text)
    assert (item.span.text, item.kind) == ("no blorbent", "condition")
    assert item.why == "openai:m: more than a name"


DOSES = "She took zorbimab 40 mg. Then zorbimab 40 mg and glorbimab 80 mg were given."


@pytest.mark.parametrize(
    ("quotes", "expected"),
    [
        pytest.param([("dose", "80 mg", "1"), ("drug", "glorbimab", "2")], [("80 mg", 49)], id="unique"),
        pytest.param([("dose", "80 mg", "1"), ("drug", "zorbimab", "2")], [("80 mg", 30)], id="same-sentence"),
        pytest.param([("dose", "40 mg", "1"), ("drug", "zorbimab", "2")], [], id="two-sentences"),
        pytest.param(
            [("dose", "40 mg", "1", "Then zorbimab 40 mg"), ("drug", "zorbimab", "2")],
            [("40 mg", 30)], id="context"),
        pytest.param(
            [("dose", "40 mg", "1", "Then she took zorbimab 40 mg"), ("drug", "zorbimab", "2")],
            [], id="invented-context"),
        pytest.param(
            [("dose", "40 mg", "1", "zorbimab 40 mg"), ("drug", "zorbimab", "2")], [], id="context-twice"),
        pytest.param([("dose", "81 mg", "1"), ("drug", "zorbimab", "2")], [], id="changed-number"),
        pytest.param([("dose", "80 mg", "1"), ("drug", "borbimab", "2")], [], id="invented-drug"),
        pytest.param([("dose", "80 mg", "1"), ("condition", "zorbimab", "2")], [], id="wrong-kind"),
        pytest.param([("drug", "glorbimab", "1"), ("dose", "80 mg", "2")], [], id="wrong-way"),
        pytest.param([("dose", "80 mg", "1")], [], id="no-end"),
    ],
)  # fmt: skip
def test_a_link_must_stand_in_one_sentence_in_one_way(
    quotes: list[tuple[str, ...]], expected: list[tuple[str, int]]
) -> None:
    """Its ends are found in the text, or there is no link."""
    result = found(DOSES, *quotes, links=(Link("dose", "1", "2", ""),))
    assert [(DOSES[h.start : h.end], h.of_start) for h in result.hints] == expected
    assert result.dropped_links == 1 - len(expected)


@pytest.mark.parametrize("kind", ["value", "time", "reason", "suspect"])
def test_a_kind_of_link_that_nothing_can_check_is_dropped(kind: str) -> None:
    """A suspect without the author's words is one of them."""
    quotes = [("drug", "glorbimab", "1"), ("condition", "glorbent", "2")]
    result = found("Glorbent by glorbimab: glorbent.", *quotes, links=(Link(kind, "1", "2", ""),))
    assert (result.hints, result.dropped_links) == ((), 1)


TEXT = (
    "Zorbimab, 40 mg, was given to a 30-year-old woman.\n\nHer mother had no blor-\nbent [1]; "
    "rituximab 1 g was not the cause of her rash. Discussion\nMany patients had zorbent."
)


@given(
    st.lists(
        st.tuples(
            st.sampled_from([*NAMES, *ENDS]),
            st.integers(0, len(TEXT) - 1),
            st.integers(1, 40),
            st.sampled_from(["1", "2", "3", ""]),
        ),
        max_size=12,
    ),
    st.lists(st.sampled_from([Link(k, a, b, c) for k in ("dose", "suspect")
             for a in "123" for b in "123" for c in "123"]), max_size=6),
)  # fmt: skip
def test_any_answer_made_of_the_text_gives_a_case(
    pieces: list[tuple[str, int, int, str]], links: list[Link]
) -> None:
    """Nothing a model can quote breaks the reading, and its words cannot take away a denial."""
    quotes = [(kind, TEXT[at : at + size], name) for kind, at, size, name in pieces]
    result = found(TEXT, *quotes, links=tuple(links))
    case = extract(TEXT, proposers=[result], hints=result.hints, explain=True)
    for fact in case.facts:
        assert "zorbent" not in fact.spans[0].text or fact.whose.value != "patient"
        assert (
            "bent" not in fact.spans[0].text
            or fact.certainty.value == "negated"
            or (fact.whose.value in ("others", "general"))
        )
    assert not any("rash" in fact.id for fact in case.facts if fact.id.startswith("adverse"))
    result.left_out(TEXT)
