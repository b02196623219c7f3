"""Going from words to facts and back, and choosing which facts are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from browser.keys import tab_to
from browser.reviewing import (
    DISEASE,
    DRUG,
    EVENT,
    SYMPTOM,
    TEXT,
    VALUE,
    act,
    fact,
    html,
    sign_in,
    with_error,
)

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from browser.watch import NewPage, Open

WORDS = "#text .m[data-f~='{}']"
#: The words of one fact alone, and not those of a time that it shares.
NAME = "#text .m[data-f='{}']"
AT = "document.activeElement.id"


@pytest.fixture
def case(open_html: Open) -> Page:
    """The page of the case."""
    return open_html(html())


def lit(page: Page) -> list[str]:
    """The words that are highlighted in the text."""
    return page.locator("#text .hit").all_inner_texts()


def test_words_lead_to_their_fact(case: Page) -> None:
    """A click on words gives their fact the focus and highlights both; the way back leads back."""
    case.click(NAME.format(SYMPTOM))
    expect(fact(case, SYMPTOM)).to_be_focused()
    expect(fact(case, SYMPTOM)).to_have_class("fact k-symptom hit")
    expect(fact(case, SYMPTOM)).to_be_in_viewport()
    assert fact(case, SYMPTOM).get_attribute("aria-current") == "true"
    assert lit(case) == ["Two weeks later", "rash"]
    case.click(WORDS.format(VALUE) + " >> nth=0")
    expect(fact(case, VALUE)).to_be_focused()
    assert "rash" not in lit(case)
    case.go_back()
    expect(fact(case, SYMPTOM)).to_be_focused()
    assert lit(case) == ["Two weeks later", "rash"]


def test_a_fact_leads_to_all_its_words(case: Page) -> None:
    """Enter on a fact goes to its first mention and highlights every mention."""
    fact(case, DRUG).focus()
    case.keyboard.press("Enter")
    assert case.evaluate(AT) == f"t-{TEXT.index('alemtuzumab')}"
    assert lit(case).count("alemtuzumab") == 2


def test_a_link_in_a_fact_leads_to_those_words(case: Page) -> None:
    """The place of a later mention leads there, and the fact stays the one that is highlighted."""
    later = TEXT.rindex("alemtuzumab")
    fact(case, DRUG).locator(f"a[href='#t-{later}']").first.click()
    assert case.evaluate(AT) == f"t-{later}"
    expect(fact(case, DRUG)).to_have_class("fact k-medication hit")
    assert case.url.endswith(f"#t-{later}")


def test_words_of_several_facts_offer_them(case: Page) -> None:
    """Words of two facts open a list of both; arrows go through it, Enter chooses, Escape closes it."""
    words = case.locator(WORDS.format(DISEASE)).first
    words.focus()
    case.keyboard.press("Enter")
    menu = case.get_by_role("menu")
    expect(menu).to_have_attribute("aria-label", "Facts that “Listeria meningitis” belongs to")
    items = menu.get_by_role("menuitem")
    order = (words.get_attribute("data-f") or "").split()
    assert items.count() == len(order) > 1
    expect(items.nth(0)).to_be_focused()
    case.keyboard.press("ArrowDown")
    expect(items.nth(1)).to_be_focused()
    case.keyboard.press("Escape")
    expect(menu).to_have_count(0)
    expect(words).to_be_focused()
    case.keyboard.press("Enter")
    case.keyboard.press("End")
    case.keyboard.press("Enter")
    expect(fact(case, order[-1])).to_be_focused()
    expect(menu).to_have_count(0)


def test_the_list_of_facts_closes_when_left(case: Page) -> None:
    """A click elsewhere, and Tab, close the list of facts."""
    words = case.locator(WORDS.format(DISEASE)).first
    for leave in (lambda: case.click("h1"), lambda: case.keyboard.press("Tab")):
        words.click()
        expect(case.get_by_role("menu")).to_have_count(1)
        leave()
        expect(case.get_by_role("menu")).to_have_count(0)


def test_words_are_one_tab_stop(case: Page) -> None:
    """Tab stops once in the text; arrows, Home and End go from word to word, and Tab comes back to it."""
    assert case.locator("#text [tabindex='0']").count() == 1
    links = case.locator("#text a[href]")
    tab_to(case, "#text a")
    expect(links.nth(0)).to_be_focused()
    for key, at in (("ArrowRight", 1), ("ArrowDown", 2), ("ArrowLeft", 1), ("ArrowUp", 0)):
        case.keyboard.press(key)
        expect(links.nth(at)).to_be_focused()
    case.keyboard.press("End")
    expect(links.last).to_be_focused()
    case.keyboard.press("Tab")
    assert not case.evaluate("document.activeElement.matches('#text a')")
    case.keyboard.press("Shift+Tab")
    expect(links.last).to_be_focused()
    case.keyboard.press("Home")
    expect(links.nth(0)).to_be_focused()


def test_facts_are_one_tab_stop(case: Page) -> None:
    """Only one fact and its buttons are tab stops; j, k and arrows go from fact to fact."""
    facts = case.locator("article.fact")
    tab_to(case, "article.fact")
    expect(facts.nth(0)).to_be_focused()
    for key, at in (("j", 1), ("ArrowDown", 2), ("k", 1), ("ArrowUp", 0), ("End", -1), ("Home", 0)):
        case.keyboard.press(key)
        expect(facts.nth(at)).to_be_focused()
    case.keyboard.press("Tab")
    stops = case.locator("article.fact a[tabindex='0'], article.fact button[tabindex='0']")
    owners = stops.evaluate_all("all => [...new Set(all.map(e => e.closest('article').id))]")
    assert owners == [facts.nth(0).get_attribute("id")]


def test_the_keys_are_listed(case: Page) -> None:
    """? and a button show the keys in a dialog; Escape closes it and gives the focus back."""
    fact(case, DRUG).focus()
    case.keyboard.press("?")
    expect(case.get_by_role("dialog", name="Keys")).to_be_visible()
    case.keyboard.press("Escape")
    expect(case.get_by_role("dialog")).to_have_count(0)
    expect(fact(case, DRUG)).to_be_focused()
    case.get_by_role("button", name="Keys").click()
    case.get_by_role("button", name="Close").click()
    expect(case.get_by_role("dialog")).to_have_count(0)


@pytest.mark.parametrize(("wish", "pace"), [("reduce", "instant"), ("no-preference", "smooth")])
def test_no_motion_for_those_who_want_none(
    new_page: NewPage, open_html: Open, wish: str, pace: str
) -> None:
    """The page scrolls smoothly unless the reader asked the system for less motion."""
    page = new_page(reduced_motion=wish)
    page.add_init_script(
        "window.paces = []; Element.prototype.scrollIntoView = o => paces.push(o.behavior)"
    )
    open_html(html(), on=page).click(NAME.format(SYMPTOM))
    page.wait_for_function("paces.length > 0")
    assert page.evaluate("paces") == [pace]


def test_an_address_opens_at_its_fact(case: Page) -> None:
    """A link from elsewhere to a fact of the page opens it there."""
    address = case.url
    case.goto("about:blank")
    case.goto(f"{address}#f-{VALUE}")
    expect(fact(case, VALUE)).to_be_focused()
    expect(fact(case, VALUE)).to_be_in_viewport()


def test_a_kind_can_be_left_out(case: Page) -> None:
    """A kind that is switched off hides its facts and the look of its words; the text stays."""
    before = case.locator("#text").evaluate("e => e.textContent")
    button = case.locator("#filters [data-kind=symptom]")
    label = button.inner_text()
    button.click()
    assert button.get_attribute("aria-pressed") == "false"
    assert button.inner_text() == label
    expect(fact(case, SYMPTOM)).to_be_hidden()
    words = case.locator(NAME.format(SYMPTOM)).first
    assert words.get_attribute("href") is None
    assert words.evaluate("e => getComputedStyle(e).textDecorationLine") == "none"
    assert case.locator("#text").evaluate("e => e.textContent") == before
    total = case.locator("article.fact").count()
    shown = case.locator("article.fact:not([hidden])").count()
    assert shown < total
    expect(case.locator(".shown")).to_have_text(f"{shown} of {total} facts are shown.")
    case.get_by_role("button", name="Show all").click()
    expect(fact(case, SYMPTOM)).to_be_visible()
    expect(words).to_have_attribute("href", f"#f-{SYMPTOM}")
    expect(case.locator(".shown")).to_have_text(f"All {total} facts are shown.")


def test_words_of_two_kinds_stay_while_one_is_shown(case: Page) -> None:
    """Words of a diagnosis and an adverse event look like the one that is left, and lead to it."""
    words = case.locator(WORDS.format(DISEASE)).first
    case.click("#filters [data-kind=condition]")
    expect(words).to_have_attribute("href", f"#f-{EVENT}")
    assert "k-adverse-event" in (words.get_attribute("class") or "")
    words.click()
    expect(fact(case, EVENT)).to_be_focused()
    case.click("#filters [data-kind=adverse-event]")
    assert words.get_attribute("href") is None
    case.click("#filters [data-kind=condition]")
    expect(words).to_have_attribute("href", f"#f-{DISEASE}")


def test_a_group_with_nothing_shown_is_hidden(case: Page) -> None:
    """The heading of a group goes with the last of its facts."""
    group = case.locator(".group", has=fact(case, DRUG))
    expect(group).to_be_visible()
    case.click("#filters [data-kind=medication]")
    expect(group).to_be_hidden()


def test_only_what_is_undecided(case: Page) -> None:
    """With only undecided facts shown, one that is decided goes and the next has the focus."""
    sign_in(case)
    case.get_by_role("button", name="Undecided only").click()
    facts = case.locator("article.fact:not([hidden])")
    first, second = (facts.nth(n).get_attribute("id") or "" for n in (0, 1))
    case.locator(f"#{first}").focus()
    case.keyboard.press("a")
    expect(case.locator(f"#{first}")).to_be_hidden()
    expect(case.locator(f"#{second}")).to_be_focused()


def test_only_what_has_findings(open_html: Open) -> None:
    """With only findings shown, the one fact with an error is left."""
    page = open_html(with_error("haemoglobin"))
    page.get_by_role("button", name="With findings only").click()
    assert page.locator("article.fact:not([hidden])").evaluate_all("a => a.map(e => e.id)") == [
        f"f-{VALUE}"
    ]


def test_going_to_a_hidden_fact_shows_it(case: Page) -> None:
    """A link to a fact that the filter left out shows all facts again."""
    case.click("#filters [data-kind=medication]")
    expect(fact(case, DRUG)).to_be_hidden()
    case.evaluate("id => { location.hash = id; }", f"#f-{DRUG}")
    expect(fact(case, DRUG)).to_be_focused()
    expect(case.locator("#filters [data-kind=medication]")).to_have_attribute(
        "aria-pressed", "true"
    )


def test_selecting_words_goes_nowhere(case: Page) -> None:
    """Words dragged over with the mouse, from within a link, are selected, not followed."""
    words = case.locator(WORDS.format(DISEASE)).first
    case.emulate_media(reduced_motion="reduce")
    words.scroll_into_view_if_needed()
    box = words.bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    case.mouse.move(box["x"] + 1, middle)
    case.mouse.down()
    case.mouse.move(box["x"] + box["width"] - 2, middle, steps=4)
    case.mouse.up()
    assert case.evaluate("getSelection().toString()").startswith("Listeria mening")
    expect(case.get_by_role("menu")).to_have_count(0)


def test_a_decision_leaves_the_hidden_hidden(case: Page) -> None:
    """What the filter leaves out stays out when something is decided."""
    sign_in(case)
    case.click("#filters [data-kind=medication]")
    act(case, SYMPTOM, "accept")
    expect(fact(case, DRUG)).to_be_hidden()
