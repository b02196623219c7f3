"""Facts as a table a person can read, each with the words it was read from."""

from __future__ import annotations

import textwrap
from dataclasses import fields
from itertools import zip_longest
from typing import TYPE_CHECKING

from fhirkit.facts.model import (
    AdverseEventFact,
    Certainty,
    ConditionFact,
    EncounterFact,
    Fact,
    MedicationFact,
    ObservationFact,
    PatientFact,
    ProcedureFact,
    Quantity,
    Range,
    Ratio,
    Regimen,
    ReportFact,
    Suspect,
    SymptomFact,
    Term,
    Use,
    When,
    Whose,
)
from fhirkit.narrative.span import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fhirkit.facts.case import Case

# Headings in the order of the table, and the field that names such a fact.
_KINDS: tuple[tuple[type[Fact], str, str], ...] = (
    (PatientFact, "Patient", ""),
    (ConditionFact, "Conditions", "name"),
    (SymptomFact, "Symptoms", "name"),
    (MedicationFact, "Medications", "drug"),
    (ObservationFact, "Observations", "analyte"),
    (ProcedureFact, "Procedures", "name"),
    (ReportFact, "Reports", "study"),
    (EncounterFact, "Encounters", "kind"),
    (AdverseEventFact, "Adverse events", "reaction"),
)
_HEADS = ("what", "said as", "details", "words", "at")
_WIDTHS = (24, 13, 36, 36, 15)
_LONGEST = 160  # characters of the words; the place says where the rest stands
_EVERY_FACT = frozenset(field.name for field in fields(Fact))


def render(case: Case, *, explain: bool = False) -> str:
    """The facts of a case, those of each patient apart, by kind, in the order of the text.

    With ``explain`` each fact is followed by the rule that made it and what it was judged by, and
    at the end stands what was left out, with the reason. Positions count characters from 0 and
    are half open, as in the JSON form. White space is folded, and characters that would steer a
    terminal are shown as dots.
    """
    lines: list[str] = []
    for number, part in case.by_patient().items() or ((1, case),):
        if any(fact.patient is not None for fact in part.facts):
            lines += [f"== patient {number}", ""]
        lines += _of_patient(part, explain=explain)
    lines = [*_row(_HEADS), *lines] if lines else ["no facts"]
    if explain:
        lines += [*_left_out(case), ""]
    lines += [f"note: {notice}" for notice in case.notices]
    return "\n".join(lines).rstrip() + "\n"


def _of_patient(case: Case, *, explain: bool) -> Iterator[str]:
    """The facts of one patient."""
    names = {fact.id: _name(fact) for fact in case.facts}
    for kind, heading, _ in _KINDS:
        found = [fact for fact in case.facts if type(fact) is kind]
        if found:
            yield heading
            for fact in found:
                yield from _row(_cells(fact, names))
                if explain:
                    yield from _row(("", "", f"rule: {fact.rule}; {fact.why}", "", ""))
            yield ""


def _left_out(case: Case) -> Iterator[str]:
    """What was met and became no fact, and why."""
    yield f"Left out ({len(case.left_out)})"
    for item in case.left_out:
        name = item.kind if item.concept is None else _plain(item.concept)
        said = item.certainty.value if item.certainty is not Certainty.AFFIRMED else ""
        place = f"{item.span.start}-{item.span.end}"
        yield from _row((name, said, item.why, _plain(item.span.text), place))


def _row(cells: tuple[str, ...]) -> list[str]:
    """One row on as many lines as its longest cell needs."""
    columns = [
        textwrap.wrap(cell, width, break_on_hyphens=False)
        for cell, width in zip(cells, _WIDTHS, strict=True)
    ]
    return [
        "  "
        + "  ".join(part.ljust(width) for part, width in zip(line, _WIDTHS, strict=True)).rstrip()
        for line in zip_longest(*columns, fillvalue="")
    ]


def _cells(fact: Fact, names: Mapping[str, str]) -> tuple[str, ...]:
    first = fact.spans[0]
    more = f" (+{len(fact.spans) - 1})" if len(fact.spans) > 1 else ""
    words = _plain(first.text)
    if len(words) > _LONGEST:
        words = words[: _LONGEST - 1] + "…"
    details = "; ".join(_details(fact, names))
    return _name(fact), _attitude(fact), details, words, f"{first.start}-{first.end}{more}"


def _name(fact: Fact) -> str:
    for kind, _, field in _KINDS:
        if type(fact) is kind and field:
            return _show(getattr(fact, field), {})
    return "patient"


def _attitude(fact: Fact) -> str:
    """Whose the statement is and how it is held, where that is not plainly the patient's."""
    said = []
    if fact.whose is not Whose.PATIENT:
        said.append(fact.whose.value)
    if fact.certainty is not Certainty.AFFIRMED:
        said.append(fact.certainty.value)
    return ", ".join(said)


def _details(fact: Fact, names: Mapping[str, str]) -> Iterator[str]:
    """What is known of the fact beside its name, as ``field: value``."""
    naming = next((field for kind, _, field in _KINDS if type(fact) is kind), "")
    for field in fields(fact):
        value = getattr(fact, field.name)
        if field.name in _EVERY_FACT or field.name == naming:
            continue
        if value == field.default and not isinstance(value, Use):
            continue
        label = field.name.replace("_", " ")
        yield label if value is True else f"{label}: {_show(value, names)}"


def _show(value: object, names: Mapping[str, str]) -> str:
    """A value in a few words; ids of other facts become their names."""
    match value:
        case Term():
            return _plain(value.concept or value.span.text)
        case Quantity():
            return _plain(f"{value.comparator or ''}{value.digits} {value.unit or ''}")
        case Ratio():
            return f"{value.numerator}:{value.denominator}"
        case Range():
            return " to ".join(_show(end, names) for end in (value.low, value.high) if end)
        case Suspect():
            return names.get(value.medication, value.medication)
        case Span():
            return _plain(value.text)
        case When() | Regimen():
            return _plain(value.span.text)
        case tuple():
            return ", ".join(_show(item, names) for item in value)
        case str():
            return names.get(value, str(value))
        case _:
            return str(value)


def _plain(text: str) -> str:
    folded = " ".join(text.split())
    return "".join(character if character.isprintable() else "·" for character in folded)
