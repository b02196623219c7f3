"""The narrative as HTML: its text character by character, with every span marked."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

import fhirkit
from fhirkit.facts.model import LeftOut, Statement, Whose
from fhirkit.narrative.span import Span
from fhirkit.report.entries import Entry
from fhirkit.report.marks import marked, reason


def entry(
    name: str, *places: tuple[int, int], text: str, kind: str = "condition", **more: str
) -> Entry:
    """An entry with spans at these places of a text."""
    spans = tuple(Span(start, end, text[start:end]) for start, end in places)
    return Entry(id=name, kind=kind, group="", title=name, mentions=spans, spans=spans, **more)  # type: ignore[arg-type]


def shown(html: str) -> str:
    """What a browser takes for the text."""
    return unescape(re.sub(r"<[^>]*>", "", html))


def marks(html: str) -> list[tuple[str, str]]:
    """Each mark's words with the facts it belongs to."""
    found = re.findall(
        r'<a class="m[^>]*href="#f-([^"]*)"(?: data-f="([^"]*)")?>(.*?)</a>', html, re.DOTALL
    )
    return [(unescape(words), facts or fact) for fact, facts, words in found]


TEXT = "severe headache and fever"


def test_a_span_is_a_link_to_its_fact() -> None:
    """The mark has an address of its own, leads to the fact, and shows its kind."""
    html = marked(TEXT, [entry("c-1", (7, 15), text=TEXT)], (), ())
    assert html == ('severe <a class="m k-condition" id="t-7" href="#f-c-1">headache</a> and fever')


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        pytest.param(
            {"wide": (0, 15), "tight": (7, 15)},
            [("severe ", "wide"), ("headache", "tight wide")],
            id="nested",
        ),
        pytest.param(
            {"left": (0, 15), "right": (7, 25)},
            [("severe ", "left"), ("headache", "left right"), (" and fever", "right")],
            id="overlapping",
        ),
        pytest.param(
            {"one": (7, 15), "two": (7, 15)}, [("headache", "one two")], id="the same place"
        ),
        pytest.param(
            {"one": (0, 6), "two": (6, 15)},
            [("severe", "one"), (" headache", "two")],
            id="side by side",
        ),
    ],
)
def test_spans_may_lie_in_any_way(
    spans: dict[str, tuple[int, int]], expected: list[tuple[str, str]]
) -> None:
    """The text is cut at every border; each piece names its facts, the tightest first."""
    entries = [entry(name, place, text=TEXT) for name, place in spans.items()]
    html = marked(TEXT, entries, (), ())
    assert marks(html) == expected
    assert shown(html) == TEXT


@given(st.data())
def test_the_text_is_kept_whatever_is_marked(data: st.DataObject) -> None:
    """No spans, sentences or left out words add, drop or move a character."""
    text = data.draw(st.text(alphabet="ab <&\n\r\té😀\u0301", min_size=1, max_size=40))
    places = st.tuples(st.integers(0, len(text) - 1), st.integers(1, len(text))).filter(
        lambda place: place[0] < place[1]
    )
    entries = [
        entry(f"e{n}", place, text=text)
        for n, place in enumerate(data.draw(st.lists(places, max_size=12)))
    ]
    statements = [
        Statement(Span(a, b, text[a:b]), Whose.OTHERS, "why")
        for a, b in data.draw(st.lists(places, max_size=4))
    ]
    left = [
        LeftOut(Span(a, b, text[a:b]), "drug", "why", whose=data.draw(st.sampled_from(Whose)))
        for a, b in data.draw(st.lists(places, max_size=4))
    ]
    html = marked(text, entries, statements, left)
    assert shown(html) == text
    ids = re.findall(r' id="([^"]*)"', html)
    assert len(set(ids)) == len(ids), "an address is given twice"


def test_every_mention_of_every_fact_can_be_reached() -> None:
    """Each span of a real case has a mark that starts where it starts."""
    text = (
        "A 40-year-old woman with multiple sclerosis was given alemtuzumab 12 mg daily for five "
        "days. Eight months later she had severe headache, and haemoglobin was 6.8 g/dL."
    )
    case = fhirkit.extract(text, explain=True)
    entries = [
        Entry(id=f.id, kind="condition", group="", title="", mentions=f.spans, spans=f.spans)
        for f in case.facts
    ]
    html = marked(text, entries, case.statements, case.left_out)
    for fact in case.facts:
        for span in fact.spans:
            assert f'id="t-{span.start}"' in html


def test_what_is_not_the_patients_is_dimmed_with_the_reason() -> None:
    """A sentence about others stands in one dimmed run that says why; its marks stay links."""
    text = "She had fever. In a series of 12 patients, all had a rash."
    case = fhirkit.extract("A 40-year-old woman came. " + text, explain=True)
    html = marked(case.text, (), case.statements, ())
    assert re.search(
        r'<span class="dim" data-why="other patients[^"]*">In a series of 12 patients, '
        r"all had a rash\.</span>",
        html,
    )
    assert "fever" in html.split("<span")[0]


def test_a_thing_of_somebody_else_is_dimmed_alone() -> None:
    """What the sister was given stands in a sentence that may be the patient's."""
    text = "A 40-year-old woman was given aspirin. Her sister was given aspirin, too."
    case = fhirkit.extract(text, explain=True)
    html = marked(text, (), case.statements, case.left_out)
    assert '<span class="dim" data-why="family">aspirin</span>' in html
    assert html.startswith("A 40-year-old woman was given aspirin.")


def test_neighbours_of_one_reason_are_one_run() -> None:
    """Ten sentences of a discussion have one reason and not ten."""
    text = "One thing. Another thing."
    statements = [
        Statement(Span(0, 10, text[:10]), Whose.GENERAL, "section discussion"),
        Statement(Span(11, 25, text[11:]), Whose.GENERAL, "as before: section discussion"),
    ]
    html = marked(text, (), statements, ())
    assert html.count('class="dim"') == 1
    assert 'data-why="discussion"' in html


@pytest.mark.parametrize(
    ("whose", "why", "expected"),
    [
        (Whose.GENERAL, "section discussion", "discussion"),
        (Whose.GENERAL, "general statement", "known in general"),
        (Whose.FAMILY, "as before: a relative: “mother”", "family: a relative: “mother”"),
        (Whose.DEFINITION, "figure legend", "definition or legend: figure legend"),
    ],
)
def test_reasons_are_told_for_people(whose: Whose, why: str, expected: str) -> None:
    """Whose it is comes first, the rule after it where it says more."""
    assert reason(Statement(Span(0, 1, "x"), whose, why)) == expected


@pytest.mark.parametrize(
    ("more", "look"),
    [
        ({"certainty": "negated"}, "m k-condition n"),
        ({"certainty": "suspected"}, "m k-condition"),
        ({"whose": "family"}, "m k-condition o"),
    ],
)
def test_denied_and_others_look_otherwise(more: dict[str, str], look: str) -> None:
    """Not only by colour: the line under the words differs."""
    html = marked(TEXT, [entry("c", (7, 15), text=TEXT, **more)], (), ())
    assert f'class="{look}"' in html


def test_what_was_left_out_leads_to_its_reason() -> None:
    """Only where it is the patient's and no fact covers it."""
    left = [
        LeftOut(Span(0, 6, "severe"), "symptom", "why"),
        LeftOut(Span(7, 15, "headache"), "symptom", "why"),
        LeftOut(Span(20, 25, "fever"), "symptom", "why", whose=Whose.OTHERS),
    ]
    html = marked(TEXT, [entry("c", (7, 15), text=TEXT)], (), left)
    assert re.findall(r'<a class="u"[^>]*>(.*?)</a>', html) == ["severe"]
    assert 'data-why="other patients">fever</span>' in html
    assert 'href="#l-0"' in html


def test_forty_facts_at_one_place_are_all_named() -> None:
    """None is lost behind another."""
    entries = [entry(f"c-{n}", (n % 7, 15 + n % 10), text=TEXT) for n in range(40)]
    facts = dict(marks(marked(TEXT, entries, (), ())))[" headache"].split()
    assert len(facts) == len(set(facts)) == 40
