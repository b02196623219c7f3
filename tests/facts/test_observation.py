from __future__ import annotations

import pytest

from fhirkit.facts.model import ObservationFact, Quantity, Range, Term
from reading import Reading, concept_of, said, words

MAN = "A 44-year-old man came to our clinic with fatigue. "


def numbers(text: str) -> list[tuple[str, str]]:
    """(analyte, value) of what is measured."""
    return sorted(Reading(MAN + text).numbers())


def one(text: str, concept: str) -> ObservationFact:
    """The one observation of a concept."""
    return Reading(MAN + text).one(ObservationFact, concept)


@pytest.mark.parametrize(
    ("text", "concept", "value", "value_words"),
    [
        pytest.param("Haemoglobin was 6.8 g/dL.", "hemoglobin", "6.8 g/dL", "6.8 g/dL", id="hb"),
        pytest.param("Hb 2.4 g/dl on arrival.", "hemoglobin", "2.4 g/dL", "2.4 g/dl", id="hb-lower-case"),
        pytest.param("Haemoglobin was 6,8 g/dL.", "hemoglobin", "6.8 g/dL", "6,8 g/dL", id="decimal-comma"),
        pytest.param("Platelets were 12,000/µL.", "platelets", "12000 /uL", "12,000/µL", id="thousands"),
        pytest.param("The platelet count was 45 x 10^9/L.", "platelets", "45 10*9/L", "45 x 10^9/L", id="power"),
        pytest.param("White blood cells were 14.2 x 10^9/L.", "leukocytes", "14.2 10*9/L", "14.2 x 10^9/L", id="white-blood-cells"),
        pytest.param("TSH was < 0.01 mIU/L.", "TSH", "<0.01 m[IU]/L", "< 0.01 mIU/L", id="comparator"),
        pytest.param("CRP was above 200 mg/L.", "C-reactive protein", ">200 mg/L", "above 200 mg/L", id="above"),
        pytest.param("ALT 812 U/L was found.", "ALT", "812 U/L", "812 U/L", id="enzyme"),
        pytest.param("HbA1c was 7.2%.", "HbA1c", "7.2 %", "7.2%", id="percent"),
        pytest.param("The CD4:CD8 ratio was 3:1.", "CD4:CD8 ratio", "3:1", "3:1", id="ratio"),
        pytest.param("Ferritin was 1,230 ng/mL.", "ferritin", "1230 ng/mL", "1,230 ng/mL", id="ferritin"),
        pytest.param("Serum creatinine rose to 310 µmol/L.", "creatinine", "310 umol/L", "310 µmol/L", id="rose-to"),
        pytest.param("His temperature was 38.4 °C.", "body temperature", "38.4 Cel", "38.4 °C", id="temperature"),
        pytest.param("His heart rate was 96 bpm.", "heart rate", "96 /min", "96 bpm", id="heart-rate"),
        pytest.param("Oxygen saturation was 88% on room air.", "oxygen saturation", "88 %", "88%", id="saturation"),
        pytest.param("He weighed 84 kg.", "body weight", "84 kg", "84 kg", id="weighed"),
        pytest.param("His body weight was 84 kg.", "body weight", "84 kg", "84 kg", id="weight"),
        pytest.param("INR was 3.4.", "INR", "3.4", "3.4", id="no-unit"),
    ],
)  # fmt: skip
def test_measured_values(text: str, concept: str, value: str, value_words: str) -> None:
    """Analyte, digits as written, UCUM code, and the number's own words."""
    found = one(text, concept)
    assert (said(found.value), words(found.value)) == (value, value_words)


def test_a_pressure_is_two_observations() -> None:
    """Systolic and diastolic, both with the words of the pair."""
    text = "Blood pressure was 142/88 mmHg."
    assert numbers(text) == [
        ("diastolic blood pressure", "88 mm[Hg]"), ("systolic blood pressure", "142 mm[Hg]")
    ]  # fmt: skip
    assert words(one(text, "systolic blood pressure").value) == "142/88 mmHg"


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        pytest.param("Sodium was 131 mmol/L (normal 135-145).", "135", "145", id="normal"),
        pytest.param("Sodium was 131 mmol/L (135-145 mmol/L).", "135", "145", id="brackets"),
        pytest.param(
            "Sodium was 131 mmol/L (reference range: 135–145).", "135", "145", id="reference"
        ),
        pytest.param("Sodium was 131 mmol/L (>135).", "135", None, id="above"),
        pytest.param("Sodium was 131 mmol/L (normal <145).", None, "145", id="below"),
    ],
)
def test_reference_ranges(text: str, low: str | None, high: str | None) -> None:
    """A range beside a value is no second value."""
    found = one(text, "sodium")
    assert said(found.value) == "131 mmol/L"
    assert isinstance(found.reference, Range)
    assert (found.reference.low.digits if found.reference.low else None) == low
    assert (found.reference.high.digits if found.reference.high else None) == high


def test_a_unit_behind_the_reference_range_is_the_values() -> None:
    """ "118 (135-145) mmol/L": the value has the unit."""
    found = one("Sodium was 118 (135-145) mmol/L.", "sodium")
    assert isinstance(found.value, Quantity)
    assert (found.value.digits, found.value.ucum) == ("118", "mmol/L")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Haemoglobin fell from 13.1 g/dL to 7.4 g/dL.", [("hemoglobin", "13.1 g/dL"), ("hemoglobin", "7.4 g/dL")], id="from-to"),
        pytest.param("ALT 812 U/L, AST 640 U/L, LDH 900 U/L.", [("ALT", "812 U/L"), ("AST", "640 U/L"), ("LDH", "900 U/L")], id="list"),
        pytest.param("ALT and AST were 812 U/L and 640 U/L.", [("ALT", "812 U/L"), ("AST", "640 U/L")], id="respectively"),
        pytest.param("Sodium 131 and potassium 5.9 mmol/L.", [("potassium", "5.9 mmol/L"), ("sodium", "131 mmol/L")], id="unit-shared"),
        pytest.param("Creatinine 88 and urea 5.9 mmol/L.", [("creatinine", "88"), ("urea", "5.9 mmol/L")], id="unit-not-shared"),
        pytest.param("Creatinine was 1.4 mg/dL and later 0.9 mg/dL.", [("creatinine", "0.9 mg/dL"), ("creatinine", "1.4 mg/dL")], id="series"),
        pytest.param("Sodium was 118 mmol/L. Therefore potassium, 3.1 mmol/L, was given.", [("potassium", "3.1 mmol/L"), ("sodium", "118 mmol/L")], id="stop-behind-litre"),
    ],
)  # fmt: skip
def test_several_values(text: str, expected: list[tuple[str, str]]) -> None:
    """Each number goes to its analyte."""
    assert numbers(text) == expected


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("His EDSS score was 4.5.", ["4.5"], id="score"),
        pytest.param("He had an EDSS of 6.0 in March.", ["6.0"], id="of"),
        pytest.param("EDSS 3.5 was found two years later.", ["3.5"], id="years-behind"),
        pytest.param("EDSS rose from 2.0 to 5.5.", ["2.0", "5.5"], id="from-to"),
        pytest.param("EDSS was 4/10.", ["4"], id="fraction"),
    ],
)
def test_scores(text: str, value: list[str]) -> None:
    """A value of the scale, digits as written."""
    assert [v for n, v in Reading(MAN + text).numbers() if n == "EDSS"] == value


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("The EDSS ranges from 0 to 10.", id="ranges"),
        pytest.param("The EDSS (range 0-10) was used.", id="range-in-brackets"),
        pytest.param("The EDSS, with a maximum of 10, was used.", id="maximum"),
        pytest.param("EDSS 11 was written down.", id="off-the-scale"),
        pytest.param("EDSS 4.3 was written down.", id="no-step-of-the-scale"),
        pytest.param("The EDSS was used in 12 visits.", id="visits"),
        pytest.param("The EDSS [4] was used.", id="citation"),
        pytest.param("The EDSS was seen in Figure 2.", id="figure"),
        pytest.param("The EDSS worsened after 3 months.", id="months"),
        pytest.param("The EDSS worsened by 2 points.", id="change"),
        pytest.param("The EDSS was introduced in 1983.", id="year"),
        pytest.param("The EDSS was taken 5 times.", id="times"),
        pytest.param("The EDSS was stable on natalizumab 300 mg.", id="dose"),
        pytest.param("The EDSS was taken by 2 doctors.", id="people"),
        pytest.param("A rise of the EDSS of at least 1.0 is called progression.", id="definition"),
    ],
)
def test_numbers_that_are_no_score(text: str) -> None:
    """Ranges, changes, citations, dates, counts and doses stand near scores, too."""
    assert [v for n, v in numbers(text) if n == "EDSS"] == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("He had 3 children and 2 dogs.", id="family"),
        pytest.param("He was seen on 12 March 2015 at 10:30.", id="date-and-hour"),
        pytest.param("He took aspirin 75 mg.", id="dose"),
        pytest.param("Haemoglobin was measured in 2015.", id="year"),
        pytest.param("Haemoglobin was low [12].", id="citation"),
        pytest.param("Haemoglobin was measured 3 times.", id="times"),
        pytest.param("Haemoglobin was normal after 6 weeks.", id="weeks"),
        pytest.param("Platelets were transfused; 2 units were given.", id="units-given"),
        pytest.param("Glucose 40 g was drunk as a test.", id="glucose-drunk"),
        pytest.param("Sodium was low. He walked 12 km.", id="next-sentence"),
        pytest.param("Potassium 40 mmol was infused.", id="potassium-infused"),
        pytest.param("A sodium below 120 mmol/L is dangerous.", id="general"),
        pytest.param("Albumin 20 g was given.", id="albumin-given"),
    ],
)
def test_numbers_that_measure_nothing(text: str) -> None:
    """Counts, dates, doses and what is given are no results."""
    assert numbers(text) == []


def test_no_value_has_a_filler_word_for_its_analyte() -> None:
    """ "There were 14 leukocytes/mm3" measures leukocytes, not "there"."""
    assert numbers("In the CSF there were 14 leukocytes/mm3.") == [
        ("CSF leukocytes", "14 {cells}/mm3")
    ]


def test_an_analyte_no_vocabulary_knows_keeps_its_words() -> None:
    """A concentration of something unknown is told with the author's name for it."""
    found = one("The florbinol level was 12 µmol/L.", "florbinol")
    assert found.analyte.concept is None
    assert said(found.value) == "12 umol/L"


def test_a_value_has_its_date() -> None:
    """Each value of a series keeps its own."""
    read = Reading(MAN + "Creatinine was 1.4 mg/dL on 12 March 2015 and 0.9 mg/dL on 2 May 2015.")
    assert [(said(f.value), said(f.when)) for f in read.named(ObservationFact, "creatinine")] == [
        ("1.4 mg/dL", "2015-03-12"),
        ("0.9 mg/dL", "2015-05-02"),
    ]


def test_scores_are_surveys() -> None:
    """The category tells a score from a laboratory value."""
    read = Reading(MAN + "EDSS was 4.5. Sodium was 131 mmol/L. Heart rate was 96 bpm.")
    assert {concept_of(f): f.category for f in read.of(ObservationFact)} == {
        "EDSS": "survey", "sodium": "laboratory", "heart rate": "vital-signs"
    }  # fmt: skip


def test_an_amount_by_body_weight_is_a_dose_and_no_result() -> None:
    """Immunoglobulin may be measured and given; g/kg is how it is given."""
    assert (
        Reading("A 40-year-old man was seen. Immunoglobulin 0.4 g/kg was infused.").of(
            ObservationFact
        )
        == []
    )


@pytest.mark.parametrize(
    ("text", "when"),
    [
        pytest.param("At 6-month follow-up EDSS was 3.0.", "6-month follow-up", id="follow-up"),
        pytest.param("Two weeks later, the EDSS was 3.0.", "Two weeks later", id="later"),
        pytest.param("On day 3, EDSS was 3.0.", "On day 3", id="day"),
        pytest.param("The EDSS was 3.0 on day 5.", "on day 5", id="behind"),
        pytest.param("EDSS was 3.0.", None, id="none"),
        pytest.param("Two weeks later, compared with an EDSS of 3.0, he was well.", None, id="compared"),
        pytest.param("He had MS for 2 years and EDSS was 3.0.", None, id="duration"),
        pytest.param("Two weeks later he left; after 3 days EDSS was 3.0.", None, id="two-times"),
    ],
)  # fmt: skip
def test_the_time_of_a_value(text: str, when: str | None) -> None:
    """Right at the value, or what the sentence begins with and no other time comes between."""
    assert words(one(text, "EDSS").when) == when


def test_the_second_of_two_values_has_the_leading_time() -> None:
    """What it rose from was before."""
    text = "Two weeks later, haemoglobin rose from 2.4 to 7.1 g/dL."
    found = Reading(MAN + text).named(ObservationFact, "hemoglobin")
    told = {said(f.value): words(f.when) for f in found}
    assert told == {"2.4 g/dL": None, "7.1 g/dL": "Two weeks later"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("He had hyponatraemia (118 mmol/L).", [("sodium", "118 mmol/L")], id="brackets"),
        pytest.param("He had a fever of up to 39.2 °C.", [("body temperature", "39.2 Cel")], id="up-to"),
        pytest.param("Proteinuria 1.3 g/24 h.", [("urine protein", "1.3 g/d")], id="table"),
        pytest.param("He had hypotension (85/55 mmHg).", [("diastolic blood pressure", "55 mm[Hg]"), ("systolic blood pressure", "85 mm[Hg]")], id="pressure"),
    ],
)  # fmt: skip
def test_conditions_told_with_their_number(text: str, expected: list[tuple[str, str]]) -> None:
    """The number is the observation's that makes the condition."""
    assert numbers(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("He had hyponatraemia (Table 2).", id="table"),
        pytest.param("He had hyponatraemia for 3 days.", id="days"),
        pytest.param("He had fever (aspirin 500 mg).", id="dose"),
        pytest.param("He had anaemia and got 2 L of fluid.", id="fluid"),
        pytest.param("He had hypertension (stage 2).", id="stage"),
        pytest.param("His blood pressure increased by 40 mmHg.", id="change"),
        pytest.param("He lost 7 kg of weight.", id="loss"),
        pytest.param("The CSF/plasma albumin ratio was 7.4.", id="ratio-of-two"),
        pytest.param("The IgG titre was 400.", id="class-titre"),
        pytest.param("Adrenal autoantibodies to 21-hydroxylase were sought.", id="enzyme"),
        pytest.param("Half, 50% of erythroblasts were ringed.", id="share-of-them"),
        pytest.param("Oxygen saturation fell at 02:15 p.m.", id="hour"),
        pytest.param("He had IgG 4-related disease.", id="name"),
        pytest.param("The cells stained for cytokeratin (CK) 7.", id="number-of-a-name"),
        pytest.param("There was 2+ blood on the dipstick.", id="grade-of-something-else"),
    ],
)
def test_more_numbers_that_are_no_result(text: str) -> None:
    """Changes, losses, names and other things' numbers."""
    assert numbers(text) == []


@pytest.mark.parametrize(
    ("text", "concept", "value"),
    [
        pytest.param("Visual acuity was 20/40.", "visual acuity", "20/40", id="acuity"),
        pytest.param("Visual acuity was 6/18 in the left eye.", "visual acuity", "6/18 in the left eye", id="side"),
        pytest.param("Urine protein was 3+.", "urine protein", "3+", id="grade"),
        pytest.param("The tumour size was 4 x 5 cm.", "tumor size", "4 x 5 cm", id="size"),
    ],
)  # fmt: skip
def test_values_that_are_words(text: str, concept: str, value: str) -> None:
    """Two numbers that are one finding are quoted."""
    found = one(text, concept)
    assert isinstance(found.value, Term)
    assert words(found.value) == value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("ANA was positive (1:320).", [("ANA", "1:320")], id="positive"),
        pytest.param("ANA 1:640.", [("ANA", "1:640")], id="bare"),
        pytest.param("The ANA titre was 1/160.", [("ANA titer", "1:160")], id="slash"),
        pytest.param("LVEF was 0.35.", [("left ventricular ejection fraction", "0.35")], id="part-of-one"),
        pytest.param("Prothrombin time was 14 seconds.", [("PT", "14 s")], id="clotting-time"),
        pytest.param("The base excess was -5.5 mmol/L.", [("base excess", "-5.5 mmol/L")], id="minus"),
        pytest.param("Haemoglobin -5.5 g/dL.", [("hemoglobin", "5.5 g/dL")], id="dash"),
        pytest.param("FVC was 80% (4.18 L).", [("FVC", "4.18 L"), ("FVC", "80 %")], id="two-kinds-of-unit"),
        pytest.param("Glucose was 90 mg/dL (5.0 mmol/L).", [("glucose", "90 mg/dL")], id="converted"),
        pytest.param("Sodium was 120 and rose to 131 mmol/L.", [("sodium", "120 mmol/L"), ("sodium", "131 mmol/L")], id="unit-once"),
        pytest.param("81% of the white cells were lymphocytes.", [("lymphocytes/100 leukocytes", "81 %")], id="share"),
    ],
)  # fmt: skip
def test_forms_of_values(text: str, expected: list[tuple[str, str]]) -> None:
    """Titres, shares, minus signs, two units for one value and one unit for two."""
    assert numbers(text) == expected
