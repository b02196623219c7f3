from __future__ import annotations

import pytest

from fhirkit.facts.model import ObservationFact
from reading import Reading, concept_of, words

MAN = "A 44-year-old man came to our clinic with fatigue. "


def found(text: str) -> list[tuple[str, str | None]]:
    """(concept, words of the specimen) of each observation."""
    return sorted(
        (concept_of(f), words(f.specimen)) for f in Reading(MAN + text).of(ObservationFact)
    )


@pytest.mark.parametrize(
    ("text", "concepts"),
    [
        pytest.param("CSF protein was 0.92 g/L.", ["CSF protein"], id="csf-protein"),
        pytest.param("Cerebrospinal fluid protein was 0.92 g/L.", ["CSF protein"], id="long-form"),
        pytest.param("The protein in the CSF was 0.92 g/L.", ["CSF protein"], id="in-the-csf"),
        pytest.param("CSF showed a glucose of 2.1 mmol/L.", ["CSF glucose"], id="showed"),
        pytest.param("Lumbar puncture was done. CSF was clear. Protein was 0.92 g/L.", ["CSF protein"], id="carried-on"),
        pytest.param("CSF contained 14 leukocytes/µL, 88% lymphocytes.", ["CSF leukocytes", "CSF lymphocytes/100 leukocytes"], id="share"),
        pytest.param("CSF contained 14 cells/mm3.", ["CSF leukocytes"], id="cells"),
        pytest.param("CSF glucose was 2.1 mmol/L, serum glucose 6.0 mmol/L.", ["CSF glucose", "serum glucose"], id="two-specimens"),
        pytest.param("Serum protein was 60 g/L.", ["serum protein"], id="serum"),
        pytest.param("Glucose was 6.0 mmol/L.", ["glucose"], id="none-told"),
        pytest.param("The CSF was clear.\n\nIn the blood, glucose was 6.0 mmol/L.", ["blood glucose"], id="new-paragraph"),
    ],
)  # fmt: skip
def test_from_which_specimen(text: str, concepts: list[str]) -> None:
    """Named at the value or just before; a new paragraph begins anew."""
    got = [name for name, _ in found(text)]
    if concepts == ["CSF leukocytes"]:
        assert got in (["CSF leukocytes"], ["CSF nucleated cells"])
    else:
        assert got == sorted(concepts)


def test_a_share_of_cells_is_no_count() -> None:
    """A percentage has a concept of its own."""
    assert [n for n, _ in found("Neutrophils were 88%.")] == ["neutrophils/100 leukocytes"]
    assert [n for n, _ in found("Neutrophils were 1.2 x 10^9/L.")] == ["neutrophils"]


def test_blood_is_not_csf() -> None:
    """After the CSF, "serum" changes the specimen back."""
    text = "CSF protein was 0.92 g/L. Serum sodium was 131 mmol/L."
    assert ("sodium", "Serum") in found(text)
