"""Code systems by other names than the one they have in FHIR.

"If a URI is defined here, it SHALL be used in preference to any other identifying mechanisms":
https://hl7.org/fhir/R4/terminologies-systems.html, from whose table the URIs and OIDs are; a few
OIDs that it lacks are of HL7's own registry (https://terminology.hl7.org/external_code_systems.html).
"""

from __future__ import annotations

import re
from functools import lru_cache

#: The URI of each system, and the OIDs and other names it goes by.
_NAMES: dict[str, str] = {
    "http://snomed.info/sct": "2.16.840.1.113883.6.96 snomed snomed-ct snomedct snomed.info/id",
    "http://loinc.org": "2.16.840.1.113883.6.1 loinc loinc.org/rdf",
    "http://unitsofmeasure.org": "2.16.840.1.113883.6.8 ucum ucum.org",
    "http://www.nlm.nih.gov/research/umls/rxnorm": "2.16.840.1.113883.6.88 rxnorm",
    "http://hl7.org/fhir/sid/icd-10": (
        "2.16.840.1.113883.6.3 icd-10 icd10 terminology.hl7.org/codesystem/icd10"
    ),
    "http://hl7.org/fhir/sid/icd-10-cm": (
        "2.16.840.1.113883.6.90 icd-10-cm icd10cm hl7.org/fhir/sid/icd-10-us "
        "terminology.hl7.org/codesystem/icd10cm"
    ),
    "http://hl7.org/fhir/sid/icd-9-cm": (
        "2.16.840.1.113883.6.103 2.16.840.1.113883.6.104 icd-9-cm icd9cm hl7.org/fhir/sid/icd-9 "
        "hl7.org/fhir/sid/icd-9-cm/diagnosis hl7.org/fhir/sid/icd-9-cm/procedure"
    ),
    "http://www.whocc.no/atc": "2.16.840.1.113883.6.73 atc",
    "http://fdasis.nlm.nih.gov": "2.16.840.1.113883.4.9 unii",
    "http://hl7.org/fhir/sid/ndc": "2.16.840.1.113883.6.69 ndc",
    "http://hl7.org/fhir/sid/cvx": (
        "2.16.840.1.113883.12.292 cvx terminology.hl7.org/codesystem/cvx"
    ),
    "http://www.ama-assn.org/go/cpt": "2.16.840.1.113883.6.12 cpt",
    "http://human-phenotype-ontology.org": (
        "2.16.840.1.113883.6.339 hpo purl.obolibrary.org/obo/hp purl.obolibrary.org/obo/hp.owl"
    ),
    "http://dicom.nema.org/resources/ontology/DCM": (
        "1.2.840.10008.2.16.4 dcm dicom.nema.org/medical/dicom"
    ),
    "http://standardterms.edqm.eu": "0.4.0.127.0.16.1.1.2.1 edqm",
    "http://nucc.org/provider-taxonomy": "2.16.840.1.113883.6.101",
    "http://ncimeta.nci.nih.gov": "2.16.840.1.113883.3.26.1.2",
    "http://hl7.org/fhir/ndfrt": "2.16.840.1.113883.6.209",
    "http://varnomen.hgvs.org": "2.16.840.1.113883.6.282",
    "http://www.genenames.org": "2.16.840.1.113883.6.281",
    "urn:ietf:bcp:47": "2.16.840.1.113883.6.121 bcp-47 bcp47",
    "urn:ietf:bcp:13": "2.16.840.1.113883.6.10",
    "urn:iso:std:iso:3166": "1.0.3166.1 1.0.3166.1.2.2 1.0.3166.1.2.3 iso3166 iso-3166",
    "urn:iso:std:iso:4217": "1.0.4217 iso4217 iso-4217",
    "urn:iso:std:iso:11073:10101": "2.16.840.1.113883.6.24",
}

#: What people vary, apart from case and a solidus at the end.
_BEGINNING = re.compile(r"https?://(?:www\.)?|(?:urn:)?oid:")
#: An edition or a version of SNOMED CT is named in ``version``, not in the system.
_SNOMED_EDITION = re.compile(r"https?://snomed\.info/sct/[0-9].*", re.DOTALL)
#: Where the code systems of HL7 version 2 and 3 stood before R4.
_BEFORE_R4 = re.compile(r"https?://(?:www\.)?hl7\.org/fhir/(v2/[0-9]{4}|v3/[A-Za-z0-9]+)")


_LONGEST = 200


def canonical_system(url: str) -> str | None:
    """The URI that FHIR has for the code system people mean by ``url``.

    None where ``url`` is right, or stands for no system that we know.
    """
    return _meant(url) if len(url) <= _LONGEST else None


@lru_cache(maxsize=1024)
def _meant(url: str) -> str | None:
    if url in _NAMES:
        return None
    if before := _BEFORE_R4.fullmatch(url):
        return f"http://terminology.hl7.org/CodeSystem/{before[1].replace('/', '-')}"
    if _SNOMED_EDITION.fullmatch(url):
        return "http://snomed.info/sct"
    return WRONG_SYSTEMS.get(_bare(url))


def _bare(url: str) -> str:
    """A system's name without what people vary in it."""
    name = url.lower().replace(" ", "-")
    beginning = _BEGINNING.match(name)
    return name[beginning.end() :].rstrip("/") if beginning else name.rstrip("/")


WRONG_SYSTEMS: dict[str, str] = {
    name: url for url, names in _NAMES.items() for name in (_bare(url), *names.split())
}
"""What people write for a system, as :func:`_bare` leaves it, and the system's URI."""
