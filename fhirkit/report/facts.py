"""The facts of a case as HTML, group by group."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fhirkit.facts.model import Certainty, Whose
from fhirkit.report.findings import finding
from fhirkit.report.html import EMPTY, Html, element, joined
from fhirkit.report.kinds import GROUPS
from fhirkit.report.marks import WHOSE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from fhirkit.narrative.span import Span
    from fhirkit.report.entries import Code, Entry, Part

#: Characters of a quotation; the rest is a click away.
_LONGEST = 140
#: Detail of an adverse event that the text does not tell.
_MISSED = "not told"


def groups(entries: Sequence[Entry]) -> Html:
    """All entries: those of each patient apart, in the order of the groups, then of the text."""
    numbers = _patients(entries)
    if numbers == [None]:
        return joined(_groups(entries, 3, ""))
    parts = []
    for number in numbers:
        own = [entry for entry in entries if entry.patient == number]
        heading = "Of no one patient" if number is None else f"Patient {number}"
        inside = _groups(own, 4, _prefix(number, numbers))
        parts.append(element("section", element("h3", heading), *inside, class_="person"))
    return joined(parts)


def ways(entries: Sequence[Entry]) -> Html:
    """Links to the groups there are: the last of them are far down."""
    numbers = _patients(entries)
    links = [
        element(
            "a", f"{heading} {number or ''}".strip(), href=f"#g-{_prefix(number, numbers)}{key}"
        )
        for number in numbers
        for key, heading in GROUPS.items()
        if any(entry.group == key and entry.patient == number for entry in entries)
    ]
    return element("nav", *links, class_="ways", aria_label="Groups of facts") if links else EMPTY


def _patients(entries: Sequence[Entry]) -> list[int | None]:
    """The numbers of the patients told of, nobody's last."""
    return sorted({entry.patient for entry in entries}, key=lambda n: (n is None, n or 0))


def _prefix(number: int | None, numbers: Sequence[int | None]) -> str:
    if numbers == [None]:
        return ""
    return "x-" if number is None else f"{number}-"


def _groups(entries: Sequence[Entry], level: int, prefix: str) -> Iterator[Html]:
    for key, heading in GROUPS.items():
        own = [entry for entry in entries if entry.group == key]
        if own:
            count = element("span", str(len(own)), class_="count")
            yield element(
                "section",
                element(f"h{level}", f"{heading} ", count),
                *(_article(entry, level + 1) for entry in own),
                class_=f"group g-{key}",
                id=f"g-{prefix}{key}",
            )


def _article(entry: Entry, level: int) -> Html:
    code = entry.codes[0] if entry.codes else None
    return element(
        "article",
        _heading(entry, level),
        element("p", *_chips(entry), class_="chips"),
        _details(entry),
        _words(entry),
        _grounds(entry),
        element("p", entry.remark, class_="origin") if entry.remark else EMPTY,
        _findings(entry),
        Html('<div class="decide"></div>') if entry.seen is not None else EMPTY,
        class_=f"fact k-{entry.kind}",
        id=f"f-{entry.id}",
        data_kind=entry.kind,
        data_spans=_places(entry.spans),
        data_mentions=str(len(entry.mentions)),
        data_seen=entry.seen,
        data_certainty=None if entry.certainty == Certainty.AFFIRMED else entry.certainty,
        data_whose=None if entry.whose == Whose.PATIENT else entry.whose,
        data_value=entry.value or None,
        data_unit=entry.unit or None,
        data_code=f"{code.system}|{code.code}|{code.display}" if code else None,
        data_patient=None if entry.patient is None else str(entry.patient),
    )


def _heading(entry: Entry, level: int) -> Html:
    first = entry.mentions[0] if entry.mentions else None
    name = element("a", entry.title, href=f"#t-{first.start}") if first else entry.title
    shown = _age(entry) if entry.kind == "patient" else f"{entry.value} {entry.unit}".strip()
    value = element("span", shown, class_="value") if shown else EMPTY
    return element(f"h{level}", name, Html(" ") if shown else EMPTY, value)


def _age(entry: Entry) -> str:
    if not entry.value:
        return ""
    # "33-year-old" has the singular.
    unit = f"{entry.unit}s" if entry.unit and entry.value != "1" else entry.unit
    return f"age {entry.value} {unit}".strip()


def _chips(entry: Entry) -> Iterator[Html]:
    if entry.whose != Whose.PATIENT:
        yield _chip(WHOSE[Whose(entry.whose)], "c-whose")
    if entry.certainty:
        yield _chip(entry.certainty.replace("-", " "), f"c-{entry.certainty}")
    for code in entry.codes:
        yield _chip(_code(code), "c-code")
    if entry.made is None:
        yield _chip("no resource", "c-none")
    else:
        if not entry.codes and entry.kind != "patient":
            yield _chip("no code", "c-none")
        yield _chip(entry.made.type, "c-made")


def _chip(words: str, look: str) -> Html:
    # The space is for those who hear or copy them.
    return Html(element("span", words, class_=f"chip {look}") + " ")


def _code(code: Code) -> str:
    return " ".join(part for part in (code.name, code.code, code.display) if part)


def _details(entry: Entry) -> Html:
    rows = [
        element(
            "div",
            element("dt", detail.label),
            element("dd", joined((_part(part, entry.spans) for part in detail.parts), "; "))
            if detail.parts
            else element("dd", _MISSED, class_="missed"),
        )
        for detail in entry.details
    ]
    return element("dl", *rows) if rows else EMPTY


def _part(part: Part, marked: Iterable[Span]) -> Html:
    words = element("q", _cut(part.text)) if len(part.text) > _LONGEST else None
    shown = words or part.text
    if part.fact is not None:
        return element("a", shown, href=f"#f-{part.fact}")
    if part.span is not None:
        # Words inside other words of the same fact have no mark of their own.
        around = next((span for span in marked if span.covers(part.span)), part.span)
        return element("a", shown, href=f"#t-{around.start}")
    return joined([shown])


def _words(entry: Entry) -> Html:
    """The author's words, and the ways to all mentions; the heading leads to the first."""
    if not entry.mentions:
        return EMPTY
    # What is called by its author's very words need not be quoted.
    same = entry.words.casefold() == entry.title.casefold()
    quoted = EMPTY if same else element("q", _cut(entry.words))
    if len(entry.mentions) == 1:
        return element("p", quoted, class_="words") if quoted else EMPTY
    places = joined((_place(span, n) for n, span in enumerate(entry.mentions, 1)), ", ")
    return element("p", quoted, " in the text: ", places, class_="words")


def _place(span: Span, number: int) -> Html:
    return element("a", str(number), class_="at", href=f"#t-{span.start}")


def _places(spans: Iterable[Span]) -> str:
    return " ".join(f"{span.start}-{span.end}" for span in spans)


def _findings(entry: Entry) -> Html:
    if not entry.findings:
        return EMPTY
    return element("ul", *map(finding, entry.findings), class_="findings")


def _grounds(entry: Entry) -> Html:
    """By which rule it was read, and what it is called in the bundle."""
    told = [
        f"{label}: {value}"
        for label, value in (
            ("rule", entry.rule),
            ("because", entry.why),
            ("key", entry.made.key if entry.made else ""),
        )
        if value
    ]
    return element(
        "details",
        element("summary", "How it was read"),
        element("p", "; ".join(told)),
        class_="grounds",
    )


def _cut(words: str) -> str:
    return words if len(words) <= _LONGEST else words[: _LONGEST - 1] + "…"
