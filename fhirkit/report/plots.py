"""The courses of the patients of a case, drawn and told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fhirkit.report.html import EMPTY, Html, element
from fhirkit.report.timeline import describe, draw, timeline

if TYPE_CHECKING:
    from fhirkit.facts.case import Case


def plots(case: Case) -> Html:
    """A drawing for each patient with its text alternative; nothing where nobody is told of."""
    parts = case.by_patient()
    if not parts:
        return EMPTY
    return element(
        "section",
        element("h2", "Course", id="h-course"),
        *(_plot(part, number, several=len(parts) > 1) for number, part in parts.items()),
        id="timeline",
        aria_labelledby="h-course",
    )


def _plot(case: Case, number: int, *, several: bool) -> Html:
    line = timeline(case)
    drawing = Html(draw(line, links=True, prefix=f"timeline-{number}"))
    heading = element("h3", f"Patient {number}") if several else EMPTY
    sentences = element("ul", *(element("li", sentence) for sentence in describe(line)))
    told = element("details", element("summary", "The course in words"), sentences)
    # Wider than a small screen: it scrolls by itself, by the keyboard too.
    scroller = element(
        "div",
        drawing,
        class_="scroller",
        tabindex="0",
        role="group",
        aria_label="Drawing of the course",
    )
    return element("div", heading, scroller, told, class_="plot")
