"""The facts of a case as HTML, group by group."""

from __future__ import annotations

import re
from html import unescape

import pytest

from fhirkit.facts.model import LeftOut, Whose
from fhirkit.narrative.span import Span
from fhirkit.report.entries import Code, Detail, Entry, Made, Part
from fhirkit.report.facts import groups, ways
from fhirkit.report.kinds import GROUPS
from fhirkit.report.left_out import left_out

SPAN = Span(5, 9, "fact")


def entry(**given: object) -> Entry:
    """An entry with some of its fields."""
    fields = {
        "id": "condition-x",
        "kind": "condition",
        "group": "diagnoses",
        "title": "gout",
        "words": "fact",
        "mentions": (SPAN,),
        "spans": (SPAN,),
        "made": Made("Condition", "key-1"),
        "seen": "0" * 16,
    }
    return Entry(**(fields | given))  # type: ignore[arg-type]


def told(html: str) -> str:
    """The text of a piece of HTML."""
    return unescape(re.sub(r"<[^>]*>", "", html))


def test_groups_stand_in_the_order_of_a_case() -> None:
    """Whatever the order of the text; a group without facts has no heading."""
    entries = [entry(id=f"c-{key}", group=key) for key in reversed(GROUPS)]
    headings = re.findall(r"<h3>([^<]*) <span", groups(entries))
    assert [unescape(heading) for heading in headings] == list(GROUPS.values())
    assert "<h3>" not in groups([])


@pytest.mark.parametrize("patients", [[None], [1, 2, None]])
def test_every_group_has_a_way_to_it(patients: list[int | None]) -> None:
    """The last ones are far down; each link leads to a group that is there."""
    entries = [
        entry(id=f"c-{number}-{key}", group=key, patient=number)
        for number in patients
        for key in ("others", "exposure")
    ]
    links = re.findall(r'href="#([^"]*)"', ways(entries))
    assert links == re.findall(r'<section class="group[^"]*" id="([^"]*)"', groups(entries))
    assert ways([]) == ""


def test_groups_have_counts() -> None:
    """As many as there are facts."""
    html = groups([entry(), entry(id="condition-y")])
    assert '<h3>Diagnoses <span class="count">2</span></h3>' in html


def test_a_card_has_all_that_is_known() -> None:
    """Value, unit, certainty, code with display, resource, details, words."""
    html = groups(
        [
            entry(
                title="hemoglobin",
                value="6.8",
                unit="g/dL",
                certainty="suspected",
                codes=(Code("http://loinc.org", "LOINC", "718-7", "Hemoglobin"),),
                details=(Detail("when", (Part("later", SPAN), Part("from it", fact="c-2"))),),
            )
        ]
    )
    text = told(html)
    for words in (
        "6.8 g/dL",
        "suspected",
        "LOINC 718-7 Hemoglobin",
        "Condition",
        "later; from it",
        "fact",
    ):
        assert words in text
    assert '<a href="#t-5">later</a>; <a href="#f-c-2">from it</a>' in html


def test_what_a_decision_needs_is_data() -> None:
    """Places, digest, value, unit and code; the usual certainty and owner are left out."""
    html = groups([entry(value="1", unit="mg", codes=(Code("s", "S", "c", "d"),))])
    for data in ('data-spans="5-9"', 'data-mentions="1"', 'data-value="1"', 'data-code="s|c|d"'):
        assert data in html
    assert "data-certainty" not in html
    assert "data-whose" not in html
    assert 'data-whose="family"' in groups([entry(whose="family")])


def test_a_fact_that_only_can_be_read_has_no_place_for_decisions() -> None:
    """A resource that is no fact of the reading cannot be decided on here."""
    assert 'class="decide"' in groups([entry()])
    assert 'class="decide"' not in groups([entry(seen=None)])


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"made": None}, "no resource"),
        ({"codes": ()}, "no code"),
        ({"whose": "others"}, "other patients"),
        ({"certainty": "not-done"}, "not done"),
    ],
)
def test_what_is_missing_or_denied_is_said(given: dict[str, object], words: str) -> None:
    """In words, not by colour alone."""
    assert words in told(groups([entry(**given)]))


def test_a_patient_needs_no_code() -> None:
    """Nothing in a Patient says what it is about."""
    assert "no code" not in told(groups([entry(kind="patient", group="patient")]))


def test_ages_are_in_the_plural() -> None:
    """The text has "33-year-old"; what can be corrected stays as it is read."""
    html = groups([entry(kind="patient", value="33", unit="year")])
    assert "age 33 years" in told(html)
    assert 'data-unit="year"' in html
    assert "age 1 year<" in groups([entry(kind="patient", value="1", unit="year")])


def test_long_words_are_cut_on_the_card() -> None:
    """The whole statement is a click away."""
    assert "…" in told(groups([entry(words="word " * 60)]))


def test_words_inside_other_words_lead_to_those() -> None:
    """A place without a mark of its own leads to the mark around it."""
    outer = Span(0, 20, "x" * 20)
    details = (Detail("judged", (Part("low", Span(4, 7, "xxx")),)),)
    assert '<a href="#t-0">low</a>' in groups([entry(spans=(outer,), details=details)])


@pytest.mark.parametrize(
    "hostile", ["<script>x()</script>", '" onclick="x()', "&lt;b&gt;", "</p><p>"]
)
def test_nothing_told_becomes_markup(hostile: str) -> None:
    """Names, values, codes, details and reasons may be anything."""
    html = groups(
        [
            entry(
                title=hostile,
                value=hostile,
                unit=hostile,
                words=hostile,
                why=hostile,
                rule=hostile,
                codes=(Code(hostile, hostile, hostile, hostile),),
                details=(Detail(hostile, (Part(hostile),)),),
                made=Made(hostile, hostile),
            )
        ]
    )
    assert hostile not in html
    assert html.count("<article") == 1
    assert told(html).count(hostile) >= 8


def test_patients_of_one_text_stand_apart() -> None:
    """Each under a heading, with what is nobody's last."""
    html = groups([entry(id="a", patient=None), entry(id="b", patient=2), entry(id="c", patient=1)])
    assert re.findall(r"<h3>([^<]*)</h3>", html) == ["Patient 1", "Patient 2", "Of no one patient"]
    assert re.findall(r'<article[^>]* id="f-(\w)"', html) == ["c", "b", "a"]


def test_what_was_left_out_of_others_sentences_is_not_listed() -> None:
    """The text says of those sentences whose they are."""
    items = [
        LeftOut(SPAN, "drug", "not given", "aspirin"),
        LeftOut(SPAN, "drug", "x", whose=Whose.OTHERS),
    ]
    html = left_out(items)
    assert html.count("<li") == 1
    assert "fact (aspirin) – drug: not given" in told(html)
    assert left_out(items[1:]) == ""
