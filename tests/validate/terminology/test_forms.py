from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhirkit.validate.terminology import code_fault
from fhirkit.validate.terminology.forms import FORMS

ICD_10 = "http://hl7.org/fhir/sid/icd-10"
ICD_10_CM = "http://hl7.org/fhir/sid/icd-10-cm"
ICD_9_CM = "http://hl7.org/fhir/sid/icd-9-cm"
ATC = "http://www.whocc.no/atc"
UNII = "http://fdasis.nlm.nih.gov"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
NDC = "http://hl7.org/fhir/sid/ndc"
CVX = "http://hl7.org/fhir/sid/cvx"
CPT = "http://www.ama-assn.org/go/cpt"
HPO = "http://human-phenotype-ontology.org"
MEDDRA = "https://www.meddra.org"
EDQM = "http://standardterms.edqm.eu"
DICOM = "http://dicom.nema.org/resources/ontology/DCM"
NUCC = "http://nucc.org/provider-taxonomy"
COUNTRY = "urn:iso:std:iso:3166"
REGION = "urn:iso:std:iso:3166:-2"
CURRENCY = "urn:iso:std:iso:4217"
MDC = "urn:iso:std:iso:11073:10101"
LANGUAGE = "urn:ietf:bcp:47"
MIME = "urn:ietf:bcp:13"
UCUM = "http://unitsofmeasure.org"
LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"

GOOD = {
    ICD_10: "G35 K72.0 M96.1 M53.88 U07.1 A17.0+ G01* A00-B99 IX".split(),
    ICD_10_CM: "G35.A T80.90XA C4A.9 Z3A.08 QA0.0101 G37.81 A00-B99 Z3A-Z3A 9".split(),
    ICD_9_CM: "340 250.01 V17.3 E849.0 38.93 001-139 V01-V09 E800-E807".split(),
    ATC: "N N02 N02B N02BE N02BE01 QJ01CA04".split(),
    UNII: ["R16CO5Y76E", "362O9ITL9D"],
    RXNORM: ["161", "1594660"],
    NDC: "0206-8862-02 60505-7001-2 0264751010 00264751010 0409-4902".split(),
    CVX: ["08", "1", "140"],
    CPT: "99213 0001F 0042T 25 TC".split(),
    HPO: ["HP:0001250", "0001250"],
    MEDDRA: ["10019211"],
    EDQM: ["10219000", "PDF-10219000"],
    DICOM: "110150 MR ARCHIVE CT".split(),
    NUCC: ["207RI0011X", "146L00000X"],
    COUNTRY: "DE DEU 276 US-CA".split(),
    REGION: "DE-BY CA-AB FR-75C".split(),
    CURRENCY: ["EUR", "XTS"],
    MDC: ["150456", "8450048"],
    LANGUAGE: ["de", "en-US", "zh-Hant-TW"],
    MIME: ["text/plain", "application/fhir+json; fhirVersion=4.0", "json"],
    UCUM: ["mg/dL", "{score}"],
    LOINC: ["718-7"],
    SNOMED: ["24700007"],
}

BAD = {
    ICD_10: [
        *"G350 g35 35 G3 G35. G35.A K72.000 M47.816 123456 G35-K A17.0++ icd XVIIII. IXA".split(),
        "multiple sclerosis",
    ],
    ICD_10_CM: "G35A T8090XA G35.12345 GAB 35 G35. G-35".split(),
    ICD_9_CM: "V173 3400 E8490 G35 250.011 V1 1 250.".split(),
    ATC: [*"N02BE1 N02BE011 n02be01 02BE01 X01AA01 N2 K02BE01 N0".split(), "aspirin"],
    UNII: "R16CO5Y76 R16CO5Y76EE r16co5y76e R16CO5Y76-".split(),
    RXNORM: [*"RX161 161.0 161, 1234567890".split(), "aspirin", "16 1"],
    NDC: "0206-8862-02-1 0206 N0206-8862-02 0206_8862_02".split(),
    CVX: "1234 MMR 08a".split(),
    CPT: "9921 992133 A9213 99-21 9921a".split(),
    HPO: "HP:001250 HP:00012500 HP_0001250 hp:0001250 HPO:0001250 1250 MONDO:0005301".split(),
    MEDDRA: "1001921 100192111 20019211 Headache".split(),
    EDQM: "1021900 102190001 pdf-10219000 Tablet".split(),
    DICOM: ["magnetic resonance", "mr", "1101.50"],
    NUCC: ["207RI0011", "207RI00110", "207ri0011X"],
    COUNTRY: [*"de D DEUT 27 2766 Germany DE-".split(), "U.S."],
    REGION: "DE DEBY DE-BAYERN de-by".split(),
    CURRENCY: "eur EURO € E 978".split(),
    MDC: ["MDC_PULS_OXIM_SAT_O2", "150456.0", "150 456"],
    LANGUAGE: ["english", "en_US", "xx"],
    MIME: ["pdf", "text", "JSON"],
    UCUM: ["mmHg"],
    LOINC: ["718-8"],
    SNOMED: ["24700008"],
}


def test_every_system_is_tested() -> None:
    """No system is without examples and counterexamples; names of one system share theirs."""
    aliases = {url for url, form in FORMS.items() if form is FORMS[MEDDRA]}
    assert FORMS.keys() == GOOD.keys() | aliases
    assert GOOD.keys() == BAD.keys()


@pytest.mark.parametrize(
    ("system", "code"), [(s, code) for s, codes in GOOD.items() for code in codes]
)
def test_codes_of_the_form(system: str, code: str) -> None:
    """Codes as their system writes them are no fault."""
    assert code_fault(system, code) is None


@pytest.mark.parametrize(
    ("system", "code"), [(s, code) for s, codes in BAD.items() for code in codes]
)
def test_codes_of_another_form(system: str, code: str) -> None:
    """Codes of another form are a fault."""
    assert code_fault(system, code)


@pytest.mark.parametrize("system", sorted(FORMS))
@pytest.mark.parametrize("code", ["", " ", "\n", "a\n", " a", "a ", "a  b"])
def test_what_is_no_code_is_no_fault_of_its_system(system: str, code: str) -> None:
    """An empty code and spaces around or doubled are told once, by who looks at primitives."""
    assert code_fault(system, code) is None
    assert code_fault(system, f"{code}\n") is None


@pytest.mark.parametrize("system", sorted(GOOD))
def test_no_form_lets_a_line_break_pass(system: str) -> None:
    """A form is that of the whole code."""
    assert FORMS[system].check(f"{GOOD[system][0]}\n")


def test_a_fault_shows_what_codes_look_like() -> None:
    """Who does not know a system's form sees an example."""
    assert code_fault(ICD_10, "G350") == "ICD-10 codes look like G35 and K72.0"


@pytest.mark.parametrize("system", ["", "http://example.org", "http://loinc.org/", "G35"])
@pytest.mark.parametrize("code", ["", "anything at all", "x" * 1000])
def test_nothing_is_said_of_other_systems(system: str, code: str) -> None:
    """A system that is not known by its URI has no faults."""
    assert code_fault(system, code) is None


@given(st.sampled_from(sorted(FORMS)), st.text(max_size=30))
def test_any_code_has_an_answer(system: str, code: str) -> None:
    """No code is an exception, and the second answer is the first."""
    first = code_fault(system, code)
    assert first is None or first
    assert code_fault(system, code) == first


@pytest.mark.parametrize("system", sorted(FORMS))
@pytest.mark.parametrize("part", ["1", "A", "a ", "a-", "|", ";a=b", "(", '"'])
def test_long_codes_take_linear_time(system: str, part: str) -> None:
    """A code of half a million characters is answered like any other."""
    assert code_fault(system, part * (500_000 // len(part)) + "é")
