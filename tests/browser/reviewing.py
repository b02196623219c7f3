"""What tests of moving and deciding share: a case told for them, and what a reviewer does on a page."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from browser.pages import html_of, subject_of
from fhirkit.issues import Issue, Severity
from fhirkit.review.jsonform import read_decisions

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from fhirkit.review.decisions import Decision, Decisions

TEXT = (
    "A 34-year-old woman with multiple sclerosis received alemtuzumab 12 mg daily for five days. "
    "Her haemoglobin was 82 g/L and her creatinine was 1.1 mg/dL. Two weeks later she had a fever "
    "💊 and a rash. Chest X-ray was normal. She developed Listeria meningitis caused by "
    "alemtuzumab. She was treated with ampicillin and recovered.\nHer mother had diabetes.\n"
)
DRUG = "medication-alemtuzumab"
VALUE = "observation-hemoglobin"
OTHER_VALUE = "observation-creatinine"
SYMPTOM = "symptom-rash"
EVENT = "adverse-event-listeria-meningitis"
DISEASE = "condition-listeria-meningitis"
BY = "A. Reviewer"

SELECT = """([start, end]) => {
    const text = document.querySelector("#text");
    const units = point => Array.from(text.textContent).slice(0, point).join("").length;
    const place = unit => {
        const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
        for (let at = 0; walker.nextNode(); at += walker.currentNode.length) {
            if (unit <= at + walker.currentNode.length) return [walker.currentNode, unit - at];
        }
    };
    getSelection().setBaseAndExtent(...place(units(start)), ...place(units(end)));
}"""


@cache
def html(text: str = TEXT) -> str:
    """The page of a text; made once."""
    return html_of(text)


def with_error(key: str) -> str:
    """The page of the case, with an error in the resource whose id or code has this in it."""
    subject = subject_of(TEXT)
    entries = subject.bundle["entry"]
    at = next(n for n, entry in enumerate(entries) if key in json.dumps(entry["resource"]))
    issue = Issue(
        severity=Severity.ERROR,
        code="value",
        message="made for a test",
        expression=f"Bundle.entry[{at}].resource",
    )
    return html_of(TEXT, issues=(issue,))


def fact(page: Page, name: str) -> Locator:
    """The article of a fact."""
    return page.locator(f"#f-{name}")


def act(page: Page, name: str, what: str) -> None:
    """Presses one of a fact's buttons: accept, reject, correct, note, undo."""
    fact(page, name).locator(f"[data-act={what}]").click()


def sign_in(page: Page, name: str = BY) -> None:
    """Writes the reviewer's name into its field."""
    page.get_by_label("Reviewer", exact=True).fill(name)
    page.keyboard.press("Tab")


def progress(page: Page) -> str:
    """What the page says of how far the review is."""
    return page.locator(".progress").inner_text()


def state(page: Page, name: str) -> str:
    """What the page says of the decision on a fact."""
    return fact(page, name).locator(".state").inner_text()


def select(page: Page, start: int, end: int) -> None:
    """Selects characters of the narrative, counted as Python does."""
    page.evaluate(SELECT, [start, end])


def find(text: str, words: str) -> tuple[int, int]:
    """Where words stand in a text."""
    start = text.index(words)
    return start, start + len(words)


def save(page: Page) -> bytes:
    """The file that the page saves."""
    with page.expect_download() as download:
        page.get_by_role("button", name="Save decisions").click()
    return download.value.path().read_bytes()


def saved(page: Page) -> Decisions:
    """The decisions of the file that the page saves."""
    return read_decisions(save(page))


def decision(page: Page, name: str) -> Decision:
    """The one decision on a fact in the file that the page saves."""
    (found,) = (one for one in saved(page).decisions if one.fact == name)
    return found


def load(page: Page, data: bytes | dict[str, Any]) -> None:
    """Gives the page a file of decisions."""
    content = data if isinstance(data, bytes) else json.dumps(data).encode()
    page.set_input_files(
        "#review input[type=file]",
        {"name": "x.json", "mimeType": "application/json", "buffer": content},
    )
