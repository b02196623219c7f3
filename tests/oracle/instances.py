"""Instances of every resource type, made from the definitions alone.

``smallest`` has what is required, ``fullest`` every element once. They are right in structure;
rules between elements are met where :data:`_RULES` says how, and codes come from the set an
element is bound to where that is known.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from fhirkit.validate.definitions import Element, Group, group

Node = dict[str, Any]

_SCALARS: dict[str, object] = {
    "base64Binary": "aGVsbG8=",
    "boolean": True,
    "canonical": "http://example.org/fhir/canonical/a",
    "code": "a-code",
    "date": "2020-01-31",
    "dateTime": "2020-01-31T10:00:00+01:00",
    "decimal": Decimal("1.50"),
    "id": "a1",
    "instant": "2020-01-31T10:00:00.5Z",
    "integer": 1,
    "markdown": "some *text*",
    "oid": "urn:oid:2.16.840.1.113883.2.1.4.1",
    "positiveInt": 1,
    # Names of definitions have to begin with a capital.
    "string": "Text",
    "time": "10:30:00",
    "unsignedInt": 1,
    "uri": "http://example.org/fhir/a",
    "url": "http://example.org/fhir/a",
    "uuid": "urn:uuid:c757873d-ec9a-4326-a141-556f43239520",
    "xhtml": '<div xmlns="http://www.w3.org/1999/xhtml"><p>text</p></div>',
}
_UCUM = "http://unitsofmeasure.org"


_CONTEXTS = "http://terminology.hl7.org/CodeSystem/usage-context-type"


def _quantity(code: str, value: object = 1) -> Node:
    return {"value": value, "unit": code, "system": _UCUM, "code": code}


_WHOLE: dict[str, Node] = {
    "Age": _quantity("a"),
    "Count": _quantity("1"),
    "Distance": _quantity("m"),
    "Duration": _quantity("h"),
    "Quantity": _quantity("mg", Decimal("1.50")),
    "SimpleQuantity": _quantity("mg", Decimal("1.50")),
    "MoneyQuantity": _quantity("mg"),
    "Money": {"value": Decimal("9.50"), "currency": "EUR"},
    "Range": {"low": _quantity("mg"), "high": _quantity("mg", 2)},
    "Ratio": {"numerator": _quantity("mg"), "denominator": _quantity("mL")},
    "Period": {"start": "2020-01-01", "end": "2020-01-31"},
    "SampledData": {
        "origin": _quantity("mg"),
        "period": 1,
        "dimensions": 1,
        "data": "1 2 E 3",
    },
    "Timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}},
    "Narrative": {"status": "generated", "div": _SCALARS["xhtml"]},
    "Attachment": {"contentType": "text/plain", "url": "http://example.org/a.txt"},
    "Annotation": {"text": "text"},
    "Identifier": {"system": "http://example.org/ids", "value": "7"},
    "HumanName": {"family": "Case", "given": ["One"]},
    "ContactPoint": {"system": "phone", "value": "555"},
    "Address": {"city": "Rome"},
    "Meta": {"versionId": "1", "lastUpdated": "2020-01-31T10:00:00Z"},
    "Expression": {"language": "text/fhirpath", "expression": "true"},
    "Signature": {
        "type": [{"system": "urn:iso-astm:E1762-95:2013", "code": "1.2.840.10065.1.12.1.1"}],
        "when": "2020-01-31T10:00:00Z",
        "who": {"display": "somebody"},
    },
    "Resource": {"resourceType": "Basic", "id": "a1", "code": {"text": "text"}},
    "TriggerDefinition": {"type": "named-event", "name": "event"},
    "DataRequirement": {"type": "Patient"},
    "UsageContext": {
        "code": {"system": _CONTEXTS, "code": "focus"},
        "valueCodeableConcept": {"text": "text"},
    },
}
_ACTIVE = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical"
_SCOPES = "http://terminology.hl7.org/CodeSystem/consentscope"
_REQUIREMENTS: Node = {"kind": "requirements", "description": "text"}
#: Value sets that are all of a system which nobody lists.
_LISTED_ELSEWHERE = {
    "http://hl7.org/fhir/ValueSet/all-languages": {"system": "urn:ietf:bcp:47", "code": "en"},
    "http://hl7.org/fhir/ValueSet/languages": {"system": "urn:ietf:bcp:47", "code": "en"},
    "http://hl7.org/fhir/ValueSet/mimetypes": {"system": "urn:ietf:bcp:13", "code": "text/plain"},
    "http://hl7.org/fhir/ValueSet/ucum-units": {"system": _UCUM, "code": "mg"},
}
#: Where the rules of a type want more than its required elements.
_RULES: dict[str, Node] = {
    "AllergyIntolerance": {"clinicalStatus": {"coding": [{"system": _ACTIVE, "code": "active"}]}},
    "Appointment": {
        "status": "proposed",
        "participant": [{"actor": {"reference": "Patient/a1"}, "status": "accepted"}],
    },
    "AppointmentResponse": {"actor": {"reference": "Patient/a1"}},
    "CapabilityStatement": {**_REQUIREMENTS, "rest": [{"mode": "client"}]},
    "Consent": {
        "policyRule": {"text": "text"},
        "patient": {"reference": "Patient/a1"},
        "scope": {"coding": [{"system": _SCOPES, "code": "patient-privacy"}]},
    },
    "ImmunizationRecommendation": {
        "recommendation": [
            {"targetDisease": {"text": "text"}, "forecastStatus": {"text": "due"}},
        ]
    },
    "InsurancePlan": {"name": "text"},
    "Linkage": {
        "item": [
            {"type": "source", "resource": {"reference": "Patient/a1"}},
            {"type": "alternate", "resource": {"reference": "Patient/a2"}},
        ]
    },
    "NutritionOrder": {"oralDiet": {"type": [{"text": "text"}]}},
    "Organization": {"name": "text"},
    "SearchParameter": {"type": "string"},
    "StructureDefinition": {
        "kind": "resource",
        "abstract": False,
        "type": "Patient",
        "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Patient",
        "derivation": "constraint",
        "differential": {"element": [{"id": "Patient", "path": "Patient"}]},
    },
    "TerminologyCapabilities": _REQUIREMENTS,
}


def smallest(resource_type: str) -> Node:
    """A resource with its required elements and no others."""
    made = {"resourceType": resource_type, **_required(_known(resource_type), 0)}
    return {**made, **_RULES.get(resource_type, {})}


def fullest(resource_type: str, turn: int = 0) -> Node:
    """A resource with every element once; ``turn`` picks the type of each choice."""
    top = _known(resource_type)
    return {"resourceType": resource_type, **_all(top, resource_type, (), turn)}


def _known(path: str) -> Group:
    found = group(path)
    if found is None:
        raise KeyError(path)
    return found


def _required(one: Group, depth: int) -> Node:
    made: Node = {}
    for names in one.required:
        element = one.elements[names[0]]
        made[element.name] = _item(element, _smallest_value(element, depth))
    return made


def _all(one: Group, trail: str, above: tuple[str, ...], turn: int) -> Node:
    """Every element; those of a group that contains itself are left out the second time."""
    made: Node = {}
    for names in _choices(one):
        element = one.elements[names[turn % len(names)]]
        if element.name in _LEFT_OUT or element.type in above:
            continue
        inner = group(element.type)
        # An element of its own, and not a data type, has a path for its type.
        if inner and "." in element.type:
            below = f"{trail}.{element.name}"
            value: object = _all(inner, below, (*above, element.type), turn)
        elif element.name == "id" and above:
            value = trail  # no id stands twice in a resource
        else:
            value = _smallest_value(element, 0)
        made[element.name] = _item(element, value)
    return made


def _choices(one: Group) -> list[list[str]]:
    """The names of each element: one, or one for each type of a choice."""
    found: dict[str, list[str]] = {}
    for name, element in one.elements.items():
        found.setdefault(f"{element.choice}[x]" if element.choice else name, []).append(name)
    return list(found.values())


_LEFT_OUT = ("extension", "modifierExtension", "contained", "implicitRules")


def _item(element: Element, value: object) -> object:
    return [value] if element.many else value


def _smallest_value(element: Element, depth: int) -> object:
    coded = _coded(element)
    if coded is not None:
        return coded
    if element.primitive:
        return _SCALARS[element.primitive.name]
    if element.type == "Reference":
        return _reference(element)
    if element.type in _WHOLE:
        return _WHOLE[element.type]
    inner = group(element.type)
    made = _required(inner, depth + 1) if inner and depth < _DEEPEST else {}
    return made or _some_member(element, depth)


_DEEPEST = 6


def _reference(element: Element) -> Node:
    targets = element.targets or ("Patient",)
    return {"reference": f"{targets[0]}/a1"}


def _some_member(element: Element, depth: int) -> Node:
    """What requires nothing must have something still."""
    inner = group(element.type)
    for one in (*inner.elements.values(),) if inner else ():
        if one.name not in (*_LEFT_OUT, "id") and one.type not in (element.type, element.path):
            return {one.name: _item(one, _smallest_value(one, depth + 1))}
    return {"id": "a1"}


def _coded(element: Element) -> object:
    """A code of the set that the element is bound to."""
    binding = element.binding
    codes = dict(binding.codes) if binding else {}
    system, code = next(
        ((url, min(known)) for url, known in sorted(codes.items()) if known), (None, None)
    )
    coding = {"system": system, "code": code}
    told = (
        _LISTED_ELSEWHERE.get(element.bound_to[0].partition("|")[0]) if element.bound_to else None
    )
    if told:
        coding, code = told, told["code"]
    if code is None:
        concept = {"text": "text"}
        system_only = {"system": "http://example.org/codes", "code": "a"}
        return {"CodeableConcept": concept, "Coding": system_only}.get(element.type)
    made: dict[str, object] = {"CodeableConcept": {"coding": [coding]}, "Coding": coding}
    if element.type in ("code", "string", "uri"):
        made[element.type] = code
    return made.get(element.type)
