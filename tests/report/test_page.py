"""The page on which a clinician checks one case."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

from fhirkit.report.page import page
from fhirkit.report.subject import Subject, of_text

TEXT = (
    "A 40-year-old woman with multiple sclerosis was given alemtuzumab 12 mg daily for five days. "
    "Eight months later she was admitted with a headache but no fever, and haemoglobin was 6.8 "
    "g/dL. Alemtuzumab-induced autoimmune haemolytic anaemia was diagnosed. She climbed 14 steps. "
    "In a series of 12 patients, all had a rash."
)


@pytest.fixture(scope="module")
def html() -> str:
    """The page of a case."""
    return page(of_text("case.txt", TEXT))


def narrative(html: str) -> str:
    """The text as a browser has it."""
    found = re.search(r'<div id="text">(.*?)</div>', html, re.DOTALL)
    assert found
    return unescape(re.sub(r"<[^>]*>", "", found[1]))


def ids(html: str) -> list[str]:
    """All addresses within the page."""
    return re.findall(r'\sid="([^"]*)"', html)


def test_the_narrative_is_shown_as_given(html: str) -> None:
    """Character by character."""
    assert narrative(html) == TEXT


def test_every_link_leads_somewhere_on_the_page(html: str) -> None:
    """To a mark, a fact or a part; each address is given once."""
    known = ids(html)
    assert len(set(known)) == len(known)
    targets = re.findall(r'href="#([^"]*)"', html)
    assert targets
    assert set(targets) <= set(known)


def test_nothing_is_loaded(html: str) -> None:
    """No address but the specification's stands in a link, and none anywhere else."""
    addresses = re.findall(r'(?:src|href|action|data)="([^"#][^"]*)"', html)
    assert all(a == "data:," or a.startswith("https://hl7.org/") for a in addresses)
    assert " style=" not in html
    assert not re.search(r"\son[a-z]+=", html)


def test_the_banner_says_what_the_page_is(html: str) -> None:
    """Test data and read by a machine, until somebody has signed."""
    found = re.search(r'<p id="banner" class="unsigned" role="status">([^<]*)</p>', html)
    assert found
    assert "Test data, read by a machine" in found[1]


def test_the_page_tells_the_case_at_a_glance(html: str) -> None:
    """Who, which drug, which reaction."""
    glance = html.split('id="glance"')[1].split("</section>")[0]
    told = unescape(re.sub(r"<[^>]*>", "", glance))
    assert "female, age 40" in told
    assert "autoimmune haemolytic anaemia – suspect: alemtuzumab" in told
    assert "1 statements about others" not in told


def test_what_was_left_out_is_told(html: str) -> None:
    """With its reason, and a way back to the words."""
    assert re.search(r'<li id="l-\d+"><a href="#t-\d+">14</a> – number: [^<]+</li>', html)


def test_the_same_case_gives_the_same_bytes() -> None:
    """No clock and no chance."""
    assert page(of_text("case.txt", TEXT)) == page(of_text("case.txt", TEXT))


def test_a_page_among_others_leads_back() -> None:
    """To the list of all; a page by itself has no such link."""
    subject = of_text("case.txt", TEXT)
    assert 'href="index.html">All cases</a>' in page(subject, index="index.html")
    assert "All cases" not in page(subject)


def test_a_text_without_a_patient_has_a_page() -> None:
    """It says that nobody is told of, and shows the text."""
    html = page(of_text("law.txt", "The weather was fine."))
    assert narrative(html) == "The weather was fine."
    assert "no patient is described" in html


def test_an_empty_drawing_is_no_section() -> None:
    """Where nobody is told of there is no course."""
    assert 'id="timeline"' not in page(of_text("law.txt", "The weather was fine."))


def test_several_patients_stand_apart() -> None:
    """Each has facts and a course of their own, under their number."""
    text = (
        "Case 1. A 40-year-old woman was given aspirin and had a rash. "
        "Case 2. A 50-year-old man was given ibuprofen and had a headache."
    )
    html = page(of_text("two.txt", text))
    facts = html.split('id="facts"')[1]
    first, second = facts.split("<h3>Patient 1</h3>")[1].split("<h3>Patient 2</h3>")
    assert "aspirin" in first
    assert "aspirin" not in second
    assert "ibuprofen" in second
    assert html.count('class="plot"') == 2
    known = ids(html)
    assert len(set(known)) == len(known)
    assert set(re.findall(r'href="#([^"]*)"', html)) <= set(known)


@pytest.mark.parametrize("newline", ["\r\n", "\r", "\n"])
def test_line_ends_are_kept(newline: str) -> None:
    """Offsets count the characters of the text as given."""
    text = TEXT.replace(". ", f".{newline}")
    assert narrative(page(of_text("case.txt", text))) == text


def test_links_lead_somewhere_in_every_shipped_case(checkout: Path) -> None:
    """Whatever is told, its words have a mark."""
    for folder in sorted((checkout / "bundles").iterdir()):
        if (folder / "text.txt").is_file():
            html = page(of_text(folder.name, (folder / "text.txt").read_bytes().decode()))
            known = set(ids(html))
            assert set(re.findall(r'href="#([^"]*)"', html)) <= known, folder.name


def test_published_cases_stay_small_enough_for_mail(benchmark: Path) -> None:
    """At most 150 kB for a case of six."""
    text = (benchmark / "seeds" / "000.txt").read_bytes().decode()
    subject: Subject = of_text("000.txt", text)
    assert len(page(subject).encode()) * 6000 / max(len(text.encode()), 6000) <= 150_000
    assert set(re.findall(r'href="#([^"]*)"', page(subject))) <= set(ids(page(subject)))
