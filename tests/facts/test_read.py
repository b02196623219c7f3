from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import fhirkit
from fhirkit.errors import MappingError
from fhirkit.facts.model import Whose

STORY = """A gardener with yellow eyes

Ada B. Lerner, MD, Otto Pander, PhD

Introduction

Isoniazid is used to treat tuberculosis. Hepatitis is a known side effect.

Case report

A 45-year-old woman took isoniazid 300 mg once daily for tuberculosis. Five weeks after starting
isoniazid she was admitted to hospital with jaundice. ALT was 1,812 U/L (normal <40), INR was 1.9.
Hepatitis B serology was negative. Her mother had rheumatoid arthritis. Hepatitis was attributed to
isoniazid, and isoniazid was stopped because of hepatitis. Rifampicin was considered. She had no
fever. She recovered fully.

Figure 1. Course of ALT; 40 U/L is the upper limit.

Discussion

In a series of 90 patients, 12 % had hepatitis on isoniazid 300 mg. Another patient died.

References

1. Adler B. Hepatitis and sepsis after rifampicin. J Odd Med 2011;3:12-9.
"""


def test_facts_are_in_the_order_of_the_text_with_unique_ids() -> None:
    """Sorted by the first span; an id names kind and concept."""
    facts = fhirkit.extract(STORY).facts
    starts = [f.spans[0].start for f in facts]
    assert starts == sorted(starts)
    assert len({f.id for f in facts}) == len(facts)
    assert all(f.rule for f in facts)


def test_the_patients_facts_of_a_whole_report() -> None:
    """What is the patient's and nothing else."""
    own = {f.id for f in fhirkit.extract(STORY).facts if f.whose is Whose.PATIENT}
    needed = {
        "patient-case", "medication-isoniazid", "condition-tuberculosis", "condition-hepatitis",
        "encounter-admission", "symptom-jaundice", "observation-alt", "observation-inr",
        "adverse-event-hepatitis", "symptom-fever",
    }  # fmt: skip
    assert own >= needed
    assert not any("arthritis" in i or "sepsis" in i or "rifamp" in i for i in own)


def test_the_same_text_gives_an_equal_case() -> None:
    """Twice in one process."""
    assert fhirkit.extract(STORY) == fhirkit.extract(STORY)


def test_another_hash_seed_gives_the_same_facts() -> None:
    """Sets and dictionaries never decide the order."""
    code = "import sys, fhirkit; print(repr(fhirkit.extract(sys.stdin.read())))"
    said = {
        subprocess.run(
            [sys.executable, "-c", code],
            input=STORY, capture_output=True, text=True, check=True, encoding="utf-8",
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(said) == 1


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param(" \r\n\t", id="blank"),
        pytest.param("Lorem ipsum dolor sit amet.", id="latin"),
        pytest.param("Buy 300 mg of nothing today!", id="advertisement"),
        pytest.param("\u200f\u202e\u2066", id="marks"),
        pytest.param("\x0c\x0b\x1f", id="controls"),
        pytest.param("🙂" * 50, id="emoji"),
    ],
)
def test_a_text_without_a_case_is_no_error(text: str) -> None:
    """No patient, no facts of one, and a notice without any of the text."""
    case = fhirkit.extract(text)
    assert [f for f in case.facts if f.whose is Whose.PATIENT] == []
    assert len(case.notices) == 1


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("A 45-year-old woman had multiple sclerosis", id="two-words"),
        pytest.param(
            "A 45-year-old woman had relapsing-remitting multiple sclerosis", id="four-words"
        ),
        pytest.param("A 45-year-old woman was seen in the outpatient clinic", id="cue"),
        pytest.param("A 45-year-old woman took interferon beta-1a", id="drug"),
        pytest.param("A 45-year-old woman had a direct antiglobulin test", id="test"),
        pytest.param("multiple sclerosis", id="nothing-else"),
    ],
)
def test_a_text_may_end_without_a_stop(text: str) -> None:
    """The last words may be a name of several words."""
    assert fhirkit.extract(text).text == text


def test_a_short_note_has_a_patient() -> None:
    """One sentence of five words is a case, no title."""
    facts = fhirkit.extract("A 52-year-old farmer developed fever.").facts
    assert "patient-case" in {f.id for f in facts}


def test_a_site_lays_its_rows_over_ours(tmp_path: Path) -> None:
    """A local drug is found; a wrong row names its file."""
    text = "A 45-year-old woman came to our clinic. She took florbinol 5 mg daily."
    assert not [f for f in fhirkit.extract(text).facts if "florbinol" in f.id]
    table = tmp_path / "drugs.csv"
    head = "# fhirkit-mapping 1\n# 2026-11-22 local rows\nname,synonyms,level,classes,source\n"
    table.write_text(head + "florbinol,Florbo,ingredient,,local formulary\n", encoding="utf-8")
    found = fhirkit.extract(text, mappings=tmp_path).facts
    assert [f.id for f in found if "florbinol" in f.id] == ["medication-florbinol"]
    wrong = tmp_path / "wrong"
    wrong.mkdir()
    (wrong / "drugs.csv").write_text(head + "florbinol,,tablet,,local\n", encoding="utf-8")
    with pytest.raises(MappingError, match=r"drugs\.csv"):
        fhirkit.extract(text, mappings=wrong)
