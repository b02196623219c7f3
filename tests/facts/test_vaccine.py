from __future__ import annotations

import pytest

from fhirkit.facts.model import MedicationFact
from reading import Reading

WOMAN = "A 45-year-old woman came to our clinic. "


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        pytest.param("She received the second dose of hepatitis B vaccine.", ["2"], id="second"),
        pytest.param("She received the first dose of BNT162b2 and, later, the second dose of BNT162b2.", ["1", "2"], id="two-doses"),
        pytest.param("She received BNT162b2 (second dose).", ["2"], id="in-brackets"),
        pytest.param("She received dose 3 of BNT162b2.", ["3"], id="digit"),
        pytest.param("She received a booster dose of BNT162b2.", [None], id="booster"),
        pytest.param("She received BNT162b2.", [None], id="none"),
        pytest.param("She received the second dose of rituximab.", [None], id="no-vaccine"),
        pytest.param("On the second day she received BNT162b2.", [None], id="second-day"),
    ],
)  # fmt: skip
def test_which_dose(text: str, numbers: list[str | None]) -> None:
    """Counted for vaccines only, and each dose a fact of its own."""
    found = Reading(WOMAN + text).of(MedicationFact)
    assert [f.dose_number.digits if f.dose_number else None for f in found] == numbers
