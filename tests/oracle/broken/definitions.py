"""Invariants of resources that define others: questionnaires, profiles, code systems."""

from __future__ import annotations

from typing import Any

from oracle.mutants.model import GONE

Node = dict[str, Any]
Row = tuple[str, Node, str]
"""A type, what is laid over its smallest instance, and the element that breaks the rule."""

_PROFILE = "http://example.org/fhir/StructureDefinition/a"


def _question(**members: object) -> Row:
    item = {"linkId": "1", "type": "string", **members}
    return ("Questionnaire", {"item": [item]}, "item[0]")


_OPTION = [{"valueString": "a"}]
_QUESTIONS: dict[str, Row] = {
    "que-1": _question(type="display", item=[{"linkId": "2", "type": "string"}]),
    "que-10": _question(type="date", maxLength=5),
    "que-11": _question(type="choice", answerOption=_OPTION, initial=_OPTION),
    "que-13": _question(initial=[*_OPTION, {"valueString": "b"}]),
    "que-2": (
        "Questionnaire",
        {"item": [{"linkId": "1", "type": "string"}, {"linkId": "1", "type": "string"}]},
        "",
    ),
    "que-3": _question(type="display", code=[{"system": "http://example.org/a", "code": "a"}]),
    "que-4": _question(type="choice", answerOption=_OPTION, answerValueSet=_PROFILE),
    "que-5": _question(type="boolean", answerOption=_OPTION),
    "que-6": _question(type="display", required=True),
    "que-7": (
        "Questionnaire",
        {
            "item": [
                {"linkId": "1", "type": "string"},
                {
                    "linkId": "2",
                    "type": "string",
                    "enableWhen": [{"question": "1", "operator": "exists", "answerString": "a"}],
                },
            ]
        },
        "item[1].enableWhen[0]",
    ),
    "que-8": _question(type="display", initial=_OPTION),
    "que-9": _question(type="display", readOnly=True),
}


def _element(place: str = "", **members: object) -> Row:
    first = {"id": "Patient", "path": "Patient"}
    element = {"id": "Patient.name", "path": "Patient.name", **members}
    return (
        "StructureDefinition",
        {"differential": {"element": [first, element]}},
        f"differential.element[1]{place}",
    )


_CODE = [{"code": "code"}]
_ELEMENTS: dict[str, Row] = {
    "eld-1": _element(".slicing", slicing={"rules": "open"}),
    "eld-2": _element(min=2, max="1"),
    "eld-3": _element(".max", max="-1"),
    "eld-4": _element(".type[0]", type=[{"code": "string", "aggregation": ["contained"]}]),
    "eld-5": _element(contentReference="#Patient.a", type=[{"code": "string"}]),
    "eld-6": _element(fixedCode="a", type=[*_CODE, {"code": "string"}]),
    "eld-7": _element(patternCode="a", type=[*_CODE, {"code": "string"}]),
    "eld-8": _element(patternCode="a", fixedCode="a", type=_CODE),
    "eld-11": _element(binding={"strength": "required"}, type=[{"code": "Period"}]),
    "eld-12": _element(".binding", binding={"strength": "required", "valueSet": "a"}, type=_CODE),
    "eld-13": _element(type=[*_CODE, *_CODE]),
    "eld-14": _element(
        constraint=[{"key": "a", "severity": "error", "human": "a", "expression": "true"}] * 2
    ),
    "eld-16": _element(sliceName="a b"),
    "eld-17": _element(".type[0]", type=[{"code": "string", "targetProfile": [_PROFILE]}]),
    "eld-18": _element(isModifier=True),
    "eld-19": _element(path="Patient.na me"),
    "eld-22": _element(sliceIsConstraining=True),
}
_OPERATION = {"encodeRequestUrl": True, "url": "Patient"}
_ASSERT = {"warningOnly": True, "responseCode": "200"}
_DEFINITIONS: dict[str, Row] = {
    "sdf-2": ("StructureDefinition", {"mapping": [{"identity": "a"}]}, "mapping[0]"),
    "sdf-4": ("StructureDefinition", {"baseDefinition": GONE, "derivation": GONE}, ""),
    "sdf-5": (
        "StructureDefinition",
        {
            "type": "Extension",
            "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Extension",
            "kind": "complex-type",
            "differential": {"element": [{"id": "Extension", "path": "Extension"}]},
        },
        "",
    ),
    "sdf-6": ("StructureDefinition", {"differential": GONE}, ""),
    "sdf-14": ("StructureDefinition", {"differential": {"element": [{"path": "Patient"}]}}, ""),
    "sdf-18": ("StructureDefinition", {"contextInvariant": ["true"]}, ""),
    "sdf-20": (
        "StructureDefinition",
        {
            "differential": {
                "element": [
                    {
                        "id": "Patient",
                        "path": "Patient",
                        "slicing": {"rules": "open", "description": "a"},
                    }
                ]
            }
        },
        "differential",
    ),
    "sdf-23": (
        "StructureDefinition",
        {"differential": {"element": [{"id": "Patient", "path": "Patient", "sliceName": "a"}]}},
        "",
    ),
    "cmd-2": (
        "ConceptMap",
        {"group": [{"element": [{"code": "a"}], "unmapped": {"mode": "fixed"}}]},
        "group[0].unmapped",
    ),
    "cmd-3": (
        "ConceptMap",
        {"group": [{"element": [{"code": "a"}], "unmapped": {"mode": "other-map"}}]},
        "group[0].unmapped",
    ),
    "cpb-1": ("CapabilityStatement", {"rest": GONE}, ""),
    "cpb-2": ("CapabilityStatement", {"description": GONE}, ""),
    "cpb-9": (
        "CapabilityStatement",
        {"rest": [{"mode": "client", "resource": [{"type": "Patient"}] * 2}]},
        "rest[0]",
    ),
    "cpb-12": (
        "CapabilityStatement",
        {
            "rest": [
                {
                    "mode": "client",
                    "resource": [
                        {"type": "Patient", "searchParam": [{"name": "a", "type": "token"}] * 2}
                    ],
                }
            ]
        },
        "rest[0].resource[0]",
    ),
    "cpb-14": ("CapabilityStatement", {"kind": "instance"}, ""),
    "cpb-15": ("CapabilityStatement", {"kind": "capability"}, ""),
    "cpb-16": ("CapabilityStatement", {"software": {"name": "a"}}, ""),
    "csd-1": ("CodeSystem", {"concept": [{"code": "a"}, {"code": "a"}]}, ""),
    "md-1": (
        "MessageDefinition",
        {"focus": [{"code": "Patient", "min": 0, "max": "0"}]},
        "focus[0].max",
    ),
    "nsd-1": (
        "NamingSystem",
        {"kind": "root", "uniqueId": [{"type": "uuid", "value": "a"}]},
        "",
    ),
    "nsd-2": (
        "NamingSystem",
        {
            "kind": "codesystem",
            "uniqueId": [{"type": "uri", "value": "a", "preferred": True}] * 2,
        },
        "",
    ),
    "opd-1": (
        "OperationDefinition",
        {"parameter": [{"name": "a", "use": "in", "min": 0, "max": "1"}]},
        "parameter[0]",
    ),
    "spd-1": ("SearchParameter", {"xpath": "a"}, ""),
    "spd-2": ("SearchParameter", {"chain": ["a"]}, ""),
    "tcp-2": ("TerminologyCapabilities", {"description": GONE}, ""),
    "tcp-3": ("TerminologyCapabilities", {"kind": "instance"}, ""),
    "tcp-4": ("TerminologyCapabilities", {"kind": "capability"}, ""),
    "tcp-5": ("TerminologyCapabilities", {"software": {"name": "a"}}, ""),
    "tst-1": (
        "TestScript",
        {"setup": {"action": [{"operation": _OPERATION, "assert": _ASSERT}]}},
        "setup.action[0]",
    ),
    "tst-3": (
        "TestScript",
        {"variable": [{"name": "a", "expression": "a", "headerField": "a", "path": "a"}]},
        "variable[0]",
    ),
    "vsd-1": ("ValueSet", {"compose": {"include": [{"version": "1"}]}}, "compose.include[0]"),
    "vsd-2": (
        "ValueSet",
        {"compose": {"include": [{"valueSet": [_PROFILE], "concept": [{"code": "a"}]}]}},
        "compose.include[0]",
    ),
    "vsd-6": (
        "ValueSet",
        {"expansion": {"timestamp": "2020", "contains": [{"abstract": True}]}},
        "expansion.contains[0]",
    ),
    "vsd-9": (
        "ValueSet",
        {"expansion": {"timestamp": "2020", "contains": [{"display": "a"}]}},
        "expansion.contains[0]",
    ),
    "vsd-10": (
        "ValueSet",
        {"expansion": {"timestamp": "2020", "contains": [{"code": "a"}]}},
        "expansion.contains[0]",
    ),
}

ROWS = _QUESTIONS | _ELEMENTS | _DEFINITIONS
