from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhirkit.validate.terminology import canonical_system
from fhirkit.validate.terminology.forms import FORMS
from fhirkit.validate.terminology.systems import WRONG_SYSTEMS

SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"
HL7 = "http://terminology.hl7.org/CodeSystem"


@pytest.mark.parametrize(
    ("written", "right"),
    [
        pytest.param("urn:oid:2.16.840.1.113883.6.96", SNOMED, id="oid"),
        pytest.param("2.16.840.1.113883.6.96", SNOMED, id="bare-oid"),
        pytest.param("oid:2.16.840.1.113883.6.96", SNOMED, id="oid-without-urn"),
        pytest.param("https://snomed.info/sct", SNOMED, id="https"),
        pytest.param("http://snomed.info/sct/", SNOMED, id="solidus-at-the-end"),
        pytest.param("http://SNOMED.info/sct", SNOMED, id="case"),
        pytest.param("http://www.snomed.info/sct", SNOMED, id="www"),
        pytest.param("snomed.info/sct", SNOMED, id="no-scheme"),
        pytest.param("http://snomed.info/sct/900000000000207008", SNOMED, id="edition"),
        pytest.param("SNOMED CT", SNOMED, id="name"),
        pytest.param("https://loinc.org", LOINC, id="loinc-https"),
        pytest.param("http://loinc.org/", LOINC, id="loinc-solidus"),
        pytest.param("LOINC", LOINC, id="loinc-name"),
        pytest.param("urn:oid:2.16.840.1.113883.6.1", LOINC, id="loinc-oid"),
        pytest.param("https://unitsofmeasure.org", "http://unitsofmeasure.org", id="ucum"),
        pytest.param("https://ucum.org", "http://unitsofmeasure.org", id="ucum-home"),
        pytest.param("http://whocc.no/atc", "http://www.whocc.no/atc", id="www-missing"),
        pytest.param(
            "http://terminology.hl7.org/CodeSystem/icd10CM",
            "http://hl7.org/fhir/sid/icd-10-cm",
            id="icd-10-cm-of-the-registry",
        ),
        pytest.param(
            "urn:oid:2.16.840.1.113883.6.3", "http://hl7.org/fhir/sid/icd-10", id="icd-10-oid"
        ),
        pytest.param(
            "http://hl7.org/fhir/sid/icd-9-cm/diagnosis",
            "http://hl7.org/fhir/sid/icd-9-cm",
            id="icd-9-cm-of-stu3",
        ),
        pytest.param("http://hl7.org/fhir/v2/0203", f"{HL7}/v2-0203", id="v2-of-stu3"),
        pytest.param("http://hl7.org/fhir/v3/ActCode", f"{HL7}/v3-ActCode", id="v3-of-stu3"),
    ],
)
def test_other_names_of_a_system(written: str, right: str) -> None:
    """OIDs, names and misspelt addresses lead to the URI that FHIR has."""
    assert canonical_system(written) == right


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/",
        "http://",
        "http://example.org/snomed",
        "http://snomed.info/sct?fhir_vs",
        "http://snomed.info/scts",
        "http://loinc.org.example.org",
        "urn:oid:2.16.840.1.113883.6.961",
        "urn:oid:1.2.3",
        "http://hl7.org/fhir/v2/0203x",
        "http://hl7.org/fhir/v2",
        "http://hl7.org/fhir/administrative-gender",
        "http://hl7.org/fhir/sid/icd-10-de",
        f"{HL7}/v2-0203",
        f"{HL7}/observation-category",
        "https://www.meddra.org",
        "x" * 100_000,
    ],
)
def test_nothing_is_said_of_others(url: str) -> None:
    """A system that is none of the known ones under another name is left alone."""
    assert canonical_system(url) is None


@pytest.mark.parametrize("url", sorted(FORMS.keys() | set(WRONG_SYSTEMS.values())))
def test_right_ones_are_right(url: str) -> None:
    """A URI that is led to, or whose codes are known, leads nowhere else."""
    assert canonical_system(url) is None


def test_no_name_means_two_systems() -> None:
    """Each further name is told once, and none is the bare form of another system's URI."""
    from fhirkit.validate.terminology import systems

    told = [
        name
        for url, names in systems._NAMES.items()
        for name in (systems._bare(url), *names.split())
    ]
    assert len(told) == len(WRONG_SYSTEMS)
    assert all(systems._bare(name) == name for name in told)


@given(st.text(alphabet="htps:/.urnoid0123456789 snomedlic", max_size=40))
def test_what_is_led_to_is_right(url: str) -> None:
    """No text is an exception, and an answer needs no other."""
    right = canonical_system(url)
    assert right is None or (right != url and canonical_system(right) is None)
