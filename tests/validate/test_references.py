from __future__ import annotations

from typing import Any

import pytest

from fhirkit.issues import Severity
from fhirkit.validate import validate

WOMAN = "urn:uuid:5b7e0b1c-52c8-4a8e-9d7a-0d2f6f0c7a01"
FEVER = "urn:uuid:5b7e0b1c-52c8-4a8e-9d7a-0d2f6f0c7a02"
NOBODY = "urn:uuid:00000000-0000-4000-8000-000000000000"


def refer(bundle: dict[str, Any], reference: dict[str, Any]) -> None:
    """Makes the observation refer to something else."""
    bundle["entry"][1]["resource"]["subject"] = reference


def test_a_whole_bundle_has_no_issue(bundle: dict[str, Any]) -> None:
    """The bundle that the other tests spoil is without fault."""
    assert validate(bundle) == []


@pytest.mark.parametrize(
    ("reference", "key", "severity"),
    [
        pytest.param({"reference": NOBODY}, "reference-unresolved", Severity.ERROR, id="urn"),
        pytest.param({"reference": "#nobody"}, "ref-1", Severity.ERROR, id="inside"),
        pytest.param(
            {"reference": "Patient/17"}, "reference-outside", Severity.INFORMATION, id="relative"
        ),
        pytest.param({"reference": "the woman"}, "reference-form", Severity.ERROR, id="words"),
        pytest.param({"reference": "patient/17"}, "reference-form", Severity.ERROR, id="lower"),
    ],
)
def test_a_reference_to_nothing_is_told(
    bundle: dict[str, Any], reference: dict[str, Any], key: str, severity: Severity
) -> None:
    """A reference leads to an entry, or it is an issue; a server may know a relative one."""
    refer(bundle, reference)
    (issue,) = validate(bundle)
    assert (issue.key, issue.severity) == (key, severity)
    place = "Bundle.entry[1].resource.subject"
    assert issue.expression == (place if key == "ref-1" else f"{place}.reference")


@pytest.mark.parametrize(
    "reference",
    [
        pytest.param({"reference": "Patient?identifier=a|1"}, id="search"),
        pytest.param({"reference": "https://server.example/fhir/Patient/17"}, id="absolute"),
        pytest.param({"identifier": {"value": "17"}, "type": "Patient"}, id="logical"),
        pytest.param({"display": "the patient"}, id="display"),
    ],
)
def test_references_that_lead_elsewhere_are_fine(
    bundle: dict[str, Any], reference: dict[str, Any]
) -> None:
    """Searches, other servers and logical references need no entry."""
    refer(bundle, reference)
    assert validate(bundle) == []


@pytest.mark.parametrize(
    ("full_url", "identity", "reference"),
    [
        pytest.param("https://server.example/fhir/Patient/17", None, "Patient/17", id="full-url"),
        pytest.param(None, "17", "Patient/17", id="id"),
        pytest.param(
            "https://server.example/fhir/Patient/17", "17", "Patient/17/_history/2", id="v"
        ),
    ],
)
def test_a_relative_reference_finds_its_entry(
    bundle: dict[str, Any], full_url: str | None, identity: str | None, reference: str
) -> None:
    """By the end of a fullUrl or by type and id."""
    woman = bundle["entry"][0]
    woman.pop("fullUrl")
    if full_url:
        woman["fullUrl"] = full_url
    if identity:
        woman["resource"]["id"] = identity
    refer(bundle, {"reference": reference})
    assert validate(bundle) == []


@pytest.mark.parametrize(
    "said",
    [
        pytest.param("Patient", id="name"),
        pytest.param("http://hl7.org/fhir/StructureDefinition/Patient", id="canonical"),
    ],
)
def test_reference_type_may_be_said(bundle: dict[str, Any], said: str) -> None:
    """Reference.type repeats the type of the target."""
    bundle["entry"][1]["resource"]["subject"]["type"] = said
    assert validate(bundle) == []


@pytest.mark.parametrize(
    "reference",
    [
        pytest.param(None, id="entry"),
        pytest.param("https://server.example/fhir/Patient/17", id="absolute"),
        pytest.param("Patient?identifier=a|1", id="search"),
    ],
)
def test_reference_type_must_fit(bundle: dict[str, Any], reference: str | None) -> None:
    """A type that the target does not have is an error at Reference.type."""
    subject = bundle["entry"][1]["resource"]["subject"]
    subject.update(type="Group", reference=reference or subject["reference"])
    (issue,) = validate(bundle)
    assert issue.key == "reference-type"
    assert issue.expression == "Bundle.entry[1].resource.subject"
    assert (issue.found, issue.expected) == ("Group", "Patient")


def test_contained_references_resolve_within_their_resource(bundle: dict[str, Any]) -> None:
    """``#p`` leads to a contained resource of the same entry, ``#`` to the entry itself."""
    resource = bundle["entry"][1]["resource"]
    resource["contained"] = [
        {"resourceType": "Provenance", "id": "p", "target": [{"reference": "#"}],
         "recorded": "2020-01-01T00:00:00Z", "agent": [{"who": {"display": "x"}}]},
    ]  # fmt: skip
    resource["focus"] = [{"reference": "#p"}]
    assert validate(bundle) == []
    bundle["entry"][0]["resource"]["generalPractitioner"] = [{"reference": "#p"}]
    assert [issue.key for issue in validate(bundle)] == ["ref-1"]


def test_the_same_full_url_twice_is_an_error(bundle: dict[str, Any]) -> None:
    """bdl-7: which of the two a reference means could not be told."""
    bundle["entry"].append(
        {
            "fullUrl": bundle["entry"][0]["fullUrl"],
            "resource": {"resourceType": "Patient"},
            "request": {"method": "POST", "url": "Patient"},
        }
    )
    (issue,) = validate(bundle)
    assert (issue.key, issue.expression) == ("bdl-7", "Bundle.entry[2].fullUrl")


def test_two_versions_of_one_resource_share_a_full_url() -> None:
    """In a history the versions of a resource differ in meta.versionId only."""
    url = "https://server.example/fhir/Patient/17"
    entries = [
        {
            "fullUrl": url,
            "resource": {"resourceType": "Patient", "id": "17", "meta": {"versionId": version}},
            "request": {"method": "PUT", "url": "Patient/17"},
            "response": {"status": "200"},
        }
        for version in ("1", "2")
    ]
    assert validate({"resourceType": "Bundle", "type": "history", "entry": entries}) == []


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("urn:uuid:5B7E0B1C-52C8-4A8E-9D7A-0D2F6F0C7A01", id="upper-case"),
        pytest.param("urn:uuid:17", id="no-uuid"),
        pytest.param("urn:oid:1.02.3", id="no-oid"),
        pytest.param("Patient/17", id="relative"),
    ],
)
def test_full_urls_have_a_form(bundle: dict[str, Any], url: str) -> None:
    """Servers rewrite only real UUIDs in lower case; relative fullUrls are not FHIR."""
    bundle["entry"][0]["fullUrl"] = url
    refer(bundle, {"display": "x"})
    (issue,) = validate(bundle)
    assert (issue.key, issue.expression) == ("fullurl-form", "Bundle.entry[0].fullUrl")


def test_references_of_a_single_resource_are_judged() -> None:
    """Without a bundle only contained resources can be meant; others are on the server."""
    resource = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": "x"},
        "subject": {"reference": "#p"},
        "focus": [{"reference": "Patient/1"}],
    }
    assert [issue.key for issue in validate(resource)] == ["ref-1"]


def test_entries_of_a_batch_should_not_refer_to_each_other(bundle: dict[str, Any]) -> None:
    """A batch is no transaction: one warning for the whole bundle, however many references."""
    bundle["type"] = "batch"
    bundle["entry"][1]["resource"]["focus"] = [bundle["entry"][1]["resource"]["subject"]]
    (issue,) = validate(bundle)
    assert (issue.key, issue.severity) == ("batch-reference", Severity.WARNING)
    assert issue.expression == "Bundle.type"
    for element in ("subject", "focus"):
        del bundle["entry"][1]["resource"][element]
    assert validate(bundle) == []


@pytest.mark.parametrize(
    ("element", "reference"),
    [
        pytest.param("subject", {"reference": FEVER}, id="urn"),
        pytest.param("subject", {"reference": "Observation/1"}, id="relative"),
        pytest.param("subject", {"reference": "https://a.example/fhir/Observation/1"}, id="abs"),
        pytest.param("subject", {"reference": "Observation?identifier=a|2"}, id="search"),
        pytest.param(
            "subject", {"identifier": {"value": "1"}, "type": "Observation"}, id="logical"
        ),
        pytest.param("encounter", {"reference": WOMAN}, id="other-element"),
    ],
)
def test_an_element_takes_references_to_some_types_only(
    bundle: dict[str, Any], element: str, reference: dict[str, Any]
) -> None:
    """However a target is named, it is of a type the element may refer to."""
    bundle["entry"][1]["resource"][element] = reference
    errors = [issue for issue in validate(bundle) if issue.is_error]
    assert [issue.key for issue in errors] == ["reference-target"]
    assert errors[0].expression == f"Bundle.entry[1].resource.{element}"


def test_an_unknown_type_behind_a_reference_is_told_once(bundle: dict[str, Any]) -> None:
    """The resource is at fault, not everything that refers to it."""
    bundle["entry"][0]["resource"]["resourceType"] = "Person2"
    bundle["entry"][1]["resource"]["subject"] = {"reference": WOMAN}
    assert [issue.key for issue in validate(bundle)] == ["unknown-type"]


@pytest.mark.parametrize(
    ("kind", "severity"),
    [("transaction", Severity.ERROR), ("collection", Severity.WARNING)],
)
def test_a_dangling_urn_matters_where_it_is_sent(kind: str, severity: Severity) -> None:
    """A server cannot store a reference to nothing; in a collection somebody else may know it."""
    entry: dict[str, Any] = {
        "fullUrl": WOMAN,
        "resource": {"resourceType": "Patient", "managingOrganization": {"reference": NOBODY}},
    }
    if kind == "transaction":
        entry["request"] = {"method": "POST", "url": "Patient"}
    (issue,) = validate({"resourceType": "Bundle", "type": kind, "entry": [entry]})
    assert (issue.key, issue.severity) == ("reference-unresolved", severity)
