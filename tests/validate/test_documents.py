from __future__ import annotations

from typing import Any

import pytest

from fhirkit.validate import validate

BASE = "http://a.example/fhir"


def document(*others: dict[str, Any], **composition: object) -> dict[str, Any]:
    """A document about a patient, with other resources."""
    first = {
        "resourceType": "Composition",
        "id": "c",
        "status": "final",
        "type": {"text": "Case report"},
        "date": "2020",
        "title": "A case",
        "author": [{"display": "x"}],
        "subject": {"reference": "Patient/p"},
        **composition,
    }
    resources = [first, {"resourceType": "Patient", "id": "p"}, *others]
    return {
        "resourceType": "Bundle",
        "type": "document",
        "identifier": {"system": "urn:ietf:rfc:3986", "value": "urn:oid:1.2.3"},
        "timestamp": "2020-01-01T00:00:00Z",
        "entry": [
            {"fullUrl": f"{BASE}/{one['resourceType']}/{one['id']}", "resource": one}
            for one in resources
        ],
    }


def fever(version: str | None = None) -> dict[str, Any]:
    """An observation, in a version."""
    made: dict[str, Any] = {
        "resourceType": "Observation",
        "id": "o",
        "status": "final",
        "code": {"text": "Fever"},
        "subject": {"reference": "Patient/p"},
    }
    if version:
        made["meta"] = {"versionId": version}
    return made


def section(*references: str) -> list[dict[str, Any]]:
    """A section with entries."""
    return [{"title": "Findings", "entry": [{"reference": one} for one in references]}]


def test_a_whole_document_has_no_issue() -> None:
    """What the composition refers to is there."""
    assert validate(document(fever(), section=section("Observation/o"))) == []


@pytest.mark.parametrize(
    ("composition", "place"),
    [
        pytest.param({"section": section("Observation/o")}, "section[0].entry[0]", id="entry"),
        pytest.param({"custodian": {"reference": "Organization/1"}}, "custodian", id="custodian"),
        pytest.param({"author": [{"reference": "Practitioner/1"}]}, "author[0]", id="author"),
    ],
)
def test_a_document_holds_what_its_composition_refers_to(
    composition: dict[str, Any], place: str
) -> None:
    """A reader of a document has nothing but the document."""
    issues = [issue for issue in validate(document(**composition)) if issue.is_error]
    assert [(issue.key, issue.expression) for issue in issues] == [
        ("document-incomplete", f"Bundle.entry[0].resource.{place}")
    ]


@pytest.mark.parametrize(
    ("reference", "key"),
    [
        pytest.param("Observation/o", "reference-ambiguous", id="unversioned"),
        pytest.param("Observation/o/_history/1", None, id="there"),
        pytest.param("Observation/o/_history/3", "document-incomplete", id="not-there"),
    ],
)
def test_of_several_versions_one_is_meant(reference: str, key: str | None) -> None:
    """Two versions of a resource may be in a document; a reference names one of them."""
    issues = validate(document(fever("1"), fever("2"), section=section(reference)))
    assert [issue.key for issue in issues if issue.is_error] == ([key] if key else [])


def test_an_entry_that_nothing_leads_to_is_a_warning() -> None:
    """A reader that follows the composition never meets it; a Provenance need not be met."""
    provenance = {
        "resourceType": "Provenance",
        "id": "v",
        "target": [{"reference": "Patient/p"}],
        "recorded": "2020-01-01T00:00:00Z",
        "agent": [{"who": {"display": "x"}}],
    }
    (issue,) = validate(document(fever(), provenance))
    assert (issue.key, issue.expression) == ("document-unreached", "Bundle.entry[2].resource")


@pytest.mark.parametrize(
    ("focus", "keys"), [("Patient/p", []), ("Patient/q", ["message-incomplete"])]
)
def test_a_message_holds_the_focus_of_its_header(focus: str, keys: list[str]) -> None:
    """What a message is about is sent with it."""
    header = {
        "resourceType": "MessageHeader",
        "id": "m",
        "eventUri": "http://a.example/admit",
        "source": {"endpoint": "http://a.example"},
        "focus": [{"reference": focus}],
    }
    bundle = {
        "resourceType": "Bundle",
        "type": "message",
        "timestamp": "2020-01-01T00:00:00Z",
        "entry": [
            {"fullUrl": f"{BASE}/{one['resourceType']}/{one['id']}", "resource": one}
            for one in (header, {"resourceType": "Patient", "id": "p"})
        ],
    }
    assert [issue.key for issue in validate(bundle) if issue.is_error] == keys
