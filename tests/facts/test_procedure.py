from __future__ import annotations

import pytest

from fhirkit.facts.model import Certainty, ProcedureFact, ReportFact
from reading import Reading, concept_of, said, words

WOMAN = "A 45-year-old woman came to our clinic. "


def procedures(text: str) -> list[tuple[str, Certainty]]:
    """Concept and certainty of the patient's procedures."""
    return [(concept_of(f), f.certainty) for f in Reading(WOMAN + text).of(ProcedureFact)]


def reports(text: str) -> list[tuple[str, list[str]]]:
    """Study and conclusion of the patient's reports."""
    return [
        (concept_of(f), [s.text for s in f.conclusion])
        for f in Reading(WOMAN + text).of(ReportFact)
    ]


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        pytest.param("She underwent lumbar puncture.", "lumbar puncture", id="underwent"),
        pytest.param("A brain biopsy was performed.", "brain biopsy", id="performed"),
        pytest.param("She was treated with plasma exchange.", "plasma exchange", id="treated"),
        pytest.param("Splenectomy was done in 2010.", "splenectomy", id="done"),
        pytest.param("She was intubated.", "endotracheal intubation", id="verb"),
    ],
)
def test_what_was_done(text: str, concept: str) -> None:
    """One fact each."""
    assert procedures(text) == [(concept, Certainty.AFFIRMED)]


@pytest.mark.parametrize(
    ("text", "concept", "reason"),
    [
        pytest.param("No lumbar puncture was performed because of thrombocytopenia.", "lumbar puncture", "thrombocytopenia", id="no-was-performed"),
        pytest.param("Lumbar puncture was not done.", "lumbar puncture", None, id="not-done"),
        pytest.param("MRI was not performed because of a metal splinter.", "MRI", "a metal splinter", id="mri"),
        pytest.param("Due to her refusal, lumbar puncture could not be performed.", "lumbar puncture", "her refusal", id="reason-first"),
    ],
)  # fmt: skip
def test_what_was_expressly_not_done(text: str, concept: str, reason: str | None) -> None:
    """Told as not done, with the reason in the author's words."""
    found = Reading(WOMAN + text).one(ProcedureFact, concept)
    assert found.certainty is Certainty.NOT_DONE
    assert words(found.reason_not_done) == reason


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Lumbar puncture was considered.", id="considered"),
        pytest.param("She refused lumbar puncture.", id="refused"),
        pytest.param("Lumbar puncture was planned.", id="planned"),
        pytest.param("Lumbar puncture is the test of choice.", id="general"),
        pytest.param("A splenectomy scar was not seen.", id="scar-not-seen"),
        pytest.param("Her brother underwent splenectomy.", id="brother"),
        pytest.param("Without plasma exchange she would have died.", id="without"),
        pytest.param("Lumbar puncture should be done early.", id="should"),
        pytest.param("Plasma exchange was not available.", id="not-available"),
    ],
)
def test_what_was_not_done(text: str) -> None:
    """Thought of, planned, recommended, others': never affirmed."""
    assert [p for p in procedures(text) if p[1] is Certainty.AFFIRMED] == []


@pytest.mark.parametrize(
    ("text", "concept", "count"),
    [
        pytest.param(
            "She had five cycles of plasma exchange.", "plasma exchange", "5", id="cycles"
        ),
        pytest.param(
            "She received two units of packed red cells.",
            "red blood cell transfusion",
            "2",
            id="units",
        ),
        pytest.param("She had plasma exchange in 2005.", "plasma exchange", "", id="year"),
        pytest.param("She had plasma exchange with 12 nurses.", "plasma exchange", "", id="people"),
    ],
)
def test_how_many(text: str, concept: str, count: str) -> None:
    """Sessions, cycles, units."""
    assert said(Reading(WOMAN + text).one(ProcedureFact, concept).count) == count


def test_effect_of_a_procedure() -> None:
    """In the author's words."""
    found = Reading(WOMAN + "She had plasma exchange without clinical response.")
    assert words(found.one(ProcedureFact).outcome) == "without clinical response"


@pytest.mark.parametrize(
    ("text", "study", "conclusion"),
    [
        pytest.param("MRI of the brain showed three new lesions.", "MRI brain", "showed three new lesions", id="showed"),
        pytest.param("Brain MRI was normal.", "MRI brain", "was normal", id="normal"),
        pytest.param("Chest CT was unremarkable.", "CT chest", "was unremarkable", id="unremarkable"),
        pytest.param("Electroencephalography revealed slow waves.", "EEG", "revealed slow waves", id="eeg"),
        pytest.param("An MRI of the brain, done on arrival, demonstrated\ntwo lesions.", "MRI brain", "demonstrated\ntwo lesions", id="over-a-line"),
    ],
)  # fmt: skip
def test_reports_have_their_conclusion(text: str, study: str, conclusion: str) -> None:
    """The study and what its authors concluded, in their words."""
    assert reports(text) == [(study, [conclusion])]


def test_a_report_without_a_result_has_no_conclusion() -> None:
    """Done, but nothing told."""
    assert reports("Brain MRI was done.") == [("MRI brain", [])]


def test_a_conclusion_goes_on_in_the_next_sentence() -> None:
    """ "These lesions ..." belongs to the report."""
    (found,) = reports("Brain MRI showed four lesions. These were small. She went home.")
    assert found[1] == ["showed four lesions", "These were small"]


def test_a_figure_reference_is_no_conclusion() -> None:
    """Legends describe pictures."""
    text = "A 45-year-old woman came to our clinic.\n\nFigure 1. Brain MRI showing three lesions."
    assert Reading(text).of(ReportFact) == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("She was seen in the surgery department.", id="department"),
        pytest.param("She was sent to the dialysis unit.", id="unit"),
        pytest.param("The surgery team was asked.", id="team"),
        pytest.param("The chemotherapy ward was full.", id="ward"),
        pytest.param("It was reasonable to consider a skin biopsy.", id="to-consider"),
    ],
)
def test_places_and_people_named_after_procedures_are_none(text: str) -> None:
    """No procedure was done by naming where or by whom such are."""
    assert procedures(text) == []


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        pytest.param("Radiotherapy was not given.", "radiotherapy", id="given"),
        pytest.param("Chemotherapy was not received.", "chemotherapy", id="received"),
        pytest.param("Surgery was not indicated.", "surgery", id="indicated"),
    ],
)
def test_what_was_not_received_was_not_done(text: str, concept: str) -> None:
    """Whatever the verb."""
    assert procedures(text) == [(concept, Certainty.NOT_DONE)]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        pytest.param("She underwent splenectomy. After surgery she was well.", 1, id="after"),
        pytest.param("She underwent splenectomy. The operation went well.", 1, id="the"),
        pytest.param("She underwent splenectomy. She underwent surgery of the knee.", 2, id="new"),
        pytest.param("She underwent splenectomy. After a second operation she died.", 2, id="second"),
        pytest.param("She underwent dialysis. After surgery she was well.", 2, id="no-operation"),
        pytest.param("After surgery she was well.", 1, id="alone"),
        pytest.param("Splenectomy was not done. After surgery she was well.", 2, id="not-done"),
    ],
)  # fmt: skip
def test_the_operation_is_the_one_told_before(text: str, count: int) -> None:
    """An operation that is only pointed at is no further one."""
    assert len(procedures(text)) == count


def test_a_legend_does_not_part_a_treatment_from_its_outcome() -> None:
    """The sentence before is the one before the legend."""
    text = (
        "She was treated with plasma exchange.\n\nFigure 1. Scale bar 50 µm.\n\n"
        "There was no clinical response."
    )
    (procedure,) = Reading(WOMAN + text).of(ProcedureFact)
    assert procedure.outcome is not None
    assert procedure.outcome.text == "no clinical response"
