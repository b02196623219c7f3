"""Which changes a fact can take."""

from __future__ import annotations

import pytest

from fhirkit.facts.jsonform import KINDS
from fhirkit.review.changes import changes_for
from rich_case import CASE

KIND_OF = {made: kind for kind, made in KINDS.items()}
FACTS = {KIND_OF[type(fact)]: fact for fact in CASE.facts}


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("medication", ("value", "unit", "code", "certainty", "whose")),
        ("observation", ("value", "unit", "code", "certainty", "whose")),
        ("condition", ("code", "certainty", "whose")),
        ("symptom", ("code", "certainty", "whose")),
        ("procedure", ("code", "certainty", "whose")),
        ("report", ("code", "certainty", "whose")),
        ("adverse-event", ("code", "certainty", "whose")),
        ("encounter", ("certainty", "whose")),
        ("patient", ("value", "unit")),
    ],
)
def test_each_kind_takes_its_changes(kind: str, changes: tuple[str, ...]) -> None:
    """Value and unit where there is one, a code where something is named."""
    assert changes_for(FACTS[kind]) == changes
