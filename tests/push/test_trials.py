"""Tests of fhirkit.push.trials."""

from __future__ import annotations

import pytest

from fhirkit.push.capabilities import Capabilities, TypeCapabilities
from fhirkit.push.trials import ProbeReport, Trial, created_as, keeps_for_ever


def said(**types: TypeCapabilities) -> Capabilities:
    """A statement that lists these types."""
    return Capabilities(fhir_version="4.0.1", types=types, declared=bool(types))


def test_a_report_is_a_table_and_an_object() -> None:
    """What was declared stands beside what was found."""
    report = ProbeReport("https://x/fhir", [Trial("Patient", "yes", "no", "HTTP 422")])
    assert report.to_text().splitlines() == [
        "tried    declared  found",
        "Patient  yes       no     HTTP 422",
        "",
        "Nothing that was made for this is left.",
    ]
    assert report.to_dict() == {
        "server": "https://x/fhir",
        "clean": True,
        "left": [],
        "stopped": None,
        "trials": [{"name": "Patient", "declared": "yes", "found": "no", "how": "HTTP 422"}],
    }


def test_what_is_left_is_named() -> None:
    """Somebody must delete it by hand."""
    report = ProbeReport("https://x/fhir", [], ["Device/1", "Device/2"], "nobody answers")
    assert not report.clean
    assert report.to_text().splitlines()[2:] == [
        "Stopped: nobody answers",
        "",
        "Not deleted, for the server did not: Device/1, Device/2",
    ]


READ = TypeCapabilities(interactions=frozenset({"read"}))
ALL = TypeCapabilities(interactions=frozenset({"create", "delete"}), conditional_create=True)


@pytest.mark.parametrize(
    ("capabilities", "declared", "for_ever"),
    [
        pytest.param(said(), "not told, by condition not told", False, id="silent"),
        pytest.param(said(Device=ALL), "no, by condition not told", False, id="not listed"),
        pytest.param(said(Patient=READ), "no, by condition not told", True, id="read only"),
        pytest.param(said(Patient=ALL), "yes, by condition yes", False, id="all"),
        pytest.param(
            said(Patient=TypeCapabilities()), "not told, by condition not told", False, id="bare"
        ),
    ],
)
def test_what_the_statement_says_of_a_type(
    capabilities: Capabilities, declared: str, for_ever: bool
) -> None:
    """Silence is told as such, and keeps nothing for ever."""
    assert created_as(capabilities, "Patient") == declared
    assert keeps_for_ever(capabilities, "Patient") is for_ever
