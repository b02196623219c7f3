from __future__ import annotations

from typing import Any

import pytest

from facts_builder import Story, codes, grounded_words, is_unknown, only, resources
from fhirkit.facts.model import (
    Certainty,
    EncounterFact,
    ObservationFact,
    Quantity,
    Range,
    Ratio,
    Term,
)

STORY = Story(
    "On [[admission]] [[Hb]] was [[2.40 g/dl]] [[low]] ([[12-16]]), [[CSF protein]] [[0.85 g/L]],"
    " [[glucose]] [[5.1 mmol/L]] then [[normal]], CRP [[<5 mg/L]], [[EDSS]] [[9.5]], CD4:CD8"
    " [[1.4:1]], dose [[3 to 5]], [[MOG]] [[negative]], [[reflexes]] [[brisk]], by [[ELISA]]."
)


def fact(name: str = "Hb", concept: str | None = None, **fields: Any) -> ObservationFact:
    """A fact of the story, as plain as can be but for ``fields``."""
    values = {"category": "laboratory", **fields}
    return ObservationFact(
        id="o", spans=(STORY(name),), analyte=STORY.term(name, concept), **values
    )


def made(observed: ObservationFact) -> dict[str, Any]:
    """A fact of the story, as plain as can be but for ``fields``."""
    return only(STORY.case(observed), "Observation")


def test_number_keeps_digits_and_unit_as_written() -> None:
    """The unit is the author's, its code is UCUM's, and nothing is converted."""
    value = STORY.quantity("2.40 g/dl", "g/dL")
    observation = made(fact(concept="hemoglobin", value=value))
    assert observation["status"] == "final"
    assert codes(observation["code"]) == ["718-7"]
    assert observation["code"]["text"] == "hemoglobin (Hb)"
    assert observation["valueQuantity"] == {
        "value": 2.4,
        "unit": "g/dl",
        "system": "http://unitsofmeasure.org",
        "code": "g/dL",
    }
    assert str(observation["valueQuantity"]["value"]) == "2.40"
    assert grounded_words(observation, STORY.text) == ["Hb", "2.40 g/dl"]


def test_unit_unknown_to_ucum_has_no_system() -> None:
    """A system without a code says nothing."""
    value = made(fact(value=STORY.quantity("2.40 g/dl")))["valueQuantity"]
    assert value == {"value": 2.4, "unit": "g/dl"}


def test_comparator_is_kept() -> None:
    """A result below the limit of detection is not the limit."""
    value = Quantity(STORY("<5 mg/L"), "5", "mg/L", "mg/L", "<")
    assert made(fact(value=value))["valueQuantity"]["comparator"] == "<"


def test_score_is_counted_in_score() -> None:
    """A scale has SNOMED CT's code and UCUM's {score}; no other unit is made up."""
    observation = made(fact("EDSS", value=STORY.quantity("9.5"), category="survey"))
    assert codes(observation["code"]) == ["273554001"]
    assert codes(observation["category"][0]) == ["survey"]
    assert observation["valueQuantity"]["value"] == 9.5
    assert observation["valueQuantity"]["code"] == "{score}"


def test_ratio_is_a_ratio() -> None:
    """ "1.4:1" is not divided."""
    assert made(fact(value=Ratio(STORY("1.4:1"), "1.4", "1")))["valueRatio"] == {
        "numerator": {"value": 1.4},
        "denominator": {"value": 1},
    }


def test_range_has_its_bounds() -> None:
    """Bounds carry no comparator (SimpleQuantity)."""
    low = Quantity(STORY("3 to 5"), "3", comparator=">")
    value = Range(STORY("3 to 5"), low, Quantity(STORY("3 to 5"), "5"))
    assert made(fact(value=value))["valueRange"] == {"low": {"value": 3}, "high": {"value": 5}}


def test_range_the_wrong_way_round_stays_in_words() -> None:
    """R4 forbids low above high (rng-2); the words lose nothing."""
    value = Range(STORY("3 to 5"), Quantity(STORY("3 to 5"), "5"), Quantity(STORY("3 to 5"), "3"))
    assert made(fact(value=value))["valueString"] == "3 to 5"


def test_word_is_a_coded_value_with_its_interpretation() -> None:
    """A negative antibody is a value, and the interpretation says the same in HL7's code."""
    observed = fact(
        "MOG", value=STORY.term("negative"), interpretation=STORY.term("negative", "NEG")
    )
    observation = made(observed)
    assert codes(observation["valueCodeableConcept"]) == ["260385009"]
    assert codes(observation["interpretation"][0]) == ["NEG"]
    assert "dataAbsentReason" not in observation


def test_word_without_an_interpretation_is_a_value() -> None:
    """The author's word, coded if the vocabulary has a code."""
    value = made(fact("reflexes", value=STORY.term("brisk")))["valueCodeableConcept"]
    assert value == {"text": "brisk"}


def test_interpretation_alone_is_the_value_of_a_qualitative_test() -> None:
    """A reader may give "negative" only as interpretation."""
    observation = made(fact("MOG", interpretation=STORY.term("negative", "NEG")))
    assert codes(observation["valueCodeableConcept"]) == ["260385009"]


@pytest.mark.parametrize("with_value", [False, True])
def test_normal_for_a_number_is_an_unknown_number(with_value: bool) -> None:
    """The number existed and is not told: obs-6 allows no value beside the reason."""
    observed = fact(
        "glucose",
        value=STORY.term("normal") if with_value else None,
        interpretation=STORY.term("normal", "N"),
    )
    observation = made(observed)
    assert codes(observation["dataAbsentReason"]) == ["unknown"]
    assert codes(observation["interpretation"][0]) == ["N"]
    assert not [key for key in observation if key.startswith("value")]


def test_normal_without_a_unit_is_a_finding() -> None:
    """Reflexes have no number that could be missing."""
    observation = made(fact("reflexes", interpretation=Term(STORY("normal"), "N")))
    assert codes(observation["valueCodeableConcept"]) == ["17621005"]


def test_negated_finding_is_absent() -> None:
    """Nothing found is a result."""
    observation = made(fact("reflexes", certainty=Certainty.NEGATED))
    assert codes(observation["valueCodeableConcept"]) == ["2667000"]


def test_nothing_told_is_unknown() -> None:
    """A measurement without a result says why there is none."""
    assert codes(made(fact())["dataAbsentReason"]) == ["unknown"]


def test_measurement_not_made_is_cancelled() -> None:
    """Not measured is not unknown."""
    observation = made(fact(certainty=Certainty.NOT_DONE))
    assert observation["status"] == "cancelled"
    assert codes(observation["dataAbsentReason"]) == ["not-performed"]


def test_suspected_result_says_so() -> None:
    """R4 has no element for a doubted result; a note has."""
    assert made(fact(certainty=Certainty.SUSPECTED))["note"]


@pytest.mark.parametrize(
    ("name", "ucum", "expected"),
    [
        pytest.param("glucose", "mg/dL", ["2345-7"], id="mass"),
        pytest.param("glucose", "mmol/L", [], id="moles for a mass code"),
        pytest.param("hemoglobin", "%", [], id="percent for a mass code"),
        pytest.param("hemoglobin", None, ["718-7"], id="unit unknown"),
        pytest.param("CSF lymphocytes", "%", ["26479-6"], id="percent for a fraction"),
        pytest.param("CSF lymphocytes", "/mm3", [], id="count for a fraction"),
        pytest.param("EDSS", "{score}", ["273554001"], id="no LOINC"),
    ],
)
def test_code_must_fit_the_unit(name: str, ucum: str | None, expected: list[str]) -> None:
    """A LOINC code of another kind of quantity would make the number wrong."""
    observed = fact(concept=name, value=Quantity(STORY("5.1 mmol/L"), "5.1", "x", ucum))
    assert codes(made(observed)["code"]) == expected


def test_code_must_fit_the_specimen() -> None:
    """A code for serum says nothing of cerebrospinal fluid."""
    observed = fact("glucose", specimen=Term(STORY("CSF protein"), "csf"))
    assert codes(made(observed)["code"]) == []


def test_specimens_of_a_kind_are_one_resource() -> None:
    """Both values point at one Specimen, grounded in the words that name it first."""
    first = fact("CSF protein", specimen=Term(STORY("CSF protein"), "csf"))
    second = ObservationFact(
        id="p",
        spans=(STORY("glucose"),),
        analyte=STORY.term("glucose"),
        category="laboratory",
        specimen=Term(STORY("glucose"), "csf"),
    )
    case = STORY.case(first, second)
    specimen = only(case, "Specimen")
    assert codes(specimen["type"]) == ["258450006"]
    assert grounded_words(specimen, STORY.text) == ["CSF protein"]
    references = {o["specimen"]["reference"] for o in resources(case, "Observation")}
    assert len(references) == 1


def test_reference_range_and_method_as_stated() -> None:
    """Reference bounds come from the text and never from elsewhere."""
    bounds = Range(STORY("12-16"), Quantity(STORY("12-16"), "12"), Quantity(STORY("12-16"), "16"))
    observation = made(fact(reference=bounds, method=STORY.term("ELISA", "")))
    expected = {"low": {"value": 12}, "high": {"value": 16}, "text": "12-16"}
    assert observation["referenceRange"] == [expected]
    assert observation["method"] == {"text": "ELISA"}


def test_unknown_time_says_so() -> None:
    """Every Observation should have the element; the vital signs profile requires it."""
    assert is_unknown(made(fact())["_effectiveDateTime"])


def test_observation_of_a_stay_points_at_it() -> None:
    """The Encounter comes before what refers to it."""
    stay = EncounterFact(
        id="stay", spans=(STORY("admission"),), kind=STORY.term("admission", "inpatient")
    )
    found = resources(STORY.case(fact(encounter="stay"), stay))
    types = [resource["resourceType"] for resource in found]
    assert types.index("Encounter") < types.index("Observation")
    assert "encounter" in found[types.index("Observation")]


def test_time_of_a_result() -> None:
    """As the text gives it, also for the reader."""
    when = STORY.when("admission", date="2014-03")
    observation = made(fact(value=STORY.quantity("2.40 g/dl"), when=when))
    assert observation["effectiveDateTime"] == "2014-03"
    assert "2.40 g/dl (admission)" in observation["text"]["div"]


def test_category_and_interpretation_that_hl7_has_not_stay_in_words() -> None:
    """No code is made up for a reader's own terms."""
    observed = fact(category="genetics", interpretation=STORY.term("brisk", "3+"))
    observation = made(observed)
    assert observation["category"] == [{"text": "genetics"}]
    assert observation["interpretation"] == [{"text": "brisk"}]
    assert observation["valueCodeableConcept"] == {"text": "brisk"}


def test_reference_range_with_one_bound() -> None:
    """Above twelve."""
    bounds = Range(STORY("12-16"), Quantity(STORY("12-16"), "12", "", "g/dL"), None)
    (found,) = made(fact(reference=bounds))["referenceRange"]
    assert found["low"]["unit"] == "g/dL"
    assert "high" not in found
    (words,) = made(fact(reference=Range(STORY("12-16"), None, None)))["referenceRange"]
    assert words == {"text": "12-16"}


def test_score_with_a_unit_keeps_it() -> None:
    """ "points" is what the author counts in."""
    value = Quantity(STORY("9.5"), "9.5", "points")
    quantity = made(fact("EDSS", value=value, category="survey"))["valueQuantity"]
    assert (quantity["unit"], quantity["code"]) == ("points", "{score}")
    value = Quantity(STORY("9.5"), "9.5", "%", "%")
    assert made(fact("EDSS", value=value, category="survey"))["valueQuantity"]["code"] == "%"


def test_analyte_in_no_vocabulary_keeps_its_words() -> None:
    """Without a concept there is no code, and the author's name stands."""
    assert made(fact(concept=""))["code"] == {"text": "Hb"}
