"""Invariants of datatypes."""

from __future__ import annotations

from decimal import Decimal

import pytest

from invariant_builder import Cases, Node, faults, rows

UCUM = "http://unitsofmeasure.org"
NOTE: Node = {"extension": [{"url": "http://e.org/x", "valueString": "y"}]}

CASES: Cases = {
    "att-1": (
        [{"data": "AAAA"}, {"_data": NOTE}],
        [{"data": "AAAA", "contentType": "text/plain"}, {"url": "http://e.org"}, {}],
    ),
    "cpt-2": (
        [{"value": "0123"}, {"_value": NOTE, "use": "home"}],
        [{"value": "0123", "system": "phone"}, {"value": "0123", "_system": NOTE}, {"use": "home"}],
    ),
    "exp-1": (
        [{"language": "text/cql"}],
        [{"language": "text/cql", "expression": "x"}, {"reference": "http://e.org"}],
    ),
    "per-1": (
        [
            {"start": "2020-02-01", "end": "2020-01-01"},
            {"start": "2020-01-01T10:00:00Z", "end": "2020-01-01T10:30:00+01:00"},
            {"start": "2021", "end": "2020-12-31T10:00:00Z"},
        ],
        [
            {"start": "2020-01-01", "end": "2020-01-01"},
            {"start": "2020-01-01", "end": "2020"},
            {"start": "2020-05", "end": "2020-05-01T10:00:00Z"},
            {"start": "2020-02-01"},
            {"end": "2020-02-01", "_start": NOTE},
            {"start": {"year": 2021}, "end": "2020"},
        ],
    ),
    "rng-2": (
        [{"low": {"value": 2}, "high": {"value": 1}}],
        [
            {"low": {"value": 1}, "high": {"value": 1}},
            {"low": {"value": 2, "unit": "mg"}, "high": {"value": 1, "unit": "g"}},
            {"low": {"value": 2}},
            {"low": 2, "high": 1},
        ],
    ),
    "rat-1": (
        [
            {"numerator": {"value": 1}},
            {"denominator": {"value": 1}},
            {"id": "a"},
            {**NOTE, "numerator": {}},
        ],
        [{"numerator": {"value": 1}, "denominator": {"value": 2}}, NOTE],
    ),
    "qty-3": (
        [{"value": 1, "code": "mg"}, {"_code": NOTE}],
        [{"value": 1, "code": "mg", "system": UCUM}, {"code": "mg", "_system": NOTE}, {"value": 1}],
    ),
    "age-1": (
        [
            {"value": 4},
            {"value": 4, "code": "a", "system": "http://e.org"},
            {"value": 0, "code": "a", "system": UCUM},
            {"value": Decimal("-0.5"), "code": "a"},
        ],
        [
            {"value": 4, "code": "a", "system": UCUM},
            {"value": 4, "code": "a"},
            {"_value": NOTE, "code": "a", "system": UCUM},
            {"value": "old", "code": "a", "system": 5},
            {"unit": "years"},
        ],
    ),
    "cnt-3": (
        [
            {"value": 4},
            {"value": 4, "code": "2", "system": UCUM},
            {"value": 4, "code": "1", "system": "http://e.org"},
            {"value": Decimal("4.5"), "code": "1", "system": UCUM},
        ],
        [
            {"value": 4, "code": "1", "system": UCUM},
            {"value": Decimal("4.0"), "code": "1", "system": UCUM},
            {"value": True, "code": "1"},
            {},
        ],
    ),
    "dis-1": (
        [{"value": 4}, {"value": 4, "code": "m", "system": "http://e.org"}],
        [{"value": 4, "code": "m", "system": UCUM}, {"unit": "m"}],
    ),
    "drt-1": (
        [
            {"code": "d", "system": UCUM},
            {"value": 4, "code": "d"},
            {"value": 4, "code": "d", "system": "http://e.org"},
        ],
        [{"value": 4, "code": "d", "system": UCUM}, {"value": 4, "unit": "days"}],
    ),
    "sqty-1": ([{"value": 1, "comparator": "<"}], [{"value": 1}]),
    "mqty-1": (
        [{"value": 1}, {"value": 1, "code": "EUR", "system": UCUM}],
        [{"value": 1, "code": "EUR", "system": "urn:iso:std:iso:4217"}, {"unit": "Euro"}],
    ),
    "trd-1": (
        [
            {"type": "data-added", "data": [{"type": "Patient"}], "timingDate": "2020"},
            {"type": "periodic", "data": [{"type": "Patient"}], "_timingDate": NOTE},
        ],
        [{"type": "periodic", "timingDate": "2020"}, {"data": [{"type": "Patient"}]}, {}],
    ),
    "trd-2": (
        [{"type": "periodic", "condition": {"expression": "x"}}],
        [{"condition": {"expression": "x"}, "data": [{"type": "Patient"}]}, {"type": "periodic"}],
    ),
    "trd-3": (
        [
            {"type": "named-event"},
            {"type": "periodic", "name": "x"},
            {"type": "data-changed"},
            {"type": "data-access-ended", "name": "x"},
        ],
        [
            {"type": "named-event", "name": "x"},
            {"type": "periodic", "timingTiming": {}},
            {"type": "data-changed", "data": [{"type": "Patient"}]},
            {"type": ["named-event"]},
            {},
        ],
    ),
}


@pytest.mark.parametrize(("key", "node", "holds"), rows(CASES))
def test_invariant(key: str, node: Node, holds: bool) -> None:
    """What breaks an invariant is at fault itself; a near miss is not."""
    assert faults(key, node) == ([] if holds else [(node, None)])


PATIENT: Node = {"resourceType": "Patient", "id": "p"}
OBSERVATION: Node = {"resourceType": "Observation", "contained": [PATIENT]}


@pytest.mark.parametrize(
    "reference",
    [
        pytest.param({"reference": "#p"}, id="contained"),
        pytest.param({"reference": "#"}, id="the-container"),
        pytest.param({"reference": "Patient/q"}, id="not-local"),
        pytest.param({"reference": ["#q"]}, id="wrong-type"),
        pytest.param({"display": "#q"}, id="no-reference"),
    ],
)
def test_a_local_reference_leads_to_what_is_contained(reference: Node) -> None:
    """ref-1 holds where the contained resource is there, and for what is no local reference."""
    assert faults("ref-1", reference, OBSERVATION) == []


@pytest.mark.parametrize("target", ["#q", "#P", "#p1", "##"])
def test_a_local_reference_to_nothing(target: str) -> None:
    """ref-1 is broken where nothing contained has the id."""
    reference = {"reference": target}
    assert faults("ref-1", reference, OBSERVATION) == [(reference, None)]
    assert faults("ref-1", reference, {"contained": {"id": target[1:]}}) == [(reference, None)]
