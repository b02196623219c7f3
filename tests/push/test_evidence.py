from __future__ import annotations

from fhirkit.push.evidence import Evidence
from fhirkit.push.load import read_load
from fhirkit.push.parcel import Freight
from fhirkit.push.report import EntryOutcome, Outcome, State
from fhirkit.push.way import Past, Way
from pushing import Scripted, calling, case, data


def test_what_was_sent_unread_and_cannot_be_compared_is_told() -> None:
    """A server took what is no JSON: that is not called verified."""
    given = data(case(1)).replace(b'"final"', b"final", 1)
    load = read_load("a", given, "keep")
    way = Way(load, Past(tried=False, since=0.0), Freight(load))
    way.add(EntryOutcome(n, Outcome.CREATED, "Patient", f"Patient/{n}") for n in range(3))
    Evidence(calling(Scripted()), "keep").verify(way)
    report = way.report(1)
    assert report.state is State.ALTERED
    assert {entry.differences for entry in report.entries} == {
        ("could not be compared: the bundle is not JSON",)
    }
