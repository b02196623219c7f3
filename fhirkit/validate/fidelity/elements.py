"""The elements of a resource, each taken to the check that its form asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fhirkit.validate.datatypes import GROUNDING
from fhirkit.validate.fidelity.concepts import check_concept, check_known_drug, check_quote
from fhirkit.validate.fidelity.dates import OF_THE_RECORD, check_date, is_date
from fhirkit.validate.fidelity.grounds import extensions
from fhirkit.validate.fidelity.quantities import check_number, check_quantity, number
from fhirkit.validate.fidelity.rhythm import check_repeat

if TYPE_CHECKING:
    from fhirkit.validate.fidelity.passage import Passage
    from fhirkit.validate.findings import Findings, Node

_ORIGINAL_TEXT: Final = "http://hl7.org/fhir/StructureDefinition/originalText"
#: What is not read from the text: the record's own elements, codes of HL7's, other resources.
_NOT_OF_THE_TEXT: Final = frozenset(
    "category clinicalStatus contained context dataAbsentReason encounter evidence identifier meta"
    " outcome reasonReference referenceDocument resourceType resultingCondition subject"
    " subjectMedicalHistory text verificationStatus".split()
)
_QUOTED: Final = frozenset(
    "conclusion occurrenceString onsetString productRelatedness valueString".split()
)
#: Elements with words of their own beside the others.
_WITH_WORDS: Final = frozenset({"dosage", "dosageInstruction", "note", "referenceRange"})
_DRUGS: Final = frozenset({"medicationCodeableConcept", "vaccineCode"})
_COUNTS: Final = frozenset({"doseNumberPositiveInt", "valueInteger"})
#: Where a comparator is part of what was measured; a dose has none (sqty-1).
_MEASURED: Final = frozenset({"valueQuantity"})
#: No element of R4 is that deep.
_DEEPEST: Final = 40


class Elements:
    """Walks one resource and checks each element against the words it was read from."""

    __slots__ = ("depth", "findings", "notes", "passage")

    def __init__(self, resource: Node, passage: Passage, findings: Findings) -> None:
        self.passage = passage
        self.findings = findings
        self.notes = _notes(resource)
        self.depth = 0

    def check(self, node: Node) -> None:
        """Every element of ``node`` that the text should hold."""
        if self.depth == _DEEPEST:
            return
        self.depth += 1
        for name, value in node.items():
            if name in _NOT_OF_THE_TEXT:
                continue
            if isinstance(value, str):
                self._string(node, name, value)
            elif isinstance(value, dict):
                self._element(name, value)
            elif isinstance(value, list):
                for item in value:
                    if isinstance(item, dict):
                        self._element(name, item)
            elif name in _COUNTS:
                check_number(node, name, self.passage, self.findings)
        self.depth -= 1

    def _string(self, node: Node, name: str, value: str) -> None:
        if name in _QUOTED:
            self._quote(node, name)
        elif name not in OF_THE_RECORD and is_date(value) and _may_be_date(name):
            check_date(node, name, self.passage, self.findings)

    def _element(self, name: str, node: Node) -> None:
        """An element that is an object, by what it looks like."""
        if name == "extension":
            self._extension(node)
        elif number(node.get("value")) is not None:
            bounded = name in _MEASURED
            check_quantity(node, self.passage, self.findings, bounded=bounded)
        elif name == "repeat":
            check_repeat(node, self.passage, self.findings)
        elif name in _WITH_WORDS:
            self._quote(node, "text")
            self.check(node)
        elif "coding" in node or isinstance(node.get("text"), str):
            self._concept(name, node)
        else:
            self.check(node)

    def _quote(self, node: Node, name: str) -> None:
        if self.passage.exact and isinstance(node.get(name), str):
            check_quote(node, name, self.passage, self.findings)

    def _concept(self, name: str, node: Node) -> None:
        if self.passage.exact:
            drug = name in _DRUGS
            check_concept(node, self.passage, self.findings, notes=self.notes, drug=drug)
        elif name in _DRUGS:
            check_known_drug(node, self.passage, self.findings)

    def _extension(self, node: Node) -> None:
        """The author's words, or a distance in time from another event."""
        url = node.get("url")
        if url == _ORIGINAL_TEXT:
            self._quote(node, "valueString")
        # In bundles of others what a distance was read from may stand anywhere.
        elif url != GROUNDING and self.passage.exact:
            parts = list(extensions(node))
            # No distance at all is how a time of the same day is said.
            same = any(str(part.get("valueCode")).startswith("concurrent") for part in parts)
            for part in parts:
                offset = part.get("valueDuration")
                if isinstance(offset, dict) and not (same and number(offset.get("value")) == 0):
                    check_quantity(offset, self.passage, self.findings)


def _may_be_date(name: str) -> bool:
    """Whether an element of this name may hold a date; a code or words may look like one."""
    return name.lower().endswith(("date", "datetime", "start", "end", "instant"))


def _notes(resource: Node) -> str:
    notes = resource.get("note")
    texts = [n.get("text") for n in notes if isinstance(n, dict)] if isinstance(notes, list) else []
    return "\n".join(t for t in texts if isinstance(t, str))
