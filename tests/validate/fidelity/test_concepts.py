"""Names, quotations and codes against the words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fhirkit.validate.fidelity import check_fidelity
from fhirkit.validate.fidelity.vocabulary import concepts, synonyms
from fhirkit.validate.findings import Findings

Judge = Callable[..., list[tuple[str, str]]]
SNOMED = "http://snomed.info/sct"
ATC = "http://www.whocc.no/atc"


def condition(text: str, *codings: dict[str, str], **more: Any) -> dict[str, Any]:
    """A Condition by its name."""
    code: dict[str, Any] = {"text": text}
    if codings:
        code["coding"] = list(codings)
    return {"resourceType": "Condition", "code": code, **more}


@pytest.mark.parametrize(
    ("words", "name"),
    [
        pytest.param("severe headache", "severe headache", id="the-words"),
        pytest.param("leukoence-\nphalopathy", "leukoencephalopathy", id="split-at-a-line-end"),
        pytest.param("iron deficiency\nanaemia", "Iron-deficiency anaemia", id="wrapped"),
        pytest.param("anaemia [12]", "anaemia", id="citation"),
        pytest.param("MS", "multiple sclerosis (MS)", id="name-and-words"),
        pytest.param("sclerosis", "multiple sclerosis", id="name-says-more"),
        pytest.param("heart attack", "myocardial infarction", id="synonym"),
    ],
)
def test_the_name_of_what_the_words_say(words: str, name: str, judge: Judge) -> None:
    """The words, the vocabulary's name for them, or both are left alone."""
    assert judge(f"He had {words}.", condition(name), words) == []


@pytest.mark.parametrize(
    ("words", "name"),
    [
        pytest.param("headache", "asthma", id="another-name"),
        pytest.param("iron deficiency anaemia", "haemolytic anaemia", id="another-kind"),
        pytest.param("headache", "headache of 20 years", id="words-added"),
        pytest.param("stage IB", "stage IV", id="number-changed"),
    ],
)
def test_another_name(words: str, name: str, judge: Judge) -> None:
    """A name that the words do not mean is found at the text of the concept."""
    assert judge(f"He had {words}.", condition(name), words) == [("words", "text")]


def test_shared_head_of_two_names(judge: Judge) -> None:
    """ "Acute or chronic hepatitis": the noun of the first stands with the second."""
    text = "negative for acute or chronic hepatitis"
    assert judge(text, condition("acute hepatitis"), "acute") == []


def test_a_drug_of_the_same_list_is_another_drug(judge: Judge) -> None:
    """What follows a drug in a list does not name it."""
    drug = {
        "resourceType": "MedicationStatement",
        "medicationCodeableConcept": {"text": "azathioprine"},
    }
    assert judge("on prednisone and azathioprine", drug, "prednisone") == [("words", "text")]


def test_code_of_another_concept(judge: Judge) -> None:
    """A code that stands for something else than the words is found at the code."""
    wrong = {"system": ATC, "code": "L04AG06"}
    assert concepts(ATC, "L04AG06") == {"alemtuzumab"}
    drug = {
        "resourceType": "MedicationStatement",
        "medicationCodeableConcept": {"coding": [wrong, wrong], "text": "natalizumab"},
    }
    assert judge("treated with natalizumab", drug, "natalizumab") == [("code", "code")]


@pytest.mark.parametrize(
    "coding",
    [
        pytest.param({"system": ATC, "code": "L04AG03"}, id="its-own"),
        pytest.param({"system": ATC, "code": "X99"}, id="unknown-code"),
        pytest.param({"system": "https://example.org/codes", "code": "L04AG06"}, id="other-system"),
        pytest.param({"code": "L04AG06"}, id="no-system"),
    ],
)
def test_code_that_may_be_right(coding: dict[str, str], judge: Judge) -> None:
    """Its own code is left alone, and so is one that we do not know."""
    drug = {
        "resourceType": "MedicationStatement",
        "medicationCodeableConcept": {"coding": [coding], "text": "natalizumab"},
    }
    assert judge("treated with natalizumab", drug, "natalizumab") == []


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        pytest.param("H", [], id="high"),
        pytest.param("L", [("code", "code")], id="turned-to-low"),
    ],
)
def test_interpretation_is_what_its_words_mean(
    code: str, expected: list[tuple[str, str]], judge: Judge
) -> None:
    """ "Raised" is high and not low."""
    system = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
    raised = {
        "resourceType": "Observation",
        "status": "final",
        "interpretation": [{"coding": [{"system": system, "code": code}], "text": "raised"}],
    }
    assert judge("CRP was raised", raised, "CRP was raised") == expected


def test_result_in_words(judge: Judge) -> None:
    """The code of a result is that of its words, in whatever words."""

    def blood(code: str) -> dict[str, Any]:
        value = {"coding": [{"system": SNOMED, "code": code}], "text": "grew"}
        return {"resourceType": "Observation", "valueCodeableConcept": value}

    assert concepts(SNOMED, "10828004") == {"positive"}
    assert judge("Blood cultures grew Listeria", blood("10828004"), "Blood cultures grew") == []
    assert judge("Blood cultures grew Listeria", blood("260385009"), "Blood cultures grew") == [
        ("code", "code")
    ]


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        pytest.param("Course: slowly progressive", [], id="led-by-a-word-of-ours"),
        pytest.param("Outcome: recovered fully", [("words", "text")], id="not-in-the-words"),
        pytest.param(
            "Coded to the broader concept leukoencephalopathy: no code of its own is known.",
            [],
            id="ours-altogether",
        ),
        pytest.param("Patient is allergic to penicillin", [("words", "text")], id="added"),
    ],
)
def test_notes(note: str, expected: list[tuple[str, str]], judge: Judge) -> None:
    """A note has the author's words, or says by itself that it is ours."""
    made = condition("disease", note=[{"text": note}])
    assert judge("a slowly progressive disease", made, "slowly progressive disease") == expected


@pytest.mark.parametrize(
    ("name", "value"),
    [("onsetString", "20-year history"), ("conclusion", "showed a tumour of the lung")],
)
def test_a_quotation_that_was_changed(name: str, value: str, judge: Judge) -> None:
    """The author's words stay as they are."""
    text = "MRI showed a tumour of the brain; 14-year history"
    made = {"resourceType": "DiagnosticReport", name: value}
    assert judge(text, made, text) == [("words", name)]


def test_words_of_others_may_be_their_own(judge: Judge) -> None:
    """In a bundle that fhirkit did not make, names and quotations are not judged."""
    assert (
        judge("He had a headache.", condition("cephalgia, tension type"), "headache", ours=False)
        == []
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("aspirin", [], id="another-name-for-it"),
        pytest.param("carbamazepine", [("words", "text")], id="nowhere-in-the-text"),
        pytest.param("blue tablets of his own", [], id="no-name-we-know"),
    ],
)
def test_drugs_of_others(name: str, expected: list[tuple[str, str]], judge: Judge) -> None:
    """A drug that we know by name must be one of the text, whoever made the bundle."""
    drug = {"resourceType": "MedicationStatement", "medicationCodeableConcept": {"text": name}}
    text = "He took acetylsalicylic acid."
    assert judge(text, drug, "took", ours=False) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("multiple sclerosis (MS)", [], id="meant-in-the-text"),
        pytest.param("hypertension (MS)", [("words", "text")], id="another-thing"),
    ],
)
def test_name_before_the_words(name: str, expected: list[tuple[str, str]], judge: Judge) -> None:
    """The name before the author's words must be one for them."""
    text = "Multiple sclerosis (MS) was known. MS relapsed."
    assert judge(text, condition(name), "MS") == expected


def test_a_name_nobody_knows_is_a_warning(
    make: Callable[..., Any], ground: Callable[..., Any]
) -> None:
    """A name in no file of ours may be one of a site's own."""
    found = Findings()
    for name in ("asthma", "Morbus Mustermann"):
        made = {**condition(name), "extension": ground("He had a rash.", "rash")}
        check_fidelity(make("He had a rash.", made), found)
    assert [finding.severity for finding in found.made] == ["error", "warning"]


def test_synonyms_of_a_name_no_row_has() -> None:
    """A name that no file has is no error."""
    assert synonyms("no such name, anywhere") == ()
