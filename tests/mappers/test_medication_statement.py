from __future__ import annotations

from typing import Any

import pytest

from facts_builder import Story, codes, is_unknown, only, words_kept
from fhirkit.facts.model import Certainty, MedicationFact, Quantity, Regimen, Use

STORY = Story(
    "He took [[rituximab]] [[500 mg]] [[IV]] [[6 monthly]], [[3 cycles]] [[for one year]] of"
    " [[corticosteroids]] [[since 2012]] [[until spring]], stopped for [[relapses]]; then [[high-dose]] [[oral]] [[prednisone]]."
)


def made(name: str = "rituximab", **fields: Any) -> dict[str, Any]:
    """The resource of such a fact."""
    values = {"use": Use.LONG_TERM, **fields}
    fact = MedicationFact(id="m", spans=(STORY(name),), drug=STORY.term(name), **values)
    return only(STORY.case(fact), "MedicationStatement")


def test_a_dose_in_words_stands_in_the_text_alone() -> None:
    """ "High-dose" is no amount."""
    fields = {"dose_words": STORY.term("high-dose", "high dose"), "route": STORY.term("oral")}
    (dosage,) = made("prednisone", **fields)["dosage"]
    assert dosage["text"] == "high-dose oral"
    assert "doseAndRate" not in dosage


CYCLES = Regimen(STORY("3 cycles"), count=3)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        pytest.param({}, "active", id="running"),
        pytest.param({"regimen": CYCLES}, "completed", id="a number of cycles"),
        pytest.param({"stop": STORY.when("until spring")}, "completed", id="ended"),
        pytest.param({"stopped": STORY("relapses")}, "stopped", id="stopped"),
        pytest.param({"use": Use.PREVIOUS}, "completed", id="before"),
        pytest.param(
            {"use": Use.PREVIOUS, "reason_stopped": STORY("relapses")}, "stopped", id="failed"
        ),
        pytest.param({"certainty": Certainty.NEGATED}, "not-taken", id="declined"),
        pytest.param(
            {"certainty": Certainty.NOT_DONE, "use": Use.GIVEN}, "not-taken", id="not given"
        ),
        pytest.param({"certainty": Certainty.SUSPECTED}, "unknown", id="perhaps"),
    ],
)
def test_status(fields: dict[str, Any], status: str) -> None:
    """What is known of the use; a number of cycles has an end."""
    assert made(**fields)["status"] == status


def test_interval_is_a_timing() -> None:
    """Six-monthly: once in six months, and the words."""
    regimen = Regimen(STORY("6 monthly"), period="6", period_unit="mo")
    dosage = made(
        regimen=regimen, dose=STORY.quantity("500 mg", "mg"), route=STORY.term("IV", "intravenous")
    )["dosage"][0]
    assert dosage["text"] == "500 mg IV 6 monthly"
    assert dosage["timing"]["repeat"] == {"frequency": 1, "period": 6, "periodUnit": "mo"}
    assert dosage["doseAndRate"][0]["doseQuantity"]["value"] == 500
    assert codes(dosage["route"]) == ["47625008"]


def test_cycles_are_a_count_and_a_course_is_bounded() -> None:
    """Nothing is multiplied."""
    year = Quantity(STORY("for one year"), "1", "year", "a")
    dosage = made(regimen=Regimen(STORY("3 cycles"), count=3, duration=year))["dosage"][0]
    assert dosage["timing"]["repeat"]["count"] == 3
    assert dosage["timing"]["repeat"]["boundsDuration"]["code"] == "a"


def test_unit_that_fhir_has_not_stays_in_words() -> None:
    """periodUnit is a required binding."""
    regimen = Regimen(STORY("6 monthly"), period="6", period_unit="{cycle}")
    assert made(regimen=regimen)["dosage"] == [{"text": "6 monthly"}]


def test_class_of_drugs_has_only_its_own_code() -> None:
    """A class word becomes no ingredient."""
    assert codes(made("corticosteroids", level="class")["medicationCodeableConcept"]) == ["H02AB"]


def test_beginning_and_end_as_told() -> None:
    """A time without an event keeps its words."""
    statement = made(start=STORY.when("since 2012", date="2012"), stop=STORY.when("until spring"))
    assert statement["effectivePeriod"]["start"] == "2012"
    assert is_unknown(statement["effectivePeriod"]["_end"])
    assert words_kept(statement["effectivePeriod"]["_end"]) == ["until spring"]
    assert made(when=STORY.when("since 2012", date="2012"))["effectiveDateTime"] == "2012"


def test_reason_it_was_stopped() -> None:
    """In the author's words."""
    assert made(reason_stopped=STORY("relapses"))["statusReason"] == [{"text": "relapses"}]


def test_interval_may_be_a_range() -> None:
    """ "Every 4 to 6 weeks": period and periodMax."""
    regimen = Regimen(STORY("6 monthly"), 1, "4", "wk", period_max="6")
    assert made(regimen=regimen)["dosage"][0]["timing"]["repeat"] == {
        "frequency": 1, "period": 4, "periodUnit": "wk", "periodMax": 6
    }  # fmt: skip


@pytest.mark.parametrize("needed", [True, False])
def test_as_needed_is_said_only_where_it_is_told(needed: bool) -> None:
    """False would deny what the text leaves open."""
    (dosage,) = made(regimen=Regimen(STORY("6 monthly"), as_needed=needed))["dosage"]
    assert dosage.get("asNeededBoolean") is (True if needed else None)


def test_what_no_element_holds_is_a_note() -> None:
    """A cumulative dose is no dose, and R4 has no element for what was done with a drug."""
    statement = made(
        cumulative=STORY.quantity("500 mg", "mg"), action=STORY.term("relapses", "drug withdrawn")
    )
    assert statement["note"] == [
        {"text": "Cumulative dose: 500 mg"},
        {"text": "Action taken: drug withdrawn (relapses)"},
    ]
    assert "dosage" not in statement


def test_without_such_there_is_no_note() -> None:
    """Nothing is made up."""
    assert "note" not in made(dose=STORY.quantity("500 mg", "mg"))


def test_form_is_a_word_of_the_dosage() -> None:
    """Beside dose and route."""
    assert made(form=STORY.term("IV", "infusion"))["dosage"] == [{"text": "IV"}]
