"""Tests of fhirkit.cli.deliveries."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fhirkit.cli.deliveries import told_as
from fhirkit.push.report import BundleReport, EntryOutcome, Outcome, State
from fhirkit.push.statistics import Statistics

BASE = "https://host.example/fhir"
SUMMARY = Statistics().summary(1.0)
LANDED = BundleReport(
    name="a.json",
    state=State.LANDED,
    entries=(EntryOutcome(0, Outcome.CREATED, "Patient", "Patient/1"),),
)
REFUSED = BundleReport(name="b.json", state=State.REFUSED, status=400, message="HTTP 400")

Capture = pytest.CaptureFixture[bytes]


def written(capture: Capture) -> bytes:
    """What was said since the last look."""
    return capture.readouterr().out


def read(capture: Capture) -> Any:
    """The same as JSON."""
    return json.loads(written(capture))


@pytest.mark.parametrize("number", [0, 1, 2, 300])
def test_json_is_one_object(capfdbinary: Capture, number: int) -> None:
    """Whatever the number of bundles, none included."""
    told = told_as("json", BASE, verbose=False)
    told.begin(7)
    for _ in range(number):
        told.bundle(LANDED)
    told.end(SUMMARY)
    whole = read(capfdbinary)
    assert (whole["server"], whole["run"], whole["landed"]) == (BASE, 7, True)
    assert len(whole["bundles"]) == number
    assert whole["counts"] == ({"created": number} if number else {})
    assert whole["statistics"]["workers"] == 1


def test_json_says_what_did_not_land(capfdbinary: Capture) -> None:
    """One that did not land is enough for ``landed`` to be false."""
    told = told_as("json", BASE, verbose=False)
    told.begin(1)
    told.bundle(LANDED)
    told.bundle(REFUSED)
    told.end(SUMMARY)
    whole = read(capfdbinary)
    assert whole["landed"] is False
    assert [one["state"] for one in whole["bundles"]] == ["landed", "refused"]
    assert (told.bundles, told.landed, told.missing) == (2, 1, 1)


def test_what_stops_in_the_middle_is_an_object_too(capfdbinary: Capture) -> None:
    """It says that it stopped, also if all until then landed."""
    told = told_as("json", BASE, verbose=False)
    told.begin(1)
    told.bundle(LANDED)
    told.stop()
    whole = read(capfdbinary)
    assert (whole["landed"], whole["stopped"]) == (False, True)
    assert whole["counts"] == {"created": 1}


@pytest.mark.parametrize("form", ["json", "text"])
def test_what_never_began_says_nothing(capfdbinary: Capture, form: str) -> None:
    """No half object where the server could not even be asked."""
    told_as(form, BASE, verbose=False).stop()
    assert written(capfdbinary) == b""


def test_any_text_can_be_written_as_json(capfdbinary: Capture) -> None:
    """Names of files are bytes, and need not be UTF-8."""
    told = told_as("json", BASE, verbose=False)
    told.begin(1)
    told.bundle(BundleReport(name='"\udcff\n.json', state=State.NOT_SENT, message="Ä"))
    told.end(SUMMARY)
    assert b'"message": "\xc3\x84"' in (said := written(capfdbinary))
    assert json.loads(said)["bundles"][0]["message"] == "Ä"


def test_text_tells_what_did_not_land(capfdbinary: Capture) -> None:
    """What landed is counted, and told if all is to be told."""
    told = told_as("text", BASE, verbose=False)
    told.begin(7)
    told.bundle(LANDED)
    assert written(capfdbinary) == b""
    told.bundle(REFUSED)
    assert written(capfdbinary) == b"b.json: refused: HTTP 400\n"
    told.end(SUMMARY)
    assert written(capfdbinary).startswith(b"run       7\nbundles")
    every = told_as("text", BASE, verbose=True)
    every.begin(7)
    every.bundle(LANDED)
    assert b"a.json: landed\n" in written(capfdbinary)


def test_it_is_known_beforehand_whether_a_bundle_is_told(capfdbinary: Capture) -> None:
    """So that the line of progress goes away only where something is written."""
    assert told_as("json", BASE, verbose=False).speaks_of(LANDED)
    assert told_as("text", BASE, verbose=True).speaks_of(LANDED)
    assert told_as("text", BASE, verbose=False).speaks_of(REFUSED)
    assert not told_as("text", BASE, verbose=False).speaks_of(LANDED)
    assert written(capfdbinary) == b""
