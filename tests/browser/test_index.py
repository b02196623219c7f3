"""The index of many cases in a browser: sorted, filtered, read without a script."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from browser.hostile import EVERY, SCRIPTS
from browser.keys import tab_to
from browser.watch import Axe, NewPage, Open, Scheme
from fhirkit.report.index import index
from fhirkit.report.summary import Patient
from many import ROWS, row

if TYPE_CHECKING:
    from playwright.sync_api import Page

#: Milliseconds a person does not notice, on a machine that does other things as well.
AT_ONCE = 100


@pytest.fixture
def listed(open_html: Open) -> Page:
    """The index of four cases."""
    return open_html(index(ROWS), name="index.html")


def names(page: Page) -> list[str]:
    """The cases that are shown, in their order."""
    # A row out of sight is not laid out and has no inner text.
    shown = page.locator("#cases tbody tr:not([hidden]) th")
    return [name.removesuffix(".txt") for name in shown.all_text_contents()]


def press(page: Page, column: str) -> None:
    """Presses the heading of a column."""
    page.get_by_role("columnheader", name=column).get_by_role("button").click()


def status(page: Page) -> str:
    """What is told after a change."""
    return page.get_by_role("status").last.inner_text()


@pytest.mark.parametrize(
    ("column", "ascending", "descending"),
    [
        ("Case", "a b c9 c10", "c10 c9 b a"),
        ("Patient", "a b c9 c10", "b c9 a c10"),
        ("Drugs", "b c9 a c10", "c10 a b c9"),
        ("Adverse events", "b c9 a c10", "a b c9 c10"),
        ("Seriousness", "c10 b a c9", "a b c10 c9"),
        ("EDSS", "c10 b c9 a", "c9 b c10 a"),
        ("Facts", "b c9 a c10", "c10 a b c9"),
        ("Not reviewed", "a c9 b c10", "c10 b c9 a"),
        ("Reviewed by", "a c10 b c9", "c10 a b c9"),
        ("Findings", "b c9 c10 a", "a c10 b c9"),
    ],
)
def test_every_column_sorts(listed: Page, column: str, ascending: str, descending: str) -> None:
    """Up, then down; numbers as numbers, names with numbers too, and what is not told stands last."""
    head = listed.get_by_role("columnheader", name=column)
    press(listed, column)
    assert names(listed) == ascending.split()
    assert head.get_attribute("aria-sort") == "ascending"
    press(listed, column)
    assert names(listed) == descending.split()
    assert head.get_attribute("aria-sort") == "descending"
    assert listed.locator("[aria-sort]").count() == 1
    assert status(listed) == f"4 of 4 cases shown, sorted by {column}, descending."


def test_free_text_filters(listed: Page) -> None:
    """All words must stand in the row, in any order and case, wherever in it."""
    search = listed.get_by_label("Search")
    search.fill("COLITIS aLem")
    assert names(listed) == ["b", "c9"]
    assert status(listed) == "2 of 4 cases shown."
    search.fill("colitis zoledronate")
    assert names(listed) == []
    assert status(listed) == "0 of 4 cases shown."
    search.fill("  ")
    assert len(names(listed)) == 4


def test_a_suspect_filters(listed: Page) -> None:
    """The list has each drug that is held responsible somewhere, and no other."""
    suspect = listed.get_by_label("Suspect")
    assert suspect.locator("option").all_inner_texts() == [
        "any",
        "alemtuzumab",
        "ipilimumab",
        "nivolumab",
    ]
    suspect.select_option("ipilimumab")
    assert names(listed) == ["a"]
    suspect.select_option("any")
    assert len(names(listed)) == 4


def test_seriousness_filters(listed: Page) -> None:
    """Any serious event, or one criterion."""
    criterion = listed.get_by_label("Seriousness")
    criterion.select_option("any serious")
    assert names(listed) == ["b", "a"]
    criterion.select_option("death")
    assert names(listed) == ["a"]
    criterion.select_option("non-serious")
    assert names(listed) == ["c10"]


def test_boxes_filter(listed: Page) -> None:
    """What is left to review, and where the validator found something."""
    listed.get_by_label("not all reviewed").check()
    assert names(listed) == ["b", "c10", "c9"]
    listed.get_by_label("with findings").check()
    assert names(listed) == ["c10"]


def test_filters_work_together_and_stay_while_sorting(listed: Page) -> None:
    """Each filter narrows down what the others leave; sorting shows no more."""
    listed.get_by_label("Search").fill("alemtuzumab")
    listed.get_by_label("Seriousness").select_option("any serious")
    press(listed, "Case")
    assert names(listed) == ["b"]
    assert status(listed) == "1 of 4 cases shown, sorted by Case, ascending."


def test_all_come_back(listed: Page) -> None:
    """One button takes all filters away."""
    listed.get_by_label("Search").fill("nothing like it")
    listed.get_by_label("with findings").check()
    listed.get_by_role("button", name="Show all").click()
    listed.locator("#cases tbody tr:not([hidden])").nth(3).wait_for()
    assert len(names(listed)) == 4
    assert status(listed) == "4 of 4 cases shown."
    assert listed.get_by_label("Search").input_value() == ""


def test_enter_in_the_search_sends_nothing(listed: Page) -> None:
    """The form is no form of a server."""
    before = listed.url
    listed.get_by_label("Search").fill("alem")
    listed.get_by_label("Search").press("Enter")
    assert listed.url == before
    assert names(listed) == ["b", "c9"]


def test_the_keyboard_is_enough(listed: Page) -> None:
    """Search, sort and open a case without a mouse; the focus stays where it was."""
    tab_to(listed, "#words")
    listed.keyboard.type("nivolumab")
    assert names(listed) == ["a"]
    tab_to(listed, "#cases thead button")
    listed.keyboard.press("Enter")
    assert listed.evaluate("document.activeElement.textContent") == "Case"
    assert listed.locator("[aria-sort]").inner_text() == "Case"
    tab_to(listed, "#cases tbody a")
    assert listed.evaluate("document.activeElement.textContent") == "a.txt"


def test_a_case_opens(listed: Page, tmp_path: Path) -> None:
    """The name of a case leads to its page beside the index."""
    (tmp_path / "a.html").write_text("<title>A page</title>", "utf-8")
    listed.get_by_role("link", name="a.txt").click()
    assert listed.title() == "A page"


def test_it_is_a_plain_table_without_a_script(new_page: NewPage, open_html: Open) -> None:
    """All rows and links are there, and nothing that would need the script."""
    page = open_html(index(ROWS), on=new_page(java_script_enabled=False))
    assert names(page) == ["b", "a", "c10", "c9"]
    assert page.get_by_role("link", name="c9.txt").is_visible()
    assert page.locator("button:visible, input:visible, select:visible").count() == 0


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("script", [True, False])
def test_it_stays_a_table(new_page: NewPage, open_html: Open, width: int, script: bool) -> None:
    """However it is laid out, who hears it is told columns and rows."""
    page = open_html(index(ROWS), on=new_page(width=width, java_script_enabled=script))
    assert page.get_by_role("columnheader").count() == 10
    assert page.get_by_role("rowheader").count() == 4
    assert page.get_by_role("row").count() == 5
    assert page.get_by_role("table").get_by_role("cell", name="death, hospitalisation").count() == 1


def test_320_points_are_wide_enough(new_page: NewPage, open_html: Open) -> None:
    """Rows become blocks with the names of the columns, and nothing is cut off."""
    long = row("x" * 120, events=("pneumonoultramicroscopicsilicovolcanoconiosis" * 2,))
    page = open_html(index([*ROWS, long]), on=new_page(width=320))
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    label = page.locator("#cases tbody td").first.evaluate(
        "cell => getComputedStyle(cell, '::before').content"
    )
    assert label == '"Patient"'
    columns = page.get_by_role("columnheader").all_inner_texts()
    labels = page.locator("#cases tbody tr").first.evaluate(
        "row => [...row.cells].map(cell => getComputedStyle(cell, '::before').content)"
    )
    assert [json.loads(text) for text in labels[1:]] == columns[1:]


def test_it_prints(listed: Page) -> None:
    """On paper it is a table with the rows that are shown, without what is pressed."""
    listed.get_by_label("Search").fill("nivolumab")
    listed.emulate_media(media="print")
    assert names(listed) == ["a"]
    assert not listed.get_by_label("Search").is_visible()
    row_ = listed.locator("#cases tbody tr:visible")
    assert row_.evaluate("row => getComputedStyle(row).display") == "table-row"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
def test_nothing_keeps_people_out(
    new_page: NewPage, open_html: Open, violations: Axe, scheme: Scheme, width: int
) -> None:
    """axe-core finds nothing, light or dark, wide or narrow."""
    page = open_html(index(ROWS), on=new_page(width=width, scheme=scheme))
    assert violations(page) == []
    press(page, "Case")
    assert violations(page) == []


@pytest.mark.parametrize("name", EVERY)
def test_words_stay_words(open_html: Open, name: str) -> None:
    """Nothing in names of files, drugs, events or reviewers is ever more than text."""
    evil = EVERY[name]
    hostile = row(
        "hostile",
        patients=(Patient(evil, 1.0),),
        suspects=(evil,),
        drugs=(evil,),
        events=(evil,),
        seriousness=(evil,),
        course=(evil,),
        reviewers=(evil,),
    )
    page = open_html(index([*ROWS, ("hostile.html", hostile[1]), row(evil.strip() or "x")]))
    press(page, "Drugs")
    page.get_by_label("Search").fill("hostile")
    assert page.evaluate("typeof hacked") == "undefined"
    assert page.locator("#cases tbody :is(script, img, iframe, form, svg, style)").count() == 0
    assert names(page) == ["hostile"]


Keep = Callable[[str, Any], None]


@pytest.fixture
def keep(page: Page, tmp_path: Path) -> Keep:
    """Puts something where the page of a case keeps its decisions."""
    empty = tmp_path / "empty.html"
    empty.write_text("<title>x</title>", "utf-8")

    def into(sha256: str, value: Any) -> None:
        page.goto(empty.as_uri())
        text = value if isinstance(value, str) else json.dumps(value)
        page.evaluate("([k, v]) => localStorage.setItem(k, v)", [f"fhirkit:{sha256}", text])

    return into


def decision(fact: str, seen: str, verdict: str = "accept") -> dict[str, Any]:
    """A decision as a page keeps it."""
    return {"fact": fact, "seen": seen, "verdict": verdict, "by": "C. Reviewer"}


def test_what_this_browser_decided_is_counted_in(keep: Keep, open_html: Open) -> None:
    """Decisions on a page of a case show in the index beside it, in the same browser."""
    keep(
        "b" * 64,
        {
            "decisions": [
                decision("f1", "aaaa111122223333"),
                decision("f2", "bbbb111122223333", "reject"),
                decision("f3", "cccc111122223333", "note"),
                decision("f4", "eeee111122223333"),
            ]
        },
    )
    page = open_html(index(ROWS))
    cells = page.get_by_role("row", name="b.txt").get_by_role("cell").all_text_contents()
    assert cells[6:8] == ["1", "C. Reviewer (not signed)"]
    assert page.locator("#here").is_visible()
    page.get_by_label("Search").fill("c. reviewer")
    assert names(page) == ["b"]


def test_a_signature_in_this_browser_is_shown(keep: Keep, open_html: Open) -> None:
    """Who signed is named."""
    found = [decision(f"f{n}", f"{letter * 4}111122223333") for n, letter in enumerate("abc")]
    keep("b" * 64, {"decisions": found, "signed": {"by": "D. Reviewer"}})
    page = open_html(index(ROWS))
    page.get_by_label("not all reviewed").check()
    assert names(page) == ["c10", "c9"]
    page.get_by_label("not all reviewed").uncheck()
    cells = page.get_by_role("row", name="b.txt").get_by_role("cell").all_text_contents()
    assert cells[6:8] == ["0", "D. Reviewer"]


def test_less_than_a_file_says_is_not_counted(keep: Keep, open_html: Open) -> None:
    """Decisions that came with the page go before fewer of this browser."""
    keep("a" * 64, {"decisions": [decision("f1", "aaaa111122223333")]})
    page = open_html(index(ROWS))
    cells = page.get_by_role("row", name="a.txt").get_by_role("cell").all_text_contents()
    assert cells[6:8] == ["0", "A. Reviewer"]


@pytest.mark.parametrize(
    "kept",
    [
        "no json",
        "null",
        "5",
        "[]",
        {},
        {"decisions": 5},
        {"decisions": [None, 1, "x", [], {}]},
        {"decisions": [{"verdict": "accept", "seen": {"a": 1}, "fact": [], "by": {}}]},
        {"decisions": [], "signed": 5},
        {"decisions": [], "signed": {"by": {"x": 1}}},
        {"decisions": [decision(SCRIPTS["script"], "aaaa", SCRIPTS["script"])]},
    ],
)
def test_what_is_kept_can_be_anything(keep: Keep, open_html: Open, kept: Any) -> None:
    """Odd things in the browser's store neither break the index nor get into it."""
    keep("b" * 64, kept)
    page = open_html(index(ROWS))
    press(page, "Case")
    assert names(page) == ["a", "b", "c9", "c10"]
    assert page.locator("#cases tbody script").count() == 0


TIMED = """async () => {
    const frame = () => new Promise(then => requestAnimationFrame(() => setTimeout(then)));
    const times = {};
    async function time(name, act) {
        let best = Infinity;
        for (let i = 0; i < 7; i += 1) {
            await frame();
            const start = performance.now();
            act(i);
            document.body.offsetHeight;  // laid out, too
            best = Math.min(best, performance.now() - start);
        }
        times[name] = Math.round(best);
    }
    for (const button of document.querySelectorAll("#cases thead button"))
        await time(`sort by ${button.textContent}`, () => button.click());
    const words = document.getElementById("words");
    const fill = (...values) => (i) => {
        words.value = values[i % values.length];
        words.dispatchEvent(new Event("input", {bubbles: true}));
    };
    await time("few", fill("drug 17", "drug 18", "drug 19"));
    await time("none", fill("x y z", "", "z y x"));
    await time("all", fill("", "x", ""));
    await time("box", () => document.getElementById("findings").click());
    return times;
}"""


@pytest.mark.parametrize("width", [1280, 320])
def test_a_thousand_cases_are_usable(
    new_page: NewPage, open_html: Open, width: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """Sorting and filtering a thousand cases takes no time that a person notices."""
    rows = [
        row(
            f"case-{n}",
            sha256=f"{n:064x}",
            suspects=(f"drug {n * 7919 % 211}",),
            drugs=tuple(f"another drug {n * k % 97}" for k in range(1, 8)),
            patients=(Patient(f"{n * 31 % 90}, female", float(n * 31 % 90)),),
            seen=tuple(f"{n * 64 + k:016x}"[::-1] for k in range(40)),
            open=n * 13 % 41,
            facts=40,
            errors=n % 3,
        )
        for n in range(1000)
    ]
    html = index(rows)
    page = open_html(html, on=new_page(width=width))
    assert status(page) == "1,000 of 1,000 cases shown."
    times = page.evaluate(TIMED)
    with capsys.disabled():
        print(f"\n1,000 cases, {width} wide, {len(html.encode()):,} bytes: ms {times}")  # noqa: T201
    assert max(times.values()) < AT_ONCE
