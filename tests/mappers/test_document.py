from __future__ import annotations

import base64
import hashlib

import pytest

from facts_builder import Story, codes, is_unknown, only, resources
from fhirkit.errors import InputError
from fhirkit.facts.case import Case
from fhirkit.facts.model import SymptomFact

STORY = Story("Brück\r\nsaw [[fever]] 🤒 & <pain>.")
CASE = STORY.case(SymptomFact(id="s", spans=(STORY("fever"),), name=STORY.term("fever")))


def test_document_holds_the_text_byte_for_byte() -> None:
    """Line ends and all; size and hash are those of the bytes."""
    attachment = only(CASE, "DocumentReference")["content"][0]["attachment"]
    data = base64.b64decode(attachment["data"])
    assert data.decode() == STORY.text
    assert attachment["size"] == len(STORY.text.encode())
    assert base64.b64decode(attachment["hash"]) == hashlib.sha1(data).digest()  # noqa: S324


def test_offsets_count_code_points() -> None:
    """Not bytes and not UTF-16 units: a letter outside ASCII counts once."""
    extension = only(CASE, "Observation")["extension"][0]["extension"]
    offset = next(part["valueInteger"] for part in extension if part["url"] == "offset")
    assert STORY.text[offset : offset + 5] == "fever"


def test_source_url_is_told_without_claiming_its_bytes() -> None:
    """A landing page is not the text."""
    document = only(CASE, "DocumentReference", source_url="https://doi.org/10.1/x")
    assert document["meta"]["source"] == "https://doi.org/10.1/x"
    related = document["context"]["related"][0]["identifier"]
    assert related == {"system": "urn:ietf:rfc:3986", "value": "https://doi.org/10.1/x"}
    assert "url" not in document["content"][0]["attachment"]


def test_case_without_patient_facts_has_only_the_document() -> None:
    """With what made it; no Patient is invented."""
    types = [r["resourceType"] for r in resources(Case("Nothing here.", ()))]
    assert types == ["Device", "DocumentReference", "Provenance"]
    document = only(Case("Nothing here.", ()), "DocumentReference")
    assert "subject" not in document


def test_provenance_names_everything_read_and_its_source() -> None:
    """One for the run: made by the software, from the document."""
    provenance = only(CASE, "Provenance")
    assert len(provenance["target"]) == 2
    assert codes(provenance["activity"]) == ["CREATE"]
    assert codes(provenance["agent"][0]["type"]) == ["assembler"]
    assert provenance["entity"][0]["role"] == "source"
    assert provenance["meta"]["tag"][0]["code"].endswith("-case.provenance")
    assert "identifier" not in provenance


def test_time_of_recording_is_unknown_unless_given() -> None:
    """No clock is read, and no date is made up."""
    assert is_unknown(only(CASE, "Provenance")["_recorded"])
    given = only(CASE, "Provenance", recorded="2026-03-01T12:00:00Z")
    assert given["recorded"] == "2026-03-01T12:00:00Z"
    assert "_recorded" not in given


def test_device_is_this_software() -> None:
    """With the version that read the text."""
    import fhirkit

    device = only(CASE, "Device")
    assert device["version"] == [{"value": fhirkit.__version__}]


def test_text_that_is_no_unicode_is_refused() -> None:
    """Half a surrogate pair has no UTF-8 form; the message does not repeat the text."""
    with pytest.raises(InputError, match="character 7 of the narrative"):
        resources(Case("Patient\ud800", ()))
