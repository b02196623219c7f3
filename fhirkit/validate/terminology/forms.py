"""Which form the codes of a system have, and the one question for them all: is this such a code?

Only systems whose codes have a form that is certain are here. The systems and their URIs:
https://hl7.org/fhir/R4/terminologies-systems.html.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from fhirkit.validate.terminology import check_digits, identifiers, ucum

if TYPE_CHECKING:
    from collections.abc import Callable


class Form(NamedTuple):
    """A code system's name, and what tells whether a code has its form: None, or the fault."""

    name: str
    check: Callable[[str], str | None]


def _form(name: str, pattern: str, example: str) -> Form:
    fault = f"{name} codes look like {example}"
    # Compiled by the first code of its system: most bundles have those of three or four.
    return Form(name, lambda code: None if re.fullmatch(pattern, code) else fault)


#: ICD names chapters by Roman numbers (ICD-10-CM: Arabic) and blocks by their first and last code.
_ICD_10_BLOCK = r"[A-Z][0-9]{2}-[A-Z][0-9]{2}|[IVX]{1,5}"
#: A letter may stand at the third place (C4A), since 2026 at the second too (QA0).
_ICD_10_CM = r"[A-Z]([0-9][0-9A-Z]|[A-Z][0-9])"
_ICD_10_CM_BLOCK = rf"{_ICD_10_CM}-{_ICD_10_CM}|[1-9]|1[0-9]|2[0-2]"

#: What its system is called is not settled: the registry, its owner and habit differ.
_MEDDRA = _form("MedDRA", r"1[0-9]{7}", "10019211")

FORMS: dict[str, Form] = {
    "http://unitsofmeasure.org": Form("UCUM", ucum.fault),
    "http://loinc.org": Form("LOINC", check_digits.loinc_fault),
    "http://snomed.info/sct": Form("SNOMED CT", check_digits.snomed_fault),
    # The dagger and the asterisk tell how two codes belong together, and may be written.
    "http://hl7.org/fhir/sid/icd-10": _form(
        "ICD-10", rf"[A-Z][0-9]{{2}}(\.[0-9]{{1,2}})?[*+†]?|{_ICD_10_BLOCK}", "G35 and K72.0"
    ),
    "http://hl7.org/fhir/sid/icd-10-cm": _form(
        "ICD-10-CM",
        rf"{_ICD_10_CM}(\.[0-9A-Z]{{1,4}})?|{_ICD_10_CM_BLOCK}",
        "G35.A and T80.90XA",
    ),
    "http://hl7.org/fhir/sid/icd-9-cm": _form(
        "ICD-9-CM",
        r"(V?[0-9]{2}|[0-9]{3})(\.[0-9]{1,2})?|E[0-9]{3}(\.[0-9])?"
        r"|[0-9]{2,3}-[0-9]{2,3}|V[0-9]{2}-V[0-9]{2}|E[0-9]{3}-E[0-9]{3}",
        "340 and V17.3",
    ),
    # Its veterinary sister puts a Q before.
    "http://www.whocc.no/atc": _form(
        "ATC", r"(Q[A-Z]|[ABCDGHJLMNPRSV])([0-9]{2}([A-Z]([A-Z]([0-9]{2})?)?)?)?", "L04AG03"
    ),
    "http://fdasis.nlm.nih.gov": _form("UNII", r"[0-9A-Z]{10}", "R16CO5Y76E"),
    "http://www.nlm.nih.gov/research/umls/rxnorm": _form("RxNorm", r"[0-9]{1,8}", "161"),
    "http://hl7.org/fhir/sid/ndc": _form(
        "NDC", r"[0-9]{4,5}-[0-9]{3,4}(-[0-9]{1,2})?|[0-9]{9,12}", "0206-8862-02"
    ),
    "http://hl7.org/fhir/sid/cvx": _form("CVX", r"[0-9]{1,3}", "08 and 140"),
    # Modifiers have two characters.
    "http://www.ama-assn.org/go/cpt": _form("CPT", r"[0-9]{4}[0-9A-Z]|[0-9A-Z]{2}", "99213"),
    "http://human-phenotype-ontology.org": _form("HPO", r"(HP:)?[0-9]{7}", "HP:0001250"),
    "http://terminology.hl7.org/CodeSystem/mdr": _MEDDRA,
    "https://www.meddra.org": _MEDDRA,
    "http://www.meddra.org": _MEDDRA,
    "http://meddra.org": _MEDDRA,
    # A prefix names the list: PDF-10219000.
    "http://standardterms.edqm.eu": _form("EDQM", r"([A-Z]{3,4}-)?[0-9]{8}", "10219000"),
    # DICOM's modalities and roles are words, at most as long as its value representation SH.
    "http://dicom.nema.org/resources/ontology/DCM": _form(
        "DICOM", r"[0-9]{6}|[A-Z0-9_]{1,16}", "110150 and MR"
    ),
    "http://nucc.org/provider-taxonomy": _form("NUCC", r"[0-9A-Z]{9}X", "207RI0011X"),
    "urn:iso:std:iso:3166": _form(
        "ISO 3166", r"[A-Z]{2,3}|[0-9]{3}|[A-Z]{2}-[0-9A-Z]{1,3}", "DE, DEU and 276"
    ),
    "urn:iso:std:iso:3166:-2": _form("ISO 3166-2", r"[A-Z]{2}-[0-9A-Z]{1,3}", "DE-BY"),
    "urn:iso:std:iso:4217": _form("ISO 4217", r"[A-Z]{3}", "EUR"),
    "urn:iso:std:iso:11073:10101": _form("ISO 11073", r"[0-9]{1,10}", "150456"),
    "urn:ietf:bcp:47": Form("BCP 47", identifiers.language_fault),
    "urn:ietf:bcp:13": Form("BCP 13", identifiers.format_fault),
}
"""The systems we know the form of, by their URI."""

_CODE = re.compile(r"\S+(\s\S+)*")
_LONGEST_KEPT = 100


def code_fault(system: str, code: str) -> str | None:
    """What keeps ``code`` from being one of ``system``, in a few words.

    None where nothing speaks against it, for systems whose codes have no form that we know, and
    for what is no code of FHIR at all (spaces around it, nothing in it): that is a fault of the
    primitive, whatever the system (https://hl7.org/fhir/R4/datatypes.html#code).
    """
    if system not in FORMS:
        return None
    return _kept(system, code) if len(code) <= _LONGEST_KEPT else _code_fault(system, code)


def _code_fault(system: str, code: str) -> str | None:
    return FORMS[system].check(code) if _CODE.fullmatch(code) else None


_kept = lru_cache(maxsize=4096)(_code_fault)
