from __future__ import annotations

import pytest

from fhirkit.facts.model import ConditionFact, MedicationFact, Use
from reading import Reading, concept_of, mentions, said, words

WOMAN = "A 36-year-old woman came to our clinic with fatigue. "


def drugs(text: str) -> dict[str, str]:
    """Concept and dose of each drug of the patient."""
    return {concept_of(f): said(f.dose) for f in Reading(WOMAN + text).of(MedicationFact)}


def drug(text: str, concept: str | None = None) -> MedicationFact:
    """The one drug of the patient."""
    return Reading(WOMAN + text).one(MedicationFact, concept)


@pytest.mark.parametrize(
    ("text", "dose", "dose_words", "route", "route_words"),
    [
        pytest.param("She received 300 mg of natalizumab intravenously.", "300 mg", "300 mg", "intravenous", "intravenously", id="dose-of-drug"),
        pytest.param("She received natalizumab 300 mg IV.", "300 mg", "300 mg", "intravenous", "IV", id="drug-dose-iv"),
        pytest.param("She was given prednisone (60 mg) orally.", "60 mg", "60 mg", "oral", "orally", id="brackets"),
        pytest.param("She took prednisone 60 mg by mouth.", "60 mg", "60 mg", "oral", "by mouth", id="by-mouth"),
        pytest.param("She was given 5,000 IU of heparin subcutaneously.", "5000 [IU]", "5,000 IU", "subcutaneous", "subcutaneously", id="units"),
        pytest.param("She was given 10 mg diazepam rectally.", "10 mg", "10 mg", "rectal", "rectally", id="rectal"),
        pytest.param("She had intrathecal methotrexate 15 mg.", "15 mg", "15 mg", "intrathecal", "intrathecal", id="intrathecal"),
        pytest.param("She received rituximab 375 mg/m2.", "375 mg/m2", "375 mg/m2", None, None, id="surface"),
        pytest.param("She received cladribine at a dose of 3.5 mg/kg.", "3.5 mg/kg", "3.5 mg/kg", None, None, id="at-a-dose-of"),
        pytest.param("Levothyroxine was started at 50 µg.", "50 ug", "50 µg", None, None, id="started-at"),
        pytest.param("Prednisone was raised to 80 mg.", "80 mg", "80 mg", None, None, id="raised-to"),
        pytest.param("She received 12 mg of alemtuzu-\nmab.", "12 mg", "12 mg", None, None, id="over-a-line-end"),
    ],
)  # fmt: skip
def test_dose_and_route(
    text: str, dose: str, dose_words: str, route: str | None, route_words: str | None
) -> None:
    """Each with its own words."""
    found = drug(text)
    assert (said(found.dose), words(found.dose)) == (dose, dose_words)
    assert (found.route.concept if found.route else None, words(found.route)) == (
        route,
        route_words,
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "She received valproate 500 mg twice daily and levetiracetam 1500 mg daily.",
            {"valproic acid": "500 mg", "levetiracetam": "1500 mg"}, id="two-drugs-two-doses",
        ),
        pytest.param(
            "She was given 1 g of ceftriaxone, 2 g of ampicillin and gentamicin.",
            {"ceftriaxone": "1 g", "ampicillin": "2 g", "gentamicin": ""}, id="doses-before",
        ),
        pytest.param(
            "She took aspirin, atorvastatin 40 mg and ramipril.",
            {"aspirin": "", "atorvastatin": "40 mg", "ramipril": ""}, id="one-of-three",
        ),
        pytest.param(
            "She took aspirin (75 mg), atorvastatin (40 mg) and ramipril (5 mg).",
            {"aspirin": "75 mg", "atorvastatin": "40 mg", "ramipril": "5 mg"}, id="brackets",
        ),
    ],
)  # fmt: skip
def test_each_drug_has_its_own_dose(text: str, expected: dict[str, str]) -> None:
    """A neighbour's dose is never taken."""
    assert drugs(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("She took lisinopril. The lisinopril level was 20 ng/mL.", id="level"),
        pytest.param("She took lisinopril in 2015.", id="year"),
        pytest.param("She took lisinopril [20].", id="citation"),
        pytest.param("She took lisinopril for 20 days.", id="duration"),
        pytest.param("She took lisinopril. Sodium was 120 mmol/L.", id="laboratory"),
        pytest.param("She weighed 84 kg and took lisinopril.", id="weight"),
        pytest.param("She took lisinopril. 20 mg of it is usual in adults.", id="usual"),
        pytest.param("She took lisinopril after 20 mL of blood were drawn.", id="blood"),
        pytest.param("She took lisinopril and walked 20 km.", id="distance"),
        pytest.param("She took lisinopril, of which she had 20 tablets.", id="tablets"),
    ],
)
def test_numbers_that_are_no_dose(text: str) -> None:
    """Levels, years, citations, durations, weights."""
    assert drug(text, "lisinopril").dose is None


def test_a_dose_given_as_a_range_is_not_told_as_its_lower_bound() -> None:
    """ "5-10 mg" is neither five nor ten milligrams."""
    assert said(drug("She took ramipril 5-10 mg daily.").dose) in ("", "5..10 mg")


def test_a_total_is_never_computed() -> None:
    """The dose is that of one administration, as written."""
    found = drug("She received 12 mg of alemtuzumab for five days.")
    assert said(found.dose) == "12 mg"
    assert said(found.regimen) == "for 5 d"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("No antibiotics were given.", id="no"),
        pytest.param("She had never received rituximab.", id="never"),
        pytest.param("She did not receive rituximab.", id="did-not"),
        pytest.param("Rituximab was not given.", id="not-given"),
        pytest.param("Rituximab was withheld.", id="withheld"),
        pytest.param("She was allergic to penicillin.", id="allergy"),
        pytest.param("She had an allergy to penicillin.", id="allergy-to"),
        pytest.param("Her carbamazepine level was 9 mg/L.", id="level"),
        pytest.param("Anti-natalizumab antibodies were negative.", id="antibodies"),
        pytest.param("The isolate was resistant to vancomycin.", id="resistant"),
        pytest.param("The isolate was sensitive to ampicillin.", id="sensitive"),
        pytest.param("There was vitamin D deficiency.", id="deficiency"),
        pytest.param("Insulin resistance was found.", id="insulin-resistance"),
        pytest.param("Serum cortisol was normal.", id="hormone-measured"),
        pytest.param("Urine was tested for cocaine and opioids.", id="drug-screen"),
        pytest.param("She denied taking ibuprofen.", id="denied"),
        pytest.param("The company that makes natalizumab was informed.", id="company"),
        pytest.param("An oestrogen receptor was found.", id="receptor"),
    ],
)
def test_drugs_named_and_not_taken(text: str) -> None:
    """Not given, measured, resisted, only spoken of."""
    assert drugs(text) == {}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Fingolimod 0.5 mg daily had been considered but was not started.", id="considered"),
        pytest.param("Fingolimod is being considered.", id="being-considered"),
        pytest.param("Fingolimod was never started.", id="never-started"),
        pytest.param("Fingolimod and rituximab were never started.", id="list"),
        pytest.param("Fingolimod was prescribed but never taken.", id="prescribed"),
        pytest.param("She decided against fingolimod.", id="decided-against"),
        pytest.param("Her team advised against fingolimod.", id="advised-against"),
        pytest.param("Fingolimod was avoided.", id="avoided"),
        pytest.param("Fingolimod could not be given because of bradycardia.", id="could-not"),
        pytest.param("Fingolimod was deemed unsuitable.", id="unsuitable"),
        pytest.param("Fingolimod was rejected by the insurer.", id="rejected"),
        pytest.param("Fingolimod would have been another choice.", id="would-have-been"),
        pytest.param("Switching to fingolimod was advised.", id="advised"),
        pytest.param("Before fingolimod could be started, she fell pregnant.", id="before-it-could"),
    ],
)  # fmt: skip
def test_drugs_only_weighed(text: str) -> None:
    """An option, a plan, a refusal is no treatment of the patient."""
    assert drugs(text) == {}


@pytest.mark.parametrize(
    ("text", "given"),
    [
        pytest.param("Methylprednisolone was given, but fingolimod was not started.", {"methylprednisolone"}, id="the-other-not"),
        pytest.param("Fingolimod was started but rituximab was avoided.", {"fingolimod"}, id="the-second-not"),
        pytest.param("She took fingolimod until rituximab could be started.", {"fingolimod"}, id="until"),
        pytest.param("She received methylprednisolone; plasma exchange was not needed.", {"methylprednisolone"}, id="no-procedure"),
        pytest.param("Rituximab had been planned and was given in May.", {"rituximab"}, id="planned-and-given"),
        pytest.param("Rituximab was suggested and started in May.", {"rituximab"}, id="suggested-and-started"),
        pytest.param("Rituximab was advised. She received rituximab 500 mg.", {"rituximab"}, id="advised-then-given"),
        pytest.param("Prednisone 10 mg was administered, which had been recommended to her.", {"prednisone"}, id="which"),
    ],
)  # fmt: skip
def test_what_was_given_beside_what_was_not(text: str, given: set[str]) -> None:
    """A refusal or a plan reaches its own drug and no other."""
    assert set(drugs(text)) == given


@pytest.mark.parametrize(
    ("text", "use"),
    [
        pytest.param("She had previously been treated with glatiramer acetate.", Use.PREVIOUS, id="previously"),
        pytest.param("Despite treatment with glatiramer acetate she relapsed.", Use.PREVIOUS, id="despite"),
        pytest.param("Glatiramer acetate had failed two years ago.", Use.PREVIOUS, id="had-failed"),
        pytest.param("She had been on glatiramer acetate until 2009.", Use.PREVIOUS, id="until"),
        pytest.param("She was on long-term glatiramer acetate.", Use.LONG_TERM, id="long-term"),
        pytest.param("Her regular medication was glatiramer acetate.", Use.LONG_TERM, id="regular"),
        pytest.param("She received glatiramer acetate three times weekly.", Use.LONG_TERM, id="weekly"),
        pytest.param("She was given glatiramer acetate in the ward.", Use.GIVEN, id="given"),
        pytest.param("Glatiramer acetate was administered.", Use.GIVEN, id="administered"),
    ],
)  # fmt: skip
def test_how_a_drug_stands_to_the_course(text: str, use: Use) -> None:
    """Given, earlier or long-term."""
    assert drug(text, "glatiramer").use is use


def test_one_fact_for_one_drug() -> None:
    """Brand, generic name and short form are mentions of one drug."""
    found = drug("She received natalizumab (NTZ). Tysabri was well tolerated. NTZ helped.")
    assert mentions(found) == ["natalizumab", "NTZ", "Tysabri", "NTZ"]


def test_another_dose_is_another_course() -> None:
    """A pulse and a tablet of one drug are two facts."""
    read = Reading(
        WOMAN + "She received methylprednisolone 1 g intravenously. Two weeks later she took "
        "methylprednisolone 16 mg orally."
    )
    found = [
        (said(f.dose), said(f.route)) for f in read.named(MedicationFact, "methylprednisolone")
    ]
    assert found == [("1 g", "intravenous"), ("16 mg", "oral")]


@pytest.mark.parametrize(
    ("text", "start", "stop"),
    [
        pytest.param("Azathioprine was started in January 2011.", "2011-01", "", id="started"),
        pytest.param("She had taken azathioprine since 2012.", "2012", "", id="since"),
        pytest.param("Azathioprine was stopped in June 2018.", "", "2018-06", id="stopped"),
        pytest.param("Azathioprine was started in 2011 and stopped in 2018.", "2011", "2018", id="both"),
        pytest.param("Azathioprine was approved in 1968. She took azathioprine.", "", "", id="approval"),
    ],
)  # fmt: skip
def test_start_and_stop(text: str, start: str, stop: str) -> None:
    """Dates as written, where they stand at the drug."""
    found = drug(text, "azathioprine")
    assert (said(found.start), said(found.stop)) == (start, stop)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("She took ibuprofen. Ibuprofen was stopped because of haematuria.", "haematuria", id="because-of"),
        pytest.param("She took ibuprofen, which was discontinued due to severe haematuria.", "severe haematuria", id="due-to"),
        pytest.param("Ibuprofen was discontinued in June 2018 because of haematuria.", "haematuria", id="date-between"),
        pytest.param("Owing to haematuria, ibuprofen was stopped.", "haematuria", id="reason-first"),
        pytest.param("She took ibuprofen. Ibuprofen was stopped.", None, id="none"),
        pytest.param("She took ibuprofen for haematuria.", None, id="indication"),
    ],
)  # fmt: skip
def test_why_a_drug_was_stopped(text: str, reason: str | None) -> None:
    """In the author's words."""
    assert words(drug(text, "ibuprofen").reason_stopped) == reason


def test_stopping_one_drug_stops_no_other() -> None:
    """ "Stopped" belongs to the drug it stands at."""
    read = Reading(
        WOMAN + "She took aspirin and ibuprofen. Ibuprofen was stopped. Aspirin went on."
    )
    assert words(read.one(MedicationFact, "ibuprofen").stopped) == "was stopped"
    assert read.one(MedicationFact, "aspirin").stopped is None


def test_what_a_drug_was_given_for() -> None:
    """The indication is a condition of the case."""
    read = Reading(WOMAN + "She took methotrexate for psoriasis.")
    condition = read.one(ConditionFact, "psoriasis")
    assert read.one(MedicationFact, "methotrexate").reason == (condition.id,)


def test_a_class_is_told_as_a_class() -> None:
    """ "Steroids" is no ingredient."""
    assert drug("She received corticosteroids.").level == "class"


@pytest.mark.parametrize(
    ("text", "drugs"),
    [
        pytest.param("Empiric ceftriaxone was given.", ["ceftriaxone"], id="empiric"),
        pytest.param("The isolate was resistant to oxacillin, clindamycin and gentamicin.", [], id="tested-list"),
        pytest.param("She was randomised to natalizumab or placebo.", [], id="randomised"),
        pytest.param("She was randomised to receive natalizumab or placebo.", [], id="randomised-to-receive"),
        pytest.param("She was allergic to penicillin.", [], id="allergic"),
        pytest.param("She was to be started on rituximab, but declined it.", [], id="to-be-started"),
        pytest.param("The rash was not attributed to amoxicillin, which she took.", ["amoxicillin"], id="not-to-blame"),
        pytest.param("She took furosemide, a diuretic, daily.", ["furosemide"], id="class-behind"),
        pytest.param("She had carboplatin and paclitaxel.", ["carboplatin", "paclitaxel"], id="two-drugs"),
        pytest.param("She took lithium, which did not recur to her.", ["lithium"], id="of-an-event"),
    ],
)  # fmt: skip
def test_which_drugs_were_taken(text: str, drugs: list[str]) -> None:
    """Given, tested for, drawn by lot, or only a description."""
    read = Reading("A 45-year-old woman came to our clinic. " + text)
    assert [concept_of(f) for f in read.of(MedicationFact)] == drugs


@pytest.mark.parametrize(
    ("text", "dose_words"),
    [
        pytest.param("She was given a high dose of warfarin.", "high dose", id="dose-of"),
        pytest.param("She took an overdose of amitriptyline.", "overdose", id="overdose"),
        pytest.param("She was given low-dose oral warfarin.", "low-dose", id="route-between"),
        pytest.param("The dose of warfarin was higher than before.", None, id="compared"),
        pytest.param("A low-dose CT was done. She took warfarin.", None, id="of-a-study"),
        pytest.param("She was given high-dose heparin and then warfarin.", None, id="of-another"),
        pytest.param("She took warfarin; overdose was denied.", None, id="behind"),
    ],
)
def test_a_dose_in_words(text: str, dose_words: str | None) -> None:
    """Kept as written; it is no amount."""
    name = "amitriptyline" if "amitriptyline" in text else "warfarin"
    found = drug(text, name)
    assert found.dose is None
    assert (found.dose_words.span.text if found.dose_words else None) == dose_words


@pytest.mark.parametrize(
    ("text", "route"),
    [
        pytest.param("She was given warfarin by injection.", "by injection", id="injection"),
        pytest.param("She had a warfarin infusion.", "infusion", id="infusion"),
        pytest.param("She had a warfarin infusion reaction.", None, id="reaction"),
        pytest.param("She had a warfarin injection site reaction.", None, id="site"),
        pytest.param("She took warfarin; oral ulcers followed.", None, id="of-a-sign"),
        pytest.param("She had heparin injections and warfarin.", None, id="of-the-drug-before"),
        pytest.param("Warfarin was injected intravenously.", "intravenously", id="way-not-act"),
    ],
)
def test_words_that_tell_a_route(text: str, route: str | None) -> None:
    """Not where they belong to the name of something else."""
    assert words(drug(text, "warfarin").route) == route


@pytest.mark.parametrize(
    ("text", "stopped"),
    [
        ("Vemurafenib had to be discontinued and corticosteroids were started.", {"vemurafenib"}),
        ("She discontinued ibuprofen and naproxen.", {"ibuprofen", "naproxen"}),
        ("Ibuprofen was continued. She stopped naproxen.", {"naproxen"}),
    ],
)
def test_what_is_stopped_stands_at_the_word(text: str, stopped: set[str]) -> None:
    """Before a passive, behind an active verb; what was begun next is not stopped."""
    found = Reading(WOMAN + text).of(MedicationFact)
    assert {f.drug.concept for f in found if f.stopped} == stopped


def test_previously_healthy_is_said_of_the_person() -> None:
    """And makes no drug a previous one."""
    text = "Previously healthy, she took sertraline 50 mg."
    assert Reading(WOMAN + text).one(MedicationFact).use is Use.GIVEN


def test_the_way_of_a_procedure_is_no_route() -> None:
    """ "Antibiotics, and percutaneous drainage" gives no antibiotic through the skin."""
    found = Reading(WOMAN + "She received antibiotics, and percutaneous drainage was done.")
    assert [f.route for f in found.of(MedicationFact)] == [None]
