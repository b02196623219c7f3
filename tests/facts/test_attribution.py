from __future__ import annotations

import pytest

from fhirkit.facts.model import (
    AdverseEventFact,
    Certainty,
    ConditionFact,
    EncounterFact,
    MedicationFact,
    ObservationFact,
    ProcedureFact,
    SymptomFact,
    Whose,
)
from reading import Reading, concept_of

WOMAN = "A 36-year-old woman came to our clinic with fatigue. "


@pytest.mark.parametrize(
    ("text", "concept", "whose"),
    [
        pytest.param("Her mother had rheumatoid arthritis.", "rheumatoid arthritis", Whose.FAMILY, id="mother"),
        pytest.param("Family history was notable for epilepsy.", "epilepsy", Whose.FAMILY, id="family-history"),
        pytest.param("Two of her brothers suffered from asthma.", "asthma", Whose.FAMILY, id="brothers"),
        pytest.param("Her father died of lymphoma.", "lymphoma", Whose.FAMILY, id="father-died"),
        pytest.param("There was a family history of psoriasis.", "psoriasis", Whose.FAMILY, id="there-was"),
        pytest.param("Pneumonia is a common cause of death.", "pneumonia", Whose.GENERAL, id="general"),
        pytest.param("Sepsis may occur in weak people.", "sepsis", Whose.GENERAL, id="may-occur"),
        pytest.param("Uveitis was seen in 14 of 90 patients.", "uveitis", Whose.OTHERS, id="share-of-patients"),
        pytest.param("Uveitis was seen in 14 of these patients.", "uveitis", Whose.OTHERS, id="these-patients"),
        pytest.param("Of 64 treated people, nine had uveitis.", "uveitis", Whose.OTHERS, id="treated-people"),
        pytest.param("In a large cohort, lymphoma was found in 2 %.", "lymphoma", Whose.OTHERS, id="cohort"),
        pytest.param("Another patient of the ward had sarcoidosis.", "sarcoidosis", Whose.OTHERS, id="another-patient"),
        pytest.param("Vasculitis has been reported with this drug.", "vasculitis", Whose.OTHERS, id="reported"),
        pytest.param("Adler et al. described pancreatitis.", "pancreatitis", Whose.OTHERS, id="et-al"),
        pytest.param("Six cases of myocarditis have been published.", "myocarditis", Whose.OTHERS, id="published-cases"),
        pytest.param("Patients with dementia need more care.", "dementia", Whose.OTHERS, id="patients-with"),
        pytest.param("The donor had hepatitis.", "hepatitis", Whose.OTHERS, id="donor"),
        pytest.param("Biopsy of the donor showed hepatitis.", "hepatitis", Whose.OTHERS, id="of-the-donor"),
        pytest.param("Recent studies showed that uveitis was seen.", "uveitis", Whose.OTHERS, id="studies"),
        pytest.param("Several studies confirmed uveitis.", "uveitis", Whose.OTHERS, id="several-studies"),
        pytest.param("A 25-year-old man of the ward had uveitis.", "uveitis", Whose.OTHERS, id="another-age"),
        pytest.param("Gout can be improved by a diet.", "gout", Whose.GENERAL, id="can-be"),
        pytest.param("Gout should always be thought of.", "gout", Whose.GENERAL, id="should-always-be"),
        pytest.param("Gout is most often associated with obesity.", "gout", Whose.GENERAL, id="most-often"),
        pytest.param("The cases described had gout.", "gout", Whose.OTHERS, id="the-cases-described"),
    ],
)  # fmt: skip
def test_what_is_said_of_others_is_not_the_patients(text: str, concept: str, whose: Whose) -> None:
    """Relatives, other patients, the literature and what is known in general."""
    read = Reading(WOMAN + text)
    assert read.named(ConditionFact, concept) == []
    assert [f.whose for f in read.named(ConditionFact, concept, None)] == [whose]


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        pytest.param("She had asthma.", "asthma", id="pronoun"),
        pytest.param(
            "She gave birth to a healthy girl and developed asthma.", "asthma", id="after-a-birth"
        ),
        pytest.param("Our patient had asthma.", "asthma", id="our-patient"),
        pytest.param("Asthma was found.", "asthma", id="goes-on"),
        pytest.param("Her mother reported that she had asthma.", "asthma", id="mother-reports"),
        pytest.param(
            "Her mother had psoriasis. She herself had asthma.", "asthma", id="back-to-her"
        ),
        pytest.param("The patient's asthma was treated.", "asthma", id="possessive"),
        pytest.param("Unlike her sister, she had asthma.", "asthma", id="unlike-her-sister"),
        pytest.param("Imaging studies revealed asthma.", "asthma", id="imaging-studies"),
        pytest.param("Laboratory studies were done. Asthma was found.", "asthma", id="laboratory"),
        pytest.param("When she was 12 years old asthma was found.", "asthma", id="at-an-earlier-age"),
        pytest.param("At the age of 12 years she had asthma.", "asthma", id="at-the-age-of"),
        pytest.param("She received a kidney of a living donor. Asthma was found.", "asthma", id="graft"),
        pytest.param("A scan of the donor was normal. Asthma was found.", "asthma", id="after-the-donor"),
        pytest.param("Gout can recur. Spirometry showed asthma.", "asthma", id="after-a-general-statement"),
        pytest.param("A rash was seen that has been associated with gout. Asthma was found.", "asthma", id="aside"),
    ],
)  # fmt: skip
def test_what_is_said_of_the_patient_is_the_patients(text: str, concept: str) -> None:
    """Pronouns, the patient named, the running text."""
    assert Reading(WOMAN + text).one(ConditionFact, concept).certainty is Certainty.AFFIRMED


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Her sister takes levothyroxine 100 µg daily.", id="sister"),
        pytest.param("Her father was treated with warfarin.", id="father"),
        pytest.param("Her husband had been given rituximab.", id="husband"),
        pytest.param("Fingolimod 0.5 mg is licensed for relapsing disease.", id="licensed"),
        pytest.param("The usual dose of prednisone is 1 mg/kg.", id="usual-dose"),
        pytest.param("In a trial, 400 patients received natalizumab 300 mg.", id="trial"),
        pytest.param("Natalizumab binds to an integrin.", id="mechanism"),
        pytest.param("Seven patients in the literature received cladribine.", id="literature"),
        pytest.param("Another patient was given ocrelizumab.", id="another-patient"),
        pytest.param("Mitoxantrone is also used to treat leukaemia.", id="also-used"),
        pytest.param("Children should not receive aspirin.", id="should-not"),
    ],
)
def test_drugs_of_others_are_not_the_patients(text: str) -> None:
    """A dose in the neighbourhood changes nothing."""
    assert Reading(WOMAN + text).of(MedicationFact) == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Her mother was admitted to hospital.", id="mother"),
        pytest.param("Her brother was hospitalized for weeks.", id="brother"),
        pytest.param("Many patients with this disease are admitted to hospital.", id="patients"),
    ],
)
def test_stays_of_others_are_not_the_patients(text: str) -> None:
    """A relative's admission is no encounter of the case."""
    assert Reading(WOMAN + text).of(EncounterFact) == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Her brother underwent splenectomy.", id="brother"),
        pytest.param("Splenectomy is used in refractory disease.", id="general"),
        pytest.param("In the literature, three patients underwent splenectomy.", id="literature"),
        pytest.param("Splenectomy was considered.", id="considered"),
        pytest.param("She declined splenectomy.", id="declined"),
    ],
)
def test_procedures_of_others_are_not_the_patients(text: str) -> None:
    """Nor are those only thought of."""
    read = Reading(WOMAN + text)
    assert [f for f in read.of(ProcedureFact) if f.certainty is not Certainty.NOT_DONE] == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Her mother had a haemoglobin of 6 g/dL.", id="mother"),
        pytest.param("In 30 patients, haemoglobin was 9 g/dL on average.", id="patients"),
        pytest.param("The reference range for calcium is 2.2-2.6 mmol/L.", id="reference-range"),
        pytest.param("A normal sodium is 140 mmol/L.", id="normal-value"),
        pytest.param("The EDSS ranges from 0 to 10.", id="scale"),
        pytest.param("The EDSS is a scale of 20 steps, 10 being death.", id="definition"),
        pytest.param("Severe neutropenia is defined as neutrophils below 0.5 x 10^9/L.", id="defined-as"),
        pytest.param("Creatinine above 2 mg/dL is a contraindication.", id="contraindication"),
        pytest.param("She gave birth to a healthy boy weighing 3200 g.", id="newborn"),
        pytest.param("She gave birth to a boy, weighing 3200 g.", id="newborn-comma"),
    ],
)  # fmt: skip
def test_numbers_of_others_are_not_the_patients(text: str) -> None:
    """Relatives, groups, scales and definitions have numbers too."""
    assert Reading(WOMAN + text).of(ObservationFact) == []


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        pytest.param("Rituximab was considered but was not given.", "rituximab", id="considered"),
        pytest.param("She declined fingolimod.", "fingolimod", id="declined"),
        pytest.param("Treatment options included natalizumab or others.", "natalizumab", id="options"),
        pytest.param("We discussed ocrelizumab with her.", "ocrelizumab", id="discussed-with-her"),
        pytest.param("She was scheduled for rituximab.", "rituximab", id="scheduled"),
        pytest.param("Cladribine was proposed, but she refused.", "cladribine", id="refused"),
        pytest.param("We weighed the choice between natalizumab and rest.", "natalizumab", id="choice"),
        pytest.param("Switching to ocrelizumab was planned.", "ocrelizumab", id="planned"),
    ],
)  # fmt: skip
def test_treatments_weighed_are_not_given(text: str, concept: str) -> None:
    """Considered, offered, declined, planned: told, but nothing the patient had."""
    read = Reading(WOMAN + text)
    assert read.of(MedicationFact) == []
    assert {f.whose for f in read.named(MedicationFact, concept, None)} <= {Whose.CONSIDERED}


def test_a_considered_treatment_is_given_once_it_is_given() -> None:
    """Weighed first, then received: the second sentence counts."""
    read = Reading(
        WOMAN + "Rituximab was considered. Three weeks later she received rituximab 1 g."
    )
    drug = read.one(MedicationFact, "rituximab")
    assert drug.dose is not None
    assert drug.dose.span.text == "1 g"


@pytest.mark.parametrize(
    "legend",
    [
        pytest.param("Figure 1. Haemoglobin of 5 g/dL after rituximab 500 mg.", id="values"),
        pytest.param(
            "Figure 2. (A) Stain shows vasculitis; scale bar 50 µm. (B) Lymphoma.", id="panels"
        ),
        pytest.param("Fig. 3 Score ranging from 0 to 10 in patients with dementia.", id="scale"),
    ],
)
def test_a_legend_states_nothing_of_the_patient(legend: str) -> None:
    """Facts in a legend are kept apart as definitions."""
    read = Reading(f"{WOMAN.strip()}\n\n{legend}\n\nShe went home without any treatment.")
    assert read.of(MedicationFact) == read.of(ObservationFact) == read.of(ConditionFact) == []


def test_a_discussion_repeats_and_does_not_add() -> None:
    """Diseases and drugs that only the discussion names are not the patient's."""
    read = Reading(
        f"Case report\n\n{WOMAN}She received natalizumab.\n\nDiscussion\n\nNatalizumab may cause "
        "hepatitis. Patients on rituximab had pneumonia. Ocrelizumab 600 mg is an alternative."
    )
    assert [concept_of(f) for f in read.of(MedicationFact)] == ["natalizumab"]
    assert read.of(ConditionFact) == []


def test_our_patient_in_a_discussion_is_the_patient() -> None:
    """ "In our patient" tells of the case wherever it stands."""
    read = Reading(
        f"Case report\n\n{WOMAN}\n\nDiscussion\n\nIn our patient, pneumonia developed on "
        "natalizumab. Others had sepsis."
    )
    assert [concept_of(f) for f in read.of(ConditionFact)] == ["pneumonia"]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("References\n\n1. Adler B. Fever after rituximab 500 mg. J Odd Med 2011;3:12-9.", id="references"),
        pytest.param("Funding\n\nThe work was paid for by the makers of natalizumab.", id="funding"),
        pytest.param("Correspondence\n\nDr. M. S. Adler, Clinic for Multiple Sclerosis.", id="address"),
    ],
)  # fmt: skip
def test_back_matter_states_nothing(text: str) -> None:
    """References, funding and addresses name drugs and diseases."""
    read = Reading(f"Case report\n\n{WOMAN.strip()}\n\n{text}")
    assert [concept_of(f) for f in read.of(MedicationFact)] == []
    assert [concept_of(f) for f in read.of(ConditionFact)] == []
    assert [concept_of(f) for f in read.of(SymptomFact)] == ["fatigue"]


def test_a_text_without_a_case_states_nothing_of_a_patient() -> None:
    """A review has drugs, doses, values and diseases and no patient; a notice says so."""
    read = Reading(
        "Multiple sclerosis affects women aged 20 to 40 years. Natalizumab 300 mg is given every "
        "four weeks. Pneumonia may occur. In studies, haemoglobin was 11 g/dL."
    )
    assert read.patient() is None
    assert [f for f in read.case.facts if f.whose is Whose.PATIENT] == []
    assert len(read.case.notices) == 1


def test_a_stranger_in_the_literature_has_no_adverse_event_here() -> None:
    """ "A 50-year-old man" of another report is not the patient either."""
    read = Reading(
        f"Case report\n\n{WOMAN}She received clozapine.\n\nDiscussion\n\nAdler reported a "
        "50-year-old man who developed myocarditis due to clozapine. He died."
    )
    assert read.of(AdverseEventFact) == []
    patient = read.patient()
    assert patient is not None
    assert patient.age is not None
    assert (patient.age.digits, patient.deceased) == ("36", None)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("A female infant came to us with asthma.", id="came"),
        pytest.param("A Japanese patient presented with asthma.", id="a-patient"),
        pytest.param("A Caucasian male sustained burns. Asthma was found later.", id="sustained"),
        pytest.param("A case of asthma in a young woman is described.", id="a-case-of"),
        pytest.param("We report here a child with asthma.", id="we-report-here"),
        pytest.param("A five-year-old boy had asthma.", id="age-in-words"),
        pytest.param("A 39-year of age male had asthma.", id="year-of-age"),
    ],
)
def test_a_case_may_begin_in_many_ways(text: str) -> None:
    """Without "our patient", and without an age in digits."""
    read = Reading(text)
    assert read.patient() is not None
    assert read.one(ConditionFact, "asthma")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("A case of asthma is a challenge.", id="no-case-told"),
        pytest.param("A patient needs care in asthma.", id="in-general"),
        pytest.param("Children with asthma came to us.", id="children"),
        pytest.param("Five cases of asthma were reported.", id="five-cases"),
    ],
)
def test_what_tells_of_no_one_begins_no_case(text: str) -> None:
    """A patient in general is nobody."""
    assert Reading(text).case.by_patient() == {}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Ten patients had gout. Spirometry showed asthma.", id="counted"),
        pytest.param("Another patient had gout. Spirometry showed asthma.", id="another-patient"),
        pytest.param(
            "Gout has been reported. Spirometry in ten patients showed asthma.", id="group"
        ),
        pytest.param("\n\nDiscussion\nGout can recur. Spirometry showed asthma.", id="discussion"),
    ],
)
def test_a_finding_after_others_is_theirs(text: str) -> None:
    """What a study showed follows the people who were told of."""
    assert Reading(WOMAN + text).named(ConditionFact, "asthma") == []


@pytest.mark.parametrize(
    "other",
    [
        pytest.param("Adler et al. described a 60-year-old man with lymphoma.", id="et-al"),
        pytest.param("In the literature, a 60-year-old man had lymphoma.", id="literature"),
        pytest.param("One of them was a 60-year-old man with lymphoma.", id="one-of-them"),
    ],
)
def test_somebody_else_with_an_age_is_not_the_patient(other: str) -> None:
    """Neither before the patient is introduced nor after; the next "she" is the patient."""
    own = "A 36-year-old woman came to our clinic. She had epilepsy."
    for text in (f"{other} {own}", f"{own}\n\n{other}\n\nShe had asthma."):
        read = Reading(text)
        told = {concept_of(f) for f in read.case.facts if f.whose is Whose.PATIENT}
        assert "epilepsy" in told
        assert "lymphoma" not in told
    assert "asthma" in told


def test_he_after_a_man_of_the_literature_is_that_man() -> None:
    """Where the pronoun fits the stranger it stays with him."""
    text = (
        "A 36-year-old man had epilepsy.\n\nAdler et al. described a 60-year-old man. "
        "He had asthma."
    )
    told = {concept_of(f): f.whose for f in Reading(text).case.facts}
    assert told["epilepsy"] is Whose.PATIENT
    assert told.get("asthma") is not Whose.PATIENT


def test_a_patient_unlike_others_is_introduced_all_the_same() -> None:
    """What is said of others behind the age does not make the patient one of them."""
    read = Reading("A 36-year-old woman, unlike other patients, had epilepsy.")
    told = {concept_of(f): f.whose for f in read.case.facts}
    assert told["epilepsy"] is Whose.PATIENT


@pytest.mark.parametrize(
    ("text", "whose"),
    [
        ("Her husband was brought in the same day. He had pneumonia.", Whose.FAMILY),
        ("Her son was ill. He had a cough. He had pneumonia.", Whose.FAMILY),
        ("Her husband was well. She had pneumonia.", Whose.PATIENT),
        ("The next day he had pneumonia.", Whose.PATIENT),
    ],
)
def test_a_pronoun_of_the_other_sex_means_the_relative_told_before(text: str, whose: Whose) -> None:
    """Without a relative it is a slip of the author's, and still the patient."""
    read = Reading("A 50-year-old woman was admitted. " + text)
    found = [f for f in read.case.facts if isinstance(f, ConditionFact)]
    assert [f.whose for f in found if f.name.concept == "pneumonia"] == [whose]
