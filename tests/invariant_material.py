"""What the elements of conformance resources are made of when tests put them together by chance."""

from __future__ import annotations

import random
from typing import Any

Node = dict[str, Any]

ABSENT = object()


def maybe(*values: Any) -> tuple[Any, ...]:
    """An element that may be missing."""
    return (ABSENT, *values)


ANY = maybe("x")
FLAG = maybe(True, False)
PART: Node = {"documentation": "x"}
PARTS = maybe([PART], [PART, PART])
NAMES = maybe("Weight", "Body_Weight2", "body", "Body Weight", "W" * 256)
KINDS = ("instance", "capability", "requirements")
STATEMENT = {
    "name": NAMES,
    "kind": KINDS,
    "description": ANY,
    "software": maybe({"name": "x"}),
    "implementation": maybe({"description": "x"}),
}
CRITERIA = {"path": ANY, "searchParam": ANY}
ACTION = {"operation": maybe({"label": "x"}), "assert": maybe({"label": "x"})}
OPERATION = {
    "type": maybe({"code": "read"}, {"code": "search"}, {"code": "history"}),
    "sourceId": ANY,
    "targetId": ANY,
    "url": ANY,
    "params": ANY,
}
ASSERTED = {
    "extension": maybe([{"url": "http://e.org/x", "valueBoolean": True}]),
    "direction": maybe("request", "response"),
    "response": maybe("okay"),
    "responseCode": maybe("200"),
    "path": ANY,
    "contentType": maybe("json"),
    "navigationLinks": FLAG,
    "compareToSourceId": ANY,
    "compareToSourceExpression": ANY,
    "compareToSourcePath": ANY,
}
TYPES = maybe(
    [{"code": "string"}],
    [{"code": "date"}],
    [{"code": "Reference"}, {"code": "CodeableConcept"}],
    [{"code": "date"}, {"code": "date"}],
    [{"code": "http://hl7.org/fhirpath/System.String"}],
    [{"code": "http://e.org/Type"}],
    [{"code": "Patient.contact"}],
)
ELEMENT = {
    "id": ANY,
    "path": (
        "Patient",
        "Patient.name",
        "Patient.value[x]",
        "Group",
        "Patient.Name",
        "Pa-tient.a b",
    ),
    "label": ANY,
    "requirements": ANY,
    "code": maybe([{"code": "x"}]),
    "sliceName": maybe("a", "a/b", "a b", "a.b", "@x[y]"),
    "sliceIsConstraining": FLAG,
    "slicing": maybe({"rules": "open"}),
    "definition": ANY,
    "min": maybe(0, 1, 2),
    "max": maybe("0", "1", "*", "12"),
    "base": maybe({"path": "Patient", "min": 0, "max": "*"}),
    "contentReference": maybe("#a"),
    "type": TYPES,
    "fixedString": ANY,
    "patternString": ANY,
    "defaultValueString": ANY,
    "meaningWhenMissing": ANY,
    "minValueInteger": maybe(1),
    "maxLength": maybe(1),
    "example": maybe([{"label": "x", "valueString": "x"}]),
    "binding": maybe(
        {"strength": "required"},
        {"strength": "example", "description": "x"},
        {"strength": "required", "valueSet": "http://e.org/vs"},
    ),
    "constraint": maybe([{"key": "a"}], [{"key": "a"}, {"key": "b"}], [{"key": "a"}, {"key": "a"}]),
    "isModifier": FLAG,
    "isModifierReason": ANY,
}
ITEM = {
    "linkId": ("1", "2", "3", "4"),
    "type": ("group", "display", "choice", "open-choice", "string", "boolean", "text", "url"),
    "item": maybe([{"linkId": "1", "type": "string"}], [{"linkId": "5", "type": "display"}]),
    "code": maybe([{"code": "x"}]),
    "answerOption": maybe([{"valueString": "x"}]),
    "answerValueSet": maybe("http://e.org/vs"),
    "required": FLAG,
    "repeats": FLAG,
    "readOnly": FLAG,
    "maxLength": maybe(1),
    "initial": maybe([{"valueString": "x"}], [{"valueString": "x"}, {"valueString": "y"}]),
    "enableWhen": maybe([{"question": "1"}], [{"question": "1"}] * 3),
    "enableBehavior": maybe("all"),
}
CONCEPT = {
    "code": ("a", "b", "c", "d"),
    "concept": maybe([{"code": "a"}], [{"code": "e", "concept": [{"code": "f"}]}]),
}


class Several:
    """A list of up to three objects made of this material."""

    def __init__(self, material: dict[str, Any]) -> None:
        self.of = material


MATERIAL: dict[str, dict[str, Any]] = {
    "CapabilityStatement": STATEMENT
    | {
        "rest": PARTS,
        "messaging": maybe([{"endpoint": [{"address": "x"}]}], [{"documentation": "x"}]),
        "document": maybe(
            Several(
                {"mode": ("producer", "consumer"), "profile": ("http://e.org/a", "http://e.org/b")}
            )
        ),
    },
    "CapabilityStatement.rest": {"resource": Several({"type": ("Patient", "Group", "Task")})},
    "CapabilityStatement.rest.resource": {"searchParam": Several({"name": ("a", "b", "c")})},
    "CodeSystem": {"name": NAMES, "concept": Several(CONCEPT)},
    "ConceptMap.group.element.target": {
        "equivalence": ("narrower", "inexact", "wider", "equal"),
        "comment": ANY,
    },
    "ConceptMap.group.unmapped": {
        "mode": ("fixed", "other-map", "provided"),
        "code": ANY,
        "url": ANY,
    },
    "CoverageEligibilityResponse.insurance.item": {
        "category": maybe({"text": "x"}),
        "productOrService": maybe({"text": "x"}),
    },
    "DataRequirement.codeFilter": CRITERIA,
    "DataRequirement.dateFilter": CRITERIA,
    "ElementDefinition": ELEMENT,
    "ElementDefinition.binding": {
        "valueSet": maybe("http://e.org/vs", "urn:oid:1.2", "#vs", "ftp://e.org", "https://e.org")
    },
    "ElementDefinition.constraint": {"expression": ANY, "key": ("a",)},
    "ElementDefinition.slicing": {
        "discriminator": maybe([{"type": "value", "path": "x"}]),
        "description": ANY,
        "rules": ("open",),
    },
    "ElementDefinition.type": {
        "code": ("Reference", "canonical", "string"),
        "aggregation": maybe(["bundled"]),
        "targetProfile": maybe(["http://e.org/p"]),
    },
    "ImplementationGuide": {
        "name": NAMES,
        "fhirVersion": (["4.0.1"], ["4.0.1", "3.0.2"]),
        "definition": maybe(
            {"resource": [{"fhirVersion": ["4.0.1"]}, {}]},
            {"resource": [{"fhirVersion": ["3.0.2", "4.0.1"]}]},
        ),
    },
    "ImplementationGuide.definition": {
        "grouping": maybe([{"id": "a"}], [{"id": "b"}, {"id": "a"}]),
        "resource": maybe([{"groupingId": "a"}], [{"groupingId": "b"}, {}], [{}]),
    },
    "InsurancePlan": {"identifier": maybe([{"value": "x"}]), "name": ANY, "type": PARTS},
    "Measure": {
        "name": NAMES,
        "group": Several(
            {
                "stratifier": Several(
                    {
                        "code": maybe({"text": "x"}),
                        "description": ANY,
                        "criteria": maybe({"expression": "x"}),
                        "component": maybe([{"description": "x"}]),
                    }
                )
            }
        ),
    },
    "MessageDefinition.focus": {"code": ("Patient",), "max": maybe("*", "0", "1", "-1", "10", "x")},
    "MolecularSequence": {"coordinateSystem": (0, 1, 2, -1)},
    "MolecularSequence.referenceSeq": {
        "chromosome": maybe({"text": "1"}),
        "genomeBuild": ANY,
        "referenceSeqId": maybe({"text": "x"}),
        "referenceSeqPointer": maybe({"display": "x"}),
        "referenceSeqString": maybe("ACGT"),
    },
    "NamingSystem": {
        "name": NAMES,
        "kind": ("root", "codesystem"),
        "uniqueId": Several({"type": ("oid", "uuid", "uri"), "preferred": FLAG}),
    },
    "OperationDefinition.parameter": {
        "type": maybe("string", "Reference", "canonical", "code"),
        "part": PARTS,
        "searchType": maybe("token"),
        "targetProfile": maybe(["http://e.org/p"]),
    },
    "Questionnaire": {"name": NAMES, "item": Several(ITEM)},
    "Questionnaire.item": ITEM,
    "Questionnaire.item.enableWhen": {"operator": ("exists", "="), "answerString": ("x",)},
    "RequestGroup.action": {"resource": maybe({"reference": "Task/1"}), "action": PARTS},
    "SearchParameter": {
        "name": NAMES,
        "type": ("token", "reference"),
        "xpath": ANY,
        "xpathUsage": maybe("normal"),
        "chain": maybe(["name"]),
    },
    "StructureDefinition": {
        "name": NAMES,
        "url": ("http://hl7.org/fhir/StructureDefinition/x", "http://e.org/x"),
        "kind": ("resource", "logical"),
        "abstract": (True, False),
        "type": ("Patient", "Extension"),
        "derivation": maybe("constraint", "specialization"),
        "baseDefinition": maybe("http://e.org/b"),
        "context": maybe([{"type": "element", "expression": "Patient"}]),
        "contextInvariant": maybe(["true"]),
        "snapshot": maybe({"element": Several(ELEMENT)}),
        "differential": maybe({"element": Several(ELEMENT)}),
    },
    "StructureDefinition.differential": {"element": Several(ELEMENT)},
    "StructureDefinition.mapping": {"name": ANY, "uri": maybe("http://e.org"), "comment": ANY},
    "StructureDefinition.snapshot": {"element": Several(ELEMENT)},
    "StructureDefinition.snapshot.element": ELEMENT,
    "StructureMap.group.rule.target": {
        "element": ANY,
        "context": ANY,
        "contextType": maybe("variable"),
    },
    "TerminologyCapabilities": STATEMENT,
    "TerminologyCapabilities.codeSystem": {"version": Several({"code": ANY, "isDefault": FLAG})},
    "TestReport.setup.action": ACTION,
    "TestReport.test.action": ACTION,
    "TestScript.metadata": {"capability": Several({"required": FLAG, "description": ANY})},
    "TestScript.setup.action": ACTION,
    "TestScript.setup.action.assert": ASSERTED,
    "TestScript.setup.action.operation": OPERATION,
    "TestScript.teardown.action.operation": OPERATION,
    "TestScript.test.action": ACTION,
    "TestScript.test.action.assert": ASSERTED,
    "TestScript.test.action.operation": OPERATION,
    "TestScript.variable": {"expression": ANY, "headerField": ANY, "path": ANY},
    "ValueSet.compose.include": {
        "system": ANY,
        "valueSet": maybe(["http://e.org/vs"]),
        "concept": maybe([{"code": "x"}]),
        "filter": maybe([{"property": "x", "op": "=", "value": "x"}]),
    },
    "ValueSet.expansion.contains": {
        "code": ANY,
        "display": ANY,
        "system": ANY,
        "abstract": FLAG,
    },
}
"""By the path of an element: what stands in it, and the values that matter to its invariants."""


def instance(material: dict[str, Any], chance: random.Random) -> Node:
    """An element with some of what may stand in it."""
    drawn = {name: _drawn(values, chance) for name, values in material.items()}
    return {name: value for name, value in drawn.items() if value is not ABSENT}


def _drawn(values: Any, chance: random.Random) -> Any:
    if isinstance(values, Several):
        return [instance(values.of, chance) for _ in range(chance.randrange(1, 4))]
    if isinstance(values, dict):
        return instance(values, chance)
    return _drawn(chance.choice(values), chance) if isinstance(values, tuple) else values
