"""Pages can be used by keyboard, screen reader, on a narrow screen, in the dark, on paper, without script."""

from __future__ import annotations

import itertools
import json
from importlib import resources
from typing import TYPE_CHECKING

import pytest

from browser.keys import tab_to
from browser.pages import html_of, subject_of
from browser.watch import Axe, NewPage, Open, Scheme
from fhirkit.report.index import index
from fhirkit.report.summary import summary

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

BUNDLES = resources.files("fhirkit").joinpath("bundles")
CASES = sorted(case.name for case in BUNDLES.iterdir() if case.is_dir())
RICH = "alemtuzumab-dnl"
INDEX = "index"
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
WIDE, NARROW = 1280, 320
# Links that lead nowhere.
DANGLING = """() => [...document.querySelectorAll("a[href^='#']")].map(a => a.getAttribute("href"))
    .filter(h => !document.getElementById(decodeURIComponent(h.slice(1))))"""
HEADINGS = """() => [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")]
    .filter(h => h.checkVisibility()).map(h => Number(h.tagName[1]))"""
SEEN = """selector => [...document.querySelectorAll(selector)]
    .filter(e => e.checkVisibility({checkVisibilityCSS: true})).map(e => e.outerHTML.slice(0, 100))"""
AFTER = """selector => [...document.querySelectorAll(selector)].map(e =>
    [e.dataset.why, getComputedStyle(e, "::after").content + getComputedStyle(e, "::before").content])"""


def narrative(case: str) -> str:
    """The text of a shipped case."""
    return BUNDLES.joinpath(case, "text.txt").read_bytes().decode("utf-8")


def case_html(case: str = RICH) -> str:
    """The page of a shipped case, or of their index."""
    if case == INDEX:
        return index([(f"{one}.html", summary(subject_of(narrative(one)))) for one in CASES])
    return html_of(narrative(case))


@pytest.mark.parametrize("case", [*CASES, INDEX])
def test_axe_finds_nothing(new_page: NewPage, open_html: Open, violations: Axe, case: str) -> None:
    """Pages of all shipped cases and their index have no violation, light and dark, wide and narrow."""
    page = open_html(case_html(case), on=new_page())
    for scheme in SCHEMES:
        for width in (WIDE, NARROW):
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": width, "height": 900})
            assert violations(page) == [], f"{scheme}, {width}"


def test_landmarks(open_html: Open) -> None:
    """A screen reader finds header, main and named regions; there is one first heading, and no level is left out."""
    page = open_html(case_html())
    assert page.get_by_role("banner").count() == 1
    assert page.get_by_role("main").count() == 1
    assert page.get_by_role("region", name="Narrative").count() == 1
    assert page.get_by_role("region", name="Facts").count() == 1
    levels = page.evaluate(HEADINGS)
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


@pytest.mark.parametrize("case", CASES)
def test_links_lead_somewhere(open_html: Open, case: str) -> None:
    """Every link within a page has a target, with script and before it."""
    page = open_html(case_html(case))
    assert page.evaluate(DANGLING) == []


def test_ids_are_given_once(open_html: Open) -> None:
    """No two elements of a page have one id."""
    page = open_html(case_html())
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("case", [*CASES, INDEX])
def test_a_narrow_page_scrolls_down_only(new_page: NewPage, open_html: Open, case: str) -> None:
    """At 320 points nothing of a page stands out at the side."""
    page = open_html(case_html(case), on=new_page(width=NARROW, height=600))
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW
    page.evaluate("window.scrollTo(500, 0)")
    assert page.evaluate("window.scrollX") == 0


def test_reading_without_script(new_page: NewPage, open_html: Open) -> None:
    """Without script the text, its marks, the facts and the banner are there, and no control."""
    page = open_html(case_html(), on=new_page(java_script_enabled=False))
    assert page.locator("#text").text_content() == narrative(RICH)
    assert page.locator("#banner").is_visible()
    assert "test data" in page.locator("#banner").inner_text().lower()
    marks = page.locator("#text a.m").count()
    facts = page.locator("article.fact").count()
    assert marks > 10
    assert facts > 10
    assert page.locator("article.fact:visible").count() == facts
    assert (
        page.locator("button:visible, input:visible, select:visible, textarea:visible").count() == 0
    )
    assert page.locator("nav#filters").is_hidden()


def test_links_lead_both_ways_without_script(new_page: NewPage, open_html: Open) -> None:
    """Without script a mark leads to its fact and the fact's link back to the mark."""
    page = open_html(case_html(), on=new_page(java_script_enabled=False))
    page.locator("#text a.m", has_text="haemolytic").first.click()
    fact = page.url.partition("#")[2]
    assert fact.startswith("f-")
    article = page.locator(f"[id='{fact}']")
    article.locator("a[href^='#t-']").first.click()
    mark = page.url.partition("#")[2]
    assert mark.startswith("t-")
    words = page.locator(f"[id='{mark}']")
    ids = (words.get_attribute("data-f") or "").split()
    assert fact in [f"f-{one}" for one in ids] or words.get_attribute("href") == f"#{fact}"


def test_reasons_for_dimmed_words_can_be_read(new_page: NewPage, open_html: Open) -> None:
    """Without script and without hovering each statement that is not the patient's says why it is dimmed."""
    page = open_html(case_html(), on=new_page(java_script_enabled=False))
    dimmed = page.evaluate(AFTER, "#text .dim[data-why]")
    assert dimmed
    told = "".join(content for _, content in dimmed)
    for why, _ in dimmed:
        assert why
        assert why.split(":")[0].split(" ")[0] in told


def test_paper_has_no_controls(open_html: Open) -> None:
    """Printed, a page has its text, facts and banner in black on white, and nothing to press."""
    page = open_html(case_html())
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate(SEEN, "button, input, select, textarea, nav, .skip, dialog") == []
    assert page.locator("#banner").is_visible()
    assert page.locator("#text").is_visible()
    assert page.locator("article.fact:visible").count() == page.locator("article.fact").count()
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground in ("rgb(255, 255, 255)", "rgba(0, 0, 0, 0)")


def test_marks_are_told_without_colour(open_html: Open) -> None:
    """A mark differs from the text around it by more than its colour."""
    page = open_html(case_html())
    for media in ("screen", "print"):
        page.emulate_media(media=media)
        lines = page.evaluate(
            """() => [...document.querySelectorAll("#text a.m")].filter(a => {
                const s = getComputedStyle(a);
                return s.textDecorationLine === "none" && parseFloat(s.borderBottomWidth) === 0;
            }).length"""
        )
        assert lines == 0


def test_nothing_moves_for_who_wants_it_still(new_page: NewPage, open_html: Open) -> None:
    """With reduced motion nothing is animated and nothing scrolls smoothly."""
    page = open_html(case_html(), on=new_page(reduced_motion="reduce"))
    page.locator("#text a.m").last.click()
    assert page.evaluate("document.getAnimations().length") == 0
    moving = page.evaluate(
        """() => [...document.querySelectorAll("*")].filter(e => {
            const s = getComputedStyle(e);
            return s.scrollBehavior === "smooth" || parseFloat(s.transitionDuration) > 0.01
                || parseFloat(s.animationDuration) > 0.01;
        }).length"""
    )
    assert moving == 0


def test_targets_are_large_enough(open_html: Open) -> None:
    """What is pressed is at least 24 points high and wide, but for links within lines of text."""
    page = open_html(case_html())
    small = page.evaluate(
        """() => [...document.querySelectorAll("button, input, select, textarea, summary")]
            .filter(e => e.checkVisibility())
            .map(e => [e.getBoundingClientRect(), e.outerHTML.slice(0, 80)])
            .filter(([r]) => r.width > 1 || r.height > 1).filter(([r]) => r.width < 24 || r.height < 24).map(([r, html]) => `${r.width}x${r.height} ${html}`)"""
    )
    assert small == []


def test_focus_can_be_seen(open_html: Open) -> None:
    """Each of the first stops of the Tab key has an outline."""
    page = open_html(case_html())
    for _ in range(12):
        page.keyboard.press("Tab")
        assert has_outline(page)


def has_outline(page: Page) -> bool:
    """Whether what has the focus says so."""
    shown: bool = page.evaluate(
        """() => {
            const s = getComputedStyle(document.activeElement);
            return (s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 1) || s.boxShadow !== "none";
        }"""
    )
    return shown


def reviewed(page: Page) -> None:
    """Gives the reviewer's name, which every decision needs."""
    page.get_by_label("Reviewer").fill("A. Reviewer")
    page.get_by_label("Reviewer").press("Tab")


def signed(page: Page) -> None:
    """One fact accepted, one rejected, the whole signed."""
    reviewed(page)
    page.locator("article.fact [data-act=accept]").first.click()
    page.locator("article.fact [data-act=reject]").nth(1).click()
    page.locator("#review [data-act=sign]").click()
    page.get_by_role("button", name="Sign anyway").click()
    assert "A. Reviewer" in page.locator("#banner").inner_text()


def correcting(page: Page) -> None:
    """The form to correct a fact stands open, with a message in it."""
    reviewed(page)
    page.locator("article.k-observation [data-act=correct]").first.click()
    page.get_by_label("Value").fill("a lot")
    page.get_by_role("button", name="Save correction").click()
    assert page.locator("[aria-invalid=true]").count() == 1


def noting(page: Page) -> None:
    """The form for a note stands open."""
    reviewed(page)
    page.locator("article.fact [data-act=note]").first.click()
    assert page.get_by_role("textbox", name="Note").is_visible()


def adding(page: Page) -> None:
    """The form to add a fact stands open, after one was added."""
    reviewed(page)
    for words in ("coma", "infection"):
        page.locator("[data-act=add]").click()
        page.get_by_label("Words").fill(words)
        if words == "coma":
            page.locator(".adder [data-act=save]").click()
            assert page.locator("article.added").count() == 1


def naming(page: Page) -> None:
    """The page asks who decides."""
    page.locator("article.fact [data-act=accept]").first.click()
    assert page.get_by_role("textbox", name="Your name").is_visible()


def keys(page: Page) -> None:
    """The dialog with the keys stands open."""
    page.locator("[data-act=keys]").click()
    assert page.get_by_role("dialog").is_visible()


def menu(page: Page) -> None:
    """The list of the facts that share some words stands open."""
    page.locator("#text a.m[data-f*=' ']").first.click()
    assert page.get_by_role("menu").is_visible()


def filtered(page: Page) -> None:
    """Facts of one kind are hidden."""
    page.locator("#filters button").nth(1).click()


def lit(page: Page) -> None:
    """A fact and its words are pointed out, with the details of its reading open."""
    page.locator("#text a.m:not([data-f*=' '])").first.click()
    for details in page.locator("details").all()[:4]:
        details.locator("summary").first.click()


STATES = [signed, correcting, noting, adding, naming, keys, menu, filtered, lit]


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_axe_finds_nothing_while_reviewing(
    new_page: NewPage, open_html: Open, violations: Axe, state: Callable[[Page], None]
) -> None:
    """Signed, with each form, list or dialog open: no violation, narrow and wide."""
    page = open_html(case_html(), on=new_page(reduced_motion="reduce"))
    state(page)
    views: list[tuple[Scheme, int]] = [("light", NARROW), ("dark", WIDE)]
    for scheme, width in views:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        assert violations(page) == [], f"{scheme}, {width}"
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def focused(page: Page) -> str:
    """The id of the fact that has the focus."""
    found: str = page.evaluate("document.activeElement.id")
    assert found.startswith("f-")
    return found.removeprefix("f-")


def decided_by_keyboard(page: Page) -> dict[str, str]:
    """Accepts, rejects, remarks on, corrects and adds; gives the facts and what was decided."""
    press, write = page.keyboard.press, page.keyboard.type
    made = {}
    tab_to(page, "a.skip[href='#facts']")
    press("Enter")
    tab_to(page, "article.fact", most=2)
    press("a")
    assert page.evaluate("document.activeElement.name") == "by"
    write("A. Reviewer")
    press("Enter")
    made[focused(page)] = "accept"
    press("ArrowDown")
    made[focused(page)] = "reject"
    press("r")
    press("j")
    made[focused(page)] = "note"
    press("n")
    write("to be asked")
    tab_to(page, "button[data-act=save]", most=3)
    press("Enter")
    while not page.evaluate("document.activeElement.matches('.k-observation')"):
        press("ArrowDown")
    made[focused(page)] = "correct"
    press("c")
    press("Control+A")
    write("24")
    press("Enter")
    tab_to(page, "[data-act=add]", backwards=True)
    press("Enter")
    write("drowsy")
    press("Enter")
    made[focused(page)] = "add"
    return made


def test_review_by_keyboard_alone(open_html: Open) -> None:
    """From the top to the saved file without a mouse: accept, reject, correct, note, add, sign, save."""
    page = open_html(case_html())
    made = decided_by_keyboard(page)
    tab_to(page, "#review [data-act=sign]", backwards=True)
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    assert "A. Reviewer" in page.locator("#banner").inner_text()
    tab_to(page, "#review [data-act=file]")
    with page.expect_download() as saved:
        page.keyboard.press("Enter")
    file = json.loads(saved.value.path().read_bytes())
    assert {one["fact"]: one["verdict"] for one in file["decisions"]} == made
    assert file["signed"]["by"] == "A. Reviewer"


def test_no_key_is_a_trap(open_html: Open) -> None:
    """With Tab alone one comes through a page to its end, and back."""
    page = open_html(case_html())
    stops = []
    for _ in range(80):
        page.keyboard.press("Tab")
        here = page.evaluate("document.activeElement.tagName + document.activeElement.id")
        if here.startswith("BODY"):
            break
        stops.append(here)
    assert 10 < len(stops) < 80
    for _ in stops:
        page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.matches('a.skip')")


def test_paper_is_black_on_white(open_html: Open) -> None:
    """Printed from a dark screen, text is dark: every fact and the narrative can be read."""
    page = open_html(case_html())
    page.emulate_media(media="print", color_scheme="dark")
    pale = page.evaluate(
        """() => [...document.querySelectorAll("#text, #text *, .fact, .fact *, #banner, #glance *")]
            .filter(e => e.checkVisibility() && [...e.childNodes].some(n => n.nodeType === 3))
            .filter(e => Math.min(...getComputedStyle(e).color.match(/\\d+/g).slice(0, 3)) > 150)
            .map(e => e.outerHTML.slice(0, 80))"""
    )
    assert pale == []
