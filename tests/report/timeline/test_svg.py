"""The drawing: what is in it, that it can be read, and that nothing in it runs or loads."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import pytest

import fhirkit
from course import Course, parsed, texts
from fhirkit.facts.model import Regimen
from fhirkit.report.timeline import draw, timeline
from fhirkit.report.timeline.layout import WIDE
from fhirkit.report.timeline.svg import style

SVG = "{http://www.w3.org/2000/svg}"
ALLOWED = {"svg", "title", "desc", "g", "a", "text", "line", "rect", "circle", "path"}
HOSTILE = [
    "</svg><script>alert(1)</script>",
    '" onload="alert(1)',
    "]]><!-- &amp; <style>",
    "a\x00b\x08c\ufffe\u202e\ud800",
    "x" * 5000,
    "中文" * 40,
]


def crowd(count: int) -> Course:
    """So many reactions at one time."""
    course = Course()
    drug = course.drug("nivolumab")
    for i in range(count):
        course.event(f"reaction {i}", drug, latency=course.after("8 weeks", drug))
    return course


def rich() -> Course:
    """One of everything."""
    course = Course()
    course.drug("interferon", when=course.before("a few years", "medication-1"))
    drug = course.drug("alemtuzumab", regimen=_days(course, "5 days"))
    course.condition("multiple sclerosis", history=course.say("14-year history"))
    stay = course.stay(when=course.after("8 months", drug), length=course.quantity("6 days"))
    course.event("anaemia", drug, latency=course.after("8 months", drug))
    course.event("fatigue", drug)
    course.symptom("headache", when=course.before("12 days"))
    course.procedure("transfusion", encounter=stay)
    for words in ("9 g/dl", "4 g/dl", "11 g/dl"):
        course.value("hemoglobin", words)
    course.drug("rituximab", when=course.on("2014"))
    course.condition("asthma")
    course.death(course.after("6 days", stay))
    return course


def _days(course: Course, words: str) -> Regimen:
    quantity = course.quantity(words)
    return Regimen(quantity.span, duration=quantity)


def hostile(words: str) -> Course:
    """A name, a unit, a dose and a time that try to be more than text."""
    course = Course()
    drug = course.drug(words, dose=course.quantity(f"12 {words}"))
    course.event(f"{words} again", drug, latency=course.after("8 months", drug))
    course.procedure("biopsy", when=course.after(f"soon {words}", drug))
    course.value(words, f"1 {words}")
    course.value(words, f"2 {words}")
    course.condition(f"no time {words}")
    return course


def drawn(course: Course, *, links: bool = False) -> str:
    """Its drawing."""
    return draw(timeline(course.case), links=links)


@pytest.mark.parametrize("links", [False, True])
@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_names_stay_text(words: str, links: bool) -> None:
    """The elements are ours, their attributes too, and XML parsers take it."""
    root = parsed(drawn(hostile(words), links=links))
    for element in root.iter():
        assert element.tag.removeprefix(SVG) in ALLOWED
        assert not [name for name in element.attrib if name.startswith("on") or name == "style"]
        assert element.attrib.get("href", "#f-").startswith("#f-")


def test_nothing_loads_or_runs() -> None:
    """No address but those of its own facts."""
    for standalone in (False, True):
        svg = draw(timeline(rich().case), links=True, standalone=standalone)
        svg = svg.replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?:|url\(|@import|<script|<foreignObject|<image|<use", svg)


@pytest.mark.parametrize("count", [1, 40, 400])
def test_many_at_one_point_stay_legible(count: int) -> None:
    """Each in a lane of its own; beyond a dozen, one lane has the rest by number."""
    svg = drawn(crowd(count))
    said = [words for words, _ in texts(svg)]
    shown = sum(words.startswith("reaction") for words in said)
    folded = sum(int(words[1:].split()[0]) for words in said if re.fullmatch(r"\+\d+ more", words))
    assert shown + folded == count
    assert shown <= 12
    if folded:
        assert f"reaction {count - 1}" in svg  # in the title of that lane


def narratives(checkout: Path) -> list[Path]:
    """The texts of the golden cases."""
    return sorted((checkout / "bundles").glob("*/text.txt"))


def overlaps(svg: str) -> list[tuple[str, str]]:
    """Texts that stand in each other's place, or leave the paper."""
    boxes = texts(svg)
    out = [(words, "the edge") for words, box in boxes if box[0] < 0 or box[2] > WIDE + 0.5]
    return out + [
        (one, other)
        for (one, a), (other, b) in combinations(boxes, 2)
        if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
    ]


def test_no_label_stands_on_another(checkout: Path) -> None:
    """In all shipped cases, in a font as wide as any."""
    for file in narratives(checkout):
        for part in fhirkit.extract(file.read_text("utf-8")).by_patient().values():
            assert not overlaps(draw(timeline(part))), file.parent.name


def test_no_label_stands_on_another_in_the_published_cases(benchmark: Path) -> None:
    """The same, of what is no part of the project."""
    files = [*benchmark.glob("seeds/*.txt"), *benchmark.glob("cases/*.txt")]
    for file in sorted(files):
        for part in fhirkit.extract(file.read_text("utf-8")).by_patient().values():
            assert not overlaps(draw(timeline(part))), file.name


@pytest.mark.parametrize(
    "course",
    [
        pytest.param(crowd(40), id="40-at-one-point"),
        pytest.param(rich(), id="everything"),
        *(pytest.param(hostile(words), id=f"hostile-{i}") for i, words in enumerate(HOSTILE)),
    ],
)
def test_no_label_stands_on_another_however_odd(course: Course) -> None:
    """Long names, wide letters, many things."""
    assert not overlaps(drawn(course))


def test_a_long_name_is_cut_and_stands_whole_in_its_title() -> None:
    """What is seen ends with an ellipsis."""
    name = "progressive multifocal leukoencephalopathy of the brain stem"
    course = Course()
    drug = course.drug("natalizumab")
    course.event(name, drug, latency=course.after("3 years", drug))
    svg = drawn(course)
    assert name in svg
    assert any(words.startswith("progressive") and words.endswith("…") for words, _ in texts(svg))


def test_where_no_distance_is_told_the_drawing_says_so() -> None:
    """In a zone of its own, and above a case that has none at all."""
    assert {"order told,", "distance not"} <= {words for words, _ in texts(drawn(rich()))}
    course = Course()
    course.drug("aspirin")
    said = [words for words, _ in texts(drawn(course))]
    assert said[0] == "No distance in time is told"
    assert any("need not be the order in time" in words for words in said)


def test_many_lines_are_folded() -> None:
    """Eight are drawn; the rest by number, its names in a title."""
    course = Course()
    for i in range(11):
        for words in ("1 g/l", "2 g/l"):
            course.value(f"protein {i}", words)
    svg = drawn(course)
    said = [words for words, _ in texts(svg)]
    assert sum(words.startswith("protein") for words in said) == 8
    assert "+3 more values told more than once" in said
    assert "protein 8, protein 9, protein 10" in svg
    assert not overlaps(svg)


def test_a_time_before_a_later_one_is_not_taken_for_one_before_day_0() -> None:
    """Where the later time stands beside it, "12 days before", and no minus."""
    course = Course()
    drug = course.drug("alemtuzumab")
    course.event("relapse", drug, latency=course.after("9 months", drug))
    course.symptom("headache", when=course.before("12 days", "adverse-event-1"))
    said = [words for words, _ in texts(drawn(course))]
    assert "12 days before" in said
    assert not any("−" in words for words in said)


def test_lines_stand_above_diagnoses_and_findings() -> None:
    """What the course of a score is belongs to what one sees first."""
    heights = {words: box[1] for words, box in texts(drawn(rich()))}
    assert heights["Adverse events"] < heights["hemoglobin"] < heights["Diagnoses"]


def test_what_has_no_time_is_counted_below() -> None:
    """By number and name."""
    assert any(
        words.startswith("1 fact without a time: asthma") for words, _ in texts(drawn(rich()))
    )


def test_nothing_at_all_draws_no_axis() -> None:
    """Only words."""
    course = Course()
    course.condition("asthma")
    svg = drawn(course)
    assert "tl-axis" not in svg
    assert "tl-mark" not in svg


@pytest.mark.parametrize("links", [False, True])
def test_a_screen_reader_finds_a_title_and_a_description(links: bool) -> None:
    """One picture, or a group of links; ids begin with what the page says."""
    svg = draw(timeline(rich().case), links=links, prefix="p2")
    root = parsed(svg)
    assert root.attrib["role"] == ("group" if links else "img")
    ids = root.attrib["aria-labelledby"].split()
    assert ids == ["p2-title", "p2-desc"]
    by_id = {e.attrib["id"]: e.text or "" for e in root.iter() if "id" in e.attrib}
    assert set(by_id) == set(ids)
    assert "Day 0: alemtuzumab" in by_id["p2-desc"]


def test_each_thing_leads_to_its_fact() -> None:
    """By a link that says in words what it is and when."""
    line = timeline(rich().case)
    root = parsed(draw(line, links=True))
    links = {e.attrib["href"]: e[0].text for e in root.iter(f"{SVG}a")}
    assert set(links) == {f"#f-{item.fact}" for item in line.items}
    assert "6 days" in links["#f-patient-case"]
    assert not list(parsed(draw(line)).iter(f"{SVG}a"))


def test_a_file_of_its_own_brings_its_colours() -> None:
    """Plain ones, that renderers without variables know."""
    svg = draw(timeline(rich().case), standalone=True)
    assert "<style>" in svg
    assert "var(" not in style()
    assert "#ffffff" in style()
    assert "width=" in svg.split(">", 1)[0]


def test_days_and_years_on_one_axis_need_a_break() -> None:
    """And every piece says what its strokes are."""
    svg = drawn(rich())
    said = [words for words, _ in texts(svg)]
    assert "tl-break" in svg
    assert "days" in said


def test_the_same_case_gives_the_same_bytes() -> None:
    """And so does what was read twice."""
    assert drawn(rich()) == drawn(rich())


def test_every_class_of_the_drawing_has_a_rule() -> None:
    """None is written wrong in one of the two places."""
    svg = draw(timeline(rich().case))
    used = {name for names in re.findall(r'class="([^"]+)"', svg) for name in names.split()}
    bare = {"tl-name", "tl-k-note"}
    assert used - set(re.findall(r"[\w-]*tl[\w-]*", style())) <= bare
