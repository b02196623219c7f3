"""A real Chromium for the tests of the pages: started once, every page of it watched.

A test that opens a page fails when the page asks for anything but itself, writes an error to the
console, throws, or is stopped by its own content security policy, unless the test said before
that it expects so: ``watch.expect("Refused to run")``.
"""

from __future__ import annotations

import os
import shutil
import tarfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, cast

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Error,
    Page,
    sync_playwright,
)

from browser.watch import Axe, NewPage, Open, Scheme, Watch

Require = Callable[[str], None]

AXE_FILE = "axe-core-4.14.1.tgz"
NAMES = ("chromium", "chromium-browser", "google-chrome")
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # No name resolves but this machine's: what a page lets slip does not get far.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what stands in this folder and asks for a page, so that it can be left out."""
    for item in items:
        if HERE in item.path.parents and "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")


# Not for the session: while playwright runs, no test can start an event loop of its own.
@pytest.fixture(scope="package")
def browser(require: Require) -> Iterator[Browser]:
    """Chromium without a window, until the last test of this folder has run."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        require("no Chromium: scripts/fetch-browser installs it (on Debian: chromium)")
    with sync_playwright() as playwright:
        try:
            started = playwright.chromium.launch(executable_path=program, args=SWITCHES)
        except Error as error:
            require(f"{program} cannot be started: {error.message[:2000]}")
            raise
        yield started
        started.close()


@pytest.fixture(scope="session")
def axe(require: Require) -> str:
    """The source of axe-core, which finds what keeps people from using a page."""
    root = HERE.parents[1]
    file = Path(os.environ.get("FHIRKIT_AXE") or root / ".venv" / "axe") / AXE_FILE
    if not file.is_file():
        require("no axe-core: scripts/fetch-browser .venv/axe fetches it")
    with tarfile.open(file) as archive:
        member = archive.extractfile("package/axe.min.js")
        assert member is not None
        return member.read().decode("utf-8")


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    """What the pages of this test do; looked at when the test is over."""
    kept = Watch(tmp_path)
    yield kept
    assert not kept.unexpected()


@pytest.fixture
def new_page(browser: Browser, watch: Watch) -> Iterator[NewPage]:
    """Makes an empty page in a context of its own: ``new_page(width=320, scheme="dark")``.

    More options are those of playwright's ``new_context``, as ``java_script_enabled=False``.
    """
    with ExitStack() as stack:

        def make(
            *, width: int = 1280, height: int = 900, scheme: Scheme = "light", **options: Any
        ) -> Page:
            context = browser.new_context(
                viewport={"width": width, "height": height},
                color_scheme=scheme,
                # What moves by itself is tested by those who ask for it.
                **{"locale": "en-GB", "timezone_id": "Europe/Berlin", "reduced_motion": "reduce"}
                | options,
            )
            stack.callback(context.close)
            context.set_default_timeout(10_000)
            watch.over(context)
            return context.new_page()

        yield make


@pytest.fixture
def page(new_page: NewPage) -> Page:
    """An empty page, 1280 points wide, light."""
    return new_page()


@pytest.fixture
def context(page: Page) -> BrowserContext:
    """The context of ``page``."""
    return page.context


@pytest.fixture
def open_html(page: Page, tmp_path: Path) -> Open:
    """Writes HTML into a file and opens that: ``open_html(html, on=other_page)``."""

    def open_it(html: str, *, on: Page | None = None, name: str = "case.html") -> Page:
        file = tmp_path / name
        file.write_text(html, "utf-8")
        target = on or page
        target.goto(file.as_uri())
        return target

    return open_it


TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN_AXE = """async tags => {
    const found = await axe.run(document, {
        runOnly: {type: "tag", values: tags},
        resultTypes: ["violations"],
        preload: false,
    });
    return found.violations.flatMap(v => v.nodes.map(n =>
        `${v.id} (${v.impact}): ${n.target.join(" ")}: ${n.failureSummary}`));
}"""


@pytest.fixture
def violations(axe: str) -> Axe:
    """Runs axe-core on a page as it stands and gives what it finds, one line for each place."""

    def run(page: Page) -> list[str]:
        # Evaluated by the debugger, which no content security policy keeps out.
        if not page.evaluate("typeof axe === 'object'"):
            page.evaluate(axe)
        return cast(list[str], page.evaluate(RUN_AXE, TAGS))

    return run
