"""The pages of cases on the embedded server, as a browser shows them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import fhirkit
from fhirkit.bundle import to_json
from fhirkit.push import push
from fhirkit.serve import INSTALL, Embedded, running

if TYPE_CHECKING:
    from playwright.sync_api import Page, Response

    from browser.watch import Axe, Watch

PLAIN = (
    "A 34-year-old woman with multiple sclerosis received 12 mg of alemtuzumab daily for five days."
    " Her haemoglobin was 8.4 g/dL. She developed autoimmune haemolytic anaemia caused by"
    " alemtuzumab and recovered."
)
HOSTILE = (
    "A 61-year-old man took <b onclick='hacked = 1'>amiodarone</b> 200 mg daily and developed a"
    " rash. <script>hacked = 1</script><img src=x onerror='hacked = 1'>"
)

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory, require: Callable[[str], None]
) -> Iterator[Embedded]:
    """A server with two cases, one of them hostile."""
    if find_spec("sekmet") is None:
        require(f"no embedded server: {INSTALL}")
    with running(tmp_path_factory.mktemp("served") / "server.db") as started:
        bundles = [
            to_json(fhirkit.to_bundle(fhirkit.extract(text))).encode() for text in (PLAIN, HOSTILE)
        ]
        push(bundles, started.base).raise_for_failure()
        yield started


def test_a_case_is_found_and_read(page: Page, watch: Watch, server: Embedded) -> None:
    """From the table to the page and back: the page works, and asks for nothing but itself."""
    page.goto(server.cases)
    assert page.locator("tbody tr").count() == 2
    page.get_by_role("link", name="A 34-year-old woman").click()
    assert page.url.startswith(f"{server.cases}/")
    assert page.locator("#text").evaluate("e => e.textContent") == PLAIN
    # What the script shows is there: it ran, under the policy of the server, too.
    assert page.locator("#filters").is_visible()
    page.locator("#text a.m", has_text="haemoglobin").first.click()
    assert page.locator("#f-observation-hemoglobin").is_visible()
    page.get_by_role("link", name="All cases").click()
    assert page.url == server.cases
    root = server.cases.removesuffix("/cases")
    assert {url.partition("#")[0] for url in watch.asked} == {server.cases, watch.asked[1]}
    assert all(url.startswith(root) for url in watch.asked)


def test_a_hostile_case_stays_text(page: Page, server: Embedded) -> None:
    """Markup of a narrative is shown in the table and on its page, and nothing of it happens."""
    page.goto(server.cases)
    page.get_by_role("link", name="A 61-year-old man").click()
    assert page.locator("#text").evaluate("e => e.textContent") == HOSTILE
    assert page.evaluate("typeof hacked") == "undefined"
    assert page.locator("#text img, #text b, #text script").count() == 0


def test_decisions_are_kept_by_the_browser(page: Page, server: Embedded) -> None:
    """What was decided on a page is there when it is opened again, and the server has nothing of it."""
    page.goto(server.cases)
    page.get_by_role("link", name="A 34-year-old woman").click()
    methods: list[str] = []
    page.on("request", lambda request: methods.append(request.method))
    fact = page.locator("#f-observation-hemoglobin")
    page.get_by_label("Reviewer", exact=True).fill("A. Reviewer")
    page.keyboard.press("Tab")
    fact.get_by_role("button", name="Accept").click()
    page.reload()
    pressed = fact.get_by_role("button", name="Accept")
    assert pressed.get_attribute("aria-pressed") == "true"
    assert set(methods) == {"GET"}


def test_no_other_page_may_show_it(
    page: Page, watch: Watch, server: Embedded, tmp_path: Path
) -> None:
    """In a frame of another page nothing of a case is to be seen."""
    watch.expect("frame")
    watch.expect(server.cases)
    watch.expect("Framing")
    outer = tmp_path / "outer.html"
    outer.write_text(f"<!doctype html><title>t</title><iframe src='{server.cases}'></iframe>")
    page.goto(outer.as_uri())
    inner = page.frames[1]
    assert "cases on this server" not in inner.content()


def test_a_way_leads_from_the_servers_own_pages(page: Page, watch: Watch, server: Embedded) -> None:
    """Their menu has the table, and a resource the place on the page of its case."""
    # Their own style, and their script of a public address, which the guard stops.
    watch.expect("unpkg")
    watch.expect("/ui/static/style.css$")
    watch.expect("404")  # a favicon
    page.goto(server.ui)
    page.get_by_role("link", name="Cases", exact=True).click()
    assert page.url == server.cases
    page.goto(f"{server.ui}/resources?type=Observation&q=code:text=haemoglobin")
    page.locator("td a").first.click()
    page.get_by_role("link", name="Page of this case").click()
    assert page.url.endswith("#f-observation-hemoglobin")
    assert page.locator("#f-observation-hemoglobin").is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["", "/unknown"])
def test_anybody_can_use_the_table(
    new_page: Callable[..., Page],
    violations: Axe,
    watch: Watch,
    server: Embedded,
    scheme: str,
    path: str,
) -> None:
    """axe-core finds nothing, in light and dark; at 320 points nothing is cut off."""
    watch.expect("404")
    page = new_page(width=320, scheme=scheme)
    answer: Response | None = page.goto(server.cases + path)
    assert answer is not None
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
