"""The invariants' functions against the specification's own expressions, run by fhirpathpy.

For each invariant, every combination of a few values of its elements is judged by both. What an
expression gets wrong, and is not followed in, stands in ``patches.py``.
"""

from __future__ import annotations

from decimal import Decimal
from inspect import isfunction
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

from fhirkit.validate.invariants import (
    administrative,
    bundles,
    clinical,
    datatypes,
    every_element,
    timing,
)
from fhirkit.validate.invariants.registry import INVARIANTS, key_of
from invariant_builder import Node, faults

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow

SUBJECTS = [administrative, bundles, clinical, datatypes, every_element, timing]

Pool = dict[str, list[Any]]
"""By element, the values it may have; it may be absent too, but where its name ends with ``!``."""

DAY, NEXT, TIME = "2020-05-01", "2020-05-02", "2020-05-01T10:00:00Z"
UCUM = ["http://unitsofmeasure.org", "http://e.org"]
HL7 = "http://terminology.hl7.org/CodeSystem/"
NOTE: Node = {"extension": [{"url": "http://e.org/x", "valueString": "y"}]}
ASIDE = [NOTE]
NOTES: Pool = {"extension": [NOTE["extension"]]}
THING: list[Any] = [{"text": "x"}]
THINGS: list[Any] = [[{"text": "x"}], [{"text": "x"}, {"text": "y"}]]
WORD = ["x"]
QUANTITY = [{"value": 1, "unit": "mg"}]


def coded(system: str, *codes: str) -> list[Any]:
    """A concept for each of the codes."""
    return [{"coding": [{"system": HL7 + system, "code": code}]} for code in codes]


PERCENT = [{"value": 1, "system": UCUM[0], "code": "%"}, {"value": 1, "code": "%"}, *QUANTITY]
PRESSURE, WEIGHT = coded("a", "85354-9", "29463-7")
PATIENT: Node = {"resourceType": "Patient", "id": "p"}
GET: Node = {"request": {"method": "GET", "url": "Patient"}}
ENTRIES: list[Any] = [
    [GET],
    [{"response": {"status": "200"}} | GET, {"response": {"status": "200"}}],
    [{"search": {"mode": "match"}, "resource": {"resourceType": "Composition"}}],
    [{"resource": {"resourceType": "MessageHeader"}, "fullUrl": "urn:a"}, {"fullUrl": "urn:a"}],
    [{"fullUrl": "urn:a"}, {"fullUrl": "urn:b", "resource": PATIENT}],
]
BUNDLE: Pool = {
    "type!": ["document", "message", "batch", "history", "searchset", "transaction-response"],
    "entry": ENTRIES,
    "total": [0],
}
DOCUMENT: Pool = {
    "type!": ["document", "batch"],
    "identifier": [{"system": "urn:a"}, {"value": "1"}, {"system": "urn:a", "value": "1"}],
    "timestamp": [TIME],
}
CONDITION: Pool = {
    "clinicalStatus": coded("condition-clinical", "active", "inactive", "resolved", "remission"),
    "verificationStatus": coded("condition-ver-status", "confirmed", "entered-in-error"),
    "category": [coded("condition-category", "problem-list-item")],
    "abatementString": WORD,
    "_abatementDateTime": ASIDE,
}
ALLERGY: Pool = {
    "clinicalStatus": coded("allergyintolerance-clinical", "active"),
    "verificationStatus": coded("allergyintolerance-verification", "refuted", "entered-in-error"),
}
MODES = ["working", "changes", "snapshot"]
LIST: Pool = {
    "mode!": MODES,
    "entry": [[{"deleted": False}], [{"date": DAY}, {"item": {"display": "x"}}]],
    "emptyReason": THING,
}
APPOINTMENT: Pool = {
    "status!": ["booked", "proposed", "cancelled", "waitlist"],
    "start": [TIME],
    "end": [TIME],
    "_end": ASIDE,
    "cancelationReason": THING,
}
STRATA: list[Any] = [
    [{"stratifier": [{"stratum": [{"value": {"text": "x"}}, {"component": THINGS[0]}]}]}],
    [{"stratifier": [{"stratum": [{"score": QUANTITY[0]}]}]}],
    [{"stratifier": [{"stratum": [{"value": {"text": "x"}, "component": THINGS[0]}]}]}],
]
CONTAINED: Pool = {
    "contained": [
        [PATIENT],
        [PATIENT | {"contained": [PATIENT]}],
        [PATIENT, PATIENT | {"meta": {"versionId": "1"}}],
        [PATIENT | {"meta": {"lastUpdated": TIME}}],
        [PATIENT | {"meta": {"security": [{"code": "R"}]}}],
    ],
    "meta": [{"versionId": "1", "security": [{"code": "R"}]}],
}

POOLS: dict[str, Pool] = {
    "ait-1": ALLERGY,
    "ait-2": ALLERGY,
    "age-1": {"value": [0, 1, Decimal("-0.5")], "code": ["a"], "_code": ASIDE, "system": UCUM},
    "app-1": {"type": THINGS, "actor": THING},
    "app-2": APPOINTMENT,
    "app-3": APPOINTMENT,
    "apr-1": {"participantType": THINGS, "actor": THING, "comment": WORD},
    "att-1": {"data": ["AAAA"], "_data": ASIDE, "contentType": ["text/plain"]},
    "bdl-1": BUNDLE,
    "bdl-2": BUNDLE,
    "bdl-3": BUNDLE,
    "bdl-4": BUNDLE,
    "bdl-5": {"resource": [PATIENT], "request": [GET["request"]], "response": [{"status": "200"}]},
    "bdl-7": BUNDLE,
    "bdl-9": DOCUMENT,
    "bdl-10": DOCUMENT,
    "bdl-11": BUNDLE,
    "bdl-12": BUNDLE,
    "cmp-1": {"text": THING, "entry": THINGS, "section": THINGS, "emptyReason": THING},
    "cmp-2": {"text": THING, "entry": THINGS, "section": THINGS, "emptyReason": THING},
    "cnt-3": {"value": [1, Decimal("0.5")], "code": ["1", "2"], "system": UCUM},
    "con-1": {"summary": THING, "assessment": THINGS, "type": THING},
    "con-2": {"code": THINGS, "detail": THINGS, **NOTES},
    "con-4": CONDITION,
    "con-5": CONDITION,
    "cpl-3": {"detail": THING, "reference": THING, "progress": THINGS},
    "cpt-2": {"value": ["1"], "_value": ASIDE, "system": ["phone"], "_system": ASIDE},
    "dis-1": {"value": [1, Decimal("0.5")], "code": ["m"], "_code": ASIDE, "system": UCUM},
    "dom-2": CONTAINED,
    "dom-4": CONTAINED,
    "dom-5": CONTAINED,
    "dom-6": {"text": [{"status": "generated"}, {"status": "generated", "div": "<div/>"}]},
    "drt-1": {"value": [1], "code": ["d"], "system": UCUM, "unit": ["d"]},
    "exp-1": {"expression": WORD, "reference": ["http://e.org"], "_reference": ASIDE},
    "ext-1": {"url": ["http://e.org"], "valueString": WORD, "_valueCode": ASIDE, **NOTES},
    "fhs-1": {"ageString": WORD, "ageAge": QUANTITY, "_bornDate": ASIDE, "bornString": WORD},
    "fhs-2": {"ageString": WORD, "_ageString": ASIDE, "estimatedAge": [True, False]},
    "gol-1": {"detailString": WORD, "_detailBoolean": ASIDE, "measure": THING},
    "grp-1": {"actual!": [True, False], "member": THINGS, "quantity": [1]},
    "imm-1": {"documentType": WORD, "_documentType": ASIDE, "reference": ["http://e.org"]},
    "imr-1": {"vaccineCode": THINGS, "targetDisease": THING, "series": WORD},
    "inv-1-event": {"status!": ["not-done", "completed"], "notDoneReason": THINGS},
    "inv-1-parameter": {
        "valueString": WORD,
        "_valueString": ASIDE,
        "resource": [PATIENT],
        "part": [[{"name": "x"}]],
    },
    "inv-1-task": {"authoredOn": [DAY, NEXT], "lastModified": [DAY, NEXT]},
    "inv-2-event": {
        "status!": ["not-done", "completed"],
        "reasonCode": THINGS,
        "reasonReference": THINGS,
    },
    "lnk-1": {"item!": [THINGS[0], THINGS[1], [*THINGS[1], *THINGS[0]]]},
    "lst-1": LIST,
    "lst-2": LIST,
    "lst-3": LIST,
    "mad-1": {"dose": QUANTITY, "rateQuantity": QUANTITY, "rateRatio": [{}], "text": WORD},
    "mdd-1": {"whenPrepared": [DAY, NEXT], "whenHandedOver": [DAY, NEXT]},
    "mqty-1": {"value": [1], "code": ["EUR"], "system": ["urn:iso:std:iso:4217", UCUM[0]]},
    "mrp-1": {"type!": ["data-collection", "summary"], "group": STRATA},
    "mrp-2": {"type!": ["data-collection", "summary"], "group": STRATA},
    "nor-1": {"oralDiet": THING, "supplement": THINGS, "enteralFormula": THING, "status": WORD},
    "obs-3": {"low": QUANTITY, "high": QUANTITY, "text": WORD, "_text": ASIDE, "type": THING},
    "obs-6": {"dataAbsentReason": THING, "valueString": WORD, "_valueBoolean": ASIDE},
    "obs-7": {
        "code": [PRESSURE, WEIGHT],
        "valueString": WORD,
        "component": [[{"code": PRESSURE}], [{"code": WEIGHT}, {"code": PRESSURE}]],
    },
    "org-1": {"name": WORD, "_name": ASIDE, "identifier": THINGS, "alias": [["x"]]},
    "org-2": {"use": ["home", "work"], "text": WORD},
    "org-3": {"use": ["home", "work"], "value": ["1"]},
    "pat-1": {"name": THING, "telecom": THINGS, "address": THING, "organization": THING, **NOTES},
    "per-1": {"start": [DAY, NEXT], "end": [DAY, NEXT]},
    "ppc-1": {"policy": THINGS, "policyRule": THING},
    "prr-1": {"orderDetail": THINGS, "code": THING, "status": WORD},
    "qrs-1": {"answer": THINGS, "item": THINGS, "linkId": ["1"]},
    "qty-3": {"value": [1], "code": ["mg"], "_code": ASIDE, "system": UCUM, "_system": ASIDE},
    "ras-1": {"low": PERCENT, "high": PERCENT},
    "ras-2": {"probabilityDecimal!": [Decimal("99.9"), 100, Decimal("100.1")], "outcome": THING},
    "rat-1": {"numerator": QUANTITY, "denominator": QUANTITY, **NOTES},
    "sev-1": {"name": WORD, "_name": ASIDE, "query": ["AAAA"], "what": THING},
    "sqty-1": {"value": [1], "comparator": ["<"], "_comparator": ASIDE},
    "tim-1": {"duration": [1], "_duration": ASIDE, "durationUnit": ["h"], "_durationUnit": ASIDE},
    "tim-2": {"period": [1], "_period": ASIDE, "periodUnit": ["h"]},
    "tim-4": {"duration": [-1, 0, Decimal("-0.5"), 3]},
    "tim-5": {"period": [-1, 0, Decimal("-0.5"), 3]},
    "tim-6": {"period": [1], "_period": ASIDE, "periodMax": [2], "_periodMax": ASIDE},
    "tim-7": {"duration": [1], "durationMax": [2], "_durationMax": ASIDE},
    "tim-8": {"count": [1], "_count": ASIDE, "countMax": [2]},
    "tim-9": {"offset": [5], "_offset": ASIDE, "when": [["AC"], ["C"]]},
    "tim-10": {"timeOfDay": [["10:00:00"]], "when": [["AC"], ["AC", "PC"]]},
    "trd-1": {"data": THINGS, "timingDate": [DAY], "_timingDate": ASIDE},
    "trd-2": {"data": THINGS, "condition": [{"language": "x"}]},
    "trd-3": {
        "type!": ["named-event", "periodic", "data-changed"],
        "name": WORD,
        "timingDate": [DAY],
        "data": THINGS,
    },
    "vs-2": {
        "component": THINGS,
        "hasMember": THINGS,
        "dataAbsentReason": THING,
        "valueString": WORD,
        "_valueBoolean": ASIDE,
    },
    "vs-3": {"dataAbsentReason": THING, "valueString": WORD, "_valueBoolean": ASIDE, "code": THING},
}

UNFIT = {
    "app-4": "the expression asks for a code there is none of",
    "bdl-8": "an entry without fullUrl breaks the expression",
    "con-3": "any category breaks the expression",
    "ctm-1": "fhirpathpy does not resolve references",
    "dom-3": "fhirpathpy raises an exception on the expression",
    "ele-1": "nothing breaks the expression in fhirpathpy",
    "ppc-2": "nothing breaks the expression",
    "ppc-3": "the same",
    "ppc-4": "the same",
    "ppc-5": "the same",
    "ref-1": "asks the scope, not the element alone",
    "rng-2": "fhirpathpy does not compare quantities",
    "vs-1": "the expression is asked of the value, the function of its owner",
}
"""Keys no expression is run for, each with the reason."""


@pytest.mark.parametrize("key", POOLS)
def test_function_and_expression_agree(key: str, expressions: dict[str, Any]) -> None:
    """Both give the same verdict on every combination, and both verdicts occur."""
    judge = Expression(expressions[key])
    verdicts = {}
    for node in combinations(POOLS[key]):
        holds = judge(node)
        assert (not faults(key, node)) is holds, node
        verdicts[holds] = node
    assert set(verdicts) == {True, False}


class Expression:
    """An invariant's expression at its first path."""

    def __init__(self, official: dict[str, Any]) -> None:
        fhirpathpy = pytest.importorskip("fhirpathpy")
        models = pytest.importorskip("fhirpathpy.models")
        self._evaluate = fhirpathpy.evaluate
        self._model = models.models["r4"]
        self._path = {"base": official["paths"][0], "expression": official["expression"]}

    def __call__(self, node: Node) -> bool:
        """Whether it is true; an empty result is not."""
        around = {"resource": node, "rootResource": node}
        has_value = {"hasValue": {"fn": _has_value, "arity": {0: []}}}
        options = {"userInvocationTable": has_value}
        return bool(self._evaluate(node, self._path, around, self._model, options) == [True])


def _has_value(elements: list[Any]) -> bool:
    """FHIR's own function, which fhirpathpy does not have: one element, with a value."""
    return len(elements) == 1 and getattr(elements[0], "data", elements[0]) is not None


def combinations(pool: Pool) -> Iterator[Node]:
    """Every element with each of its values and, unless it is mandatory, without."""
    absent = object()
    names = [name.rstrip("!") for name in pool]
    choices = [some if name.endswith("!") else [absent, *some] for name, some in pool.items()]
    for values in product(*choices):
        yield {
            name: value for name, value in zip(names, values, strict=True) if value is not absent
        }


def test_every_key_is_compared_or_has_a_reason() -> None:
    """No invariant of these subjects is forgotten, and none has a reason without need."""
    keys = {
        key_of(function)
        for module in SUBJECTS
        for function in vars(module).values()
        if isfunction(function) and function.__module__ == module.__name__
    }
    assert sorted(keys & set(INVARIANTS)) == sorted([*POOLS, *UNFIT])


def test_combinations() -> None:
    """Elements may be absent, but for the mandatory ones."""
    assert list(combinations({"a!": [1, 2], "b": [3]})) == [
        {"a": 1},
        {"a": 1, "b": 3},
        {"a": 2},
        {"a": 2, "b": 3},
    ]
