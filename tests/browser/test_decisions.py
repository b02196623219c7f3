"""Deciding on facts, adding what was missed, signing, saving; and what a conversion makes of it."""

from __future__ import annotations

import json
import re
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

import fhirkit
from browser.keys import tab_to
from browser.pages import html_of
from browser.reviewing import (
    BY,
    DISEASE,
    DRUG,
    EVENT,
    OTHER_VALUE,
    SYMPTOM,
    TEXT,
    VALUE,
    act,
    decision,
    fact,
    find,
    html,
    load,
    progress,
    save,
    saved,
    select,
    sign_in,
    state,
    with_error,
)
from fhirkit.errors import InputError
from fhirkit.facts.model import Certainty, Code, Whose
from fhirkit.review.apply import decide
from fhirkit.review.decisions import Changes, Verdict
from fhirkit.review.jsonform import ADDED, read_decisions
from fhirkit.review.seen import seen

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from browser.watch import Axe, NewPage, Open
    from fhirkit.facts.case import Case

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0[12]:00")  # Berlin, as conftest says


@pytest.fixture
def case(open_html: Open) -> Page:
    """The page of the case, with the reviewer's name given."""
    page = open_html(html())
    sign_in(page)
    return page


@pytest.fixture(scope="module")
def read() -> Case:
    """The case as it is read."""
    return fhirkit.extract(TEXT)


def one(case: Case, name: str) -> Any:
    """The fact with an id."""
    return next(fact for fact in case.facts if fact.id == name)


def given(*decisions: dict[str, Any], text: str = TEXT, **more: Any) -> dict[str, Any]:
    """A file of decisions."""
    return {
        "format": "fhirkit-decisions/1",
        "sha256": sha256(text.encode()).hexdigest(),
        "document": "case.txt",
        "decisions": list(decisions),
        **more,
    }


def accepted(read: Case, name: str, **more: Any) -> dict[str, Any]:
    """An acceptance of a fact, as a file has it."""
    found = one(read, name)
    return {
        "fact": name,
        "kind": name.split("-")[0],
        "spans": [[span.start, span.end] for span in found.spans],
        "seen": seen(found),
        "verdict": "accept",
        "by": "B. Reader",
        "at": "2026-01-02T03:04:05+01:00",
        **more,
    }


def form(page: Page, name: str) -> Locator:
    """The form that is open in a fact."""
    return fact(page, name).locator("form")


# ---- one fact ----


def test_the_name_is_asked_for_in_place(open_html: Open) -> None:
    """The first decision asks for a name beside the fact, and is made when it is given."""
    page = open_html(html())
    fact(page, SYMPTOM).focus()
    page.keyboard.press("a")
    name = form(page, SYMPTOM).get_by_label("Your name", exact=True)
    expect(name).to_be_focused()
    page.keyboard.press("Enter")
    expect(name).to_have_attribute("aria-invalid", "true")
    expect(name).to_have_accessible_description("A decision needs the name of who makes it.")
    assert progress(page).startswith("0 of")
    name.fill("C. Doctor")
    page.keyboard.press("Enter")
    assert state(page, SYMPTOM).startswith("accepted")
    expect(page.get_by_label("Reviewer", exact=True)).to_have_value("C. Doctor")
    expect(fact(page, SYMPTOM)).to_be_focused()
    assert decision(page, SYMPTOM).by == "C. Doctor"


def test_escape_leaves_all_as_it_was(case: Page) -> None:
    """Escape closes a form, gives the focus back to the fact and decides nothing."""
    fact(case, VALUE).focus()
    case.keyboard.press("c")
    expect(form(case, VALUE)).to_be_visible()
    case.keyboard.press("Escape")
    expect(form(case, VALUE)).to_have_count(0)
    expect(fact(case, VALUE)).to_be_focused()
    act(case, VALUE, "note")
    form(case, VALUE).get_by_role("button", name="Cancel").click()
    expect(fact(case, VALUE).locator("[data-act=note]")).to_be_focused()
    assert saved(case).decisions == ()


def test_accept_and_reject(case: Page, read: Case) -> None:
    """Accept and Reject show what was decided; pressed again they take it back; the file has who, when, what."""
    accept = fact(case, SYMPTOM).get_by_role("button", name="Accept rash")
    reject = fact(case, SYMPTOM).get_by_role("button", name="Reject rash")
    accept.click()
    expect(accept).to_have_attribute("aria-pressed", "true")
    expect(case.locator(".said")).to_have_text("rash: accepted.")
    expect(fact(case, SYMPTOM)).to_have_accessible_description(re.compile("^accepted"))
    reject.click()
    expect(accept).to_have_attribute("aria-pressed", "false")
    expect(reject).to_have_attribute("aria-pressed", "true")
    assert state(case, SYMPTOM).startswith("rejected")
    heading = fact(case, SYMPTOM).locator("h4")
    assert heading.evaluate("e => getComputedStyle(e).textDecorationLine") == "line-through"
    made = decision(case, SYMPTOM)
    found = one(read, SYMPTOM)
    assert (made.verdict, made.by, made.kind) == (Verdict.REJECT, BY, "symptom")
    assert made.seen == seen(found)
    assert made.spans == tuple((span.start, span.end) for span in found.spans)
    assert INSTANT.fullmatch(made.at)
    reject.click()
    assert state(case, SYMPTOM) == ""
    assert saved(case).decisions == ()


def test_keys_decide(case: Page) -> None:
    """On a fact a accepts, r rejects, c corrects, n notes and u undoes, one step at a time."""
    fact(case, VALUE).focus()
    case.keyboard.press("a")
    assert state(case, VALUE).startswith("accepted")
    case.keyboard.press("r")
    assert state(case, VALUE).startswith("rejected")
    case.keyboard.press("c")
    case.get_by_label("Value", exact=True).fill("83")
    case.keyboard.press("Enter")
    assert "corrected" in state(case, VALUE)
    case.keyboard.press("n")
    case.keyboard.type("are units right? no")  # letters that would decide
    case.get_by_role("button", name="Save note").click()
    assert "corrected" in state(case, VALUE)
    assert "Note: are units right? no" in state(case, VALUE)
    fact(case, VALUE).focus()
    for expected in ("corrected", "rejected", "accepted", ""):
        case.keyboard.press("u")
        assert state(case, VALUE).startswith(expected)
        assert "Note" not in state(case, VALUE)
    expect(fact(case, VALUE).locator("[data-act=undo]")).to_be_hidden()


def test_only_what_was_changed_is_saved(case: Page) -> None:
    """A correction holds what was changed and no more; the page shows old and new."""
    act(case, VALUE, "correct")
    form(case, VALUE).get_by_label("Value", exact=True).fill("≤ 8.2")
    form(case, VALUE).get_by_label("Unit", exact=True).fill("g/dL")
    case.keyboard.press("Enter")
    assert "Value 82 → <=8.2" in state(case, VALUE)
    assert "Unit g/L → g/dL" in state(case, VALUE)
    made = decision(case, VALUE)
    assert made.verdict is Verdict.CORRECT
    assert made.changes == Changes(value="8.2", comparator="<=", unit="g/dL")


def test_a_correction_starts_from_the_last(case: Page) -> None:
    """Correct again shows what was corrected before; a field set back to what was read is no change."""
    act(case, VALUE, "correct")
    form(case, VALUE).get_by_label("Value", exact=True).fill("8.2")
    form(case, VALUE).get_by_label("Unit", exact=True).fill("g/dL")
    case.keyboard.press("Enter")
    act(case, VALUE, "correct")
    expect(form(case, VALUE).get_by_label("Value", exact=True)).to_have_value("8.2")
    form(case, VALUE).get_by_label("Value", exact=True).fill("82")
    case.keyboard.press("Enter")
    assert decision(case, VALUE).changes == Changes(unit="g/dL")


def test_wrong_digits_are_told_at_their_field(case: Page) -> None:
    """What is no number is refused with a message that belongs to the field; a number then is taken."""
    act(case, VALUE, "correct")
    field = form(case, VALUE).get_by_label("Value", exact=True)
    digits = "Digits, with a point for a fraction: 24, 0.5, <= 5."
    for value, message in (
        ("8,2", digits),
        ("about 8", digits),
        ("< > 8", digits),
        ("", "A value is needed. To drop the fact, reject it."),
    ):
        field.fill(value)
        case.keyboard.press("Enter")
        expect(field).to_have_accessible_description(message)
        expect(field).to_have_attribute("aria-invalid", "true")
        expect(field).to_be_focused()
        assert progress(case).startswith("0 of")
    field.fill("> -0.5")
    case.keyboard.press("Enter")
    assert decision(case, VALUE).changes == Changes(value="-0.5", comparator=">")


def test_nothing_changed_is_told(case: Page) -> None:
    """Saving a correction, or a note, with nothing changed says so and decides nothing."""
    act(case, VALUE, "correct")
    case.keyboard.press("Enter")
    expect(form(case, VALUE).get_by_role("alert")).to_have_text("Nothing was changed.")
    act(case, VALUE, "note")
    form(case, VALUE).get_by_role("button", name="Save note").click()
    expect(form(case, VALUE).get_by_label("Note")).to_have_accessible_description(
        "Nothing was changed."
    )
    assert saved(case).decisions == ()


def test_code_certainty_and_whose(case: Page) -> None:
    """A code needs its system; certainty and whose it is are chosen from what facts know."""
    act(case, OTHER_VALUE, "correct")
    opened = form(case, OTHER_VALUE)
    opened.get_by_label("System").select_option("")
    opened.get_by_label("Code", exact=True).fill("2160-0")
    opened.get_by_label("Certainty").select_option("negated")
    opened.get_by_label("Whose it is").select_option("family")
    case.keyboard.press("Enter")
    opened.get_by_role("button", name="Save correction").click()
    expect(opened.get_by_label("System")).to_have_accessible_description(
        "Which system is the code of?"
    )
    opened.get_by_label("System").select_option(label="LOINC")
    opened.get_by_label("Display").fill("Creatinine in blood")
    opened.get_by_role("button", name="Save correction").click()
    assert decision(case, OTHER_VALUE).changes == Changes(
        code=Code("http://loinc.org", "2160-0", "Creatinine in blood"),
        certainty=Certainty.NEGATED,
        whose=Whose.FAMILY,
    )


def test_only_what_a_fact_has_can_be_corrected(case: Page) -> None:
    """An adverse event has no value; its form does not ask for one."""
    act(case, EVENT, "correct")
    labels = form(case, EVENT).locator("label").all_inner_texts()
    assert labels == ["System", "Code", "Display", "Certainty", "Whose it is"]


def test_a_note_alone_decides_nothing(case: Page) -> None:
    """A note is kept and shown, the fact stays undecided; an acceptance keeps the note; an empty note goes."""
    act(case, SYMPTOM, "note")
    form(case, SYMPTOM).get_by_label("Note").fill("see page 2")
    form(case, SYMPTOM).get_by_role("button", name="Save note").click()
    assert progress(case).startswith("0 of")
    assert "see page 2" in state(case, SYMPTOM)
    assert decision(case, SYMPTOM).verdict is Verdict.NOTE
    act(case, SYMPTOM, "accept")
    assert (decision(case, SYMPTOM).verdict, decision(case, SYMPTOM).note) == (
        Verdict.ACCEPT,
        "see page 2",
    )
    act(case, SYMPTOM, "note")
    form(case, SYMPTOM).get_by_label("Note").fill("")
    form(case, SYMPTOM).get_by_role("button", name="Save note").click()
    assert decision(case, SYMPTOM).note is None


# ---- all facts, the signature ----


def test_accept_the_rest_leaves_what_has_errors(open_html: Open) -> None:
    """Accept the rest asks first, says what stays, and accepts no fact with an error of the validator."""
    page = open_html(with_error("haemoglobin"))
    sign_in(page)
    act(page, SYMPTOM, "reject")
    total = page.locator(".group:not(.g-others) article[data-seen]").count()
    page.get_by_role("button", name="Accept the rest").click()
    asked = page.locator("#review form")
    assert "1 with errors" in asked.inner_text()
    asked.get_by_role("button", name="Cancel").click()
    assert progress(page).startswith("1 of")
    page.get_by_role("button", name="Accept the rest").click()
    asked.get_by_role("button", name=f"Accept {total - 2}").click()
    assert progress(page).startswith(f"{total - 1} of {total} decided; 1 finding.")
    verdicts = {one.fact: one.verdict for one in saved(page).decisions}
    assert VALUE not in verdicts
    assert verdicts.pop(SYMPTOM) is Verdict.REJECT
    assert set(verdicts.values()) == {Verdict.ACCEPT}


def test_signing(case: Page) -> None:
    """Signing says what is undecided, changes the banner, and ends with the next change."""
    banner = case.locator("#banner")
    before = banner.inner_text()
    total = case.locator(".group:not(.g-others) article[data-seen]").count()
    act(case, SYMPTOM, "accept")
    act(case, DRUG, "reject")
    sign = case.locator("[data-act=sign]")
    sign.click()
    assert (
        f"{total - 2} facts not decided; sign anyway?" in case.locator("#review form").inner_text()
    )
    case.get_by_role("button", name="Sign anyway").click()
    file = saved(case)
    assert file.signed is not None
    assert file.signed.by == BY
    assert INSTANT.fullmatch(file.signed.at)
    expect(banner).to_have_text(
        f"Reviewed by {BY} on {file.signed.at[:10]}: 1 accepted, 0 corrected, 1 rejected, 0 added; "
        f"{total - 2} not decided."
    )
    expect(banner).not_to_have_class("unsigned")
    act(case, VALUE, "accept")
    expect(banner).to_have_text(before)
    expect(banner).to_have_class("unsigned")
    expect(case.locator(".said")).to_contain_text("The signature was taken away.")
    assert saved(case).signed is None
    sign.click()
    case.get_by_role("button", name="Sign anyway").click()
    expect(sign).to_have_text("Take signature away")
    sign.click()
    expect(banner).to_have_class("unsigned")
    assert len(saved(case).decisions) == 3


def test_all_can_be_taken_back(case: Page) -> None:
    """Clear asks first, then takes back every decision."""
    act(case, SYMPTOM, "accept")
    act(case, DRUG, "reject")
    case.get_by_role("button", name="Clear").click()
    case.get_by_role("button", name="Take back").click()
    assert progress(case).startswith("0 of")
    assert saved(case).decisions == ()


# ---- the file, the browser's store ----


def test_the_file_is_in_the_order_of_the_page(case: Page) -> None:
    """The same decisions give the same bytes, whatever the order in which they were made."""
    for name in (SYMPTOM, DRUG, VALUE):
        act(case, name, "accept")
    first = save(case)
    assert save(case) == first
    assert first.endswith(b"}\n")
    order = case.locator("article.fact").evaluate_all("all => all.map(e => e.id.slice(2))")
    expected = [name for name in order if name in (DRUG, VALUE, SYMPTOM)]
    assert [one.fact for one in read_decisions(first).decisions] == expected


def test_a_file_is_named_after_its_document(case: Page) -> None:
    """The file has the name of the narrative, so that both are found together."""
    with case.expect_download() as download:
        case.get_by_role("button", name="Save decisions").click()
    assert download.value.suggested_filename == "case.txt.decisions.json"


def test_a_saved_file_is_loaded_again(case: Page, new_page: NewPage, open_html: Open) -> None:
    """Another browser that loads the file has the same decisions, and the signature still holds."""
    act(case, VALUE, "correct")
    form(case, VALUE).get_by_label("Value", exact=True).fill("83")
    case.keyboard.press("Enter")
    select(case, *find(TEXT, "recovered"))
    case.get_by_role("button", name="Add a fact").click()
    case.locator(".adder form [data-act=save]").click()
    case.locator("[data-act=sign]").click()
    case.get_by_role("button", name="Sign anyway").click()
    first = save(case)
    other = open_html(html(), on=new_page(), name="other.html")
    load(other, first)
    expect(other.locator(".said")).to_have_text("2 decisions loaded.")
    expect(other.locator("#banner")).to_have_text(case.locator("#banner").inner_text())
    assert "Value 82 → 83" in state(other, VALUE)
    assert save(other) == first


def test_a_wrong_file_is_refused(case: Page) -> None:
    """A file for another text, of another form or with a fault is refused as a whole, and why."""
    act(case, SYMPTOM, "accept")
    unreadable = "Decision 1 of the file can't be read."
    for data, message in (
        (b"no json", "This file is no JSON."),
        ({}, "This is no file of decisions (fhirkit-decisions/1)."),
        (given(text="another"), "These decisions were made for another text."),
        (given() | {"decisions": 3}, unreadable),
        (given({"fact": "x y"}), unreadable),
        (given(signed={"by": BY}), "The signature of the file can't be read."),
    ):
        load(case, data)
        expect(case.locator("#review > [role=alert]")).to_have_text(message)
    assert decision(case, SYMPTOM).verdict is Verdict.ACCEPT


def test_of_two_decisions_the_newer_counts(case: Page, read: Case) -> None:
    """Loading a file keeps a decision made later than the file's, and says so."""
    act(case, SYMPTOM, "reject")
    load(case, given(accepted(read, SYMPTOM), accepted(read, DRUG)))
    expect(case.locator(".said")).to_have_text(
        "2 decisions loaded; for 1 yours is newer and stays."
    )
    assert state(case, SYMPTOM).startswith("rejected")
    assert state(case, DRUG).startswith("accepted")
    load(case, given(accepted(read, SYMPTOM, at="2099-01-02T03:04:05+01:00")))
    expect(case.locator(".said")).to_have_text("1 decision loaded.")  # a file takes its time
    assert state(case, SYMPTOM).startswith("accepted")


def test_the_browser_keeps_what_was_decided(case: Page) -> None:
    """Opened again, the page has every decision, the name and the signature, and says that no file was saved."""
    act(case, SYMPTOM, "accept")
    act(case, SYMPTOM, "note")
    form(case, SYMPTOM).get_by_label("Note").fill("sure")
    form(case, SYMPTOM).get_by_role("button", name="Save note").click()
    select(case, *find(TEXT, "recovered"))
    case.get_by_role("button", name="Add a fact").click()
    case.locator(".adder form [data-act=save]").click()
    case.locator("[data-act=sign]").click()
    case.get_by_role("button", name="Sign anyway").click()
    banner = case.locator("#banner").inner_text()
    assert "Not saved to a file yet." in progress(case)
    case.on("dialog", lambda dialog: dialog.accept())
    case.reload()
    expect(case.get_by_label("Reviewer", exact=True)).to_have_value(BY)
    assert state(case, SYMPTOM).startswith("accepted")
    assert "Note: sure" in state(case, SYMPTOM)
    expect(case.locator("#g-added article")).to_have_count(1)
    assert case.locator("#banner").inner_text() == banner
    assert "Not saved to a file yet." in progress(case)
    save(case)
    assert "Not saved" not in progress(case)


def test_a_browser_that_keeps_nothing(new_page: NewPage, open_html: Open) -> None:
    """Where the browser stores nothing the page works, and says that only the file will stay."""
    page = new_page()
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no') }})"
    )
    open_html(html(), on=page)
    sign_in(page)
    act(page, SYMPTOM, "accept")
    expect(page.locator("#review > [role=alert]")).to_contain_text("This browser keeps nothing")
    assert decision(page, SYMPTOM).verdict is Verdict.ACCEPT


def test_leaving_unsaved_is_asked(case: Page) -> None:
    """The browser asks before a page with unsaved decisions is left, and not once they are saved."""
    asked: list[str] = []

    def stay(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    case.on("dialog", stay)
    act(case, SYMPTOM, "accept")
    case.close(run_before_unload=True)
    case.wait_for_timeout(100)
    assert asked == ["beforeunload"]
    save(case)
    case.close(run_before_unload=True)
    case.wait_for_event("close")
    assert asked == ["beforeunload"]


def test_decisions_that_came_with_the_page(open_html: Open, page: Page, read: Case) -> None:
    """Decisions in the page are its start; one that was taken back stays so when it is opened again."""
    signed = {"by": "B. Reader", "at": "2026-01-02T03:05:00+01:00"}
    file = given(accepted(read, SYMPTOM), accepted(read, DRUG), signed=signed)
    decisions = read_decisions(json.dumps(file).encode())
    open_html(html_of(TEXT, decisions=decisions))
    assert progress(page).startswith("2 of")
    expect(page.locator("#banner")).to_contain_text("Reviewed by B. Reader on 2026-01-02")
    act(page, SYMPTOM, "undo")
    expect(page.locator("#banner")).to_have_class("unsigned")
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    assert progress(page).startswith("1 of")
    assert state(page, DRUG).startswith("accepted")
    assert state(page, SYMPTOM) == ""


def test_a_decision_on_another_reading(case: Page, read: Case) -> None:
    """A fact that reads otherwise now is not decided, which is said; the file keeps the decision until it is made anew."""
    load(
        case,
        given(
            accepted(read, SYMPTOM, seen="0" * 16), accepted(read, DRUG) | {"fact": "medication-x"}
        ),
    )
    expect(case.locator(".gone")).to_contain_text("medication-x")
    assert progress(case).startswith("0 of")
    assert state(case, SYMPTOM).startswith("decided on another reading")
    assert {one.fact: one.seen for one in saved(case).decisions}[SYMPTOM] == "0" * 16
    act(case, SYMPTOM, "accept")
    assert progress(case).startswith("1 of")
    assert {one.fact: one.seen for one in saved(case).decisions}[SYMPTOM] == seen(
        one(read, SYMPTOM)
    )


# ---- adding ----

JOINED = "all => all.map(e => e.textContent).join('')"
FAMILY = "\U0001f469\u200d\U0001f469\u200d\U0001f467"
ODD = (
    f"A 💊 {FAMILY} woman took aspirin.\r\nShe had a cafe\u0301-au-lait rash, "
    "then 𝒳 rash;\r\n\r\n  and her haemoglobin was 82 g/L.\r\n"
)


@pytest.mark.parametrize(
    ("text", "choices"),
    [
        pytest.param(
            ODD,
            [
                "woman took aspirin",  # after emoji
                FAMILY,
                "aspirin.\r\nShe had",
                "cafe\u0301-au-lait",
                "𝒳 rash",
                "had a cafe\u0301-au-lait rash, then",  # over a mark
                "her haemoglobin was 82 g",  # into a mark
            ],
            id="odd-characters",
        ),
        pytest.param(TEXT, ["a rash. Chest X", "Listeria", "Her mother"], id="marks"),
    ],
)
def test_selected_words_are_what_is_added(open_html: Open, text: str, choices: list[str]) -> None:
    """Whatever is in the text, an added fact has the words selected, and the text stays as it was."""
    page = open_html(html(text))
    sign_in(page)
    content = page.locator("#text").evaluate("e => e.textContent")
    assert content == text
    linked = page.locator("#text a").evaluate_all(JOINED)
    for words in choices:
        start, end = find(text, words)
        select(page, start, end)
        page.get_by_role("button", name="Add a fact").click()
        page.locator(".adder form [data-act=save]").click()
        name = f"added-symptom-{start}-{end}"
        expect(fact(page, name)).to_be_focused()
        (made,) = saved(page).decisions
        assert (made.fact, made.spans, made.verdict) == (name, ((start, end),), Verdict.ADD)
        assert page.locator(f"#text .m[data-f~='{name}']").evaluate_all(JOINED) == words
        ids = page.locator("[id]").evaluate_all("all => all.map(e => e.id)")
        assert len(ids) == len(set(ids))
        fact(page, name).get_by_role("button", name="Remove").click()
        assert page.locator("#text").evaluate("e => e.textContent") == content
        assert page.locator("#text a").evaluate_all(JOINED) == linked
        assert saved(page).decisions == ()


def test_white_space_around_is_left_out(case: Page) -> None:
    """Blanks at the ends of a selection belong to no fact."""
    start, end = find(TEXT, " recovered")
    select(case, start, end)
    case.get_by_role("button", name="Add a fact").click()
    case.locator(".adder form [data-act=save]").click()
    assert saved(case).decisions[0].spans == ((start + 1, end),)


def test_adding_by_keyboard_alone(open_html: Open) -> None:
    """Words can be written instead of selected, in any case and letters; of several places one is chosen."""
    page = open_html(html(ODD))
    sign_in(page)
    tab_to(page, ".adder button")
    page.keyboard.press("Enter")
    adder = page.locator(".adder form")
    words = adder.get_by_label("Words as they stand in the narrative")
    expect(words).to_be_focused()
    page.keyboard.press("Enter")
    expect(words).to_have_accessible_description("Select words in the text, or write them here.")
    words.fill("headache")
    page.keyboard.press("Enter")
    expect(words).to_have_accessible_description("These words do not stand in the narrative.")
    expect(adder.get_by_label("Which of them")).to_be_hidden()
    words.fill("Caf\u00e9-au-lait  RASH")
    expect(adder.get_by_label("Which of them")).to_be_hidden()
    words.fill("Rash")
    which = adder.get_by_label("Which of them")
    expect(which.locator("option")).to_have_text(
        [re.compile("1 of 2.*lait"), re.compile("2 of 2.*𝒳")]
    )
    which.select_option(index=1)
    adder.get_by_label("Certainty").select_option("suspected")
    adder.get_by_label("Note").fill("which one?")
    adder.get_by_role("button", name="Add").focus()
    page.keyboard.press("Enter")
    start = ODD.rindex("rash")
    (made,) = saved(page).decisions
    assert made.spans == ((start, start + 4),)
    assert made.changes == Changes(certainty=Certainty.SUSPECTED, whose=Whose.PATIENT)
    assert made.note == "which one?"
    assert "suspected" in fact(page, made.fact).inner_text()


def test_a_value_is_added(case: Page) -> None:
    """A value has digits and a unit, which other kinds are not asked for."""
    case.get_by_role("button", name="Add a fact").click()
    adder = case.locator(".adder form")
    adder.get_by_label("Words as they stand in the narrative").fill("five days")
    expect(adder.get_by_label("Value", exact=True)).to_be_hidden()
    adder.get_by_label("Kind").select_option("observation")
    adder.get_by_label("Value", exact=True).fill("five")
    adder.get_by_role("button", name="Add").click()
    expect(adder.get_by_label("Value", exact=True)).to_have_attribute("aria-invalid", "true")
    adder.get_by_label("Value", exact=True).fill("5")
    adder.get_by_label("Unit").fill("d")
    adder.get_by_role("button", name="Add").click()
    (made,) = saved(case).decisions
    assert (made.changes.value, made.changes.unit, made.kind) == ("5", "d", "observation")
    assert "5 d" in case.locator("#g-added article").inner_text()


def test_an_adverse_event_has_its_suspects(case: Page) -> None:
    """Suspects are drugs and procedures of the page, added ones too; one that is taken away is none any more."""
    select(case, *find(TEXT, "treated"))
    case.get_by_role("button", name="Add a fact").click()
    case.locator(".adder form").get_by_label("Kind").select_option("procedure")
    case.locator(".adder form [data-act=save]").click()
    added = "added-procedure-{}-{}".format(*find(TEXT, "treated"))
    select(case, *find(TEXT, "fever"))
    case.get_by_role("button", name="Add a fact").click()
    adder = case.locator(".adder form")
    expect(adder.get_by_role("group", name="Suspected")).to_be_hidden()
    adder.get_by_label("Kind").select_option("adverse-event")
    adder.get_by_label("ampicillin").check()
    adder.get_by_label("treated").check()
    adder.get_by_role("button", name="Add").click()
    event = "added-adverse-event-{}-{}".format(*find(TEXT, "fever"))
    assert decision(case, event).changes.suspects == ("medication-ampicillin", added)
    assert "suspected: ampicillin, treated" in fact(case, event).inner_text()
    fact(case, added).get_by_role("button", name="Remove").click()
    assert decision(case, event).changes.suspects == ("medication-ampicillin",)


def test_of_several_patients_one_is_chosen(open_html: Open) -> None:
    """Where the text tells of several patients, an added fact says whose it is, in its id too."""
    text = (
        "Case 1. A 30-year-old man took aspirin and had a rash.\n"
        "Case 2. A 40-year-old woman took ibuprofen and felt unwell.\n"
    )
    page = open_html(html(text))
    sign_in(page)
    select(page, *find(text, "unwell"))
    page.get_by_role("button", name="Add a fact").click()
    page.locator(".adder form").get_by_label("Patient").select_option("2")
    page.locator(".adder form [data-act=save]").click()
    act(page, "p1-symptom-rash", "accept")
    patients = {one.fact: one.patient for one in saved(page).decisions}
    assert patients == {
        "p1-symptom-rash": 1,
        "p2-added-symptom-{}-{}".format(*find(text, "unwell")): 2,
    }


def test_words_that_went_into_no_fact_can_be_added(open_html: Open) -> None:
    """Left-out words are links of their own; an added fact takes them over and gives them back."""
    page = open_html(
        html("A 30-year-old man took aspirin. He was ill with 17 of 20 and had a rash.\n")
    )
    sign_in(page)
    loose = page.locator("#text a.u").first
    words, href = loose.inner_text(), loose.get_attribute("href")
    start = int((loose.get_attribute("id") or "")[2:])
    select(page, start, start + len(words))
    page.get_by_role("button", name="Add a fact").click()
    page.locator(".adder form [data-act=save]").click()
    place = page.locator(f"#t-{start}")
    expect(place).to_have_attribute("href", f"#f-added-symptom-{start}-{start + len(words)}")
    page.get_by_role("button", name=f"Remove {words}").click()
    expect(place).to_have_attribute("href", href or "")
    expect(place).to_have_class("u")


# ---- what a conversion makes of it ----


def test_round_trip_into_a_bundle(case: Page, read: Case) -> None:
    """Rejected is gone, corrected has the new value and the reviewer, added its words; the bundle has no errors."""
    act(case, SYMPTOM, "reject")
    act(case, VALUE, "correct")
    form(case, VALUE).get_by_label("Value", exact=True).fill("120")
    case.keyboard.press("Enter")
    start, end = find(TEXT, "recovered")
    select(case, start, end)
    case.get_by_role("button", name="Add a fact").click()
    case.locator(".adder form [data-act=save]").click()
    decided = decide(read, saved(case))
    assert decided.untouched == ()
    bundle = fhirkit.to_bundle(decided.case)
    made = {key_of(entry["resource"]): entry for entry in bundle["entry"]}
    assert SYMPTOM not in made
    assert made[VALUE]["resource"]["valueQuantity"]["value"] == 120
    added = f"added-symptom-{start}-{end}"
    origin = json.dumps(made[added]["resource"]["extension"])
    assert f'"valueInteger": {start}' in origin
    assert f'"valueInteger": {end - start}' in origin
    reviewed = {
        target["reference"]
        for entry in bundle["entry"]
        if entry["resource"]["resourceType"] == "Provenance"
        and entry["resource"]["agent"][0]["who"].get("display") == BY
        for target in entry["resource"]["target"]
    }
    assert reviewed == {made[VALUE]["fullUrl"], made[added]["fullUrl"]}
    assert not [issue for issue in fhirkit.validate(bundle) if issue.is_error]


def key_of(resource: dict[str, Any]) -> str:
    """The fact a resource was made of, by its identifier."""
    found = resource.get("identifier", {})
    found = found[0] if isinstance(found, list) else found
    return str(found.get("value", "")).partition("-")[2]


def test_every_kind_of_added_fact_is_applied(case: Page, read: Case) -> None:
    """What the form can add, the conversion can make a resource of."""
    for number, kind in enumerate(ADDED):
        start = TEXT.index("Two weeks later") + number
        select(case, start, start + 9)
        case.get_by_role("button", name="Add a fact").click()
        adder = case.locator(".adder form")
        adder.get_by_label("Kind").select_option(kind)
        if kind == "observation":
            adder.get_by_label("Value", exact=True).fill("<5")
            adder.get_by_label("Unit").fill("mg/L")
        if kind == "adverse-event":
            adder.get_by_label("ampicillin").check()
        adder.get_by_label("System").select_option(label="SNOMED CT")
        adder.get_by_label("Code", exact=True).fill("404684003")
        adder.get_by_role("button", name="Add", exact=True).click()
    decided = decide(read, saved(case))
    assert decided.untouched == ()
    kinds = [fact.id.split("-")[1] for fact in decided.case.facts if fact.id.startswith("added-")]
    assert sorted(kinds) == sorted(kind.split("-")[0] for kind in ADDED)


def test_decisions_on_another_text_are_refused(case: Page) -> None:
    """Decisions saved for this text are applied to no other."""
    act(case, SYMPTOM, "reject")
    with pytest.raises(InputError, match="another text"):
        decide(fhirkit.extract(TEXT + "\n"), saved(case))


# ---- for everybody ----


def test_no_barrier_in_what_the_script_makes(case: Page, violations: Axe) -> None:
    """axe-core finds nothing in open forms, decisions, the list of facts and the dialog, wide and narrow, light and dark."""
    act(case, SYMPTOM, "reject")
    act(case, DRUG, "accept")
    act(case, VALUE, "correct")
    select(case, *find(TEXT, "fever"))
    case.get_by_role("button", name="Add a fact").click()
    case.locator(".adder form").get_by_label("Kind").select_option("adverse-event")
    act(case, OTHER_VALUE, "note")
    case.locator("[data-act=sign]").click()
    for scheme, width in (("light", 1280), ("dark", 320)):
        case.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        case.set_viewport_size({"width": width, "height": 900})
        assert violations(case) == []
    assert case.evaluate("document.documentElement.scrollWidth") <= 320
    case.locator(f"#text .m[data-f~='{DISEASE}']").first.click()
    expect(case.get_by_role("menu")).to_be_visible()
    assert violations(case) == []
    case.keyboard.press("Escape")
    case.keyboard.press("?")
    expect(case.get_by_role("dialog")).to_be_visible()
    assert violations(case) == []


def test_print_has_verdicts_and_no_buttons(case: Page) -> None:
    """On paper the decisions and notes stand by their facts, without buttons and forms."""
    act(case, SYMPTOM, "reject")
    act(case, VALUE, "note")
    form(case, VALUE).get_by_label("Note").fill("see table")
    form(case, VALUE).get_by_role("button", name="Save note").click()
    case.get_by_role("button", name="Add a fact").click()
    case.emulate_media(media="print")
    assert state(case, SYMPTOM).startswith("rejected")
    assert "see table" in state(case, VALUE)
    assert case.locator("button:visible, form:visible, input:visible").count() == 0
