"""The narrative as HTML: its text character by character, with every span marked.

Spans may nest and overlap in any way, elements may not. The text is therefore cut at every border
of a span, and each piece knows all the facts it belongs to, the tightest span first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fhirkit.facts.model import Whose
from fhirkit.report.html import Html, element, escaped, joined

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from fhirkit.facts.model import LeftOut, Statement
    from fhirkit.report.entries import Entry

#: Characters from which on a span is a statement and not a thing: the marks inside count more.
_STATEMENT = 60
#: As many facts as the look of a piece tells apart.
_MOST = 3

WHOSE = {
    Whose.OTHERS: "other patients",
    Whose.GENERAL: "known in general",
    Whose.DEFINITION: "definition or legend",
    Whose.CONSIDERED: "only considered",
    Whose.FAMILY: "family",
}


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A span of an entry: ``order`` is the entry's place on the page."""

    start: int
    end: int
    order: int
    entry: Entry

    @property
    def tightness(self) -> tuple[int, int]:
        return self.end - self.start, self.order


@dataclass(frozen=True, slots=True)
class _Run:
    """A run of sentences that are not the patient's, for one reason."""

    start: int
    end: int
    reason: str


def marked(
    text: str,
    entries: Sequence[Entry],
    statements: Iterable[Statement],
    left_out: Sequence[LeftOut],
) -> Html:
    """``text`` with links from its marks to the entries, and what is not the patient's dimmed."""
    runs = _runs(text, statements, left_out)
    parts: list[Html] = []
    at = 0
    pieces = _Pieces(text, entries, left_out, runs)
    for run in runs:
        parts += pieces.between(at, run.start)
        inside = joined(pieces.between(run.start, run.end))
        parts.append(element("span", inside, class_="dim", data_why=run.reason))
        at = run.end
    parts += pieces.between(at, len(text))
    return joined(parts)


def reason(statement: Statement) -> str:
    """Whose a statement is, for people, with the rule that says so."""
    why = statement.why.removeprefix("as before: ")
    if why.startswith(_SECTION):
        return why.removeprefix(_SECTION)
    whose = WHOSE[statement.whose]
    if why in ("", "general statement"):
        return whose
    return why if why.startswith(whose) else f"{whose}: {why}"


def _runs(text: str, statements: Iterable[Statement], left_out: Sequence[LeftOut]) -> list[_Run]:
    """The statements in order; neighbours of one reason are one run.

    So are single things that are somebody else's in a sentence about the patient.
    """
    told = [_Run(one.span.start, one.span.end, reason(one)) for one in statements]
    told += [
        _Run(one.span.start, one.span.end, WHOSE[one.whose])
        for one in left_out
        if one.whose is not Whose.PATIENT
    ]
    runs: list[_Run] = []
    for run in sorted(told, key=lambda one: (one.start, -one.end)):
        last = runs[-1] if runs else None
        if last is not None and run.start < last.end:
            continue  # inside another, or told of for several patients
        if last and last.reason == run.reason and not text[last.end : run.start].strip():
            runs[-1] = _Run(last.start, run.end, run.reason)
        else:
            runs.append(run)
    return runs


class _Pieces:
    """The pieces of a text, in its order."""

    def __init__(
        self, text: str, entries: Sequence[Entry], left_out: Sequence[LeftOut], runs: list[_Run]
    ) -> None:
        self._text = text
        stretches = [
            _Stretch(span.start, span.end, order, entry)
            for order, entry in enumerate(entries)
            for span in entry.spans
        ]
        self._left = {
            (item.span.start, item.span.end): number
            for number, item in enumerate(left_out)
            if item.whose is Whose.PATIENT
        }
        borders = {0, len(text)}
        for stretch in stretches:
            borders |= {stretch.start, stretch.end}
        for run in runs:
            borders |= {run.start, run.end}
        for start, end in self._left:
            borders |= {start, end}
        self._borders = sorted(borders)
        self._waiting = sorted(stretches, key=lambda stretch: -stretch.start)
        self._active: list[_Stretch] = []
        self._at = 0

    def between(self, start: int, end: int) -> Iterator[Html]:
        """The pieces from one border to another; to be asked for in the order of the text."""
        while self._borders[self._at] < end:
            here, there = self._borders[self._at], self._borders[self._at + 1]
            self._at += 1
            if here >= start:
                yield self._piece(here, there)

    def _piece(self, start: int, end: int) -> Html:
        words = self._text[start:end]
        while self._waiting and self._waiting[-1].start <= start:
            self._active.append(self._waiting.pop())
        self._active = [stretch for stretch in self._active if stretch.end > start]
        if not words.strip():
            return escaped(words)
        if self._active:
            return self._mark(words, start, sorted(self._active, key=lambda s: s.tightness))
        number = self._left.get((start, end))
        if number is None:
            return escaped(words)
        return element("a", words, class_="u", id=f"t-{start}", href=f"#l-{number}")

    def _mark(self, words: str, start: int, stretches: list[_Stretch]) -> Html:
        ids = list(dict.fromkeys(stretch.entry.id for stretch in stretches))
        first = stretches[0]
        look = ["m", f"k-{first.entry.kind}"]
        if first.end - first.start >= _STATEMENT:
            look.append("w")
        if first.entry.whose != "patient":
            look.append("o")
        if first.entry.certainty in _DENIED:
            look.append("n")
        if len(ids) > 1:
            look.append(f"m{min(len(ids), _MOST)}")
        return element(
            "a",
            words,
            class_=" ".join(look),
            id=f"t-{start}",
            href=f"#f-{ids[0]}",
            # One fact is where the link leads.
            data_f=" ".join(ids) if len(ids) > 1 else None,
        )


_SECTION = "section "
_DENIED = frozenset({"negated", "refuted", "not-done"})
