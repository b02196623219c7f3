"""Asserted or denied, as the words are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fhirkit.validate.fidelity import check_fidelity
from fhirkit.validate.findings import Findings

Judge = Callable[..., list[tuple[str, str]]]


def condition(status: str) -> dict[str, Any]:
    """A Condition with its verification status."""
    return {"resourceType": "Condition", "verificationStatus": {"coding": [{"code": status}]}}


def symptom(code: str) -> dict[str, Any]:
    """An Observation that a symptom is there (75325-1) or is not (111551-8)."""
    return {"resourceType": "Observation", "code": {"coding": [{"code": code}]}}


THERE, ABSENT = symptom("75325-1"), symptom("111551-8")


@pytest.mark.parametrize(
    ("text", "words", "resource"),
    [
        pytest.param("He had fever.", "fever", THERE, id="asserted"),
        pytest.param("He had no fever.", "fever", ABSENT, id="denied"),
        pytest.param("no chills, cough or fever", "fever", ABSENT, id="end-of-a-list"),
        pytest.param("He was afebrile.", "afebrile", ABSENT, id="denied-by-itself"),
        pytest.param("HIV serology was negative", "HIV", ABSENT, id="negative"),
        pytest.param(
            "sarcoidosis was ruled out", "sarcoidosis", condition("refuted"), id="refuted"
        ),
        pytest.param(
            "A reaction was suspected. It turned out to be sepsis.",
            "reaction",
            condition("refuted"),
            id="refuted-in-the-next-sentence",
        ),
        pytest.param("no pain, but fever", "fever", THERE, id="denial-of-another"),
        pytest.param("without delay; fever rose", "fever", THERE, id="denial-elsewhere"),
        pytest.param(
            "no residual tumour", "residual tumour", condition("confirmed"), id="there-was-one"
        ),
        pytest.param("Neither steroids nor", "steroids", {"resourceType": "Procedure"}, id="tried"),
        pytest.param("fever", "fever", symptom("8310-5"), id="another-observation"),
        pytest.param("fever", "fever", {"resourceType": "Condition"}, id="no-status"),
    ],
)
def test_agreeing(text: str, words: str, resource: dict[str, Any], judge: Judge) -> None:
    """A status that the sentence bears out, or may bear out, is left alone."""
    assert judge(text, resource, words) == []


@pytest.mark.parametrize(
    ("text", "words", "resource", "finding"),
    [
        pytest.param("no fever", "fever", THERE, ("denied", "code"), id="symptom-denied"),
        pytest.param(
            "denied chills, cough or fever", "fever", THERE, ("denied", "code"), id="in-a-list"
        ),
        pytest.param(
            "myocarditis: excluded",
            "myocarditis",
            condition("confirmed"),
            ("denied", "verificationStatus"),
            id="excluded",
        ),
        pytest.param(
            "sarcoidosis was ruled out",
            "sarcoidosis",
            condition("confirmed"),
            ("denied", "verificationStatus"),
            id="ruled-out",
        ),
        pytest.param(
            "MRI was not performed",
            "MRI",
            {"resourceType": "Procedure", "status": "completed"},
            ("denied", "status"),
            id="not-performed",
        ),
        pytest.param(
            "never been transfused",
            "transfused",
            {"resourceType": "Procedure", "status": "completed"},
            ("denied", "status"),
            id="never",
        ),
        pytest.param("high fever", "fever", ABSENT, ("asserted", "code"), id="symptom-asserted"),
        pytest.param(
            "known asthma",
            "asthma",
            condition("refuted"),
            ("asserted", "verificationStatus"),
            id="condition-asserted",
        ),
        pytest.param(
            "had a biopsy",
            "biopsy",
            {"resourceType": "Procedure", "status": "not-done"},
            ("asserted", "status"),
            id="done",
        ),
        pytest.param(
            "took interferon",
            "interferon",
            {"resourceType": "MedicationStatement", "status": "not-taken"},
            ("asserted", "status"),
            id="taken",
        ),
    ],
)
def test_disagreeing(
    text: str, words: str, resource: dict[str, Any], finding: tuple[str, str], judge: Judge
) -> None:
    """A status turned round is found where it stands."""
    assert judge(text, resource, words) == [finding]


def test_another_mention_may_assert(judge: Judge) -> None:
    """What one sentence denies and another asserts is asserted."""
    text = "No pneumothorax at first. Later a large pneumothorax."
    denied = {"resourceType": "Condition", **condition("confirmed")}
    assert judge(text, denied, "pneumothorax", "large pneumothorax") == []


def test_a_denial_without_words_is_a_warning(
    make: Callable[..., Any], ground: Callable[..., Any]
) -> None:
    """That nothing denies is doubtful, that the words deny is not."""
    found = Findings()
    text = "High fever. No cough."
    for words, made in (("fever", ABSENT), ("cough", THERE)):
        check_fidelity(make(text, {**made, "extension": ground(text, words)}), found)
    assert [finding.severity for finding in found.made] == ["warning", "error"]


def test_a_long_list_is_read_in_linear_time(judge: Judge) -> None:
    """A list that ends in no denial is given up at once."""
    text = "no " + "a or " * 90 + "a; fever"
    assert judge(text, THERE, "fever") == []
