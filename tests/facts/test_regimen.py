from __future__ import annotations

import pytest

from fhirkit.facts.model import MedicationFact
from reading import Reading, said, words

WOMAN = "A 36-year-old woman came to our clinic with fatigue. "


def regimen(text: str) -> tuple[str, str | None]:
    """The regimen of the one drug and its words."""
    found = Reading(WOMAN + text).of(MedicationFact)
    assert found
    return said(found[0].regimen), words(found[0].regimen)


@pytest.mark.parametrize(
    ("text", "value", "regimen_words"),
    [
        pytest.param("She took carbamazepine 200 mg once daily.", "1/1 d", "once daily", id="once-daily"),
        pytest.param("She took carbamazepine 200 mg twice a day.", "2/1 d", "twice a day", id="twice"),
        pytest.param("She took carbamazepine 200 mg three times daily.", "3/1 d", "three times daily", id="three-times"),
        pytest.param("She took carbamazepine 200 mg tid.", "3/1 d", "tid", id="tid"),
        pytest.param("She took carbamazepine 200 mg every 8 hours.", "1/8 h", "every 8 hours", id="every-8-hours"),
        pytest.param("She took carbamazepine 200 mg q12h.", "1/12 h", "q12h", id="q12h"),
        pytest.param("She had natalizumab 300 mg every four weeks.", "1/4 wk", "every four weeks", id="every-four-weeks"),
        pytest.param("She had natalizumab 300 mg monthly.", "1/1 mo", "monthly", id="monthly"),
        pytest.param("She took fingolimod 0.5 mg every other day.", "1/2 d", "every other day", id="alternate"),
        pytest.param("She had glatiramer acetate 40 mg three times a week.", "3/1 wk", "three times a week", id="times-a-week"),
        pytest.param("She had rituximab 1 g every six months.", "1/6 mo", "every six months", id="six-months"),
        pytest.param("She had rituximab 1 g 6 monthly.", "1/6 mo", "6 monthly", id="6-monthly"),
        pytest.param("She took prednisolone 20 mg on alternate days.", "1/2 d", "on alternate days", id="alternate-days"),
        pytest.param("She took amoxicillin 500 mg q 8 h.", "1/8 h", "q 8 h", id="q-8-h"),
        pytest.param("She had epoetin 2000 IU tiw.", "3/1 wk", "tiw", id="tiw"),
    ],
)  # fmt: skip
def test_how_often(text: str, value: str, regimen_words: str) -> None:
    """Times per period, and no number of doses made of it."""
    assert regimen(text) == (value, regimen_words)


@pytest.mark.parametrize(
    ("text", "value", "regimen_words"),
    [
        pytest.param("She received alemtuzumab 12 mg for five consecutive days.", "for 5 d", "for five consecutive days", id="for"),
        pytest.param("She received alemtuzumab 12 mg on five consecutive days.", "for 5 d", "on five consecutive days", id="on"),
        pytest.param("She received methylprednisolone 3,000 mg over 3 days.", "for 3 d", "over 3 days", id="over"),
        pytest.param("She took prednisone 40 mg daily for two weeks.", "1/1 d, for 2 wk", "daily for two weeks", id="daily-for"),
        pytest.param("She received six infusions of cyclophosphamide.", "x6", "six infusions", id="count"),
        pytest.param("She received four doses of rituximab 375 mg/m2.", "x4", "four doses", id="doses"),
        pytest.param("She received rituximab 375 mg/m2 weekly for four weeks.", "1/1 wk, for 4 wk", "weekly for four weeks", id="weekly-for"),
    ],
)  # fmt: skip
def test_how_long_and_how_many(text: str, value: str, regimen_words: str) -> None:
    """Durations and counts, as written."""
    assert regimen(text) == (value, regimen_words)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("She took carbamazepine two years later.", id="later"),
        pytest.param("She took carbamazepine five days after admission.", id="after"),
        pytest.param("She took carbamazepine. She was seen every six months.", id="visits"),
        pytest.param("She took carbamazepine and had seizures twice a week.", id="seizures"),
        pytest.param("She took carbamazepine; relapses came every two years.", id="relapses"),
        pytest.param("She had two seizures and took carbamazepine.", id="two-seizures"),
        pytest.param("She had fever for three days. She took carbamazepine.", id="fever"),
        pytest.param("She took carbamazepine but went on smoking daily.", id="smoking"),
    ],
)
def test_times_that_are_no_regimen(text: str) -> None:
    """Visits, seizures and fevers have rhythms of their own."""
    assert regimen(text) == ("", None)


def test_each_drug_has_its_own_regimen() -> None:
    """Of two drugs in a sentence, each keeps its rhythm."""
    read = Reading(WOMAN + "She took valproate 500 mg twice daily and aspirin 75 mg once daily.")
    assert said(read.one(MedicationFact, "valproic acid").regimen) == "2/1 d"
    assert said(read.one(MedicationFact, "aspirin").regimen) == "1/1 d"


def test_a_pulse_and_a_taper() -> None:
    """The first drug's days are not the second one's."""
    read = Reading(
        WOMAN + "She received 1 g of methylprednisolone daily for five days, then prednisone 40 mg "
        "daily."
    )
    assert said(read.one(MedicationFact, "methylprednisolone").regimen) == "1/1 d, for 5 d"
    assert said(read.one(MedicationFact, "prednisone").regimen) == "1/1 d"


def test_an_interval_may_be_a_range() -> None:
    """ "Every 4 to 6 weeks" keeps both ends."""
    found = Reading(WOMAN + "She had infliximab 5 mg/kg every 4 to 6 weeks.").one(MedicationFact)
    assert found.regimen is not None
    assert (found.regimen.period, found.regimen.period_max) == ("4", "6")


@pytest.mark.parametrize(
    ("text", "needed"),
    [
        pytest.param("She took paracetamol 1 g as needed.", True, id="as-needed"),
        pytest.param("She took paracetamol 1 g twice daily as required.", True, id="with-a-frequency"),
        pytest.param("She took paracetamol prn.", True, id="prn"),
        pytest.param("She took paracetamol 1 g twice daily.", False, id="regularly"),
        pytest.param("She took paracetamol 1 g daily; a walking aid was used as needed.", False, id="another-thing"),
    ],
)  # fmt: skip
def test_as_needed(text: str, needed: bool) -> None:
    """On demand, where it is said of the drug."""
    found = Reading(WOMAN + text).one(MedicationFact).regimen
    assert (found is not None and found.as_needed) is needed


@pytest.mark.parametrize(
    ("text", "dose", "cumulative"),
    [
        pytest.param("She received methotrexate to a cumulative dose of 600 mg.", "", "600 mg", id="cumulative"),
        pytest.param("She received doxorubicin 50 mg/m2 (total dose 450 mg/m2).", "50 mg/m2", "450 mg/m2", id="both"),
        pytest.param("She received prednisolone at a total daily dose of 40 mg.", "40 mg", "", id="total-daily"),
        pytest.param("She received prednisolone at a total dose of 40 mg/day.", "40 mg/day", "", id="rate"),
        pytest.param("She received doxorubicin 50 mg/m2.", "50 mg/m2", "", id="none"),
    ],
)  # fmt: skip
def test_a_cumulative_dose_is_no_dose(text: str, dose: str, cumulative: str) -> None:
    """What several administrations came to is never the amount of one."""
    found = Reading(WOMAN + text).one(MedicationFact)
    assert ((words(found.dose) or ""), (words(found.cumulative) or "")) == (dose, cumulative)


@pytest.mark.parametrize(
    ("text", "dose"),
    [
        pytest.param("She received penicillin G, 24 million units intravenously per day.", "24 million units", id="million-units"),
        pytest.param("She received epoetin beta 2000 IU weekly.", "2000 IU", id="no-year"),
        pytest.param("She received 125 ml of iopromide, 300 mg I/mL.", "125 ml", id="concentration"),
        pytest.param("She took alendronate for osteoporosis (70 mg weekly).", "70 mg", id="behind-the-indication"),
        pytest.param("She took coenzyme Q10 supplementation (60 mg twice daily).", "60 mg", id="supplementation"),
        pytest.param("She took propiverine hydrochloride 15 mg daily.", "15 mg", id="salt"),
        pytest.param("She took insulin 10 units twice daily.", "10 units", id="units-are-no-count"),
        pytest.param("She took alendronate for osteoporosis (T score of 2.1 g).", "", id="score"),
        pytest.param("She drank 20 g of alcohol and took alendronate.", "", id="alcohol"),
        pytest.param("She took alendronate in 2000 with calcium.", "", id="year"),
    ],
)  # fmt: skip
def test_where_a_dose_may_stand(text: str, dose: str) -> None:
    """What a solution holds, a year and a count are no dose."""
    assert (words(Reading(WOMAN + text).of(MedicationFact)[0].dose) or "") == dose


def test_cycles_of_a_list_are_of_each() -> None:
    """ "Three cycles of A, B and C"."""
    found = Reading(WOMAN + "She had 3 cycles of cisplatin, etoposide and bleomycin.").of(
        MedicationFact
    )
    assert [f.regimen.count if f.regimen else None for f in found] == [3, 3, 3]
    told = "She had cisplatin and bleomycin, which she received for 3 cycles."
    found = Reading(WOMAN + told).of(MedicationFact)
    assert [f.regimen.count if f.regimen else None for f in found] == [3, 3]


@pytest.mark.parametrize(
    ("text", "form"),
    [
        pytest.param("She took metoprolol tablets 50 mg daily.", "tablet", id="tablets"),
        pytest.param("She used a fentanyl patch.", "patch", id="patch"),
        pytest.param("She had an infusion of rituximab.", None, id="infusion"),
        pytest.param("She took metoprolol. The tablets were white.", None, id="elsewhere"),
    ],
)  # fmt: skip
def test_dosage_form(text: str, form: str | None) -> None:
    """Right at the drug or its dose; an infusion is an administration."""
    found = Reading(WOMAN + text).of(MedicationFact)[0].form
    assert (found.concept if found else None) == form
