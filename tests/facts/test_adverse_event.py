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
        pytest.param("She had hepatitis caused by isoniazid, a probable reaction on the Naranjo scale.", None, id="before-the-name"),
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
    if category is None and "Naranjo" in text:
        assert found is None or found.concept == "probable"
    else:
        assert (found.concept if found else None) == category


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
