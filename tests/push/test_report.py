from __future__ import annotations

import json

import pytest

from fhirkit.errors import InDoubt, Refused, ServerError, Unreachable
from fhirkit.push.report import BundleReport, EntryOutcome, Outcome, PushReport, State

CREATED = EntryOutcome(
    position=0, outcome=Outcome.CREATED, resource_type="Patient", location="Patient/7",
    version="1", status="201 Created",
)  # fmt: skip
REFUSED = EntryOutcome(
    position=1, outcome=Outcome.REFUSED, resource_type="Observation", status="422",
    detail="no such code",
)  # fmt: skip


def one(state: State, *entries: EntryOutcome, message: str = "") -> PushReport:
    """The report of a single bundle."""
    bundle = BundleReport(
        name="a.json", state=state, entries=entries, message=message, detail="Anna Muster"
    )
    return PushReport(server="https://host/fhir", bundles=(bundle,))


def test_json_form() -> None:
    """The JSON form leaves out what is not known, and counts."""
    report = one(State.PARTLY, CREATED, REFUSED)
    assert report.to_dict() == {
        "server": "https://host/fhir",
        "landed": False,
        "counts": {"created": 1, "refused": 1},
        "bundles": [
            {
                "name": "a.json",
                "state": "partly",
                "detail": "Anna Muster",
                "counts": {"created": 1, "refused": 1},
                "entries": [
                    {"position": 0, "outcome": "created", "resourceType": "Patient",
                     "location": "Patient/7", "version": "1", "status": "201 Created"},
                    {"position": 1, "outcome": "refused", "resourceType": "Observation",
                     "status": "422", "detail": "no such code"},
                ],
            }
        ],
    }  # fmt: skip
    json.dumps(report.to_dict())


def test_text_form() -> None:
    """A line an entry, the server's words below it, sums at the end."""
    assert one(State.PARTLY, CREATED, REFUSED).to_text().splitlines() == [
        "a.json: partly",
        "  the server says: Anna Muster",
        "     0  created  Patient/7",
        "     1  refused  Observation (422)",
        "        no such code",
        "",
        "1 bundle: 1 partly",
        "2 entries: 1 created, 1 refused",
    ]


def test_what_was_left_out_by_choice_is_told() -> None:
    """Each in its line, with what the server holds otherwise below."""
    entries = (
        CREATED._replace(differences=("Patient.name: missing",)),
        EntryOutcome(1, Outcome.SKIPPED, "AdverseEvent"),
        EntryOutcome(2, Outcome.ATTACHED, "Procedure"),
    )
    text = one(State.ALTERED, *entries, message="1 resources differ").to_text()
    assert text.splitlines()[2:] == [
        "     0  created  Patient/7",
        "        Patient.name: missing",
        "     1  skipped  AdverseEvent",
        "     2  attached Procedure",
        "",
        "1 bundle: 1 altered",
        "3 entries: 1 created, 1 skipped, 1 attached",
    ]


def test_differences_are_in_the_json_form() -> None:
    """As a list, where there are some."""
    shown = CREATED._replace(differences=("Patient.name: missing",)).to_dict()
    assert shown["differences"] == ["Patient.name: missing"]
    assert "differences" not in CREATED.to_dict()


def test_an_entry_with_words_of_its_own_is_listed_in_a_refused_bundle() -> None:
    """Who is to blame is what the reader looks for."""
    entry = REFUSED._replace(status=None)
    text = one(State.REFUSED, CREATED._replace(status=None), entry).to_text()
    assert "Observation" in text
    assert "no such code" in text
    assert "Patient/7" not in text


@pytest.mark.parametrize("state", State)
def test_every_state_but_landed_is_a_failure(state: State) -> None:
    """Whoever only asks for ``landed`` misses nothing."""
    report = one(state)
    assert report.landed is (state is State.LANDED)
    if state is not State.LANDED:
        with pytest.raises(ServerError):
            report.raise_for_failure()


def test_a_bundle_refused_as_a_whole_lists_no_entries() -> None:
    """What is true of all entries is said once."""
    entry = EntryOutcome(position=0, outcome=Outcome.REFUSED, resource_type="Patient")
    text = one(State.REFUSED, entry, message="HTTP 400").to_text()
    assert "a.json: refused: HTTP 400" in text
    assert "Patient" not in text


def test_no_bundles_at_all() -> None:
    """Nothing given, nothing missing."""
    report = PushReport(server="https://host/fhir")
    assert report.landed
    assert report.to_text().splitlines() == ["0 bundles", "0 entries"]
    report.raise_for_failure()


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        pytest.param(State.REFUSED, Refused, id="refused"),
        pytest.param(State.PARTLY, Refused, id="partly"),
        pytest.param(State.ALTERED, Refused, id="altered"),
        pytest.param(State.IN_DOUBT, InDoubt, id="in-doubt"),
        pytest.param(State.NOT_SENT, Unreachable, id="not-sent"),
    ],
)
def test_a_failure_can_be_raised(state: State, kind: type[ServerError]) -> None:
    """The exception says what happened to the data; the server's words stand in detail."""
    report = one(state, message="HTTP 422")
    assert not report.landed
    with pytest.raises(kind, match=r"a\.json: .*HTTP 422") as caught:
        report.raise_for_failure()
    assert "Anna" not in str(caught.value)
    assert caught.value.detail == "Anna Muster"


def test_a_landed_bundle_raises_nothing() -> None:
    """All is well."""
    one(State.LANDED, CREATED).raise_for_failure()
