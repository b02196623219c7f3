"""What can be wrong between a resource and the words it says it was read from."""

from __future__ import annotations

from typing import Final

from fhirkit.issues import Severity
from fhirkit.validate.findings import Rule

_GROUNDS: Final = "https://hl7.org/fhir/extensions/StructureDefinition-derivation-reference.html"
_DOCUMENT: Final = "https://hl7.org/fhir/R4/documentreference.html"
_QUANTITY: Final = "https://hl7.org/fhir/R4/datatypes.html#Quantity"
_TIME: Final = "https://hl7.org/fhir/R4/datatypes.html#dateTime"
_CONCEPT: Final = "https://hl7.org/fhir/R4/datatypes.html#CodeableConcept"
_PATIENT: Final = "https://hl7.org/fhir/R4/patient.html"
_EVENT: Final = "https://hl7.org/fhir/R4/adverseevent.html"

DOCUMENT_CHANGED: Final = Rule(
    "fidelity-document",
    "business-rule",
    "the text is not the one the resources were read from: its key says so",
    expected="the text as it was converted, or a new conversion",
    spec=_DOCUMENT,
)
NO_DOCUMENT: Final = Rule(
    "fidelity-no-document",
    "not-found",
    "the reference does not lead to a text in this bundle",
    severity=Severity.WARNING,
    expected="a DocumentReference whose attachment holds the text",
    spec=_GROUNDS,
)
OUTSIDE: Final = Rule(
    "fidelity-outside",
    "value",
    "the place lies outside the text",
    expected="an offset and a length within the text, in characters",
    spec=_GROUNDS,
)
SHIFTED: Final = Rule(
    "fidelity-shifted",
    "business-rule",
    "most places do not fit the text: it was changed, or they are counted in another way",
    expected="offsets in characters of this very text",
    spec=_GROUNDS,
)
EMPTY: Final = Rule(
    "fidelity-empty",
    "value",
    "the place holds no words",
    expected="a length above zero, with more than white space in it",
    spec=_GROUNDS,
)
CUT: Final = Rule(
    "fidelity-cut",
    "value",
    "the place does not begin and end with whole words",
    severity=Severity.WARNING,
    expected="the first and the last character of whole words",
    spec=_GROUNDS,
)
PLACE: Final = Rule(
    "fidelity-place",
    "value",
    "the first place does not name what the resource is about",
    expected="the place of the words that name it",
    spec=_GROUNDS,
)
NUMBER: Final = Rule(
    "fidelity-number",
    "business-rule",
    "the words this was read from do not hold the number",
    expected="a number as the text has it, nothing converted or added up",
    spec=_QUANTITY,
)
UNIT: Final = Rule(
    "fidelity-unit",
    "business-rule",
    "the text does not give the number in this unit",
    expected="the unit as the text has it",
    spec=_QUANTITY,
)
UNIT_CODE: Final = Rule(
    "fidelity-unit-code",
    "business-rule",
    "the code is that of another unit than the one in words",
    spec=_QUANTITY,
)
COMPARATOR: Final = Rule(
    "fidelity-comparator",
    "business-rule",
    "the text bounds the number otherwise than the comparator does",
    spec=_QUANTITY,
)
RHYTHM: Final = Rule(
    "fidelity-rhythm",
    "business-rule",
    "the words this was read from do not hold how often or how long",
    spec="https://hl7.org/fhir/R4/datatypes.html#Timing",
)
DATE: Final = Rule(
    "fidelity-date",
    "business-rule",
    "the words this was read from do not hold the date",
    expected="a date as precise as the text has it, or none",
    spec=_TIME,
)
QUOTE: Final = Rule(
    "fidelity-words",
    "business-rule",
    "the words do not stand where this says it was read from",
    expected="the author's words, or the name of what they mean",
    spec=_CONCEPT,
)
CODE: Final = Rule(
    "fidelity-code",
    "business-rule",
    "the code stands for something else than the words",
    spec=_CONCEPT,
)
GENDER: Final = Rule(
    "fidelity-gender",
    "business-rule",
    "the words this was read from are of another sex",
    spec=_PATIENT,
)
DEATH: Final = Rule(
    "fidelity-death",
    "business-rule",
    "the words this was read from do not tell this of the patient's life or death",
    spec=_PATIENT,
)
NAME: Final = Rule(
    "fidelity-name",
    "business-rule",
    "the text holds no such name",
    spec=_PATIENT,
)
DENIED: Final = Rule(
    "fidelity-denied",
    "business-rule",
    "the resource asserts what the words just before it deny",
    spec="https://hl7.org/fhir/R4/conformance-rules.html#isModifier",
)
ASSERTED: Final = Rule(
    "fidelity-asserted",
    "business-rule",
    "the resource denies what nothing in its sentence denies",
    severity=Severity.WARNING,
    spec="https://hl7.org/fhir/R4/conformance-rules.html#isModifier",
)
SUSPECT: Final = Rule(
    "fidelity-suspect",
    "business-rule",
    "the words on the reaction do not name what is suspected",
    spec=_EVENT,
)
OUTCOME: Final = Rule(
    "fidelity-outcome",
    "business-rule",
    "the words on the reaction do not tell this",
    severity=Severity.WARNING,
    spec=_EVENT,
)
UNGROUNDED: Final = Rule(
    "fidelity-ungrounded",
    "business-rule",
    "the resource does not say which words it was read from; the others do",
    severity=Severity.WARNING,
    expected="an extension derivation-reference",
    spec=_GROUNDS,
)
