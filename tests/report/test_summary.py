from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

import fhirkit
from fhirkit.issues import Issue, Severity
from fhirkit.report.inputs import subject
from fhirkit.report.subject import Subject, of_text
from fhirkit.report.summary import Summary, summary
from fhirkit.review.decisions import Decision, Decisions, Signature, Verdict
from fhirkit.review.seen import seen

TEXT = (
    "A 40-year-old woman with multiple sclerosis and an EDSS score of 2.0 had been treated with "
    "interferon beta-1a. She was given 12 mg of alemtuzumab for five days. Rituximab was "
    "considered. Her sister takes metformin. Eight months later she developed autoimmune hemolytic "
    "anemia, which was attributed to alemtuzumab and led to hospitalisation. The EDSS score rose to "
    "9.5. She was treated with prednisolone. The EDSS score was 3.5 at last follow-up.\n"
)
SERIES = (
    "Case 1. A 30-year-old man was treated with nivolumab. He developed myocarditis, which was "
    "attributed to nivolumab. His EDSS score was 4.0.\n\n"
    "Case 2. A 6-month-old girl was treated with pembrolizumab and had an EDSS score of 1.5.\n"
)
AT = "2026-01-01T10:00:00Z"


def of(text: str) -> Summary:
    """The summary of a text."""
    return summary(of_text("case.txt", text))


def decisions(made: Subject, verdicts: list[str], **fields: Any) -> Decisions:
    """Decisions on the first facts of a subject."""
    given = [
        Decision(
            fact=fact.id,
            kind="condition",
            spans=((0, 1),),
            verdict=Verdict(verdict),
            by="A. Reviewer",
            at=AT,
            seen=seen(fact),
        )
        for fact, verdict in zip(made.case.facts, verdicts, strict=False)
    ]
    return Decisions(sha256="0" * 64, decisions=tuple(given), **fields)


def test_who_and_what() -> None:
    """Patient, what is suspected first, then what else was taken, and what came of it."""
    made = of(TEXT)
    assert [patient.words for patient in made.patients] == ["40, female"]
    assert made.patients[0].years == 40
    assert made.suspects == ("alemtuzumab",)
    assert made.drugs == ("interferon beta-1a", "prednisolone")
    assert made.events == ("autoimmune haemolytic anaemia",)
    assert made.seriousness == ("hospitalisation",)
    assert made.is_serious


def test_course_of_the_scale() -> None:
    """The EDSS values stand in the order told; the worst is what the table sorts by."""
    made = of(TEXT)
    assert made.course == ("2.0 → 9.5 → 3.5",)
    assert made.worst == 9.5


def test_a_value_told_twice_is_one_step() -> None:
    """A course does not repeat what the text repeats."""
    made = of("A man had an EDSS score of 4.0. On day 3 the EDSS was 4.0. Then the EDSS was 6.5.")
    assert made.course == ("4.0 → 6.5",)


def test_several_patients_stay_apart() -> None:
    """Each patient has a course and an age of their own, with their number."""
    made = of(SERIES)
    assert [patient.words for patient in made.patients] == ["1: 30, male", "2: 6 months, female"]
    assert made.patients[1].years == pytest.approx(0.5)
    assert made.course == ("1: 4.0", "2: 1.5")
    assert made.suspects == ("nivolumab",)
    assert made.drugs == ("pembrolizumab",)


def test_a_text_without_a_case_is_empty() -> None:
    """Where nothing is told, nothing is said."""
    made = of("The weather was fine.")
    assert (made.patients, made.suspects, made.drugs, made.events) == ((), (), (), ())
    assert (made.course, made.worst, made.facts, made.open) == ((), None, 0, 0)
    assert not made.is_serious


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("A woman had fever.", "female"),
        ("A man in his fifties had fever.", "50 to 59, male"),
        ("A 1-month-old boy had fever.", "1 month, male"),
        ("An elderly man had fever.", "elderly, male"),
        ("A 70-year-old man had fever. He died.", "70, male, died"),
    ],
)
def test_patient_in_few_words(text: str, words: str) -> None:
    """Age and sex as told, nothing made up."""
    assert [patient.words for patient in of(text).patients] == [words]


def test_what_did_not_happen_is_no_event() -> None:
    """Denied events and drugs do not stand in the table."""
    made = of("A 40-year-old woman was never treated with rituximab. She had no drug rash.")
    assert made.drugs == ()
    assert made.events == ()


def test_nothing_is_reviewed_at_first() -> None:
    """Without decisions every fact is open, and nobody has reviewed."""
    made = of(TEXT)
    assert made.open == made.facts == len(fhirkit.extract(TEXT).facts) == len(made.seen)
    assert made.reviewers == ()
    assert not made.is_signed


def test_decisions_are_counted() -> None:
    """Accepted, rejected and corrected facts are reviewed; one with a note only is not."""
    made = of_text("case.txt", TEXT)
    given = decisions(made, ["accept", "reject", "correct", "note"])
    told = summary(replace(made, decisions=given))
    assert told.open == told.facts - 3
    assert told.reviewers == ("A. Reviewer",)
    assert not told.is_signed


def test_the_last_decision_on_a_fact_counts() -> None:
    """A note after a verdict takes it back; two verdicts on one fact are one."""
    made = of_text("case.txt", TEXT)
    twice = decisions(made, ["accept", "accept"])
    again = decisions(made, ["note", "reject"])
    both = replace(twice, decisions=twice.decisions + again.decisions)
    told = summary(replace(made, decisions=both))
    assert told.open == told.facts - 1


def test_a_decision_on_another_reading_does_not_count() -> None:
    """What the reviewer saw otherwise is not reviewed."""
    made = of_text("case.txt", TEXT)
    given = decisions(made, ["accept"])
    stale = replace(given, decisions=(replace(given.decisions[0], seen="0" * 16),))
    assert summary(replace(made, decisions=stale)).open == summary(made).facts


def test_who_signed_is_the_reviewer() -> None:
    """A signature stands for all decisions."""
    made = of_text("case.txt", TEXT)
    given = decisions(made, ["accept"], signed=Signature("B. Reviewer", AT))
    told = summary(replace(made, decisions=given))
    assert told.reviewers == ("B. Reviewer",)
    assert told.is_signed


def test_findings_are_counted_by_what_they_mean() -> None:
    """Fatal findings are errors, information is not counted."""
    found = tuple(
        Issue(severity=severity, code="value", message="m")
        for severity in (Severity.FATAL, Severity.ERROR, Severity.WARNING, Severity.INFORMATION)
    )
    made = summary(replace(of_text("case.txt", TEXT), issues=found))
    assert (made.errors, made.warnings) == (2, 1)


def test_what_is_altered_cannot_be_reviewed() -> None:
    """A resource that is otherwise in the bundle than read is counted apart from the facts."""
    bundle = fhirkit.to_bundle(fhirkit.extract(TEXT))
    changed = next(
        entry["resource"]
        for entry in bundle["entry"]
        if entry["resource"]["resourceType"] == "Condition"
    )
    changed["code"] = {"text": "gout"}
    for entry in bundle["entry"]:
        if entry["resource"]["resourceType"] == "Device":
            entry["resource"]["status"] = "inactive"
    made = summary(subject("b.json", fhirkit.to_json(bundle).encode(), "b.json"))
    assert made.altered == 1
    assert made.facts == made.open == len(fhirkit.extract(TEXT).facts) - 1
