from __future__ import annotations

from typing import Any

import pytest

from facts_builder import Story, codes, grounded_words, is_unknown, only, relative_time, resources
from fhirkit.facts.model import (
    ConditionFact,
    EncounterFact,
    MedicationFact,
    Quantity,
    Regimen,
    Use,
    Whose,
)

STORY = Story(
    "For [[MS]] he got [[12 mg]] of [[alemtuzumab]] [[IV]] [[for [[five days]]]], then"
    " [[3,000 mg]] [[over [[3 days]]]], [[60 mg/day]], up to [[5 mg]], [[immuno-\nglobulin]],"
    " [[on day 2]], [[2014-03-02]], until [[2014-03-05]], when [[admitted]]; it was [[stopped]] for"
    " [[a rash]]."
)
MS = ConditionFact(id="ms", spans=(STORY("MS"),), name=STORY.term("MS", "multiple sclerosis"))
KINDS = {"inpatient": "inpatient", "ambulatory": "outpatient"}


def fact(**fields: Any) -> MedicationFact:
    """A fact of the story, as plain as can be but for ``fields``."""
    return MedicationFact(
        id="m", spans=(STORY("alemtuzumab"),), drug=STORY.term("alemtuzumab"), **fields
    )


def made(**fields: Any) -> dict[str, Any]:
    """A fact of the story, as plain as can be but for ``fields``."""
    return only(STORY.case(MS, fact(**fields)), "MedicationAdministration")


def regimen(words: str, **fields: Any) -> Regimen:
    """A regimen in marked words."""
    return Regimen(STORY(words), **fields)


def test_dose_is_that_of_one_administration() -> None:
    """Twelve milligrams for five days are not sixty; the words say the rest."""
    days = Quantity(STORY("five days"), "5", "days", "d")
    administration = made(
        dose=STORY.quantity("12 mg", "mg"),
        route=STORY.term("IV", "intravenous"),
        regimen=regimen("for five days", duration=days),
        reason=("ms",),
    )
    dosage = administration["dosage"]
    assert dosage["dose"]["value"] == 12
    assert dosage["text"] == "12 mg of alemtuzumab IV for five days"
    assert codes(dosage["route"]) == ["47625008"]
    assert "rateRatio" not in dosage
    assert codes(administration["medicationCodeableConcept"]) == ["117055", "L04AG06"]
    assert len(administration["reasonReference"]) == 1
    assert grounded_words(administration, STORY.text) == [
        "alemtuzumab",
        "12 mg",
        "IV",
        "for five days",
    ]


def test_dose_over_a_time_has_a_rate() -> None:
    """ "3,000 mg over 3 days" is one amount spread over the days."""
    days = Quantity(STORY("3 days"), "3", "days", "d")
    dose = STORY.quantity("3,000 mg", "mg", digits="3000")
    dosage = made(dose=dose, regimen=regimen("over 3 days", duration=days))["dosage"]
    assert dosage["dose"]["value"] == 3000
    assert dosage["rateRatio"]["numerator"]["value"] == 3000
    assert dosage["rateRatio"]["denominator"]["code"] == "d"


def test_frequency_over_a_time_is_no_rate() -> None:
    """Twice daily over three days is not one amount."""
    days = Quantity(STORY("3 days"), "3", "days", "d")
    times = regimen("over 3 days", duration=days, frequency=2, period="1", period_unit="d")
    dosage = made(dose=STORY.quantity("12 mg", "mg"), regimen=times)["dosage"]
    assert "rateRatio" not in dosage


def test_amount_per_time_is_a_rate() -> None:
    """Sixty milligrams a day are not the amount of one administration."""
    dosage = made(dose=STORY.quantity("60 mg/day", "mg/d"))["dosage"]
    assert dosage["rateQuantity"]["code"] == "mg/d"
    assert "dose" not in dosage


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"route": STORY.term("IV", "intravenous")}, id="route only"),
        pytest.param({"regimen": regimen("for five days")}, id="regimen only"),
        pytest.param({"dose": Quantity(STORY("5 mg"), "5", "mg", "mg", "<")}, id="upper bound"),
    ],
)
def test_without_a_dose_the_words_are_a_note(fields: dict[str, Any]) -> None:
    """mad-1: a dosage has a dose or a rate."""
    administration = made(**fields)
    assert "dosage" not in administration
    assert administration["note"][0]["text"] in ("IV", "for five days", "5 mg")


def test_route_inside_the_name_of_the_drug_is_no_dosage() -> None:
    """The words of a name are not told twice."""
    drug = MedicationFact(
        id="m",
        spans=(STORY("immuno-\nglobulin"),),
        drug=STORY.term("immuno-\nglobulin", ""),
        route=STORY.term("immuno-\nglobulin", "intravenous"),
    )
    administration = only(STORY.case(drug), "MedicationAdministration")
    assert "note" not in administration
    assert administration["medicationCodeableConcept"] == {"text": "immunoglobulin"}


def test_unknown_time_is_a_period_that_says_so() -> None:
    """effective[x] is required; R4B's models refuse a dateTime of extensions only."""
    administration = made()
    assert is_unknown(administration["effectivePeriod"]["_start"])
    assert "_effectiveDateTime" not in administration
    assert "effectiveDateTime" not in administration


def test_date_is_a_date_and_a_stop_makes_a_period() -> None:
    """No date is made up for either end."""
    start = STORY.when("2014-03-02", date="2014-03-02")
    stop = STORY.when("2014-03-05", date="2014-03-05")
    assert made(when=start)["effectiveDateTime"] == "2014-03-02"
    assert made(start=start, stop=stop)["effectivePeriod"] == {
        "start": "2014-03-02",
        "end": "2014-03-05",
    }


def test_stop_before_the_start_is_left_out() -> None:
    """per-1: such a period was read wrong."""
    start = STORY.when("2014-03-05", date="2014-03-05")
    stop = STORY.when("2014-03-02", date="2014-03")
    assert "end" in made(start=start, stop=stop)["effectivePeriod"]
    stop = STORY.when("2014-03-02", date="2014-02")
    assert made(start=start, stop=stop)["effectivePeriod"] == {"start": "2014-03-05"}


@pytest.mark.parametrize("kind", KINDS)
def test_stay_is_context_and_category(kind: str) -> None:
    """Where it was given follows from the stay."""
    stay = EncounterFact(id="stay", spans=(STORY("admitted"),), kind=STORY.term("admitted", kind))
    when = STORY.when("on day 2", relation="during", anchor="stay")
    administration = only(
        STORY.case(stay, fact(encounter="stay", when=when)), "MedicationAdministration"
    )
    assert codes(administration["category"]) == [KINDS[kind]]
    assert "context" in administration
    time = relative_time(administration["effectivePeriod"]["_start"])
    assert (time["targetPath"], time["relationship"]) == ("period", "concurrent")


def test_stopped_drug_says_why() -> None:
    """The reason stays in the author's words."""
    administration = made(
        stopped=STORY("stopped"), reason_stopped=STORY("a rash"), reason_words=STORY("MS")
    )
    assert administration["status"] == "stopped"
    assert administration["statusReason"] == [{"text": "a rash"}]
    assert administration["reasonCode"] == [{"text": "MS"}]


@pytest.mark.parametrize(
    "fields", [{"use": Use.CONSIDERED}, {"whose": Whose.CONSIDERED}, {"whose": Whose.OTHERS}]
)
def test_drug_not_given_to_the_patient_is_none(fields: dict[str, Any]) -> None:
    """A treatment weighed, or someone else's, is no resource of this patient."""
    case = STORY.case(fact(**fields))
    assert resources(case, "MedicationAdministration") == []
    assert resources(case, "MedicationStatement") == []
