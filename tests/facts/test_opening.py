from __future__ import annotations

import pytest

from fhirkit.facts.model import (
    AdverseEventFact,
    EncounterFact,
    Fact,
    ObservationFact,
    ProcedureFact,
    ReportFact,
    SymptomFact,
)
from reading import Reading, said, words

WOMAN = "A 45-year-old woman received fingolimod. "


def told(text: str, kind: type[Fact], concept: str) -> tuple[str | None, str | None]:
    """The time of one fact, and what it is measured from."""
    when = getattr(Reading(WOMAN + text).one(kind, concept), "when", None)
    return (words(when), when.anchor) if when is not None else (None, None)


@pytest.mark.parametrize(
    ("text", "concept", "time", "anchor"),
    [
        pytest.param(
            "Three months after fingolimod she had a rash.", "rash",
            "Three months after fingolimod", "medication-fingolimod", id="after-drug",
        ),
        pytest.param(
            "She was admitted. On day 3 of admission she noticed fever and chest pain.", "chest pain",
            "On day 3 of admission", "encounter-admission", id="day-of-stay",
        ),
        pytest.param(
            "She was admitted. On hospital day 4, a cough developed.", "cough",
            "On hospital day 4", "encounter-admission", id="hospital-day",
        ),
        pytest.param(
            "She was admitted. Two days after arrival she had no fever.", "fever",
            "Two days after arrival", "encounter-admission", id="arrival-and-absent",
        ),
        pytest.param(
            "In March 2014, she was admitted because of vomiting.", "vomiting",
            "March 2014", None, id="date-and-why-she-came",
        ),
        pytest.param(
            "Six weeks later, in August 2011, she complained of headache.", "headache",
            "August 2011", None, id="told-twice",
        ),
        pytest.param(
            "After 19 months on fingolimod, she presented with vertigo.", "vertigo",
            "After 19 months on fingolimod", "medication-fingolimod", id="after-a-while",
        ),
        pytest.param(
            "Nine years after the onset of hearing loss, she had tremor.", "tremor",
            "Nine years after the onset of hearing loss", None, id="event-that-is-no-fact",
        ),
        pytest.param(
            "At 6-month follow-up she reported fatigue.", "fatigue",
            "6-month follow-up", None, id="visit",
        ),
        pytest.param(
            "Ten days before admission, she had experienced nausea.", "nausea",
            "Ten days before admission", None, id="before",
        ),
    ],
)  # fmt: skip
def test_findings_are_of_the_time_their_sentence_opens_with(
    text: str, concept: str, time: str, anchor: str | None
) -> None:
    """The words of the time with those of its event, and the event where the text has a fact of it."""
    assert told(text, SymptomFact, concept) == (time, anchor)


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        pytest.param("Two weeks later, her rash resolved.", "rash", id="over"),
        pytest.param("Two weeks later, the fever had disappeared.", "fever", id="over-in-passive"),
        pytest.param("Two weeks later she was given ibuprofen for headache.", "headache", id="treated"),
        pytest.param("Two weeks later she reported a previous headache.", "headache", id="older"),
        pytest.param("Two weeks later she had a cough since childhood.", "cough", id="since"),
        pytest.param("Two weeks later she had had tremor.", "tremor", id="pluperfect"),
        pytest.param("Two weeks later she had a headache for three days.", "headache", id="another-time"),
        pytest.param("Two weeks later she walked, and on day 30 she had tremor.", "tremor", id="nearer-time"),
        pytest.param("Two weeks after admission for vertigo, she walked.", "vertigo", id="in-the-event"),
        pytest.param("Two weeks after the onset of tremor fatigue was gone.", "tremor", id="no-clear-end"),
        pytest.param("She had vertigo. Two weeks later she had vertigo.", "vertigo", id="told-before"),
        pytest.param("She walked, and two weeks later she had tremor.", "tremor", id="not-at-the-opening"),
        pytest.param("During two weeks she had tremor.", "tremor", id="duration"),
    ],
)  # fmt: skip
def test_findings_of_another_time(text: str, concept: str) -> None:
    """What is older, over, treated, or has another time gets none from the opening."""
    found = Reading(WOMAN + text).named(SymptomFact, concept)
    assert all("later" not in (words(f.when) or "") for f in found)
    assert all("after" not in (words(f.when) or "") for f in found)
    assert all("uring" not in (words(f.when) or "") for f in found)


@pytest.mark.parametrize(
    ("text", "kind", "concept", "time"),
    [
        pytest.param("Two weeks later, MRI brain showed a lesion.", ReportFact, "MRI brain", "Two weeks later", id="showed"),
        pytest.param("Nine months after the operation, CT was repeated.", ReportFact, "CT", "Nine months after the operation", id="repeated"),
        pytest.param("Two days later she underwent plasma exchange.", ProcedureFact, "plasma exchange", "Two days later", id="underwent"),
        pytest.param("Two days later plasma exchange was performed.", ProcedureFact, "plasma exchange", "Two days later", id="performed"),
        pytest.param("Two weeks later, compared with the first CT, she was well.", ReportFact, "CT", None, id="compared"),
        pytest.param("Two weeks later she was seen where a splenectomy was done.", ProcedureFact, "splenectomy", None, id="relative-clause"),
        pytest.param("Two weeks later plasma exchange was considered.", ProcedureFact, "plasma exchange", None, id="not-done"),
    ],
)  # fmt: skip
def test_studies_and_procedures(
    text: str, kind: type[Fact], concept: str, time: str | None
) -> None:
    """Only where the sentence says that they were done, or what they showed."""
    found = Reading(WOMAN + text).named(kind, concept)
    assert [words(getattr(f, "when", None)) for f in found] == ([time] if found or time else [])


def test_the_title_is_no_first_mention() -> None:
    """What the title names has the time that the case tells."""
    read = Reading(
        "Title: Rash after fingolimod in a woman\n\nCase report\n\nA 45-year-old woman was given fingolimod. "
        "Two weeks later, the 45-year-old woman had a rash."
    )
    assert words(read.one(SymptomFact, "rash").when) == "Two weeks later"


def test_what_came_later_counts_from_the_one_event_before() -> None:
    """A drug given, then an admission; and the latency of what the drug did."""
    read = Reading(
        "A 34-year-old woman with multiple sclerosis received alemtuzumab for five days. Eleven months "
        "later she was admitted with fatigue. Two days later she had dyspnoea. The fatigue was "
        "attributed to alemtuzumab."
    )
    stay, event = read.one(EncounterFact), read.one(AdverseEventFact)
    assert stay.when is not None
    assert stay.when.anchor == "medication-alemtuzumab"
    assert said(event.latency) == "11 mo after"
    dyspnoea = read.one(SymptomFact, "dyspnoea").when
    assert dyspnoea is not None
    assert dyspnoea.anchor == stay.id


@pytest.mark.parametrize(
    "before",
    [
        pytest.param("She received fingolimod and ocrelizumab.", id="two"),
        pytest.param("She received fingolimod and developed hepatitis.", id="a-reaction"),
        pytest.param("She received fingolimod and had a cough.", id="a-finding"),
        pytest.param("Two days after an infusion of ocrelizumab she was well.", id="another-time"),
        pytest.param("She had previously received fingolimod.", id="earlier"),
        pytest.param("Fingolimod was not given.", id="not-given"),
        pytest.param("Her mother took fingolimod.", id="family"),
        pytest.param("She worked in a shop.", id="nothing"),
    ],
)
def test_what_later_counts_from_is_not_guessed(before: str) -> None:
    """Where the sentence before tells of more than one event, or of none."""
    read = Reading(f"A 45-year-old woman was seen. {before} Two weeks later she had tremor.")
    when = read.one(SymptomFact, "tremor").when
    assert (words(when), when and when.anchor) == ("Two weeks later", None)


def test_a_value_has_the_time_of_the_opening_only_behind_it() -> None:
    """A value that tells of the event is not of the time after it."""
    read = Reading(WOMAN + "Two days after a haemoglobin of 6.1 g/dL it was 9.0 g/dL.")
    assert [
        words(f.when)
        for f in read.named(ObservationFact, "hemoglobin")
        if said(f.value) == "6.1 g/dL"
    ] == [None]
