from __future__ import annotations

import pytest

from fhirkit.facts.model import MedicationFact
from reading import Reading, concept_of

WOMAN = "A 45-year-old woman came to our clinic. "


def courses(text: str) -> list[tuple[str, str | None]]:
    """(drug, dose) of each course, in the order of the text."""
    return [
        (concept_of(f), f"{f.dose.digits} {f.dose.ucum}" if f.dose else None)
        for f in Reading(WOMAN + text).of(MedicationFact)
    ]


def action(text: str) -> str | None:
    """What was done with the first drug."""
    found = Reading(WOMAN + text).of(MedicationFact)[0].action
    return found.concept if found else None


@pytest.mark.parametrize(
    ("text", "doses"),
    [
        pytest.param("She took prednisolone 60 mg daily. The dose was reduced to 20 mg.", ["60 mg", "20 mg"], id="the-dose"),
        pytest.param("Amlodipine was increased from 5 to 10 mg daily.", ["5 mg", "10 mg"], id="from-to"),
        pytest.param("Prednisolone was tapered from 60 mg daily to 5 mg daily.", ["60 mg", "5 mg"], id="taper"),
        pytest.param("Prednisolone 40 mg daily was gradually tapered to 10 mg.", ["40 mg", "10 mg"], id="tapered-to"),
        pytest.param("She took prednisolone 80 mg once daily for 9 days, followed by 30 mg for a week.", ["80 mg", "30 mg"], id="followed-by"),
        pytest.param("She took prednisolone 60 mg daily for a week, then 40 mg, then 20 mg daily.", ["60 mg", "40 mg", "20 mg"], id="then-then"),
        pytest.param("She took lithium 400 mg. Lithium was raised to 800 mg, and later lithium 400 mg was taken.", ["400 mg", "800 mg"], id="back-again"),
        pytest.param("The prednisolone was reduced to a maintenance dose of 5 mg/day.", ["5 mg/d"], id="maintenance"),
        pytest.param("She took voriconazole 200 mg (400 mg as the loading dose).", ["200 mg", "400 mg"], id="loading-dose"),
        pytest.param("Miglustat was started. The target dose (100 mg three times daily) was reached.", ["100 mg"], id="target-dose"),
        pytest.param("Infliximab, initially at 5 mg/kg, was increased to 10 mg/kg.", ["5 mg/kg", "10 mg/kg"], id="by-weight"),
    ],
)  # fmt: skip
def test_each_dose_is_a_course(text: str, doses: list[str]) -> None:
    """A change of dose is an administration of its own, of the same drug."""
    found = courses(text)
    assert [dose for _, dose in found] == doses
    assert len({drug for drug, _ in found}) == 1


@pytest.mark.parametrize(
    ("text", "doses"),
    [
        pytest.param("She took lisinopril 10 mg. Proteinuria was reduced from 3 g/day to 1 g/day.", ["10 mg"], id="proteinuria"),
        pytest.param("She took lisinopril 10 mg. Her weight increased to 80 kg.", ["10 mg"], id="weight"),
        pytest.param("She took lisinopril 10 mg, and creatinine decreased to 2 mg/dL.", ["10 mg"], id="creatinine"),
        pytest.param("She took lisinopril 10 mg and amlodipine 5 mg.", ["10 mg", "5 mg"], id="two-drugs"),
        pytest.param("She took lisinopril 10 mg, then 5 mg of amlodipine.", ["10 mg", "5 mg"], id="then-another"),
        pytest.param("She took lisinopril 10 mg. The dose was not increased.", ["10 mg"], id="no-amount"),
        pytest.param("She took lisinopril 10 mg. In a trial the dose was increased to 40 mg in 12 patients.", ["10 mg"], id="trial"),
        pytest.param("She took lisinopril 10 mg. Radiotherapy was raised to 50 Gy.", ["10 mg"], id="radiotherapy"),
        pytest.param("She took lisinopril 10 mg. The dose was 50 Gy.", ["10 mg"], id="radiation"),
        pytest.param("She took lisinopril 10 mg. The starting dose of 5 mg of amlodipine was given.", ["10 mg", "5 mg"], id="dose-of-another"),
        pytest.param("She took lisinopril 10 mg. Her protein intake was 50 g.", ["10 mg"], id="intake"),
        pytest.param("She took lisinopril 10 mg. Her mother's dose was reduced to 5 mg.", ["10 mg"], id="mother"),
    ],
)  # fmt: skip
def test_what_is_no_change_of_dose(text: str, doses: list[str]) -> None:
    """Results, other drugs, other people."""
    assert [dose for _, dose in courses(text)] == doses


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Clozapine was discontinued.", "drug withdrawn", id="withdrawn"),
        pytest.param("The dose of clozapine was reduced.", "dose reduced", id="reduced"),
        pytest.param("Clozapine was increased to 300 mg.", "dose increased", id="increased"),
        pytest.param("Clozapine was reduced to 50 mg and then clozapine was stopped.", "drug withdrawn", id="both"),
        pytest.param("She took clozapine 300 mg daily.", None, id="none"),
        pytest.param("She took clozapine, and her neutrophils decreased.", None, id="a-count"),
    ],
)  # fmt: skip
def test_what_was_done_with_the_drug(text: str, expected: str | None) -> None:
    """In the terms of ICH E2B(R3) G.k.8; the withdrawal counts most."""
    assert action(text) == expected
