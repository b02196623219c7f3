"""Forty facts over the same words: each can be found, and the text can still be read."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from browser.keys import tab_to
from browser.pages import html_of
from browser.watch import NewPage, Open
from fhirkit.facts.case import Case
from fhirkit.facts.model import PatientFact, SymptomFact, Term
from fhirkit.narrative.span import Span

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

WORDS = "sudden severe throbbing pain behind both eyes with vomiting and fever at night"
TEXT = f"A 30-year-old woman was admitted. She had {WORDS}, which went away.\n"
COUNT = 40
WORDS_OF = """id => {
    const marks = [...document.querySelectorAll("#text a.m")]
        .filter(a => a.dataset.f.split(" ").includes(id));
    const range = document.createRange();
    range.setStartBefore(marks[0]);
    range.setEndAfter(marks.at(-1));
    return range.toString();
}"""


def overlapping() -> list[SymptomFact]:
    """Forty findings whose words nest, overlap at both ends, and are the same."""
    starts = [i for i, c in enumerate(WORDS) if i == 0 or WORDS[i - 1] == " "]
    ends = [*(start - 1 for start in starts[1:]), len(WORDS)]
    first = TEXT.index(WORDS)
    facts = []
    for number in range(COUNT):
        low = number * 5 % len(starts)
        high = min(len(starts) - 1, low + number % 7)
        start, end = first + starts[low], first + ends[high]
        span = Span(start, end, TEXT[start:end])
        facts.append(SymptomFact(id=f"symptom-{number:02}", spans=(span,), name=Term(span)))
    return facts


@pytest.fixture
def html() -> str:
    """The page of the forty."""
    start = TEXT.index("woman")
    woman = Span(start, start + 5, "woman")
    patient = PatientFact(id="patient", spans=(woman,), sex=Term(woman, "female"))
    facts = sorted([patient, *overlapping()], key=lambda f: (f.spans[0].start, f.id))
    return html_of(Case(TEXT, tuple(facts)))


def test_every_fact_has_its_words(html: str, open_html: Open) -> None:
    """The marks of each of forty overlapping facts are together just its words; the text is whole."""
    page = open_html(html)
    assert page.evaluate("document.querySelector('#text').textContent") == TEXT
    for fact in overlapping():
        assert page.evaluate(WORDS_OF, fact.id) == fact.spans[0].text
    assert page.locator("#text a.m a").count() == 0


def test_every_fact_is_reached_by_mouse(html: str, open_html: Open) -> None:
    """A click on words of several facts offers each of them, and a click there leads to it."""
    page = open_html(html)
    reached: set[str] = set()
    for mark in page.locator("#text a.m").all():
        ids = facts_on(mark)
        for number, fact in enumerate(ids):
            if fact in reached:
                continue
            mark.click()
            if len(ids) > 1:
                page.get_by_role("menuitem").nth(number).click()
            assert focused(page) == f"f-{fact}"
            reached.add(fact)
    assert reached >= {fact.id for fact in overlapping()}


def test_every_fact_is_reached_by_keyboard(html: str, open_html: Open) -> None:
    """With Tab, Enter and the arrows alone each of the forty is come past."""
    page = open_html(html)
    reached: set[str] = set()
    links = page.locator("#text a")
    tab_to(page, "#text a")
    for place in range(links.count()):
        link = links.nth(place)
        ids = facts_on(link)
        for number, fact in enumerate(ids):
            if fact in reached:
                continue
            assert link.evaluate("e => e === document.activeElement")
            page.keyboard.press("Enter")
            if len(ids) > 1:
                for _ in range(number):
                    page.keyboard.press("ArrowDown")
                page.keyboard.press("Enter")
            assert focused(page) == f"f-{fact}"
            reached.add(fact)
            link.focus()
        page.keyboard.press("ArrowRight")
    assert reached >= {fact.id for fact in overlapping()}


def test_every_fact_leads_to_its_words(html: str, open_html: Open) -> None:
    """Each of the forty facts has a link back that leads to a mark of its own words."""
    page = open_html(html)
    for fact in overlapping():
        links = page.locator(f"#f-{fact.id} a[href^='#t-']")
        target = (links.first.get_attribute("href") or "").removeprefix("#")
        mark = page.locator(f"#text [id='{target}']")
        assert fact.id in (mark.get_attribute("data-f") or "").split()


@pytest.mark.parametrize("width", [1280, 320])
def test_forty_marks_do_not_break_the_lines(
    html: str, new_page: NewPage, open_html: Open, width: int
) -> None:
    """Lines with forty marks are no more than twice as high as the words are large."""
    page = open_html(html, on=new_page(width=width))
    heights = page.evaluate(
        """() => [...document.querySelectorAll("#text a.m")].flatMap(a => {
            const size = parseFloat(getComputedStyle(a).fontSize);
            return [...a.getClientRects()].map(r => r.height / size);
        })"""
    )
    assert heights
    assert max(heights) < 2
    lines = page.evaluate(
        """() => {
            const tops = new Set();
            for (const a of document.querySelectorAll("#text a.m"))
                for (const r of a.getClientRects()) tops.add(Math.round(r.bottom / 4) * 4);
            return [...tops].sort((a, b) => a - b);
        }"""
    )
    size = page.evaluate("parseFloat(getComputedStyle(document.querySelector('#text')).fontSize)")
    assert all(b - a < 3 * size for a, b in itertools.pairwise(lines))
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def facts_on(mark: Locator) -> list[str]:
    """The facts that a mark belongs to."""
    return (mark.get_attribute("data-f") or "").split()


def focused(page: Page) -> str:
    """The id of what has the focus, once the page has come to rest."""
    page.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
    found: str = page.evaluate("document.activeElement.id")
    return found
