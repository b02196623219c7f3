from __future__ import annotations

import pytest

from fhirkit.facts.dimension import dimension, fits


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("g/dL", "mg/L", id="mass"),
        pytest.param("10*9/L", "/uL", id="count"),
        pytest.param("{cells}/mm3", "/uL", id="annotated-count"),
        pytest.param("mmol/L", "umol/L", id="amount"),
        pytest.param("U/L", "[IU]/mL", id="activity"),
        pytest.param("%", "%", id="share"),
    ],
)
def test_units_of_one_dimension(one: str, other: str) -> None:
    """Prefixes and volumes do not matter."""
    assert dimension(one) == dimension(other)
    assert fits(one, [other])


def test_mass_and_amount_measure_one_analyte() -> None:
    """Glucose is given in mg/dL here and in mmol/L there."""
    assert fits("mmol/L", ["mg/dL"])
    assert fits("mg/dL", ["mmol/L"])


@pytest.mark.parametrize(
    ("ucum", "allowed"),
    [
        pytest.param("mg", ["mg/dL"], id="dose-is-no-concentration"),
        pytest.param("g/dL", ["/uL"], id="mass-is-no-count"),
        pytest.param("U/L", ["mg/dL"], id="activity-is-no-mass"),
        pytest.param("%", ["mg/dL"], id="share-is-no-mass"),
        pytest.param("mg/kg", ["mg/dL"], id="dose-per-weight"),
        pytest.param("mm[Hg]", ["Cel"], id="pressure-is-no-temperature"),
        pytest.param("d", ["/uL"], id="time"),
        pytest.param("mg/dL", [], id="nothing-allowed"),
    ],
)
def test_units_that_do_not_fit(ucum: str, allowed: list[str]) -> None:
    """Another kind of thing."""
    assert not fits(ucum, allowed)
