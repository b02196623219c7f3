"""Tests of fhirkit.push.limits."""

from __future__ import annotations

import csv
from importlib.resources import files

import pytest

from fhirkit.push.limits import Limits, limits_of

TABLE = files("fhirkit.push").joinpath("limits.csv").read_text("utf-8")
ROWS = list(csv.DictReader(TABLE.splitlines()))


@pytest.mark.parametrize(
    ("name", "entries", "conditional", "puts"),
    [
        pytest.param("medplum", None, 8, 50, id="medplum"),
        pytest.param("medplum-router-memory", None, 8, 50, id="its-router-alone"),
        pytest.param("https://healthlake.us-east-1.amazonaws.com/r4", 160, None, None, id="lake"),
        pytest.param("FHIR Works on AWS", 25, None, None, id="fhir-works"),
        pytest.param("https://x.fhir.azurehealthcareapis.com", 500, None, None, id="azure"),
        pytest.param("Azure API for FHIR", 500, None, None, id="azure-by-name"),
        pytest.param("https://healthcare.googleapis.com/v1/x/fhir", 4500, None, None, id="google"),
        pytest.param("HAPI FHIR Server", None, None, None, id="hapi"),
    ],
)
def test_a_known_server_has_its_limits(
    name: str, entries: int | None, conditional: int | None, puts: int | None
) -> None:
    """Each is found by the name or the address it goes by, in any case of letters."""
    for spelt in (name, name.upper()):
        limits = limits_of("", spelt)
        assert limits.server
        assert (limits.max_entries, limits.max_conditional, limits.max_puts) == (
            entries,
            conditional,
            puts,
        )


@pytest.mark.parametrize(
    "name", ["", "Epic", "Smile", "sekmet", "https://ward7.example/fhir", "hapi", "works"]
)
def test_an_unknown_server_has_none(name: str) -> None:
    """Nothing is refused in the name of a server that is not known."""
    assert limits_of(name) == Limits()


def test_the_name_counts_before_the_address() -> None:
    """A HAPI that Microsoft hosts is a HAPI."""
    assert limits_of("HAPI FHIR Server", "https://x.azurehealthcareapis.com").max_entries is None


def test_medplum_refuses_ids_of_the_client() -> None:
    """The one server of the table that does."""
    assert not limits_of("medplum").client_ids
    assert limits_of("HAPI FHIR").client_ids


def test_google_takes_50_megabytes() -> None:
    """Its documentation gives bytes besides entries."""
    assert limits_of("healthcare.googleapis.com").max_bytes == 50_000_000


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["server"])
def test_each_row_can_be_checked(row: dict[str, str]) -> None:
    """A source is named, numbers are numbers above zero, the last word is yes or no."""
    assert row["source"].startswith("https://")
    assert row["client_ids"] in ("yes", "no")
    for column in ("max_entries", "max_bytes", "max_conditional", "max_puts"):
        assert row[column] == "" or int(row[column]) > 0
