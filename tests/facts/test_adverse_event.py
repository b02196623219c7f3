from __future__ import annotations

import pytest

from fhirkit.facts.model import AdverseEventFact
from reading import Reading, concept_of, said, words

WOMAN = "A 45-year-old woman came to our clinic. "


def events(text: str) -> list[tuple[str, list[str]]]:
    """(reaction, suspects) of each adverse event."""
    read = Reading(WOMAN + text)
    return sorted(
        (concept_of(f), sorted(concept_of(read.by_id(s.medication)) for s in f.suspects))
        for f in read.of(AdverseEventFact)
    )


def one(text: str) -> AdverseEventFact:
    """The one adverse event."""
    return Reading(WOMAN + text).one(AdverseEventFact)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("She developed agranulocytosis induced by clozapine.", [("agranulocytosis", ["clozapine"])], id="induced-by"),
        pytest.param("She had pancreatitis due to azathioprine; mesalazine was continued.", [("pancreatitis", ["azathioprine"])], id="not-the-other-drug"),
        pytest.param("She took ibuprofen. Ibuprofen was stopped because of haematuria.", [("haematuria", ["ibuprofen"])], id="stopped-because"),
        pytest.param("She took ibuprofen. Ibuprofen was discontinued in June 2018 because of haematuria.", [("haematuria", ["ibuprofen"])], id="stopped-with-date"),
        pytest.param("She received vancomycin and piperacillin. Acute kidney injury was caused by vancomycin and piperacillin.", [("acute kidney injury", ["piperacillin", "vancomycin"])], id="two-suspects"),
        pytest.param("She took lamotrigine. A rash and hepatitis due to lamotrigine were seen.", [("hepatitis", ["lamotrigine"]), ("rash", ["lamotrigine"])], id="two-reactions"),
        pytest.param("She took lamotrigine. Drug-induced liver injury was diagnosed.", [("drug-induced liver injury", ["lamotrigine"])], id="drug-induced"),
        pytest.param("She took carbamazepine. Carbamazepine-induced hepatitis was diagnosed.", [("hepatitis", ["carbamazepine"])], id="hyphen-induced"),
        pytest.param("She took clozapine. The myocarditis was attributed to clozapine.", [("myocarditis", ["clozapine"])], id="attributed"),
        pytest.param("She took clozapine, which caused myocarditis.", [("myocarditis", ["clozapine"])], id="which-caused"),
        pytest.param("She took ibuprofen. The diagnosis was hepatitis; the authors held ibuprofen responsible.", [("hepatitis", ["ibuprofen"])], id="held-responsible"),
        pytest.param("She took amoxicillin. The rash recurred on rechallenge with amoxicillin.", [("rash", ["amoxicillin"])], id="rechallenge"),
        pytest.param("She took amoxicillin. No rash occurred on rechallenge with amoxicillin.", [], id="negative-rechallenge"),
        pytest.param("She took ibuprofen. The hepatitis was severe, and ibuprofen was blamed.", [("hepatitis", ["ibuprofen"])], id="blamed"),
        pytest.param("She took ibuprofen. Of the rash and the hepatitis, ibuprofen was blamed.", [], id="blamed-for-which"),
        pytest.param("She took ibuprofen. She had hepatitis; ibuprofen was not to blame.", [], id="not-to-blame"),
        pytest.param("She took ibuprofen. She had hepatitis; the responsible nurse saw her.", [], id="responsible-nurse"),
        pytest.param("She took lamotrigine. The rash may have been caused by lamotrigine.", [("rash", ["lamotrigine"])], id="may-have-been"),
        pytest.param("She took lamotrigine. The rash was possibly related to lamotrigine.", [("rash", ["lamotrigine"])], id="possibly-related"),
        pytest.param("She took lamotrigine. Hepatitis was suspected to be induced by lamotrigine.", [("hepatitis", ["lamotrigine"])], id="suspected-to-be"),
        pytest.param("She took lamotrigine. Lamotrigine was the probable cause of her rash.", [("rash", ["lamotrigine"])], id="probable-cause"),
        pytest.param("She had anaphylaxis 10 minutes after intravenous amoxicillin 1 g.", [("anaphylaxis", ["amoxicillin"])], id="minutes-after"),
        pytest.param("She took procainamide. Procainamide hydrochloride-induced lupus was diagnosed.", [("systemic lupus erythematosus", ["procainamide"])], id="salt-induced"),
        pytest.param("She took methotrexate. Methotrexate (MTX) was responsible for the hepatitis.", [("hepatitis", ["methotrexate"])], id="abbreviation-between"),
        pytest.param("She took phenytoin, resulting in a rash.", [("rash", ["phenytoin"])], id="resulting-in"),
        pytest.param("Within 48 hours of starting allopurinol she developed a rash.", [("rash", ["allopurinol"])], id="within"),
        pytest.param("On day 12 of treatment with allopurinol, she developed a rash and hepatitis.", [("hepatitis", ["allopurinol"]), ("rash", ["allopurinol"])], id="day-of-treatment"),
        pytest.param("She developed a rash while receiving treatment with allopurinol.", [("rash", ["allopurinol"])], id="while-receiving"),
        pytest.param("She had an allergic reaction to ceftriaxone.", [("hypersensitivity reaction", ["ceftriaxone"])], id="reaction-to"),
        pytest.param("She took warfarin. The combination of warfarin and fluconazole caused haemorrhage.", [("bleeding", ["fluconazole", "warfarin"])], id="combination"),
    ],
)  # fmt: skip
def test_reactions_and_their_suspects(text: str, expected: list[tuple[str, list[str]]]) -> None:
    """Stated by the author, with the drug that is named and no other."""
    assert events(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("She took clozapine. She developed agranulocytosis. It was not related to clozapine.", id="not-related"),
        pytest.param("She took clozapine. Clozapine can cause agranulocytosis. She had no agranulocytosis.", id="not-had"),
        pytest.param("She took clozapine. In the literature, five patients had myocarditis due to clozapine.", id="literature"),
        pytest.param("She took methotrexate for psoriasis. Psoriasis improved.", id="indication"),
        pytest.param("She had asthma. She took salbutamol because of asthma.", id="given-because-of"),
        pytest.param("Her mother had had hepatitis caused by isoniazid.", id="mother"),
        pytest.param("She took isoniazid. She had hepatitis. Her mother had had hepatitis due to isoniazid.", id="mother-had-the-same"),
        pytest.param("She took isoniazid. She had hepatitis, which was not due to isoniazid.", id="not-due-to"),
        pytest.param("Pneumonia was treated with ceftriaxone.", id="treated-with"),
        pytest.param("Pneumonia resolved after ceftriaxone.", id="resolved-after"),
        pytest.param("Clozapine was considered, but myocarditis was feared.", id="considered"),
        pytest.param("She took aspirin. Pneumonia was caused by Listeria.", id="germ"),
        pytest.param("She had epilepsy. Seizures were due to missed carbamazepine.", id="missed-drug"),
        pytest.param("She took aspirin. Anaemia due to iron deficiency was found.", id="other-cause"),
        pytest.param("Sepsis was excluded as a side effect of rituximab, which she took.", id="excluded"),
        pytest.param("She took warfarin for atrial fibrillation.", id="for"),
        pytest.param("She took lamotrigine. The rash was unlikely to be caused by lamotrigine.", id="unlikely"),
        pytest.param("She took lamotrigine. The rash was not considered related to lamotrigine.", id="not-considered-related"),
        pytest.param("She took bevacizumab. Hepatitis due to bevacizumab was incorrectly assumed.", id="incorrectly"),
        pytest.param("She took nivolumab and was initially diagnosed with nivolumab-induced myositis.", id="initially"),
        pytest.param("We report a woman with lupus treated with prednisolone.", id="treated-background"),
        pytest.param("We report a diabetic woman who had been on azathioprine for a year.", id="background-on"),
        pytest.param("She had pruritus that had not resolved after treatment with cetirizine.", id="not-resolved-after"),
        pytest.param("She developed neutropenia and it was managed with filgrastim during the week.", id="managed-with"),
        pytest.param("She developed an infection for which she received treatment with ciprofloxacin.", id="for-which"),
        pytest.param("She took thiamine. Beriberi was attributed to thiamine deficiency.", id="deficiency"),
        pytest.param("She developed vertigo after carbamazepine was abruptly discontinued.", id="after-the-end"),
        pytest.param("The rash was not attributed to amoxicillin but to the infection. She had taken amoxicillin.", id="not-attributed"),
        pytest.param("She had pneumonia two weeks after discharge on amoxicillin.", id="after-discharge"),
        pytest.param("Three years after stopping methimazole she developed thyroiditis.", id="after-stopping"),
        pytest.param("She developed hypertension. Acyclovir was given to prevent herpes-related infection.", id="to-prevent"),
        pytest.param("The results of dexamethasone suppression excluded a mass.", id="results-of"),
        pytest.param("She had a stroke following mastectomy and she developed seizures after a biopsy.", id="surgery"),
        pytest.param("She developed liver metastasis three months after starting capecitabine.", id="progression"),
        pytest.param("Insulin-induced hypoglycaemia in diabetes was never seen.", id="never-seen"),
    ],
)  # fmt: skip
def test_no_event_is_made_up(text: str) -> None:
    """Rejected, general, others', indications, other causes."""
    assert events(text) == []


@pytest.mark.parametrize(
    ("text", "criteria"),
    [
        pytest.param("She was hospitalized for hepatitis caused by isoniazid.", {"hospitalisation"}, id="hospital"),
        pytest.param("Life-threatening hepatitis was caused by isoniazid.", {"life-threatening"}, id="life-threatening"),
        pytest.param("She had hepatitis caused by isoniazid. She died of hepatitis.", {"death"}, id="death"),
        pytest.param("She had hepatitis caused by isoniazid.", set(), id="none"),
        pytest.param("She had hepatitis caused by isoniazid. It was not life-threatening.", set(), id="not-life-threatening"),
        pytest.param("She had hepatitis caused by isoniazid and was not hospitalized.", set(), id="not-hospitalized"),
    ],
)  # fmt: skip
def test_seriousness(text: str, criteria: set[str]) -> None:
    """Only criteria the text supports."""
    assert {t.concept for t in one(text).seriousness} == criteria


def test_the_authors_words_on_causality() -> None:
    """The sentence itself, as it stands in the text."""
    found = one("She took clozapine. The myocarditis was attributed\nto clozapine. She rested.")
    assert [s.text for s in found.causality] == ["The myocarditis was attributed\nto clozapine."]


@pytest.mark.parametrize(
    ("text", "category"),
    [
        pytest.param("She had hepatitis caused by isoniazid, a probable reaction on the Naranjo scale.", "probable", id="before-the-name"),
        pytest.param("She had hepatitis caused by isoniazid, judged possible by the WHO-UMC criteria.", "possible", id="judged"),
        pytest.param("She had hepatitis caused by isoniazid. The Naranjo score was 7.", None, id="score-alone"),
        pytest.param("She had hepatitis caused by isoniazid. It was probable that she was at home.", None, id="probable-that"),
        pytest.param("She had hepatitis caused by isoniazid (Naranjo scale: probable).", "probable", id="naranjo"),
        pytest.param("She had hepatitis caused by isoniazid. The Naranjo score was 7, indicating a probable reaction.", "probable", id="next-sentence"),
        pytest.param("She had hepatitis caused by isoniazid, WHO-UMC category certain.", "certain", id="who-umc"),
        pytest.param("She had hepatitis probably caused by isoniazid.", None, id="no-scale"),
        pytest.param("She had hepatitis caused by isoniazid.", None, id="none"),
    ],
)  # fmt: skip
def test_a_category_only_where_the_text_states_one(text: str, category: str | None) -> None:
    """ "Probably" is no Naranjo category."""
    found = one(text).causality_category
    assert (found.concept if found else None) == category


def test_the_scale_of_a_category_is_told() -> None:
    """By which scale the authors judged."""
    found = one("She had hepatitis caused by isoniazid (Naranjo scale: probable).")
    assert words(found.causality_method) == "Naranjo"


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        pytest.param("Bleeding occurred due to an interaction between warfarin and fluconazole.", {"interacting"}, id="due-to"),
        pytest.param("An interaction between warfarin and fluconazole was held responsible for the haemorrhage.", {"interacting"}, id="responsible"),
        pytest.param("Bleeding occurred due to warfarin and aspirin.", {"suspect"}, id="two-suspects"),
        pytest.param("Bleeding occurred due to warfarin; no interaction was found.", {"suspect"}, id="no-interaction"),
    ],
)  # fmt: skip
def test_drugs_that_interacted(text: str, roles: set[str]) -> None:
    """Each of them is in it, and as interacting."""
    found = one("She took warfarin. " + text).suspects
    assert {s.role for s in found} == roles


@pytest.mark.parametrize(
    ("text", "latency"),
    [
        pytest.param("Within 48 hours of starting allopurinol she developed a rash.", "Within 48 hours of starting allopurinol", id="within"),
        pytest.param("On day 12 of treatment with allopurinol, she developed a rash.", "On day 12 of treatment with allopurinol", id="day"),
        pytest.param("She developed a rash after the third dose of allopurinol.", "after the third dose of allopurinol", id="third-dose"),
        pytest.param("She developed a rash due to allopurinol two days after discharge.", "", id="after-something-else"),
        pytest.param("She developed a rash due to allopurinol.", "", id="none"),
    ],
)  # fmt: skip
def test_latency(text: str, latency: str) -> None:
    """The time from the suspect, as it is told."""
    assert (words(one(text).latency) or "") == latency


def test_within_is_a_bound() -> None:
    """ "Within 48 hours" is no distance of 48 hours."""
    latency = one("Within 48 hours of starting allopurinol she developed a rash.").latency
    assert latency is not None
    assert latency.offset is not None
    assert (latency.offset.comparator, latency.offset.digits) == ("<=", "48")


def test_the_drug_given_for_a_reaction_is_no_suspect() -> None:
    """It came afterwards, and because of it."""
    found = one(
        "She developed hepatitis caused by isoniazid. After she was given acetylcysteine for the "
        "hepatitis, she recovered."
    )
    assert [s.medication for s in found.suspects] == ["medication-isoniazid"]


def test_suspects_point_at_the_drugs_words() -> None:
    """The span of a suspect is the drug as named in the statement."""
    found = one("She took Tysabri. Hepatitis was attributed to natalizumab.")
    assert [words(s) for s in found.suspects] == ["natalizumab"]


def test_severity_is_that_of_the_reaction() -> None:
    """ "Severe" at the reaction, not elsewhere."""
    assert said(one("She had severe hepatitis caused by isoniazid.").severity) == "severe"
    assert one("In severe pain, she had hepatitis caused by isoniazid.").severity is None


def test_a_title_may_name_drug_and_reaction() -> None:
    """The case tells the rest."""
    read = Reading(
        "Carbamazepine-induced hepatitis in a gardener\n\nA 45-year-old woman took carbamazepine "
        "400 mg daily. Three weeks later she developed hepatitis. She recovered."
    )
    found = read.one(AdverseEventFact)
    assert (concept_of(found), said(found.outcome)) == ("hepatitis", "recovered")


@pytest.mark.parametrize(
    ("text", "count"),
    [
        pytest.param("We report a case of interstitial nephritis in a woman treated with sunitinib.", 1, id="in-a-woman"),
        pytest.param("We report a case of lupus in a woman treated with prednisolone for lupus.", 0, id="for-it"),
        pytest.param("We report a woman with lupus treated with prednisolone.", 0, id="woman-with"),
        pytest.param("We report a case of lupus successfully treated with prednisolone in a woman.", 0, id="treated"),
    ],
)  # fmt: skip
def test_reported_in_somebody_treated(text: str, count: int) -> None:
    """What came under a drug, and not what it was given for."""
    read = Reading(text + " She was 45 years old.")
    assert len(read.of(AdverseEventFact)) == count


def test_reported_after_a_drug() -> None:
    """ "We report X following Y" reports X as an event on Y."""
    read = Reading(
        "We report a case of haemolytic anaemia following ceftriaxone in a 45-year-old woman. She "
        "had received ceftriaxone 2 g for a sore throat."
    )
    found = read.one(AdverseEventFact)
    assert (concept_of(found), [s.medication for s in found.suspects]) == (
        "haemolytic anaemia", ["medication-ceftriaxone"]
    )  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("She had infiltrates on her scan. Prednisone was given. Prednisone was stopped. The infiltrates resolved.", id="treatment-stopped"),
        pytest.param("Ten days after the first dose of thiamine her nausea improved. Pseudo-obstruction was diagnosed.", id="time-of-improvement"),
        pytest.param("One year after infliximab she still had uveitis. Macular oedema was diagnosed.", id="time-of-no-effect"),
        pytest.param("She had a stroke due to septic embolization.", id="embolus"),
    ],
)  # fmt: skip
def test_how_well_a_treatment_worked_is_no_adverse_event(text: str) -> None:
    """What was there before the drug, got better with it, or went on despite it."""
    assert events(text) == []
