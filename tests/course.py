"""Small courses written by hand: each fact in a sentence of its own, in the order of the calls."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree as ET

from fhirkit.facts.case import Case
from fhirkit.facts.model import (
    AdverseEventFact,
    ConditionFact,
    EncounterFact,
    Fact,
    MedicationFact,
    ObservationFact,
    PatientFact,
    ProcedureFact,
    Quantity,
    Suspect,
    SymptomFact,
    Term,
    When,
)
from fhirkit.narrative.span import Span
from fhirkit.report.timeline.model import Item, Timeline
from fhirkit.report.timeline.widths import width

_UCUM = {"hour": "h", "day": "d", "week": "wk", "month": "mo", "year": "a"}
_SIZES = {"tl-zero": 13, "tl-group": 12, "tl-name": 12, "tl-unit": 10}


class Course:
    """A text that grows with its facts."""

    def __init__(self) -> None:
        self.text = ""
        self.facts: list[Fact] = []

    def say(self, words: str) -> Span:
        """Words in a sentence of their own."""
        self.text += "Then "
        start = len(self.text)
        self.text += words
        span = Span(start, len(self.text), words)
        self.text += ". "
        return span

    def quantity(self, words: str) -> Quantity:
        """ "8 months", "2.4 g/dl", "<0.1"."""
        number, _, unit = words.partition(" ")
        found = re.match(r"[<>]=?", number)
        sign = found[0] if found else ""
        ucum = _UCUM.get(unit.removesuffix("s"))
        return Quantity(self.say(words), number[len(sign) :], unit or None, ucum, sign or None)

    def after(self, words: str, anchor: str | None = None) -> When:
        """So long after a fact."""
        return self._when(words, "after", anchor)

    def before(self, words: str, anchor: str | None = None) -> When:
        """So long before a fact."""
        return self._when(words, "before", anchor)

    def on(self, date: str) -> When:
        """A date as precise as given."""
        return When(self.say(date), relation="at", date=date)

    def _when(self, words: str, relation: str, anchor: str | None) -> When:
        offset = self.quantity(words) if words[0].isdigit() or words[0] in "<>" else None
        span = offset.span if offset is not None else self.say(words)
        return When(span, offset, relation, anchor)

    def drug(self, name: str, **fields: Any) -> str:
        return self._add(MedicationFact, "medication", name, "drug", fields)

    def event(self, name: str, suspect: str | None = None, **fields: Any) -> str:
        if suspect is not None:
            fields["suspects"] = (Suspect(self.say("because of it"), suspect),)
        return self._add(AdverseEventFact, "adverse-event", name, "reaction", fields)

    def condition(self, name: str, **fields: Any) -> str:
        return self._add(ConditionFact, "condition", name, "name", fields)

    def symptom(self, name: str, **fields: Any) -> str:
        return self._add(SymptomFact, "symptom", name, "name", fields)

    def procedure(self, name: str, **fields: Any) -> str:
        return self._add(ProcedureFact, "procedure", name, "name", fields)

    def stay(self, name: str = "admission", **fields: Any) -> str:
        return self._add(EncounterFact, "encounter", name, "kind", fields)

    def value(self, name: str, words: str, **fields: Any) -> str:
        fields |= {"value": self.quantity(words), "category": "laboratory"}
        return self._add(ObservationFact, "observation", name, "analyte", fields)

    def death(self, when: When) -> str:
        self.facts.append(PatientFact(id="patient-case", spans=(self.say("died"),), died=when))
        return "patient-case"

    def _add(
        self, made: type[Fact], kind: str, words: str, named: str, fields: dict[str, Any]
    ) -> str:
        span = self.say(words)
        i = f"{kind}-{len(self.facts)}"
        self.facts.append(made(id=i, spans=(span,), **{named: Term(span, words), **fields}))
        return i

    @property
    def case(self) -> Case:
        """The course as a case."""
        return Case(self.text, tuple(self.facts))


def found(timeline: Timeline, name: str) -> Item:
    """The one thing of this name in a timeline."""
    items = [item for item in timeline.items if item.name == name]
    assert len(items) == 1, f"{name}: {len(items)} in {[i.name for i in timeline.items]}"
    return items[0]


def parsed(svg: str) -> ET.Element:
    """A drawing as a tree."""
    return ET.fromstring(svg)  # noqa: S314 - it is ours


def texts(svg: str) -> list[tuple[str, tuple[float, float, float, float]]]:
    """Every text of a drawing with the box it may take: left, top, right, bottom."""
    made = []
    for element in parsed(svg).iter("{http://www.w3.org/2000/svg}text"):
        said = "".join(element.itertext())
        size = _SIZES.get(element.attrib["class"].split()[0], 11)
        wide = width(said, size)
        x, y = float(element.attrib["x"]), float(element.attrib["y"])
        left = x - {"middle": wide / 2, "end": wide}.get(element.attrib.get("text-anchor", ""), 0)
        made.append((said, (left, y - 0.72 * size, left + wide, y + 0.2 * size)))
    return made
