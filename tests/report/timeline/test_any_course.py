"""What holds for every course, however odd: facts at random, that point at each other at random."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from course import Course, parsed, texts
from fhirkit.facts.model import Regimen, Use, When
from fhirkit.report.timeline import describe, draw, timeline
from fhirkit.report.timeline.layout import WIDE

KINDS = {
    "drug": "when",
    "event": "latency",
    "condition": "onset",
    "symptom": "when",
    "procedure": "when",
    "stay": "when",
    "value": "when",
}
AMOUNTS = ("1 hour", "2 days", "12 days", "3 weeks", "8 months", "1 year", "100 years")
DATES = ("1999", "2009", "2014", "2014-03", "2015-07-01")


@dataclass(frozen=True)
class Drawn:
    """What is drawn at random for one fact."""

    kind: str
    name: str
    time: str
    amount: str
    anchor: int | None
    extra: bool


FACTS = st.builds(
    Drawn,
    kind=st.sampled_from(sorted(KINDS)),
    name=st.sampled_from(
        ("alpha", "beta", "a name of more words than there is room for beside it")
    ),
    time=st.sampled_from(("none", "none", "after", "before", "date", "vague", "undirected")),
    amount=st.sampled_from(AMOUNTS),
    anchor=st.none() | st.integers(0, 11),
    extra=st.booleans(),
)


def course_of(facts: list[Drawn]) -> Course:
    """A course with these facts."""
    course = Course()
    prefix = {
        "drug": "medication", "event": "adverse-event", "stay": "encounter", "value": "observation",
    }  # fmt: skip
    ids = [f"{prefix.get(fact.kind, fact.kind)}-{i}" for i, fact in enumerate(facts)]
    for fact in facts:
        anchor = ids[fact.anchor % len(ids)] if fact.anchor is not None else None
        fields: dict[str, object] = {KINDS[fact.kind]: _when(course, fact, anchor)}
        if fact.extra:
            fields |= _extra(course, fact, anchor)
        if fact.kind == "value":
            course.value(fact.name, f"{len(course.text)} g/l", **fields)
        else:
            getattr(course, fact.kind)(fact.name, **fields)
    return course


def _when(course: Course, fact: Drawn, anchor: str | None) -> When | None:
    match fact.time:
        case "after":
            return course.after(fact.amount, anchor)
        case "before":
            return course.before(fact.amount, anchor)
        case "date":
            return course.on(DATES[len(course.text) % len(DATES)])
        case "vague":
            return course.after("some time", anchor)
        case "undirected":
            return When(course.say("once"))
        case _:
            return None


def _extra(course: Course, fact: Drawn, anchor: str | None) -> dict[str, object]:
    """What else a fact of its kind may say of time."""
    if fact.kind == "drug" and anchor is None:
        return {"use": Use.PREVIOUS}
    if fact.kind == "drug":
        quantity = course.quantity(fact.amount)
        stop = course.on("2016")
        return {"regimen": Regimen(quantity.span, duration=quantity), "stop": stop}
    if fact.kind == "stay":
        return {"length": course.quantity(fact.amount)}
    if fact.kind == "condition":
        return {"history": course.say("14-year history")}
    if fact.kind == "event":
        return {"suspect": anchor}
    return {"encounter": anchor} if fact.kind in ("procedure", "symptom") else {}


@given(st.lists(FACTS, min_size=1, max_size=12))
def test_every_fact_is_drawn_or_named_once(facts: list[Drawn]) -> None:
    """Whatever they say of their times, and of each other."""
    course = course_of(facts)
    line = timeline(course.case)
    there = [item.fact for item in line.items]
    there += [fact.fact for fact in (*line.untimed, *line.contradictory)]
    assert sorted(there) == sorted(fact.id for fact in course.facts)
    assert describe(line)


@given(st.lists(FACTS, min_size=1, max_size=12), st.booleans())
def test_the_drawing_is_sound_and_legible(facts: list[Drawn], links: bool) -> None:
    """XML, no label on another nor off the paper, no number that is none."""
    svg = draw(timeline(course_of(facts).case), links=links)
    parsed(svg)
    assert "nan" not in svg
    assert "inf" not in svg
    boxes = texts(svg)
    assert all(box[0] >= 0 and box[2] <= WIDE + 0.5 for _, box in boxes)
    for (one, a), (other, b) in combinations(boxes, 2):
        apart = a[0] >= b[2] or b[0] >= a[2] or a[1] >= b[3] or b[1] >= a[3]
        assert apart, f"{one} on {other}"
