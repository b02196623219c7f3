"""The case in a few lines, on top of its page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fhirkit.facts.model import Whose
from fhirkit.report.findings import counted
from fhirkit.report.html import Html, element, joined

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fhirkit.report.entries import Detail, Entry
    from fhirkit.report.subject import Subject

#: Details of an adverse event that fit into its line, with the word before each.
_IN_LINE = {"latency": "", "seriousness": "serious: ", "outcome": "outcome: "}


def glance(subject: Subject, entries: Sequence[Entry]) -> Html:
    """Who it is, which drug is held responsible for what, and how much was read."""
    own = [entry for entry in entries if entry.whose == Whose.PATIENT]
    people = [entry for entry in own if entry.kind == "patient"]
    events = [entry for entry in own if entry.kind == "adverse-event"]
    return element(
        "section",
        element("h2", "At a glance", id="h-glance"),
        *(element("p", _person(entry), class_="person") for entry in people),
        *(element("p", f"Note: {notice}", class_="notice") for notice in subject.case.notices),
        element("ul", *map(_event, events), class_="events") if events else _NO_EVENT,
        element("p", _counts(subject, own), " ", counted(subject.issues), class_="counts"),
        id="glance",
        aria_labelledby="h-glance",
    )


_NO_EVENT = element("p", "No adverse event was read from this text.")


def _person(entry: Entry) -> Html:
    told = {detail.label: detail for detail in entry.details}
    who = [_words(told["sex"])] if "sex" in told else []
    if entry.value:
        years = entry.unit.startswith("year")
        who.append(f"age {entry.value}" if years else f"age {entry.value} {entry.unit}".strip())
    who += [_words(told[name]) for name in ("age group", "died", "time of death") if name in told]
    number = f"Patient {entry.patient}" if entry.patient is not None else "Patient"
    return joined(
        [element("a", number, href=f"#f-{entry.id}"), ": ", ", ".join(who) or "no details told"]
    )


def _event(entry: Entry) -> Html:
    told = {detail.label: detail for detail in entry.details}
    parts: list[str] = [element("a", entry.title, href=f"#f-{entry.id}")]
    suspects = told.get("suspect")
    if suspects is not None and suspects.parts:
        links = [
            element("a", part.text, href=f"#f-{part.fact}") for part in suspects.parts if part.fact
        ]
        parts += [" – suspect: ", joined(links, ", ")]
    parts += [f"; {words}" for words in _in_line(told)]
    if entry.certainty != "affirmed":
        parts.append(f" ({entry.certainty})")
    return element("li", *parts)


def _in_line(told: dict[str, Detail]) -> Iterator[str]:
    for label, before in _IN_LINE.items():
        detail = told.get(label)
        if detail is not None and detail.parts:
            yield before + _words(detail)


def _words(detail: Detail) -> str:
    if detail.label in ("latency", "time of death"):
        # The author's words; what follows says what they are counted from.
        return f"“{detail.parts[0].text}”"
    return ", ".join(part.text for part in detail.parts)


def _counts(subject: Subject, own: Sequence[Entry]) -> str:
    others = len(subject.case.facts) - sum(1 for entry in own if entry.seen is not None)
    resources = sum(1 for entry in own if entry.made is not None)
    told = [
        f"{len(own)} facts of the patient",
        f"{resources} resources",
        f"{others} statements about others",
    ]
    if subject.case.left_out:
        told.append(f"{_unread(subject)} things met in the patient’s sentences and left out")
    return ", ".join(told) + "."


def _unread(subject: Subject) -> int:
    return sum(1 for item in subject.case.left_out if item.whose is Whose.PATIENT)
