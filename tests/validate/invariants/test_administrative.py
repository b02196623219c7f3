"""Invariants of administrative resources."""

from __future__ import annotations

import pytest

from invariant_builder import Cases, Node, faults, rows

NOTE: Node = {"extension": [{"url": "http://e.org/x", "valueString": "y"}]}
SCOPES = {
    "ppc-2": "patient-privacy",
    "ppc-3": "research",
    "ppc-4": "adr",
    "ppc-5": "treatment",
}


def consent(code: str, system: str = "http://terminology.hl7.org/CodeSystem/consentscope") -> Node:
    """A consent of one scope, of nobody."""
    return {"resourceType": "Consent", "scope": {"coding": [{"system": system, "code": code}]}}


CASES: Cases = {
    "pat-1": (
        [{"relationship": [{"text": "x"}]}, {"id": "a"}],
        [{"name": {}}, {"telecom": [{}]}, {"address": {}}, {"organization": {}}],
    ),
    "org-1": (
        [{"resourceType": "Organization"}, {"alias": ["x"]}],
        [{"name": "x"}, {"_name": NOTE}, {"identifier": [{}]}],
    ),
    "org-2": ([{"use": "home"}], [{"use": "work"}, {"type": "home"}, {"use": ["home"]}]),
    "org-3": ([{"use": "home"}], [{"use": "work"}, {"system": "home"}, {}]),
    "grp-1": (
        [{"actual": False, "member": [{}]}],
        [{"actual": True, "member": [{}]}, {"actual": False}, {"actual": "no", "member": [{}]}],
    ),
    "lnk-1": (
        [{"item": [{"type": "source"}]}],
        [{"item": [{}, {}]}, {"item": []}, {"item": {"type": "source"}}, {}],
    ),
    "lst-1": ([{"emptyReason": {}, "entry": [{}]}], [{"emptyReason": {}}, {"entry": [{}]}]),
    "lst-2": (
        [
            {"mode": "working", "entry": [{}, {"deleted": False}]},
            {"mode": "snapshot", "entry": [{"_deleted": NOTE}]},
        ],
        [
            {"mode": "changes", "entry": [{"deleted": True}]},
            {"mode": "working", "entry": [{"date": "2020"}]},
            {"entry": [{"deleted": True}]},
            {"mode": "working", "entry": {"deleted": True}},
        ],
    ),
    "lst-3": (
        [{"mode": "changes", "entry": [{"date": "2020"}]}],
        [
            {"mode": "working", "entry": [{"date": "2020"}]},
            {"mode": "changes", "entry": [{"deleted": True}]},
            {"mode": 1, "entry": [{"date": "2020"}]},
        ],
    ),
    "app-1": ([{"status": "x"}], [{"type": [{}]}, {"actor": {}}]),
    "app-2": (
        [{"start": "2020-01-01T10:00:00Z"}, {"_end": NOTE}],
        [{"start": "2020-01-01T10:00:00Z", "_end": NOTE}, {"status": "proposed"}],
    ),
    "app-3": (
        [{"status": "booked"}, {"status": "booked", "start": "2020-01-01T10:00:00Z"}],
        [
            {"status": "booked", "start": "2020-01-01T10:00:00Z", "_end": NOTE},
            *({"status": status} for status in ("proposed", "cancelled", "waitlist")),
            {"description": "x"},
            {"status": ["booked"]},
        ],
    ),
    "app-4": (
        [{"status": "booked", "cancelationReason": {}}],
        [
            {"status": "noshow", "cancelationReason": {}},
            {"status": "cancelled", "cancelationReason": {}},
            {"status": "booked"},
            {"status": None, "cancelationReason": {}},
        ],
    ),
    "apr-1": ([{"comment": "x"}], [{"participantType": [{}]}, {"actor": {}}]),
    "ppc-1": ([{"status": "x"}], [{"policy": [{}]}, {"policyRule": {}}]),
    **{
        key: (
            [consent(code)],
            [
                consent(code) | {"patient": {}},
                consent(code, "something"),
                consent("another"),
                {"scope": code},
            ],
        )
        for key, code in SCOPES.items()
    },
    "sev-1": ([{"name": "x", "query": "AAAA"}], [{"name": "x"}, {"query": "AAAA"}, {}]),
    "mrp-1": (
        [{"type": "data-collection", "group": [{}]}],
        [{"type": "summary", "group": [{}]}, {"type": "data-collection"}, {"group": [{}]}],
    ),
    "mrp-2": (
        [
            {"group": [{"stratifier": [{"stratum": [{}]}]}]},
            {"group": [{}, {"stratifier": [{}, {"stratum": [{"value": {}, "component": [{}]}]}]}]},
        ],
        [
            {"group": [{"stratifier": [{"stratum": [{"value": {}}, {"component": [{}]}]}]}]},
            {"group": [{"stratifier": [{"stratum": {}}]}]},
            {"group": "x"},
            {},
        ],
    ),
    "inv-1-task": (
        [{"authoredOn": "2020-05-02", "lastModified": "2020-05-01"}],
        [
            {"authoredOn": "2020-05-01T10:00:00Z", "lastModified": "2020-05-01"},
            {"authoredOn": "2020-05-01", "lastModified": "2020-05-01"},
            {"authoredOn": "2020-05-01"},
            {"authoredOn": "2020-05-02", "lastModified": 2020},
        ],
    ),
    "inv-1-parameter": (
        [
            {"name": "x"},
            {"valueString": "x", "part": [{}]},
            {"_valueString": NOTE, "resource": {}},
            {"resource": {}, "part": [{}]},
            {"resource": {}, "part": [{}], "valueString": "x"},
        ],
        [{"valueString": "x"}, {"_valueString": NOTE}, {"resource": {}}, {"part": [{}]}],
    ),
    "inv-1-event": (
        [{"status": "completed", "notDoneReason": [{}]}],
        [{"status": "not-done", "notDoneReason": [{}]}, {"status": "completed"}, {}],
    ),
    "inv-2-event": (
        [{"status": "not-done", "reasonCode": [{}]}, {"status": "not-done", "reasonReference": []}],
        [{"status": "completed", "reasonCode": [{}]}, {"status": "not-done"}, {"reasonCode": [{}]}],
    ),
}


@pytest.mark.parametrize(("key", "node", "holds"), rows(CASES))
def test_invariant(key: str, node: Node, holds: bool) -> None:
    """What breaks an invariant is at fault itself; a near miss is not."""
    assert faults(key, node) == ([] if holds else [(node, None)])
