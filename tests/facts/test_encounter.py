from __future__ import annotations

import pytest

from fhirkit.facts.model import EncounterFact, Fact
from reading import Reading, concept_of, said, words

WOMAN = "A 45-year-old woman came to our clinic. "


def stays(text: str) -> list[EncounterFact]:
    """The stays of the case."""
    return Reading(WOMAN + text).of(EncounterFact)


@pytest.mark.parametrize(
    ("text", "kind_words", "reason"),
    [
        pytest.param("She was admitted to hospital with pneumonia.", "was admitted", "pneumonia", id="with"),
        pytest.param("She was hospitalized because of seizures.", "was hospitalized", "seizures", id="because-of"),
        pytest.param("She was hospitalised.", "hospitalised", None, id="british"),
        pytest.param("We admitted her for observation.", "admitted", None, id="we-admitted"),
        pytest.param("She was admitted because of seizures on 4 May 2019.", "was admitted", "seizures", id="date-behind"),
        pytest.param("She was admitted with pneumonia two months after alemtuzumab.", "was admitted", "pneumonia", id="time-behind"),
        pytest.param("She was admitted with fatigue but no fever.", "was admitted", "fatigue", id="but-not"),
        pytest.param("She was admitted with fatigue without fever.", "was admitted", "fatigue", id="without"),
    ],
)  # fmt: skip
def test_a_stay_and_its_reason(text: str, kind_words: str, reason: str | None) -> None:
    """The words for the stay and, apart from any time, for the reason."""
    (stay,) = stays(text)
    assert kind_words in (words(stay.kind) or "")
    assert stay.kind.concept == "inpatient"
    assert words(stay.reason_words) == reason


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("She was not admitted.", id="not"),
        pytest.param("Her mother was admitted to hospital.", id="mother"),
        pytest.param("She admitted to drinking a lot.", id="confessed"),
        pytest.param("Admission was declined by her.", id="declined"),
        pytest.param("Patients with fever should be admitted.", id="general"),
        pytest.param("She was seen as an outpatient.", id="outpatient"),
        pytest.param("She worked in a hospital.", id="works-there"),
    ],
)
def test_no_stay(text: str) -> None:
    """Not admitted, others', advice, a confession."""
    assert [s for s in stays(text) if s.kind.concept == "inpatient"] == []


def test_a_stay_is_timed_from_the_treatment() -> None:
    """ "Two months after ..." is tied to the drug."""
    (stay,) = stays("She received alemtuzumab. Two months after alemtuzumab she was admitted.")
    assert stay.when is not None
    assert (said(stay.when), stay.when.anchor) == ("2 mo after", "medication-alemtuzumab")


def test_a_stay_is_never_timed_from_itself() -> None:
    """ "Nine days after admission" is when she died, not when she came."""
    (stay,) = stays("She was admitted with pneumonia. She died nine days after admission.")
    assert stay.when is None
    assert said(stay.length) == "9 d"


def test_a_stay_known_only_from_a_time_has_no_time_itself() -> None:
    """ "Six days after admission" tells of a stay and not when it began."""
    (stay,) = stays("Six days after admission she had fever.")
    assert stay.when is None


def test_the_first_sentence_may_tell_of_the_stay() -> None:
    """A note may begin with it."""
    read = Reading(
        "A 44-year-old man was admitted to hospital with pneumonia two months after alemtuzumab. "
        "He died nine days after admission."
    )
    stay = read.one(EncounterFact)
    assert words(stay.kind) == "was admitted"
    assert stay.when is None or stay.when.anchor != stay.id


def test_a_stay_may_have_a_date() -> None:
    """A calendar date at the admission is its time."""
    (stay,) = stays("On 4 May 2019 she was admitted to hospital with pneumonia.")
    assert said(stay.when) == "2019-05-04"


@pytest.mark.parametrize(
    ("text", "discharge", "length"),
    [
        pytest.param("She was admitted. She was discharged home on day 9.", "was discharged home", None, id="home"),
        pytest.param("She was admitted. After 9 days of hospitalization she was discharged.", "was discharged", "9 d", id="days-of"),
        pytest.param("She was admitted. She was discharged in good health.", "was discharged in good health", None, id="in-health"),
        pytest.param("She was admitted. She was discharged to a nursing home.", "was discharged to a nursing home", None, id="to-a-home"),
        pytest.param("She was admitted. Her hospital stay lasted 12 days.", None, "12 d", id="stay-lasted"),
        pytest.param("She was admitted. She was not discharged for weeks.", None, None, id="not-discharged"),
        pytest.param("She was admitted. Discharge was planned.", None, None, id="planned"),
        pytest.param("She was admitted. Fever lasted 12 days.", None, None, id="another-length"),
        pytest.param("She was admitted. On day 9 she went for a walk.", None, None, id="a-day"),
    ],
)  # fmt: skip
def test_how_a_stay_ended(text: str, discharge: str | None, length: str | None) -> None:
    """Words of the discharge; a length only where the text gives one."""
    (stay,) = stays(text)
    assert words(stay.discharge) == discharge
    found = f"{stay.length.digits} {stay.length.ucum}" if stay.length else None
    assert found == length


def test_findings_on_admission_are_no_reason_for_it() -> None:
    """ "On admission with no fever" says how the patient was."""
    (stay,) = stays("She was drowsy on admission with no seizures.")
    assert stay.reason_words is None


ADMITTED = "A 60-year-old man was admitted to hospital. "


@pytest.mark.parametrize(
    ("text", "name"),
    [
        pytest.param("On admission, sodium was 120 mmol/L.", "sodium", id="value"),
        pytest.param("Upon admission he had fever.", "fever", id="symptom"),
        pytest.param("During his hospital stay he developed pneumonia.", "pneumonia", id="condition"),
        pytest.param("Ceftriaxone was given during hospitalization.", "ceftriaxone", id="drug"),
        pytest.param("On hospital day 3 he had fever.", "fever", id="hospital-day"),
    ],
)  # fmt: skip
def test_what_happens_in_the_stay_belongs_to_it(text: str, name: str) -> None:
    """Where the sentence says so."""
    read = Reading(ADMITTED + text)
    stay = read.one(EncounterFact)
    assert [concept_of(f) for f in read.case.facts if _stay(f) == stay.id] == [name]


def _stay(fact: Fact) -> str | None:
    return getattr(fact, "encounter", None)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Sodium was 120 mmol/L.", id="not-said"),
        pytest.param("Three days before admission he had fever.", id="before"),
        pytest.param("On admission he had a history of gout.", id="history"),
        pytest.param("On admission he was taking aspirin.", id="taken-on-arrival"),
        pytest.param("On admission he had diabetes mellitus.", id="ill-on-arrival"),
        pytest.param("After discharge he had fever.", id="after-discharge"),
        pytest.param("Six days after admission he had fever.", id="after-admission"),
        pytest.param("During a previous admission he had fever.", id="previous"),
        pytest.param("He was readmitted in May. On admission he had fever.", id="second-stay"),
        pytest.param("During admission of other patients fever was seen.", id="others"),
        pytest.param("He had no fever. His mother had asthma during admission.", id="mother"),
    ],
)
def test_what_is_not_plainly_in_the_stay_is_left_open(text: str) -> None:
    """Before, after, another stay, somebody else's."""
    read = Reading(ADMITTED + text)
    assert [f.id for f in read.case.facts if _stay(f) is not None] == []


def test_without_a_stay_nothing_belongs_to_one() -> None:
    """An admission of nobody is none."""
    read = Reading("A 60-year-old man came to our clinic. He had fever during the hospital course.")
    assert [f.id for f in read.case.facts if _stay(f) is not None] == []
