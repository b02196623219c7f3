"""The watch over the pages: what a page may not do makes its test fail."""

from __future__ import annotations

import pytest

from browser.watch import Axe, Open, Watch

STRICT = (
    '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; style-src'
    " 'unsafe-inline'; require-trusted-types-for 'script'; trusted-types 'none'\">"
)


@pytest.mark.parametrize(
    ("html", "fault"),
    [
        pytest.param("<img src='http://example.org/a.png'>", "example.org/a.png", id="image"),
        pytest.param("<img src='file:///etc/hostname'>", "etc/hostname", id="another-file"),
        pytest.param("<iframe src='http://127.0.0.1:9/'></iframe>", "127.0.0.1:9", id="frame"),
        pytest.param(STRICT + "<img src='data:image/png;base64,AA'>", "data:", id="policy-data"),
        pytest.param("<script>throw new Error('no')</script>", "thrown: no", id="thrown"),
        pytest.param("<script>console.error('bad')</script>", "error: bad", id="console"),
        pytest.param(STRICT + "<script>1</script>", "script", id="policy-script"),
        pytest.param(STRICT + "<img src='http://example.org/'>", "example.org", id="policy-image"),
        pytest.param(STRICT + "<svg onload='1'>", "inline event handler", id="policy-handler"),
        pytest.param(
            "<script>addEventListener('load', () => fetch('http://127.0.0.1:9/x'))</script>",
            "127.0.0.1:9/x",
            id="fetch",
        ),
    ],
)
def test_what_a_page_may_not_do_is_seen(
    open_html: Open, watch: Watch, html: str, fault: str
) -> None:
    """A page that loads, throws or is stopped by its policy is told, and would fail its test."""
    page = open_html("<!doctype html><title>t</title>" + html)
    page.wait_for_timeout(50)
    assert [f for f in watch.unexpected() if fault in f]
    watch.expect("")


def test_a_page_that_does_nothing_is_well(open_html: Open, watch: Watch) -> None:
    """A page of text alone asks for itself only."""
    page = open_html("<!doctype html><title>t</title><p>text", name="a #1 ü.html")
    assert page.inner_text("p") == "text"
    assert watch.asked == [page.url]
    assert not watch.faults


def test_what_a_page_saves_is_allowed(open_html: Open, watch: Watch) -> None:
    """A page may hand out a file it made itself."""
    page = open_html("<!doctype html><title>t</title><a href='#' download='x.json'>save</a>")
    page.evaluate(
        "document.querySelector('a').href = URL.createObjectURL(new Blob(['{}']))",
    )
    with page.expect_download() as saved:
        page.click("a")
    assert saved.value.path().read_bytes() == b"{}"
    assert not watch.faults


def test_axe_finds_what_is_wrong_and_nothing_else(open_html: Open, violations: Axe) -> None:
    """axe-core runs under a strict policy, finds an unnamed button, and finds no fault in a good page."""
    start = f"<!doctype html><html lang=en><title>t</title>{STRICT}<main><h1>t</h1>"
    bad = violations(open_html(start + "<button></button></main>"))
    assert [line.split(" ")[0] for line in bad] == ["button-name"]
    assert violations(open_html(start + "<button>Save</button></main>")) == []
